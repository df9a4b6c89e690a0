package assess

import (
	"fmt"
	"math"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/observation"
)

// Truth is an answer in Kleene's three-valued logic.
type Truth = truth

// The answers: what holds, what does not, and what unknown measures leave open.
const (
	Unsure = unsure
	Yes    = yes
	No     = no
)

// Question holds one measure against a threshold, as the rules do. It is for
// those who ask conditions of their own.
type Question struct {
	Measure   string
	Operator  string // <, <=, > or >= for numbers, is for bool and text
	Threshold any    // float64, bool or string
	Unit      string // as the measure counts
}

// ScalarOf reads the threshold of a question from YAML: a number, true or
// false, or a text; nil where it is none of them.
func ScalarOf(n *yaml.Node) any {
	if v, ok := scalar(n).(float64); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
		return nil
	}
	return scalar(n)
}

// Check says what is wrong with the question, given the measures that exist.
func (q Question) Check(defs map[string]observation.Definition) error {
	def, ok := defs[q.Measure]
	switch {
	case q.Measure == "":
		return fmt.Errorf("names no measure")
	case !ok:
		return fmt.Errorf("reads the measure %q, which does not exist", q.Measure)
	case q.Threshold == nil:
		return fmt.Errorf("has no threshold")
	case q.Unit != def.Unit:
		return fmt.Errorf("has the unit %q; %s is counted in %q", q.Unit, q.Measure, def.Unit)
	case !fits(def.Kind, q.Operator, q.Threshold):
		return fmt.Errorf("compares a %s by %q with %v: numbers take <, <=, > or >= and a number, bool and text take is", def.Kind, q.Operator, q.Threshold)
	}
	return nil
}

// Ask answers the question of what is known of its measure. Where that does not
// apply, there is nothing of which it could hold: no.
func (q Question) Ask(m observation.Measure) Truth {
	e := evaluation{measures: map[string]observation.Measure{q.Measure: m}}
	return e.ask(&rule{measure: q.Measure, operator: q.Operator, threshold: q.Threshold})
}

// Within decides "x operator threshold" of a number that lies in [low, high].
func Within(low, high float64, operator string, threshold float64) Truth {
	return interval{low, high}.compare(operator, threshold)
}

// Not is yes for no, no for yes.
func Not(t Truth) Truth { return t.not() }

// All is yes where every answer is, and no where one is; of nothing it is yes.
func All(answers ...Truth) Truth {
	result := yes
	for _, answer := range answers {
		switch answer {
		case no:
			return no
		case unsure:
			result = unsure
		}
	}
	return result
}

// Any is yes where one answer is, and no where every one is; of nothing it is no.
func Any(answers ...Truth) Truth {
	turned := make([]Truth, len(answers))
	for i, answer := range answers {
		turned[i] = answer.not()
	}
	return All(turned...).not()
}

// Among is yes where all of the values that are possible are among those
// wanted, and no where none is.
func Among[T comparable](possible, wanted []T) Truth {
	inside := 0
	for _, p := range possible {
		for _, w := range wanted {
			if p == w {
				inside++
				break
			}
		}
	}
	switch {
	case len(possible) > 0 && inside == len(possible):
		return yes
	case len(possible) > 0 && inside == 0:
		return no
	}
	return unsure
}
