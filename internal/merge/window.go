package merge

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/observation"
)

// Repositories of a good that were last seen on days far apart have windows ("the last 12
// months") that do not overlap: a sum of them is the work of no year. So all windows of a
// good end on one day. A repository that was not seen until then says nothing of them, unless
// it was at rest; of one that was seen later, the months until then are counted.

// seenTogether is how far apart two mirrors may have been seen for the older one to hold
// what there was when the newer one was: within a month little is missed.
const seenTogether = 31 * 24 * time.Hour

// longUnseen is after how long a repository that was not seen any more no longer decides on
// which day the windows end, while work is seen elsewhere.
const longUnseen = 2 * 365 * 24 * time.Hour

// yearOfMonths is the window in which the work of two repositories is compared.
const yearOfMonths = 12

// seenAt is when a repository was last seen beside the day on which the windows end.
type seenAt int

const (
	seenThen    seenAt = iota // within a month of it, or never read
	seenLater                 // more than a month later
	notSeenThen               // more than a month earlier
	atRest                    // earlier too, when nobody had committed for a year
)

// restDays is after how many days without a commit a repository is at rest: taken to stay
// so after it was last seen. The rules call a good dormant after as long.
const restDays = 365

// count is which of a repository's counts by month a measure sums, in the months from
// "from" to "to" months ago.
type count struct {
	of       func(observation.Activity) []int
	from, to int
}

func commitsOf(a observation.Activity) []int  { return a.Commits }
func releasesOf(a observation.Activity) []int { return a.Releases }

// windows are the measures whose value speaks of a window, with what they count by month;
// nil where months do not tell it.
var windows = map[string]*count{
	observation.MomentumCommits3m:             {commitsOf, 3, 0},
	observation.MomentumCommits12m:            {commitsOf, 12, 0},
	observation.MomentumCommitsPrior12m:       {commitsOf, 24, 12},
	observation.MomentumReleases12m:           {releasesOf, 12, 0},
	observation.MomentumBotCommits12m:         nil,
	observation.MomentumActiveMonths12:        nil,
	observation.MomentumActiveMonths24:        nil,
	observation.PeopleContributors3m:          nil,
	observation.PeopleContributors6m:          nil,
	observation.PeopleContributors12m:         nil,
	observation.PeopleContributors24m:         nil,
	observation.PeopleRetainedContributors12m: nil,
	observation.PeopleRegularContributors12m:  nil,
	observation.PeopleOrganizations12m:        nil,
}

// countedFromTheDay are the days that are counted back from the end of the windows.
var countedFromTheDay = map[string]bool{
	observation.MomentumDaysSinceCommit: true, observation.MomentumDaysSinceRelease: true, observation.MomentumAgeDays: true,
}

// align makes all windows end on one day: the newest on which those repositories were seen
// that did the work.
func (m *merger) align() {
	m.seen = make([]seenAt, len(m.repositories))
	days := m.daysSeen()
	if len(days) == 0 {
		return
	}
	m.day = days[slices.IndexFunc(days, m.didTheWork)] // the earliest day always has all
	for i, r := range m.repositories {
		switch {
		case r.ObservedUntil.IsZero():
		case r.ObservedUntil.Before(m.day.Add(-seenTogether)):
			m.seen[i] = notSeenThen
			if m.count(i, observation.MomentumDaysSinceCommit).Low > restDays {
				m.seen[i] = atRest
			}
		case r.ObservedUntil.After(m.day.Add(seenTogether)):
			m.seen[i] = seenLater
		}
		for id, count := range windows {
			if measure, ok := of(m.byRepository[i], id); ok && m.seen[i] != seenThen && measure.State == observation.Measured {
				m.byRepository[i][id] = new(m.ofTheWindow(i, measure, count))
			}
		}
	}
}

// daysSeen are the days on which repositories were last seen, the newest first.
func (m *merger) daysSeen() []time.Time {
	var days []time.Time
	for _, r := range m.repositories {
		if !r.ObservedUntil.IsZero() {
			days = append(days, r.ObservedUntil)
		}
	}
	slices.SortFunc(days, func(a, b time.Time) int { return b.Compare(a) })
	return days
}

// didTheWork reports whether the repositories that were seen until a day did as much as
// each that was not, in its last year or in their own. One that was not seen for long is
// not asked, while work is seen elsewhere.
func (m *merger) didTheWork(day time.Time) bool {
	seen := func(r Repository) bool { return !r.ObservedUntil.Before(day.Add(-seenTogether)) }
	for i, r := range m.repositories {
		if r.ObservedUntil.IsZero() || seen(r) {
			continue
		}
		last := observation.MonthOf(r.ObservedUntil)
		own, then, now := m.count(i, commitsRecent).Low, 0.0, 0.0
		for j, other := range m.repositories {
			if !other.ObservedUntil.IsZero() && seen(other) {
				commits, _ := monthsOf(other.Activity, commitsOf, last, yearOfMonths, 0)
				then, now = then+commits, now+m.count(j, commitsRecent).Low
			}
		}
		if own > max(then, now) && (now == 0 || day.Sub(r.ObservedUntil) < longUnseen) {
			return false
		}
	}
	return true
}

