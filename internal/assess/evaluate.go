package assess

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/observation"
)

// levelOrder lists the levels from most to least.
var levelOrder = []Level{Strong, Fair, Weak, Missing}

// evaluation evaluates the rules for one set of measures. It is not safe for
// concurrent use.
type evaluation struct {
	rules           *Rules
	measures        map[string]observation.Measure
	movedThresholds map[string]float64
	levels          map[string][]Level
}

func (r *Rules) evaluate(measures map[string]observation.Measure, moved map[string]float64) *evaluation {
	return &evaluation{rules: r, measures: measures, movedThresholds: moved, levels: map[string][]Level{}}
}

// evidence is a plain rule on a measured value, and its answer.
type evidence struct {
	rule  *rule
	holds bool
}

// evalRule evaluates a rule. Where its measure does not apply the answer is no,
// unless the rule is marked "absent: yes".
func (e *evaluation) evalRule(r *rule) kleene.Truth {
	if r.when != nil {
		return e.evalCondition(*r.when)
	}
	m := e.measures[r.measure]
	switch {
	case m.State == observation.NotApplicable:
		return kleene.Of(r.absentMeansYes)
	case m.State != observation.Measured && r.silenceMeansNo && m.Cause == observation.CauseNoSource:
		return kleene.False
	case m.State != observation.Measured:
		return kleene.Unknown
	}
	switch threshold := r.threshold.(type) {
	case string:
		text, ok := m.Text()
		if !ok {
			return kleene.Unknown
		}
		return kleene.Of(strings.EqualFold(text, threshold))
	case bool:
		return e.evalBool(m, threshold)
	case float64:
		if moved, ok := e.movedThresholds[r.id]; ok {
			threshold = moved
		}
		return intervalOf(m).Compare(r.operator, threshold)
	}
	return kleene.Unknown
}

func (e *evaluation) evalBool(m observation.Measure, threshold bool) kleene.Truth {
	isTrue := intervalOf(m).Compare(">", 0)
	if threshold {
		return isTrue
	}
	return isTrue.Not()
}

// evalCondition evaluates a condition.
func (e *evaluation) evalCondition(c condition) kleene.Truth {
	switch {
	case c.rule != "":
		return e.evalRule(e.rules.byID[c.rule])
	case c.pillar != "":
		return e.evalLevel(c)
	case c.not != nil:
		return e.evalCondition(*c.not).Not()
	case c.all != nil:
		return e.evalJoined(c.all, kleene.False)
	default:
		return e.evalJoined(c.any, kleene.True)
	}
}

// evalJoined evaluates "all" (decisive is False) or "any" (decisive is True): it is
// decisive where one child is, and Unknown where another one is.
func (e *evaluation) evalJoined(children []condition, decisive kleene.Truth) kleene.Truth {
	result := decisive.Not()
	for _, child := range children {
		switch e.evalCondition(child) {
		case decisive:
			return decisive
		case kleene.Unknown:
			result = kleene.Unknown
		}
	}
	return result
}

func (e *evaluation) evalLevel(c condition) kleene.Truth {
	return kleene.Among(e.possibleLevels(c.pillar), c.levels)
}

// possibleLevels are the levels that the unknown measures leave open, most first.
func (e *evaluation) possibleLevels(pillar string) []Level {
	if known, ok := e.levels[pillar]; ok {
		return known
	}
	p := e.rules.pillar(pillar)
	found := e.levelsOf(p)
	var sorted []Level
	for _, l := range levelOrder {
		if slices.Contains(found, l) {
			sorted = append(sorted, l)
		}
	}
	e.levels[pillar] = sorted
	return sorted
}

// levelsOf reads the levels from top to bottom. Every level that could hold before
// the first that certainly does is possible. Where nothing is measured, all are.
func (e *evaluation) levelsOf(p *pillarRule) []Level {
	if !e.anyMeasured(p) {
		return levelOrder
	}
	var found []Level
	for _, l := range p.levels {
		switch e.evalCondition(l.when) {
		case kleene.False:
		case kleene.True:
			return append(found, l.level)
		default:
			found = append(found, l.level)
		}
	}
	if p.otherwise == LevelUnknown {
		return levelOrder
	}
	return append(found, p.otherwise)
}

// anyMeasured reports whether one of the measures that the pillar's levels read is
// measured.
func (e *evaluation) anyMeasured(p *pillarRule) bool {
	for _, l := range p.levels {
		for _, r := range e.rules.plainRules(l.when) {
			if e.measures[r.measure].State == observation.Measured {
				return true
			}
		}
	}
	return false
}

// plainRules lists the rules on measures below a condition, without those of levels.
func (r *Rules) plainRules(c condition) []*rule {
	if c.rule != "" {
		named := r.byID[c.rule]
		if named.when == nil {
			return []*rule{named}
		}
		return r.plainRules(*named.when)
	}
	var found []*rule
	for _, child := range c.children() {
		found = append(found, r.plainRules(child)...)
	}
	return found
}

// possibleStages are the stages that the measures leave open, in their order. A
// pillar has one level, whichever that is: where several are possible, the
// stages are read for each, so that what asks for load and what asks for none
// of it never both fail.
func (e *evaluation) possibleStages() []Stage {
	found := e.readStages()
	if len(found) < 2 {
		return found
	}
	open, groups := e.openPillar()
	if open == "" {
		return found
	}
	seen := map[Stage]bool{}
	for _, levels := range groups {
		for _, s := range e.withLevels(open, levels).possibleStages() {
			seen[s] = true
		}
	}
	return slices.DeleteFunc(found, func(s Stage) bool { return !seen[s] })
}

