package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/queue"
	"github.com/midspan/midspan/internal/store"
)

// units has the repositories of a run fetched, read and stored, wherever that is.
type units interface {
	// each returns when the store has a scan of each repository. done is called once for
	// each, never twice at the same time. The largest come first.
	each(ctx context.Context, run store.Run, repositories []catalog.Repository, done func(url, outcome string)) error
}

// newUnits returns what does the units of this run: this process, or the workers that share
// its database.
func (p *Pipeline) newUnits(ctx context.Context) (units, error) {
	if p.store.Pool() == nil {
		return inProcess{p}, nil
	}
	run, err := queue.NewRun(ctx, p.store.Pool(), p.program(), queue.DefaultTiming())
	if err != nil {
		return nil, err
	}
	run.Say = p.say
	return byWorkers{p, run}, nil
}

// program names what the results of a worker depend on beside the unit.
func (p *Pipeline) program() string {
	parts := []any{p.version, p.cfg.Timeout, p.cfg.MaxFiles, p.cfg.MaxBytes, p.cfg.Offline, p.cfg.AllowPrivate, p.cfg.Rewrite}
	for _, scanner := range p.scanners {
		parts = append(parts, scanner.Name(), scanner.Version(), scanner.Configuration())
	}
	return queue.Program(parts...)
}

// inProcess does the units in this process, several at once.
type inProcess struct{ *Pipeline }

func (p inProcess) each(ctx context.Context, run store.Run, repositories []catalog.Repository, done func(url, outcome string)) (err error) {
	reader, err := p.newReader()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	var mu sync.Mutex
	return p.eachAcquired(ctx, repositories, func(groupCtx context.Context, a acquired) error {
		outcome, err := p.scanAndStore(groupCtx, run, reader, a)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		done(a.repository.URL, outcome)
		return nil
	})
}

// byWorkers has the units done by the workers of the database. What lies on this machine
// alone is read here.
type byWorkers struct {
	*Pipeline
	queue *queue.Run
}

func (p byWorkers) each(ctx context.Context, run store.Run, repositories []catalog.Repository, done func(url, outcome string)) error {
	atHand, remote := p.schedule(ctx, repositories)
	several := ofSeveralHosts(repositories)
	var here []catalog.Repository
	var queued []queue.Unit
	enqueue := func(a acquired) {
		unit := queue.Unit{Run: run.ID, AsOf: run.AsOf, Repository: a.repository, Several: several}
		if a.dir != "" && a.bytes < 1<<62 {
			unit.Bytes = a.bytes
		}
		queued = append(queued, unit)
	}
	for a := range atHand {
		switch {
		case a.err != nil: // no worker would read it either
			outcome, err := p.scanAndStore(ctx, run, nil, a)
			if err != nil {
				return err
			}
			done(a.repository.URL, outcome)
		case a.repository.Host == "" || p.givenMirrors[a.repository.URL] != "":
			here = append(here, a.repository)
		default:
			enqueue(a)
		}
	}
	for _, a := range remote {
		enqueue(a)
	}
	if len(here) > 0 {
		if err := (inProcess{p.Pipeline}).each(ctx, run, here, done); err != nil {
			return err
		}
	}
	if len(queued) == 0 {
		return nil
	}
	return p.queue.Do(ctx, run.ID, queued, func(result queue.Result) error {
		outcome, err := p.outcomeOfUnit(ctx, run, result)
		if err == nil {
			done(result.URL, outcome)
		}
		return err
	})
}

// outcomeOfUnit says how a unit ended. One that was given up becomes a failure of its
// repository.
func (p byWorkers) outcomeOfUnit(ctx context.Context, run store.Run, result queue.Result) (string, error) {
	scan := store.Scan{URL: result.URL, At: run.AsOf}
	if result.GivenUp != "" {
		scan.Failure = &observation.Note{Cause: observation.CauseScannerFailed, Subject: result.URL, Message: "given up: " + result.GivenUp}
		if err := p.store.PutScan(ctx, run.ID, scan); err != nil {
			return "", fmt.Errorf("store the scan of %s: %w", result.URL, err)
		}
		return outcomeOf(scan), nil
	}
	err := json.Unmarshal(result.Notes, &scan.Notes)
	if result.Failure != nil {
		err = errors.Join(err, json.Unmarshal(result.Failure, &scan.Failure))
	}
	return outcomeOf(scan), err
}

// mirrorsFolder is the folder of the mirrors in a cache.
func (p *Pipeline) mirrorsFolder() string { return filepath.Join(p.cfg.Cache, "mirrors") }