// ofTheWindow is a measure of a repository that was seen on another day, for the window of
// the good.
func (m *merger) ofTheWindow(i int, own observation.Measure, count *count) observation.Measure {
	def := observation.Definition{ID: own.ID, Unit: own.Unit}
	if m.seen[i] == notSeenThen {
		return def.UnknownFor(observation.CauseStale, "it was last seen on "+m.repositories[i].ObservedUntil.Format(time.DateOnly))
	}
	if count != nil {
		if n, known := monthsOf(m.repositories[i].Activity, count.of, observation.MonthOf(m.day), count.from, count.to); known {
			return def.Of(n, own.Source, m.day)
		}
	}
	return def.UnknownFor(observation.CauseStale, "it was last seen on another day, and its months do not tell")
}

// monthsOf sums the calendar months from "from" to "to" months before the end of a month,
// and reports whether all of them are counted.
func monthsOf(a observation.Activity, counts func(observation.Activity) []int, last observation.Month, from, to int) (sum float64, known bool) {
	list := counts(a)
	first := last - observation.Month(from) + 1
	for month := first; month <= last-observation.Month(to); month++ {
		if at := int(month - a.From); at >= 0 && at < len(list) {
			sum += float64(list[at])
		}
	}
	return sum, list != nil && (a.Begun || first >= a.From)
}

// isUnseen reports a part that says nothing of the window of the good, by the day on which
// its repository was last seen.
func (m *merger) isUnseen(p part) bool {
	return p.repository >= 0 && m.seen[p.repository] != seenThen && !isMeasured(p) && isWindow(p.measure.ID)
}

func isWindow(id string) bool {
	_, ok := windows[id]
	return ok
}

// withoutUnseen leaves out what says nothing of the window.
func (m *merger) withoutUnseen(parts []part) []part {
	return slices.DeleteFunc(slices.Clone(parts), m.isUnseen)
}

// partly says from how many repositories a value is, where it is not from all to which it
// applies: how many could not be read, how many were not seen in its months, and how many
// were at rest.
func (m *merger) partly(parts []part, read, applicable int) string {
	unseen := len(parts) - len(m.withoutUnseen(parts))
	detail := ""
	if read+unseen < applicable {
		detail = fmt.Sprintf("read from %d of %d repositories", read, applicable)
	}
	if unseen > 0 {
		detail = joinDetails(detail, fmt.Sprintf("%d of %d repositories were last seen on days far from %s and do not count",
			unseen, applicable, m.day.Format(time.DateOnly)))
	}
	resting := 0
	for _, p := range parts {
		if p.repository >= 0 && m.seen[p.repository] == atRest && isMeasured(p) && isWindow(p.measure.ID) {
			resting++
		}
	}
	if resting > 0 {
		detail = joinDetails(detail, fmt.Sprintf("%d of %d repositories had seen no commit for a year when they were last seen, and are taken to be at rest", resting, applicable))
	}
	return detail
}

// ofOneDay counts the days of all parts back from one day, so that they can be compared and
// the result has one date: from the day on which the windows end, or where a measure has no
// part in them from the latest time at which a part was seen. A mirror that was seen much
// earlier may have missed a later event: its days are then a bound. What is younger than
// the day tells nothing of it.
func (m *merger) ofOneDay(def observation.Definition, parts []part) []part {
	day := time.Time{}
	for _, p := range parts {
		if isMeasured(p) && p.measure.At.After(day) && (!countedFromTheDay[def.ID] || p.repository < 0 || m.seen[p.repository] != seenLater) {
			day = p.measure.At
		}
	}
	if day.IsZero() {
		return parts
	}
	moved := slices.Clone(parts)
	for i, p := range moved {
		days, isNumber := p.measure.Value.(float64)
		if !isMeasured(p) || !isNumber || p.measure.At.IsZero() {
			continue
		}
		since := day.Sub(p.measure.At)
		moved[i].measure.Value, moved[i].measure.At = days+math.Floor(since.Hours()/24), day
		switch {
		case days+since.Hours()/24 < 0 && def.Merge == observation.MergeMax:
			moved[i].measure.Value = 0.0
		case days+since.Hours()/24 < 0:
			moved[i].measure = def.UnknownFor(observation.CauseNoSource, "what it tells is later than the day that is told of")
		case def.Merge == observation.MergeMin && since > seenTogether && p.measure.Bound == observation.Exact:
			moved[i].measure.Bound = observation.AtMost
		}
	}
	return moved
}

// totalOf is the sum of a measure over the repositories that were seen when the windows end.
func (m *merger) totalOf(id string) kleene.Interval {
	parts, _, _ := m.parts(id)
	total := kleene.Exactly(0)
	for _, p := range m.withoutUnseen(parts) {
		total = fold(observation.MergeSum, total, IntervalOf(p.measure))
	}
	return total
}
