package assess

import (
	"fmt"
	"math"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/observation"
)

// Comparison compares one measure with a threshold, as the rules do. It is for
// conditions outside the rules.
type Comparison struct {
	Measure   string
	Operator  string           // <, <=, > or >= for numbers, is for bool and text
	Threshold any              // float64, bool or string
	Unit      observation.Unit // as the measure counts
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
func (c Comparison) Evaluate(m observation.Measure) kleene.Truth {
	e := evaluation{measures: map[string]observation.Measure{c.Measure: m}}
	return e.evalRule(&rule{measure: c.Measure, operator: c.Operator, threshold: c.Threshold})
}