// readStages reads the stages from top to bottom, as levelsOf reads levels.
func (e *evaluation) readStages() []Stage {
	var found []Stage
	for _, s := range e.rules.stages {
		if s.when == nil {
			return append(found, s.stage)
		}
		switch e.evalCondition(*s.when) {
		case kleene.False:
		case kleene.True:
			return append(found, s.stage)
		default:
			found = append(found, s.stage)
		}
	}
	return found
}

// openPillar is the first pillar whose possible levels can lead to different stages,
// with the levels in groups that no stage distinguishes; "" where there is none.
func (e *evaluation) openPillar() (string, [][]Level) {
	for _, p := range e.rules.pillars {
		var groups [][]Level
		index := map[string]int{}
		for _, l := range e.possibleLevels(p.id) {
			key := e.rules.signatures[pillarLevel{p.id, l}]
			if i, ok := index[key]; ok {
				groups[i] = append(groups[i], l)
				continue
			}
			index[key] = len(groups)
			groups = append(groups, []Level{l})
		}
		if len(groups) > 1 {
			return p.id, groups
		}
	}
	return "", nil
}

// pillarLevel is one level of one pillar.
type pillarLevel struct {
	pillar string
	level  Level
}

// levelSignatures writes down for each level which conditions of the stages hold of
// it. No stage distinguishes levels with the same signature.
func (r *Rules) levelSignatures() map[pillarLevel]string {
	signatures := map[pillarLevel]string{}
	var read func(c condition)
	read = func(c condition) {
		if c.rule != "" && r.byID[c.rule].when != nil {
			read(*r.byID[c.rule].when)
		}
		for _, l := range levelOrder {
			if c.pillar != "" {
				signatures[pillarLevel{c.pillar, l}] += fmt.Sprint(slices.Contains(c.levels, l), " ")
			}
		}
		for _, child := range c.children() {
			read(child)
		}
	}
	for _, s := range r.stages {
		if s.when != nil {
			read(*s.when)
		}
	}
	return signatures
}

// decideStage returns the one stage that is possible. Where several are, the good is
// unassessed: to call it sustained because its findings are unknown would treat the
// unknown as good, and to flag it would treat it as bad. The exception is fading or
// dormant: work ran out in either case, and fading, the milder, is true of both.
func decideStage(possible []Stage) Stage {
	switch {
	case len(possible) == 1:
		return possible[0]
	case len(possible) == 2 && slices.Contains(possible, Fading) && slices.Contains(possible, Dormant):
		return Fading
	}
	return Unassessed
}

// trace lists the plain rules that made a condition answer as it did.
func (e *evaluation) trace(c condition, want kleene.Truth) []evidence {
	switch {
	case c.rule != "":
		return e.traceRule(e.rules.byID[c.rule], want)
	case c.pillar != "":
		return e.traceLevel(e.rules.pillar(c.pillar))
	case c.not != nil:
		return e.trace(*c.not, want.Not())
	}
	var found []evidence
	for _, child := range c.children() {
		if e.evalCondition(child) == want {
			found = append(found, e.trace(child, want)...)
		}
	}
	return found
}

func (e *evaluation) traceRule(r *rule, want kleene.Truth) []evidence {
	if r.when != nil {
		return e.trace(*r.when, want)
	}
	if e.evalRule(r) != want || e.measures[r.measure].State != observation.Measured {
		return nil
	}
	return []evidence{{r, want == kleene.True}}
}

// traceLevel lists the evidence for the level of a pillar; where several levels are
// possible, that which is certain. A level that is reached because none above it holds
// rests on the rules of all of those.
func (e *evaluation) traceLevel(p *pillarRule) []evidence {
	possible := e.possibleLevels(p.id)
	var found, failed []evidence
	for _, l := range p.levels {
		answer := e.evalCondition(l.when)
		if answer == kleene.True {
			return onePerMeasure(append(found, e.trace(l.when, kleene.True)...))
		}
		if answer == kleene.Unknown {
			for _, r := range e.rules.plainRules(l.when) {
				found = append(found, e.traceRule(r, kleene.True)...)
			}
		}
		for _, r := range e.rules.plainRules(l.when) {
			failed = append(failed, e.traceRule(r, kleene.False)...)
		}
	}
	if len(possible) == 1 {
		found = append(found, failed...)
	}
	return onePerMeasure(found)
}

// onePerMeasure keeps the last rule on each measure, which has the tightest threshold.
func onePerMeasure(all []evidence) []evidence {
	var kept []evidence
	for _, ev := range all {
		kept = slices.DeleteFunc(kept, func(k evidence) bool { return k.rule.measure == ev.rule.measure })
		kept = append(kept, ev)
	}
	return kept
}

// score is that of a pillar, with the range that unknown measures leave open.
func (e *evaluation) score(p *pillarRule) Range {
	var sum scoreSum
	for _, part := range p.parts {
		m := e.measures[part.measure]
		silent := m.State == observation.Unknown && m.Cause == observation.CauseNoSource
		if m.State == observation.NotApplicable || part.skipSilent && silent {
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
	known := intervalOf(m)
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
