package assess

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess/assesstest"
	"github.com/midspan/midspan/internal/observation"
)

// The embedded rules do not contradict, shadow or repeat each other, and some
// good reaches every rule, level and stage.
func TestEveryRuleLevelAndStageCanDecide(t *testing.T) {
	r := loaded(t)
	d := &decoder{}
	p := d.prove(r)
	for _, problem := range d.problems {
		t.Error(problem)
	}
	if p.gaveUp {
		t.Errorf("a search took more than %d steps, so nothing is proved", maxSteps)
	}
}

func TestRulesThatContradictOrCanNeverFireAreRefusedWithTheirLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ override, want string }{
		"below what the measure can be": {"rules:\n  - {id: people.few, threshold: 0}",
			"line 2: rule people.few can never hold: people.contributors-6m lies between 0 and"},
		"above what the measure can be": {"rules:\n  - {id: upkeep.low-posture, threshold: 11}",
			"line 2: rule upkeep.low-posture always holds: posture.score lies between 0 and 10"},
		"more months than a year has": {"rules:\n  - {id: momentum.gaps, threshold: 13}",
			"line 2: rule momentum.gaps always holds"},
		"fair asks more than strong": {"rules:\n  - {id: load.several-countries, threshold: 12}",
			"line 2: the level fair of load can never rest on load.several-countries"},
		"fair asks less than weak": {"rules:\n  - {id: upkeep.middling-posture, threshold: 2}",
			"line 2: "},
		"a joined rule in the shadow of the level above": {"rules:\n  - {id: upkeep.neglected, any: [upkeep.heap, upkeep.low-posture]}",
			"line 2: the level weak of upkeep can never rest on upkeep.low-posture"},
		"two rules that say the same": {"rules:\n  - {id: load.several-countries, threshold: 10}",
			"line 2: the rules load.many-countries and load.several-countries say the same"},
		"the same in other words": {"rules:\n  - {id: people.none, operator: <=, threshold: 5}",
			"line 2: the rules people.none and people.small-team say the same"},
		"opposite wishes": {"rules:\n  - {id: people.small-team, operator: \">\"}",
			"line 2: the rules people.none and people.small-team wish people.contributors-12m to go opposite ways"},
		"points against the rules": {"rules:\n  - {id: x, measure: governance.contributing, operator: is, threshold: true, holds: a, fails: b}",
			"line 2: the points of governance.contributing for upkeep go against"},
		"a joined rule that contradicts itself": {"rules:\n  - {id: momentum.quiet-but-mature, all: [momentum.mature, not momentum.old-enough]}",
			"line 2: rule momentum.quiet-but-mature can never hold"},
		"a condition that is always met": {"rules:\n  - {id: momentum.quiet-but-mature, all: [momentum.mature, momentum.old-enough]}",
			"line 2: rule momentum.quiet-but-mature: momentum.old-enough always holds where the others hold"},
		"a condition that adds nothing": {"rules:\n  - {id: stage.shipped, any: [momentum.old-enough, momentum.years-of-work]}",
			"line 2: rule stage.shipped: momentum.years-of-work never holds where the others do not"},
		"a stage that an earlier one takes": {"stages:\n  - stage: messy-middle\n    all: [momentum.silent-year, momentum.few-months]",
			"line 2: the stage messy-middle can never be reached"},
		"a way to a stage that an earlier one takes": {"stages:\n  - stage: fading\n    any: [momentum.silent-half-year, {all: [momentum.silent-year, momentum.no-release]}]",
			"line 3: the stage fading can never rest on"},
		"nothing left for the last stage": {"stages:\n  - stage: messy-middle\n    any: [stage.past-the-pilot, {level: load, in: [strong]}]",
			"the stage sustained can never be reached"},
		"a level that no good is in": {"pillars:\n  - id: people\n    levels:\n      - {level: missing, any: [people.none]}\n      - {level: weak, any: [people.few]}\n      - {level: fair, any: [people.half-by-one, not people.half-by-one]}",
			"no good can be strong in people"},
		"levels that do not rise": {"pillars:\n  - id: people\n    levels:\n      - {level: weak, any: [people.none]}\n      - {level: missing, any: [people.few]}\n      - {level: fair, any: [people.half-by-one]}",
			"line 4: the levels of people must stand from most to least or from least to most"},
		"an invariant": {"rules:\n  - {id: x, all: [momentum.silent-year, not people.none]}",
			"line 2: rule x can never hold"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadRules([]byte(test.override), assesstest.Definitions())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v\nwant …%s…", err, test.want)
			}
		})
	}
}

// What is proved over classes must hold for goods: random goods, whose measures
// are all known, have exactly one stage and one level of each pillar.
func TestAGoodThatIsKnownHasExactlyOneStage(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	rng := rand.New(rand.NewPCG(5, 6))
	domains := r.domains()
	seen := map[Stage]int{}
	for range 15000 {
		chosen := validGood(r, domains, rng)
		e := r.evaluate(chosen)
		possible := e.possibleStages()
		if len(possible) != 1 {
			t.Fatalf("possible are %v with %v", possible, chosen)
		}
		seen[possible[0]]++
		for _, p := range r.pillars {
			if levels := e.possibleLevels(p.id); len(levels) != 1 {
				t.Fatalf("%s may be %v with %v", p.id, levels, chosen)
			}
		}
	}
	if len(seen) < 6 {
		t.Errorf("of the stages only these came up: %v", seen)
	}
}

// A better value of any one measure never lowers a level.
func TestABetterValueNeverLowersALevel(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	rng := rand.New(rand.NewPCG(7, 8))
	domains, readers := r.domains(), r.rulesByMeasure()
	for range 3000 {
		good := validGood(r, domains, rng)
		before := r.evaluate(good)
		for id, readers := range readers {
			up, ok := moreIsBetter(readers[0])
			if !ok {
				continue
			}
			for _, s := range domains[id] {
				was, wasKnown := good[id].Number()
				is, isKnown := s.measure.Number()
				if wasKnown && isKnown && was != is && (is > was) == up {
					compareLevels(t, id, before, before.withValues(map[string]any{id: s.measure.Value}))
				}
			}
		}
	}
}

func compareLevels(t *testing.T, id string, before, after *evaluation) {
	t.Helper()
	for _, p := range before.rules.pillars {
		was, is := before.possibleLevels(p.id)[0], after.possibleLevels(p.id)[0]
		if slices.Index(LevelsFromTop(), is) > slices.Index(LevelsFromTop(), was) {
			t.Fatalf("%s from %v to %v lowers %s from %s to %s", id, before.measure(id).Value, after.measure(id).Value, p.id, was, is)
		}
	}
}

// validGood picks a value of every measure that rules read.
func validGood(r *Rules, domains map[string][]valueClass, rng *rand.Rand) map[string]observation.Measure {
	ids := slices.Sorted(maps.Keys(domains))
	for {
		chosen := make(map[string]valueClass, len(domains))
		for _, id := range ids {
			known := domains[id]
			if last := len(known) - 1; known[last].measure.State != observation.Measured {
				known = known[:last]
			}
			chosen[id] = known[rng.IntN(len(known))]
		}
		if !r.satisfies(chosen) {
			continue
		}
		measures := make(map[string]observation.Measure, len(chosen))
		for id, s := range chosen {
			measures[id] = s.measure
		}
		return measures
	}
}

func BenchmarkProve(b *testing.B) {
	r, err := LoadRules(nil, assesstest.Definitions())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		(&decoder{}).prove(r)
	}
}
