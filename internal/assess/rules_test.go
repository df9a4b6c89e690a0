package assess

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/midspan/midspan/internal/assess/assesstest"
	"github.com/midspan/midspan/internal/merge"
)

var embedded = sync.OnceValues(func() (*Rules, error) { return LoadRules(nil, assesstest.Definitions()) })

// loaded are the embedded rules, which nobody changes.
func loaded(t testing.TB) *Rules {
	t.Helper()
	r, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEmbeddedRulesAreRead(t *testing.T) {
	r := loaded(t)
	if len(r.rules) < 40 || len(r.stages) != 7 || len(r.pillars) != 5 {
		t.Fatalf("read %d rules, %d stages, %d pillars", len(r.rules), len(r.stages), len(r.pillars))
	}
}

func TestEveryPlainRuleIsUsed(t *testing.T) {
	r := loaded(t)
	used := map[string]bool{}
	var mark func(c condition)
	mark = func(c condition) {
		if c.rule != "" {
			used[c.rule] = true
			if when := r.byID[c.rule].when; when != nil {
				mark(*when)
			}
		}
		for _, child := range c.children() {
			mark(child)
		}
	}
	for _, p := range r.pillars {
		for _, l := range p.levels {
			mark(l.when)
		}
	}
	for _, s := range r.stages {
		if s.when != nil {
			mark(*s.when)
		}
		for _, id := range s.also {
			mark(condition{rule: id})
		}
	}
	for _, rule := range r.rules {
		if !used[rule.id] {
			t.Errorf("the rule %s decides nothing and is shown nowhere", rule.id)
		}
	}
}

func TestBrokenRulesAreRefusedWithTheirLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ override, want string }{
		"not YAML":          {"rules: [", "your rules"},
		"a list":            {"- a\n- b", "line 1"},
		"unknown field":     {"floor: 0.5\nflour: 3", `line 2: the rules file has no field "flour"`},
		"unknown measure":   {"\nrules:\n  - id: people.few\n    measure: people.contributors-9m", `line 3: rule people.few reads the measure "people.contributors-9m"`},
		"wrong unit":        {"rules:\n  - id: people.few\n    unit: days", `line 2: rule people.few has the unit "days"; people.contributors-6m is counted in "people"`},
		"missing threshold": {"rules:\n  - {id: x, measure: people.contributors-6m, operator: <, unit: people, holds: a, fails: b}", "line 2: rule x has no threshold"},
		"null threshold":    {"rules:\n  - {id: people.few, threshold: null}", "line 2: rule people.few has no threshold"},
		"text threshold":    {"rules:\n  - {id: people.few, threshold: three}", "line 2: rule people.few compares a number"},
		"wrong operator":    {"rules:\n  - {id: people.few, operator: is}", "line 2: rule people.few compares a number by"},
		"no such rule":      {"rules:\n  - {id: stage.shipped, any: [momentum.realised]}", `line 2: there is no rule "momentum.realised"`},
		"no such level":     {"pillars:\n  - id: people\n    otherwise: splendid", `line 3: there is no level "splendid"`},
		"no such stage":     {"stages:\n  - stage: flourishing\n    because: x", `line 2: there is no stage "flourishing"`},
		"cycle":             {"rules:\n  - {id: stage.shipped, any: [stage.past-the-pilot]}", "rests on itself"},
		"level cycle":       {"pillars:\n  - id: people\n    levels:\n      - level: weak\n        any: [{level: people, in: [weak]}]", "pillar people rests on itself"},
		"rule twice":        {"rules:\n  - {id: people.few, threshold: 2, threshold: 4}", "line 2"},
		"condition on last": {"stages:\n  - {stage: sustained, any: [people.few]}", "line 2: the last stage"},
		"falling points":    {"pillars:\n  - id: people\n    score:\n      parts: [{measure: people.contributors-6m, points: [[3, 0], [1, 50]]}]", "line 4: the points"},
		"negative weight":   {"weights: {people: -1}", "line 1: the weight of people"},
		"no number":         {"floor: much", `line 1: "much" is no number`},
		"version":           {"version: 2", "reads version 1"},
		"id twice":          {"rules:\n  - {id: people.few, threshold: 2}\n  - {id: people.few, threshold: 4}", "line 3: the id people.few stands twice"},
		"stage twice":       {"stages:\n  - {stage: fading, means: a}\n  - {stage: fading, means: b}", "line 3: the stage fading stands twice"},
		"two documents":     {"floor: 0.3\n---\nfloor: 0.5", "line 2: a second document begins"},
		"no share":          {"floor: 7", "line 1: the floor is a share"},
		"days below zero":   {"stale-days: -4", "line 1: stale-days are below zero"},
		"nothing weighs":    {"weights: {people: 0, momentum: 0, upkeep: 0, funding: 0}", "line 1: no support has a weight"},
		"endless":           {"\nfloor: .inf", `line 2: ".inf" is no number`},
		"no wish":           {"rules:\n  - {id: people.few, wish: maybe}", `line 2: wish is "maybe"; it can be yes or no`},
		"half absent":       {"rules:\n  - {id: people.few, absent: perhaps}", `line 2: absent is "perhaps"`},
		"half declared":     {"stages:\n  - {stage: sunset, declared: yep}", `line 2: declared is "yep"`},
		"list as threshold": {"rules:\n  - {id: people.few, threshold: [1, 2]}", "line 2: rule people.few has no threshold"},
		"text for a list":   {"rules: 3", "line 1: rules must be a list"},
		"falling band":      {"\nbands: {strong: [90, 10]}", "line 2: the band of strong must rise"},
		"no argument":       {"rules:\n  - {id: people.few, holds: 'Only {people} work on it.'}", "line 2: rule people.few: {people} in"},
		"three forms":       {"rules:\n  - {id: people.few, clears: '{threshold|a|b|c}'}", "line 2: rule people.few"},
		"because of what":   {"stages:\n  - {stage: fading, because: 'It has {value}.'}", "line 2: the stage fading: {value} in"},
		"too large":         {strings.Repeat("#", maxRulesFile+1), "262145 bytes, more than"},
		"too many":          {manyRules(), "more than the 500 that are read"},
		"alias bomb":        {"a: &a [x, x]\nb: &b [*a, *a]\nrules: [*b, *b]", "line 1: the rules file has no field"},
		"alias for a rule":  {"rules:\n  - &few {id: people.few, threshold: 2}\n  - *few", "line 3"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadRules([]byte(test.override), assesstest.Definitions())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v\nwant …%s…", err, test.want)
			}
		})
	}
}

