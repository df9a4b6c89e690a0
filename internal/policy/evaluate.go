package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/wording"
)

// evaluation evaluates a policy for one good.
type evaluation struct {
	policy   *Policy
	subject  Subject
	measures map[string]observation.Measure
}

func newEvaluation(p *Policy, s Subject) evaluation {
	e := evaluation{p, s, make(map[string]observation.Measure, len(s.Measures))}
	for _, m := range s.Measures {
		e.measures[m.ID] = m
	}
	return e
}

// measure returns a measure of the good; an unknown one where a report of another
// version does not have it.
func (e evaluation) measure(id string) observation.Measure {
	if m, ok := e.measures[id]; ok {
		return m
	}
	return e.policy.defs[id].UnknownFor(observation.CauseNoSource, "the report does not hold it")
}

// evaluate evaluates a test, and returns the evidence that it read.
func (e evaluation) evaluate(t test) (kleene.Truth, []Evidence) {
	switch {
	case t.comparison != nil:
		return e.evaluateMeasure(*t.comparison)
	case t.membership != nil:
		return e.evaluateMembership(*t.membership)
	case t.findings != nil:
		return e.evaluateFindings(*t.findings)
	case t.stages != nil:
		return e.evaluateStage(t.stages)
	case t.pillar != "":
		return e.evaluateLevel(t.pillar, t.levels)
	case t.not != nil:
		truth, evidence := e.evaluate(*t.not)
		return truth.Not(), evidence
	case t.unseen != "":
		return e.evaluateUnseen(t)
	case t.any != nil:
		return e.join(t.any, kleene.Any)
	}
	return e.join(t.all, kleene.All)
}

func (e evaluation) join(tests []test, how func(...kleene.Truth) kleene.Truth) (kleene.Truth, []Evidence) {
	var answers []kleene.Truth
	var all []Evidence
	for _, t := range tests {
		truth, evidence := e.evaluate(t)
		answers, all = append(answers, truth), append(all, evidence...)
	}
	return how(answers...), all
}

// evaluateUnseen evaluates a criterion that no measure gives exactly: true where a
// sufficient test holds, false where a necessary one fails.
func (e evaluation) evaluateUnseen(t test) (kleene.Truth, []Evidence) {
	all := []Evidence{{State: observation.Unknown, Cause: observation.CauseUnsupported, Text: t.unseen}}
	for _, half := range []struct {
		test    *test
		decides kleene.Truth
	}{{t.enough, kleene.True}, {t.needs, kleene.False}} {
		if half.test == nil {
			continue
		}
		truth, evidence := e.evaluate(*half.test)
		if truth == half.decides {
			return truth, evidence
		}
		all = append(all, evidence...)
	}
	return kleene.Unknown, all
}

func (e evaluation) evaluateMeasure(q assess.Comparison) (kleene.Truth, []Evidence) {
	m := e.measure(q.Measure)
	evidence := e.evidence(m, q.Operator, q.Threshold, wanted(q.Operator, q.Threshold))
	if inconclusive(m) {
		return kleene.Unknown, []Evidence{evidence}
	}
	truth, since := e.evaluateSince(q, m)
	evidence.Text += since
	return truth, []Evidence{evidence}
}

// inconclusive reports whether a measure that does not apply says neither yes nor no: a
// check of Scorecard, which calls it inconclusive (a repository without a workflow has done
// nothing wrong in one), and what a forge would say of a repository at no public host, or of
// a list that is switched off.
func inconclusive(m observation.Measure) bool {
	return m.State == observation.NotApplicable &&
		(strings.HasPrefix(m.ID, observation.PosturePrefix) || strings.HasPrefix(m.ID, observation.ForgePrefix))
}

// membership tests whether every item of a measured list or text is an allowed one, or
// whether a list has one of them.
type membership struct {
	measure string
	items   []string
	has     bool
}

// evaluateHas tests whether a list has one of the items. A list that is known in part may
// have it, too.
func (e evaluation) evaluateHas(l membership) (kleene.Truth, []Evidence) {
	m := e.measure(l.measure)
	evidence := []Evidence{e.evidence(m, "has", l.items, "one of "+strings.Join(l.items, ", "))}
	items, known := m.List()
	switch {
	case m.State == observation.NotApplicable:
		return kleene.False, evidence
	case !known:
		return kleene.Unknown, evidence
	case slices.ContainsFunc(items, func(item string) bool { return slices.Contains(l.items, item) }):
		return kleene.True, evidence
	case m.Bound != observation.Exact:
		return kleene.Unknown, evidence
	}
	return kleene.False, evidence
}

