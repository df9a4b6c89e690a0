package criteria_test

import (
	"fmt"
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/criteria"
)

func good(n int, stage assess.Stage, marks string) report.Good {
	return report.Good{Good: catalog.Good{ID: fmt.Sprint("good-", n)}, Verdict: assess.Verdict{Stage: stage},
		Policies: []report.PolicyAnswer{{Policy: "ours", Marks: marks}}}
}

var asked = []report.AskedPolicy{{ID: "ours", Name: "Ours", Conditions: []report.AskedCondition{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}}}}

func TestGoodsStandAcrossAndAllAreCounted(t *testing.T) {
	var goods []report.Good
	for n := range 30 {
		goods = append(goods, good(n, assess.Sustained, "pn"))
	}
	goods = append(goods, good(30, assess.MessyMiddle, "fu"), good(31, assess.Sustained, "p")) // the last answered another policy of that name
	view := criteria.Of(report.English, asked, goods)[0]
	if len(view.Goods) != criteria.Across || view.More != 31-criteria.Across || view.Goods[0].ID != "good-30" {
		t.Errorf("%d goods across, %d more, %s first", len(view.Goods), view.More, view.Goods[0].ID)
	}
	if r := view.Rows[0]; r.Passes != 30 || r.Fails != 1 || r.Open != 0 || r.NotSeen != 0 {
		t.Errorf("%+v", r)
	}
	if r := view.Rows[1]; r.Passes != 0 || r.Open != 1 || r.NotSeen != 30 || r.Cells[0].Text != "unknown" || r.Cells[1].Text != "cannot be seen from here" {
		t.Errorf("%+v", r)
	}
}

func TestOnlyIDsThatArePublishedAreShown(t *testing.T) {
	policies := []report.AskedPolicy{{ID: "ours", Conditions: []report.AskedCondition{{ID: "OSPS-QA-01.01", Title: "A"}, {ID: "where-to-report", Title: "B"}}}}
	rows := criteria.Of(report.English, policies, nil)[0].Rows
	if rows[0].ID != "OSPS-QA-01.01" || rows[1].ID != "" {
		t.Errorf("shows %q and %q", rows[0].ID, rows[1].ID)
	}
}
