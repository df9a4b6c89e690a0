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
	chosen, err := p.pick(ctx, run, names)
	if err != nil {
		return err
	}
	if len(names) == 1 { // what answers name no good is given for this one
		p.answers = p.answers.ForOneGood()
	}
	head, err := p.documentHead(ctx, run)
	if err != nil {
		return err
	}
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return err
		}
		if len(names) > 0 && !chosen[good.ID] {
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
	return nil
}

// namesOf lists the goods of a run with what names them, and nothing else of them.
func (p *Pipeline) namesOf(ctx context.Context, run store.Run) ([]catalog.Good, error) {
	var all []catalog.Good
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return nil, err
		}
		all = append(all, catalog.Good{ID: good.ID, Name: good.Name, Aliases: good.Aliases, Repositories: good.Repositories})
	}
	return all, nil
}

// pick finds the goods of a run that have names, by their ids.
func (p *Pipeline) pick(ctx context.Context, run store.Run, names []string) (map[string]bool, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all, err := p.namesOf(ctx, run)
	if err != nil {
		return nil, err
	}
	chosen := map[string]bool{}
	for _, name := range names {
		good, err := catalog.Pick(name, all)
		if err != nil {
			return nil, fmt.Errorf("%w (goods.csv of the report lists them)", err)
		}
		chosen[good.ID] = true
	}
	return chosen, nil
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
