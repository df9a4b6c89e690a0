package report

import (
	"fmt"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
)

// What stands far down the ranking loses what only a page says, and nothing that a list does.
func TestGoodsFarDownTheMessyMiddleKeepWhatListsSayOfThem(t *testing.T) {
	var rows []Row
	for i := range 3 * fullRows {
		score := float64(i % 100)
		v := assess.Verdict{
			Stage: assess.MessyMiddle, Because: "It is short of supports.", BecauseMessages: []language.Message{{}}, Lift: []string{"Help it."},
			LiftMessages: []language.Message{{}}, Score: assess.Range{Score: &score, Low: score, High: score},
			Load:     assess.Pillar{ID: assess.Load, Level: assess.Fair, Possible: []assess.Level{assess.Fair}, Score: assess.Range{Score: &score, Low: score, High: score}},
			Supports: []assess.Pillar{{ID: assess.People, Level: assess.Weak, Possible: []assess.Level{assess.Weak}}},
			Reasons:  []assess.Reason{{Rule: "people.few", Sentence: "One person works on it.", Source: "git history", Concern: true}},
		}
		v.Supports[0].Reasons = v.Reasons
		row := NewRow(Good{Verdict: v}, Tally{})
		row.ID = fmt.Sprintf("good-%03d", i)
		rows = append(rows, row)
	}
	before := RankMiddle(goodsOf(rows))
	Lighten(rows)
	after := RankMiddle(goodsOf(rows))
	for i := range after {
		if after[i].ID != before[i].ID {
			t.Fatalf("the ranking changed at %d", i)
		}
		full := after[i].Verdict.LiftMessages != nil && after[i].Verdict.Reasons[0].Source != ""
		if full != (i < fullRows) {
			t.Errorf("place %d of the ranking is kept in full: %v", i, full)
		}
		if short := Shortfalls(5, after[i]); len(short) != 1 || short[0].Sentence != "One person works on it." || after[i].Verdict.Because == "" || len(after[i].Verdict.Lift) != 1 {
			t.Errorf("place %d lost what a list says: %v", i, after[i].Verdict)
		}
	}
}

func goodsOf(rows []Row) (goods []Good) {
	for _, r := range rows {
		goods = append(goods, r.Good)
	}
	return goods
}
