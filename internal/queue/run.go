package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/midspan/midspan/internal/postgres"
)

// Run is the side of the queue on which units are enqueued and waited for.
type Run struct {
	pool    *pgxpool.Pool
	program string
	client  *river.Client[pgx.Tx]
	timing  Timing
	// Say receives a line where nothing goes on and somebody can change that; nil says
	// nothing.
	Say func(string)
}

// NewRun brings River's tables up to date and returns the queue of a program.
func NewRun(ctx context.Context, pool *pgxpool.Pool, program string, timing Timing) (*Run, error) {
	if err := Migrate(ctx, pool); err != nil {
		return nil, err
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: slog.New(slog.DiscardHandler)})
	return &Run{pool: pool, program: program, client: client, timing: timing}, err
}

// migrateLock is the number of the lock under which River's tables are made.
const migrateLock = 0x6d6964737071

// Migrate brings River's tables up to date.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("open the queue: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrateLock)); err != nil {
		return fmt.Errorf("open the queue: %w", err)
	}
	defer conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrateLock))
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("bring the tables of the queue up to date: %w", err)
	}
	return nil
}

// Result is what became of a unit.
type Result struct {
	URL string
	// Failure and Notes are the JSON of those of the scan; Failure is nil where it was read.
	Failure, Notes []byte
	// Given up is why no worker could do the unit; empty where the store has its scan.
	GivenUp string
}

// insertedAtOnce are the units that one statement enqueues.
const insertedAtOnce = 2000

// Do enqueues the units of a run and returns when each is done. done is called once for
// each, by one goroutine. Units of earlier runs that nobody has begun are taken out.
func (r *Run) Do(ctx context.Context, run int64, units []Unit, done func(Result) error) error {
	if err := r.dropEarlier(ctx, run); err != nil {
		return err
	}
	if err := r.enqueue(ctx, units); err != nil {
		return err
	}
	return r.wait(ctx, run, units, done)
}

func (r *Run) exec(ctx context.Context, query string, args ...any) error {
	return postgres.Retry(ctx, postgres.Patience, func() error {
		_, err := r.pool.Exec(ctx, query, args...)
		return err
	})
}

func (r *Run) dropEarlier(ctx context.Context, run int64) error {
	err := r.exec(ctx, `DELETE FROM river_job WHERE kind = $1 AND state IN ('available', 'scheduled', 'retryable') AND NOT args @> jsonb_build_object('run', $2::bigint)`,
		kind, run)
	if err != nil {
		return fmt.Errorf("take the units of earlier runs out of the queue: %w", err)
	}
	return nil
}

// enqueue puts the largest first, each to the workers that have its mirror, where they live.
func (r *Run) enqueue(ctx context.Context, units []Unit) error {
	units = slices.Clone(units)
	caches := map[string]string{} // by address
	for some := range slices.Chunk(units, insertedAtOnce) {
		if err := r.findPlaces(ctx, some, caches); err != nil {
			return fmt.Errorf("look which worker has which mirror: %w", err)
		}
	}
	slices.SortStableFunc(units, func(a, b Unit) int {
		return cmp.Or(cmp.Compare(priorityOf(a.Bytes), priorityOf(b.Bytes)), cmp.Compare(b.Bytes, a.Bytes))
	})
	for some := range slices.Chunk(units, insertedAtOnce) {
		params := make([]river.InsertManyParams, 0, len(some))
		for _, unit := range some {
			queue := sharedQueue(r.program)
			if cache := caches[unit.Repository.URL]; cache != "" {
				queue = ownQueue(r.program, cache)
			}
			one, err := insertParams(unit, queue)
			if err != nil {
				return err
			}
			params = append(params, one)
		}
		err := postgres.Retry(ctx, postgres.Patience, func() error {
			_, err := r.client.InsertManyFast(ctx, params)
			return err
		})
		if err != nil {
			return fmt.Errorf("enqueue units: %w", err)
		}
	}
	return nil
}

