package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/forecast"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
)

// sealing is the seal of a run while its goods are judged.
type sealing struct {
	record string // the digest of the newest seal that is an input of the run
	chain  []forecast.Seal
	due    map[string][]forecast.Forecast // by good: earlier forecasts whose outcome is asked for
	seal   forecast.Seal
}

// beginSeal reads what earlier runs foretold.
func (p *Pipeline) beginSeal(ctx context.Context, run store.Run) (*sealing, error) {
	chain, err := p.seals(ctx)
	if err != nil {
		return nil, err
	}
	record, err := p.store.LastSeal(ctx, run.CatalogID, run.AsOf)
	if err != nil {
		return nil, fmt.Errorf("look for earlier forecasts: %w", err)
	}
	day := run.AsOf.UTC().Format(time.DateOnly)
	s := &sealing{record: record, chain: chain, seal: forecast.Seal{Catalog: run.CatalogID, AsOf: day, Made: p.now().UTC().Format(time.DateOnly)}}
	if forecast.Check(chain) == nil {
		s.due = forecast.Due(chain, run.CatalogID, day)
	}
	return s, nil
}

// seals reads the chain of forecasts.
func (p *Pipeline) seals(ctx context.Context) ([]forecast.Seal, error) {
	documents, err := p.store.Seals(ctx)
	if err != nil {
		return nil, fmt.Errorf("read earlier forecasts: %w", err)
	}
	chain := make([]forecast.Seal, len(documents))
	for i, document := range documents {
		if err := json.Unmarshal(document, &chain[i]); err != nil {
			return nil, fmt.Errorf("read earlier forecasts: seal %d: %w", i+1, err)
		}
	}
	return chain, nil
}

// addToSeal adds the forecast of a judged good, and what became of its earlier ones.
func (p *Pipeline) addToSeal(ctx context.Context, s *sealing, good string, judged assess.Assessment, states []repoState) error {
	if f, ok := forecast.Of(good, judged.Verdict.Risk, judged.Measures, p.rules); ok {
		s.seal.Forecasts = append(s.seal.Forecasts, f)
	}
	if len(s.due[good]) == 0 {
		return nil
	}
	var activities []observation.Activity
	for _, state := range states {
		l, err := p.loadInventory(ctx, state)
		if err != nil {
			return err
		}
		results, err := p.loadResults(ctx, state, l)
		if err != nil {
			return err
		}
		activities = append(activities, results.activity)
	}
	activity := observation.SumActivity(activities)
	for _, f := range s.due[good] {
		if outcome, known := f.OutcomeIn(activity); known {
			s.seal.Outcomes = append(s.seal.Outcomes, outcome)
		}
	}
	return nil
}

// endSeal stores the seal of a run. Where one of the same day says the same, that one
// stands for it: whoever judges again foretells nothing new.
func (p *Pipeline) endSeal(ctx context.Context, s *sealing, run store.Run) (store.Sealed, error) {
	if len(s.seal.Forecasts) == 0 && len(s.seal.Outcomes) == 0 {
		return store.Sealed{Record: s.record}, nil
	}
	if i := slices.IndexFunc(s.chain, s.seal.Says); i >= 0 {
		return store.Sealed{Record: s.record, Seal: s.chain[i].Digest}, nil
	}
	previous := ""
	if n := len(s.chain); n > 0 {
		previous = s.chain[n-1].Digest
	}
	sealed := s.seal.Sealed(previous)
	return store.Sealed{Record: s.record, Seal: sealed.Digest}, p.store.PutSeal(ctx, sealed.Digest, previous, run.CatalogID, run.AsOf, sealed)
}

// record is how good the forecasts have been that were sealed before a run, with the
// outcomes that the run found itself. It rests on the chain as the run found it: seals that
// came later are not in it.
func (p *Pipeline) record(ctx context.Context, run store.Run) (forecast.Record, error) {
	chain, err := p.seals(ctx)
	if err != nil {
		return forecast.Record{}, err
	}
	had, err := p.store.SealedBy(ctx, run.ID)
	if err != nil {
		return forecast.Record{}, fmt.Errorf("read what the run sealed: %w", err)
	}
	lost, err := p.store.LostSeals(ctx)
	if err != nil {
		return forecast.Record{}, err
	}
	if err := forecast.Check(chain); err != nil {
		return forecast.Record{Digest: had.Record, Broken: err.Error()}, nil
	}
	if lost > 0 {
		return forecast.Record{Digest: had.Record, Broken: fmt.Sprintf("%d seals that runs name are missing: they were dropped or changed", lost)}, nil
	}
	at := func(digest string) int {
		return slices.IndexFunc(chain, func(s forecast.Seal) bool { return s.Digest == digest })
	}
	var own []forecast.Outcome
	if i := at(had.Seal); i >= 0 {
		own = chain[i].Outcomes
	}
	return forecast.RecordOf(chain[:at(had.Record)+1], run.CatalogID, run.AsOf.UTC().Format(time.DateOnly), own), nil
}

// Forecasts returns the record of the newest assessed run.
func (p *Pipeline) Forecasts(ctx context.Context) (forecast.Record, error) {
	run, err := p.Resume(ctx, "midspan run", store.Assessed)
	if err != nil {
		return forecast.Record{}, err
	}
	return p.record(ctx, run)
}
