package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/assess/assesstest"
	"github.com/midspan/midspan/internal/report/reporttest"
)

func TestTheMethodPageHoldsTheWholeMethodOfTheRulesInForce(t *testing.T) {
	doc := reporttest.EveryState()
	rules, err := assess.LoadRules(nil, assesstest.Definitions())
	if err != nil {
		t.Fatal(err)
	}
	frame := rules.Frame()
	doc.Rules, doc.Frame = rules.Texts(), &frame
	files := mustWrite(t, filepath.Join(t.TempDir(), "out"), doc)
	data, err := os.ReadFile(filepath.Join(files.Dir, "method.html"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	for _, want := range []string{
		`Where <a href="#rule-stage.past-the-pilot">`, "Who depends on it?", "strong 60 to 100, fair 30 to 85", "People 30, Momentum 30, Upkeep 25, Funding 15",
		"less than 40 % are known", "more than 365 days before", `id="rule-upkeep.heap"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, rule := range doc.Rules {
		if !strings.Contains(page, `id="rule-`+rule.ID+`"`) {
			t.Errorf("the rule %s is missing", rule.ID)
		}
	}
}
