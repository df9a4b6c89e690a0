package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
)

// Match is the match stage: it holds every inventory of the run against the
// advisory database. No repository is opened.
func (p *Pipeline) Match(ctx context.Context, run store.Run) error {
	if err := p.openAdvisories(ctx, run); err != nil {
		return err
	}
	repositories, err := p.repositories(ctx, run)
	if err != nil {
		return err
	}
	p.progress.Stage("match", len(repositories))
	defer p.progress.End()
	for _, repository := range repositories {
		scan, err := p.store.Scan(ctx, run.ID, repository.URL)
		if err != nil {
			return fmt.Errorf("read the scan of %s: %w", repository.URL, err)
		}
		outcome := "no inventory"
		if scan.Inventory != "" {
			findings, err := p.matchInventory(ctx, scan.Inventory)
			if err != nil {
				return fmt.Errorf("match %s: %w", repository.URL, err)
			}
			outcome = fmt.Sprintf("%d findings", findings)
		}
		p.progress.Done(repository.URL, outcome)
	}
	return p.store.Advance(ctx, run.ID, store.Matched)
}

// matchInventory matches the inventory under a work key, unless that is done,
// and returns the number of findings.
func (p *Pipeline) matchInventory(ctx context.Context, key string) (int, error) {
	var done advisory.Result
	switch err := p.store.Match(ctx, key, p.databaseID, &done); {
	case err == nil:
		return len(done.Findings), nil
	case !errors.Is(err, store.ErrNone):
		return 0, err
	}
	seen, err := p.store.Observation(ctx, key)
	if err != nil {
		return 0, err
	}
	result, err := p.matchPackages(ctx, seen.Packages)
	if err != nil {
		return 0, err
	}
	return len(result.Findings), p.store.PutMatch(ctx, key, p.databaseID, result)
}

// matchPackages asks the database, or OSV's service where the user prefers it.
// A service that fails leaves the packages unknown and is noted once.
func (p *Pipeline) matchPackages(ctx context.Context, packages []observation.Package) (advisory.Result, error) {
	if !p.online() {
		return p.advisories.Match(ctx, packages)
	}
	result, err := p.service.Match(ctx, packages)
	if err == nil || ctx.Err() != nil {
		return result, ctx.Err()
	}
	cause := observation.CauseUnreachable
	if errors.Is(err, fetch.ErrOffline) {
		cause = observation.CauseOffline
	}
	if !slices.ContainsFunc(p.advisoryNotes, func(n observation.Note) bool { return n.Subject == onlineService }) {
		p.advisoryNotes = append(p.advisoryNotes, observation.Note{Cause: cause, Subject: onlineService,
			Message: fmt.Sprintf("the service did not answer, so findings are unknown; run again, or name a database with --advisories: %v", err)})
	}
	return advisory.Unmatchable(packages, cause), nil
}
