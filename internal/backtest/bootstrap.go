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

// estimate is a cluster bootstrap: it draws as many owners as there are, with
// replacement, o.Draws times, and takes the middle 95 % of each statistic. The points of
// one owner are drawn together because they are correlated: drawn separately they would
// make the interval too narrow. owner has the index of each point's. The seed decides the draws; all statistics are computed
// on the same resamples.
func estimate(owner []int, o Options, of ...statistic) []Estimate {
	once := slices.Repeat([]float64{1}, len(owner))
	found, values := make([]Estimate, len(of)), make([][]float64, len(of))
	for i := range of {
		found[i].Value = rounded(of[i](once))
	}
	owners := distinct(owner)
	if len(owners) < 2 {
		return found
	}
	random := rand.New(rand.NewPCG(o.Seed, 0))
	weight := make([]float64, len(owner))
	drawn := map[int]float64{}
	for range o.Draws {
		clear(drawn)
		for range owners {
			drawn[owners[random.IntN(len(owners))]]++
		}
		for i, of := range owner {
			weight[i] = drawn[of]
		}
		for i := range of {
			if v := of[i](weight); !math.IsNaN(v) {
				values[i] = append(values[i], v)
			}
		}
	}
	for i := range found {
		found[i].bound(values[i], o.Draws)
	}
	return found
}

// bound sets the ends of the interval, from the values of so many resamples.
func (e *Estimate) bound(values []float64, draws int) {
	slices.Sort(values)
	if 2*len(values) < draws || len(values) == 0 || values[0] == values[len(values)-1] {
		return
	}
	e.Low, e.High = rounded(quantile(values, 0.025)), rounded(quantile(values, 0.975))
}

func distinct(owners []int) []int {
	return slices.Compact(slices.Sorted(slices.Values(owners)))
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
