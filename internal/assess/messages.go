package assess

import (
	"fmt"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// fillPattern fills a pattern of the rules: {value} is that of the measure,
// {threshold} that of the rule.
func fillPattern(pattern string, value any, bound observation.Bound, threshold any) language.Message {
	m := language.Message{Pattern: pattern}
	setArg(&m, "value", valueArg(value, bound))
	setArg(&m, "threshold", valueArg(threshold, observation.Exact))
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

// unitMessages are a number with its unit, by unit.
var unitMessages = map[string]language.Message{
	"people":        language.M("{n|person|people}"),
	"organizations": language.M("{n|organization|organizations}"),
	"countries":     language.M("{n|country|countries}"),
	"goods":         language.M("{n|good|goods}"),
	"commits":       language.M("{n|commit|commits}"),
	"ratio":         language.M("{n} ratio"),
	"months":        language.M("{n|month|months}"),
	"days":          language.M("{n|day|days}"),
	"releases":      language.M("{n|release|releases}"),
	"changes":       language.M("{n|change|changes}"),
	"findings":      language.M("{n|finding|findings}"),
	"packages":      language.M("{n|package|packages}"),
	"files":         language.M("{n|file|files}"),
	"points of 10":  language.M("{n|point of 10|points of 10}"),
}

// quantity is a value with its unit: "3 people", "1 person", "at least 2 days".
func quantity(value any, bound observation.Bound, unit string) language.Arg {
	if yes, ok := value.(bool); ok {
		answer := yesNo[yes]
		return language.Arg{Message: &answer}
	}
	n := valueArg(value, bound)
	m, known := unitMessages[unit]
	if !known || n.Number == nil {
		return n
	}
	m.Args = map[string]language.Arg{"n": n}
	return language.Arg{Message: &m}
}

var yesNo = map[bool]language.Message{true: language.M("yes"), false: language.M("no")}

// stageNames are the stages as they follow "it is".
var stageNames = map[Stage]language.Message{
	Emerging:    language.M("emerging"),
	MessyMiddle: language.M("in the messy middle"),
	Sustained:   language.M("sustained"),
	Fading:      language.M("fading"),
	Dormant:     language.M("dormant"),
	Sunset:      language.M("sunset"),
}

// orStages lists stages: "in the messy middle or sustained".
func orStages(stages []Stage) language.Arg {
	names := make([]any, len(stages))
	for i, s := range stages {
		names[i] = stageNames[s]
	}
	return language.Or(names...)
}

// supportNames are the supports as they stand inside a sentence.
var supportNames = map[string]language.Message{
	People:   language.M("people"),
	Momentum: language.M("momentum"),
	Upkeep:   language.M("upkeep"),
	Funding:  language.M("funding"),
}

// andSupports lists supports: "people and upkeep". number selects the form of the verb
// that follows: people are, momentum is.
func andSupports(supports []string) (list language.Arg, number int) {
	names := make([]any, len(supports))
	for i, id := range supports {
		names[i] = supportNames[id]
	}
	if len(supports) == 1 && supports[0] == People {
		return language.And(names...), 2
	}
	return language.And(names...), len(supports)
}

var months = [...]language.Message{
	language.M("January"), language.M("February"), language.M("March"), language.M("April"),
	language.M("May"), language.M("June"), language.M("July"), language.M("August"),
	language.M("September"), language.M("October"), language.M("November"), language.M("December"),
}

// longDay is a day in UTC with its month in full.
func longDay(t time.Time) language.Message {
	t = t.UTC()
	return language.M("{day} {month} {year}", "day", fmt.Sprint(t.Day()), "month", months[t.Month()-1], "year", fmt.Sprint(t.Year()))
}

// causeMessages are short texts for the causes about which a reader can do something.
var causeMessages = map[observation.Cause]language.Message{
	observation.CauseNoVersion:      language.M("packages without a version"),
	observation.CauseNoDatabase:     language.M("no advisory database"),
	observation.CauseUnsupported:    language.M("no lockfile that can be read"),
	observation.CauseMissingObjects: language.M("files missing from the mirror"),
	observation.CauseOffline:        language.M("the network was off"),
	observation.CauseNoToken:        language.M("needs a token of the forge"),
}
