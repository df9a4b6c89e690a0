package terminal

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/mattn/go-runewidth"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

func checkOf(t *testing.T, doc report.Document, width int, colour bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteCheck(&out, doc, width, colour); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func only(doc report.Document, id string) report.Document {
	for _, good := range doc.Goods {
		if good.ID == id {
			doc.Goods = []report.Good{good}
		}
	}
	return doc
}

func TestACheckMatchesItsGoldenFiles(t *testing.T) {
	for _, id := range []string{"clinic-ledger", "seed-exchange", "school-meals", "open-atlas"} {
		reporttest.Golden(t, "check/"+id+".txt", []byte(checkOf(t, only(reporttest.EveryState(), id), 80, false)))
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestACheckFitsItsWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80} {
		for name, doc := range map[string]report.Document{"every state": reporttest.EveryState(), "hostile": reporttest.HostileDocument()} {
			for _, line := range strings.Split(ansi.ReplaceAllString(checkOf(t, doc, width, true), ""), "\n") {
				if w := runewidth.StringWidth(line); w > width {
					t.Errorf("%s at %d: a line of %d: %q", name, width, w, line)
				}
			}
		}
	}
}

func TestACheckCarriesNoControlsOfOthers(t *testing.T) {
	for _, r := range checkOf(t, reporttest.HostileDocument(), 80, false) {
		if r != '\n' && (unicode.IsControl(r) || r == '\u202e') {
			t.Fatalf("it holds %U", r)
		}
	}
}

func TestColourAddsNothingToTheText(t *testing.T) {
	doc := reporttest.EveryState()
	if got, want := ansi.ReplaceAllString(checkOf(t, doc, 80, true), ""), checkOf(t, doc, 80, false); got != want {
		t.Error("without its colours the text is another")
	}
}

func TestACheckNamesThreeChangesAtMost(t *testing.T) {
	for _, good := range reporttest.EveryState().Goods {
		if n := len(report.HelpfulChanges(good)); n > 3 {
			t.Errorf("%s: %d changes", good.ID, n)
		}
	}
	got := report.HelpfulChanges(only(reporttest.EveryState(), "clinic-ledger").Goods[0])
	if len(got) != 3 || !strings.HasPrefix(got[0], "Upgrade ") || got[1] != "A second person with regular commits" {
		t.Errorf("the changes are %q", got)
	}
}

func TestPolicyResultsFitTheirWidthInColourToo(t *testing.T) {
	for name, text := range reporttest.Extremes {
		r := reporttest.Answered("a-good")[0]
		r.Name, r.PolicyName, r.Good, r.Conditions[1].Title, r.Conditions[1].Because = text, text, text, text, text
		var out bytes.Buffer
		table := NewPolicyTable(&out, 60, true)
		if err := errors.Join(WritePolicy(&out, r, 60, true), table.Add(r), table.End()); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(ansi.ReplaceAllString(out.String(), "")) {
			if w := runewidth.StringWidth(strings.TrimRight(line, "\n")); w > 60 {
				t.Errorf("%s: %d columns: %s", name, w, line)
			}
		}
	}
}

func TestStrainedAndMessyMiddleHaveOneColour(t *testing.T) {
	if a, b := stageColour(assess.Strained), stageColour(assess.MessyMiddle); a != b || a == stageColour(assess.Sustained) || a == stageColour(assess.Fading) {
		t.Errorf("%q and %q, on a step between sustained and fading", a, b)
	}
}
