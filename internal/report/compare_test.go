package report

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/language"
)

// columnOf returns the column of a good, and the size of its file.
func columnOf(t *testing.T, doc Document, good Good) (column, int) {
	t.Helper()
	site, err := NewSite(complete(doc), []*language.Language{language.English()})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := site.editions[0].writeColumn(&out, cleaned(good)); err != nil {
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
	doc := everyState()
	for _, good := range append(complete(doc).Goods, hostileDocument().Goods...) {
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
	doc := everyState()
	i := slices.IndexFunc(doc.Goods, func(g Good) bool { return g.ID == "open-atlas" })
	c, _ := columnOf(t, doc, doc.Goods[i])
	for _, row := range []string{"load", "people", "people-6m", "succession", "commit", "releases", "years", "advisories", "severity", "exploited", "fix", "posture", "licence", "packages", "ecosystems", "repositories", "seen"} {
		if said := c.Cells[row]; !said.Unknown {
			t.Errorf("%s says %q", row, said.Text)
		}
	}
}

func TestTheFileOfAGoodIsSmallWhateverItHolds(t *testing.T) {
	doc := replaced(everyState(), strings.Repeat("a long word ", 200))
	for _, good := range complete(doc).Goods {
		if _, size := columnOf(t, doc, good); size > 8<<10 {
			t.Errorf("%d bytes", size)
		}
	}
	doc = everyState()
	for _, good := range complete(doc).Goods {
		if c, size := columnOf(t, doc, good); size > 4<<10 {
			t.Errorf("%s: %d bytes", c.Slug, size)
		}
	}
}

func TestTheFileOfAGoodStaysWhereItsPageDoes(t *testing.T) {
	dir, doc := t.TempDir(), everyState()
	digested(t, dir, doc)
	name := filepath.Join(dir, "goods", "clinic-ledger.js")
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	digested(t, dir, doc)
	after, err := os.Stat(name)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("it was written again though nothing changed (%v)", err)
	}
	doc.Goods = slices.DeleteFunc(doc.Goods, func(g Good) bool { return g.ID == "clinic-ledger" })
	digested(t, dir, doc)
	if _, err := os.Stat(name); !os.IsNotExist(err) {
		t.Errorf("it stands though the good is gone (%v)", err)
	}
}

func TestGoodsStandSideBySideInEveryLanguageOfAReport(t *testing.T) {
	french, err := language.Find("fr")
	if err != nil {
		t.Fatal(err)
	}
	dir, doc := t.TempDir(), everyState()
	w, err := NewWriter(context.Background(), dir, doc, language.English(), french)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, good := range complete(doc).Goods {
		if err := w.Add(good, "", func() (Good, error) { return good, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Publish(doc); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"compare.html", "compare.js", "goods/clinic-ledger.js", "fr/compare.html", "fr/goods/clinic-ledger.js"} {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "fr", "compare.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), `src="../compare.js"`) {
		t.Error("the page of another language does not load the script of the report's own folder")
	}
}