func (e evaluation) evaluateMembership(l membership) (kleene.Truth, []Evidence) {
	if l.has {
		return e.evaluateHas(l)
	}
	m := e.measure(l.measure)
	evidence := []Evidence{e.evidence(m, "among", l.items, "one of "+strings.Join(l.items, ", "))}
	items, ok := m.List()
	if text, is := m.Text(); is {
		items, ok = []string{text}, true
	}
	allowed := func(item string) bool {
		return slices.ContainsFunc(l.items, func(a string) bool { return strings.EqualFold(a, item) })
	}
	switch {
	case m.State == observation.NotApplicable:
		return kleene.False, evidence
	case !ok:
		return kleene.Unknown, evidence
	case slices.ContainsFunc(items, func(item string) bool { return !allowed(item) }):
		return kleene.False, evidence
	case m.Bound != observation.Exact:
		return kleene.Unknown, evidence
	}
	return kleene.Of(len(items) > 0), evidence
}

// evaluateStage tests the stage. It is unknown for an unassessed good, and where only
// some of the possible stages are wanted.
func (e evaluation) evaluateStage(stages []assess.Stage) (kleene.Truth, []Evidence) {
	v := e.subject.Verdict
	evidence := Evidence{State: observation.Measured, Value: string(v.Stage), Operator: "in", Threshold: toStrings(stages), At: v.ObservedUntil,
		Text: fmt.Sprintf("The stage is %s; wanted %s.", stageNames(v.Stage), stageNames(stages...)) + e.asOf(v.ObservedUntil)}
	if v.Stage == assess.Unassessed {
		evidence.State = observation.Unknown
		return kleene.Unknown, []Evidence{evidence}
	}
	return kleene.Among(v.Possible, stages), []Evidence{evidence}
}

// stageNames joins the names of stages: "messy middle or strained".
func stageNames(stages ...assess.Stage) string {
	names := make([]string, len(stages))
	for i, stage := range stages {
		names[i] = english.TranslateMessage(wording.Stage(stage))
	}
	return strings.Join(names, " or ")
}

func (e evaluation) evaluateLevel(pillar string, levels []assess.Level) (kleene.Truth, []Evidence) {
	for _, p := range e.subject.Verdict.Pillars() {
		if p.ID != pillar {
			continue
		}
		known := language.English().TranslateMessage(wording.Levels(p.Possible))
		evidence := Evidence{State: observation.Measured, Value: string(p.Level), Operator: "in", Threshold: toStrings(levels),
			Text: fmt.Sprintf("%s is %s; wanted %s.", upper(pillar), known, strings.Join(toStrings(levels), " or ")) +
				e.asOf(e.subject.Verdict.ObservedUntil)}
		if p.Level == assess.LevelUnknown {
			evidence.State = observation.Unknown
		}
		return kleene.Among(p.Possible, levels), []Evidence{evidence}
	}
	return kleene.Unknown, []Evidence{{State: observation.Unknown, Text: upper(pillar) + " was not judged."}}
}

// evidence is a measure with a sentence on what was found and what was wanted.
func (e evaluation) evidence(m observation.Measure, operator string, threshold any, wanted string) Evidence {
	found := Evidence{Measure: m.ID, State: m.State, Value: m.Value, Bound: m.Bound, Unit: m.Unit, Operator: operator, Threshold: threshold, Cause: m.Cause,
		Source: m.Source, At: m.At}
	name := e.policy.defs[m.ID].Name
	if inconclusive(m) {
		found.Text = fmt.Sprintf("%s: does not apply, which says neither yes nor no; wanted %s.", name, wanted)
		return found
	}
	switch m.State {
	case observation.Measured:
		found.Text = fmt.Sprintf("%s: %s; wanted %s.", name, withUnit(m), wanted)
	case observation.NotApplicable:
		found.Text = fmt.Sprintf("%s: does not apply; wanted %s.", name, wanted)
	default:
		found.Text = fmt.Sprintf("%s: unknown (%s); wanted %s.", name, strings.ReplaceAll(string(m.Cause), "-", " "), wanted)
	}
	return found
}

// english is the language of a policy's results.
var english = language.English()

var boundWords = map[observation.Bound]string{observation.AtLeast: "at least ", observation.AtMost: "at most "}

var operatorWords = map[string]string{"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}

func wanted(operator string, threshold any) string {
	return operatorWords[operator] + formatValue(threshold)
}

func formatValue(value any) string {
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

// withUnit writes a value with its bound and its unit, as the pages do. A no, or an empty
// list, of which only a bound is known was not seen so far.
func withUnit(m observation.Measure) string {
	items, isList := m.List()
	switch v, is := m.Value.(float64); {
	case is:
		return english.TranslateMessage(wording.Quantity(language.Bounded(v, m.Bound), m.Unit))
	case m.Bound != observation.Exact && (m.Value == false || isList && len(items) == 0):
		return english.TranslateMessage(wording.NotSeen())
	}
	return strings.TrimSpace(boundWords[m.Bound] + formatValue(m.Value) + " " + string(m.Unit))
}

func because(evidence []Evidence) string {
	var sentences []string
	for _, e := range evidence {
		if !slices.Contains(sentences, e.Text) {
			sentences = append(sentences, e.Text)
		}
	}
	return strings.Join(sentences, " ")
}

func toStrings[T ~string](items []T) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = string(item)
	}
	return all
}

func upper(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
