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
	if def.Unit == observation.UnitDays && (def.Merge == observation.MergeMin || def.Merge == observation.MergeMax) {
		parts = m.ofOneDay(def, parts)
	}
	if def.Merge != observation.MergeSum { // the largest of those that were seen: the others do not count
		parts = m.withoutUnseen(parts)
	}
	known := IntervalOf(parts[0].measure)
	for _, p := range parts[1:] {
		known = fold(def.Merge, known, IntervalOf(p.measure))
	}
	if low, _ := LimitsOf(m.specs, def.ID); def.Merge != observation.MergeMin {
		known.Low = max(known.Low, low)
	}
	source, at := sourceOf(def, parts, known)
	merged := def.Of(nil, source, at)
	if def.Merge != observation.MergeSum || sameDetails(parts) { // what qualifies one part qualifies no sum
		merged.Detail = firstDetail(parts)
	}
	if speaker := largest(def, parts, known); speaker != nil {
		merged = m.spokenOf(merged, speaker.repository)
	}
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
	source, at := sourceOf(def, parts, kleene.Unbounded())
	merged := def.Of(slices.Compact(items), source, at)
	merged.Bound = bound
	merged.Detail = firstDetail(parts)
	return merged
}

// sourceOf is the source and the time of the part that decides a merged value; where
// several make it, how many they are, and the earliest of their times.
func sourceOf(def observation.Definition, parts []part, known kleene.Interval) (string, time.Time) {
	var sources []string
	var earliest time.Time
	for _, p := range parts {
		if !isMeasured(p) {
			continue
		}
		v, isNumber := p.measure.Number()
		decides := def.Merge == observation.MergeMax || def.Merge == observation.MergeMin || def.Merge == observation.MergeAny
		if decides && isNumber && (v == known.Low || v == known.High) {
			return p.measure.Source, p.measure.At
		}
		sources = append(sources, p.measure.Source)
		if t := p.measure.At; !t.IsZero() && (earliest.IsZero() || t.Before(earliest)) {
			earliest = t
		}
	}
	if len(sources) == 1 {
		return sources[0], earliest
	}
	return fmt.Sprintf("%d sources", len(sources)), earliest
}

func firstDetail(parts []part) string {
	for _, p := range parts {
		if isMeasured(p) && p.measure.Detail != "" {
			return p.measure.Detail
		}
	}
	return ""
}

func sameDetails(parts []part) bool {
	detail := firstDetail(parts)
	return !slices.ContainsFunc(parts, func(p part) bool { return isMeasured(p) && p.measure.Detail != detail })
}

// largest is the repository whose number is the largest, and so the one that is shown: of
// people and of months, which are not added up. Nil for all else.
func largest(def observation.Definition, parts []part, known kleene.Interval) *part {
	if def.Merge != observation.MergeMax || def.Unit != observation.UnitPeople && def.Unit != observation.UnitMonths {
		return nil
	}
	for i, p := range parts {
		if v, ok := p.measure.Number(); ok && isMeasured(p) && v == known.Low {
			if p.repository < 0 {
				return nil
			}
			return &parts[i]
		}
	}
	return nil
}

// shareOf is one total as a share of another, of all repositories together: what left one
// for another is no fall.
// What was not seen in these months counts on neither side.
func (m *merger) shareOf(def observation.Definition, of [2]string, merged []observation.Measure) observation.Measure {
	part, _ := observation.Find(merged, of[0])
	whole, _ := observation.Find(merged, of[1])
	for _, total := range []observation.Measure{part, whole} {
		if total.State != observation.Measured {
			total.ID, total.Unit = def.ID, def.Unit
			return total
		}
	}
	above, below := m.totalOf(part.ID), m.totalOf(whole.ID)
	if below.High < observation.FewestToCompare {
		return def.NotApplicableFor(fmt.Sprintf("fewer than %d commits in the 12 months before: too few to compare with", observation.FewestToCompare))
	}
	open := def.UnknownFor(observation.CauseNoSource, joinDetails(part.Detail, "the two totals leave it open"))
	if below.Low < observation.FewestToCompare {
		return open
	}
	share := kleene.Between(max(above.Low, 0)/below.High, above.High/below.Low)
	made := def.Of(nil, "the totals of all repositories", part.At)
	made.Detail = part.Detail
	if share.Low == 0 && math.IsInf(share.High, 0) || !setInterval(&made, share) {
		return open
	}
	return made
}
