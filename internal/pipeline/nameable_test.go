package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners/maintenance/functions"
	"github.com/midspan/midspan/scanners/registry"
)

// TestMeasuresOfAnOptionalScannerMayBeNamedWithoutIt has rules that name a measure of
// functions, and a run that does not count them: no error. A policy that names one has them
// counted.
func TestMeasuresOfAnOptionalScannerMayBeNamedWithoutIt(t *testing.T) {
	write := func(name, text string) string { return writeText(t, name, text) }
	rules := write("rules.yaml", "rules:\n  - id: load.several-countries\n    measure: functions.on-one-person\n    unit: functions\n"+
		"    holds: So many carry {value} functions.\n    fails: So few carry {value} functions.\n")
	asks := write("policy.yaml", "version: 1\nid: shared\nconditions:\n  - {id: a, measure: functions.on-one-person, operator: \"<=\", threshold: 3, unit: functions}\n")
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	cfg.Policies = []string{asks}
	good := run(t, cfg, "https://forge.example/o/one").Document.Goods[0]
	if len(good.Policies) != 1 || good.Policies[0].Outcome != policy.Pass {
		t.Errorf("the policy says %+v", good.Policies)
	}
	cfg.Policies, cfg.Rules = nil, rules
	for _, counted := range []bool{false, true} {
		cfg.Functions = counted
		p := newPipeline(t, cfg)
		if err := p.applyRecalled(false); err != nil {
			t.Errorf("functions counted %v: the rules of a run are not taken again: %v", counted, err)
		}
	}
}

// TestAPolicyTurnsOnTheScannersOfTheMeasuresItNames asks for each measure of an optional
// scanner, and for those that are made of what it found: its setting is turned on, and no
// other.
func TestAPolicyTurnsOnTheScannersOfTheMeasuresItNames(t *testing.T) {
	p := &Pipeline{unasked: registry.Optional()}
	for _, scanner := range p.unasked {
		for _, measure := range slices.Concat(scanner.Definitions(), matchedOf(scanner)) {
			if measure.Unit == "" {
				continue // no number: a condition of another form would ask for it
			}
			text := fmt.Sprintf("version: 1\nid: one\nconditions:\n  - {id: a, measure: %s, operator: \"<=\", threshold: 3, unit: %s}\n", measure.ID, measure.Unit)
			asks, err := policy.Open(writeText(t, "policy.yaml", text), p.nameable())
			if err != nil {
				t.Errorf("%s: %v", measure.ID, err)
				continue
			}
			var cfg config.Config
			on := TurnOn(&cfg, []*policy.Policy{asks})
			for _, other := range p.unasked {
				if turned := *on[other.Name()]; turned != (other.Name() == scanner.Name()) {
					t.Errorf("a policy that names %s turns %s on: %v", measure.ID, other.Name(), turned)
				}
			}
		}
	}
}

// What a run measured stands in a judgement after it that names none of its settings: those of
// optional scanners, of what a policy turned on, and of the sources.
func TestJudgingAgainKeepsWhatOptionalScannersMeasured(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"requirements.txt": requirements, "SECURITY.md": "Write to us."})})
	cfg.Advisories = writeAdvisories(t)
	plain := cfg
	cfg.Functions, cfg.Replay, cfg.ScorecardFull = true, true, true
	cfg.Policies = []string{writeText(t, "policy.yaml", fmt.Sprintf("version: 1\nid: one\nconditions:\n"+
		"  - {id: a, measure: %s, operator: \"<=\", threshold: 3, unit: links}\n", observation.InsightsInsecureLinks))}
	first, err := New(t.Context(), cfg, "test", time.Now, Silent{}, WithSources(append(registry.Sources(nil), registry.OptionalSources(nil)...)))
	if err != nil {
		t.Fatal(err)
	}
	before := runWith(t, first, "https://forge.example/o/one").Document
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{observation.ReplayCommits, observation.InsightsFile} {
		if m := measureOf(before.Goods[0], id); m.State != observation.Measured {
			t.Fatalf("the run says of %s %q", id, formatMeasure(m))
		}
	}
	for name, change := range map[string]func(*Pipeline){
		"with the settings of the run": func(*Pipeline) {},
		"without the functions":        func(p *Pipeline) { p.cfg.Functions = false; p.addOptional() },
	} {
		p := newPipeline(t, plain)
		judged, err := p.Resume(t.Context(), "midspan scan", store.Scanned, store.Matched, store.Assessed)
		if err != nil {
			t.Fatal(err)
		}
		change(p)
		if err := errors.Join(p.Match(t.Context(), judged), p.Assess(t.Context(), judged)); err != nil {
			t.Fatal(name, err)
		}
		after, err := p.Document(t.Context(), judged)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, definition := range before.Definitions {
			was, is := measureOf(before.Goods[0], definition.ID), measureOf(after.Goods[0], definition.ID)
			own := slices.ContainsFunc(functions.Scanner{}.Definitions(), func(d observation.Definition) bool { return d.ID == definition.ID })
			if !own && (was.State != is.State || was.Cause != is.Cause) {
				t.Errorf("%s: %s is %q, and was %q", name, definition.ID, formatMeasure(is), formatMeasure(was))
			}
		}
		if err := p.store.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
}

func writeText(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
