package backtest

import (
	"math"
	"slices"
)

// ranking is points in the order of a score. It is computed once for all resamples.
type ranking struct {
	order  []int // of points, lowest score first
	groups []int // ends of runs of equal score in order
}

func rank(scores []float64) ranking {
	r := ranking{order: make([]int, len(scores))}
	for i := range r.order {
		r.order[i] = i
	}
	slices.SortStableFunc(r.order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return 0
	})
	for i, at := range r.order {
		if i+1 == len(r.order) || scores[r.order[i+1]] != scores[at] {
			r.groups = append(r.groups, i+1)
		}
	}
	return r
}

// auc is the area under the ROC curve: the share of pairs of a silent and another
// point in which the silent one has the higher score, ties counted half. It is NaN
// where there are no such pairs. weight is how often each point counts.
func (r ranking) auc(silent []bool, weight []float64) float64 {
	var ordered, positives, negatives float64 // pairs in order; weights of silent and other points so far
	start := 0
	for _, end := range r.groups {
		var p, n float64
		for _, i := range r.order[start:end] {
			if silent[i] {
				p += weight[i]
			} else {
				n += weight[i]
			}
		}
		ordered += p * (negatives + n/2)
		positives, negatives = positives+p, negatives+n
		start = end
	}
	if positives == 0 || negatives == 0 {
		return math.NaN()
	}
	return ordered / (positives * negatives)
}

// share is the weight of the points in both sets divided by that of the first set; NaN
// where that is zero.
func share(of, also []bool, weight []float64) float64 {
	var all, both float64
	for i, w := range weight {
		if of[i] {
			all += w
			if also[i] {
				both += w
			}
		}
	}
	if all == 0 {
		return math.NaN()
	}
	return both / all
}

// ratio is a divided by b; NaN where b is zero.
func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

// AUC is the area under the ROC curve of scores, higher for what happened; NaN where all
// or none happened.
func AUC(scores []float64, happened []bool) float64 {
	weight := make([]float64, len(scores))
	for i := range weight {
		weight[i] = 1
	}
	return rank(scores).auc(happened, weight)
}
