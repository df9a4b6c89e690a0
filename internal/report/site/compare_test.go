package site

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// columnOf returns the column of a good, and the size of its file.
func columnOf(t *testing.T, doc report.Document, good report.Good) (column, int) {
	t.Helper()
	site, err := NewSite(report.Complete(doc), []*language.Language{language.English()})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := site.editions[0].writeColumn(&out, report.Cleaned(good)); err != nil {
		t.Fatal(err)
	}
	call, whole := strings.CutPrefix(strings.TrimSuffix(out.String(), ");\n"), "midspanColumn(")
	var c column
	if err := json.Unmarshal([]byte(call), &c); err != nil || !whole {
		t.Fatalf("the file is %s (%v)", out.String(), err)
	}
	return c, out.Len()
}

var tableRow = regexp.MustCompile(`data-row="([a-z0-9-]+)"`)

func TestEveryRowOfThePageIsFilledForEveryGood(t *testing.T) {
	page, err := templateFiles.ReadFile("templates/compare.html")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, match := range tableRow.FindAllStringSubmatch(string(page), -1) {
		rows = append(rows, match[1])
	}
	doc := reporttest.EveryState()
	for _, good := range append(report.Complete(doc).Goods, reporttest.HostileDocument().Goods...) {
		c, _ := columnOf(t, doc, good)
		for _, row := range rows {
			if said := c.Cells[row]; strings.TrimSpace(said.Text) == "" {
				t.Errorf("%s: %s is blank", c.Slug, row)
			} else if said.Unknown && len(said.Notes) == 0 {
				t.Errorf("%s: %s is unknown without a cause", c.Slug, row)
			}
		}
		for row := range c.Cells {
			if !slices.Contains(rows, row) {
				t.Errorf("%s is filled, and no row shows it", row)
			}
		}
	}
}

func TestNothingOfAGoodThatWasNotReadLooksLikeZero(t *testing.T) {
	doc := reporttest.EveryState()
	i := slices.IndexFunc(doc.Goods, func(g report.Good) bool { return g.ID == "open-atlas" })
	c, _ := columnOf(t, doc, doc.Goods[i])
	for _, row := range []string{"load", "people", "people-6m", "succession", "commit", "releases", "years", "advisories", "severity", "exploited", "fix", "posture", "licence", "packages", "ecosystems", "repositories", "seen"} {
		if said := c.Cells[row]; !said.Unknown {
			t.Errorf("%s says %q", row, said.Text)
		}
	}
}

func TestTheFileOfAGoodIsSmallWhateverItHolds(t *testing.T) {
	doc := reporttest.Replaced(reporttest.EveryState(), strings.Repeat("a long word ", 200))
	for _, good := range report.Complete(doc).Goods {
		if _, size := columnOf(t, doc, good); size > 8<<10 {
			t.Errorf("%d bytes", size)
		}
	}
	doc = reporttest.EveryState()
	for _, good := range report.Complete(doc).Goods {
		if c, size := columnOf(t, doc, good); size > 4<<10 {
			t.Errorf("%s: %d bytes", c.Slug, size)
		}
	}
}
