package backtest

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Estimate is a number with its interval of 95 %. Value is missing where there
// is nothing to divide by; Low and High where fewer than half of the drawn sets
// had a value, or all had the same: drawing from what was seen cannot tell how
// far off "never" is.
type Estimate struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// statistic is a number of weighted points.
type statistic func(weight []float64) float64

// estimate draws as many repositories as there are, with replacement, again and
// again, and takes the middle 95 % of what the statistic then is. Points of one
// repository are drawn together: they say much the same, and drawn apart they
// would pass for more knowledge than they are. The seed decides the draws, so
// differences of two statistics are drawn on the same sets.
func estimate(c cases, o Options, of statistic) Estimate {
	one := slices.Repeat([]float64{1}, len(c.points))
	e := Estimate{Value: number(of(one))}
	repositories := distinct(c.repository)
	if len(repositories) < 2 {
		return e
	}
	random := rand.New(rand.NewPCG(o.Seed, 0))
	weight := make([]float64, len(c.points))
	drawn := map[int]float64{}
	var values []float64
	for range o.Draws {
		clear(drawn)
		for range repositories {
			drawn[repositories[random.IntN(len(repositories))]]++
		}
		for i, repository := range c.repository {
			weight[i] = drawn[repository]
		}
		if v := of(weight); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	if 2*len(values) < o.Draws || len(values) == 0 || values[0] == values[len(values)-1] {
		return e
	}
	e.Low, e.High = number(quantile(values, 0.025)), number(quantile(values, 0.975))
	return e
}

func distinct(repositories []int) []int {
	return slices.Compact(slices.Sorted(slices.Values(repositories)))
}

// quantile lies between two of the sorted values where it must.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// number rounds to four digits; what is not a number is missing.
func number(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	v = math.Round(v*1e4) / 1e4
	return &v
}
