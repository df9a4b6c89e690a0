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

// BacktestOptions say how the past is asked.
type BacktestOptions struct {
	Step int // months from one time of the past to the one before
	backtest.Options
}

// Backtested is a backtest with what it was asked of.
type Backtested struct {
	AsOf   string            `json:"asOf"`
	Step   int               `json:"stepMonths"`
	Seed   uint64            `json:"seed"`
	Draws  int               `json:"draws"`
	Levels []assess.RiskStep `json:"levels"` // each from its score on; below all of them it is low
	backtest.Result
	// Unread counts the repositories whose history could not be read, by cause.
	Unread map[observation.Cause]int `json:"unread"`
}

// Backtest asks what the risk of the rules was worth in the past of the
// repositories of the catalogs and urls; where there is neither, of those of the
// newest run. It stores nothing but mirrors.
func (p *Pipeline) Backtest(ctx context.Context, urls []string, o BacktestOptions) (Backtested, error) {
	repositories, err := p.pastOf(ctx, urls)
	if err != nil {
		return Backtested{}, err
	}
	all, unread, err := p.lookBack(ctx, repositories, o.Step)
	if err != nil {
		return Backtested{}, err
	}
	steps := p.rules.RiskSteps()
	return Backtested{
		AsOf: p.cfg.Day().Format(time.DateOnly), Step: o.Step, Seed: o.Seed, Draws: o.Draws, Levels: steps,
		Result: backtest.Evaluate(all, steps, o.Options), Unread: unread,
	}, nil
}

// pastOf lists the repositories to look back on, by address.
func (p *Pipeline) pastOf(ctx context.Context, urls []string) ([]catalog.Repository, error) {
	if usesSample(p.cfg, urls) {
		run, err := p.store.Latest(ctx, store.Started, store.Scanned, store.Matched, store.Assessed)
		if err == nil && !ofSample(run) {
			return p.repositories(ctx, run)
		}
		if err != nil && !errors.Is(err, store.ErrNone) {
			return nil, err
		}
	}
	catalogs, err := p.Catalogs(ctx, urls)
	if err != nil {
		return nil, err
	}
	goods := p.Choose(catalogs)
	if len(goods) == 0 {
		return nil, fmt.Errorf("no goods to look back on: %s", emptyBecause(p.cfg, catalogs))
	}
	var list []catalog.Repository
	for _, good := range goods {
		list = append(list, good.Repositories...)
	}
	slices.SortFunc(list, func(a, b catalog.Repository) int { return strings.Compare(a.URL, b.URL) })
	return slices.CompactFunc(list, func(a, b catalog.Repository) bool { return a.URL == b.URL }), nil
}

// ofSample tells a run over the sample, whose repositories must be written anew.
func ofSample(run store.Run) bool {
	return slices.ContainsFunc(run.Sources, func(s store.Source) bool { return s.Name == sample.Name })
}

// lookBack brings every repository and puts the clock back in it. The points
// come in the order of addresses, whatever is done first.
func (p *Pipeline) lookBack(ctx context.Context, repositories []catalog.Repository, step int) ([]backtest.Repository, map[observation.Cause]int, error) {
	p.progress.Stage("backtest", len(repositories))
	defer p.progress.End()
	var writing sync.Mutex
	found := map[string]backtest.Repository{}
	unread := map[observation.Cause]int{}
	err := p.eachAcquired(ctx, repositories, func(working context.Context, a acquired) error {
		past, err := p.past(working, a, step)
		if working.Err() != nil {
			return working.Err()
		}
		writing.Lock()
		defer writing.Unlock()
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

// past looks back in one repository, from the time at which its mirror was last
// brought up to date, or from as-of where that is earlier.
func (p *Pipeline) past(ctx context.Context, a acquired, step int) (backtest.Repository, error) {
	if a.err != nil {
		return backtest.Repository{}, a.err
	}
	limited, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	snapshot, err := p.git.Open(limited, a.dir)
	if err != nil {
		return backtest.Repository{}, err
	}
	defer snapshot.Close()
	until := at(p.cfg.Day(), snapshot.ObservedUntil())
	history, err := maintenance.Read(limited, snapshot, until)
	if err != nil {
		return backtest.Repository{}, err
	}
	return backtest.Replay(history, p.rules, until, step), nil
}
