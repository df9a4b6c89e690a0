package pipeline

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/midspan/midspan/internal/policy"
)

// TestMeasuresOfAnOptionalScannerMayBeNamedWithoutIt has rules that name a measure of
// functions, and a run that does not count them: no error. A policy that names one has them
// counted.
func TestMeasuresOfAnOptionalScannerMayBeNamedWithoutIt(t *testing.T) {
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
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
