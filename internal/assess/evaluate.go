package assess

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// ladder lists the levels from most to least.
var ladder = []Level{Strong, Fair, Weak, Missing}

// evaluation asks the rules about one set of measures. moved replaces the
// thresholds of rules, to see what they decide.
type evaluation struct {
	rules    *Rules
	measures map[string]observation.Measure
	moved    map[string]float64
	levels   map[string][]Level
}

func (r *Rules) evaluate(measures map[string]observation.Measure, moved map[string]float64) *evaluation {
	return &evaluation{rules: r, measures: measures, moved: moved, levels: map[string][]Level{}}
}

// evidence is a plain rule with a measured answer that decided something.
type evidence struct {
	rule  *rule
	holds bool
}

// ask answers a rule. Where its measure does not apply, there is nothing of
// which it could hold: no, unless the rule itself says that nothing is a yes.
func (e *evaluation) ask(r *rule) truth {
	if r.when != nil {
		return e.test(*r.when)
	}
	m := e.measures[r.measure]
	switch {
	case m.State == observation.NotApplicable:
		return truthOf(r.absentYes)
	case m.State != observation.Measured && r.silenceNo && m.Cause == observation.CauseNoSource:
		return no
	case m.State != observation.Measured:
		return unsure
	}
	switch threshold := r.threshold.(type) {
	case string:
		text, ok := m.Text()
		if !ok {
			return unsure
		}
		return truthOf(strings.EqualFold(text, threshold))
	case bool:
		return e.askBool(m, threshold)
	case float64:
		if moved, ok := e.moved[r.id]; ok {
			threshold = moved
		}
		return knownOf(m).compare(r.operator, threshold)
	}
	return unsure
}

func (e *evaluation) askBool(m observation.Measure, threshold bool) truth {
	isTrue := knownOf(m).compare(">", 0)
	if threshold {
		return isTrue
	}
	return isTrue.not()
}

// test decides a condition.
func (e *evaluation) test(c condition) truth {
	switch {
	case c.rule != "":
		return e.ask(e.rules.byID[c.rule])
	case c.pillar != "":
		return e.testLevel(c)
	case c.not != nil:
		return e.test(*c.not).not()
	case c.all != nil:
		return e.join(c.all, no)
	default:
		return e.join(c.any, yes)
	}
}

// join finds the decisive answer (no for all, yes for any) among the kids.
func (e *evaluation) join(kids []condition, decisive truth) truth {
	result := decisive.not()
	for _, kid := range kids {
		switch e.test(kid) {
		case decisive:
			return decisive
		case unsure:
			result = unsure
		}
	}
	return result
}

func (e *evaluation) testLevel(c condition) truth {
	return Among(e.possibleLevels(c.pillar), c.levels)
}

// possibleLevels are the levels that the measures leave open, most first.
func (e *evaluation) possibleLevels(pillar string) []Level {
	if known, ok := e.levels[pillar]; ok {
		return known
	}
	p := e.rules.pillar(pillar)
	found := e.climb(p)
	var sorted []Level
	for _, l := range ladder {
		if slices.Contains(found, l) {
			sorted = append(sorted, l)
		}
	}
	e.levels[pillar] = sorted
	return sorted
}

// climb reads the levels from top to bottom. Every level that could hold before
// the first that surely does is possible. Nothing measured leaves all open.
func (e *evaluation) climb(p *pillarRule) []Level {
	if !e.speaks(p) {
		return ladder
	}
	var found []Level
	for _, l := range p.levels {
		switch e.test(l.when) {
		case no:
		case yes:
			return append(found, l.level)
		default:
			found = append(found, l.level)
		}
	}
	if p.otherwise == LevelUnknown {
		return ladder
	}
	return append(found, p.otherwise)
}

// speaks reports whether any measure that the pillar's levels read is known.
func (e *evaluation) speaks(p *pillarRule) bool {
	for _, l := range p.levels {
		for _, r := range e.rules.plain(l.when) {
			if e.measures[r.measure].State == observation.Measured {
				return true
			}
		}
	}
	return false
}

// plain lists the plain rules below a condition, levels aside.
func (r *Rules) plain(c condition) []*rule {
	if c.rule != "" {
		named := r.byID[c.rule]
		if named.when == nil {
			return []*rule{named}
		}
		return r.plain(*named.when)
	}
	var found []*rule
	for _, kid := range c.kids() {
		found = append(found, r.plain(kid)...)
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
		for _, s := range e.given(open, levels).possibleStages() {
			seen[s] = true
		}
	}
	return slices.DeleteFunc(found, func(s Stage) bool { return !seen[s] })
}

// readStages reads the stages from top to bottom, as climb reads levels.
func (e *evaluation) readStages() []Stage {
	var found []Stage
	for _, s := range e.rules.stages {
		if s.when == nil {
			return append(found, s.stage)
		}
		switch e.test(*s.when) {
		case no:
		case yes:
			return append(found, s.stage)
		default:
			found = append(found, s.stage)
		}
	}
	return found
}

