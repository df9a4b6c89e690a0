// Package survival says how long things last of which some have not ended yet. What still
// waits is not dropped: it counts for as long as it was seen.
package survival

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Spell is a time that something lasted: until it ended, or at least so long where it
// had not ended when it was last seen.
type Spell struct {
	Lasted time.Duration
	Ended  bool
}

// half is the share at which a median lies; products of fractions miss it by a hair.
const half = 0.5 + 1e-12

// Median is the time after which half of the spells have ended, by the estimator of
// Kaplan and Meier (J. Am. Stat. Assoc. 53, 1958): what had not ended counts among those
// that may end later for as long as it was seen. Where fewer than half ended while they
// were seen, there is no median yet, and it is at least the longest time seen: exact is
// false then. There must be a spell.
func Median(spells []Spell) (_ time.Duration, exact bool) {
	last := time.Duration(0)
	for _, s := range steps(spells) {
		if last = s.at; s.ended > 0 && s.open <= half {
			return s.at, true
		}
	}
	return last, false
}

// Interval is that of 95 % around the median, by Brookmeyer and Crowley (Biometrics 38,
// 1982) over the logarithm of the logarithm of what is left, with Greenwood's variance. An
// end that the spells do not show is not known.
type Interval struct {
	Low, High           time.Duration
	LowKnown, HighKnown bool
}

// MedianInterval is the interval around the Median of spells.
func MedianInterval(spells []Spell) Interval {
	const normal = 1.959964 // 97.5 % of a normal distribution lie below
	var in Interval
	greenwood := 0.0
	for _, s := range steps(spells) {
		if s.ended == 0 {
			continue
		}
		if s.ended < s.atRisk {
			greenwood += float64(s.ended) / (float64(s.atRisk) * float64(s.atRisk-s.ended))
		}
		low, high := s.open, s.open
		if s.open > 0 && s.open < 1 {
			place, width := math.Log(-math.Log(s.open)), normal*math.Sqrt(greenwood)/math.Abs(math.Log(s.open))
			low, high = math.Exp(-math.Exp(place+width)), math.Exp(-math.Exp(place-width))
		}
		if low <= half && !in.LowKnown {
			in.Low, in.LowKnown = s.at, true
		}
		if high <= half && !in.HighKnown {
			in.High, in.HighKnown = s.at, true
		}
	}
	return in
}

// step is one time at which spells ended or were last seen.
type step struct {
	at            time.Duration
	atRisk, ended int
	open          float64 // the share that has not ended after it
}

// steps are the times in order.
func steps(spells []Spell) []step {
	sorted := slices.SortedFunc(slices.Values(spells), func(a, b Spell) int { return cmp.Compare(a.Lasted, b.Lasted) })
	var all []step
	open := 1.0
	for i := 0; i < len(sorted); {
		// Of one time, what ended comes first: the rest was still there.
		s, j := step{at: sorted[i].Lasted, atRisk: len(sorted) - i}, i
		for ; j < len(sorted) && sorted[j].Lasted == sorted[i].Lasted; j++ {
			if sorted[j].Ended {
				s.ended++
			}
		}
		open *= 1 - float64(s.ended)/float64(s.atRisk)
		s.open = open
		all = append(all, s)
		i = j
	}
	return all
}

// WholeDays are the days that have passed.
func WholeDays(d time.Duration) float64 { return math.Floor(max(d, 0).Hours() / 24) }
