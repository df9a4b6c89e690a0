package forge

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// spell is a time that something lasted: until it ended, or at least so long where it
// had not ended when it was last seen.
type spell struct {
	lasted time.Duration
	ended  bool
}

// median is the time after which half of the spells have ended, by the estimator of
// Kaplan and Meier (J. Am. Stat. Assoc. 53, 1958): what had not ended counts among those
// that may end later for as long as it was seen. Where fewer than half ended while they
// were seen, there is no median yet, and it is at least the longest time seen: exact is
// false then. There must be a spell.
func median(spells []spell) (_ time.Duration, exact bool) {
	sorted := slices.Clone(spells)
	// Of one time, what ended comes first: the rest was still there.
	slices.SortFunc(sorted, func(a, b spell) int {
		return cmp.Or(cmp.Compare(a.lasted, b.lasted), cmp.Compare(order(a), order(b)))
	})
	open := 1.0 // the share that has not ended
	for i := 0; i < len(sorted); {
		atRisk, ended, j := len(sorted)-i, 0, i
		for ; j < len(sorted) && sorted[j].lasted == sorted[i].lasted; j++ {
			ended += 1 - order(sorted[j])
		}
		open *= 1 - float64(ended)/float64(atRisk)
		if ended > 0 && open <= 0.5+1e-12 { // products of fractions miss a half by a hair
			return sorted[i].lasted, true
		}
		i = j
	}
	return sorted[len(sorted)-1].lasted, false
}

func order(s spell) int {
	if s.ended {
		return 0
	}
	return 1
}

// wholeDays are the days that have passed.
func wholeDays(d time.Duration) float64 { return math.Floor(max(d, 0).Hours() / 24) }
