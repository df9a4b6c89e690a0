package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/exposure"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
)

// judging is a good while its verdict is made.
type judging struct {
	good       catalog.Good
	states     []repoState
	dependants observation.Measure
	digest     string // of all that the verdict depends on
	judged     assess.Assessment
}

// judge finds or makes the verdicts of some goods, as many at a time as there are cores, and
// stores the new ones in one transaction.
func (p *Pipeline) judge(ctx context.Context, run store.Run, goods []judging, definitions map[string]observation.Definition) error {
	digests := make([]string, len(goods))
	for i, one := range goods {
		digests[i] = one.digest
	}
	reusable, err := p.store.ReusableVerdicts(ctx, digests)
	if err != nil {
		return fmt.Errorf("look for verdicts of earlier runs: %w", err)
	}
	var making errgroup.Group
	making.SetLimit(runtime.GOMAXPROCS(0))
	for i := range goods {
		one := &goods[i]
		if reusable[one.digest] {
			_, kept, err := p.store.ReuseVerdict(ctx, run.ID, one.good.ID, one.digest)
			if err == nil {
				one.judged, err = decodeVerdict(store.Good{Good: one.good, Verdict: kept})
			}
			if err != nil {
				return errors.Join(fmt.Errorf("judge %s: %w", one.good.ID, err), making.Wait())
			}
			continue
		}
		making.Go(func() error {
			var err error
			if one.judged, err = p.assessGood(ctx, run, one, definitions); err != nil {
				return fmt.Errorf("judge %s: %w", one.good.ID, err)
			}
			return nil
		})
	}
	if err := making.Wait(); err != nil {
		return err
	}
	made := make([]store.Judged, 0, len(goods))
	for _, one := range goods {
		if !reusable[one.digest] {
			made = append(made, store.Judged{Good: one.good.ID, Digest: one.digest, Stage: string(one.judged.Verdict.Stage), Verdict: one.judged})
		}
	}
	return p.store.PutVerdicts(ctx, run.ID, made)
}

// assessGood computes the verdict of one good.
func (p *Pipeline) assessGood(ctx context.Context, run store.Run, one *judging, definitions map[string]observation.Definition) (assess.Assessment, error) {
	good, dependants := one.good, one.dependants
	in := merge.Input{Good: good, AsOf: run.AsOf}
	var replays []exposure.Replay
	for i, state := range one.states {
		l, err := p.loadInventory(ctx, state)
		if err != nil {
			return assess.Assessment{}, err
		}
		read, err := p.loadResults(ctx, state, l)
		if err != nil {
			return assess.Assessment{}, err
		}
		if read.exposure != nil {
			replays = append(replays, exposure.Replay{Repository: state.scan.URL, History: *read.exposure})
		}
		in.Repositories = append(in.Repositories, merge.Repository{
			Repository: good.Repositories[i], ObservedUntil: state.scan.ObservedUntil, Measures: read.measures, Activity: read.activity,
			Failed: state.scan.Failure,
		})
	}
	var read []observation.Measure
	for _, repository := range in.Repositories {
		read = append(read, repository.Measures...)
	}
	in.GoodMeasures = p.entryMeasures(good, read, run.AsOf)
	if i := slices.IndexFunc(in.GoodMeasures, func(m observation.Measure) bool { return m.ID == dependants.ID }); i >= 0 {
		in.GoodMeasures[i] = dependants // a catalog entry alone does not tell
	}
	verdict, measures := p.rules.Assess(in, definitions)
	return assess.Assessment{Verdict: verdict, Measures: measures, Replays: replays}, nil
}
