package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// Listings hands goods of an assessed run to write, with the packages that
// their repositories list: those with one of the ids, or all where none is
// given. One good is held at a time.
func (p *Pipeline) Listings(ctx context.Context, run store.Run, ids []string, write func(head report.Document, good report.Good, lists []report.Listing) error) error {
	head, err := p.head(ctx, run)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return err
		}
		if len(ids) > 0 && !slices.Contains(ids, good.ID) {
			continue
		}
		found[good.ID] = true
		whole, lists, err := p.listings(ctx, run, good)
		if err != nil {
			return fmt.Errorf("good %s: %w", good.ID, err)
		}
		if err := write(head, whole, lists); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if !found[id] {
			return fmt.Errorf("the run holds no good with the id %q; goods.csv of the report lists them", id)
		}
	}
	return nil
}

func (p *Pipeline) listings(ctx context.Context, run store.Run, good store.Good) (report.Good, []report.Listing, error) {
	one, err := p.entryOf(ctx, run, good)
	if err != nil {
		return report.Good{}, nil, err
	}
	whole, err := p.whole(ctx, one)
	if err != nil {
		return report.Good{}, nil, err
	}
	var lists []report.Listing
	for i, from := range one.seen {
		if from.scan.Inventory == "" {
			continue
		}
		packages, err := p.store.Entries(ctx, from.scan.Inventory)
		if err != nil {
			return report.Good{}, nil, fmt.Errorf("read its inventory: %w", err)
		}
		lists = append(lists, report.Listing{Repository: good.Repositories[i].URL, Packages: packages})
	}
	return whole, lists, nil
}
