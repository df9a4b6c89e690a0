package assess

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

// VerdictChange is what changed between two verdicts on one good.
type VerdictChange struct {
	From Stage `json:"from"`
	To   Stage `json:"to"`
	// Levels are those of load and supports that changed.
	Levels []LevelChange `json:"levels"`
	// Why says what it comes from; empty where nothing changed.
	Why Why `json:"why,omitempty"`
	// Causes are the measures behind it that changed, strongest first.
	Causes []ChangeCause `json:"causes"`
}

// Why says what another verdict comes from.
type Why string

// The origins of a change.
const (
	WhyFirstRead    Why = "first-read"     // nothing of the good was read before
	WhyNoLongerRead Why = "no-longer-read" // nothing of it is read now
	WhyRules        Why = "rules"          // the present rules say the same of what was measured before
	WhyMeasures     Why = "measures"       // what was measured is another
)

// LevelChange is load or a support whose level changed.
type LevelChange struct {
	Pillar string `json:"pillar"`
	From   Level  `json:"from"`
	To     Level  `json:"to"`
}

// ChangeCause is a measure that a reason of either verdict reads, and that changed.
type ChangeCause struct {
	Measure string `json:"measure"`
	Name    string `json:"name"` // of the measure, for readers
	// Before and After are the measure then and now.
	Before observation.Measure `json:"before"`
	After  observation.Measure `json:"after"`
	// Reason is the sentence of the reason in the verdict after, or of that before
	// where there is none after; then Gone is set.
	Reason string `json:"reason"`
	Gone   bool   `json:"gone,omitempty"`
	// Rule, Operator and Threshold are those of the reason.
	Rule      string `json:"rule,omitempty"`
	Operator  string `json:"operator,omitempty"`
	Threshold any    `json:"threshold,omitempty"`
}

// Unchanged reports whether stage and levels are what they were.
func (t VerdictChange) Unchanged() bool { return t.From == t.To && len(t.Levels) == 0 }

// Compare finds what changed between two verdicts on one good. definitions, by
// measure id, give the names of the measures.
func Compare(before, after Assessment, definitions map[string]observation.Definition) VerdictChange {
	change := VerdictChange{From: before.Verdict.Stage, To: after.Verdict.Stage, Levels: []LevelChange{}, Causes: []ChangeCause{}}
	then, now := before.Verdict.Pillars(), after.Verdict.Pillars()
	changed := map[string]bool{}
	for i, pillar := range now {
		if i < len(then) && then[i].Level != pillar.Level {
			change.Levels = append(change.Levels, LevelChange{pillar.ID, then[i].Level, pillar.Level})
			changed[pillar.ID] = true
		}
	}
	if change.Unchanged() {
		return change
	}
	old, new := merge.ByID(before.Measures), merge.ByID(after.Measures)
	seen := map[string]bool{}
	take := func(reasons []Reason, gone bool) {
		for _, reason := range reasons {
			a, b := old[reason.Measure], new[reason.Measure]
			if seen[reason.Measure] || reason.Measure == "" || sameMeasure(a, b) {
				continue
			}
			seen[reason.Measure] = true
			change.Causes = append(change.Causes, ChangeCause{Measure: reason.Measure, Name: cmp.Or(definitions[reason.Measure].Name, reason.Measure), Before: a,
				After:  b,
				Reason: reason.Sentence, Gone: gone, Rule: reason.Rule, Operator: reason.Operator, Threshold: reason.Threshold})
		}
	}
	take(decidingReasons(after.Verdict, changed), false)
	take(decidingReasons(before.Verdict, changed), true)
	return change
}

// Pillars are load and the supports, in the order of the verdict.
func (v Verdict) Pillars() []Pillar { return append([]Pillar{v.Load}, v.Supports...) }

// decidingReasons are the reasons of the stage and of the pillars that changed,
// strongest first.
func decidingReasons(v Verdict, changed map[string]bool) []Reason {
	all := slices.Clone(v.Reasons)
	for _, pillar := range v.Pillars() {
		if changed[pillar.ID] {
			all = append(all, pillar.Reasons...)
		}
	}
	slices.SortStableFunc(all, func(a, b Reason) int { return cmp.Compare(b.Strength, a.Strength) })
	return all
}

// sameMeasure reports whether two measures have the same state and value. Source and
// time do not count.
func sameMeasure(a, b observation.Measure) bool {
	return a.State == b.State && a.Bound == b.Bound && a.Cause == b.Cause && reflect.DeepEqual(a.Value, b.Value)
}
