package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/store"
)

// matched is what stands in the store for one inventory and one database.
type matched struct {
	Result advisory.Result `json:"result"`
}

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
		for _, key := range scan.Keys {
			n, err := p.matchInventory(ctx, key)
			if err != nil {
				return fmt.Errorf("match %s: %w", repository.URL, err)
			}
			if n >= 0 {
				outcome = fmt.Sprintf("%d findings", n)
			}
		}
		p.progress.Done(repository.URL, outcome)
	}
	return p.store.Advance(ctx, run.ID, store.Matched)
}

// matchInventory matches the inventory under a work key, unless that is done;
// -1 where the observation has none.
func (p *Pipeline) matchInventory(ctx context.Context, key string) (int, error) {
	var done matched
	switch err := p.store.Match(ctx, key, p.databaseID, &done); {
	case err == nil:
		return len(done.Result.Findings), nil
	case !errors.Is(err, store.ErrNone):
		return 0, err
	}
	seen, err := p.store.Observation(ctx, key)
	if err != nil {
		return 0, err
	}
	if seen.Packages == nil {
		return -1, nil
	}
	result, err := p.advisories.Match(ctx, seen.Packages)
	if err != nil {
		return 0, err
	}
	return len(result.Findings), p.store.PutMatch(ctx, key, p.databaseID, matched{result})
}
