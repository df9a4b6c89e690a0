package assess

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess/assesstest"
	"github.com/midspan/midspan/internal/observation"
)

// historyOf are the measures that the risk reads: of a repository three years
// old, with so many people in 3 months, a core that was last seen so many days ago, and
// work in so many of the last 12 months.
func historyOf(people, away, months float64) map[string]observation.Measure {
	values := map[string]float64{
		"momentum.commits-ever": 500, "momentum.age-days": 1100, "momentum.commits-12m": 80,
		"people.contributors-3m": people, "people.core-away-days": away, "momentum.active-months-12": months,
	}
	measures := map[string]observation.Measure{}
	for id, value := range values {
		measures[id] = observation.Measure{ID: id, State: observation.Measured, Value: value}
	}
	return measures
}

func TestRiskRisesWhereFewAreAtWorkAndWhereTheyLeave(t *testing.T) {
	r := loaded(t)
	for _, test := range []struct {
		people, away, months float64
		score                float64
		level                RiskLevel
	}{
		{10, 0, 12, 0, RiskLow},
		{4, 30, 9, 25, RiskLow},
		{2, 90, 6, 50, RiskRaised},
		{1, 180, 3, 75, RiskHigh},
		{1, 0, 12, 25, RiskLow},
		{0, 365, 1, 97.2, RiskHigh},
		{200, 400, 2, 61.1, RiskHigh},
		{200, 400, 12, 33.3, RiskLow},
	} {
		got := r.Risk(historyOf(test.people, test.away, test.months))
		if got.Score == nil || *got.Score != test.score || got.Level != test.level {
			t.Errorf("%v people, core away for %v days, %v months of work: %s, want %v, %s",
				test.people, test.away, test.months, describe(got), test.score, test.level)
		}
	}
}

func describe(r Risk) string {
	score := "none"
	if r.Score != nil {
		score = fmt.Sprint(*r.Score)
	}
	return fmt.Sprintf("%s, score %s, %v to %v", r.Level, score, r.Low, r.High)
}

func TestRiskDoesNotApplyToTheYoungTheSmallAndTheSilent(t *testing.T) {
	r := loaded(t)
	for id, value := range map[string]float64{"momentum.commits-ever": 19, "momentum.age-days": 364, "momentum.commits-12m": 0} {
		measures := historyOf(3, 90, 6)
		measures[id] = observation.Measure{ID: id, State: observation.Measured, Value: value}
		if got := r.Risk(measures); got.Level != RiskNotApplicable || got.Score != nil {
			t.Errorf("%s = %v gives %s", id, value, describe(got))
		}
	}
}

func TestRiskNeverReadsAnUnknownAsAValue(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	random := rand.New(rand.NewPCG(4, 7))
	for range 3000 {
		measures := map[string]observation.Measure{}
		for id := range historyOf(0, 0, 0) {
			measures[id] = anyMeasure(random, id)
		}
		before := r.Risk(measures)
		for id := range measures {
			kept := measures[id]
			measures[id] = observation.Measure{ID: id, State: observation.Unknown, Cause: observation.CauseOffline}
			after := r.Risk(measures)
			measures[id] = kept
			if after.Low > before.Low || after.High < before.High {
				t.Fatalf("%v without %s: %s, with it %s", measures, id, describe(after), describe(before))
			}
			if after.Level != before.Level && after.Level != RiskUnknown && before.Level != RiskUnknown {
				t.Fatalf("%v without %s: %s, with it %s", measures, id, describe(after), describe(before))
			}
			if after.Score != nil && (before.Score == nil || *after.Score != *before.Score) {
				t.Fatalf("%v without %s is surer: %s, with it %s", measures, id, describe(after), describe(before))
			}
		}
	}
}

// anyMeasure is a measure in any state, about the thresholds of the risk.
func anyMeasure(random *rand.Rand, id string) observation.Measure {
	m := observation.Measure{ID: id, State: observation.Measured}
	switch random.IntN(6) {
	case 0:
		return observation.Measure{ID: id, State: observation.Unknown, Cause: observation.CauseNoSource}
	case 1:
		return observation.Measure{ID: id, State: observation.NotApplicable}
	case 2:
		m.Bound = observation.AtLeast
	case 3:
		m.Bound = observation.AtMost
	}
	m.Value = float64(random.IntN(60))
	if strings.HasSuffix(id, "-days") {
		m.Value = float64(random.IntN(500))
	}
	return m
}

func TestBrokenRiskIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for override, want := range map[string]string{
		"risk:\n  levels: [{level: raised, from: 60}, {level: high, from: 50}]":   "your rules, line 2",
		"risk:\n  levels: [{level: high, from: 40}, {level: raised, from: 50}]":   "falling scores",
		"risk:\n  levels: [{level: high, from: 40}]":                              "needs the levels",
		"risk:\n  parts: [{measure: posture.score, points: [[0, 100], [10, 0]]}]": "only people and momentum",
		"risk:\n  parts: [{measure: people.nobody, points: [[0, 100], [10, 0]]}]": "does not exist",
		"risk:\n  parts: []": "reads no measure",
		"risk:\n  asked-of: [{measure: momentum.age-days, at-least: 1, unit: months}]": "is counted in",
		"risk:\n  asked-of: [{measure: momentum.age-days, unit: days}]":                "no number",
		"risk:\n  asked-of: [{measure: momentum.years, at-least: 1, unit: years}]":     "does not exist",
		"risk:\n  asked-of: [{measure: license.changes, at-least: 1, unit: changes}]":  "only people and momentum",
		"risk:\n  threshold: 3": "no field",
	} {
		if _, err := LoadRules([]byte(override), assesstest.Definitions()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngives %v, want %q", override, err, want)
		}
	}
}
