package survival

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
	ended := func(n float64) Spell { return Spell{days(n), true} }
	open := func(n float64) Spell { return Spell{days(n), false} }
	for name, c := range map[string]struct {
		spells []Spell
		want   float64
		exact  bool
	}{
		"one that ended":                       {[]Spell{ended(3)}, 3, true},
		"one that did not":                     {[]Spell{open(3)}, 3, false},
		"half":                                 {[]Spell{ended(1), ended(2), ended(3), ended(4)}, 2, true},
		"what is open is not dropped":          {[]Spell{ended(1), ended(2), open(300), open(300), open(300)}, 300, false},
		"what is open counts while it is seen": {[]Spell{ended(1), open(2), ended(3), ended(4)}, 3, true},
		"what ends comes before what is open":  {[]Spell{ended(5), open(5)}, 5, true},
		"at once":                              {[]Spell{ended(0), ended(0), open(9)}, 0, true},
		"Freireich": {[]Spell{ended(6), ended(6), ended(6), open(6), ended(7), open(9), ended(10), open(10), open(11), ended(13), ended(16),
			open(17), open(19), open(20), ended(22), ended(23), open(25), open(32), open(32), open(34), open(35)}, 23, true},
	} {
		got, exact := Median(c.spells)
		if got != days(c.want) || exact != c.exact {
			t.Errorf("%s: got %v, exact %v", name, got.Hours()/24, exact)
		}
	}
}

// TestTheMedianDependsOnNoOrderAndGrowsWithWhatIsOpen tries lists at random.
func TestTheMedianDependsOnNoOrderAndGrowsWithWhatIsOpen(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var spells []Spell
		for range 1 + r.IntN(30) {
			spells = append(spells, Spell{days(float64(r.IntN(40))), r.IntN(3) > 0})
		}
		before, exact := Median(spells)
		shuffled := slices.Clone(spells)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if again, same := Median(shuffled); again != before || same != exact {
			t.Fatalf("%v: %v and %v", spells, before, again)
		}
		after, exactAfter := Median(append(shuffled, Spell{days(100), false}))
		if after < before || exactAfter && !exact {
			t.Fatalf("one more that waits made %v of %v", after, before)
		}
	}
	if d := WholeDays(-time.Hour); d != 0 || math.Signbit(d) {
		t.Errorf("a clock that is behind gives %v days", d)
	}
}

// TestTheIntervalIsThatOfTextbooks holds it against R's survfit with conf.type "log-log":
// Freireich's 6-MP arm from 13 weeks on without an end, his placebo arm from 4 to 11.
func TestTheIntervalIsThatOfTextbooks(t *testing.T) {
	ended := func(n float64) Spell { return Spell{days(n), true} }
	open := func(n float64) Spell { return Spell{days(n), false} }
	var placebo []Spell
	for _, n := range []float64{1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23} {
		placebo = append(placebo, ended(n))
	}
	for name, c := range map[string]struct {
		spells    []Spell
		low, high float64 // -1 where it is not known
	}{
		"placebo": {placebo, 4, 11},
		"6-MP": {[]Spell{ended(6), ended(6), ended(6), open(6), ended(7), open(9), ended(10), open(10), open(11), ended(13), ended(16),
			open(17), open(19), open(20), ended(22), ended(23), open(25), open(32), open(32), open(34), open(35)}, 13, -1},
		"nothing ended": {[]Spell{open(3), open(4)}, -1, -1},
		"nothing":       {nil, -1, -1},
	} {
		in := MedianInterval(c.spells)
		if in.LowKnown != (c.low >= 0) || in.HighKnown != (c.high >= 0) || in.LowKnown && in.Low != days(c.low) || in.HighKnown && in.High != days(c.high) {
			t.Errorf("%s: %v to %v (%v, %v)", name, in.Low.Hours()/24, in.High.Hours()/24, in.LowKnown, in.HighKnown)
		}
	}
}
