package assess

import (
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func judgedAs(stage Stage, people Level, contributors float64, reasons ...Reason) Judged {
	return Judged{
		Verdict: Verdict{Stage: stage, Load: Pillar{ID: Load, Level: Fair}, Reasons: reasons,
			Supports: []Pillar{{ID: People, Level: people, Reasons: reasons}}},
		Measures: []observation.Measure{
			{ID: "people.contributors-6m", State: observation.Measured, Value: contributors},
			{ID: "momentum.age-days", State: observation.Measured, Value: 900.0},
			{ID: "posture.score", State: observation.Unknown, Cause: observation.CauseOffline},
		},
	}
}

func TestTurnNamesTheReasonsThatMovedAndNoOthers(t *testing.T) {
	few := Reason{Measure: "people.contributors-6m", Sentence: "1 person committed.", Strength: 0.5}
	old := Reason{Measure: "momentum.age-days", Sentence: "It is old.", Strength: 0.9}
	posture := Reason{Measure: "posture.score", Sentence: "Its posture is unknown.", Strength: 0.1}
	many := Reason{Measure: "people.contributors-6m", Sentence: "4 people committed.", Strength: 0.3}
	before, after := judgedAs(Sustained, Fair, 4, many, old, posture), judgedAs(MessyMiddle, Weak, 1, few, old, posture)
	names := map[string]observation.Definition{"people.contributors-6m": {Name: "Contributors in 6 months"}}

	turn := Compare(before, after, names)
	if turn.From != Sustained || turn.To != MessyMiddle || len(turn.Levels) != 1 || turn.Levels[0] != (LevelMove{People, Fair, Weak}) {
		t.Errorf("%+v", turn)
	}
	if len(turn.Causes) != 1 || turn.Causes[0].Reason != few.Sentence || turn.Causes[0].Gone || turn.Causes[0].Name != "Contributors in 6 months" {
		t.Errorf("causes %+v", turn.Causes)
	}
	if again := Compare(after, after, names); !again.Still() || len(again.Causes) != 0 {
		t.Errorf("nothing changed: %+v", again)
	}
	if back := Compare(after, judgedAs(Sustained, Fair, 4), names); len(back.Causes) != 1 || !back.Causes[0].Gone {
		t.Errorf("a reason that is gone: %+v", back.Causes)
	}
}

func TestMeasureThatBecameUnknownIsACause(t *testing.T) {
	few := Reason{Measure: "people.contributors-6m", Sentence: "1 person committed.", Strength: 0.5}
	before, after := judgedAs(MessyMiddle, Weak, 1, few), judgedAs(Unassessed, LevelUnknown, 1)
	after.Measures[0] = observation.Measure{ID: "people.contributors-6m", State: observation.Unknown, Cause: observation.CauseMissingObjects}
	if turn := Compare(before, after, nil); len(turn.Causes) != 1 || turn.Causes[0].After.Cause != observation.CauseMissingObjects {
		t.Errorf("%+v", turn)
	}
}
