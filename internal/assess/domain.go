package assess

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// A span is all values of one measure that no rule and no law tells apart.
type span struct {
	measure   observation.Measure // one of them
	low, high float64             // between which they lie; numbers only
}

// domains cut the values of every measure that the rules read at the thresholds
// of all that read it: below, on and above each.
func (r *Rules) domains() map[string][]span {
	cut := map[string][]span{}
	for id, readers := range r.readers() {
		switch r.words[id].kind {
		case observation.KindNumber:
			cut[id] = r.numbers(id, readers)
		case observation.KindBool:
			cut[id] = []span{spanOf(id, true), spanOf(id, false)}
		case observation.KindText:
			cut[id] = texts(id, readers)
		}
		if !slices.ContainsFunc(readers, func(p *rule) bool { return !p.silenceNo }) {
			cut[id] = append(cut[id], span{measure: observation.Measure{ID: id, State: observation.Unknown, Cause: observation.CauseNoSource}})
		}
	}
	return cut
}

// readers are the plain rules of each measure.
func (r *Rules) readers() map[string][]*rule {
	readers := map[string][]*rule{}
	for _, rule := range r.rules {
		if rule.when == nil {
			readers[rule.measure] = append(readers[rule.measure], rule)
		}
	}
	return readers
}

func spanOf(id string, value any) span {
	return span{measure: observation.Measure{ID: id, State: observation.Measured, Value: value}}
}

func texts(id string, readers []*rule) []span {
	spans := []span{spanOf(id, "")}
	for _, rule := range readers {
		spans = append(spans, spanOf(id, rule.threshold))
	}
	return spans
}

// numbers are the spans of a number from its least to its greatest value.
func (r *Rules) numbers(id string, readers []*rule) []span {
	var spans []span
	last := ""
	points := r.points(id, readers)
	for i, v := range points {
		s := spanOf(id, v)
		s.low, s.high = v, v
		if i == len(points)-1 {
			s.high = r.words[id].high
		}
		if told := r.told(s.measure, readers); i > 0 && told == last {
			spans[len(spans)-1].high = s.high
		} else {
			last = told
			spans = append(spans, s)
		}
	}
	return spans
}

// told is how the rules and laws answer to a value.
func (r *Rules) told(m observation.Measure, readers []*rule) string {
	e := r.evaluate(map[string]observation.Measure{m.ID: m}, nil)
	var said strings.Builder
	for _, rule := range readers {
		fmt.Fprint(&said, e.ask(rule))
	}
	for _, law := range r.never {
		for _, half := range law {
			if half.measure == m.ID {
				fmt.Fprint(&said, knownOf(m).compare(half.operator, half.threshold))
			}
		}
	}
	return said.String()
}

// points are values of a number below, on and above every threshold, rising.
func (r *Rules) points(id string, readers []*rule) []float64 {
	w := r.words[id]
	at := map[float64]bool{max(w.low, -1e9): true, min(w.high, 1e9): true}
	beside := func(t float64) {
		near := []float64{math.Ceil(t) - 1, math.Floor(t), math.Ceil(t), math.Floor(t) + 1}
		if w.fraction {
			near = []float64{t - 0.001, t, t + 0.001}
		}
		for _, v := range near {
			at[min(max(v, w.low), w.high)] = true
		}
	}
	for _, rule := range readers {
		if t, ok := rule.threshold.(float64); ok {
			beside(t)
		}
	}
	for _, law := range r.never {
		for _, half := range law {
			if half.measure == id {
				beside(half.threshold)
			}
		}
	}
	return slices.Sorted(maps.Keys(at))
}

// A claim compares one measure with a number.
type claim struct {
	measure   string
	operator  string
	threshold float64
}

// claimed reads "people.contributors-12m > 0".
func claimed(text string) (claim, error) {
	fields := strings.Fields(text)
	if len(fields) != 3 || opposite[fields[1]] == "" {
		return claim{}, fmt.Errorf("the law %q is not a measure, an operator and a number", text)
	}
	threshold, err := strconv.ParseFloat(fields[2], 64)
	if err != nil {
		return claim{}, fmt.Errorf("the law %q ends in no number", text)
	}
	return claim{fields[0], fields[1], threshold}, nil
}

// lawful reports whether a good can have these values at once.
func (r *Rules) lawful(chosen map[string]span) bool {
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
	for _, law := range r.never {
		if r.surely(chosen, law[0]) && r.surely(chosen, law[1]) {
			return false
		}
	}
	return true
}

func (r *Rules) surely(chosen map[string]span, c claim) bool {
	s, ok := chosen[c.measure]
	return ok && s.measure.State == observation.Measured && interval{s.low, s.high}.compare(c.operator, c.threshold) == yes
}

// prover searches for goods of which something holds: a measure at a time, that
// which the first open question asks for, and no further where the answer is
// known. It walks no product of all values.
type prover struct {
	rules   *Rules
	domains map[string][]span
	steps   int  // left of the search under way
	gaveUp  bool // a search ended before it knew
}

// maxSteps bounds one search. The embedded rules need some hundreds; what is
// not found within it counts as possible.
const maxSteps = 50_000

// possible reports whether some good meets all conditions, those given as yes
// and those given as no.
func (p *prover) possible(yeses, noes []condition) bool {
	p.steps = maxSteps
	joined := slices.Clone(yeses)
	for _, c := range noes {
		joined = append(joined, condition{not: &c})
	}
	return p.search(map[string]span{}, joined)
}

func (p *prover) search(chosen map[string]span, all []condition) bool {
	if p.steps--; p.steps < 0 {
		p.gaveUp = true
		return true
	}
	measures := make(map[string]observation.Measure, len(chosen))
	for id, s := range chosen {
		measures[id] = s.measure
	}
	e := p.rules.evaluate(measures, nil)
	switch e.join(all, no) {
	case yes:
		return true
	case no:
		return false
	}
	next := p.open(e, all, chosen)
	for _, s := range p.domains[next] {
		chosen[next] = s
		if p.rules.lawful(chosen) && p.search(chosen, all) {
			return true
		}
	}
	delete(chosen, next)
	return false
}

// open is the first measure for which an open condition asks, or "".
func (p *prover) open(e *evaluation, all []condition, chosen map[string]span) string {
	for _, c := range all {
		if e.test(c) != unsure {
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
		if id := p.open(e, c.kids(), chosen); id != "" {
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
