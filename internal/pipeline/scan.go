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
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
)

// Scan is the acquire and scan stages: it fetches every repository of the run and runs
// each scanner on it. A result that is stored for the same commit, scanner and
// configuration is used again.
//
// Mirrors that are at hand are scanned while others are fetched. The largest come first,
// so that no core waits at the end for one of them.
func (p *Pipeline) Scan(ctx context.Context, run store.Run) error {
	repositories, err := p.repositories(ctx, run)
	if err != nil {
		return err
	}
	p.progress.Stage("scan", len(repositories))
	defer p.progress.End()
	var mu sync.Mutex
	err = p.eachAcquired(ctx, repositories, func(groupCtx context.Context, a acquired) error {
		outcome, err := p.scanAndStore(groupCtx, run, a)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
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
	case CountGaps(scan.Notes) > 0:
		return "partial"
	}
	return "scanned"
}

// scanRepository stores a fault of the repository as the scan's failure. Its error means
// that the run ended.
func (p *Pipeline) scanRepository(ctx context.Context, run store.Run, a acquired) (store.Scan, error) {
	timeoutCtx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	repository := a.repository
	scan := store.Scan{URL: repository.URL, At: run.AsOf}
	if a.err != nil {
		return p.withFailure(ctx, scan, a.err)
	}
	mirrorState, _ := gitrepo.ReadMirrorState(a.dir)
	if last, ok := p.unchanged(timeoutCtx, run, repository, mirrorState); ok {
		return last, nil
	}
	snapshot, err := p.git.Open(timeoutCtx, a.dir)
	if err != nil {
		return p.withFailure(ctx, scan, err)
	}
	defer snapshot.Close()
	scan.Commit, scan.Committed, scan.Variant, scan.MirrorState = snapshot.Commit(), snapshot.Committed(), snapshot.Variant(), mirrorState.Digest
	scan.At = measuredAt(run.AsOf, snapshot.ObservedUntil())
	// Rounded to the day, so that a second scan on the same day gives the same result.
	scan.ObservedUntil = scan.At.Truncate(24 * time.Hour)
	scan.Notes = snapshot.Notes()
	in := scanners.Input{Repository: repository, Snapshot: snapshot, At: scan.At}
	for _, scanner := range p.scanners {
		key, result, err := p.runScanner(timeoutCtx, run, scanner, in)
		if err != nil {
			return scan, err
		}
		scan.Keys = append(scan.Keys, key)
		scan.Notes = append(scan.Notes, result.Notes...)
		if result.Packages != nil {
			scan.Inventory = key
		}
	}
	return scan, ctx.Err()
}

// withFailure stores an error as the failure of a scan, unless the run ended.
func (p *Pipeline) withFailure(ctx context.Context, scan store.Scan, err error) (store.Scan, error) {
	failure := note(gitrepo.CauseOf(err), scan.URL, err)
	if errors.Is(err, context.DeadlineExceeded) {
		failure.Message = fmt.Sprintf("not read within %s; --timeout allows more", p.cfg.Timeout)
	}
	scan.Failure = &failure
	return scan, ctx.Err()
}

// unchanged returns the last scan of a repository, where its mirror has not changed
// since and every scanner would return the same result.
func (p *Pipeline) unchanged(ctx context.Context, run store.Run, repository catalog.Repository, mirrorState gitrepo.MirrorState) (store.Scan, bool) {
	last, err := p.store.LastScan(ctx, repository.URL)
	if err != nil || mirrorState.Digest == "" || last.MirrorState != mirrorState.Digest {
		return store.Scan{}, false
	}
	last.At = measuredAt(run.AsOf, gitrepo.ObservedUntil(mirrorState.FetchedAt, last.Committed))
	last.ObservedUntil = last.At.Truncate(24 * time.Hour)
	var keys []string
	for _, scanner := range p.scanners {
		keys = append(keys, workKey(scanner, last.Commit, last.Variant, last.At))
	}
	return last, slices.Equal(keys, last.Keys)
}

// runScanner runs one scanner on a snapshot, unless the store has its result.
func (p *Pipeline) runScanner(ctx context.Context, run store.Run, scanner scanners.Scanner, in scanners.Input) (string, observation.Observation, error) {
	key := workKey(scanner, in.Snapshot.Commit(), in.Snapshot.Variant(), in.At)
	result, err := p.store.Observation(ctx, key)
	if err == nil {
		return key, result, nil
	}
	if !errors.Is(err, store.ErrNotFound) && ctx.Err() == nil {
		return "", result, fmt.Errorf("read observation %s: %w", key, err)
	}
	start := p.now()
	result, err = recoverPanic(ctx, scanner, in)
	if err != nil {
		// Stored for this run only: the next run tries again.
		key = fmt.Sprintf("%s run=%d", key, run.ID)
		result = failedObservation(scanner, in, err)
	}
	result.Measures = addMissing(scanner.Definitions(), result.Measures)
	if err := p.store.PutObservation(context.WithoutCancel(ctx), key, result, p.now().Sub(start)); err != nil {
		return "", result, fmt.Errorf("store observation %s: %w", key, err)
	}
	return key, result, nil
}

// workKey identifies a unit of work: the same key always gives the same result.
func workKey(scanner scanners.Scanner, commit, variant string, at time.Time) string {
	key := fmt.Sprintf("%s %s %s@%s %s", commit, variant, scanner.Name(), scanner.Version(), scanner.Configuration())
	if scanner.DependsOnTime() {
		key += " at=" + at.Format(time.DateOnly)
	}
	return key
}

// panicError is the panic of a scanner.
type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// recoverPanic runs a scanner and returns a panic as an error, so that it costs only
// this scanner's measures.
func recoverPanic(ctx context.Context, scanner scanners.Scanner, in scanners.Input) (result observation.Observation, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value}
		}
	}()
	return scanner.Scan(ctx, in)
}

// failedObservation is the observation of a scanner that failed: every measure is
// unknown.
func failedObservation(scanner scanners.Scanner, in scanners.Input, err error) observation.Observation {
	cause := observation.CauseScannerFailed
	message := fmt.Sprintf("scanner %s: %v", scanner.Name(), redact.Error(err))
	if _, ok := errors.AsType[*panicError](err); ok {
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

// addMissing adds an unknown measure for each declared measure that a scanner did not
// return.
func addMissing(definitions []observation.Definition, measures []observation.Measure) []observation.Measure {
	present := map[string]bool{}
	for _, measure := range measures {
		present[measure.ID] = true
	}
	for _, definition := range definitions {
		if !present[definition.ID] {
			measures = append(measures, definition.UnknownFor(observation.CauseScannerFailed, "the scanner said nothing of it"))
		}
	}
	return measures
}
