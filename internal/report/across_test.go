package report

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
)

func TestSmallCountsAreNotTurnedIntoShares(t *testing.T) {
	for n, want := range map[int]string{3: "", 19: "", 20: "50 %"} {
		group := portfolio.Group{Name: "3", Goods: n + 5, Short: n / 2, Stages: map[assess.Stage]int{assess.Sustained: n, assess.Unassessed: 5}}
		got := englishPages.distributions([]portfolio.Concentration{{By: "sdg", Groups: []portfolio.Group{group}}})
		if row := got[0].Shown[0]; row.Share != want || row.Title != "3 Good health and well-being" {
			t.Errorf("of %d goods that could be assessed: %+v", n, row)
		}
	}
}

func TestGapIsAGroupOfWhichEveryAssessedGoodIsShortOfSupports(t *testing.T) {
	group := func(name string, short, sustained, unassessed int) portfolio.Group {
		return portfolio.Group{Name: name, Goods: short + sustained + unassessed, Short: short, Stages: map[assess.Stage]int{assess.Fading: short, assess.Sustained: sustained, assess.Unassessed: unassessed}}
	}
	got := englishPages.distributions([]portfolio.Concentration{{By: "country", Groups: []portfolio.Group{group("gap", 2, 0, 3), group("carried", 4, 1, 0), group("one good", 1, 0, 0), group("unknown", 0, 0, 5)}}})
	if len(got[0].Gaps) != 1 || got[0].Gaps[0].Name != "gap" || got[0].Absent != nil {
		t.Errorf("gaps are %+v", got[0].Gaps)
	}
}

func TestGoalsThatNoGoodNamesAreNamed(t *testing.T) {
	got := englishPages.distributions([]portfolio.Concentration{{By: "sdg", Groups: []portfolio.Group{{Name: "3"}, {Name: "17"}}}})
	if len(got[0].Absent) != 15 || got[0].Absent[0] != "1 No poverty" {
		t.Errorf("got %v", got[0].Absent)
	}
	if got := englishPages.distributions([]portfolio.Concentration{{By: "sdg"}}); got[0].Absent != nil {
		t.Error("a catalog that speaks of no goal at all has no gaps")
	}
}

func TestThePageNamesGoodsThatNothingCanReplace(t *testing.T) {
	files := written(t, everyState())
	for _, want := range []string{"None in this catalog for 2 goods:</b>", "0.62 <a href=\"goods/school-meals.html\"", "no common sector", "unmaintained", "0.3.0 → 0.3.9"} {
		if !strings.Contains(files["across.html"], want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if !strings.Contains(files["alternatives.csv"], "none in this catalog") {
		t.Error("alternatives.csv leaves out what has none")
	}
}

func TestThePageOfAGoodNamesWhoCouldTakeOver(t *testing.T) {
	files := written(t, everyState())
	if page := files["goods/clinic-ledger.html"]; !strings.Contains(page, "Who could take over: nobody else") || !strings.Contains(page, `<td class="n" data-v=0.06>6 %<td class="n" data-v=0.02>2 %<td class="n">1<td class="n">1<td class="n">0<td class="n">unknown`) {
		t.Error("the page of the good does not say it")
	}
	if page := files["goods/water-points.html"]; !strings.Contains(page, "Who could take over: unknown") {
		t.Error("a good of which nothing is known is shown otherwise")
	}
}

func TestAgesAreWrittenInWholeUnits(t *testing.T) {
	for days, want := range map[int]string{0: "today", 1: "1 day", 59: "59 days", 60: "2 months", 729: "24 months", 730: "2 years"} {
		if got := englishPages.ageText(asOf.AddDate(0, 0, -days), asOf); got != want {
			t.Errorf("%d days are %q, want %q", days, got, want)
		}
	}
}

func TestAdvisoriesOfOneWeaknessCountOnceAndAreAllListed(t *testing.T) {
	a, b := findingOf("x", "1", "GHSA-samp-le01-x101", "high", 7, "2", nil), findingOf("x", "1", "PYSEC-x101", "low", 3, "2", nil)
	good := Good{Measures: []observation.Measure{{ID: findingsMeasure, State: observation.Measured, Value: 1.0}}, Scans: []Scan{{Findings: []observation.Finding{a, b}}}}
	if got := tallyFindings(good); got.N != 1 || got.Records != 2 || got.Worst != "high" {
		t.Errorf("got %+v", got)
	}
	if got := distinctFindings(good); len(got) != 2 {
		t.Errorf("%d advisories are listed, want 2", len(got))
	}
}