// findPlaces adds the caches of living workers that have the mirrors of units, and sets the
// sizes of the units.
func (r *Run) findPlaces(ctx context.Context, units []Unit, caches map[string]string) error {
	at := map[string]int{}
	urls := make([]string, len(units))
	for i, unit := range units {
		urls[i], at[unit.Repository.URL] = unit.Repository.URL, i
	}
	return postgres.Retry(ctx, postgres.Patience, func() error {
		rows, err := r.pool.Query(ctx, `SELECT url, bytes, CASE WHEN EXISTS (SELECT 1 FROM workers WHERE workers.cache = places.cache AND program = $2 AND `+
			r.timing.alive()+`) THEN cache ELSE '' END FROM places WHERE url = ANY($1)`, urls, r.program)
		if err != nil {
			return err
		}
		var url, cache string
		var bytes int64
		_, err = pgx.ForEachRow(rows, []any{&url, &bytes, &cache}, func() error {
			units[at[url]].Bytes = bytes
			if cache != "" {
				caches[url] = cache
			}
			return nil
		})
		return err
	})
}

// wait follows what workers store of a run until all units are done.
func (r *Run) wait(ctx context.Context, run int64, units []Unit, done func(Result) error) error {
	w := waiting{Run: r, run: run, done: done, open: make(map[string]Unit, len(units))}
	for _, unit := range units {
		w.open[unit.Repository.URL] = unit
	}
	ticks := time.NewTicker(r.timing.Follow)
	defer ticks.Stop()
	looks := time.NewTicker(r.timing.Look)
	defer looks.Stop()
	for len(w.open) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticks.C:
			if err := w.follow(ctx, true); err != nil {
				return err
			}
		case <-looks.C:
			if err := w.lookAtAll(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// waiting is what of a run is not done yet.
type waiting struct {
	*Run
	run  int64
	done func(Result) error
	open map[string]Unit // by address
	last int64           // number of the newest scan that was seen
}

// follow takes the scans that came since the last time. Numbers are given before they can
// be seen, so that one may come late: with onlyNew unset, all scans are looked at.
func (w *waiting) follow(ctx context.Context, onlyNew bool) error {
	after := w.last
	if !onlyNew {
		after = 0
	}
	for {
		var batch []Result
		var last int64
		err := postgres.Retry(ctx, postgres.Patience, func() error {
			rows, err := w.pool.Query(ctx, `SELECT number, url, failure::text, notes::text FROM scans WHERE run_id = $1 AND number > $2 ORDER BY number LIMIT 2000`,
				w.run, after)
			if err != nil {
				return err
			}
			batch = batch[:0]
			var result Result
			var failure, notes *string
			_, err = pgx.ForEachRow(rows, []any{&last, &result.URL, &failure, &notes}, func() error {
				result.Failure, result.Notes = bytesOf(failure), bytesOf(notes)
				batch = append(batch, result)
				return nil
			})
			return err
		})
		if err != nil {
			return fmt.Errorf("follow the run: %w", err)
		}
		for _, result := range batch {
			if _, open := w.open[result.URL]; !open {
				continue
			}
			delete(w.open, result.URL)
			if err := w.done(result); err != nil {
				return err
			}
		}
		if len(batch) == 0 {
			return nil
		}
		after = last
		w.last = max(w.last, last)
	}
}

func bytesOf(text *string) []byte {
	if text == nil {
		return nil
	}
	return []byte(*text)
}

// lookAtAll finds what following alone does not: dead workers, units that were given up,
// units that the queue lost, and queues that nobody serves.
func (w *waiting) lookAtAll(ctx context.Context) error {
	if err := w.follow(ctx, false); err != nil || len(w.open) == 0 {
		return err
	}
	if err := errors.Join(w.rescue(ctx), w.share(ctx)); err != nil {
		return err
	}
	jobs, err := w.jobs(ctx)
	if err != nil {
		return err
	}
	var lost []Unit
	for url, unit := range w.open {
		a, err := newArgs(unit)
		if err != nil {
			return err
		}
		why, queued := jobs[a.Key]
		switch {
		case !queued:
			lost = append(lost, unit)
		case why != "":
			delete(w.open, url)
			if err := w.done(Result{URL: url, GivenUp: why}); err != nil {
				return err
			}
		}
	}
	if len(lost) > 0 {
		if err := w.follow(ctx, false); err != nil { // they may have been done meanwhile
			return err
		}
		lost = slices.DeleteFunc(lost, func(unit Unit) bool { _, open := w.open[unit.Repository.URL]; return !open })
		if err := w.exec(ctx, `DELETE FROM river_job WHERE kind = $1 AND state = 'completed' AND args @> jsonb_build_object('run', $2::bigint)`, kind, w.run); err != nil {
			return err
		}
		return w.enqueue(ctx, lost)
	}
	return nil
}

func (w *waiting) rescue(ctx context.Context) error {
	return postgres.Retry(ctx, postgres.Patience, func() error { return rescue(ctx, w.pool, w.timing) })
}

// jobs are the units of the run that are queued or under way, and why those were given up
// that were.
func (w *waiting) jobs(ctx context.Context) (map[string]string, error) {
	jobs := map[string]string{}
	err := postgres.Retry(ctx, postgres.Patience, func() error {
		clear(jobs)
		rows, err := w.pool.Query(ctx, `SELECT args ->> 'key', CASE WHEN state IN ('discarded', 'cancelled')
			THEN coalesce(errors[array_upper(errors, 1)] ->> 'error', 'it ended every worker that took it') ELSE '' END
			FROM river_job WHERE kind = $1 AND state <> 'completed' AND args @> jsonb_build_object('run', $2::bigint)`, kind, w.run)
		if err != nil {
			return err
		}
		var key, why string
		_, err = pgx.ForEachRow(rows, []any{&key, &why}, func() error {
			jobs[key] = why
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look at the queue: %w", err)
	}
	return jobs, nil
}

// share gives the units of workers that are gone to all, and half of the longest queue of
// one to all where nothing else is left for them.
func (w *waiting) share(ctx context.Context) error {
	shared := sharedQueue(w.program)
	var living int
	err := postgres.Retry(ctx, postgres.Patience, func() error {
		return w.pool.QueryRow(ctx, "SELECT count(*) FROM workers WHERE program = $1 AND "+w.timing.alive(), w.program).Scan(&living)
	})
	if err != nil {
		return fmt.Errorf("look for workers: %w", err)
	}
	if living == 0 && w.Say != nil {
		w.Say(fmt.Sprintf("%d units wait for a worker of this version and these settings: start one with midspan worker", len(w.open)))
	}
	err = w.exec(ctx, `UPDATE river_job SET queue = $1 WHERE kind = $2 AND state IN ('available', 'retryable', 'scheduled') AND queue LIKE $1 || '-%'
		AND queue NOT IN (SELECT $1 || '-' || cache FROM workers WHERE program = $3 AND `+w.timing.alive()+`)`, shared, kind, w.program)
	if err != nil {
		return fmt.Errorf("share the units of workers that are gone: %w", err)
	}
	err = w.exec(ctx, `WITH long AS (
			SELECT queue, count(*) AS n FROM river_job WHERE kind = $2 AND state = 'available' AND queue LIKE $1 || '-%'
				AND NOT EXISTS (SELECT 1 FROM river_job AS other WHERE other.state = 'available' AND other.queue = $1)
			GROUP BY queue HAVING count(*) > 4 ORDER BY n DESC LIMIT 1)
		UPDATE river_job SET queue = $1 WHERE id IN (
			SELECT id FROM river_job JOIN long USING (queue) WHERE state = 'available' ORDER BY priority DESC, id DESC LIMIT (SELECT n / 2 FROM long)) AND state = 'available'`,
		shared, kind)
	if err != nil {
		return fmt.Errorf("share the units of the busiest worker: %w", err)
	}
	return nil
}
