// Package policy evaluates the named conditions of a policy file for one good: each
// passes, fails or is unknown, and what is unknown never passes.
//
// It reads the verdict, measures and findings of a run. It measures nothing, reads no
// repository and knows no report.
package policy

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/observation"
)

// Outcome is the result of a condition or of a whole policy.
type Outcome string

// The outcomes. Unknown is neither pass nor fail. A condition is never partial.
const (
	Pass    Outcome = "pass"
	Fail    Outcome = "fail"
	Unknown Outcome = "unknown"
	// Partial is the outcome of a policy that passes in every condition that can be seen
	// from here, while it has others: it is no pass.
	Partial Outcome = "partial"
)

// Outcomes lists the outcomes of a policy, from the best to the worst.
func Outcomes() []Outcome { return []Outcome{Pass, Partial, Unknown, Fail} }

// Worse returns the outcome of two that decides for both; an empty one is that of nothing.
func Worse(a, b Outcome) Outcome {
	if slices.Index(Outcomes(), b) > slices.Index(Outcomes(), a) {
		return b
	}
	return a
}

func outcomeOf(t kleene.Truth) Outcome {
	switch t {
	case kleene.True:
		return Pass
	case kleene.False:
		return Fail
	}
	return Unknown
}

// Policy is a list of named conditions. It is safe for concurrent use.
type Policy struct {
	ID     string
	Name   string
	Source string // where the criteria are published
	About  string // what the policy requires, and what it cannot see
	Digest string // SHA-256 of its file, in hexadecimal

	conditions []condition
	defs       map[string]observation.Definition
}

// Titles yields the id and the title of each condition, in order.
func (p *Policy) Titles() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, c := range p.conditions {
			if !yield(c.id, c.title) {
				return
			}
		}
	}
}

// condition is one named condition.
type condition struct {
	id, title, remedy string
	test              test
}

// test is what a condition tests. Exactly one of its kinds is set; enough and needs
// stand beside unseen only.
type test struct {
	comparison *assess.Comparison
	membership *membership
	findings   *findingsTest
	stages     []assess.Stage
	pillar     string
	levels     []assess.Level
	all, any   []test
	not        *test

	unseen        string // why no measure gives it exactly
	enough, needs *test  // it passes where enough holds and fails where needs does not
}

// Subject is the good that a policy is evaluated for.
type Subject struct {
	ID       string
	Name     string
	AsOf     time.Time
	Verdict  assess.Verdict
	Measures []observation.Measure // merged over the repositories
	Findings []observation.Finding // of all repositories
	Unread   int                   // repositories of which nothing was read
}

// Result is that of a policy for one good.
type Result struct {
	Policy     string  `json:"policy"`
	PolicyName string  `json:"policyName"`
	Source     string  `json:"source,omitempty"`
	Good       string  `json:"good"`
	Name       string  `json:"name"`
	Outcome    Outcome `json:"outcome"`
	// Tolerated is what was not known where a condition passes and the policy says that so
	// much may be missing: "1 of 2334 packages not matched".
	Tolerated  []string          `json:"tolerated,omitempty"`
	Conditions []ConditionResult `json:"conditions"`
}

// ConditionResult is the result of one condition.
type ConditionResult struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Outcome Outcome `json:"outcome"`
	// Unseen is set where it is unknown because nobody can see it from here.
	Unseen bool `json:"unseen,omitempty"`
	// Because tells what was found and what was wanted.
	Because string `json:"because"`
	// Remedy is what to do where the condition fails.
	Remedy   string     `json:"remedy,omitempty"`
	Evidence []Evidence `json:"evidence"`
}

// Evidence is one measure or count that a condition read.
type Evidence struct {
	Measure   string            `json:"measure,omitempty"`
	State     observation.State `json:"state"`
	Value     any               `json:"value,omitempty"`
	Bound     observation.Bound `json:"bound,omitempty"`
	Unit      observation.Unit  `json:"unit,omitempty"`
	Operator  string            `json:"operator,omitempty"`
	Threshold any               `json:"threshold,omitempty"`
	Cause     observation.Cause `json:"cause,omitempty"`
	Source    string            `json:"source,omitempty"`
	At        time.Time         `json:"at,omitzero"`
	// Tolerated is what is not known and, as the policy says, may be missing.
	Tolerated string `json:"tolerated,omitempty"`
	// Text is the same as a sentence.
	Text string `json:"text"`
}

