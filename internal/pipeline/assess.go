package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/endoflife"
	"github.com/midspan/midspan/internal/exposure"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv/replay"
	"github.com/midspan/midspan/scanners/registry"
	"github.com/midspan/midspan/scanners/scorecard/live"
)

// Assess is the assess stage: it computes the verdict of every good of the run.
func (p *Pipeline) Assess(ctx context.Context, run store.Run) error {
	if err := errors.Join(p.store.Lock(), p.openAdvisories(ctx, run)); err != nil {
		return err
	}
	inputs, err := p.inputsDigest(ctx, run)
	if err != nil {
		return err
	}
	if err := p.keep(ctx, run); err != nil {
		return err
	}
	return p.assess(ctx, run, inputs)
}

// assess computes the verdicts of a run whose inputs digest is known.
func (p *Pipeline) assess(ctx context.Context, run store.Run, inputs string) error {
	if err := p.store.ResetVerdicts(ctx, run.ID); err != nil {
		return err
	}
	digest, err := p.rulesDigest()
	if err != nil {
		return err
	}
	if err := p.store.PutRules(ctx, run.ID, digest); err != nil {
		return err
	}
	p.progress.Stage("assess", 0)
	defer p.progress.End()
	counts, err := p.countDependants(ctx, run)
	if err != nil {
		return fmt.Errorf("compare the goods with one another: %w", err)
	}
	sealing, err := p.beginSeal(ctx, run)
	if err != nil {
		return err
	}
	definitions, settingsKey := p.definitionsByID(), p.settingsKey(run)
	for page, err := range p.store.Pages(ctx, run.ID) {
		if err != nil {
			return err
		}
		goods := make([]judging, len(page))
		for i, good := range page {
			one := &goods[i]
			if one.states, err = p.loadStates(ctx, run, good); err != nil {
				return fmt.Errorf("good %s: %w", good.ID, err)
			}
			one.good, one.dependants = good.Good, counts.measure(good.ID, definitions[catalogDependants], run)
			one.digest = inputsDigestOf(settingsKey, good.Good, one.states, one.dependants)
		}
		if err := p.judge(ctx, run, goods, definitions); err != nil {
			return err
		}
		for _, one := range goods {
			if err := p.addToSeal(ctx, sealing, one.good.ID, one.judged, one.states); err != nil {
				return fmt.Errorf("forecast of %s: %w", one.good.ID, err)
			}
			p.progress.Done(one.good.ID, string(one.judged.Verdict.Stage))
		}
	}
	sealed, err := p.endSeal(ctx, sealing, run)
	if err != nil {
		return fmt.Errorf("seal the forecasts: %w", err)
	}
	return p.store.MarkAssessed(ctx, run.ID, inputs, sealed)
}

// definitions lists every measure that a report can hold, in a stable order.
func (p *Pipeline) definitions() []observation.Definition {
	return definitionsOf(p.scanners, p.sources)
}

// nameable are the definitions that rules and policies may name: those of optional scanners
// too, whether this run has them or not.
func (p *Pipeline) nameable() []observation.Definition {
	return definitionsOf(slices.Concat(p.scanners, p.unasked), withOptional(p.sources))
}

// withOptional adds the sources that a run has where a setting asks for them. Nobody asks them.
func withOptional(sources []scanners.Source) []scanners.Source {
	if slices.ContainsFunc(sources, func(s scanners.Source) bool { return s.Name() == live.Name }) {
		return sources
	}
	return slices.Concat(sources, registry.OptionalSources(nil))
}

func definitionsOf(list []scanners.Scanner, sources []scanners.Source) []observation.Definition {
	var all []observation.Definition
	for _, scanner := range list {
		all = append(all, scanner.Definitions()...)
		if reader, ok := scanner.(scanners.CatalogScanner); ok {
			all = append(all, reader.CatalogDefinitions()...)
		}
	}
	for _, source := range sources {
		all = append(all, source.Definitions()...)
	}
	return append(all, matchedDefinitions(list)...)
}

// matchedDefinitions lists the measures of what scanners found that is held against data
// from elsewhere.
func matchedDefinitions(list []scanners.Scanner) []observation.Definition {
	all := append(advisory.Definitions(), endoflife.Definitions()...)
	for _, scanner := range list {
		all = append(all, matchedOf(scanner)...)
	}
	return all
}

// matchedOf lists those that need what one scanner found.
func matchedOf(scanner scanners.Scanner) []observation.Definition {
	if scanner.Name() == replay.Name {
		return exposure.Definitions()
	}
	return nil
}

// definitionsByID returns the same definitions by id.
func (p *Pipeline) definitionsByID() map[string]observation.Definition {
	byID := map[string]observation.Definition{}
	for _, definition := range p.definitions() {
		byID[definition.ID] = definition
	}
	return byID
}

