package assess

import (
	"slices"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/observation"
)

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
		if e.evalCondition(&child) == want {
			found = append(found, e.trace(child, want)...)
		}
	}
	return found
}

func (e *evaluation) traceRule(r *rule, want kleene.Truth) []evidence {
	if r.when != nil {
		return e.trace(*r.when, want)
	}
	if m := e.measure(r.measure); e.evalRule(r) != want || m.State != observation.Measured || e.compare(r, m) == kleene.Unknown {
		return nil // a no that only stands for an open answer has no sentence
	}
	for _, id := range r.with {
		if m := e.measure(id); m.State != observation.Measured || m.Bound != observation.Exact {
			return nil // its sentence would have a gap
		}
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
		answer := e.evalCondition(&l.when)
		if answer == kleene.True {
			return onePerMeasure(append(found, e.trace(l.when, kleene.True)...))
		}
		if answer == kleene.Unknown {
			for _, r := range l.plain {
				found = append(found, e.traceRule(r, kleene.True)...)
			}
		}
		for _, r := range l.plain {
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
