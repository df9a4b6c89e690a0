package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
)

// Scan is the acquire and scan stages: it brings every repository of the run
// and lets each scanner look at it once. What was looked at before, at the
// same commit with the same scanner and configuration, is not looked at again.
//
// Mirrors that are at hand are scanned while others are fetched, and the
// largest come first, so that no core waits at the end for one of them.
func (p *Pipeline) Scan(ctx context.Context, run store.Run) error {
	repositories, err := p.repositories(ctx, run)
	if err != nil {
		return err
	}
	p.progress.Stage("scan", len(repositories))
	defer p.progress.End()
	var reporting sync.Mutex
	err = p.eachAcquired(ctx, repositories, func(working context.Context, a acquired) error {
		outcome, err := p.scanAndStore(working, run, a)
		if err != nil {
			return err
		}
		reporting.Lock()
		defer reporting.Unlock()
		p.progress.Done(a.repository.URL, outcome)
		return nil
	})
	if err != nil {
		return err
	}
	return p.store.Advance(ctx, run.ID, store.Scanned)
}

func (p *Pipeline) scanAndStore(ctx context.Context, run store.Run, a acquired) (string, error) {
	scan, err := p.scanRepository(ctx, run, a)
	if err != nil {
		return "", err
	}
	if err := p.store.PutScan(ctx, run.ID, scan); err != nil {
		return "", fmt.Errorf("store the scan of %s: %w", a.repository.URL, err)
	}
	return outcomeOf(scan), nil
}

func outcomeOf(scan store.Scan) string {
	switch {
	case scan.Failure != nil:
		return "failed: " + string(scan.Failure.Cause)
	case Lost(scan.Notes) > 0:
		return "partial"
	}
	return "scanned"
}

// scanRepository never fails for what is wrong with the repository: that
// becomes the scan's failure. It fails when the run is over.
func (p *Pipeline) scanRepository(ctx context.Context, run store.Run, a acquired) (store.Scan, error) {
	limited, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	repository := a.repository
	scan := store.Scan{URL: repository.URL, At: run.AsOf}
	if a.err != nil {
		return p.unreadable(ctx, scan, a.err)
	}
	sight, _ := gitrepo.ReadMirrorState(a.dir)
	if last, ok := p.unchanged(limited, run, repository, sight); ok {
		return last, nil
	}
	snapshot, err := p.git.Open(limited, a.dir)
	if err != nil {
		return p.unreadable(ctx, scan, err)
	}
	defer snapshot.Close()
	scan.Commit, scan.Committed, scan.Variant, scan.Sight = snapshot.Commit(), snapshot.Committed(), snapshot.Variant(), sight.Digest
	scan.At = at(run.AsOf, snapshot.ObservedUntil())
	// The day, not the second: a second look on one day changes nothing.
	scan.ObservedUntil = scan.At.Truncate(24 * time.Hour)
	scan.Notes = snapshot.Notes()
	in := scanners.Input{Repository: repository, Snapshot: snapshot, At: scan.At}
	for _, scanner := range p.scanners {
		key, seen, err := p.observe(limited, run, scanner, in)
		if err != nil {
			return scan, err
		}
		scan.Keys = append(scan.Keys, key)
		scan.Notes = append(scan.Notes, seen.Notes...)
		if seen.Packages != nil {
			scan.Inventory = key
		}
	}
	return scan, ctx.Err()
}

// unreadable makes an error the failure of a scan, unless the run is over.
func (p *Pipeline) unreadable(ctx context.Context, scan store.Scan, err error) (store.Scan, error) {
	failure := note(gitrepo.CauseOf(err), scan.URL, err)
	if errors.Is(err, context.DeadlineExceeded) {
		failure.Message = fmt.Sprintf("not read within %s; --timeout allows more", p.cfg.Timeout)
	}
	scan.Failure = &failure
	return scan, ctx.Err()
}

