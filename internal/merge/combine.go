package merge

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/observation"
)

// combine merges the parts of a number, bool or list.
func (m *merger) combine(def observation.Definition, parts []part) observation.Measure {
	if def.Kind == observation.KindList {
		return union(def, parts)
	}
	known := IntervalOf(parts[0].measure)
	for _, p := range parts[1:] {
		known = fold(def.Merge, known, IntervalOf(p.measure))
	}
	if low, _ := LimitsOf(m.specs, def.ID); def.Merge != observation.MergeMin {
		known.Low = max(known.Low, low)
	}
	merged := def.Of(nil, sourceOf(def, parts, known), earliest(parts))
	merged.Detail = firstDetail(parts)
	if !setInterval(&merged, known) {
		cause, detail := commonCause(parts)
		return def.UnknownFor(cause, detail)
	}
	if def.Kind == observation.KindBool {
		merged.Value = merged.Value.(float64) != 0
		if merged.Value == true && merged.Bound == observation.AtLeast {
			merged.Bound = observation.Exact
		}
	}
	return merged
}

func fold(how observation.Merge, a, b kleene.Interval) kleene.Interval {
	switch how {
	case observation.MergeMin:
		return kleene.Between(min(a.Low, b.Low), min(a.High, b.High))
	case observation.MergeSum:
		return kleene.Between(max(a.Low, 0)+max(b.Low, 0), a.High+b.High)
	default:
		return kleene.Between(max(a.Low, b.Low), max(a.High, b.High))
	}
}

// setInterval writes an interval as a value with its bound, and reports whether there
// is one. Of an interval that is closed at both ends only one end can be kept.
func setInterval(m *observation.Measure, known kleene.Interval) bool {
	switch {
	case known.IsExact():
		m.Value = known.Low
	case known.Low <= 0 && !math.IsInf(known.High, 0):
		m.Value, m.Bound = known.High, observation.AtMost
	case !math.IsInf(known.Low, 0):
		m.Value, m.Bound = known.Low, observation.AtLeast
	case !math.IsInf(known.High, 0):
		m.Value, m.Bound = known.High, observation.AtMost
	default:
		return false
	}
	return true
}

func union(def observation.Definition, parts []part) observation.Measure {
	items := []string{}
	bound := observation.Exact
	for _, p := range parts {
		list, ok := p.measure.List()
		items = append(items, list...)
		if !ok || p.measure.Bound != observation.Exact {
			bound = observation.AtLeast
		}
	}
	slices.Sort(items)
	merged := def.Of(slices.Compact(items), sourceOf(def, parts, kleene.Unbounded()), earliest(parts))
	merged.Bound = bound
	merged.Detail = firstDetail(parts)
	return merged
}

// sourceOf is the source of the merged value, or the number of sources that made it.
func sourceOf(def observation.Definition, parts []part, known kleene.Interval) string {
	var sources []string
	for _, p := range parts {
		if !isMeasured(p) {
			continue
		}
		v, isNumber := p.measure.Number()
		decides := def.Merge == observation.MergeMax || def.Merge == observation.MergeMin || def.Merge == observation.MergeAny
		if decides && isNumber && (v == known.Low || v == known.High) {
			return p.measure.Source
		}
		sources = append(sources, p.measure.Source)
	}
	if len(sources) == 1 {
		return sources[0]
	}
	return fmt.Sprintf("%d sources", len(sources))
}

func earliest(parts []part) time.Time {
	var at time.Time
	for _, p := range parts {
		if t := p.measure.At; isMeasured(p) && !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}

func firstDetail(parts []part) string {
	for _, p := range parts {
		if isMeasured(p) && p.measure.Detail != "" {
			return p.measure.Detail
		}
	}
	return ""
}
