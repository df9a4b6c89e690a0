package assess

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

// valueClass is a set of values of one measure for which every rule and every
// invariant gives the same answer.
type valueClass struct {
	measure   observation.Measure // with one of the values
	low, high float64             // the least and the greatest of them; numbers only
}

// domains divides the values of every measure that the rules read into classes, at
// the thresholds of the rules: below, on and above each.
func (r *Rules) domains() map[string][]valueClass {
	classes := map[string][]valueClass{}
	for id, readers := range r.rulesByMeasure() {
		switch r.specs[id].Kind {
		case observation.KindNumber:
			classes[id] = r.numberClasses(id, readers)
		case observation.KindBool:
			classes[id] = []valueClass{classOf(id, true), classOf(id, false)}
		case observation.KindText:
			classes[id] = textClasses(id, readers)
		}
		if !slices.ContainsFunc(readers, func(p *rule) bool { return !p.silenceMeansNo }) {
			classes[id] = append(classes[id], valueClass{measure: observation.Measure{ID: id, State: observation.Unknown, Cause: observation.CauseNoSource}})
		}
	}
	return classes
}

// rulesByMeasure are the plain rules of each measure.
func (r *Rules) rulesByMeasure() map[string][]*rule {
	readers := map[string][]*rule{}
	for _, rule := range r.rules {
		if rule.when == nil {
			readers[rule.measure] = append(readers[rule.measure], rule)
		}
	}
	return readers
}

func classOf(id string, value any) valueClass {
	return valueClass{measure: observation.Measure{ID: id, State: observation.Measured, Value: value}}
}

func textClasses(id string, readers []*rule) []valueClass {
	classes := []valueClass{classOf(id, "")}
	for _, rule := range readers {
		classes = append(classes, classOf(id, rule.threshold))
	}
	return classes
}

// numberClasses are the classes of a number from its least to its greatest value.
func (r *Rules) numberClasses(id string, readers []*rule) []valueClass {
	var classes []valueClass
	last := ""
	points := r.cutPoints(id, readers)
	for i, v := range points {
		s := classOf(id, v)
		s.low, s.high = v, v
		if i == len(points)-1 {
			s.high = r.specs[id].High
		}
		if key := r.answerKey(s.measure, readers); i > 0 && key == last {
			classes[len(classes)-1].high = s.high
		} else {
			last = key
			classes = append(classes, s)
		}
	}
	return classes
}

// answerKey writes down how every rule and invariant on a measure answers for a value.
func (r *Rules) answerKey(m observation.Measure, readers []*rule) string {
	e := r.evaluate(map[string]observation.Measure{m.ID: m})
	var key strings.Builder
	for _, rule := range readers {
		fmt.Fprint(&key, e.evalRule(rule))
	}
	for _, terms := range r.invariants {
		for _, term := range terms {
			if term.measure == m.ID {
				fmt.Fprint(&key, merge.IntervalOf(m).Compare(term.operator, term.threshold))
			}
		}
	}
	return key.String()
}

// cutPoints are values of a number below, on and above every threshold, sorted.
func (r *Rules) cutPoints(id string, readers []*rule) []float64 {
	w := r.specs[id]
	at := map[float64]bool{max(w.Low, -1e9): true, min(w.High, 1e9): true}
	addAround := func(t float64) {
		near := []float64{math.Ceil(t) - 1, math.Floor(t), math.Ceil(t), math.Floor(t) + 1}
		if w.Fraction {
			near = []float64{t - 0.001, t, t + 0.001}
		}
		for _, v := range near {
			at[min(max(v, w.Low), w.High)] = true
		}
	}
	for _, rule := range readers {
		if t, ok := rule.threshold.(float64); ok {
			addAround(t)
		}
	}
	for _, terms := range r.invariants {
		for _, term := range terms {
			if term.measure == id {
				addAround(term.threshold)
			}
		}
	}
	return slices.Sorted(maps.Keys(at))
}

// invariantTerm compares one measure with a number. An invariant is two terms that
// are never true of one good at once.
type invariantTerm struct {
	measure   string
	operator  string
	threshold float64
}

