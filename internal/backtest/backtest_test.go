package backtest

import (
	"iter"
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
	var commits iter.Seq2[gitrepo.Commit, error] = func(yield func(gitrepo.Commit, error) bool) {
		for _, at := range times {
			if !yield(gitrepo.Commit{Author: "Ada Ore", Email: "ada@forge.example.se", Committed: at, Parents: 1}, nil) {
				return
			}
		}
	}
	h, err := maintenance.NewHistory(commits, nil, "a test", day("2030-01-01"), "")
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
	found := Replay(pastOf(t, weekly...), embedded(t), until, 6)
	var got []string
	for _, p := range found.Points {
		got = append(got, p.At.Format(time.DateOnly))
		if p.Silent {
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
		found := Replay(pastOf(t, test.past...), embedded(t), until, 1200)
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
		found := Replay(pastOf(t, append(test.later, alive...)...), embedded(t), until, 1200)
		if len(found.Points) != 1 || found.Points[0].Silent != test.silent {
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
		found := Replay(pastOf(t, append(test.recent, old...)...), embedded(t), until, 1200)
		if len(found.Points) != 1 {
			t.Fatalf("%s: %d points", name, len(found.Points))
		}
		if p := found.Points[0]; p.DaysSinceCommit != test.days || p.Unmaintained != test.unkept {
			t.Errorf("%s: %v days and %v, want %v and %v", name, p.DaysSinceCommit, p.Unmaintained, test.days, test.unkept)
		}
	}
}

func TestWhereTheRiskIsUnknownNothingIsCompared(t *testing.T) {
	found := Replay(blind{pastOf(t, before(day("2024-12-01"), 700)...)}, embedded(t), day("2026-06-30"), 1200)
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
