package pipeline

import (
	"context"
	"fmt"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/store"
)

// Listings calls write for the goods of an assessed run with one of the names (an id, a
// name or a repository's address), or for all where there are none, with the packages that their repositories list. One good is in
// memory at a time.
func (p *Pipeline) Listings(ctx context.Context, run store.Run, names []string,
	write func(head report.Document, good report.Good, lists []export.Listing) error) error {
	head, err := p.documentHead(ctx, run)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	var all []catalog.Good
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return err
		}
		all = append(all, catalog.Good{ID: good.ID, Name: good.Name, Aliases: good.Aliases})
		wanted := len(names) == 0
		for _, name := range names {
			if good.Names(name) {
				wanted, found[name] = true, true
			}
		}
		if !wanted {
			continue
		}
		full, lists, err := p.loadListings(ctx, run, good)
		if err != nil {
			return fmt.Errorf("good %s: %w", good.ID, err)
		}
		if err := write(head, full, lists); err != nil {
			return err
		}
	}
	for _, name := range names {
		if !found[name] {
			return catalog.NotFound(fmt.Sprintf("the run holds no good with the id or the name %q; goods.csv of the report lists them", name), name, all)
		}
	}
	return nil
}

func (p *Pipeline) loadListings(ctx context.Context, run store.Run, good store.Good) (report.Good, []export.Listing, error) {
	e, err := p.loadEntry(ctx, run, good)
	if err != nil {
		return report.Good{}, nil, err
	}
	full, err := p.loadFull(ctx, e)
	if err != nil {
		return report.Good{}, nil, err
	}
	var lists []export.Listing
	for i, state := range e.states {
		if state.scan.Inventory == "" {
			continue
		}
		packages, err := p.store.Entries(ctx, state.scan.Inventory)
		if err != nil {
			return report.Good{}, nil, fmt.Errorf("read its inventory: %w", err)
		}
		lists = append(lists, export.Listing{Repository: good.Repositories[i].URL, Commit: state.scan.Commit, Packages: packages})
	}
	return full, lists, nil
}
