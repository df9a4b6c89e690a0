package maintenance

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// Who could take over: how much those behind the most active person do, and how
// many organizations are at work. People are counted, never named.

// shareOf returns the share of the commits of the last 12 months that the person
// at a rank made, 0 being the most active: 0 where there are fewer people.
func shareOf(rank int) func(historyAt) observation.Measure {
	return func(v historyAt) observation.Measure {
		recent := v.months(12, 0)
		if len(recent) == 0 {
			return notApplicable(noRecentCommit)
		}
		counts := slices.Sorted(maps.Values(commitsByPerson(recent)))
		if rank >= len(counts) {
			return number(0)
		}
		return number(float64(counts[len(counts)-1-rank]) / float64(len(recent)))
	}
}

// remaining returns how many commits the most active person of the last 12 months took
// part in, and how many would remain without that person; false where there are none.
func (v historyAt) remaining() (first, rest int, known bool) {
	recent := v.months(12, 0)
	for _, n := range commitsByPerson(recent) {
		first = max(first, n)
	}
	return first, len(recent) - first, len(recent) > 0
}

func remainingShare(v historyAt) observation.Measure {
	first, rest, known := v.remaining()
	if !known {
		return notApplicable(noRecentCommit)
	}
	return number(float64(rest) / float64(first+rest))
}

func firstCommits(v historyAt) observation.Measure {
	first, _, known := v.remaining()
	if !known {
		return notApplicable(noRecentCommit)
	}
	return number(first)
}

func remainingCommits(v historyAt) observation.Measure {
	_, rest, known := v.remaining()
	if !known {
		return notApplicable(noRecentCommit)
	}
	return number(rest)
}

func organizationsActive(v historyAt) observation.Measure {
	recent := v.months(12, 0)
	if len(recent) == 0 {
		return notApplicable(noRecentCommit)
	}
	return number(len(v.commitsByOrganization(recent)))
}

// othersCommits counts the work of the last 12 months without the core, who may have
// handed it over.
func othersCommits(v historyAt) observation.Measure {
	core, _ := coreOf(v.months(24, 0))
	n := 0
	for _, c := range v.months(12, 0) {
		ofCore := false
		for a := range c.authors {
			ofCore = ofCore || slices.Contains(core, a.person)
		}
		if !ofCore {
			n++
		}
	}
	return number(n)
}

// coreSize is how many of the most active people are taken for those who carry a
// repository.
const coreSize = 3

// coreAway weighs who has left by what they did: one who made half of
// the commits and left a year ago weighs more than ten occasional contributors
// who left.
func coreAway(v historyAt) observation.Measure {
	work := v.months(24, 0)
	if len(work) == 0 {
		return notApplicable("no commit by a person in the last 24 months")
	}
	counts := commitsByPerson(work)
	people, last := coreOf(work)
	var days, commits float64
	for _, person := range people {
		days += float64(counts[person] * v.days(last[person]))
		commits += float64(counts[person])
	}
	return number(math.Round(days / commits))
}

// firstAway is how long the most active person of the last 12 months has been away. Of
// several who did as much it is the one who committed last.
func firstAway(v historyAt) observation.Measure {
	people, last := coreOf(v.months(12, 0))
	if len(people) == 0 {
		return notApplicable(noRecentCommit)
	}
	return number(v.days(last[people[0]]))
}

// coreOf lists the most active people of some work, and when each person last
// committed.
func coreOf(work []commit) (people []int32, last map[int32]time.Time) {
	counts, last := commitsByPerson(work), map[int32]time.Time{}
	for _, c := range work {
		for a := range c.authors {
			last[a.person] = c.when
		}
	}
	people = slices.SortedFunc(maps.Keys(counts), func(a, b int32) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), last[b].Compare(last[a]))
	})
	return people[:min(coreSize, len(people))], last
}