// repoState is what a run stored of one repository, with the digest of its match: enough
// to tell whether anything changed.
type repoState struct {
	scan          store.Scan
	advisoryState string // that the match depends on; empty where there is no inventory
	matchDigest   string
	past          string       // the work key of what was listed before; empty where that is not known
	pastState     string       // that its match depends on
	live          []store.Live // answers of the sources
}

// loadStates reads what a run stored of the repositories of a good.
func (p *Pipeline) loadStates(ctx context.Context, run store.Run, good store.Good) ([]repoState, error) {
	var states []repoState
	for _, repository := range good.Repositories {
		scan, err := p.store.Scan(ctx, run.ID, repository.URL)
		if err != nil {
			return nil, fmt.Errorf("read the scan of %s: %w", repository.URL, err)
		}
		state := repoState{scan: scan}
		if state.live, err = p.loadLive(ctx, run, repository); err != nil {
			return nil, err
		}
		if scan.Inventory != "" {
			if state.advisoryState, err = p.advisoryState(ctx, scan.Inventory); err != nil {
				return nil, err
			}
			match, err := p.store.MatchSummary(ctx, scan.Inventory, state.advisoryState)
			if errors.Is(err, store.ErrNotFound) {
				return nil, p.errNotMatched()
			}
			if err != nil {
				return nil, fmt.Errorf("read the match of %s: %w", repository.URL, err)
			}
			state.matchDigest = match.Digest
		}
		if state.past, state.pastState, err = p.pastOf(ctx, scan); err != nil {
			return nil, err
		}
		if state.past != "" {
			match, err := p.store.MatchSummary(ctx, state.past, state.pastState)
			if errors.Is(err, store.ErrNotFound) {
				return nil, p.errNotMatched()
			}
			if err != nil {
				return nil, fmt.Errorf("read the match of the past of %s: %w", repository.URL, err)
			}
			state.matchDigest += " " + match.Digest
		}
		states = append(states, state)
	}
	return states, nil
}

// pastOf returns the work key of what a repository listed before, with the state that its
// match depends on; empty where it was not read.
func (p *Pipeline) pastOf(ctx context.Context, scan store.Scan) (key, state string, err error) {
	if !slices.ContainsFunc(p.scanners, func(s scanners.Scanner) bool { return s.Name() == replay.Name }) {
		return "", "", nil
	}
	// The run may have had other scanners than this command has: the key tells whose it is.
	i := slices.IndexFunc(scan.Keys, func(key string) bool {
		parts := strings.SplitN(key, " ", 4)
		return len(parts) > 2 && strings.HasPrefix(parts[2], replay.Name+"@")
	})
	if i < 0 {
		return "", "", nil
	}
	state, err = p.advisoryState(ctx, scan.Keys[i])
	if errors.Is(err, store.ErrNotFound) {
		return "", "", nil
	}
	return scan.Keys[i], state, err
}