// openPillar is the first pillar of whose possible levels the stages tell some
// apart, with those levels in groups that they do not tell apart; "" where there
// is none.
func (e *evaluation) openPillar() (string, [][]Level) {
	for _, p := range e.rules.pillars {
		var groups [][]Level
		index := map[string]int{}
		for _, l := range e.possibleLevels(p.id) {
			key := e.rules.asks[levelOf{p.id, l}]
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

// levelOf is one level of one pillar.
type levelOf struct {
	pillar string
	level  Level
}

// levelsAsked writes down for each level which conditions of the stages hold of
// it, so that levels with the same words are not told apart by any stage.
func (r *Rules) levelsAsked() map[levelOf]string {
	asked := map[levelOf]string{}
	var read func(c condition)
	read = func(c condition) {
		if c.rule != "" && r.byID[c.rule].when != nil {
			read(*r.byID[c.rule].when)
		}
		for _, l := range ladder {
			if c.pillar != "" {
				asked[levelOf{c.pillar, l}] += fmt.Sprint(slices.Contains(c.levels, l), " ")
			}
		}
		for _, kid := range c.kids() {
			read(kid)
		}
	}
	for _, s := range r.stages {
		if s.when != nil {
			read(*s.when)
		}
	}
	return asked
}

// settle makes one stage of those that are possible. One alone is certain.
//
// Of several, none may be claimed: to call a good sustained because its
// findings are unknown would pass off the unknown as good, and to flag it would
// pass it off as bad. So it is unassessed, with what is missing. The exception
// is fading or dormant: both say that work ran out, and the milder of the two
// is true in either case.
func settle(possible []Stage) Stage {
	switch {
	case len(possible) == 1:
		return possible[0]
	case len(possible) == 2 && slices.Contains(possible, Fading) && slices.Contains(possible, Dormant):
		return Fading
	}
	return Unassessed
}

// trace lists the plain rules that made a condition answer as it did.
func (e *evaluation) trace(c condition, want truth) []evidence {
	switch {
	case c.rule != "":
		return e.traceRule(e.rules.byID[c.rule], want)
	case c.pillar != "":
		return e.traceLevel(e.rules.pillar(c.pillar))
	case c.not != nil:
		return e.trace(*c.not, want.not())
	}
	var found []evidence
	for _, kid := range c.kids() {
		if e.test(kid) == want {
			found = append(found, e.trace(kid, want)...)
		}
	}
	return found
}

func (e *evaluation) traceRule(r *rule, want truth) []evidence {
	if r.when != nil {
		return e.trace(*r.when, want)
	}
	if e.ask(r) != want || e.measures[r.measure].State != observation.Measured {
		return nil
	}
	return []evidence{{r, want == yes}}
}

// traceLevel lists what decided a level; of one that is open, what is sure. A
// level that is reached because nothing above it holds rests on all of that.
func (e *evaluation) traceLevel(p *pillarRule) []evidence {
	possible := e.possibleLevels(p.id)
	var found, failed []evidence
	for _, l := range p.levels {
		answer := e.test(l.when)
		if answer == yes {
			return onePerMeasure(append(found, e.trace(l.when, yes)...))
		}
		if answer == unsure {
			for _, r := range e.rules.plain(l.when) {
				found = append(found, e.traceRule(r, yes)...)
			}
		}
		for _, r := range e.rules.plain(l.when) {
			failed = append(failed, e.traceRule(r, no)...)
		}
	}
	if len(possible) == 1 {
		found = append(found, failed...)
	}
	return onePerMeasure(found)
}

// onePerMeasure keeps the last rule on each measure, which is the tightest.
func onePerMeasure(all []evidence) []evidence {
	var kept []evidence
	for _, ev := range all {
		kept = slices.DeleteFunc(kept, func(k evidence) bool { return k.rule.measure == ev.rule.measure })
		kept = append(kept, ev)
	}
	return kept
}

// score makes the points of a pillar, with what unknown measures leave open.
func (e *evaluation) score(p *pillarRule) Range {
	var sum total
	for _, part := range p.parts {
		m := e.measures[part.measure]
		silent := m.State == observation.Unknown && m.Cause == observation.CauseNoSource
		if m.State == observation.NotApplicable || part.skip && silent {
			continue
		}
		sum.add(part.weight, part.rangeOf(m))
	}
	if p.combine == "max" {
		return sum.best()
	}
	return sum.mean()
}

// rangeOf is the points of one measure: exact where its value is.
func (p scorePart) rangeOf(m observation.Measure) Range {
	known := knownOf(m)
	if p.open && known.low < p.points[0][0] {
		known.low = math.Inf(-1)
	}
	low, high := p.height(known.low), p.height(known.low)
	for _, y := range append([]float64{p.height(known.high)}, p.between(known)...) {
		low, high = min(low, y), max(high, y)
	}
	r := Range{Low: low, High: high}
	if v, ok := m.Number(); ok && (!p.open || v >= p.points[0][0]) {
		y := p.height(v)
		r.Score = &y
	} else if p.open {
		r.Low = 0
	}
	return r
}

// height is that of the line at v; beyond its ends it runs level.
func (p scorePart) height(v float64) float64 {
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

// between are the heights of the corners inside an interval.
func (p scorePart) between(known interval) []float64 {
	var ys []float64
	for _, point := range p.points {
		if point[0] > known.low && point[0] < known.high {
			ys = append(ys, point[1])
		}
	}
	return ys
}

// total joins ranges.
type total struct {
	parts   []Range
	weights []float64
}

func (t *total) add(weight float64, r Range) {
	t.parts = append(t.parts, r)
	t.weights = append(t.weights, weight)
}

// mean weighs the parts; the score is that of the parts that are known.
func (t *total) mean() Range {
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
	return rounded(score/known, low/all, high/all)
}

// best is the highest part.
func (t *total) best() Range {
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
	return rounded(score, low, high)
}

// rounded keeps one digit, so that no noise of floating point is published.
func rounded(score, low, high float64) Range {
	round := func(v float64) float64 { return math.Round(v*10) / 10 }
	score = round(min(max(score, low), high))
	return Range{Score: &score, Low: round(low), High: round(high)}
}
