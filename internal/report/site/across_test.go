package site

import (
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// englishPages writes the pages in English.
var englishPages = pageLocalizer{report.English}

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

func TestAgesAreWrittenInWholeUnits(t *testing.T) {
	for days, want := range map[int]string{0: "today", 1: "1 day", 59: "59 days", 60: "2 months", 729: "24 months", 730: "2 years"} {
		if got := englishPages.ageText(reporttest.AsOf.AddDate(0, 0, -days), reporttest.AsOf); got != want {
			t.Errorf("%d days are %q, want %q", days, got, want)
		}
	}
}

func TestACountKeepsItsBound(t *testing.T) {
	for want, c := range map[string]struct {
		n     *float64
		bound observation.Bound
	}{"unknown": {}, "3": {new(3.0), observation.Exact}, "at least 3": {new(3.0), observation.AtLeast}} {
		if got := boundedOrUnknown(englishPages, c.n, c.bound); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
