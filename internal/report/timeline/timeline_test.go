package timeline

import (
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

func TestScalesOfATimelineAreRound(t *testing.T) {
	for least, want := range map[float64]int{0: 1, .3: 1, 1: 1, 1.1: 2, 2.5: 5, 6: 10, 15.5: 20, 121: 200, 501: 1000} {
		if got := roundStep(least); got != want {
			t.Errorf("the step from %v is %d, want %d", least, got, want)
		}
	}
}

// A reader who counts the bars of the chart is told why a reason names another number.
func TestMonthsOfAMeasureAreToldWhereTheChartShowsOthers(t *testing.T) {
	at := time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)
	of := func(repository string, n float64) string {
		return strings.Join(Of(report.English, goodOf(at, repository, n, 4), at).People, " ")
	}
	if said := of("", 2); strings.Contains(said, "calendar") {
		t.Errorf("the same number is told twice: %s", said)
	}
	if said := of("", 3); !strings.Contains(said, "Counted in months back from 20 May 2026, 3 of the last 12 saw a commit.") {
		t.Errorf("nothing is told of 3 months: %s", said)
	}
	if said := of("a/b", 3); strings.Contains(said, "calendar") {
		t.Errorf("a month of one repository is held against the chart of all: %s", said)
	}
}

// The largest number of one repository is no number of all.
func TestPeopleOfTheLargestRepositoryAreAtLeastSoMany(t *testing.T) {
	at := time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)
	for repository, want := range map[string]string{"": "4 people have worked", "a/b": "At least 4 people have worked"} {
		said := Of(report.English, goodOf(at, repository, 2, 4), at).People
		if !strings.Contains(strings.Join(said, " "), want) {
			t.Errorf("%q of %q", said, repository)
		}
	}
}

// goodOf has commits in two calendar months of its last year.
func goodOf(at time.Time, repository string, months, people float64) report.Good {
	commits := make([]int, 24)
	commits[23], commits[20] = 2, 1
	number := func(id string, n float64) observation.Measure {
		return observation.Measure{ID: id, State: observation.Measured, Value: n, Repository: repository, At: at}
	}
	return report.Good{
		Activity: observation.Activity{Repositories: 1, Read: 1, At: at, From: observation.MonthOf(at) - 23, Begun: true, Commits: commits},
		Measures: []observation.Measure{number(observation.MomentumActiveMonths12, months), number(observation.PeopleContributors12m, people),
			number(observation.PeopleContributorsEver, people)},
	}
}
