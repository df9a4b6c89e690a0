package report

import (
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/assess"
)

func TestHelpCountsMostWhereLoadShortageAndRiskAreHigh(t *testing.T) {
	of := func(id string, level assess.Level, load, score float64, risk assess.Risk) Good {
		good := Good{Verdict: assess.Verdict{Stage: assess.MessyMiddle, Load: assess.Pillar{Level: level, Possible: []assess.Level{level}, Score: assess.Range{Score: &load, Low: load, High: load}},
			Score: assess.Range{Score: &score, Low: score, High: score}, Risk: risk}}
		good.ID = id
		return good
	}
	told := func(score float64) assess.Risk {
		return assess.Risk{Level: assess.RiskHigh, Range: assess.Range{Score: &score, Low: score, High: score}}
	}
	var none assess.Risk
	var got []string
	for _, good := range RankMiddle([]Good{
		of("light and failing", assess.Weak, 45, 5, told(99)), of("risky", assess.Fair, 60, 30, told(90)), of("calm", assess.Fair, 60, 30, told(10)),
		of("short", assess.Fair, 60, 10, told(90)), of("risk not told", assess.Fair, 60, 30, none), of("heavy", assess.Strong, 90, 10, told(90)),
	}) {
		got = append(got, good.ID)
	}
	// What is not told of a risk counts neither as low nor as high.
	if want := []string{"heavy", "short", "risky", "risk not told", "calm", "light and failing"}; !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q", got, want)
	}
	loaded, light := SplitByLoad(RankMiddle([]Good{of("a", assess.Weak, 45, 5, none), of("b", assess.Fair, 60, 30, none)}))
	if len(loaded) != 1 || loaded[0].ID != "b" || len(light) != 1 {
		t.Errorf("split into %d and %d", len(loaded), len(light))
	}
}

// A page tells one fault of each support before a second of any, and one of funding.
func TestEachSupportThatFallsShortIsToldBeforeAnyTwice(t *testing.T) {
	reason := func(rule string) assess.Reason { return assess.Reason{Rule: rule, Sentence: rule, Concern: true} }
	v := assess.Verdict{Supports: []assess.Pillar{
		{ID: assess.People, Level: assess.Weak, Possible: []assess.Level{assess.Weak}, Reasons: []assess.Reason{reason("people.few")}},
		{ID: assess.Upkeep, Level: assess.Weak, Possible: []assess.Level{assess.Weak}, Reasons: []assess.Reason{reason("upkeep.pile")}},
		{ID: assess.Momentum, Level: assess.Strong, Possible: []assess.Level{assess.Strong}, Reasons: []assess.Reason{reason("momentum.silent")}},
	}}
	told := OneOfEach(v, []assess.Reason{reason("people.few"), reason("people.absence"), reason("funding.received"), reason("funding.named")})
	var rules []string
	for _, r := range told {
		rules = append(rules, r.Rule)
	}
	if want := []string{"people.few", "funding.received", "upkeep.pile", "people.absence"}; !slices.Equal(rules, want) {
		t.Errorf("%v, want %v", rules, want)
	}
}
