// Package backtest measures how well the risk of the rules predicted the past. It
// evaluates the rules at earlier times, with what was there by then, and compares the
// risk with which repositories became silent.
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

// The newest point is 18 months before the end of what is known, so that its outcome,
// silence from month 12 to month 18, lies within it.
const (
	monthsBack  = 18
	silentAfter = 12
)

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
}

// Point is the risk of one repository at one time of the past, and the outcome.
type Point struct {
	At     time.Time
	Risk   assess.Risk
	Silent bool
	// The baselines, each higher for a higher risk.
	DaysSinceCommit float64
	Unmaintained    float64 // 10 minus the score of Scorecard's Maintained
}

// Repository is the points of one repository, newest first.
type Repository struct {
	Points []Point
	// Unscored counts the times at which the risk is unknown.
	Unscored int
}

// Replay evaluates the risk 18 months before until, and earlier in steps of so many
// months back to the first commit. Times at which the risk does not apply (too young,
// too few commits, no work in a year) give no point.
func Replay(h History, rules *assess.Rules, until time.Time, step int) Repository {
	var found Repository
	if h.Since().IsZero() {
		return found
	}
	for back := monthsBack; ; back += step {
		at := monthsFrom(until, -back)
		if at.Before(h.Since()) {
			return found
		}
		measures := byID(h.Measures(at))
		risk := rules.Risk(measures)
		days, known := measures[observation.MomentumDaysSinceCommit].Number()
		switch {
		case risk.Level == assess.RiskNotApplicable:
			continue
		case risk.Score == nil || !known:
			found.Unscored++
			continue
		}
		found.Points = append(found.Points, Point{
			At: at, Risk: risk, Silent: silent(h, at),
			DaysSinceCommit: days, Unmaintained: 10 - float64(maintained(h, at)),
		})
	}
}

// silent reports whether nobody committed in months 12 to 18 after a time.
func silent(h History, at time.Time) bool {
	return h.HumanCommits(monthsFrom(at, silentAfter), monthsFrom(at, monthsBack)) == 0
}

func byID(measures []observation.Measure) map[string]observation.Measure {
	index := make(map[string]observation.Measure, len(measures))
	for _, m := range measures {
		index[m.ID] = m
	}
	return index
}

// monthsFrom adds calendar months, to the last day of a month that has no such day.
func monthsFrom(at time.Time, months int) time.Time {
	at = at.UTC()
	then := at.AddDate(0, months, 0)
	if then.Day() != at.Day() {
		then = then.AddDate(0, 0, -then.Day())
	}
	return then
}

// cases are the points of several repositories, each with the index of its
// repository.
type cases struct {
	points     []Point
	repository []int
}

func join(all []Repository) cases {
	var c cases
	for i, r := range all {
		c.points = append(c.points, r.Points...)
		c.repository = append(c.repository, slices.Repeat([]int{i}, len(r.Points))...)
	}
	return c
}
