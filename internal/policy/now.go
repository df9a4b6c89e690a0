package policy

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// untilNow are the measures that count days from an event until the repository was seen:
// read as of today, each day on which nobody looked may be one more.
var untilNow = []string{observation.MomentumDaysSinceCommit, observation.MomentumDaysSinceRelease, observation.MomentumOtherBranchDays,
	observation.PeopleCoreAwayDays, observation.PeopleFirstAwayDays, observation.LicenseLastChangeDays}

// lastMonths is the end of the id of a measure over the last months: "-12m".
var lastMonths = lazy.Pattern(`-(\d{1,3})m$`)

// daysMissed counts the days between the time at which something was seen and as-of.
func (e evaluation) daysMissed(at time.Time) int {
	if at.IsZero() {
		return 0
	}
	return max(0, int(e.subject.AsOf.Sub(at)/(24*time.Hour)))
}

// asOf is a sentence that says of which day a result speaks, where that is not as-of.
func (e evaluation) asOf(at time.Time) string {
	if e.daysMissed(at) == 0 {
		return ""
	}
	return fmt.Sprintf(" That is as of %s.", at.UTC().Format(time.DateOnly))
}

// evaluateSince compares a measure, and says of which day it speaks where it is about now:
// days until now, or what happened in the last months. It is unknown where nobody looked for
// longer than the condition asks about: its days, or the months of the measure.
func (e evaluation) evaluateSince(q assess.Comparison, m observation.Measure) (kleene.Truth, string) {
	missed := e.daysMissed(m.At)
	window := lastMonths().FindStringSubmatch(m.ID)
	truth := q.Evaluate(m)
	if missed == 0 || m.State != observation.Measured || window == nil && !slices.Contains(untilNow, m.ID) {
		return truth, ""
	}
	if window != nil {
		months, _ := strconv.Atoi(window[1]) // up to three digits
		if m.At.Before(e.subject.AsOf.AddDate(0, -months, 0)) {
			truth = kleene.Unknown
		}
	} else {
		truth = daysSince(q, m, missed)
	}
	says := e.asOf(m.At)
	if truth == kleene.Unknown {
		says += fmt.Sprintf(" What happened in the %d days since is not known.", missed)
	}
	return truth, says
}

// daysSince compares days until now, of which the last were not seen: unknown where they are
// more than the condition asks for, or where they decide.
func daysSince(q assess.Comparison, m observation.Measure, missed int) kleene.Truth {
	days, ok := m.Value.(float64)
	threshold, number := q.Threshold.(float64)
	if !ok || !number {
		return q.Evaluate(m)
	}
	if float64(missed) > threshold {
		return kleene.Unknown
	}
	seen := q.Evaluate(m)
	m.Value = days + float64(missed)
	if q.Evaluate(m) != seen {
		return kleene.Unknown
	}
	return seen
}
