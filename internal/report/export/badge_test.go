package export

import (
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
)

func TestStrainedAndMessyMiddleHaveBadgesOfOneColour(t *testing.T) {
	of := func(stage assess.Stage) string {
		return StageBadge(report.Good{Verdict: assess.Verdict{Stage: stage}}).Color
	}
	if a, b := of(assess.Strained), of(assess.MessyMiddle); a != b || a == of(assess.Sustained) || a == of(assess.Fading) {
		t.Errorf("%s and %s, on a step between sustained and fading", a, b)
	}
}
