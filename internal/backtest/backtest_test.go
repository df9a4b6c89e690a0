package backtest

import (
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/assess/assesstest"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/maintenance"
)

func day(text string) time.Time {
	t, err := time.Parse(time.DateTime, text)
	if err != nil {
		t, err = time.Parse(time.DateOnly, text)
	}
	if err != nil {
		panic(err)
	}
	return t
}

// pastOf is a history with commits of one person at these times, newest first.
func pastOf(t *testing.T, times ...time.Time) History {
	t.Helper()
	var list []gitrepo.Commit
	for _, at := range times {
		list = append(list, commitBy("Ada Ore", at))
	}
	return historyOf(t, list)
}

func commitBy(name string, at time.Time) gitrepo.Commit {
	return gitrepo.Commit{Author: name, Email: strings.ToLower(strings.Fields(name)[0]) + "@forge.example.se", Committed: at, Parents: 1}
}

// historyOf is a history of these commits, newest first.
func historyOf(t *testing.T, list []gitrepo.Commit) History {
	t.Helper()
	var commits iter.Seq2[gitrepo.Commit, error] = func(yield func(gitrepo.Commit, error) bool) {
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	}
	h, err := maintenance.NewHistory(commits, nil, "a test", day("2030-01-01"), maintenance.Owner{})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func embedded(t *testing.T) *assess.Rules {
	t.Helper()
	r, err := assess.LoadRules(nil, assesstest.Definitions())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// before lists so many times, each a day earlier than the one before.
func before(first time.Time, n int) []time.Time {
	times := make([]time.Time, n)
	for i := range times {
		times[i] = first.AddDate(0, 0, -i)
	}
	return times
}

func TestPointsLieEighteenMonthsBackAndOnInSteps(t *testing.T) {
	// Eighteen months before 31 August 2026 is the last of February 2025.
	until := day("2026-08-31")
	var weekly []time.Time
	for at := until; at.After(day("2022-06-01")); at = at.AddDate(0, 0, -7) {
		weekly = append(weekly, at)
	}
	found := Replay(pastOf(t, weekly...), Rules{Tested: embedded(t)}, until, 6)
	var got []string
	for _, p := range found.Points {
		got = append(got, p.At.Format(time.DateOnly))
		if p.Outcomes.Silent {
			t.Errorf("%s passes for silent", p.At)
		}
	}
	want := []string{"2025-02-28", "2024-08-31", "2024-02-29", "2023-08-31"} // before, it was younger than a year
	if len(got) != len(want) {
		t.Fatalf("points at %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("points at %v, want %v", got, want)
		}
	}
}

func TestWhoIsAliveAtMonthBorders(t *testing.T) {
	until := day("2026-06-30 12:00:00") // so the clock stands at 2024-12-30 12:00, a year earlier began 2023-12-30 12:00
	start := day("2020-01-31")
	for name, test := range map[string]struct {
		past   []time.Time
		points int
	}{
		"a last commit inside the year":      {append([]time.Time{day("2023-12-30 12:00:01")}, before(start, 19)...), 1},
		"a last commit at the border":        {append([]time.Time{day("2023-12-30 12:00:00")}, before(start, 19)...), 0},
		"one commit too few":                 {append([]time.Time{day("2024-06-01")}, before(start, 18)...), 0},
		"a commit after the clock is unseen": {append([]time.Time{day("2024-12-30 12:00:01"), day("2024-06-01")}, before(start, 18)...), 0},
		"a year old to the day":              {append(before(day("2024-12-01"), 19), day("2023-12-31 12:00:00")), 1},
		"a day younger":                      {append(before(day("2024-12-01"), 19), day("2023-12-31 12:00:01")), 0},
		"nothing at all":                     {nil, 0},
	} {
		found := Replay(pastOf(t, test.past...), Rules{Tested: embedded(t)}, until, 1200)
		if len(found.Points) != test.points {
			t.Errorf("%s: %d points, want %d", name, len(found.Points), test.points)
		}
	}
}

func TestSilentIsNoCommitInMonthsTwelveToEighteen(t *testing.T) {
	until := day("2026-08-31 12:00:00") // the clock stands at 2025-02-28 12:00
	alive := before(day("2025-02-01"), 400)
	for name, test := range map[string]struct {
		later  []time.Time
		silent bool
	}{
		"no commit ever after":          {nil, true},
		"one at the end of month 12":    {[]time.Time{day("2026-02-28 12:00:00")}, true},
		"one just after":                {[]time.Time{day("2026-02-28 12:00:01")}, false},
		"one at the end of month 18":    {[]time.Time{day("2026-08-28 12:00:00")}, false},
		"one after the end of month 18": {[]time.Time{day("2026-08-28 12:00:01")}, true},
	} {
		found := Replay(pastOf(t, append(test.later, alive...)...), Rules{Tested: embedded(t)}, until, 1200)
		if len(found.Points) != 1 || found.Points[0].Outcomes.Silent != test.silent {
			t.Errorf("%s: %+v, want silent %v", name, found.Points, test.silent)
		}
	}
}

func TestBaselinesOfHistoriesMadeByHand(t *testing.T) {
	until := day("2026-06-30 12:00:00")
	clock := day("2024-12-30 12:00:00")
	old := before(clock.AddDate(0, 0, -200), 200)
	for name, test := range map[string]struct {
		recent       []time.Time
		days, unkept float64
	}{
		"silent for 200 days":              {nil, 200, 10},
		"one commit of 90 days":            {[]time.Time{clock.AddDate(0, 0, -89)}, 89, 10}, // 10/12 rounds down to 0
		"a commit older than 90 days":      {[]time.Time{clock.AddDate(0, 0, -91)}, 91, 10},
		"two":                              {before(clock.AddDate(0, 0, -3), 2), 3, 9},
		"six":                              {before(clock.AddDate(0, 0, -3), 6), 3, 5},
		"twelve is one a week":             {before(clock.AddDate(0, 0, -3), 12), 3, 0},
		"more is no better":                {before(clock.AddDate(0, 0, -3), 60), 3, 0},
		"the same day counts as no day":    {[]time.Time{clock.Add(-time.Hour)}, 0, 10},
		"what comes after says nothing":    {[]time.Time{clock.Add(time.Hour), clock.AddDate(0, 0, -30)}, 30, 10},
		"thirteen, ties with twelve above": {before(clock.AddDate(0, 0, -1), 13), 1, 0},
	} {
		found := Replay(pastOf(t, append(test.recent, old...)...), Rules{Tested: embedded(t)}, until, 1200)
		if len(found.Points) != 1 {
			t.Fatalf("%s: %d points", name, len(found.Points))
		}
		if p := found.Points[0]; p.DaysSinceCommit != test.days || p.Unmaintained != test.unkept {
			t.Errorf("%s: %v days and %v, want %v and %v", name, p.DaysSinceCommit, p.Unmaintained, test.days, test.unkept)
		}
	}
}

func TestWhereTheRiskIsUnknownNothingIsCompared(t *testing.T) {
	found := Replay(blind{pastOf(t, before(day("2024-12-01"), 700)...)}, Rules{Tested: embedded(t)}, day("2026-06-30"), 1200)
	if len(found.Points) != 0 || found.Unscored != 1 {
		t.Errorf("%d points, %d unscored, want 0 and 1", len(found.Points), found.Unscored)
	}
}

// blind is a history of which one measure cannot be read.
type blind struct{ History }

func (b blind) Measures(at time.Time) []observation.Measure {
	measures := b.History.Measures(at)
	for i, m := range measures {
		if m.ID == "people.core-away-days" {
			measures[i] = observation.Measure{ID: m.ID, State: observation.Unknown, Cause: observation.CauseMissingObjects}
		}
	}
	return measures
}

func TestOutcomesOfHistoriesMadeByHand(t *testing.T) {
	at, end := day("2024-06-30"), day("2027-06-30")
	ada := func(text string) gitrepo.Commit { return commitBy("Ada Ore", day(text)) }
	ben := func(text string) gitrepo.Commit { return commitBy("Ben Kay", day(text)) }
	weekly := func(from, until string) (list []gitrepo.Commit) {
		for then := day(until); then.After(day(from)); then = then.AddDate(0, 0, -7) {
			list = append(list, commitBy("Ben Kay", then))
		}
		return list
	}
	for name, test := range map[string]struct {
		later []gitrepo.Commit
		want  Outcomes
	}{
		"nobody ever after":              {nil, Outcomes{true, true, true, true}},
		"the same person goes on":        {[]gitrepo.Commit{ada("2025-09-01")}, Outcomes{LittleWork: true}},
		"another takes over":             {weekly("2024-08-01", "2025-12-30"), Outcomes{TeamGone: true}},
		"a pause that ends after it":     {[]gitrepo.Commit{ada("2026-03-01")}, Outcomes{Silent: true, TeamGone: true, LittleWork: true}},
		"busy at first, and then no one": {weekly("2024-12-31", "2025-06-30"), Outcomes{Silent: true, SilentToEnd: true, TeamGone: true}},
		"one commit of another alone":    {[]gitrepo.Commit{ben("2025-12-01")}, Outcomes{TeamGone: true, LittleWork: true}},
	} {
		h := historyOf(t, append(test.later, ada("2024-05-01"), ada("2023-08-01")))
		if got := outcomes(h, at, end); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func TestTheGitPartOfInsightsAsItsDefinitionCounts(t *testing.T) {
	at := day("2026-06-30")
	number := func(id string, n float64) observation.Measure {
		return observation.Measure{ID: id, State: observation.Measured, Value: n}
	}
	all := func(people, organizations, releases, days float64) map[string]observation.Measure {
		return byID([]observation.Measure{number(observation.PeopleRegularContributors12m, people), number(observation.PeopleOrganizations12m, organizations),
			number(observation.MomentumReleases12m, releases), number(observation.MomentumDaysSinceRelease, days)})
	}
	unreleased := all(1, 1, 0, 0)
	delete(unreleased, observation.MomentumDaysSinceRelease)
	for name, test := range map[string]struct {
		commits  int
		measures map[string]observation.Measure
		want     float64
	}{
		"all of it":                            {50, all(5, 3, 4, 10), 65},
		"nothing":                              {0, map[string]observation.Measure{}, 0},
		"three people of two organizations":    {0, all(3, 2, 0, 800), 20 * 40. / 25},
		"a release in half a year":             {1, all(0, 0, 2, 180), 7 * 25. / 13},
		"recent, but not at a steady pace":     {5, all(0, 0, 3, 90), 9 * 25. / 13},
		"one person who never tagged":          {20, unreleased, 5*40./25 + 4*25./13},
		"a release in the last two years":      {0, all(2, 0, 0, 730), 6*40./25 + 2*25./13},
		"forty-nine commits are fewer than 50": {49, all(0, 0, 0, 800), 4 * 25. / 13},
	} {
		if got := insights(pastOf(t, before(at, test.commits)...), at, test.measures); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestOtherRulesAreComparedOnTheSamePoints(t *testing.T) {
	h := pastOf(t, before(day("2025-12-01"), 1000)...)
	other, err := assess.LoadRules([]byte("version: 1\nrisk:\n  parts:\n    - {measure: momentum.active-months-12, points: [[0, 100], [12, 0]]}\n"), assesstest.Definitions())
	if err != nil {
		t.Fatal(err)
	}
	found := Replay(h, Rules{Tested: embedded(t), Against: other}, day("2026-06-30"), 1200)
	if len(found.Points) != 1 || found.Points[0].Against == nil || *found.Points[0].Against != 0 {
		t.Fatalf("%+v, want one point with twelve active months", found.Points)
	}
	names := Evaluate([]Repository{found}, steps, Options{}).Comparisons[0].Scores
	if names[1].Score != ByAgainst || len(names) != 6 {
		t.Errorf("scores %+v", names)
	}
}
