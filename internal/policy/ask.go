package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// asking is a policy that is asked of one good.
type asking struct {
	policy   *Policy
	subject  Subject
	measures map[string]observation.Measure
}

func newAsking(p *Policy, s Subject) asking {
	a := asking{p, s, make(map[string]observation.Measure, len(s.Measures))}
	for _, m := range s.Measures {
		a.measures[m.ID] = m
	}
	return a
}

// measure returns what is known of a measure; unknown where a report of another
// version does not hold it.
func (a asking) measure(id string) observation.Measure {
	if m, ok := a.measures[id]; ok {
		return m
	}
	return a.policy.defs[id].UnknownFor(observation.CauseNoSource, "the report does not hold it")
}

// ask answers a test, with what it read.
func (a asking) ask(t test) (assess.Truth, []Evidence) {
	switch {
	case t.question != nil:
		return a.askMeasure(*t.question)
	case t.among != nil:
		return a.askListed(*t.among)
	case t.findings != nil:
		return a.askFindings(*t.findings)
	case t.stages != nil:
		return a.askStage(t.stages)
	case t.pillar != "":
		return a.askLevel(t.pillar, t.levels)
	case t.not != nil:
		truth, evidence := a.ask(*t.not)
		return assess.Not(truth), evidence
	case t.unseen != "":
		return a.askUnseen(t)
	case t.any != nil:
		return a.join(t.any, assess.Any)
	}
	return a.join(t.all, assess.All)
}

func (a asking) join(tests []test, how func(...assess.Truth) assess.Truth) (assess.Truth, []Evidence) {
	var answers []assess.Truth
	var all []Evidence
	for _, t := range tests {
		truth, evidence := a.ask(t)
		answers, all = append(answers, truth), append(all, evidence...)
	}
	return how(answers...), all
}

// askUnseen answers what cannot be asked exactly: yes where something holds
// that is enough for it, no where something does not that it needs.
func (a asking) askUnseen(t test) (assess.Truth, []Evidence) {
	all := []Evidence{{State: observation.Unknown, Cause: observation.CauseUnsupported, Text: t.unseen}}
	for _, half := range []struct {
		test    *test
		decides assess.Truth
	}{{t.enough, assess.Yes}, {t.needs, assess.No}} {
		if half.test == nil {
			continue
		}
		truth, evidence := a.ask(*half.test)
		if truth == half.decides {
			return truth, evidence
		}
		all = append(all, evidence...)
	}
	return assess.Unsure, all
}

func (a asking) askMeasure(q assess.Question) (assess.Truth, []Evidence) {
	m := a.measure(q.Measure)
	return q.Ask(m), []Evidence{a.evidence(m, q.Operator, q.Threshold, wanted(q.Operator, q.Threshold))}
}

// listed asks whether every item of a measured list or text is an allowed one.
type listed struct {
	measure string
	items   []string
}

func (a asking) askListed(l listed) (assess.Truth, []Evidence) {
	m := a.measure(l.measure)
	evidence := []Evidence{a.evidence(m, "among", l.items, "one of "+strings.Join(l.items, ", "))}
	items, ok := m.List()
	if text, is := m.Text(); is {
		items, ok = []string{text}, true
	}
	allowed := func(item string) bool {
		return slices.ContainsFunc(l.items, func(a string) bool { return strings.EqualFold(a, item) })
	}
	switch {
	case m.State == observation.NotApplicable:
		return assess.No, evidence
	case !ok:
		return assess.Unsure, evidence
	case slices.ContainsFunc(items, func(item string) bool { return !allowed(item) }):
		return assess.No, evidence
	case m.Bound != observation.Exact:
		return assess.Unsure, evidence
	}
	return truthOf(len(items) > 0), evidence
}

func truthOf(b bool) assess.Truth {
	if b {
		return assess.Yes
	}
	return assess.No
}

// askStage asks of the stage. What could not be assessed is unknown, and what
// unknown measures leave open counts.
func (a asking) askStage(stages []assess.Stage) (assess.Truth, []Evidence) {
	v := a.subject.Verdict
	evidence := Evidence{State: observation.Measured, Value: string(v.Stage), Operator: "in", Threshold: texts(stages), At: v.ObservedUntil,
		Text: fmt.Sprintf("The stage is %s; wanted %s.", v.Stage, strings.Join(texts(stages), " or "))}
	if v.Stage == assess.Unassessed {
		evidence.State = observation.Unknown
		return assess.Unsure, []Evidence{evidence}
	}
	return assess.Among(v.Possible, stages), []Evidence{evidence}
}

func (a asking) askLevel(pillar string, levels []assess.Level) (assess.Truth, []Evidence) {
	for _, p := range append([]assess.Pillar{a.subject.Verdict.Load}, a.subject.Verdict.Supports...) {
		if p.ID != pillar {
			continue
		}
		evidence := Evidence{State: observation.Measured, Value: string(p.Level), Operator: "in", Threshold: texts(levels),
			Text: fmt.Sprintf("%s is %s; wanted %s.", upper(pillar), p.Level, strings.Join(texts(levels), " or "))}
		if p.Level == assess.LevelUnknown {
			evidence.State = observation.Unknown
		}
		return assess.Among(p.Possible, levels), []Evidence{evidence}
	}
	return assess.Unsure, []Evidence{{State: observation.Unknown, Text: upper(pillar) + " was not judged."}}
}

// evidence says in words what was found of a measure and what was wanted.
func (a asking) evidence(m observation.Measure, operator string, threshold any, wanted string) Evidence {
	e := Evidence{Measure: m.ID, State: m.State, Value: m.Value, Bound: m.Bound, Unit: m.Unit, Operator: operator, Threshold: threshold, Cause: m.Cause, Source: m.Source, At: m.At}
	name := a.policy.defs[m.ID].Name
	switch m.State {
	case observation.Measured:
		e.Text = fmt.Sprintf("%s: %s; wanted %s.", name, boundWords[m.Bound]+counted(m.Value, m.Unit), wanted)
	case observation.NotApplicable:
		e.Text = fmt.Sprintf("%s: does not apply; wanted %s.", name, wanted)
	default:
		e.Text = fmt.Sprintf("%s: unknown (%s); wanted %s.", name, strings.ReplaceAll(string(m.Cause), "-", " "), wanted)
	}
	return e
}

var boundWords = map[observation.Bound]string{observation.AtLeast: "at least ", observation.AtMost: "at most "}

var operatorWords = map[string]string{"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}

func wanted(operator string, threshold any) string {
	return operatorWords[operator] + plainly(threshold)
}

func plainly(value any) string {
	switch v := value.(type) {
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []string:
		if len(v) == 0 {
			return "none"
		}
		return strings.Join(v, ", ")
	}
	return fmt.Sprint(value)
}

// counted writes a value with its unit, one of it in the singular.
func counted(value any, unit string) string {
	if value == 1.0 {
		unit = singular(unit)
	}
	return strings.TrimSpace(plainly(value) + " " + unit)
}

func singular(unit string) string {
	switch {
	case unit == "people":
		return "person"
	case strings.HasSuffix(unit, "ies"):
		return strings.TrimSuffix(unit, "ies") + "y"
	}
	return strings.TrimSuffix(unit, "s")
}

func because(evidence []Evidence) string {
	var said []string
	for _, e := range evidence {
		if !slices.Contains(said, e.Text) {
			said = append(said, e.Text)
		}
	}
	return strings.Join(said, " ")
}

func texts[T ~string](items []T) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = string(item)
	}
	return all
}

func upper(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
