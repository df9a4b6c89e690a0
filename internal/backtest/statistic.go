package backtest

import (
	"math"
	"slices"
)

// ranking is points in the order of a score, ready to be weighed again and
// again.
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

// auc is the area under the ROC curve: how often one that fell silent had the
// higher score than one that did not, ties counted half. It is not a number
// where either kind is missing. weight says how often each point counts.
func (r ranking) auc(silent []bool, weight []float64) float64 {
	var below, won, fell, stayed float64
	start := 0
	for _, end := range r.groups {
		var here, there float64
		for _, i := range r.order[start:end] {
			if silent[i] {
				here += weight[i]
			} else {
				there += weight[i]
			}
		}
		won += here * (below + there/2)
		below, fell, stayed = below+there, fell+here, stayed+there
		start = end
	}
	if fell == 0 || stayed == 0 {
		return math.NaN()
	}
	return won / (fell * stayed)
}

// share is the weight of those that are both over that of the first kind: not a
// number where that is nothing.
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
