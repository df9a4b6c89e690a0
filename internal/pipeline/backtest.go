package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/catalog/sample"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners/maintenance"
	"github.com/midspan/midspan/scanners/maintenance/functions"
)

// BacktestOptions are the settings of a backtest.
type BacktestOptions struct {
	Step    int    // months between two points in time
	Against string // a file of rules whose risk is compared with; empty for none
	// Seen is the percentage of mirrors that must have been seen at the common end.
	Seen int
	backtest.Options
}

// Looked says what a backtest looked at.
type Looked struct {
	AsOf string `json:"asOf"`
	// End is the common end of what is known; empty where no mirror was read.
	End string `json:"end"`
	// LeftOut counts the mirrors that were last seen before it.
	LeftOut int `json:"leftOut"`
	// SeenPercent is how many of the mirrors must have been seen at the end.
	SeenPercent int    `json:"seenPercent"`
	Seed        uint64 `json:"seed"`
	Draws       int    `json:"draws"`
	// Unread counts the repositories whose history could not be read, by cause.
	Unread map[observation.Cause]int `json:"unread"`
}

// BacktestResult is the result of a backtest with its settings.
type BacktestResult struct {
	Looked
	Step    int               `json:"stepMonths"`
	Against string            `json:"against,omitempty"`
	Levels  []assess.RiskStep `json:"levels"` // with the lowest score of each; a lower score is low
	backtest.Result
}

// StageResult is what became of the goods of each stage, with the settings.
type StageResult struct {
	Looked
	backtest.StageResult
}

