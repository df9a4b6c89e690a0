// Package policy evaluates the named conditions of a policy file for one good: each
// passes, fails or is unknown, and what is unknown never passes.
//
// It reads the verdict, measures and findings of a run. It measures nothing, reads no
// repository and knows no report.
package policy

import (
	"fmt"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/observation"
)

// Outcome is the result of a condition or of a whole policy.
type Outcome string

// The outcomes. Unknown is neither of the others.
const (
	Pass    Outcome = "pass"
	Fail    Outcome = "fail"
	Unknown Outcome = "unknown"
)

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

	conditions []condition
	defs       map[string]observation.Definition
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
}

// Result is that of a policy for one good.
type Result struct {
	Policy     string            `json:"policy"`
	PolicyName string            `json:"policyName"`
	Source     string            `json:"source,omitempty"`
	Good       string            `json:"good"`
	Name       string            `json:"name"`
	Outcome    Outcome           `json:"outcome"`
	Conditions []ConditionResult `json:"conditions"`
}

// ConditionResult is the result of one condition.
type ConditionResult struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Outcome Outcome `json:"outcome"`
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

// Summary sums the result up, in English: how it ended, and how many conditions ended how.
func (r Result) Summary() string {
	texts := map[Outcome]string{Pass: "passes", Fail: "fails", Unknown: "unknown, which is no pass"}
	return fmt.Sprintf("%s (%d pass, %d fail, %d unknown)", texts[r.Outcome], r.Count(Pass), r.Count(Fail), r.Count(Unknown))
}

// Evaluate evaluates every condition for a good. The policy passes where all of them
// do, and fails where one does. Where the good was last observed too long before
// as-of, every condition is unknown.
func (p *Policy) Evaluate(s Subject) Result {
	r := Result{Policy: p.ID, PolicyName: p.Name, Source: p.Source, Good: s.ID, Name: s.Name, Conditions: []ConditionResult{}}
	e := newEvaluation(p, s)
	var all []kleene.Truth
	for _, c := range p.conditions {
		truth, evidence := e.evaluate(c.test)
		if s.Verdict.Stale {
			truth, evidence = kleene.Unknown, append([]Evidence{staleEvidence(s)}, evidence...)
		}
		result := ConditionResult{ID: c.id, Title: c.title, Outcome: outcomeOf(truth), Because: because(evidence), Evidence: evidence}
		if result.Outcome == Fail {
			result.Remedy = c.remedy
		}
		all = append(all, truth)
		r.Conditions = append(r.Conditions, result)
	}
	r.Outcome = outcomeOf(kleene.All(all...))
	return r
}

// staleEvidence tells that a good was last observed too long ago.
func staleEvidence(s Subject) Evidence {
	at := s.Verdict.ObservedUntil
	return Evidence{State: observation.Unknown, Cause: observation.CauseStale, At: at,
		Text: "It was last seen on " + at.UTC().Format(time.DateOnly) + ", too long ago to speak of today. Then:"}
}
