package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/catalog/sample"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners/maintenance"
)

// BacktestOptions are the settings of a backtest.
type BacktestOptions struct {
	Step int // months between two points in time
	backtest.Options
}

// BacktestResult is the result of a backtest with its settings.
type BacktestResult struct {
	AsOf   string            `json:"asOf"`
	Step   int               `json:"stepMonths"`
	Seed   uint64            `json:"seed"`
	Draws  int               `json:"draws"`
	Levels []assess.RiskStep `json:"levels"` // with the lowest score of each; a lower score is low
	backtest.Result
	// Unread counts the repositories whose history could not be read, by cause.
	Unread map[observation.Cause]int `json:"unread"`
}

// Backtest measures how well the risk of the rules predicted the past, over the
// repositories of the catalogs and urls. Without either it takes the repositories of the
// newest run. It stores nothing but mirrors.
func (p *Pipeline) Backtest(ctx context.Context, urls []string, o BacktestOptions) (BacktestResult, error) {
	repositories, err := p.backtestRepositories(ctx, urls)
	if err != nil {
		return BacktestResult{}, err
	}
	all, unread, err := p.readHistories(ctx, repositories, o.Step)
	if err != nil {
		return BacktestResult{}, err
	}
	steps := p.rules.RiskSteps()
	return BacktestResult{
		AsOf: p.cfg.Day().Format(time.DateOnly), Step: o.Step, Seed: o.Seed, Draws: o.Draws, Levels: steps,
		Result: backtest.Evaluate(all, steps, o.Options), Unread: unread,
	}, nil
}

// backtestRepositories lists the repositories of a backtest by address.
func (p *Pipeline) backtestRepositories(ctx context.Context, urls []string) ([]catalog.Repository, error) {
	if usesSample(p.cfg, urls) {
		run, err := p.store.Latest(ctx, store.Started, store.Scanned, store.Matched, store.Assessed)
		if err == nil && !isSample(run) {
			return p.repositories(ctx, run)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	catalogs, err := p.Catalogs(ctx, urls)
	if err != nil {
		return nil, err
	}
	goods := p.Choose(catalogs)
	if len(goods) == 0 {
		return nil, fmt.Errorf("no goods to look back on: %s", emptyReason(p.cfg, catalogs))
	}
	var list []catalog.Repository
	for _, good := range goods {
		list = append(list, good.Repositories...)
	}
	slices.SortFunc(list, func(a, b catalog.Repository) int { return strings.Compare(a.URL, b.URL) })
	return slices.CompactFunc(list, func(a, b catalog.Repository) bool { return a.URL == b.URL }), nil
}

// isSample reports whether a run is over the sample, whose repositories must be written
// again.
func isSample(run store.Run) bool {
	return slices.ContainsFunc(run.Sources, func(s store.Source) bool { return s.Name == sample.Name })
}

// readHistories fetches every repository and computes its points in time. The results
// come in the order of addresses, independent of which repository is done first.
func (p *Pipeline) readHistories(ctx context.Context, repositories []catalog.Repository, step int) ([]backtest.Repository, map[observation.Cause]int, error) {
	p.progress.Stage("backtest", len(repositories))
	defer p.progress.End()
	var mu sync.Mutex
	found := map[string]backtest.Repository{}
	unread := map[observation.Cause]int{}
	err := p.eachAcquired(ctx, repositories, func(groupCtx context.Context, a acquired) error {
		past, err := p.readHistory(groupCtx, a, step)
		if groupCtx.Err() != nil {
			return groupCtx.Err()
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			unread[gitrepo.CauseOf(err)]++
			p.progress.Done(a.repository.URL, "failed: "+string(gitrepo.CauseOf(err)))
			return nil
		}
		found[a.repository.URL] = past
		p.progress.Done(a.repository.URL, fmt.Sprintf("%d points", len(past.Points)))
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	var all []backtest.Repository
	for _, repository := range repositories {
		if past, ok := found[repository.URL]; ok {
			all = append(all, past)
		}
	}
	return all, unread, nil
}

// readHistory computes the points of one repository, back from the last update of its
// mirror, or from as-of where that is earlier.
func (p *Pipeline) readHistory(ctx context.Context, a acquired, step int) (backtest.Repository, error) {
	if a.err != nil {
		return backtest.Repository{}, a.err
	}
	timeoutCtx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	snapshot, err := p.git.Open(timeoutCtx, a.dir)
	if err != nil {
		return backtest.Repository{}, err
	}
	defer snapshot.Close()
	until := measuredAt(p.cfg.Day(), snapshot.ObservedUntil())
	history, err := maintenance.Read(timeoutCtx, snapshot, until, a.repository.Owner)
	if err != nil {
		return backtest.Repository{}, err
	}
	return backtest.Replay(history, p.rules, until, step), nil
}
