package backtest

import (
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// insightsMax is the most that the part of the score can be: 40 for maintainers, 25 for
// development.
const insightsMax = 65

// insights is the part of the Health Score of LFX Insights, in the version of 2026, that
// a git history holds, from 0 to 65. Source: linuxfoundation/insights,
// frontend/docs/metrics/health-score/index.md at 0eeac31.
//
// Taken are 1.2 Bus Factor, 1.3 Organizational Diversity, 3.1 Release Cadence and 3.2
// Commit Activity, with their points. Where they count maintainers who review and merge,
// people with commits in 3 of 12 months stand in; where they count organizations of
// maintainers, those with a commit in 12 months; where they count packages of a registry,
// tags. Responses, issues and pull requests are in no mirror: as the definition says, the
// points of a category are spread over what can be computed. Security is left out, since
// history does not hold it.
func insights(h History, at time.Time, measures map[string]observation.Measure) float64 {
	number := func(id string) float64 {
		n, _ := measures[id].Number()
		return n
	}
	people := pointsFor(number(observation.PeopleRegularContributors12m), step{5, 18}, step{3, 15}, step{2, 6}, step{1, 3}) +
		pointsFor(number(observation.PeopleOrganizations12m), step{3, 7}, step{2, 5}, step{1, 2})
	commits := pointsFor(float64(h.HumanCommits(MonthsFrom(at, -halfYear), at)), step{50, 5}, step{20, 4}, step{5, 3}, step{1, 1})
	return people*40/25 + (cadence(measures, number(observation.MomentumReleases12m))+commits)*25/13
}

// step is the points from a number on.
type step struct{ from, points float64 }

// pointsFor is the points of the first step that a number reaches.
func pointsFor(n float64, steps ...step) float64 {
	for _, s := range steps {
		if n >= s.from {
			return s.points
		}
	}
	return 0
}

// cadence is the points of Release Cadence.
func cadence(measures map[string]observation.Measure, releases float64) float64 {
	days, known := measures[observation.MomentumDaysSinceRelease].Number()
	switch {
	case !known:
		return 0
	case days <= 90 && releases >= 4:
		return 8
	case days <= 180:
		return 6
	case days <= 365:
		return 4
	case days <= 730:
		return 2
	}
	return 0
}
