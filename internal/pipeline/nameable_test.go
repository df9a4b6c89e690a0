package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/policy"
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

func writeText(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
