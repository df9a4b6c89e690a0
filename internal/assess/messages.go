package assess

import (
	"fmt"
	"math"
	"strings"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/wording"
)

// fill fills a pattern of the rules: {value} is that of the measure, {threshold} that of
// the rule; other names are those of With. A number of days is a time with its unit, given
// in years where it is long, unless the pattern writes the word itself.
func (r Reason) fill(pattern string) language.Message {
	m := language.Message{Pattern: pattern}
	value, threshold := valueArg(r.Value, r.Bound), valueArg(r.Threshold, observation.Exact)
	if r.Unit == observation.UnitRatio {
		value, threshold = quantity(r.Value, r.Bound, r.Unit), quantity(r.Threshold, observation.Exact, r.Unit)
	}
	if days, ok := r.Value.(float64); ok && r.Unit == observation.UnitDays && !strings.Contains(pattern, "{value|") {
		time := wording.Days(days, r.Bound)
		value = language.Arg{Message: &time}
	}
	if days, ok := r.Threshold.(float64); ok && r.Unit == observation.UnitDays && !strings.Contains(pattern, "{threshold|") {
		time := wording.Period(days)
		threshold = language.Arg{Message: &time}
	}
	setArg(&m, "value", value)
	setArg(&m, "threshold", threshold)
	for name, n := range r.With {
		setArg(&m, name, valueArg(n, observation.Exact))
	}
	return m
}

// setArg sets an argument of a message, if its pattern has it.
func setArg(m *language.Message, name string, arg language.Arg) {
	if !strings.Contains(m.Pattern, "{"+name) {
		return
	}
	if m.Args == nil {
		m.Args = map[string]language.Arg{}
	}
	m.Args[name] = arg
}

// valueArg is a value as an argument: a number with its bound, or a text.
func valueArg(value any, bound observation.Bound) language.Arg {
	if v, ok := value.(float64); ok {
		return language.Bounded(v, bound)
	}
	return language.Arg{Text: fmt.Sprint(value)}
}

// formatValue writes a value in English: 3, 0.42, 1,250.
func (r *Rules) formatValue(value any) string {
	return r.english.TranslateArg(valueArg(value, observation.Exact))
}

// quantity is a value with its unit: "3 people", "1 person", "at least 2 days".
func quantity(value any, bound observation.Bound, unit observation.Unit) language.Arg {
	if yes, ok := value.(bool); ok {
		answer := wording.YesNo(yes)
		if !yes && bound != observation.Exact {
			answer = wording.NotSeen()
		}
		return language.Arg{Message: &answer}
	}
	n := valueArg(value, bound)
	if unit == "" || n.Number == nil {
		return n
	}
	m := wording.Quantity(n, unit)
	switch unit {
	case observation.UnitDays:
		m = wording.Days(*n.Number, bound)
	case observation.UnitRatio:
		m = language.M("{n} %", "n", language.Bounded(math.Round(100**n.Number), bound))
	}
	return language.Arg{Message: &m}
}

// andSupports lists supports: "people and upkeep". number selects the form of the verb
// that follows: people are, momentum is.
func andSupports(supports []string) (list language.Arg, number int) {
	names := make([]any, len(supports))
	for i, id := range supports {
		names[i] = wording.Support(id)
	}
	if len(supports) == 1 && supports[0] == People {
		return language.And(names...), 2
	}
	return language.And(names...), len(supports)
}
