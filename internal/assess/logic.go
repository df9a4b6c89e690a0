package assess

import (
	"math"

	"github.com/midspan/midspan/internal/observation"
)

// truth is a value of Kleene's three-valued logic: what holds, what does not,
// and what unknown measures leave open.
type truth int

const (
	unsure truth = iota
	yes
	no
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth {
	switch t {
	case yes:
		return no
	case no:
		return yes
	}
	return unsure
}

// interval is all that is known of a number: it lies in [low, high].
type interval struct{ low, high float64 }

var anything = interval{math.Inf(-1), math.Inf(1)}

func exactly(v float64) interval { return interval{v, v} }

func (i interval) exact() bool { return i.low == i.high }

// compare decides "x operator threshold" for every x of the interval at once.
func (i interval) compare(operator string, threshold float64) truth {
	var all, none bool
	switch operator {
	case "<":
		all, none = i.high < threshold, i.low >= threshold
	case "<=":
		all, none = i.high <= threshold, i.low > threshold
	case ">":
		all, none = i.low > threshold, i.high <= threshold
	case ">=":
		all, none = i.low >= threshold, i.high < threshold
	}
	switch {
	case all:
		return yes
	case none:
		return no
	}
	return unsure
}

// knownOf returns what a measure says of its number. A bool counts as 0 or 1.
// Anything that is not a measured number could be anything.
func knownOf(m observation.Measure) interval {
	v, ok := m.Number()
	if !ok {
		return anything
	}
	switch m.Bound {
	case observation.AtLeast:
		return interval{v, math.Inf(1)}
	case observation.AtMost:
		return interval{math.Inf(-1), v}
	}
	return exactly(v)
}
