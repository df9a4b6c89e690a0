package pipeline

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/child"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/leftopen"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/maintenance"
	"github.com/midspan/midspan/scanners/osv/replay"
	"github.com/midspan/midspan/scanners/signals"
)

// notOfThePast is why a measure of an earlier day is unknown.
const notOfThePast = "it is not asked of the past"

// BacktestStages gives each repository the stage that its history and files allowed at
// earlier times, and looks what became of it. It stores nothing but mirrors.
func (p *Pipeline) BacktestStages(ctx context.Context, urls []string, o BacktestOptions) (_ StageResult, err error) {
	past, err := p.lookBack(ctx, urls, o)
	if err != nil {
		return StageResult{}, err
	}
	var fixes *leftopen.Reader // nil where nobody asks for serious fixes
	var more []scanners.Scanner
	if p.cfg.Advisories != "" {
		if err := p.openAdvisories(ctx, store.Run{AsOf: p.cfg.Day()}); err != nil {
			return StageResult{}, err
		}
		why := ""
		if fixes, why = leftopen.NewReader(p.source, slices.Concat(p.scanners, p.unasked), p.cfg.Timeout); fixes == nil {
			p.say("whether serious fixes were left open is not told: " + why)
		} else {
			more = slices.DeleteFunc(slices.Clone(p.unasked), func(s scanners.Scanner) bool { return s.Name() != replay.Name })
		}
	}
	reader, err := p.newReader(more...)
	if err != nil {
		return StageResult{}, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	o.Fixes = fixes != nil
	all, err := readPast(ctx, p, past, func(ctx context.Context, m seenMirror) (backtest.StagedRepository, error) {
		found, err := p.stagesOf(ctx, reader, m, past.end)
		if err == nil && o.Fixes {
			err = fixes.Add(ctx, reader, m.dir, m.repository, past.end, found.Points)
		}
		return found, err
	})
	if err != nil {
		return StageResult{}, err
	}
	return StageResult{past.Looked, backtest.EvaluateStages(all, o.Options)}, nil
}

// stagesOf reads the stages of one repository at the times of the table, and what became of
// it.
func (p *Pipeline) stagesOf(ctx context.Context, reader child.Reader, m seenMirror, end time.Time) (backtest.StagedRepository, error) {
	found := backtest.StagedRepository{Owner: m.owner(), SeenAfterPush: m.afterPush()}
	history, _, err := p.readHistory(ctx, m, end, false)
	if err != nil {
		return found, err
	}
	last, err := p.measuresAt(ctx, reader, m, end, signals.Name)
	if err != nil && ctx.Err() == nil && gitrepo.CauseOf(err) == observation.CauseEmpty {
		return found, nil // it began after the end
	}
	if err != nil {
		return found, err
	}
	over := declaredOver(last)
	for _, months := range backtest.StageMonths {
		at := backtest.MonthsFrom(end, -months)
		measures, err := p.measuresAt(ctx, reader, m, at, maintenance.Name, signals.Name)
		switch {
		case ctx.Err() != nil:
			return found, ctx.Err()
		case err != nil && gitrepo.CauseOf(err) == observation.CauseEmpty:
			continue // it did not exist yet
		case err != nil:
			found.Unread++
			continue
		}
		// What the catalog held on that day is not known: the entry holds the address alone.
		good := catalog.Good{ID: m.repository.URL, Repositories: []catalog.Repository{m.repository}}
		repository := merge.Repository{Repository: m.repository, ObservedUntil: at, Measures: measures}
		verdict, _ := p.rules.Assess(merge.Input{
			Good: good, Repositories: []merge.Repository{repository}, AsOf: at, GoodMeasures: p.entryMeasures(good, measures, at),
		}, p.definitionsByID())
		found.Points = append(found.Points, backtest.StagePoint{
			Months: months, Stage: backtest.RowOf(verdict), Fates: backtest.FatesOf(history, at, end, declaredOver(measures), over),
		})
	}
	return found, nil
}

// measuresAt reads some scanners' measures of a mirror as it stood at a time. All others are
// unknown: advisories and posture of an earlier day are not known today.
func (p *Pipeline) measuresAt(ctx context.Context, reader child.Reader, m seenMirror, at time.Time, names ...string) ([]observation.Measure, error) {
	open, err := reader.Open(ctx, m.dir, at, p.cfg.Timeout)
	if err != nil {
		return nil, err
	}
	defer open.Close()
	all := unknowns(matchedDefinitions(p.scanners), observation.CauseUnsupported, notOfThePast)
	for _, source := range p.sources {
		all = append(all, unknowns(source.Definitions(), observation.CauseUnsupported, notOfThePast)...)
	}
	for _, scanner := range p.scanners {
		if !slices.Contains(names, scanner.Name()) {
			all = append(all, unknowns(scanner.Definitions(), observation.CauseUnsupported, notOfThePast)...)
			continue
		}
		result, err := open.Scan(scanner, m.repository, at)
		if err != nil {
			return nil, err
		}
		all = append(all, addMissing(scanner.Definitions(), result.Measures)...)
	}
	return all, nil
}

// entryMeasures returns the measures that scanners read from a catalog entry, given what
// was read of its repositories.
func (p *Pipeline) entryMeasures(good catalog.Good, read []observation.Measure, at time.Time) []observation.Measure {
	var all []observation.Measure
	for _, scanner := range p.scanners {
		if reader, ok := scanner.(scanners.CatalogScanner); ok {
			all = append(all, reader.ScanGood(good, read, at)...)
		}
	}
	return all
}

// declaredOver is whether files say that it is over, nil where that is unknown.
func declaredOver(measures []observation.Measure) *bool {
	m, _ := observation.Find(measures, observation.LifecycleSunsetDeclared)
	if over, ok := m.Value.(bool); ok && m.State == observation.Measured {
		return &over
	}
	return nil
}
