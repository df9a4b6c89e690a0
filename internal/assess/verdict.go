// Package assess turns the measures of a good into a verdict: levels of load
// and of each support, a stage, and the reasons for it.
//
// It reads measures and rules only: no repository, no store, no clock.
package assess

import (
	"time"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// Stage is the stage of a good. Every good has exactly one.
type Stage string

// The stages of the design.
const (
	Emerging    Stage = "emerging"
	MessyMiddle Stage = "messy-middle"
	Strained    Stage = "strained"
	Sustained   Stage = "sustained"
	Fading      Stage = "fading"
	Dormant     Stage = "dormant"
	Sunset      Stage = "sunset"
	Unassessed  Stage = "unassessed"
)

// Flagged reports whether the stage is one of concern: too few supports hold.
func (s Stage) Flagged() bool { return s == MessyMiddle || s == Strained || s.Ending() }

// Ending reports whether work on a good of the stage runs out or is over.
func (s Stage) Ending() bool { return s == Fading || s == Dormant || s == Sunset }

// Level is how much of something a good has.
type Level string

// The levels, from most to least; LevelUnknown where unknown measures decide.
const (
	Strong       Level = "strong"
	Fair         Level = "fair"
	Weak         Level = "weak"
	Missing      Level = "missing"
	LevelUnknown Level = "unknown"
)

// The ids of load and of the four supports.
const (
	Load     = "load"
	People   = "people"
	Momentum = "momentum"
	Upkeep   = "upkeep"
	Funding  = "funding"
)

// PillarIDs lists load and then the four supports, in the order in which they are shown.
func PillarIDs() []string { return []string{Load, People, Momentum, Upkeep, Funding} }

// Range is a score from 0 to 100 with what unknown measures leave open. Score
// is nil where nothing is known.
type Range struct {
	Score *float64 `json:"score,omitempty"`
	Low   float64  `json:"low"`
	High  float64  `json:"high"`
}

// Pillar is load or one support.
type Pillar struct {
	ID    string `json:"id"`
	Level Level  `json:"level"`
	// Possible are the levels that the unknown measures leave open; one where
	// the level is certain.
	Possible []Level `json:"possible"`
	Score    Range   `json:"score"`
	// Reasons are the rules that decided the level.
	Reasons []Reason `json:"reasons"`
}

// Reason is a rule that fired, with its numbers.
type Reason struct {
	Rule string `json:"rule"`
	// Sentence is for readers and holds the numbers.
	Sentence string `json:"sentence"`
	Measure  string `json:"measure"`
	// Value and Threshold are numbers, or texts where the measure is one.
	Value     any               `json:"value,omitempty"`
	Bound     observation.Bound `json:"bound,omitempty"`
	Operator  string            `json:"operator,omitempty"` // <, <=, >, >=, is
	Threshold any               `json:"threshold,omitempty"`
	Unit      observation.Unit  `json:"unit,omitempty"`
	Source    string            `json:"source,omitempty"`
	// Repository is the one that it speaks of, as owner/name, where the good has several.
	Repository string    `json:"repository,omitempty"`
	At         time.Time `json:"at,omitzero"`
	// With are other measured numbers that the sentence holds, by their name in the
	// pattern.
	With map[string]float64 `json:"with,omitempty"`
	// Concern is set where the answer is not the one that the rule wishes: a fault, not a
	// good sign.
	Concern bool `json:"concern,omitempty"`
	// Strength says how far the value lies beyond the threshold, 0 to 1.
	Strength float64 `json:"strength"`
	// Clears is what would make the reason go away.
	Clears string `json:"clears,omitempty"`
	// Pattern and ClearsPattern are the patterns of the two sentences, for other
	// languages. An Assessment has them in its JSON, a report does not: there they are
	// in RuleText, once for each rule.
	Pattern       string `json:"-"`
	ClearsPattern string `json:"-"`
}

// Message is the sentence of the reason as a message. It is zero for a reason that was
// read from a report.
func (r Reason) Message() language.Message {
	sentence := r.fill(r.Pattern)
	if r.Repository == "" || r.Pattern == "" {
		return sentence
	}
	return language.M("In {repository}: {sentence}", "repository", r.Repository, "sentence", sentence)
}

// ClearsMessage is what would make the reason go away as a message, zero where there is
// none.
func (r Reason) ClearsMessage() language.Message {
	return r.fill(r.ClearsPattern)
}

// Gap is a measure that is unknown, with its cause.
type Gap struct {
	Measure string            `json:"measure"`
	Name    string            `json:"name"`
	Cause   observation.Cause `json:"cause"`
	Detail  string            `json:"detail,omitempty"`
}

// Coverage is how much of what could be measured was.
type Coverage struct {
	Measured      int     `json:"measured"`
	Unknown       int     `json:"unknown"`
	NotApplicable int     `json:"notApplicable"`
	Share         float64 `json:"share"` // measured / (measured + unknown), 0 to 1
	Gaps          []Gap   `json:"gaps"`
}

// Borderline is a threshold that would change the stage if it were moved by 20 %.
type Borderline struct {
	Rule      string  `json:"rule"`
	Measure   string  `json:"measure"`
	Threshold float64 `json:"threshold"`
	Moved     float64 `json:"moved"`
	Would     Stage   `json:"would"`
	Sentence  string  `json:"sentence"`
	// Message is the sentence for other languages.
	Message language.Message `json:"message,omitzero"`
}

// Verdict is the result of the rules for one good.
type Verdict struct {
	Stage Stage `json:"stage"`
	// Because explains the stage in a few English sentences.
	Because string `json:"because"`
	// BecauseMessages are the same for other languages, as LiftMessages are for Lift
	// and RemarkMessages for Remarks, one for each. A verdict of an older program has
	// none.
	BecauseMessages []language.Message `json:"becauseMessages,omitempty"`
	// Possible are the stages that the unknown measures leave open.
	Possible []Stage  `json:"possible"`
	Load     Pillar   `json:"load"`
	Supports []Pillar `json:"supports"` // people, momentum, upkeep, funding
	// Backing is the evidence of funding, of which the level of the support funding is made.
	Backing Backing `json:"backing,omitzero"`
	// Score is the weighted mean of the supports. It decides nothing.
	Score Range `json:"score"`
	// Risk is how likely work is to stop, from history. It decides nothing.
	Risk Risk `json:"risk,omitzero"`
	// Reasons are those of the stage: of a stage of concern first what is weak, then load,
	// then funding, then what is well; of others first what is well. Faults stand in the
	// order of remark.Rank, and within each the strongest comes first.
	Reasons    []Reason    `json:"reasons"`
	Borderline *Borderline `json:"borderline,omitempty"`
	// Lift are acts that would help, the first of them first, each with who can do it or whom
	// to ask; empty without one. In the messy middle or strained they are those of the
	// cheapest set of changes that would lead to a better stage, the one that helps most
	// first. Last stands how funding that exists can be shown, where none is visible.
	Lift         []string           `json:"lift,omitempty"`
	LiftMessages []language.Message `json:"liftMessages,omitempty"`
	Coverage     Coverage           `json:"coverage"`
	// Remarks count impossible dates and numbers out of range, and say how they were
	// read.
	Remarks        []string           `json:"remarks,omitempty"`
	RemarkMessages []language.Message `json:"remarkMessages,omitempty"`
	// FundingSources lists the sources that were read for evidence of funding.
	FundingSources []string `json:"fundingSources"`
	// ObservedUntil is the time until which the repository was observed that decides, the
	// one with the most commits of late. Stale is set where that is too long before as-of.
	ObservedUntil time.Time `json:"observedUntil,omitzero"`
	Stale         bool      `json:"stale,omitempty"`
}
