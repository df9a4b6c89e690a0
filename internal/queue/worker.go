package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// Worker is how a worker works.
type Worker struct {
	// Program names what the results depend on: units of another program are left alone.
	Program string
	// Cache names the folder of mirrors, Host the machine.
	Cache, Host string
	// Jobs is how many units are read at once; a few more are fetched meanwhile.
	Jobs int
	// Drain is how long units in hand may take after the worker was asked to end.
	Drain time.Duration
	// Pause is half of that before the second try of a unit.
	Pause  time.Duration
	Timing Timing
	Now    func() time.Time
	Log    *slog.Logger
	// Do does a unit and stores its scan. After an error it is tried again by a worker, at
	// most maxTries times, unless nothing of the unit is at fault: an EndError, or an error
	// of Hosts or Keep. A failure of the repository is no error, but a result.
	Do func(ctx context.Context, unit Unit, hosts *Hosts) error
	// PerHost is the most fetches from one host at once, over all workers.
	PerHost int
	// Observe receives each unit that ended, with its time; it may be nil.
	Observe func(took time.Duration, err error)
}

// ErrBusy means that a host has as many connections as it may. The unit is taken up later.
var ErrBusy = errors.New("the host has as many fetches as it may")

// errDatabase means that the database did not do what slots and places need.
var errDatabase = errors.New("ask the database of the queue")

// EndError is an error of this machine: the unit is done by another, and the worker ends.
type EndError struct{ Err error }

func (e *EndError) Error() string { return e.Err.Error() }
func (e *EndError) Unwrap() error { return e.Err }

type worker struct {
	Worker
	river.WorkerDefaults[args]
	pool  *pgxpool.Pool
	id    string
	hosts *Hosts
	ahead atomic.Int64       // nanoseconds that the clock of the database is before ours
	end   context.CancelFunc // ends the worker
	fault atomic.Pointer[EndError]
}

// fetchedAhead are the units of each of its two queues that a worker has in hand beside
// those that it reads: they are fetched meanwhile.
const fetchedAhead = 2

// Serve takes units and has them done until the context ends. Then it takes no more, and
// returns when those in hand are done, or after Drain, when others take them over.
func Serve(ctx context.Context, pool *pgxpool.Pool, settings Worker) error {
	if err := Migrate(ctx, pool); err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	w := &worker{Worker: settings, pool: pool, id: uuid.NewString(), end: end, hosts: newHosts(pool, settings.PerHost)}
	defer w.hosts.Close()
	if err := errors.Join(w.sign(ctx), w.readClock(ctx)); err != nil {
		return fmt.Errorf("join the workers: %w", err)
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, w); err != nil {
		return err
	}
	client, err := river.NewClient(riverpgxv5.New(pool), w.riverConfig(workers))
	if err != nil {
		return err
	}
	lasting, release := context.WithCancel(context.WithoutCancel(ctx))
	defer release()
	if err := client.Start(lasting); err != nil {
		return fmt.Errorf("begin to take units: %w", err)
	}
	go w.live(lasting)
	<-ctx.Done()
	return errors.Join(w.stop(client), w.leave(lasting), w.faultError())
}

func (w *worker) faultError() error {
	if fault := w.fault.Load(); fault != nil {
		return fault.Err
	}
	return nil
}

func (w *worker) riverConfig(workers *river.Workers) *river.Config {
	queue := river.QueueConfig{MaxWorkers: w.Jobs + fetchedAhead}
	return &river.Config{
		ID: w.id, Workers: workers, Logger: slog.New(slog.DiscardHandler), RetryPolicy: retries{w},
		Queues:        map[string]river.QueueConfig{sharedQueue(w.Program): queue, ownQueue(w.Program, w.Cache): queue},
		JobTimeout:    -1, // each step of a unit has its own limit
		FetchCooldown: 20 * time.Millisecond, FetchPollInterval: time.Second,
		// The scans in the store are the result; a unit is kept only as long as somebody may
		// look at what went on.
		CompletedJobRetentionPeriod: time.Hour, CancelledJobRetentionPeriod: 24 * time.Hour, DiscardedJobRetentionPeriod: 24 * time.Hour,
		RescueStuckJobsAfter: 24 * time.Hour,                   // rescue knows sooner who is dead
		Test:                 river.TestConfig{Time: clock{w}}, // River takes a clock nowhere else
	}
}

// stop lets the units in hand come to their end.
func (w *worker) stop(client *river.Client[pgx.Tx]) error {
	soft, cancel := context.WithTimeout(context.Background(), w.Drain)
	defer cancel()
	err := client.Stop(soft)
	if err == nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	hard, cancelHard := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancelHard()
	if err := client.StopAndCancel(hard); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// Work implements river.Worker.
func (w *worker) Work(ctx context.Context, job *river.Job[args]) error {
	unit, err := job.Args.decode()
	if err != nil {
		return river.JobCancel(err)
	}
	unit.Try = job.Attempt
	started := w.Now()
	err = w.Do(ctx, unit, w.hosts)
	switch {
	case errors.Is(err, ErrBusy):
		return river.JobSnooze(putOff)
	case err != nil && ctx.Err() != nil:
		return ctx.Err() // the worker ends: River gives the unit back at once, and counts no try
	}
	if w.Observe != nil {
		w.Observe(w.Now().Sub(started), err)
	}
	if err != nil {
		w.Log.Warn("a unit is tried again", "url", unit.Repository.URL, "run", unit.Run, "try", unit.Try, "error", err.Error())
	}
	fault, ends := errors.AsType[*EndError](err)
	if ends {
		w.fault.CompareAndSwap(nil, fault)
		w.end()
	}
	if ends || errors.Is(err, errDatabase) {
		return river.JobSnooze(putOff)
	}
	return err
}

// putOff is how long a unit waits that could not be done through no fault of its own: its
// host is busy, or this machine fails. River counts no try then.
const putOff = 3 * time.Second

// clock is that of the database, as this worker knows it. River writes by it when a unit is
// to be taken again. By its own clock, a worker three hours before would put off what it
// gives back for three hours.
type clock struct{ *worker }

// Now implements rivertype.TimeGenerator.
func (c clock) Now() time.Time { return c.worker.Now().Add(time.Duration(c.ahead.Load())) }

// NowOrNil implements rivertype.TimeGenerator: statements have the time of the database.
func (clock) NowOrNil() *time.Time { return nil }

// retries says when a unit is tried again: after twice Pause, and after twice as long each
// time.
type retries struct{ *worker }

// NextRetry implements river.ClientRetryPolicy.
func (r retries) NextRetry(job *rivertype.JobRow) time.Time {
	return clock(r).Now().Add(r.Pause << min(job.Attempt, 8))
}

// Keep stores which folder has the mirror of an address, and how large it is.
func Keep(ctx context.Context, pool *pgxpool.Pool, url, cache string, bytes int64) error {
	_, err := pool.Exec(ctx, `INSERT INTO places (url, cache, bytes) VALUES ($1, $2, $3)
		ON CONFLICT (url) DO UPDATE SET cache = excluded.cache, bytes = excluded.bytes, used = now()`, url, cache, bytes)
	if err != nil {
		return fmt.Errorf("%w which folder has a mirror: %w", errDatabase, err)
	}
	return nil
}

// Forget says that a folder has the mirror no more.
func Forget(ctx context.Context, pool *pgxpool.Pool, urls []string, cache string) error {
	_, err := pool.Exec(ctx, "UPDATE places SET cache = '' WHERE cache = $2 AND url = ANY($1)", urls, cache)
	return err
}