// unchanged returns what was seen when the repository was last read, where its
// mirror is as it was then and every scanner would see the same.
func (p *Pipeline) unchanged(ctx context.Context, run store.Run, repository catalog.Repository, sight gitrepo.MirrorState) (store.Scan, bool) {
	last, err := p.store.LastScan(ctx, repository.URL)
	if err != nil || sight.Digest == "" || last.Sight != sight.Digest {
		return store.Scan{}, false
	}
	last.At = at(run.AsOf, gitrepo.ObservedUntil(sight.FetchedAt, last.Committed))
	last.ObservedUntil = last.At.Truncate(24 * time.Hour)
	var keys []string
	for _, scanner := range p.scanners {
		keys = append(keys, workKey(scanner, last.Commit, last.Variant, last.At))
	}
	return last, slices.Equal(keys, last.Keys)
}

// observe lets one scanner look at a snapshot, unless the store holds what it
// would see.
func (p *Pipeline) observe(ctx context.Context, run store.Run, scanner scanners.Scanner, in scanners.Input) (string, observation.Observation, error) {
	key := workKey(scanner, in.Snapshot.Commit(), in.Snapshot.Variant(), in.At)
	seen, err := p.store.Observation(ctx, key)
	if err == nil {
		return key, seen, nil
	}
	if !errors.Is(err, store.ErrNone) && ctx.Err() == nil {
		return "", seen, fmt.Errorf("read observation %s: %w", key, err)
	}
	begun := p.now()
	seen, err = protect(ctx, scanner, in)
	if err != nil {
		// A failure is this run's alone: the next one tries again.
		key = fmt.Sprintf("%s run=%d", key, run.ID)
		seen = unseen(scanner, in, err)
	}
	seen.Measures = complete(scanner.Definitions(), seen.Measures)
	if err := p.store.PutObservation(context.WithoutCancel(ctx), key, seen, p.now().Sub(begun)); err != nil {
		return "", seen, fmt.Errorf("store observation %s: %w", key, err)
	}
	return key, seen, nil
}

// workKey names a unit of work: the same key always gives the same result.
func workKey(scanner scanners.Scanner, commit, variant string, at time.Time) string {
	key := fmt.Sprintf("%s %s %s@%s %s", commit, variant, scanner.Name(), scanner.Version(), scanner.Configuration())
	if scanner.DependsOnTime() {
		key += " at=" + at.Format(time.DateOnly)
	}
	return key
}

// panicked is a scanner's panic as an error.
type panicked struct{ value any }

func (e *panicked) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// protect keeps a scanner's panic from ending more than its own work.
func protect(ctx context.Context, scanner scanners.Scanner, in scanners.Input) (seen observation.Observation, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicked{value}
		}
	}()
	return scanner.Scan(ctx, in)
}

// unseen is the observation of a scanner that could not look.
func unseen(scanner scanners.Scanner, in scanners.Input, err error) observation.Observation {
	cause := observation.CauseScannerFailed
	message := fmt.Sprintf("scanner %s: %v", scanner.Name(), err)
	if _, ok := errors.AsType[*panicked](err); ok {
		cause = observation.CauseScannerPanic
	}
	if errors.Is(err, context.DeadlineExceeded) {
		cause, message = observation.CauseOverLimit, fmt.Sprintf("scanner %s did not end in time; --timeout allows more", scanner.Name())
	}
	if typed, ok := errors.AsType[*gitrepo.Error](err); ok {
		cause = typed.Cause
	}
	return observation.Observation{Scanner: scanner.Name(), Version: scanner.Version(),
		Measures: unknowns(scanner.Definitions(), cause, message),
		Notes:    []observation.Note{{Cause: cause, Subject: in.Repository.URL, Message: message}}}
}

// complete adds an unknown for each declared measure that a scanner left out.
func complete(definitions []observation.Definition, measures []observation.Measure) []observation.Measure {
	have := map[string]bool{}
	for _, measure := range measures {
		have[measure.ID] = true
	}
	for _, definition := range definitions {
		if !have[definition.ID] {
			measures = append(measures, definition.UnknownFor(observation.CauseScannerFailed, "the scanner said nothing of it"))
		}
	}
	return measures
}
