package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	definitions := p.definitionsByID()
	p.progress.Stage("assess", 0)
	defer p.progress.End()
	basis := p.basis(run)
	others, err := p.dependants(ctx, run)
	if err != nil {
		return fmt.Errorf("compare the goods with one another: %w", err)
	}
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return err
		}
		all, err := p.look(ctx, run, good)
		if err != nil {
			return fmt.Errorf("good %s: %w", good.ID, err)
		}
		resting := others.measure(good.ID, definitions[catalogDependants], run)
		digest := digestOf(basis, good.Good, all, resting)
		stage, err := p.store.TakeVerdict(ctx, run.ID, good.ID, digest)
		if errors.Is(err, store.ErrNone) {
			stage, err = p.assessGood(ctx, run, good.Good, digest, all, resting, definitions)
		}
		if err != nil {
			return fmt.Errorf("judge %s: %w", good.ID, err)
		}
		p.progress.Done(good.ID, stage)
	}
	return p.store.Judged(ctx, run.ID, inputs)
}

// assessGood gives one good its verdict and stores it under its digest.
func (p *Pipeline) assessGood(ctx context.Context, run store.Run, good catalog.Good, digest string, all []seen, resting observation.Measure, definitions map[string]observation.Definition) (string, error) {
	in := assess.Input{Good: good, AsOf: run.AsOf}
	for i, one := range all {
		l, err := p.list(ctx, one)
		if err != nil {
			return "", err
		}
		read, err := p.read(ctx, one, l)
		if err != nil {
			return "", err
		}
		in.Repositories = append(in.Repositories, assess.Repository{
			Repository: good.Repositories[i], ObservedUntil: one.scan.ObservedUntil, Measures: read.measures, Failed: one.scan.Failure,
		})
	}
	in.GoodMeasures = p.catalogMeasures(good, in.Repositories, run)
	if i := slices.IndexFunc(in.GoodMeasures, func(m observation.Measure) bool { return m.ID == resting.ID }); i >= 0 {
		in.GoodMeasures[i] = resting // an entry does not know of the others
	}
	verdict, measures := p.rules.Assess(in, definitions)
	stage := string(verdict.Stage)
	return stage, p.store.PutVerdict(ctx, run.ID, good.ID, digest, stage, judged{verdict, measures})
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

// definitionsByID is the same, to look up.
func (p *Pipeline) definitionsByID() map[string]observation.Definition {
	byID := map[string]observation.Definition{}
	for _, definition := range p.definitions() {
		byID[definition.ID] = definition
	}
	return byID
}

// seen is what a run saw of one repository, and the name of its match: enough to
// tell whether anything is new.
type seen struct {
	scan  store.Scan
	state string // of the advisories; empty where there is no inventory
	match string // digest
}

// look gathers what a run saw of the repositories of a good.
func (p *Pipeline) look(ctx context.Context, run store.Run, good store.Good) ([]seen, error) {
	var all []seen
	for _, repository := range good.Repositories {
		scan, err := p.store.Scan(ctx, run.ID, repository.URL)
		if err != nil {
			return nil, fmt.Errorf("read the scan of %s: %w", repository.URL, err)
		}
		one := seen{scan: scan}
		if scan.Inventory != "" {
			if one.state, err = p.matchStateFor(ctx, scan.Inventory); err != nil {
				return nil, err
			}
			answer, err := p.store.Answer(ctx, scan.Inventory, one.state)
			if errors.Is(err, store.ErrNone) {
				return nil, errors.New("the run was not matched against this advisory database: use midspan scan first")
			}
			if err != nil {
				return nil, fmt.Errorf("read the match of %s: %w", repository.URL, err)
			}
			one.match = answer.Digest
		}
		all = append(all, one)
	}
	return all, nil
}

// digestOf names all that the verdict and the pages of a good rest on. resting
// says how many of the other goods rest on it.
func digestOf(basis string, good catalog.Good, all []seen, resting observation.Measure) string {
	hash := sha256.New()
	entry, _ := json.Marshal(good) // it was read from JSON
	others, _ := json.Marshal(resting)
	fmt.Fprintf(hash, "%s\n%s\n%s\n", basis, entry, others)
	for _, one := range all {
		s := one.scan
		notes, _ := json.Marshal([]any{s.Notes, s.Failure})
		fmt.Fprintf(hash, "%q %q %d %d %q %q %s %q\n", s.URL, s.Commit, s.ObservedUntil.Unix(), s.At.Unix(), s.Keys, s.Inventory, notes, one.match)
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// listing is what a repository lists and what affects it.
type listing struct {
	inventory store.Inventory
	match     storedMatch
}

// list reads the inventory and the match of a repository.
func (p *Pipeline) list(ctx context.Context, one seen) (listing, error) {
	var l listing
	var err error
	if one.state == "" {
		return l, nil
	}
	if l.inventory, err = p.store.Inventory(ctx, one.scan.Inventory); err != nil {
		return l, fmt.Errorf("read the inventory of %s: %w", one.scan.URL, err)
	}
	if err := p.store.Match(ctx, one.scan.Inventory, one.state, &l.match); err != nil {
		return l, fmt.Errorf("read the match of %s: %w", one.scan.URL, err)
	}
	return l, nil
}

// reading is what the scanners said of a repository.
type reading struct {
	observations []observation.Observation
	measures     []observation.Measure
	activity     observation.Activity
}

// read gathers the observations of a repository, all its measures and what went
// on in it.
func (p *Pipeline) read(ctx context.Context, one seen, l listing) (reading, error) {
	var all reading
	if one.scan.Failure != nil {
		all.measures, all.activity = p.unread(*one.scan.Failure), observation.UnreadActivity(one.scan.Failure.Cause)
		return all, nil
	}
	all.activity = observation.UnreadActivity(observation.CauseScannerFailed)
	for _, key := range one.scan.Keys {
		said, err := p.store.Remarks(ctx, key)
		if err != nil {
			return reading{}, fmt.Errorf("read observation %s: %w", key, err)
		}
		all.observations = append(all.observations, said)
		all.measures = append(all.measures, said.Measures...)
		if said.Activity != nil {
			all.activity = *said.Activity
		}
		if key == one.scan.Inventory {
			measures := advisory.Measures(l.match.Result, l.inventory.Packages, one.scan.At, advisorySource(l.inventory))
			all.measures = append(all.measures, advisory.WithGaps(measures, said.Notes)...)
		}
	}
	if one.scan.Inventory == "" {
		all.measures = append(all.measures, unknowns(advisory.Definitions(), observation.CauseScannerFailed, "there is no inventory to match")...)
	}
	for i := range all.measures {
		if all.measures[i].State == observation.Measured {
			all.measures[i].At = one.scan.At
		}
	}
	return all, nil
}

// advisorySource names what was read for the measures of a match: the manifests,
// and the advisories of their ecosystems. The report dates and names the state
// of each ecosystem once; a date here would make every measure new each day.
func advisorySource(inventory store.Inventory) string {
	names := baseNames(inventory.Ecosystems())
	if len(names) == 0 {
		return "manifests"
	}
	return "manifests and OSV advisories of " + strings.Join(names, ", ")
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