// parseInvariantTerm reads "people.contributors-12m > 0".
func parseInvariantTerm(text string) (invariantTerm, error) {
	fields := strings.Fields(text)
	if len(fields) != 3 || negatedOperator[fields[1]] == "" {
		return invariantTerm{}, fmt.Errorf("the invariant %q is not a measure, an operator and a number", text)
	}
	threshold, err := strconv.ParseFloat(fields[2], 64)
	if err != nil {
		return invariantTerm{}, fmt.Errorf("the invariant %q ends in no number", text)
	}
	return invariantTerm{fields[0], fields[1], threshold}, nil
}

// satisfies reports whether a good can have these values at once: they break no
// invariant.
func (r *Rules) satisfies(chosen map[string]valueClass) bool {
	for _, row := range r.rising {
		most := math.Inf(-1)
		for _, id := range row {
			if s, ok := chosen[id]; ok && s.measure.State == observation.Measured {
				most = max(most, s.low)
				if s.high < most {
					return false
				}
			}
		}
	}
	for _, terms := range r.invariants {
		if r.termHolds(chosen, terms[0]) && r.termHolds(chosen, terms[1]) {
			return false
		}
	}
	return true
}

// termHolds reports whether a term is true of every value of the chosen class.
func (r *Rules) termHolds(chosen map[string]valueClass, c invariantTerm) bool {
	s, ok := chosen[c.measure]
	return ok && s.measure.State == observation.Measured && kleene.Between(s.low, s.high).Compare(c.operator, c.threshold) == kleene.True
}

// prover searches for goods of which conditions hold. It is a backtracking search:
// it gives a value to the measure that the first undecided condition reads, and goes
// no deeper where the conditions are decided.
type prover struct {
	rules   *Rules
	domains map[string][]valueClass
	steps   int  // left of the search under way
	gaveUp  bool // a search ended before it knew
}

// maxSteps bounds one search. The embedded rules need some hundreds; what is
// not found within it counts as possible.
const maxSteps = 50_000

// satisfiable reports whether there can be a good of which all conditions of holds
// are true and all of fails are false.
func (p *prover) satisfiable(holds, fails []condition) bool {
	p.steps = maxSteps
	all := slices.Clone(holds)
	for _, c := range fails {
		all = append(all, condition{not: &c})
	}
	return p.search(map[string]valueClass{}, all)
}

func (p *prover) search(chosen map[string]valueClass, all []condition) bool {
	if p.steps--; p.steps < 0 {
		p.gaveUp = true
		return true
	}
	measures := make(map[string]observation.Measure, len(chosen))
	for id, s := range chosen {
		measures[id] = s.measure
	}
	e := p.rules.evaluate(measures)
	switch e.evalJoined(all, kleene.False) {
	case kleene.True:
		return true
	case kleene.False:
		return false
	}
	next := p.nextMeasure(e, all, chosen)
	for _, s := range p.domains[next] {
		chosen[next] = s
		if p.rules.satisfies(chosen) && p.search(chosen, all) {
			return true
		}
	}
	delete(chosen, next)
	return false
}

// nextMeasure is the first measure without a value that an undecided condition reads,
// or "".
func (p *prover) nextMeasure(e *evaluation, all []condition, chosen map[string]valueClass) string {
	for _, c := range all {
		if e.evalCondition(&c) != kleene.Unknown {
			continue
		}
		if c.pillar != "" {
			c = condition{any: p.rules.pillar(c.pillar).conditions()}
		}
		if c.rule != "" {
			named := p.rules.byID[c.rule]
			if named.when == nil {
				if _, ok := chosen[named.measure]; !ok {
					return named.measure
				}
				continue
			}
			c = *named.when
		}
		if id := p.nextMeasure(e, c.children(), chosen); id != "" {
			return id
		}
	}
	return ""
}

// conditions are those of the levels.
func (p *pillarRule) conditions() []condition {
	all := make([]condition, len(p.levels))
	for i, l := range p.levels {
		all[i] = l.when
	}
	return all
}
