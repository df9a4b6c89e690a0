package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/semaphore"

	"github.com/midspan/midspan/internal/child"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/mirrorcap"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/queue"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/store"
)

// WorkerOptions are how a worker works.
type WorkerOptions struct {
	// MirrorBytes is the most that its mirrors may take; 0 is no limit.
	MirrorBytes int64
	// Drain is how long units in hand may take after it was asked to end.
	Drain time.Duration
	Log   *slog.Logger
	// Observe receives each unit that ended; it may be nil.
	Observe func(took time.Duration, err error)
	// Traces get a span of each unit, with one of fetching and one of reading.
	Traces trace.Tracer
}

// ErrNoQueue means that the store has no queue: it is a file of this machine.
var ErrNoQueue = errors.New("a worker needs a store that several machines share: name it with --store postgres://…")

// Serve takes units of the runs on this store and does them until the context ends.
func (p *Pipeline) Serve(ctx context.Context, options WorkerOptions) (err error) {
	if p.store.Pool() == nil {
		return ErrNoQueue
	}
	reader, err := p.newReader()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	keeper, err := mirrorcap.Open(p.mirrorsFolder(), options.MirrorBytes, gitrepo.PackedBytes)
	if err != nil {
		return err
	}
	host, _ := os.Hostname() // for people: empty where there is none
	w := &unitWorker{Pipeline: p, reader: reader, mirrors: keeper, cache: cacheName(host, p.cfg.Cache), log: options.Log, traces: options.Traces,
		fetching: semaphore.NewWeighted(maxFetches), reading: semaphore.NewWeighted(int64(p.cfg.Jobs))}
	return queue.Serve(ctx, p.store.Pool(), queue.Worker{
		Program: p.program(), Cache: w.cache, Host: host, Jobs: p.cfg.Jobs, Drain: options.Drain, Pause: retryPause,
		Timing: queue.DefaultTiming(), Now: p.now, Log: options.Log,
		Do: w.do, PerHost: p.cfg.PerHost, Observe: options.Observe,
	})
}

// retryPause is half of the pause before the second try of a unit.
const retryPause = 5 * time.Second

// cacheName names the folder of a worker's mirrors among all workers. It is the same when
// the worker is started again.
func cacheName(host, folder string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", host, folder))
	return hex.EncodeToString(sum[:8])
}

// QueueStatus reads what goes on in the queue. The first look that succeeds brings its
// tables up to date; a worker is asked for its health again and again.
func (p *Pipeline) QueueStatus(ctx context.Context) (queue.State, error) {
	if p.store.Pool() == nil {
		return queue.State{}, ErrNoQueue
	}
	if !p.queueReady.Load() {
		if err := queue.Migrate(ctx, p.store.Pool()); err != nil {
			return queue.State{}, err
		}
		p.queueReady.Store(true)
	}
	return queue.Status(ctx, p.store.Pool())
}

// unitWorker does units.
type unitWorker struct {
	*Pipeline
	reader            child.Reader
	mirrors           *mirrorcap.Keeper
	cache             string
	log               *slog.Logger
	traces            trace.Tracer
	fetching, reading *semaphore.Weighted
}

