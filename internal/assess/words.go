package assess

import (
	"fmt"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// filled puts numbers into a pattern of the rules: {value} is that of the measure,
// {threshold} that of the rule.
func filled(pattern string, value any, bound observation.Bound, threshold any) language.Message {
	m := language.Message{Pattern: pattern}
	give(&m, "value", valueOf(value, bound))
	give(&m, "threshold", valueOf(threshold, observation.Exact))
	return m
}

// give hands a message an argument, if its pattern asks for it.
func give(m *language.Message, name string, arg language.Arg) {
	if !strings.Contains(m.Pattern, "{"+name) {
		return
	}
	if m.Args == nil {
		m.Args = map[string]language.Arg{}
	}
	m.Args[name] = arg
}

// valueOf is a value inside a sentence: a number with its bound, or anything else as
// it is written.
func valueOf(value any, bound observation.Bound) language.Arg {
	if v, ok := value.(float64); ok {
		return language.Bounded(v, bound)
	}
	return language.Arg{Text: fmt.Sprint(value)}
}

// written is a value in English: 3, 0.42, 1,250.
func (r *Rules) written(value any) string {
	return r.english.TranslateArg(valueOf(value, observation.Exact))
}

// counted are the units of numbers, as a number stands before them.
var counted = map[string]language.Message{
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
		answer := answers[yes]
		return language.Arg{Message: &answer}
	}
	n := valueOf(value, bound)
	m, known := counted[unit]
	if !known || n.Number == nil {
		return n
	}
	m.Args = map[string]language.Arg{"n": n}
	return language.Arg{Message: &m}
}

var answers = map[bool]language.Message{true: language.M("yes"), false: language.M("no")}

// stageNames are the stages behind "it is".
var stageNames = map[Stage]language.Message{
	Emerging:    language.M("emerging"),
	MessyMiddle: language.M("in the messy middle"),
	Sustained:   language.M("sustained"),
	Fading:      language.M("fading"),
	Dormant:     language.M("dormant"),
	Sunset:      language.M("sunset"),
}

// anyOf lists stages: "in the messy middle or sustained".
func anyOf(stages []Stage) language.Arg {
	names := make([]any, len(stages))
	for i, s := range stages {
		names[i] = stageNames[s]
	}
	return language.Or(names...)
}

// supportNames are the supports inside a sentence.
var supportNames = map[string]language.Message{
	People:   language.M("people"),
	Momentum: language.M("momentum"),
	Upkeep:   language.M("upkeep"),
	Funding:  language.M("funding"),
}

// allOf lists supports: "people and upkeep". The number chooses the verb behind it:
// people are, momentum is.
func allOf(supports []string) (list language.Arg, number int) {
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

// causeWords say briefly why a measure is unknown, where a reader can do
// something about it.
var causeWords = map[observation.Cause]language.Message{
	observation.CauseNoVersion:      language.M("packages without a version"),
	observation.CauseNoDatabase:     language.M("no advisory database"),
	observation.CauseUnsupported:    language.M("no lockfile that can be read"),
	observation.CauseMissingObjects: language.M("files missing from the mirror"),
	observation.CauseOffline:        language.M("the network was off"),
	observation.CauseNoToken:        language.M("needs a token of the forge"),
}
