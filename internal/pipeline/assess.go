package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
)

// judged is what stands in the store for one assessed good.
type judged struct {
	Verdict  assess.Verdict        `json:"verdict"`
	Measures []observation.Measure `json:"measures"` // merged over the repositories
}

// Assess is the assess stage: it gives every good of the run its verdict.
func (p *Pipeline) Assess(ctx context.Context, run store.Run) error {
	if err := p.openAdvisories(ctx, run); err != nil {
		return err
	}
	inputs, err := p.inputs(ctx, run)
	if err != nil {
		return err
	}
	return p.assess(ctx, run, inputs)
}

// assess judges a run whose inputs have their name already.
func (p *Pipeline) assess(ctx context.Context, run store.Run, inputs string) error {
	if err := p.store.Judge(ctx, run.ID); err != nil {
		return err
	}
	definitions := map[string]observation.Definition{}
	for _, definition := range p.definitions() {
		definitions[definition.ID] = definition
	}
	p.progress.Stage("assess", 0)
	defer p.progress.End()
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return err
		}
		in := assess.Input{Good: good.Good, AsOf: run.AsOf}
		for _, repository := range good.Repositories {
			seen, err := p.seen(ctx, run, repository)
			if err != nil {
				return fmt.Errorf("good %s: %w", good.ID, err)
			}
			in.Repositories = append(in.Repositories, assess.Repository{
				Repository: repository, ObservedUntil: seen.scan.ObservedUntil, Measures: seen.measures, Failed: seen.scan.Failure,
			})
		}
		in.GoodMeasures = p.catalogMeasures(good.Good, in.Repositories, run)
		verdict, measures := p.rules.Assess(in, definitions)
		if err := p.store.PutVerdict(ctx, run.ID, good.ID, judged{verdict, measures}); err != nil {
			return fmt.Errorf("store the verdict of %s: %w", good.ID, err)
		}
		p.progress.Done(good.ID, string(verdict.Stage))
	}
	return p.store.Judged(ctx, run.ID, inputs)
}

// catalogMeasures are read from the catalog entry itself.
func (p *Pipeline) catalogMeasures(good catalog.Good, repositories []assess.Repository, run store.Run) []observation.Measure {
	var read []observation.Measure
	for _, repository := range repositories {
		read = append(read, repository.Measures...)
	}
	var all []observation.Measure
	for _, scanner := range p.scanners {
		if reader, ok := scanner.(scanners.CatalogScanner); ok {
			all = append(all, reader.ScanGood(good, read, run.AsOf)...)
		}
	}
	return all
}

// definitions lists every measure that a report can hold, in a stable order.
func (p *Pipeline) definitions() []observation.Definition {
	var all []observation.Definition
	for _, scanner := range p.scanners {
		all = append(all, scanner.Definitions()...)
		if reader, ok := scanner.(scanners.CatalogScanner); ok {
			all = append(all, reader.CatalogDefinitions()...)
		}
	}
	return append(all, advisory.Definitions()...)
}

// seen is all that a run knows of one repository.
type seen struct {
	scan         store.Scan
	observations []observation.Observation
	measures     []observation.Measure
	packages     []observation.Package
	match        advisory.Result
}

// seen gathers the observations and the match of a repository.
func (p *Pipeline) seen(ctx context.Context, run store.Run, repository catalog.Repository) (seen, error) {
	scan, err := p.store.Scan(ctx, run.ID, repository.URL)
	if err != nil {
		return seen{}, fmt.Errorf("read the scan of %s: %w", repository.URL, err)
	}
	all := seen{scan: scan}
	if scan.Failure != nil {
		all.measures = p.unread(*scan.Failure)
		return all, nil
	}
	for _, key := range scan.Keys {
		one, err := p.store.Observation(ctx, key)
		if err != nil {
			return seen{}, fmt.Errorf("read observation %s: %w", key, err)
		}
		all.observations = append(all.observations, one)
		all.measures = append(all.measures, one.Measures...)
		if one.Packages != nil {
			all.packages = one.Packages
			if err := p.addMatch(ctx, key, one.Notes, &all); err != nil {
				return seen{}, err
			}
		}
	}
	if all.packages == nil {
		all.measures = append(all.measures, unknowns(advisory.Definitions(), observation.CauseScannerFailed, "there is no inventory to match")...)
	}
	for i := range all.measures {
		if all.measures[i].State == observation.Measured {
			all.measures[i].At = scan.At
		}
	}
	return all, nil
}

// addMatch adds the match of an inventory; notes say what the inventory lacks.
func (p *Pipeline) addMatch(ctx context.Context, key string, notes []observation.Note, all *seen) error {
	err := p.store.Match(ctx, key, p.databaseID, &all.match)
	if errors.Is(err, store.ErrNone) {
		return errors.New("the run was not matched against this advisory database: use midspan scan first")
	}
	if err != nil {
		return fmt.Errorf("read the match of %s: %w", key, err)
	}
	source := "advisory database " + p.databaseID
	measures := advisory.Measures(all.match, all.packages, all.scan.At, source)
	all.measures = append(all.measures, advisory.WithGaps(measures, notes)...)
	return nil
}

// unread are the measures of a repository that could not be read.
func (p *Pipeline) unread(failure observation.Note) []observation.Measure {
	var all []observation.Measure
	for _, scanner := range p.scanners {
		all = append(all, unknowns(scanner.Definitions(), failure.Cause, failure.Message)...)
	}
	return append(all, unknowns(advisory.Definitions(), failure.Cause, failure.Message)...)
}

// unknowns is an unknown measure for each definition.
func unknowns(definitions []observation.Definition, cause observation.Cause, detail string) []observation.Measure {
	all := make([]observation.Measure, 0, len(definitions))
	for _, definition := range definitions {
		all = append(all, definition.UnknownFor(cause, detail))
	}
	return all
}

// verdictOf reads what Assess stored.
func verdictOf(good store.Good) (judged, error) {
	var j judged
	if len(good.Verdict) == 0 {
		return j, fmt.Errorf("good %s has no verdict: use midspan assess first", good.ID)
	}
	if err := json.Unmarshal(good.Verdict, &j); err != nil {
		return j, fmt.Errorf("verdict of %s: %w", good.ID, err)
	}
	return j, nil
}
