package merge

import (
	"fmt"

	"github.com/midspan/midspan/internal/observation"
)

// ByID indexes measures. Where an id comes twice, the measured one is kept; of two
// measured ones that which sorts first, whatever the order of the list.
func ByID(measures []observation.Measure) map[string]observation.Measure {
	found := byID(measures)
	index := make(map[string]observation.Measure, len(found))
	for id, m := range found {
		index[id] = *m
	}
	return index
}

// byID is ByID without copies of the measures.
func byID(measures []observation.Measure) map[string]*observation.Measure {
	index := make(map[string]*observation.Measure, len(measures))
	for i := range measures {
		m := &measures[i]
		if have, ok := index[m.ID]; !ok || precedes(*m, *have) {
			index[m.ID] = m
		}
	}
	return index
}

// of returns the measure of an id; the zero one where there is none.
func of(index map[string]*observation.Measure, id string) (m observation.Measure, ok bool) {
	if m := index[id]; m != nil {
		return *m, true
	}
	return observation.Measure{}, false
}

func precedes(a, b observation.Measure) bool {
	if (a.State == observation.Measured) != (b.State == observation.Measured) {
		return a.State == observation.Measured
	}
	return fmt.Sprint(a.State, a.Value, a.Bound, a.Cause, a.Source, a.Detail) < fmt.Sprint(b.State, b.Value, b.Bound, b.Cause, b.Source, b.Detail)
}
