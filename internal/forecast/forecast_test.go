package forecast

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/assess/assesstest"
	"github.com/midspan/midspan/internal/observation"
)

// foretold is a forecast of a good on a day.
func foretold(good, asOf string, probability float64) Forecast {
	level := assess.RiskLow
	if probability > 0.3 {
		level = assess.RiskHigh
	}
	return Forecast{Good: good, AsOf: asOf, Level: level, Score: 100 * probability, Probability: probability, High: 1,
		DaysSinceCommit: 10, ActiveMonths12: 12 - 10*probability}
}

// chained seals one after the other.
func chained(seals ...Seal) []Seal {
	previous := ""
	for i := range seals {
		seals[i] = seals[i].Sealed(previous)
		previous = seals[i].Digest
	}
	return seals
}

func sealOf(asOf, made string, forecasts ...Forecast) Seal {
	return Seal{Catalog: "c", AsOf: asOf, Made: made, Forecasts: forecasts}
}

func three() []Seal {
	return chained(
		sealOf("2025-01-15", "2025-01-15", foretold("a", "2025-01-15", 0.5), foretold("b", "2025-01-15", 0.1)),
		sealOf("2025-02-15", "2025-02-16", foretold("a", "2025-02-15", 0.5)),
		sealOf("2025-03-15", "2025-03-15", foretold("b", "2025-03-15", 0.1)))
}