// do fetches, reads and stores one repository.
func (w *unitWorker) do(ctx context.Context, unit queue.Unit, hosts *queue.Hosts) (err error) {
	url := unit.Repository.URL
	ctx, span := w.traces.Start(ctx, "unit", trace.WithAttributes(attribute.String("midspan.repository", redact.Text(url)),
		attribute.Int64("midspan.run", unit.Run), attribute.Int("midspan.try", unit.Try)))
	defer func() {
		if err != nil {
			span.SetStatus(codes.Error, redact.Text(err.Error()))
		}
		span.End()
	}()
	if last, err := w.store.Scan(ctx, unit.Run, url); err == nil && last.Failure == nil {
		return nil // another worker, taken for dead, has done it
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("look whether %s is done: %w", url, err)
	}
	w.breakers.ForRun(unit.Run)
	started := w.now()
	a := w.locate(ctx, unit.Repository, unit.Several)
	if a.dir == "" && a.err == nil {
		if a.dir, a.err = w.ownMirror(unit.Repository); a.err == nil {
			defer w.tidy(ctx)
			defer w.mirrors.Use(a.dir, url)()
			if err := w.bring(ctx, &a, hosts); err != nil {
				return err
			}
		}
	}
	fetched := w.now()
	scan, err := w.read(ctx, unit, a)
	if err != nil {
		return err
	}
	if scan.Failure != nil && triedLater(scan.Failure.Cause, unit) {
		return fmt.Errorf("try %d: %s", unit.Try, scan.Failure.Message)
	}
	if err := w.store.PutScan(ctx, unit.Run, scan); errors.Is(err, store.ErrTooLate) {
		w.log.Warn("a scan comes too late", "url", url, "run", unit.Run, "error", err.Error())
		return nil // the run has another, of a worker that did the unit meanwhile, or is gone
	} else if err != nil {
		return fmt.Errorf("store the scan of %s: %w", url, err)
	}
	span.SetAttributes(attribute.String("midspan.outcome", outcomeOf(scan)))
	w.log.Debug("unit", "url", url, "run", unit.Run, "outcome", outcomeOf(scan), "try", unit.Try, "fetch", fetched.Sub(started).Seconds(),
		"read", w.now().Sub(fetched).Seconds())
	return nil
}

// bring makes or updates the mirror of a repository, under the limit of its host. Its error
// means that the unit is not done; one of the repository is kept in a.
func (w *unitWorker) bring(ctx context.Context, a *acquired, hosts *queue.Hosts) error {
	ctx, span := w.traces.Start(ctx, "fetch")
	defer span.End()
	if !w.cfg.Offline {
		release, err := hosts.Take(ctx, a.repository.Host)
		if err != nil {
			return err
		}
		defer release()
	}
	a.err = w.fetch(ctx, *a, w.fetching)
	if files.IsDiskFull(a.err) {
		return &queue.EndError{Err: fmt.Errorf("the cache %s cannot be written to; make room and start the worker again: %w", w.cfg.Cache, a.err)}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if a.err != nil {
		return nil
	}
	if err := queue.Keep(ctx, w.store.Pool(), a.repository.URL, w.cache, gitrepo.PackedBytes(a.dir)); err != nil {
		return fmt.Errorf("keep who has the mirror of %s: %w", a.repository.URL, err)
	}
	return nil
}

func (w *unitWorker) read(ctx context.Context, unit queue.Unit, a acquired) (store.Scan, error) {
	if err := w.reading.Acquire(ctx, 1); err != nil {
		return store.Scan{}, err
	}
	defer w.reading.Release(1)
	ctx, span := w.traces.Start(ctx, "read")
	defer span.End()
	return w.scanRepository(ctx, store.Run{ID: unit.Run, AsOf: unit.AsOf}, w.reader, a)
}

// tidy keeps the mirrors under their limit.
func (w *unitWorker) tidy(ctx context.Context) {
	gone, err := w.mirrors.Tidy()
	if err != nil {
		w.log.Warn("mirrors", "error", err.Error())
	}
	if len(gone) > 0 {
		if err := queue.Forget(ctx, w.store.Pool(), gone, w.cache); err != nil {
			w.log.Warn("mirrors", "error", err.Error()) // a unit comes back to where its mirror was: it is cloned again
		}
		w.log.Debug("mirrors", "removed", len(gone), "bytes", w.mirrors.Bytes())
	}
}

// triedLater reports whether a unit that failed is tried again later, and by another worker
// where there is one: a network or a mirror of this machine may be at fault. What a server
// or a repository says for good is a result.
func triedLater(cause observation.Cause, unit queue.Unit) bool {
	const tries = 2
	switch cause {
	case observation.CauseUnreachable, observation.CauseCorrupt, observation.CauseMissingObjects:
		return unit.Try < tries
	}
	return false
}