// Backtest measures how well the risk of the rules predicted the past, over the
// repositories of the catalogs and urls. Without either it takes the repositories of the
// newest run. It stores nothing but mirrors.
func (p *Pipeline) Backtest(ctx context.Context, urls []string, o BacktestOptions) (BacktestResult, error) {
	rules := backtest.Rules{Tested: p.rules}
	if o.Against != "" {
		var err error
		if rules.Against, _, err = loadRules(o.Against, p.nameable()); err != nil {
			return BacktestResult{}, err
		}
	}
	past, err := p.lookBack(ctx, urls, o)
	if err != nil {
		return BacktestResult{}, err
	}
	all, err := readPast(ctx, p, past, func(ctx context.Context, m seenMirror) (backtest.Repository, error) {
		history, functionsThen, err := p.readHistory(ctx, m, past.end, p.cfg.Functions)
		if err != nil {
			return backtest.Repository{}, err
		}
		found := backtest.Replay(history, rules, past.end, o.Step)
		if functionsThen != nil {
			found.Count(functionsThen.At)
		}
		found.Owner, found.SeenAfterPush = m.owner(), m.afterPush()
		return found, nil
	})
	if err != nil {
		return BacktestResult{}, err
	}
	steps := p.rules.RiskSteps()
	return BacktestResult{Looked: past.Looked, Step: o.Step, Against: o.Against, Levels: steps, Result: backtest.Evaluate(all, steps, o.Options)}, nil
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

// seenMirror is a mirror that was opened once, with what is known of its age.
type seenMirror struct {
	acquired
	committed, observed time.Time
}

// owner is the account under which the repository stands, on its host.
func (m seenMirror) owner() string {
	if m.repository.Owner == "" {
		return ""
	}
	return strings.ToLower(m.repository.Host + "/" + m.repository.Owner)
}

// afterPush reports whether the mirror looked at its origin a day or more after its newest
// commit.
func (m seenMirror) afterPush() bool { return m.observed.Sub(m.committed) >= 24*time.Hour }

// past is what a backtest reads: the mirrors that were seen at its end.
type past struct {
	Looked
	end     time.Time
	mirrors []seenMirror
}

// lookBack fetches the repositories of a backtest and finds the common end of what is
// known of them: as-of, or the last day by which as many mirrors had been seen as asked for. Each
// mirror's own end would tell less: most are fetched just after a push, and cannot be
// silent then. Mirrors that were seen last before the end are left out.
func (p *Pipeline) lookBack(ctx context.Context, urls []string, o BacktestOptions) (past, error) {
	found := past{Looked: Looked{AsOf: p.cfg.Day().Format(time.DateOnly), SeenPercent: o.Seen, Seed: o.Seed, Draws: o.Draws, Unread: map[observation.Cause]int{}}}
	repositories, err := p.backtestRepositories(ctx, urls)
	if err != nil {
		return found, err
	}
	p.progress.Stage("look at mirrors", len(repositories))
	defer p.progress.End()
	var mu sync.Mutex
	err = p.eachAcquired(ctx, repositories, func(groupCtx context.Context, a acquired) error {
		m, err := p.lookAt(groupCtx, a)
		if groupCtx.Err() != nil {
			return groupCtx.Err()
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			found.Unread[gitrepo.CauseOf(err)]++
			p.progress.Done(a.repository.URL, "failed: "+string(gitrepo.CauseOf(err)))
			return nil
		}
		found.mirrors = append(found.mirrors, m)
		p.progress.Done(a.repository.URL, "seen "+m.observed.Format(time.DateOnly))
		return nil
	})
	if err != nil || len(found.mirrors) == 0 {
		return found, err
	}
	slices.SortFunc(found.mirrors, func(a, b seenMirror) int { return strings.Compare(a.repository.URL, b.repository.URL) })
	found.end = commonEnd(p.cfg.Day(), found.mirrors, o.Seen)
	found.End = found.end.Format(time.DateOnly)
	all := len(found.mirrors)
	found.mirrors = slices.DeleteFunc(found.mirrors, func(m seenMirror) bool { return config.EndOfDay(m.observed).Before(found.end) })
	found.LeftOut = all - len(found.mirrors)
	return found, nil
}

// commonEnd is as-of, or the last day by which so many percent of the mirrors had been seen.
func commonEnd(asOf time.Time, mirrors []seenMirror, percent int) time.Time {
	var seen []time.Time
	for _, m := range mirrors {
		seen = append(seen, m.observed)
	}
	slices.SortFunc(seen, time.Time.Compare)
	return measuredAt(asOf, seen[min(len(seen)*(100-percent)/100, len(seen)-1)])
}

// lookAt opens a mirror to see how old it is.
func (p *Pipeline) lookAt(ctx context.Context, a acquired) (seenMirror, error) {
	if a.err != nil {
		return seenMirror{}, a.err
	}
	timeoutCtx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	snapshot, err := p.git.Open(timeoutCtx, a.dir)
	if err != nil {
		return seenMirror{}, err
	}
	defer snapshot.Close()
	return seenMirror{a, snapshot.Committed(), snapshot.ObservedUntil()}, nil
}

// readPast reads each mirror of the past, several at once. The results come in the order of
// addresses, independent of which repository is done first. What cannot be read is counted.
func readPast[T any](ctx context.Context, p *Pipeline, from past, read func(context.Context, seenMirror) (T, error)) ([]T, error) {
	p.progress.Stage("backtest", len(from.mirrors))
	defer p.progress.End()
	var mu sync.Mutex
	found := make([]*T, len(from.mirrors))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(max(p.cfg.Jobs, 1))
	for i, m := range from.mirrors {
		group.Go(func() error {
			one, err := read(groupCtx, m)
			if groupCtx.Err() != nil {
				return groupCtx.Err()
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				from.Unread[gitrepo.CauseOf(err)]++
				p.progress.Done(m.repository.URL, "failed: "+string(gitrepo.CauseOf(err)))
				return nil
			}
			found[i] = &one
			p.progress.Done(m.repository.URL, "read")
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []T
	for _, one := range found {
		if one != nil {
			all = append(all, *one)
		}
	}
	return all, nil
}

// readHistory reads the history of a mirror until the common end, and where it is asked
// for who carried which function; nil otherwise.
func (p *Pipeline) readHistory(ctx context.Context, m seenMirror, end time.Time, withFunctions bool) (*maintenance.History, *functions.Past, error) {
	timeoutCtx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	snapshot, err := p.git.Open(timeoutCtx, m.dir)
	if err != nil {
		return nil, nil, err
	}
	defer snapshot.Close()
	owner := maintenance.OwnerOf(m.repository)
	history, err := maintenance.Read(timeoutCtx, snapshot, end, owner)
	if err != nil || !withFunctions {
		return history, nil, err
	}
	past, err := functions.ReadPast(timeoutCtx, snapshot, owner, end)
	return history, past, err
}
