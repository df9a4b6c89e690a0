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

// Comparison compares one measure with a threshold, as the rules do. It is for
// conditions outside the rules.
type Comparison struct {
	Measure   string
	Operator  string // <, <=, > or >= for numbers, is for bool and text
	Threshold any    // float64, bool or string
	Unit      string // as the measure counts
}

// ScalarOf reads the threshold of a comparison from YAML: a float64, a bool or a
// string; nil where it is none of them.
func ScalarOf(n *yaml.Node) any {
	if v, ok := scalar(n).(float64); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
		return nil
	}
	return scalar(n)
}

// Check returns an error for a comparison that does not fit the definition of its
// measure.
func (c Comparison) Check(defs map[string]observation.Definition) error {
	def, ok := defs[c.Measure]
	switch {
	case c.Measure == "":
		return fmt.Errorf("names no measure")
	case !ok:
		return fmt.Errorf("reads the measure %q, which does not exist", c.Measure)
	case c.Threshold == nil:
		return fmt.Errorf("has no threshold")
	case c.Unit != def.Unit:
		return fmt.Errorf("has the unit %q; %s is counted in %q", c.Unit, c.Measure, def.Unit)
	case !operatorFits(def.Kind, c.Operator, c.Threshold):
		return fmt.Errorf("compares a %s by %q with %v: numbers take <, <=, > or >= and a number, bool and text take is", def.Kind, c.Operator, c.Threshold)
	}
	return nil
}

// Evaluate compares the measure. The answer is no where it does not apply.
func (c Comparison) Evaluate(m observation.Measure) Truth {
	e := evaluation{measures: map[string]observation.Measure{c.Measure: m}}
	return e.evalRule(&rule{measure: c.Measure, operator: c.Operator, threshold: c.Threshold})
}

// Within evaluates "x operator threshold" for a number x that lies in [low, high].
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
	negated := make([]Truth, len(answers))
	for i, answer := range answers {
		negated[i] = answer.not()
	}
	return All(negated...).not()
}

// Among is yes where all possible values are among those wanted, and no where none
// is.
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
