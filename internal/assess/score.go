package assess

import (
	"math"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

// score is that of a pillar, with the range that unknown measures leave open.
func (e *evaluation) score(p *pillarRule) Range {
	var sum scoreSum
	for _, part := range p.parts {
		m := e.measure(part.measure)
		silent := m.State == observation.Unknown && m.Cause == observation.CauseNoSource
		if m.State == observation.NotApplicable || part.skipSilent && silent || part.skipUnasked && m.State == observation.Unknown {
			continue
		}
		sum.add(part.weight, part.scoreRange(m))
	}
	if p.combine == "max" {
		return sum.best()
	}
	return sum.mean()
}

// scoreRange is the score of one measure: exact where its value is.
func (p scorePart) scoreRange(m observation.Measure) Range {
	known := merge.IntervalOf(m)
	if p.openBelow && known.Low < p.points[0][0] {
		known.Low = math.Inf(-1)
	}
	low, high := p.interpolate(known.Low), p.interpolate(known.Low)
	for _, y := range append([]float64{p.interpolate(known.High)}, p.innerPoints(known)...) {
		low, high = min(low, y), max(high, y)
	}
	r := Range{Low: low, High: high}
	if v, ok := m.Number(); ok && (!p.openBelow || v >= p.points[0][0]) {
		y := p.interpolate(v)
		r.Score = &y
	} else if p.openBelow {
		r.Low = 0
	}
	return r
}

// interpolate returns the points at the value v, linear between the given points and
// constant beyond the first and the last.
func (p scorePart) interpolate(v float64) float64 {
	first, last := p.points[0], p.points[len(p.points)-1]
	if v <= first[0] {
		return first[1]
	}
	for i := 1; i < len(p.points); i++ {
		a, b := p.points[i-1], p.points[i]
		if v <= b[0] {
			return a[1] + (b[1]-a[1])*(v-a[0])/(b[0]-a[0])
		}
	}
	return last[1]
}

// innerPoints are the points of the given values that lie inside an interval.
func (p scorePart) innerPoints(known kleene.Interval) []float64 {
	var ys []float64
	for _, point := range p.points {
		if point[0] > known.Low && point[0] < known.High {
			ys = append(ys, point[1])
		}
	}
	return ys
}

// scoreSum combines ranges to their weighted mean or their maximum.
type scoreSum struct {
	parts   []Range
	weights []float64
}

func (t *scoreSum) add(weight float64, r Range) {
	t.parts = append(t.parts, r)
	t.weights = append(t.weights, weight)
}

// mean is the weighted mean; its score is that of the parts that are known.
func (t *scoreSum) mean() Range {
	var low, high, all, score, known float64
	for i, p := range t.parts {
		w := t.weights[i]
		low, high, all = low+w*p.Low, high+w*p.High, all+w
		if p.Score != nil {
			score, known = score+w**p.Score, known+w
		}
	}
	if known == 0 {
		return Range{Low: 0, High: 100}
	}
	return roundedRange(score/known, low/all, high/all)
}

// best is the maximum.
func (t *scoreSum) best() Range {
	var low, high, score float64
	known := false
	for _, p := range t.parts {
		low, high = max(low, p.Low), max(high, p.High)
		if p.Score != nil {
			score, known = max(score, *p.Score), true
		}
	}
	if !known {
		return Range{Low: 0, High: 100}
	}
	return roundedRange(score, low, high)
}

// roundedRange rounds to one decimal, so that no floating-point error is published.
func roundedRange(score, low, high float64) Range {
	round := func(v float64) float64 { return math.Round(v*10) / 10 }
	score = round(min(max(score, low), high))
	return Range{Score: &score, Low: round(low), High: round(high)}
}
