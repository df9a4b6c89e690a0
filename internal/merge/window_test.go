package merge

import (
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// windowDefs are measures over windows, and one of the main repository.
func windowDefs() map[string]observation.Definition {
	defs := map[string]observation.Definition{}
	add := func(id string, unit observation.Unit, how observation.Merge) {
		defs[id] = observation.Definition{ID: id, Kind: observation.KindNumber, Unit: unit, Merge: how}
	}
	for _, id := range []string{observation.MomentumCommits12m, observation.MomentumCommitsPrior12m, observation.MomentumCommitsEver, observation.MomentumReleases12m} {
		add(id, observation.UnitCommits, observation.MergeSum)
	}
	add(observation.MomentumCommitTrend, observation.UnitRatio, observation.MergeTotals)
	add(observation.PeopleContributors6m, observation.UnitPeople, observation.MergeMax)
	add(observation.MomentumDaysSinceCommit, observation.UnitDays, observation.MergeMin)
	add(observation.MomentumAgeDays, observation.UnitDays, observation.MergeMax)
	add("main", observation.UnitPeople, observation.MergeMain)
	return defs
}

// seenOn is a repository that was last seen so many days before observedAt, with its
// commits of the last 12 months and of those before, and its people.
func seenOn(path string, daysAgo int, recent, prior, people float64) Repository {
	at := observedAt.AddDate(0, 0, -daysAgo)
	r := Repository{Repository: catalog.Repository{URL: "https://x.example/a/" + path, Host: "x.example", Owner: "a", Path: path}, ObservedUntil: at}
	for id, v := range map[string]float64{
		observation.MomentumCommits12m: recent, observation.MomentumCommitsPrior12m: prior, observation.MomentumCommitsEver: recent + prior,
		observation.PeopleContributors6m: people, observation.MomentumDaysSinceCommit: 10, observation.MomentumAgeDays: 900, "main": people,
		observation.MomentumCommitTrend: 1, observation.MomentumReleases12m: 2,
	} {
		r.Measures = append(r.Measures, observation.Measure{ID: id, State: observation.Measured, Value: v, Source: path, At: at})
	}
	return r
}

// evenly gives a repository the same number of commits in each month of its last five years.
func (r Repository) evenly(commits int) Repository {
	last := observation.MonthOf(r.ObservedUntil)
	r.Activity = observation.Activity{Repositories: 1, Read: 1, At: r.ObservedUntil, From: last - observation.ActivityMonths + 1,
		Commits: make([]int, observation.ActivityMonths), Releases: make([]int, observation.ActivityMonths)}
	for i := range r.Activity.Commits {
		r.Activity.Commits[i] = commits
	}
	return r
}

func mergedOf(id string, repositories ...Repository) observation.Measure {
	m, _ := observation.Find(Measures(Input{Repositories: repositories, AsOf: observedAt}, windowDefs(), nil), id)
	return m
}

// What was last seen years ago adds nothing to the last 12 months, and makes no fall.
func TestAYearOfAnotherTimeIsNotAddedToTheLastYear(t *testing.T) {
	live := seenOn("live", 0, 33, 12, 1)
	old := seenOn("old", 1800, 10, 1748, 9)
	for id, want := range map[string]observation.Measure{
		observation.MomentumCommits12m:      {Value: 33.0, Bound: observation.AtLeast},
		observation.MomentumCommitsPrior12m: {Value: 12.0, Bound: observation.AtLeast},
		observation.MomentumCommitTrend:     {Value: 33.0 / 12},
		observation.MomentumReleases12m:     {Value: 2.0, Bound: observation.AtLeast},
		observation.PeopleContributors6m:    {Value: 1.0, Repository: "a/live"},
		"main":                              {Value: 1.0, Repository: "a/live"},
		// The whole history has no window.
		observation.MomentumCommitsEver: {Value: 1803.0},
	} {
		m := mergedOf(id, old, live)
		if m.Value != want.Value || m.Bound != want.Bound || m.Repository != want.Repository {
			t.Errorf("%s is %v %q of %q, want %v %q of %q", id, m.Value, m.Bound, m.Repository, want.Value, want.Bound, want.Repository)
		}
	}
	if m := mergedOf(observation.MomentumCommits12m, old, live); !strings.Contains(m.Detail, "1 of 2 repositories were last seen on days far from 2026-11-01") {
		t.Errorf("the detail is %q", m.Detail)
	}
}

// A small repository that was looked at again does not make a good's work that of the
// small one: its months until the others were seen count.
func TestWindowsEndWhenTheWorkWasSeen(t *testing.T) {
	core := seenOn("core", 500, 240, 210, 10).evenly(20)
	page := seenOn("page", 0, 4, 26, 1).evenly(2)
	for id, want := range map[string]observation.Measure{
		observation.MomentumCommits12m:      {Value: 264.0},
		observation.MomentumCommitsPrior12m: {Value: 234.0},
		observation.MomentumCommitTrend:     {Value: 264.0 / 234},
		observation.PeopleContributors6m:    {Value: 10.0, Repository: "a/core"},
		// The page has a commit after the core was last seen; when it had one before is not known.
		observation.MomentumDaysSinceCommit: {Value: 10.0, Bound: observation.AtMost},
		observation.MomentumAgeDays:         {Value: 900.0},
	} {
		m := mergedOf(id, page, core)
		if m.Value != want.Value || m.Bound != want.Bound || m.Repository != want.Repository || m.At.After(core.ObservedUntil.AddDate(0, 0, 1)) {
			t.Errorf("%s is %v %q of %q at %s, want %v %q of %q", id, m.Value, m.Bound, m.Repository, m.At, want.Value, want.Bound, want.Repository)
		}
	}
	if main := Main(Input{Repositories: []Repository{page, core}}, nil); len(main) != 1 || main[0].Repository.Path != "core" {
		t.Errorf("the main one is %+v", main)
	}
}

// Months that are not counted by month stay unknown, and a sum of them a bound.
func TestMonthsThatAreNotCountedLeaveABound(t *testing.T) {
	core, page := seenOn("core", 500, 240, 210, 10), seenOn("page", 0, 4, 26, 1)
	if m := mergedOf(observation.MomentumCommits12m, page, core); m.Value != 240.0 || m.Bound != observation.AtLeast {
		t.Errorf("%v %q", m.Value, m.Bound)
	}
}

// A repository that did less than the others in its own last year does not hold back the
// day, however much it did in a year of its own.
func TestTheDayIsThatOfWhoDidMoreInTheSameYear(t *testing.T) {
	small := seenOn("small", 800, 11, 0, 2)
	large := seenOn("large", 200, 1, 200, 1).evenly(15)
	large.Activity.Commits[observation.ActivityMonths-1] = 0
	if m := mergedOf(observation.MomentumCommits12m, small, large); m.Value != 1.0 || m.Bound != observation.AtLeast {
		t.Errorf("%v %q", m.Value, m.Bound)
	}
	if main := Main(Input{Repositories: []Repository{small, large}}, nil); len(main) != 1 || main[0].Repository.Path != "large" {
		t.Errorf("the main one is %+v", main)
	}
}

func TestWhatWasNotSeenForTwoYearsDoesNotHoldBackTheDay(t *testing.T) {
	for daysAgo, want := range map[int]string{600: "gone", 900: "live"} {
		gone, live := seenOn("gone", daysAgo, 177, 0, 3), seenOn("live", 0, 23, 1, 1)
		if main := Main(Input{Repositories: []Repository{gone, live}}, nil); len(main) != 1 || main[0].Repository.Path != want {
			t.Errorf("seen %d days ago: the main one is %+v", daysAgo, main)
		}
	}
}

// Where nobody had committed for a year when a repository was last seen, its months after
// that are taken to be without work, and the sum says so.
func TestARepositoryAtRestLeavesNoBound(t *testing.T) {
	rest, live := seenOn("rest", 1300, 0, 0, 0).evenly(0), seenOn("live", 0, 1, 12, 1)
	for days, want := range map[float64]observation.Bound{366: observation.Exact, 365: observation.AtLeast} {
		for i := range rest.Measures {
			if rest.Measures[i].ID == observation.MomentumDaysSinceCommit {
				rest.Measures[i].Value = days
			}
		}
		m := mergedOf(observation.MomentumCommits12m, rest, live)
		if m.Value != 1.0 || m.Bound != want || want == observation.Exact && !strings.Contains(m.Detail, "taken to be at rest") {
			t.Errorf("after %v days: %v %q, %s", days, m.Value, m.Bound, m.Detail)
		}
	}
}

func TestMirrorsOfOneMonthCountWithTheirOwnWindows(t *testing.T) {
	a, b := seenOn("a", 20, 30, 20, 2), seenOn("b", 0, 10, 10, 1)
	if m := mergedOf(observation.MomentumCommits12m, a, b); m.Value != 40.0 || m.Bound != observation.Exact {
		t.Errorf("%v %q", m.Value, m.Bound)
	}
}

func TestMonthsBeforeACountAreKnownWhereWorkBeganInIt(t *testing.T) {
	may := observation.MonthOf(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
	a := observation.Activity{From: may - 2, Commits: []int{1, 2, 4}}
	if n, known := monthsOf(a, commitsOf, may, 3, 0); n != 7 || !known {
		t.Errorf("%v, %v", n, known)
	}
	if _, known := monthsOf(a, commitsOf, may, 12, 0); known {
		t.Error("months before the first that is counted are known")
	}
	a.Begun = true
	if n, known := monthsOf(a, commitsOf, may-1, 12, 0); n != 3 || !known {
		t.Errorf("%v, %v", n, known)
	}
	if _, known := monthsOf(a, releasesOf, may, 3, 0); known {
		t.Error("releases that were not read are known")
	}
}