func TestAChangedOrDroppedForecastBreaksTheChain(t *testing.T) {
	if err := Check(three()); err != nil {
		t.Fatalf("an untouched chain: %v", err)
	}
	for name, touch := range map[string]func([]Seal) []Seal{
		"a changed probability": func(c []Seal) []Seal { c[1].Forecasts[0].Probability = 0.9; return c },
		"a dropped forecast":    func(c []Seal) []Seal { c[0].Forecasts = c[0].Forecasts[1:]; return c },
		"another day of making": func(c []Seal) []Seal { c[2].Made = "2025-03-10"; return c },
		"an added outcome":      func(c []Seal) []Seal { c[2].Outcomes = []Outcome{{Good: "a", AsOf: "2025-01-15"}}; return c },
		"a dropped seal":        func(c []Seal) []Seal { return append(c[:1], c[2]) },
		"a dropped first seal":  func(c []Seal) []Seal { return c[1:] },
		"seals in another order": func(c []Seal) []Seal {
			c[0], c[1] = c[1], c[0]
			return c
		},
		"a changed seal that was sealed again": func(c []Seal) []Seal {
			c[1].Forecasts[0].Probability = 0.9
			c[1] = c[1].Sealed(c[1].Previous)
			return c
		},
	} {
		chain := touch(three())
		if Check(chain) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestOnlyForecastsOfTheirOwnWeekAreScored(t *testing.T) {
	for made, late := range map[string]int{"2025-01-15": 0, "2025-01-22": 0, "2025-01-08": 0, "2025-01-23": 1, "2025-01-07": 1, "2027-01-15": 1, "": 1} {
		r := RecordOf(chained(sealOf("2025-01-15", made, foretold("a", "2025-01-15", 0.5))), "c", "2025-06-01", nil)
		if r.Late != late || r.Forecasts != 1-late {
			t.Errorf("made on %q: %+v, want %d late", made, r, late)
		}
	}
}

func TestTheFirstForecastOfAMonthCounts(t *testing.T) {
	chain := chained(
		sealOf("2025-01-15", "2025-01-15", foretold("a", "2025-01-15", 0.5)),
		sealOf("2025-01-20", "2025-01-20", foretold("a", "2025-01-20", 0.1)),
		sealOf("2025-02-01", "2025-02-01", foretold("a", "2025-02-01", 0.1)))
	told := []Outcome{{"a", "2025-01-15", true}, {"a", "2025-01-20", false}}
	r := RecordOf(chain, "c", "2026-08-01", told)
	if r.Forecasts != 2 || r.Due != 1 || r.Score.Scored != 1 || r.Score.Brier != 0.25 || r.NextDue != "2026-09-01" {
		t.Errorf("%+v %+v", r, r.Score)
	}
}

func TestTheRecordOfARunHoldsWhatWasSealedBefore(t *testing.T) {
	chain := three()
	if r := RecordOf(chain, "c", "2025-01-15", nil); r.Seals != 0 || r.Digest != "" || r.Forecasts != 0 {
		t.Errorf("on the day of the first seal: %+v, want an empty record", r)
	}
	if r := RecordOf(chain, "c", "2025-03-15", nil); r.Seals != 2 || r.Digest != chain[1].Digest || r.Since != "2025-01-15" || r.NextDue != "2026-08-01" || r.Due != 0 {
		t.Errorf("on the day of the third: %+v", r)
	}
	if r := RecordOf(chain, "another catalog", "2025-03-15", nil); r.Seals != 0 {
		t.Errorf("of another catalog: %+v", r)
	}
}

func TestScoresCountedByHand(t *testing.T) {
	chain := chained(sealOf("2025-01-15", "2025-01-15", foretold("a", "2025-01-15", 0.5), foretold("b", "2025-01-15", 0.1),
		foretold("c", "2025-01-15", 0.4), foretold("d", "2025-01-15", 0.1)))
	own := []Outcome{{"a", "2025-01-15", true}, {"b", "2025-01-15", false}, {"c", "2025-01-15", false}}
	r := RecordOf(chain, "c", "2026-08-01", own)
	if r.Due != 4 || r.Open != 1 || r.NextDue != "" {
		t.Fatalf("%+v", r)
	}
	s := *r.Score
	// (0.5² + 0.1² + 0.4²) / 3; one of three was silent.
	if s.Scored != 3 || s.Silent != 1 || s.Brier != 0.14 || s.Constant != 0.2222 {
		t.Errorf("%+v", s)
	}
	if *s.Risk != 1 || *s.DaysSinceCommit != 0.5 || *s.ActiveMonths12 != 1 {
		t.Errorf("AUC %v, %v and %v", *s.Risk, *s.DaysSinceCommit, *s.ActiveMonths12)
	}
	want := []CalibratedLevel{{assess.RiskHigh, 2, 0.45, 1}, {assess.RiskLow, 1, 0.1, 0}}
	if !reflect.DeepEqual(s.Calibration, want) {
		t.Errorf("calibration %+v, want %+v", s.Calibration, want)
	}
}

func TestOutcomesAreSealedAndNotAskedForAgain(t *testing.T) {
	first := sealOf("2025-01-15", "2025-01-15", foretold("a", "2025-01-15", 0.5))
	if due := Due(chained(first), "c", "2026-07-31"); len(due) != 0 {
		t.Errorf("due before the last month is over: %v", due)
	}
	if due := Due(chained(first), "c", "2026-08-01"); len(due["a"]) != 1 {
		t.Errorf("on the day: %v", due)
	}
	answered := Seal{Catalog: "c", AsOf: "2026-08-02", Made: "2026-08-02", Outcomes: []Outcome{{"a", "2025-01-15", true}}}
	chain := chained(first, answered)
	if due := Due(chain, "c", "2026-09-01"); len(due) != 0 {
		t.Errorf("asked again: %v", due)
	}
	if r := RecordOf(chain, "c", "2026-09-01", nil); r.Score == nil || r.Score.Silent != 1 {
		t.Errorf("%+v", r)
	}
}

func TestOutcomesAreReadFromWholeMonths(t *testing.T) {
	f := foretold("a", "2025-01-15", 0.5) // February to July 2026
	month := func(text string) observation.Month {
		at, err := time.Parse("2006-01", text)
		if err != nil {
			t.Fatal(err)
		}
		return observation.MonthOf(at)
	}
	activity := func(at, wholeFrom string, commitIn string) observation.Activity {
		end, _ := time.Parse(time.DateOnly, at)
		a := observation.Activity{Repositories: 1, Read: 1, At: end, From: month("2024-01"), WholeFrom: month(wholeFrom), WholeUntil: observation.MonthOf(end)}
		a.Commits = make([]int, a.Last()-a.From+1)
		if commitIn != "" {
			a.Commits[month(commitIn)-a.From] = 1
		}
		return a
	}
	for name, test := range map[string]struct {
		activity      observation.Activity
		silent, known bool
	}{
		"silent":                            {activity("2026-08-01", "2024-01", ""), true, true},
		"a commit in the first month":       {activity("2026-08-01", "2024-01", "2026-02"), false, true},
		"a commit in the last month":        {activity("2026-08-01", "2024-01", "2026-07"), false, true},
		"a commit before":                   {activity("2026-08-01", "2024-01", "2026-01"), true, true},
		"a commit after":                    {activity("2026-08-01", "2024-01", "2026-08"), true, true},
		"the last month is not over":        {activity("2026-07-31", "2024-01", ""), false, false},
		"one commit is enough to know":      {activity("2026-07-01", "2024-01", "2026-03"), false, true},
		"a history that was cut":            {activity("2026-08-01", "2026-03", ""), false, false},
		"a repository that is not read":     {observation.UnreadActivity(observation.CauseNotFound), false, false},
		"so long ago that no month is left": {activity("2033-01-01", "2028-02", ""), false, false},
	} {
		o, known := f.OutcomeIn(test.activity)
		if known != test.known || known && o.Silent != test.silent {
			t.Errorf("%s: %+v, known %v", name, o, known)
		}
	}
}

func TestForecastsSayWhatTheRulesMeasured(t *testing.T) {
	embedded, err := assess.LoadRules(nil, assesstest.Definitions())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 6, 30, 23, 59, 59, 0, time.UTC)
	number := func(id string, n float64) observation.Measure {
		return observation.Measure{ID: id, State: observation.Measured, Value: n, At: at}
	}
	measures := []observation.Measure{number(observation.MomentumDaysSinceCommit, 40), number(observation.MomentumActiveMonths12, 7)}
	score := 72.0
	risk := assess.Risk{Level: assess.RiskHigh, Range: assess.Range{Score: &score, Low: score, High: score}}
	share, ok := embedded.RiskShare(assess.RiskHigh)
	if !ok {
		t.Fatal("the embedded rules give no shares")
	}
	f, ok := Of("a", risk, measures, embedded)
	want := Forecast{"a", "2026-06-30", assess.RiskHigh, 72, share.Value, share.Low, share.High, 40, 7}
	if !ok || f != want {
		t.Errorf("%+v, want %+v", f, want)
	}
	if _, ok := Of("a", assess.Risk{Level: assess.RiskNotApplicable}, measures, embedded); ok {
		t.Error("a forecast where the risk does not apply")
	}
	if _, ok := Of("a", risk, measures[:1], embedded); ok {
		t.Error("a forecast without a measure")
	}
	parts := "risk:\n  levels: [{level: high, from: 70}, {level: raised, from: 40}]\n"
	for text, has := range map[string]bool{
		parts: false,
		parts + "  shares: {of: mine, high: [0.5, 0.4, 0.6], raised: [0.2, 0.1, 0.3], low: [0.1, 0, 0.2]}\n": true,
		"floor: 0.3\n": true,
	} {
		own, err := assess.LoadRules([]byte("version: 1\n"+text), assesstest.Definitions())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if _, ok := Of("a", risk, measures, own); ok != has {
			t.Errorf("%s: a forecast is %v, want %v", text, ok, has)
		}
	}
	_, err = assess.LoadRules([]byte("version: 1\nrisk:\n  shares: {high: [0.5, 0.6, 0.7]}\n"), assesstest.Definitions())
	if err == nil || !strings.Contains(fmt.Sprint(err), "between the ends") {
		t.Errorf("a share outside of its interval: %v", err)
	}
}