// Count counts the conditions with an outcome.
func (r Result) Count(o Outcome) int {
	n := 0
	for _, a := range r.Conditions {
		if a.Outcome == o {
			n++
		}
	}
	return n
}

// CountUnseen counts the conditions that cannot be seen from here.
func (r Result) CountUnseen() int {
	n := 0
	for _, a := range r.Conditions {
		if a.Unseen {
			n++
		}
	}
	return n
}

// Summary sums the result up, in English: how it ended, and how many conditions ended how.
func (r Result) Summary() string {
	texts := map[Outcome]string{Pass: "passes", Fail: "fails", Unknown: "unknown, which is no pass",
		Partial: "passes what can be seen from here, which is no pass"}
	text := texts[r.Outcome]
	if len(r.Tolerated) > 0 && r.Outcome != Fail {
		text += ", " + strings.Join(r.Tolerated, ", ")
	}
	counts := fmt.Sprintf("%d pass, %d fail, %d unknown", r.Count(Pass), r.Count(Fail), r.Count(Unknown)-r.CountUnseen())
	if n := r.CountUnseen(); n > 0 {
		counts += fmt.Sprintf(", %d cannot be seen", n)
	}
	return text + " (" + counts + ")"
}

// Evaluate evaluates every condition for a good. The policy passes where all of them
// do, and fails where one does. Where the good was last observed too long before
// as-of, every condition is unknown.
func (p *Policy) Evaluate(s Subject) Result {
	r := Result{Policy: p.ID, PolicyName: p.Name, Source: p.Source, Good: s.ID, Name: s.Name, Conditions: []ConditionResult{}}
	e := newEvaluation(p, s)
	for _, c := range p.conditions {
		result := e.condition(c)
		for _, found := range result.Evidence {
			if result.Outcome == Pass && found.Tolerated != "" && !slices.Contains(r.Tolerated, found.Tolerated) {
				r.Tolerated = append(r.Tolerated, found.Tolerated)
			}
		}
		r.Conditions = append(r.Conditions, result)
	}
	r.Outcome = r.outcome()
	return r
}

// condition evaluates one condition.
func (e evaluation) condition(c condition) ConditionResult {
	truth, evidence := e.evaluate(c.test)
	unseen := truth == kleene.Unknown && e.isUnseen(c.test)
	if e.subject.Verdict.Stale {
		truth, evidence = kleene.Unknown, append([]Evidence{staleEvidence(e.subject)}, evidence...)
	}
	result := ConditionResult{ID: c.id, Title: c.title, Outcome: outcomeOf(truth), Unseen: unseen, Because: because(evidence), Evidence: evidence}
	if result.Outcome == Fail {
		result.Remedy = c.remedy
	}
	return result
}

// isUnseen reports whether a test that is unknown could not be decided by anything that is
// measured: what it needs is there.
func (e evaluation) isUnseen(t test) bool {
	if t.unseen == "" || t.needs == nil {
		return t.unseen != ""
	}
	truth, _ := e.evaluate(*t.needs)
	return truth == kleene.True
}

// outcome is the outcome of all conditions together.
func (r Result) outcome() Outcome {
	unknown, unseen := r.Count(Unknown), r.CountUnseen()
	switch {
	case r.Count(Fail) > 0:
		return Fail
	case unknown == 0:
		return Pass
	case unknown > unseen || r.Count(Pass) == 0:
		return Unknown
	}
	return Partial
}

// staleEvidence tells that a good was last observed too long ago.
func staleEvidence(s Subject) Evidence {
	at := s.Verdict.ObservedUntil
	return Evidence{State: observation.Unknown, Cause: observation.CauseStale, At: at,
		Text: "It was last seen on " + at.UTC().Format(time.DateOnly) + ", too long ago to speak of today. Then:"}
}
