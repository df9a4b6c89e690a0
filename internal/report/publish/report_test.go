package publish

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// written writes the document into a new folder and returns its files by name.
func written(t *testing.T, doc report.Document) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := Write(context.Background(), dir, doc); err != nil {
		t.Fatal(err)
	}
	return readAll(t, dir)
}

func readAll(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAReportOfEveryStateMatchesItsGoldenFiles(t *testing.T) {
	files := written(t, reporttest.EveryState())
	for _, name := range []string{
		"report.json", "goods.csv", "findings.csv", "reasons.csv", "feed.atom", "keystones.csv", "fix-first.csv", "unfixed.csv", "concentration.csv", "alternatives.csv",
		"middle.csv", "changes.csv", "gaps.csv", "moved.csv", "index.html", "table/names.js", "table/state.js", "table/facet-sector.js", "table/column-load.js", "table/rows-0.js", "across.html", "method.html", "search.html", "accessibility.html", "embed/clinic-ledger.html", "goods/clinic-ledger.html", "goods/seed-exchange.html",
		"goods/open-atlas.html", "goods/water-points.html", "evidence/clinic-ledger.html", "evidence/seed-exchange.html", "briefs/clinic-ledger.html", "goods/clinic-ledger.json", "goods/seed-exchange.json", "goods/clinic-ledger.svg",
	} {
		reporttest.Golden(t, "every-state/"+name, []byte(files[name]))
	}
}

func TestTheSameDocumentGivesTheSameBytes(t *testing.T) {
	first, second := written(t, reporttest.EveryState()), written(t, reporttest.EveryState())
	for name, content := range first {
		if second[name] != content {
			t.Errorf("%s differs between two writes of one document", name)
		}
	}
}

// styleSheet matches every style sheet that a page loads, ownSheet those of the site.
var (
	styleSheet = regexp.MustCompile(`<link rel="stylesheet"[^>]*>`)
	ownSheet   = regexp.MustCompile(`^<link rel="stylesheet" href="(\.\./)*(style|compare|board|brief)\.css">$`)
)

// ownScript matches the scripts of the site.
var ownScript = regexp.MustCompile(`<script src="(\.\./)?(words|portfolio|compare|search|sort|good)\.js" defer></script>`)

func TestHostileTextInEveryFieldComesOutAsText(t *testing.T) {
	doc := reporttest.HostileDocument()
	for name, content := range written(t, doc) {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		content = ownScript.ReplaceAllString(content, "")
		for _, sheet := range styleSheet.FindAllString(content, -1) {
			if !ownSheet.MatchString(sheet) {
				t.Errorf("%s loads a style sheet of others: %s", name, sheet)
			}
		}
		for _, bad := range []string{"<script", "<img", "javascript:", "\x1b", "\x00", "\u202e", "\u2066", "\u0085", "ZgotmplZ", "[object"} {
			if strings.Contains(content, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
}

func TestEveryPageIsSelfContained(t *testing.T) {
	request := regexp.MustCompile(`(?i)\b(src|srcset|action|poster)\s*=|@import|url\(|<(script|iframe|object|embed|base)\b`)
	style := regexp.MustCompile(`\sstyle=`)
	for name, content := range written(t, reporttest.EveryState()) {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		content = ownScript.ReplaceAllString(content, "")
		if found := request.FindString(content); found != "" {
			t.Errorf("%s asks for something outside itself: %q", name, found)
		}
		if style.MatchString(content) {
			t.Errorf("%s has a style attribute, which its policy refuses", name)
		}
		if !strings.Contains(content, `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' file:; img-src data:; base-uri 'none'; form-action 'none'`) {
			t.Errorf("%s has no strict content security policy", name)
		}
	}
}

func TestLinksWithinTheSiteLead(t *testing.T) {
	files := written(t, reporttest.EveryState())
	link := regexp.MustCompile(`href="([^"#:]*)(?:#([^"]*))?"`)
	for name, content := range files {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(content, -1) {
			target := name
			if m[1] != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(name), m[1]))
			}
			body, there := files[target]
			if !there && !strings.Contains(m[1], "gone") {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
			if m[2] != "" && target != "compare.html" && !strings.Contains(body, `id="`+m[2]+`"`) { // there it names goods
				t.Errorf("%s links to #%s of %s, which is not there", name, m[2], target)
			}
		}
	}
}

func TestUnknownIsNeverShownAsGoodOrZero(t *testing.T) {
	files := written(t, reporttest.EveryState())
	for _, want := range []struct{ name, text string }{
		{"index.html", `Water Points (sample)</a>`},
		{"evidence/open-atlas.html", "Open advisories: unknown"},
		{"evidence/water-points.html", "Open advisories: unknown"},
		{"evidence/water-points.html", "Unknown: People, Momentum"},
		{"evidence/clinic-ledger.html", "not matched: no advisory database"},
		{"evidence/clinic-ledger.html", "Open advisories: at least 3"},
		{"goods/clinic-ledger.html", "at least 2 people"},
		{"evidence/clinic-ledger.html", "Unknown"},
	} {
		if !strings.Contains(files[want.name], want.text) {
			t.Errorf("%s does not say %q", want.name, want.text)
		}
	}
	if strings.Contains(files["goods/water-points.html"], "Every check") || strings.Contains(files["goods/open-atlas.html"], ">0 %") {
		t.Error("a good of which nothing is known is shown with a number")
	}
}

func TestAPortfolioOf250GoodsIsUnder300kB(t *testing.T) {
	files := written(t, reporttest.ManyGoods(250))
	for _, name := range []string{"index.html", "across.html"} {
		if n := len(files[name]); n > 300_000 {
			t.Errorf("%s of 250 goods has %d bytes", name, n)
		}
	}
}

func TestWithoutADatabaseTheNumberOfAdvisoriesIsUnknown(t *testing.T) {
	doc := reporttest.EveryState()
	doc.Summary.Findings, doc.Summary.Exploited = nil, nil
	for i := range doc.Keystones {
		doc.Keystones[i].Findings = nil
	}
	doc.Advisory = report.Advisories{Fingerprint: "none", Ecosystems: []report.Ecosystem{{Name: "npm", Packages: 3}}}
	page := written(t, doc)["index.html"]
	if !strings.Contains(page, "<dt>known weaknesses open</dt><dd>unknown</dd>") {
		t.Error("the first screen shows a number of advisories")
	}
	if strings.Contains(written(t, doc)["across.html"], "none matched") {
		t.Error("a keystone is shown as if it had been matched")
	}
	if !strings.Contains(written(t, doc)["method.html"], "no database: its packages were not matched") {
		t.Error("the method does not say that there was no database")
	}
}

func TestCSVCellsAreNoFormulas(t *testing.T) {
	files := written(t, reporttest.HostileDocument())
	for _, name := range []string{"goods.csv", "findings.csv", "keystones.csv", "fix-first.csv", "unfixed.csv", "concentration.csv", "alternatives.csv", "middle.csv", "changes.csv", "gaps.csv", "moved.csv"} {
		rows, err := csv.NewReader(strings.NewReader(files[name])).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("%s has a cell that starts a formula: %q", name, cell)
			}
		}
	}
}
