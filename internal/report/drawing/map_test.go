package drawing

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
		labels := english.placeLabels(p, marks)
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
	drawn := english.Map([]report.Good{
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

// A good of which little but its catalog entry is known can have a high score
// with a range as wide as the scale: shown as a number it would look good.
func TestAScoreThatIsMostlyUnknownIsShownAsItsRange(t *testing.T) {
	seventy := 70.0
	wide := assess.Range{Score: &seventy, Low: 11, High: 100}
	if got := report.English.ScoreText(wide); got != "11 to 100" {
		t.Errorf("shows %q", got)
	}
	good := report.Good{Verdict: assess.Verdict{Stage: assess.Unassessed, Score: wide, Load: assess.Pillar{Level: assess.LevelUnknown,
		Possible: []assess.Level{assess.Strong, assess.Fair}, Score: assess.Range{Low: 30, High: 100}}}}
	marks, unplaced := widePlot.placeMarks([]report.Good{good})
	if len(unplaced) != 0 || marks[0].x != widePlot.x(65) || marks[0].left != widePlot.x(30) || marks[0].right != widePlot.x(100) || marks[0].y != widePlot.y(55.5) {
		t.Errorf("its place on the map is %+v", marks)
	}
	nothing := good
	nothing.Verdict.Load = assess.Pillar{Level: assess.LevelUnknown, Score: assess.Range{High: 100}}
	if _, unplaced := widePlot.placeMarks([]report.Good{nothing}); len(unplaced) != 1 {
		t.Error("a good of whose load nothing is known has a place on the map")
	}
}

func TestEveryGoodOfACrowdedMapLiesInACircleOfThePlot(t *testing.T) {
	score := func(s float64) assess.Range { return assess.Range{Score: &s, Low: s, High: s} }
	var goods []report.Good
	for load := 0.0; load <= 100; load += 2 {
		for supports := 0.0; supports <= 100; supports += 2 {
			goods = append(goods, report.Good{Verdict: assess.Verdict{Load: assess.Pillar{Level: assess.Fair, Score: score(load)}, Score: score(supports)}})
		}
	}
	for _, p := range []plot{widePlot, narrowPlot} {
		marks, _ := p.placeMarks(goods)
		n := 0
		for _, c := range p.circlesOf(marks) {
			n += c.n
			if r := c.radius(p); c.x-r < p.left || c.x+r > p.right || c.y-r < p.top-.01 || c.y+r > p.bottom+.01 {
				t.Errorf("a circle at %.0f, %.0f with radius %.1f lies out of the plot", c.x, c.y, r)
			}
		}
		if n != len(goods) {
			t.Errorf("%d of %d goods are in circles", n, len(goods))
		}
	}
	drawn := english.Map(goods)
	if !strings.Contains(string(drawn.Wide), `class="many"`) || strings.Count(string(drawn.Wide), "<a ") > ownMarks {
		t.Error("a crowded map is drawn mark by mark")
	}
}
