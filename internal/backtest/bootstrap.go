package backtest

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Estimate is a number with its confidence interval of 95 %. Value is nil where there
// is nothing to divide by. Low and High are nil where fewer than half of the resamples
// had a value, or all had the same: a bootstrap cannot estimate how far off "never" is.
type Estimate struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// statistic is computed from the points, each with a weight.
type statistic func(weight []float64) float64

// estimate is a cluster bootstrap: it draws as many repositories as there are, with
// replacement, o.Draws times, and takes the middle 95 % of the statistic. The points of
// one repository are drawn together because they are correlated: drawn separately they
// would make the interval too narrow. The seed decides the draws, so two statistics and
// their difference are computed on the same resamples.
func estimate(c cases, o Options, of statistic) Estimate {
	once := slices.Repeat([]float64{1}, len(c.points))
	e := Estimate{Value: rounded(of(once))}
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
	e.Low, e.High = rounded(quantile(values, 0.025)), rounded(quantile(values, 0.975))
	return e
}

func distinct(repositories []int) []int {
	return slices.Compact(slices.Sorted(slices.Values(repositories)))
}

// quantile interpolates between two of the sorted values where needed.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// rounded rounds to four digits; nil for NaN.
func rounded(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	v = math.Round(v*1e4) / 1e4
	return &v
}
