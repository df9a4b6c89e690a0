package site

import (
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

func TestTheHeadlineCountsAmongGoodsThatCouldBeAssessed(t *testing.T) {
	for _, c := range []struct {
		loaded, light, assessed, goods int
		want                           string
	}{
		{0, 0, 0, 0, "No goods were read"},
		{0, 0, 0, 226, "None of 226 goods could be assessed"},
		{0, 0, 9, 226, "None of the 9 goods that could be assessed is seen in the messy middle"},
		{1, 0, 9, 9, "1 of 9 goods matters to many and has too little support"},
		{4, 13, 166, 226, "4 of 166 goods matter to many and have too little support"}, // the 13 never stand in one number with the 4
		{0, 13, 166, 226, "13 of 166 goods have too little support, and none of them is known to matter to many"},
	} {
		if got := englishPages.headline(c.loaded, c.light, c.assessed, c.goods); got != c.want {
			t.Errorf("%d, %d, %d, %d: says %q, want %q", c.loaded, c.light, c.assessed, c.goods, got, c.want)
		}
	}
}

func TestTheFirstScreenNamesWhyRepositoriesWereNotRead(t *testing.T) {
	missing := report.CauseGroup[report.FailedScan]{Cause: observation.CauseNotFound, Items: make([]report.FailedScan, 2)}
	empty := report.CauseGroup[report.FailedScan]{Cause: observation.CauseEmpty, Items: make([]report.FailedScan, 1)}
	for want, failed := range map[string][]report.CauseGroup[report.FailedScan]{
		"": nil,
		"1 of 9 repositories was not read: the repository has no commits":                      {empty},
		"3 of 9 repositories were not read: mostly, the repository or its mirror is not there": {missing, empty},
	} {
		if got := englishPages.unreadSummary(failed, 9); got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

func TestAGoodMayStandInTheMiddleOnlyIfItWasRead(t *testing.T) {
	read, failed := []report.Scan{{Outcome: report.Scanned}}, []report.Scan{{Outcome: report.Failed}}
	open := []assess.Stage{assess.MessyMiddle, assess.Sustained}
	near := &assess.Borderline{Would: assess.MessyMiddle}
	for name, c := range map[string]struct {
		good report.Good
		want bool
	}{
		"read and open":             {report.Good{Scans: read, Verdict: assess.Verdict{Stage: assess.Unassessed, Possible: open}}, true},
		"not read":                  {report.Good{Scans: failed, Verdict: assess.Verdict{Stage: assess.Unassessed, Possible: open}}, false},
		"near it":                   {report.Good{Scans: read, Verdict: assess.Verdict{Stage: assess.Sustained, Borderline: near}}, true},
		"in it":                     {report.Good{Scans: read, Verdict: assess.Verdict{Stage: assess.MessyMiddle, Possible: open}}, false},
		"safely outside":            {report.Good{Scans: read, Verdict: assess.Verdict{Stage: assess.Sustained}}, false},
		"near, but of other stages": {report.Good{Scans: read, Verdict: assess.Verdict{Stage: assess.Sustained, Borderline: &assess.Borderline{Would: assess.Fading}}}, false},
	} {
		if got := len(report.MaybeMiddle([]report.Row{report.NewRow(c.good, report.TallyFindings(c.good))})) == 1; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A reader of two reasons knows what is weak and what it carries.
func TestTheReasonsShownFirstAreTheWeakestSupportAndTheLoad(t *testing.T) {
	of := func(rules ...string) []assess.Reason {
		var reasons []assess.Reason
		for _, rule := range rules {
			reasons = append(reasons, assess.Reason{Rule: rule, Sentence: rule, Concern: rule != "alive" && rule != "load.many-countries"})
		}
		return reasons
	}
	good := report.Good{Verdict: assess.Verdict{
		Reasons: of("funding.received", "funding.funders", "alive", "people.few"),
		Load:    assess.Pillar{ID: assess.Load, Level: assess.Strong, Reasons: of("load.many-countries")},
		Supports: []assess.Pillar{
			{ID: assess.Momentum, Level: assess.Fair, Reasons: of("alive")},
			{ID: assess.Funding, Level: assess.Missing, Reasons: of("funding.received", "funding.funders")},
			// Weak or worse is as short as weak.
			{ID: assess.People, Level: assess.LevelUnknown, Possible: []assess.Level{assess.Weak, assess.Missing}, Score: assess.Range{High: 55}, Reasons: of("people.few")},
		},
	}}
	var got []string
	for _, reason := range report.Shortfalls(9, good) {
		got = append(got, reason.Rule)
	}
	if want := []string{"people.few", "load.many-countries", "funding.received", "funding.funders"}; !slices.Equal(got, want) {
		t.Errorf("shows %v, want %v", got, want)
	}
	good.Verdict.Supports = nil
	if got := report.Shortfalls(2, good); len(got) != 2 || got[0].Rule != "funding.received" {
		t.Errorf("without short supports it shows %v", got)
	}
}

func TestTheLicenceFoundStandsBesideTheOneDeclared(t *testing.T) {
	spdx := func(ids ...string) observation.Measure {
		return observation.Measure{State: observation.Measured, Value: ids}
	}
	no := observation.Measure{State: observation.Measured, Value: false}
	for name, c := range map[string]struct {
		measures          map[string]observation.Measure
		wantText, wantAdd string
	}{
		"they differ":     {map[string]observation.Measure{"license.spdx": spdx("GPL-3.0"), "license.declared": spdx("MIT"), "license.matches-declared": no}, "GPL-3.0", "approved by the OSI; declared: MIT, which differs"},
		"no file":         {map[string]observation.Measure{"license.spdx": {State: observation.NotApplicable}, "license.declared": spdx("MIT")}, "no licence file", "declared: MIT"},
		"nothing is read": {nil, "unknown", "the catalog declares none"},
	} {
		f := englishPages.licenceFact(report.Good{}, c.measures)
		if f.Text != c.wantText || f.Note != c.wantAdd || f.Unknown != (c.wantText == "unknown") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestTheTableShowsASeriesOnlyWhereItMoved(t *testing.T) {
	point := func(run int, low, high float64) report.TrendPoint {
		return report.TrendPoint{Run: run, Stage: assess.Fading, Low: low, High: high}
	}
	trend := &report.Trend{Runs: make([]report.TrendRun, 2), Goods: []report.TrendGood{
		{ID: "moved", Points: []report.TrendPoint{point(0, 40, 44), point(1, 60, 64)}},
		{ID: "new", Points: []report.TrendPoint{point(1, 60, 64)}},
		{ID: "still", Points: []report.TrendPoint{point(0, 40, 44), point(1, 40.4, 44)}},
		{ID: "unknown", Points: []report.TrendPoint{point(0, 0, 100), point(1, 40, 44)}},
	}}
	one := &report.Trend{Runs: trend.Runs[:1], Goods: trend.Goods[:1]}
	for name, c := range map[string]struct {
		trend *report.Trend
		id    string
		drawn bool
	}{
		"moved": {trend, "moved", true}, "still": {trend, "still", false}, "one point": {trend, "new", false}, "not listed": {trend, "gone", false},
		"one end unknown": {trend, "unknown", false}, "one run": {one, "moved", false}, "no runs kept": {nil, "moved", false},
	} {
		e := edition{content: &content{doc: report.Document{Trend: c.trend}}, text: englishPages}
		shown := string(e.trendOf(c.id))
		if (shown != "") != c.drawn || c.drawn && !strings.Contains(shown, `role="img" aria-label="Score of the supports: from 42 to 62"`) {
			t.Errorf("%s: %q", name, shown)
		}
	}
}
