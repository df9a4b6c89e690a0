package assess

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// Judged is a verdict with the measures that it rests on, merged over the
// repositories of the good.
type Judged struct {
	Verdict  Verdict
	Measures []observation.Measure
}

// Turn is what changed between two verdicts on one good.
type Turn struct {
	From Stage `json:"from"`
	To   Stage `json:"to"`
	// Levels are those of load and supports that changed.
	Levels []LevelMove `json:"levels"`
	// Causes are the measures behind it that changed, strongest first. It is
	// empty where the stage changed and none did: then the rules changed.
	Causes []Cause `json:"causes"`
}

// LevelMove is load or a support whose level changed.
type LevelMove struct {
	Pillar string `json:"pillar"`
	From   Level  `json:"from"`
	To     Level  `json:"to"`
}

// Cause is a measure that a reason of either verdict reads, and that changed.
type Cause struct {
	Measure string `json:"measure"`
	Name    string `json:"name"` // of the measure, for readers
	// Before and After are the measure then and now; State tells unknown ones.
	Before observation.Measure `json:"before"`
	After  observation.Measure `json:"after"`
	// Reason is the sentence that holds now, or that held before where none
	// does now; Gone says that it is the latter.
	Reason string `json:"reason"`
	Gone   bool   `json:"gone,omitempty"`
	// Rule, Operator and Threshold are those of the reason: with them Speaker says
	// it in other languages.
	Rule      string `json:"rule,omitempty"`
	Operator  string `json:"operator,omitempty"`
	Threshold any    `json:"threshold,omitempty"`
}

// Still reports whether stage and levels are what they were.
func (t Turn) Still() bool { return t.From == t.To && len(t.Levels) == 0 }

// Compare says what changed between two verdicts on one good. definitions name
// the measures, by id.
func Compare(before, after Judged, definitions map[string]observation.Definition) Turn {
	turn := Turn{From: before.Verdict.Stage, To: after.Verdict.Stage, Levels: []LevelMove{}, Causes: []Cause{}}
	then, now := pillars(before.Verdict), pillars(after.Verdict)
	changed := map[string]bool{}
	for i, pillar := range now {
		if i < len(then) && then[i].Level != pillar.Level {
			turn.Levels = append(turn.Levels, LevelMove{pillar.ID, then[i].Level, pillar.Level})
			changed[pillar.ID] = true
		}
	}
	if turn.Still() {
		return turn
	}
	old, new := byID(before.Measures), byID(after.Measures)
	seen := map[string]bool{}
	take := func(reasons []Reason, gone bool) {
		for _, reason := range reasons {
			a, b := old[reason.Measure], new[reason.Measure]
			if seen[reason.Measure] || reason.Measure == "" || alikeValue(a, b) {
				continue
			}
			seen[reason.Measure] = true
			turn.Causes = append(turn.Causes, Cause{Measure: reason.Measure, Name: cmp.Or(definitions[reason.Measure].Name, reason.Measure), Before: a, After: b,
				Reason: reason.Sentence, Gone: gone, Rule: reason.Rule, Operator: reason.Operator, Threshold: reason.Threshold})
		}
	}
	take(deciding(after.Verdict, changed), false)
	take(deciding(before.Verdict, changed), true)
	return turn
}

// pillars are load and the supports, in the order of the verdict.
func pillars(v Verdict) []Pillar { return append([]Pillar{v.Load}, v.Supports...) }

// deciding are the reasons of the stage and of the pillars that changed,
// strongest first.
func deciding(v Verdict, changed map[string]bool) []Reason {
	all := slices.Clone(v.Reasons)
	for _, pillar := range pillars(v) {
		if changed[pillar.ID] {
			all = append(all, pillar.Reasons...)
		}
	}
	slices.SortStableFunc(all, func(a, b Reason) int { return cmp.Compare(b.Strength, a.Strength) })
	return all
}

// alikeValue tells whether a measure says now what it said before.
func alikeValue(a, b observation.Measure) bool {
	return a.State == b.State && a.Bound == b.Bound && a.Cause == b.Cause && reflect.DeepEqual(a.Value, b.Value)
}
