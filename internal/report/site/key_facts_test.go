package site

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/succession"
)

func commitsOf(id string, value any, bound observation.Bound, repository string) observation.Measure {
	m := observation.Measure{ID: id, State: observation.Measured, Value: value, Unit: observation.UnitCommits, Bound: bound, Repository: repository}
	if value == nil {
		m = observation.Measure{ID: id, State: observation.Unknown, Cause: observation.CauseMissingObjects}
	}
	return m
}

// What the others did is said as far as it is known: never as 0, and a bound as one.
func TestTheWorkOfOthersIsSaidAsFarAsItIsKnown(t *testing.T) {
	for name, test := range map[string]struct {
		first, rest any
		bound       observation.Bound
		repository  string
		want        string
	}{
		"known":           {40.0, 12.0, "", "", "in 12 months the most active made 40 commits, all others 12 commits"},
		"others unknown":  {40.0, nil, "", "", "in 12 months the most active made 40 commits"},
		"a bound":         {40.0, 12.0, observation.AtLeast, "", "in 12 months the most active made 40 commits, all others at least 12 commits"},
		"nobody else":     {1.0, 0.0, "", "", "in 12 months the most active made 1 commit, all others 0 commits"},
		"all unknown":     {nil, nil, "", "", ""},
		"one of several":  {40.0, 12.0, "", "a/well", "a/well: in 12 months the most active made 40 commits, all others 12 commits"},
		"others of many?": {40.0, nil, "", "a/well", "a/well: in 12 months the most active made 40 commits"},
	} {
		good := report.Good{Measures: []observation.Measure{
			{ID: observation.PeopleContributors6m, State: observation.Measured, Value: 3.0, Unit: observation.UnitPeople},
			commitsOf(observation.PeopleFirstCommits12m, test.first, "", test.repository),
			commitsOf(observation.PeopleRemainingCommits12m, test.rest, test.bound, test.repository)}}
		for _, fact := range englishPages.keyFacts(good, report.Tally{}) {
			if fact.Name == "People, 6 months" && fact.Note != test.want {
				t.Errorf("%s: %q, want %q", name, fact.Note, test.want)
			}
		}
	}
}

// Of a handful of commits the page gives counts, and of several repositories the one.
func TestWhatRemainsOfAHandfulIsCounted(t *testing.T) {
	of := func(first, rest float64, repository string) string {
		return englishPages.remainsText(succession.Of([]observation.Measure{
			commitsOf(observation.PeopleFirstCommits12m, first, "", repository), commitsOf(observation.PeopleRemainingCommits12m, rest, "", repository),
			{ID: observation.PeopleRemainingShare12m, State: observation.Measured, Value: rest / (first + rest), Unit: observation.UnitRatio, Repository: repository}}))
	}
	if got, want := of(2, 1, ""), "Without the most active person, 1 of the 3 commits of the last 12 months would remain."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := of(80, 20, "a/well"); !strings.HasPrefix(got, "In a/well: ") || !strings.Contains(got, "20") {
		t.Errorf("%q", got)
	}
}
