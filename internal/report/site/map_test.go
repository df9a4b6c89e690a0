package site

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

func TestLabelsOfTheMapCoverNeitherMarksNorOneAnother(t *testing.T) {
	for name, p := range map[string]plot{"wide": widePlot, "narrow": narrowPlot} {
		marks, _ := p.placeMarks(reporttest.ManyGoods(250).Goods)
		labels := englishPages.placeLabels(p, marks)
		if len(labels) < 3 || len(labels) > p.labels {
			t.Fatalf("%s: %d names are on the map", name, len(labels))
		}
		for i, l := range labels {
			for _, other := range labels[:i] {
				if l.overlaps(other) {
					t.Errorf("%s: %q lies on %q", name, l.text, other.text)
				}
			}
			for _, m := range marks {
				if l.overlaps(label{left: m.x - 5, right: m.x + 5, top: m.y - 5, bottom: m.y + 5}) {
					t.Errorf("%s: %q lies on the mark of %s", name, l.text, m.good.ID)
				}
			}
		}
	}
}

// A range of what is open must not cost a good its name: most goods have one.
func TestTheHeaviestAndTheRiskiestHaveTheirNamesOnTheMap(t *testing.T) {
	at := func(id string, stage assess.Stage, load, supports float64, risk assess.RiskLevel) report.Good {
		good := report.Good{Verdict: assess.Verdict{Stage: stage, Load: assess.Pillar{Level: assess.Fair, Score: assess.Range{Score: &load, Low: load, High: 100}},
			Score: assess.Range{Score: &supports, Low: supports, High: supports + 30}, Risk: assess.Risk{Level: risk, Range: assess.Range{Low: 70, High: 90}}}}
		good.ID, good.Name = id, id
		return good
	}
	drawn := englishPages.portfolioMap([]report.Good{
		at("needy", assess.MessyMiddle, 70, 30, assess.RiskLow), at("heaviest", assess.Sustained, 95, 80, assess.RiskLow),
		at("riskiest", assess.Strained, 60, 55, assess.RiskHigh), at("ended", assess.Dormant, 80, 5, assess.RiskHigh), at("light", assess.Sustained, 20, 60, assess.RiskLow),
	})
	for _, svg := range []string{string(drawn.Wide), string(drawn.Narrow)} {
		for name, want := range map[string]bool{"needy": true, "heaviest": true, "riskiest": true, "ended": false, "light": false} {
			if got := strings.Contains(svg, ">"+name+"</text>"); got != want {
				t.Errorf("%s has a name: %v, want %v", name, got, want)
			}
		}
	}
}
