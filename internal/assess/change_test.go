package assess

import (
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func assessmentOf(stage Stage, people Level, contributors float64, reasons ...Reason) Assessment {
	return Assessment{
		Verdict: Verdict{Stage: stage, Load: Pillar{ID: Load, Level: Fair}, Reasons: reasons,
			Supports: []Pillar{{ID: People, Level: people, Reasons: reasons}}},
		Measures: []observation.Measure{
			{ID: "people.contributors-6m", State: observation.Measured, Value: contributors},
			{ID: "momentum.age-days", State: observation.Measured, Value: 900.0},
			{ID: "posture.score", State: observation.Unknown, Cause: observation.CauseOffline},
		},
	}
}

func TestChangeNamesTheReasonsThatChangedAndNoOthers(t *testing.T) {
	few := Reason{Measure: "people.contributors-6m", Sentence: "1 person committed.", Strength: 0.5}
	old := Reason{Measure: "momentum.age-days", Sentence: "It is old.", Strength: 0.9}
	posture := Reason{Measure: "posture.score", Sentence: "Its posture is unknown.", Strength: 0.1}
	many := Reason{Measure: "people.contributors-6m", Sentence: "4 people committed.", Strength: 0.3}
	before, after := assessmentOf(Sustained, Fair, 4, many, old, posture), assessmentOf(MessyMiddle, Weak, 1, few, old, posture)
	names := map[string]observation.Definition{"people.contributors-6m": {Name: "Contributors in 6 months"}}

	change := Compare(before, after, names)
	if change.From != Sustained || change.To != MessyMiddle || len(change.Levels) != 1 || change.Levels[0] != (LevelChange{People, Fair, Weak}) {
		t.Errorf("%+v", change)
	}
	if len(change.Causes) != 1 || change.Causes[0].Reason != few.Sentence || change.Causes[0].Gone || change.Causes[0].Name != "Contributors in 6 months" {
		t.Errorf("causes %+v", change.Causes)
	}
	if again := Compare(after, after, names); !again.Unchanged() || len(again.Causes) != 0 {
		t.Errorf("nothing changed: %+v", again)
	}
	if back := Compare(after, assessmentOf(Sustained, Fair, 4), names); len(back.Causes) != 1 || !back.Causes[0].Gone {
		t.Errorf("a reason that is gone: %+v", back.Causes)
	}
}

func TestMeasureThatBecameUnknownIsACause(t *testing.T) {
	few := Reason{Measure: "people.contributors-6m", Sentence: "1 person committed.", Strength: 0.5}
	before, after := assessmentOf(MessyMiddle, Weak, 1, few), assessmentOf(Unassessed, LevelUnknown, 1)
	after.Measures[0] = observation.Measure{ID: "people.contributors-6m", State: observation.Unknown, Cause: observation.CauseMissingObjects}
	if change := Compare(before, after, nil); len(change.Causes) != 1 || change.Causes[0].After.Cause != observation.CauseMissingObjects {
		t.Errorf("%+v", change)
	}
}
