package policy

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func load(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := Load([]byte("version: 1\nid: test\nconditions:\n"+text), "test.yaml", append(slices.Clone(defs),
		observation.Definition{ID: "forge.gone", Name: "Gone", Kind: observation.KindBool}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCoverageSaysWhatCanComeOfACondition(t *testing.T) {
	p := load(t, `
  - {id: seen, measure: license.file, operator: is, threshold: true}
  - {id: forge, measure: forge.gone, operator: is, threshold: false}
  - {id: unseen, unseen: Ask.}
  - {id: pass-only, unseen: Ask., enough: {measure: license.spdx, operator: has, threshold: [MIT]}}
  - {id: fail-only, unseen: Ask., needs: {not: {measure: license.file, operator: is, threshold: true}}}
  - {id: either, any: [{measure: license.file, operator: is, threshold: true}, {measure: forge.gone, operator: is, threshold: false}]}
  - {id: both, all: [{measure: license.file, operator: is, threshold: true}, {measure: forge.gone, operator: is, threshold: false}]}
`)
	want := map[string][2]Answers{"seen": {PassOrFail, PassOrFail}, "forge": {NoAnswer, PassOrFail}, "unseen": {NoAnswer, NoAnswer},
		"pass-only": {PassOnly, PassOnly}, "fail-only": {FailOnly, FailOnly}, "either": {PassOnly, PassOrFail}, "both": {FailOnly, PassOrFail}}
	for _, c := range p.Coverage() {
		if got := [2]Answers{c.Clone, c.Forge}; got != want[c.ID] {
			t.Errorf("%s: %v, want %v", c.ID, got, want[c.ID])
		}
	}
	if !p.Reads(def("license.spdx")) || p.Reads(def("license.on-list")) {
		t.Error("it does not tell what it reads")
	}
}

func TestAListHasAnItemOnlyWhereItIsSure(t *testing.T) {
	const has = "measure: license.spdx\noperator: has\nthreshold: [MIT, Apache-2.0]"
	for name, c := range map[string]struct {
		subject Subject
		want    Outcome
	}{
		"one of them":        {of("license.spdx", []string{"EUPL-1.2", "MIT"}, ""), Pass},
		"none of them":       {of("license.spdx", []string{"EUPL-1.2"}, ""), Fail},
		"read in part":       {of("license.spdx", []string{"EUPL-1.2"}, observation.AtLeast), Unknown},
		"in part, and there": {of("license.spdx", []string{"MIT"}, observation.AtLeast), Pass},
		"not read":           {Subject{}, Unknown},
		"does not apply":     {Subject{Measures: []observation.Measure{def("license.spdx").NotApplicableFor("")}}, Fail},
	} {
		if got := evaluated(t, has, c.subject); got.Outcome != c.want {
			t.Errorf("%s: %s (%s)", name, got.Outcome, got.Because)
		}
	}
}

// TestTheLevelsOfTheBaselineAskTheSame guards that a requirement is asked alike at each level.
func TestTheLevelsOfTheBaselineAskTheSame(t *testing.T) {
	asked := map[string]string{}
	counts := map[string]int{}
	for _, level := range []string{"osps-1", "osps-2", "osps-3"} {
		text, err := Text(level)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(text, "  - id: ")[1:] {
			id, _, _ := strings.Cut(part, "\n")
			if other, before := asked[id]; before && !reflect.DeepEqual(other, part) {
				t.Errorf("%s is asked differently at %s", id, level)
			}
			asked[id] = part
			counts[level]++
		}
	}
	if len(asked) != 64 {
		t.Errorf("%d requirements of 64: %v", len(asked), counts)
	}
}
