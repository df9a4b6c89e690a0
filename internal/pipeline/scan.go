package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/child"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/report/unread"
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
	units, err := p.newUnits(ctx)
	if err != nil {
		return err
	}
	p.progress.Stage("scan", len(repositories))
	defer p.progress.End()
	if err := units.each(ctx, run, repositories, p.progress.Done); err != nil {
		return err
	}
	return p.store.Advance(ctx, run.ID, store.Scanned)
}

func (p *Pipeline) scanAndStore(ctx context.Context, run store.Run, reader child.Reader, a acquired) (string, error) {
	scan, err := p.scanRepository(ctx, run, reader, a)
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
	case unread.Count(scan.Notes) > 0:
		return "partial"
	}
	return "scanned"
}

// scanRepository stores a fault of the repository as the scan's failure. Its error means
// that the run ended.
func (p *Pipeline) scanRepository(ctx context.Context, run store.Run, reader child.Reader, a acquired) (_ store.Scan, err error) {
	repository := a.repository
	scan := store.Scan{URL: repository.URL, At: run.AsOf}
	if a.err != nil {
		return p.withFailure(ctx, scan, a.err)
	}
	mirrorState, _ := gitrepo.ReadMirrorState(a.dir)
	if last, ok := p.unchanged(ctx, run, repository, mirrorState); ok {
		return last, nil
	}
	open, err := reader.Open(ctx, a.dir, time.Time{}, p.cfg.Timeout)
	if err != nil {
		return p.withFailure(ctx, scan, err)
	}
	defer open.Close() // what was read is kept; a git process that is left has nothing more to say
	opened := open.Opened()
	scan.Commit, scan.Committed, scan.Variant, scan.MirrorState = opened.Commit, opened.Committed, opened.Variant, mirrorState.Digest
	scan.At = measuredAt(run.AsOf, opened.ObservedUntil)
	// Rounded to the day, so that a second scan on the same day gives the same result.
	scan.ObservedUntil = scan.At.Truncate(24 * time.Hour)
	scan.Notes = opened.Notes
	for _, scanner := range p.scanners {
		key, result, err := p.runScanner(ctx, run, scanner, open, repository, scan.At)
		if err != nil {
			return scan, err
		}
		scan.Keys = append(scan.Keys, key)
		scan.Notes = append(scan.Notes, result.Notes...)
		if result.Packages != nil && result.Past == nil {
			scan.Inventory = key
		}
	}
	return scan, ctx.Err()
}

// newReader returns what opens repositories: child processes, or this one. more are scanners
// beside those of the run; a child has them in the order of the registry.
func (p *Pipeline) newReader(more ...scanners.Scanner) (child.Reader, error) {
	all := append(p.scanners[:len(p.scanners):len(p.scanners)], more...)
	if !p.inChild {
		return child.Inside{Git: p.git, Scanners: all}, nil
	}
	return child.NewPool(child.Options{
		Scratch: p.git.Scratch(), Scanners: child.Names(all), MaxFiles: p.cfg.MaxFiles, MaxBytes: int64(p.cfg.MaxBytes),
		Timeout: p.cfg.Timeout, Jobs: p.cfg.Jobs, Memory: p.memory,
	})
}

// withFailure stores an error as the failure of a scan, unless the run ended.
func (p *Pipeline) withFailure(ctx context.Context, scan store.Scan, err error) (store.Scan, error) {
	failure := note(gitrepo.CauseOf(err), scan.URL, err)
	if ended, ok := errors.AsType[*child.EndedError](err); ok {
		failure.Cause = ended.Cause
	}
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
	if len(last.Keys) != len(p.scanners) {
		return last, false
	}
	for i, scanner := range p.scanners {
		key := workKey(scanner, repository, last.Commit, last.Variant, last.At)
		if last.Keys[i] != key && last.Keys[i] != p.overLimitKey(key) {
			return last, false
		}
	}
	return last, true
}

// runScanner runs one scanner on an open repository, unless the store has its result. A
// limit that ended a child process, or beyond which a file was not read, would do so again:
// until the commit, the program or a limit changes, that is a result too.
func (p *Pipeline) runScanner(ctx context.Context, run store.Run, scanner scanners.Scanner, open child.Repository, repository catalog.Repository,
	at time.Time) (string, observation.Observation, error) {
	key := workKey(scanner, repository, open.Opened().Commit, open.Opened().Variant, at)
	for _, stored := range []string{key, p.overLimitKey(key)} {
		result, err := p.store.Observation(ctx, stored)
		limited := stored == key && result.MetLimit() // of an older program, which did not name the limits
		if err == nil && !limited && !scanners.LackedObjects(scanner, result) {
			return stored, result, nil
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) && ctx.Err() == nil {
			return "", result, fmt.Errorf("read observation %s: %w", stored, err)
		}
	}
	start := p.now()
	result, err := open.Scan(scanner, repository, at)
	if err != nil {
		result = failedObservation(scanner, repository, err)
	}
	switch ended, ok := errors.AsType[*child.EndedError](err); {
	case err == nil && result.MetLimit(), ok && ended.Lasting:
		key = p.overLimitKey(key)
	case err != nil: // stored for this run only: the next run tries again
		key = fmt.Sprintf("%s run=%d", key, run.ID)
	}
	result.Measures = addMissing(scanner.Definitions(), result.Measures)
	if err := p.store.PutObservation(context.WithoutCancel(ctx), key, result, p.now().Sub(start)); err != nil {
		return "", result, fmt.Errorf("store observation %s: %w", key, err)
	}
	return key, result, nil
}

// overLimitKey is the key of a unit of work that met a limit: it names the limits, and the
// program that keeps them.
func (p *Pipeline) overLimitKey(key string) string {
	return fmt.Sprintf("%s over-limit timeout=%s files=%d bytes=%d %s", key, p.cfg.Timeout, p.cfg.MaxFiles, p.cfg.MaxBytes, p.build)
}

// workKey identifies a unit of work: the same key always gives the same result.
func workKey(scanner scanners.Scanner, repository catalog.Repository, commit, variant string, at time.Time) string {
	key := fmt.Sprintf("%s %s %s@%s %s", commit, variant, scanner.Name(), scanner.Version(), scanner.Configuration())
	if scanner.DependsOnTime() {
		key += " at=" + at.Format(time.DateOnly)
	}
	if _, reads := scanner.(scanners.OwnerReader); reads {
		key += fmt.Sprintf(" owner=%q %q", repository.Owner, repository.OwnerHosts)
	}
	return key
}

// failedObservation is the observation of a scanner that failed: every measure is
// unknown.
func failedObservation(scanner scanners.Scanner, repository catalog.Repository, err error) observation.Observation {
	cause := observation.CauseScannerFailed
	message := fmt.Sprintf("scanner %s: %v", scanner.Name(), redact.Error(err))
	if _, ok := errors.AsType[*child.PanicError](err); ok {
		cause = observation.CauseScannerPanic
	}
	if errors.Is(err, context.DeadlineExceeded) {
		cause, message = observation.CauseOverLimit, fmt.Sprintf("scanner %s did not end in time; --timeout allows more", scanner.Name())
	}
	if typed, ok := errors.AsType[*gitrepo.Error](err); ok {
		cause = typed.Cause
	}
	if ended, ok := errors.AsType[*child.EndedError](err); ok {
		cause = ended.Cause
	}
	return observation.Observation{Scanner: scanner.Name(), Version: scanner.Version(),
		Measures: unknowns(scanner.Definitions(), cause, message),
		Notes:    []observation.Note{{Cause: cause, Subject: repository.URL, Message: message}}}
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
