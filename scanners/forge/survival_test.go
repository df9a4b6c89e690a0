package forge

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func days(n float64) time.Duration { return time.Duration(n * 24 * float64(time.Hour)) }

// TestTheMedianCountsWhatHasNotEnded holds the estimator against cases worked by hand. The
// last is of the 6-MP arm of Freireich's trial of 1963, whose median every textbook gives
// as 23 weeks.
func TestTheMedianCountsWhatHasNotEnded(t *testing.T) {
	ended := func(n float64) spell { return spell{days(n), true} }
	open := func(n float64) spell { return spell{days(n), false} }
	for name, c := range map[string]struct {
		spells []spell
		want   float64
		exact  bool
	}{
		"one that ended":                       {[]spell{ended(3)}, 3, true},
		"one that did not":                     {[]spell{open(3)}, 3, false},
		"half":                                 {[]spell{ended(1), ended(2), ended(3), ended(4)}, 2, true},
		"what is open is not dropped":          {[]spell{ended(1), ended(2), open(300), open(300), open(300)}, 300, false},
		"what is open counts while it is seen": {[]spell{ended(1), open(2), ended(3), ended(4)}, 3, true},
		"what ends comes before what is open":  {[]spell{ended(5), open(5)}, 5, true},
		"at once":                              {[]spell{ended(0), ended(0), open(9)}, 0, true},
		"Freireich": {[]spell{ended(6), ended(6), ended(6), open(6), ended(7), open(9), ended(10), open(10), open(11), ended(13), ended(16),
			open(17), open(19), open(20), ended(22), ended(23), open(25), open(32), open(32), open(34), open(35)}, 23, true},
	} {
		got, exact := median(c.spells)
		if got != days(c.want) || exact != c.exact {
			t.Errorf("%s: got %v, exact %v", name, got.Hours()/24, exact)
		}
	}
}

// TestTheMedianDependsOnNoOrderAndGrowsWithWhatIsOpen tries lists at random.
func TestTheMedianDependsOnNoOrderAndGrowsWithWhatIsOpen(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var spells []spell
		for range 1 + r.IntN(30) {
			spells = append(spells, spell{days(float64(r.IntN(40))), r.IntN(3) > 0})
		}
		before, exact := median(spells)
		shuffled := slices.Clone(spells)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if again, same := median(shuffled); again != before || same != exact {
			t.Fatalf("%v: %v and %v", spells, before, again)
		}
		after, exactAfter := median(append(shuffled, spell{days(100), false}))
		if after < before || exactAfter && !exact {
			t.Fatalf("one more that waits made %v of %v", after, before)
		}
	}
	if d := wholeDays(-time.Hour); d != 0 || math.Signbit(d) {
		t.Errorf("a clock that is behind gives %v days", d)
	}
}