func manyRules() string {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := range maxRules {
		fmt.Fprintf(&b, "  - {id: r%d, measure: people.contributors-6m, operator: <, threshold: %d, unit: people, holds: a, fails: b}\n", i, i+1)
	}
	return b.String()
}

func TestAnEmptyFileChangesNothing(t *testing.T) {
	for _, override := range []string{"", "\n", "# nothing\n", "---\n"} {
		if r, err := LoadRules([]byte(override), assesstest.Definitions()); err != nil || len(r.rules) != len(loaded(t).rules) {
			t.Errorf("%q: %v", override, err)
		}
	}
}

func TestOverrideChangesOnlyWhatItNames(t *testing.T) {
	r, err := LoadRules([]byte("floor: 0.1\nrules:\n  - {id: people.few, threshold: 2}\n"), assesstest.Definitions())
	if err != nil {
		t.Fatal(err)
	}
	base := loaded(t)
	few := r.byID["people.few"]
	if few.threshold != 2.0 || few.measure != base.byID["people.few"].measure || r.floor != 0.1 {
		t.Fatalf("people.few: %+v, floor %v", few, r.floor)
	}
	if len(r.rules) != len(base.rules) {
		t.Fatalf("%d rules became %d", len(base.rules), len(r.rules))
	}
	if base.byID["people.few"].threshold != 3.0 {
		t.Fatal("the embedded rules changed")
	}
}

func FuzzLoadRules(f *testing.F) {
	f.Add([]byte(""))
	f.Add([]byte("rules: [{id: x}]"))
	f.Add([]byte("rules:\n  - {id: stage.shipped, any: [not x, {all: []}]}"))
	f.Add([]byte("pillars: [{id: load, score: {parts: [{points: [[1]]}]}}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := LoadRules(data, assesstest.Definitions())
		if err == nil {
			r.Assess(merge.Input{}, nil)
		}
	})
}
