// Package backtest measures what the risk and the stage of the rules were worth in the
// past. It evaluates the rules at earlier times, with what was there by then, and holds
// them against what became of the repositories.
//
// It reads no repository, no clock and no file: the same histories with the same
// options always give the same result. Repositories are indexes of a list; it knows no
// people.
package backtest

import (
	"slices"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// monthsBack is how long before the end of what is known the newest point lies, so that
// all its outcomes lie within it.
const monthsBack = 18

// History reads one repository as of any time of its past.
type History interface {
	// Since is the date of the first commit, zero where there is none.
	Since() time.Time
	// Measures reads every measure as of a time, of what was there by then.
	Measures(at time.Time) []observation.Measure
	// HumanCommits counts commits by people after from and not after until.
	HumanCommits(from, until time.Time) int
	// AllCommits counts merges and commits by bots, too.
	AllCommits(from, until time.Time) int
	// Stayed counts the people with a commit after from and not after until, and those of
	// them who have one after since and not after end.
	Stayed(from, until, since, end time.Time) (people, stayed int)
}

// Point is the risk of one repository at one time of the past, and what came after.
type Point struct {
	At       time.Time
	Risk     assess.Risk
	Outcomes Outcomes
	// Against is the risk score of the rules that are compared with; nil without any.
	Against *float64
	// Functions is how the functions of the upkeep were carried; nil where nobody counted.
	Functions *Functions
	// The baselines, each higher for a higher risk.
	DaysSinceCommit float64
	IdleMonths      float64 // of the last 12, those without a commit by a person
	Unmaintained    float64 // 10 minus the score of Scorecard's Maintained
	Insights        float64 // 65 minus the part of the LFX health score that git holds
}

// Functions is how the functions of the upkeep (releasing, merging, tests and others) were
// carried in the 12 months before a point.
type Functions struct {
	Alone float64 // functions that one person alone carried, with three commits or releases or more
	// Share is the share that one person alone carried, of the functions that anybody did; 1
	// where nobody did any.
	Share float64
}

// Repository is the points of one repository, newest first.
type Repository struct {
	// Owner is the account that holds it: repositories of one owner are drawn together.
	Owner  string
	Points []Point
	// Unscored counts the times at which the risk is unknown.
	Unscored int
	// SeenAfterPush reports a mirror that looked at its origin a day or more after its
	// newest commit: one that was fetched just after a push can hardly be silent.
	SeenAfterPush bool
}

// Count gives each point how the functions were carried by then: how many one person alone
// carried with three commits or more, how many however often, and how many anybody did.
func (r *Repository) Count(carried func(at time.Time) (alone, byOne, all int)) {
	for i := range r.Points {
		alone, byOne, all := carried(r.Points[i].At)
		found := Functions{Alone: float64(alone), Share: 1}
		if all > 0 {
			found.Share = float64(byOne) / float64(all)
		}
		r.Points[i].Functions = &found
	}
}

// Rules are the rules under test. Against is nil where no others are compared with.
type Rules struct{ Tested, Against *assess.Rules }

// Replay evaluates the risk 18 months before until, and earlier in steps of so many
// months back to the first commit. Times at which the risk does not apply (too young,
// too few commits, no work in a year) give no point.
func Replay(h History, rules Rules, until time.Time, step int) Repository {
	var found Repository
	if h.Since().IsZero() {
		return found
	}
	for back := monthsBack; ; back += step {
		at := MonthsFrom(until, -back)
		if at.Before(h.Since()) {
			return found
		}
		measures := byID(h.Measures(at))
		risk := rules.Tested.Risk(measures)
		if risk.Level == assess.RiskNotApplicable {
			continue
		}
		point, known := pointAt(h, at, measures)
		point.Risk = risk
		if rules.Against != nil {
			point.Against = rules.Against.Risk(measures).Score
			known = known && point.Against != nil
		}
		if risk.Score == nil || !known {
			found.Unscored++
			continue
		}
		point.Outcomes = outcomes(h, at, until)
		found.Points = append(found.Points, point)
	}
}

// pointAt computes the baselines; known is false where one of them is not.
func pointAt(h History, at time.Time, measures map[string]observation.Measure) (p Point, known bool) {
	days, knowsDays := measures[observation.MomentumDaysSinceCommit].Number()
	months, knowsMonths := measures[observation.MomentumActiveMonths12].Number()
	return Point{
		At: at, DaysSinceCommit: days, IdleMonths: 12 - months,
		Unmaintained: 10 - float64(maintained(h, at)), Insights: insightsMax - insights(h, at, measures),
	}, knowsDays && knowsMonths
}

func byID(measures []observation.Measure) map[string]observation.Measure {
	index := make(map[string]observation.Measure, len(measures))
	for _, m := range measures {
		index[m.ID] = m
	}
	return index
}

// MonthsFrom adds calendar months, to the last day of a month that has no such day.
func MonthsFrom(at time.Time, months int) time.Time {
	at = at.UTC()
	then := at.AddDate(0, months, 0)
	if then.Day() != at.Day() {
		then = then.AddDate(0, 0, -then.Day())
	}
	return then
}

// cases are the points of several repositories, each with the index of its repository
// and of its owner.
type cases struct {
	points            []Point
	repository, owner []int
}

func join(all []Repository) cases {
	var c cases
	owners := map[string]int{}
	for i, r := range all {
		owner := ownerIndex(owners, r.Owner, i)
		c.points = append(c.points, r.Points...)
		c.owner = append(c.owner, slices.Repeat([]int{owner}, len(r.Points))...)
		c.repository = append(c.repository, slices.Repeat([]int{i}, len(r.Points))...)
	}
	return c
}

// ownerIndex numbers owners; a repository without one is its own.
func ownerIndex(owners map[string]int, owner string, repository int) int {
	if owner == "" {
		return repository
	}
	if index, ok := owners[owner]; ok {
		return index
	}
	owners[owner] = repository
	return repository
}

// where keeps the points that a condition holds of.
func (c cases) where(holds func(Point) bool) cases {
	var kept cases
	for i, p := range c.points {
		if holds(p) {
			kept.points = append(kept.points, p)
			kept.repository, kept.owner = append(kept.repository, c.repository[i]), append(kept.owner, c.owner[i])
		}
	}
	return kept
}
