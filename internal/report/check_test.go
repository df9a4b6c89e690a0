package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/mattn/go-runewidth"
)

func checkOf(t *testing.T, doc Document, width int, colour bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteCheck(&out, doc, width, colour); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func only(doc Document, id string) Document {
	for _, good := range doc.Goods {
		if good.ID == id {
			doc.Goods = []Good{good}
		}
	}
	return doc
}

func TestACheckMatchesItsGoldenFiles(t *testing.T) {
	for _, id := range []string{"clinic-ledger", "seed-exchange", "school-meals", "open-atlas"} {
		golden(t, "check/"+id+".txt", []byte(checkOf(t, only(everyState(), id), 80, false)))
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestACheckFitsItsWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80} {
		for name, doc := range map[string]Document{"every state": everyState(), "hostile": hostileDocument()} {
			for _, line := range strings.Split(ansi.ReplaceAllString(checkOf(t, doc, width, true), ""), "\n") {
				if w := runewidth.StringWidth(line); w > width {
					t.Errorf("%s at %d: a line of %d: %q", name, width, w, line)
				}
			}
		}
	}
}

func TestACheckCarriesNoControlsOfOthers(t *testing.T) {
	for _, r := range checkOf(t, hostileDocument(), 80, false) {
		if r != '\n' && (unicode.IsControl(r) || r == '\u202e') {
			t.Fatalf("it holds %U", r)
		}
	}
}

func TestColourAddsNothingToTheText(t *testing.T) {
	doc := everyState()
	if got, want := ansi.ReplaceAllString(checkOf(t, doc, 80, true), ""), checkOf(t, doc, 80, false); got != want {
		t.Error("without its colours the text is another")
	}
}

func TestACheckNamesThreeChangesAtMost(t *testing.T) {
	for _, good := range everyState().Goods {
		if n := len(helpfulChanges(good)); n > 3 {
			t.Errorf("%s: %d changes", good.ID, n)
		}
	}
	got := helpfulChanges(only(everyState(), "clinic-ledger").Goods[0])
	if len(got) != 3 || got[0] != "A second person with regular commits" || !strings.Contains(got[2], "Upgrade") {
		t.Errorf("the changes are %q", got)
	}
}