// inputsDigestOf returns a digest of everything that the verdict and the pages of a good
// depend on. dependants counts the other goods that depend on it.
func inputsDigestOf(settingsKey string, good catalog.Good, states []repoState, dependants observation.Measure) string {
	hash := sha256.New()
	entry, _ := json.Marshal(good) // it was read from JSON
	measure, _ := json.Marshal(dependants)
	fmt.Fprintf(hash, "%s\n%s\n%s\n", settingsKey, entry, measure)
	for _, state := range states {
		s := state.scan
		notes, _ := json.Marshal([]any{s.Notes, s.Failure, state.live})
		fmt.Fprintf(hash, "%q %q %d %d %q %q %s %q\n", s.URL, s.Commit, s.ObservedUntil.Unix(), s.At.Unix(), s.Keys, s.Inventory, notes, state.matchDigest)
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// matchedInventory holds the packages of a repository and their findings.
type matchedInventory struct {
	inventory store.Inventory
	match     storedMatch
	notices   []observation.Notice
}

// loadInventory reads the inventory and the match of a repository.
func (p *Pipeline) loadInventory(ctx context.Context, state repoState) (matchedInventory, error) {
	var l matchedInventory
	var err error
	if state.advisoryState == "" {
		return l, nil
	}
	if l.inventory, err = p.store.Inventory(ctx, state.scan.Inventory); err != nil {
		return l, fmt.Errorf("read the inventory of %s: %w", state.scan.URL, err)
	}
	if err := p.store.Match(ctx, state.scan.Inventory, state.advisoryState, &l.match); err != nil {
		return l, fmt.Errorf("read the match of %s: %w", state.scan.URL, err)
	}
	result, err := p.store.ObservationWithoutPackages(ctx, state.scan.Inventory)
	l.notices = result.Notices
	return l, err
}

// repoResults holds the results of all scanners for one repository.
type repoResults struct {
	observations []observation.Observation
	measures     []observation.Measure
	activity     observation.Activity
	exposure     *exposure.History // nil where nothing was replayed
}

// loadResults reads the observations of a repository, with all its measures and its
// activity.
func (p *Pipeline) loadResults(ctx context.Context, state repoState, l matchedInventory) (repoResults, error) {
	var all repoResults
	if state.scan.Failure != nil {
		all.measures, all.activity = p.unreadMeasures(*state.scan.Failure), observation.UnreadActivity(state.scan.Failure.Cause)
		all.measures = append(all.measures, liveMeasures(state.live)...)
		return all, nil
	}
	all.activity = observation.UnreadActivity(observation.CauseScannerFailed)
	for _, key := range state.scan.Keys {
		result, err := p.store.ObservationWithoutPackages(ctx, key)
		if err != nil {
			return repoResults{}, fmt.Errorf("read observation %s: %w", key, err)
		}
		all.observations = append(all.observations, result)
		all.measures = append(all.measures, result.Measures...)
		if result.Activity != nil {
			all.activity = *result.Activity
		}
		if declared, ok := observation.Find(result.Measures, observation.RuntimesDeclared); ok {
			all.measures = append(all.measures, p.ends.Measures(result.Runtimes, declared, state.scan.At)...)
		}
		if result.Scanner == replay.Name {
			measures, err := p.replayed(ctx, state, result, &all)
			if err != nil {
				return repoResults{}, fmt.Errorf("read the match of the past of %s: %w", state.scan.URL, err)
			}
			all.measures = append(all.measures, measures...)
		}
		if key == state.scan.Inventory {
			measures := advisory.Measures(l.match.Result, l.inventory.Packages, l.inventory.Uses, state.scan.At, advisorySource(l.inventory))
			all.measures = append(all.measures, advisory.WithGaps(measures, result.Notes)...)
		}
	}
	if state.scan.Inventory == "" {
		all.measures = append(all.measures, unknowns(advisory.Definitions(), observation.CauseScannerFailed, "there is no inventory to match")...)
	}
	for i := range all.measures {
		if all.measures[i].State == observation.Measured {
			all.measures[i].At = state.scan.At
		}
	}
	all.measures = live.WithAdvisories(append(all.measures, liveMeasures(state.live)...), l.match.Findings)
	return all, nil
}

// replayed holds what was listed before against the advisories, and keeps the history in
// results.
func (p *Pipeline) replayed(ctx context.Context, state repoState, result observation.Observation, results *repoResults) ([]observation.Measure, error) {
	if result.Past == nil || state.past == "" {
		why, _ := observation.Find(result.Measures, observation.ReplayCommits)
		return exposure.Unknown(cmp.Or(why.Cause, observation.CauseScannerFailed), why.Detail), nil
	}
	var match storedMatch
	if err := p.store.Match(ctx, state.past, state.pastState, &match); err != nil {
		return nil, err
	}
	unmatched := exposure.Unmatched{Of: len(result.Past.Packages)}
	for _, u := range match.Unmatched {
		unmatched.Packages += u.Packages
		unmatched.Cause = u.Cause
	}
	history := exposure.Of(*result.Past, match.Findings)
	results.exposure = &history
	return history.Measures(*result.Past, unmatched, "lockfiles of 24 months and OSV advisories", state.scan.At), nil
}

// advisorySource names the source of the measures of a match: the manifests, and the
// advisories of their ecosystems. The report gives the date and the state of each
// ecosystem once; a date here would change every measure each day.
func advisorySource(inventory store.Inventory) string {
	names := baseNames(inventory.Ecosystems())
	if len(names) == 0 {
		return "manifests"
	}
	return "manifests and OSV advisories of " + strings.Join(names, ", ")
}

// unreadMeasures returns the measures of a repository that could not be read: all
// unknown.
func (p *Pipeline) unreadMeasures(failure observation.Note) []observation.Measure {
	var all []observation.Measure
	for _, scanner := range p.scanners {
		all = append(all, unknowns(scanner.Definitions(), failure.Cause, failure.Message)...)
	}
	return append(all, unknowns(matchedDefinitions(p.scanners), failure.Cause, failure.Message)...)
}

// unknowns returns an unknown measure for each definition.
func unknowns(definitions []observation.Definition, cause observation.Cause, detail string) []observation.Measure {
	all := make([]observation.Measure, 0, len(definitions))
	for _, definition := range definitions {
		all = append(all, definition.UnknownFor(cause, detail))
	}
	return all
}

// decodeVerdict decodes what Assess stored.
func decodeVerdict(good store.Good) (assess.Assessment, error) {
	var j assess.Assessment
	if len(good.Verdict) == 0 {
		return j, fmt.Errorf("good %s has no verdict: use midspan assess first", good.ID)
	}
	if err := jsonv1.Unmarshal(good.Verdict, &j); err != nil {
		return j, fmt.Errorf("verdict of %s: %w", good.ID, err)
	}
	return j, nil
}
