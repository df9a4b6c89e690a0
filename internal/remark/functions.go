package remark

import (
	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/wording"
)

// onOnePerson says which functions of the upkeep one person alone carries: a concern that
// moves no stage. Nil where none is seen to, or nobody looked.
func onOnePerson(measures map[string]observation.Measure) []language.Message {
	m := measures[observation.FunctionsAlone]
	alone := functions.Alone([]observation.Measure{m})
	if len(alone) == 0 {
		return nil
	}
	names := make([]any, len(alone))
	for i, f := range alone {
		names[i] = wording.Function(f)
	}
	return []language.Message{language.M("In the last 12 months one person alone carried {n|part|parts} of its upkeep: {list}.",
		"n", language.Bounded(float64(len(alone)), m.Bound), "list", language.And(names...))}
}
