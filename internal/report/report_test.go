package report

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// golden compares got with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update to write it", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from its golden file: look at it, then run with -update and read the difference in version control", name)
	}
}

// written writes the document into a new folder and returns its files by name.
func written(t *testing.T, doc Document) map[string]string {
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
	files := written(t, everyState())
	for _, name := range []string{
		"report.json", "goods.csv", "findings.csv", "reasons.csv", "feed.atom", "keystones.csv", "fix-first.csv", "unfixed.csv", "concentration.csv", "alternatives.csv",
		"middle.csv", "changes.csv", "gaps.csv", "index.html", "portfolio-data.js", "portfolio-rows.js", "across.html", "method.html", "goods/clinic-ledger.html", "goods/seed-exchange.html",
		"goods/open-atlas.html", "goods/water-points.html",
	} {
		golden(t, "every-state/"+name, []byte(files[name]))
	}
}

func TestTheSameDocumentGivesTheSameBytes(t *testing.T) {
	first, second := written(t, everyState()), written(t, everyState())
	for name, content := range first {
		if second[name] != content {
			t.Errorf("%s differs between two writes of one document", name)
		}
	}
}

// ownScript matches the scripts of the site.
var ownScript = regexp.MustCompile(`<script src="(\.\./)?(words|portfolio|compare|sort)\.js" defer></script>`)

func TestHostileTextInEveryFieldComesOutAsText(t *testing.T) {
	doc := hostileDocument()
	for name, content := range written(t, doc) {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		content = ownScript.ReplaceAllString(content, "")
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
	for name, content := range written(t, everyState()) {
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
		if !strings.Contains(content, `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-`) {
			t.Errorf("%s has no strict content security policy", name)
		}
	}
}

func TestTheContentPolicyHasTheHashOfTheStyleSheet(t *testing.T) {
	page := written(t, everyState())["index.html"]
	_, rest, _ := strings.Cut(page, "<style>")
	css, _, _ := strings.Cut(rest, "</style>")
	escaped := strings.NewReplacer("'", "&#39;", "+", "&#43;").Replace(contentPolicy([]byte(css), true))
	if !strings.Contains(page, escaped) {
		t.Errorf("the policy is not of the style sheet on the page; want %s", escaped)
	}
}

func TestLinksWithinTheSiteLead(t *testing.T) {
	files := written(t, everyState())
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
			if m[2] != "" && target != comparePage && !strings.Contains(body, `id="`+m[2]+`"`) { // there it names goods
				t.Errorf("%s links to #%s of %s, which is not there", name, m[2], target)
			}
		}
	}
}

func TestUnknownIsNeverShownAsGoodOrZero(t *testing.T) {
	files := written(t, everyState())
	for _, want := range []struct{ name, text string }{
		{"index.html", `Water Points (sample)</bdi></a>`},
		{"goods/open-atlas.html", "Open advisories: unknown"},
		{"goods/water-points.html", "Open advisories: unknown"},
		{"goods/water-points.html", "score unknown"},
		{"goods/clinic-ledger.html", "not matched: no advisory database"},
		{"goods/clinic-ledger.html", "Open advisories: at least 3"},
		{"goods/clinic-ledger.html", "at least 2 people"},
		{"goods/clinic-ledger.html", "Unknown"},
	} {
		if !strings.Contains(files[want.name], want.text) {
			t.Errorf("%s does not say %q", want.name, want.text)
		}
	}
	if strings.Contains(files["goods/water-points.html"], "Every check") || strings.Contains(files["goods/open-atlas.html"], ">0 %") {
		t.Error("a good of which nothing is known is shown with a number")
	}
}

func TestATallyNeverCallsCleanWhatWasNotExamined(t *testing.T) {
	d := observation.Definition{ID: findingsMeasure}
	bounded := d.Of(0, "", asOf)
	bounded.Bound = observation.AtLeast
	one := []Scan{{Outcome: Scanned, Findings: []observation.Finding{{Advisory: "X-1"}}}}
	for name, c := range map[string]struct {
		measures []observation.Measure
		scans    []Scan
		want     string
	}{
		"not measured at all":          {nil, nil, "unknown"},
		"unknown":                      {[]observation.Measure{d.UnknownFor(observation.CauseNoDatabase, "")}, nil, "unknown"},
		"nothing to match":             {[]observation.Measure{d.NotApplicableFor("")}, nil, "no packages"},
		"all matched":                  {[]observation.Measure{d.Of(0, "", asOf)}, nil, "none"},
		"matched in part":              {[]observation.Measure{bounded}, nil, "none in part"},
		"matched in part and affected": {[]observation.Measure{bounded}, one, "at least 1"},
		"all matched and affected":     {[]observation.Measure{d.Of(1, "", asOf)}, one, "1"},
		"affected, not measured":       {nil, one, "at least 1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := english.tallyText(tallyFindings(Good{Measures: c.measures, Scans: c.scans})); got != c.want {
				t.Errorf("says %q, want %q", got, c.want)
			}
		})
	}
}

func TestAPortfolioOf250GoodsIsUnder300kB(t *testing.T) {
	files := written(t, manyGoods(250))
	for _, name := range []string{"index.html", "across.html"} {
		if n := len(files[name]); n > 300_000 {
			t.Errorf("%s of 250 goods has %d bytes", name, n)
		}
	}
}

func TestCSVCellsAreNoFormulas(t *testing.T) {
	files := written(t, hostileDocument())
	for _, name := range []string{"goods.csv", "findings.csv", "keystones.csv", "fix-first.csv", "unfixed.csv", "concentration.csv", "alternatives.csv", "middle.csv", "changes.csv", "gaps.csv"} {
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

func FuzzACellIsNeverAFormula(f *testing.F) {
	for _, seed := range []string{"", "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\u202e=1", " =1", "＝1", "plain", "\xff=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if got := guardCell(cell); got != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(got)[0]) {
			t.Errorf("%q is written as %q", cell, got)
		}
	})
}

func FuzzCleanTextHasNoControls(f *testing.F) {
	for _, seed := range []string{hostile, "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "👩🏽‍⚕️", "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334", "\xff\xfe", "\U000e0041"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range cleanText(s) {
			if unicode.IsControl(r) || r == '\u202e' || r == '\u2066' || r == '\ufeff' {
				t.Errorf("%q keeps %U", s, r)
			}
		}
	})
}

func TestJoinersThatScriptsNeedStay(t *testing.T) {
	for _, s := range []string{"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "👩🏽\u200d⚕️", "क्\u200dष", "Crème brûlée"} {
		if got := cleanText(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestOnlyWebAddressesBecomeLinks(t *testing.T) {
	for address, want := range map[string]string{
		"https://a.example/x": "https://a.example/x", "http://a.example": "http://a.example",
		"javascript:alert(1)": "", "data:text/html,x": "", "//a.example": "", "file:///etc/passwd": "", "ssh://a.example/x": "",
		"https://user:secret@a.example": "", "not an address": "", "": "", "JAVASCRIPT:alert(1)": "", "https:": "",
	} {
		if got := web(address); got != want {
			t.Errorf("web(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestAPageNameIsSafeWhateverTheID(t *testing.T) {
	for _, id := range []string{"", "..", "../../x", "a/b", "Upper", "con.html", strings.Repeat("a", 300), "ü", "a\x00"} {
		if got := pagePath(id); !regexp.MustCompile(`^goods/good_[0-9a-f]{16}\.html$`).MatchString(got) {
			t.Errorf("pagePath(%q) = %q", id, got)
		}
	}
	if got := pagePath("clinic-ledger-2"); got != "goods/clinic-ledger-2.html" {
		t.Errorf("a plain id gives %q", got)
	}
}

func TestChangeBetweenHasEveryMove(t *testing.T) {
	good := func(id string, stage assess.Stage) Good {
		g := Good{Verdict: assess.Verdict{Stage: stage}}
		g.ID = id
		return g
	}
	prev := Document{AsOf: asOf, Goods: []Good{good("a", assess.Sustained), good("b", assess.MessyMiddle), good("c", assess.Emerging), good("d", assess.Dormant), good("e", assess.Sunset)}}
	cur := Document{Goods: []Good{good("a", assess.MessyMiddle), good("b", assess.Sustained), good("c", assess.Sustained), good("d", assess.Dormant), good("f", assess.MessyMiddle)}}
	change := ChangeBetween(prev, cur)
	for name, c := range map[string]struct {
		moves []Move
		id    string
	}{"entered": {change.Entered, "a"}, "left": {change.Left, "b"}, "moved": {change.Moved, "c"}, "removed": {change.Removed, "e"}, "added": {change.Added, "f"}} {
		if len(c.moves) != 1 || c.moves[0].Good != c.id {
			t.Errorf("%s is %v, want %s alone", name, c.moves, c.id)
		}
	}
	if !change.Since.Equal(asOf) {
		t.Errorf("since is %v", change.Since)
	}
}

func TestTheMiddleIsRankedByHowFarLoadOutweighsSupports(t *testing.T) {
	doc := complete(everyState())
	ranked := rankMiddle(doc.Goods)
	if len(ranked) != 2 || ranked[0].ID != "clinic-ledger" {
		t.Errorf("ranked %d, first %q", len(ranked), ranked[0].ID)
	}
}

func TestNumbersAreReadable(t *testing.T) {
	for f, want := range map[float64]string{0: "0", 1: "1", 1234567: "1,234,567", -1234.5: "−1,234.5", .333: "0.33", 999: "999", -999: "−999"} {
		if got := english.Number(f); got != want {
			t.Errorf("english.Number(%v) = %q, want %q", f, got, want)
		}
	}
	for share, want := range map[float64]string{0: "0 %", .001: "under 1 %", .999: "over 99 %", 1: "100 %", .5: "50 %"} {
		if got := english.Percent(share); got != want {
			t.Errorf("english.Percent(%v) = %q, want %q", share, got, want)
		}
	}
}

func TestLabelsOfTheMapCoverNeitherMarksNorOneAnother(t *testing.T) {
	marks, _ := placeMarks(manyGoods(250).Goods)
	labels := englishPages.placeLabels(marks)
	if len(labels) < 3 {
		t.Fatalf("only %d names are on the map", len(labels))
	}
	for i, l := range labels {
		for _, other := range labels[:i] {
			if l.overlaps(other) {
				t.Errorf("%q lies on %q", l.text, other.text)
			}
		}
		for _, m := range marks {
			if l.overlaps(label{left: m.x - 5, right: m.x + 5, top: m.y - 5, bottom: m.y + 5}) {
				t.Errorf("%q lies on the mark of %s", l.text, m.good.ID)
			}
		}
	}
}

func TestWithoutADatabaseTheNumberOfAdvisoriesIsUnknown(t *testing.T) {
	doc := everyState()
	doc.Summary.Findings, doc.Summary.Exploited = nil, nil
	for i := range doc.Keystones {
		doc.Keystones[i].Findings = nil
	}
	doc.Advisory = Advisories{Fingerprint: "none", Ecosystems: []Ecosystem{{Name: "npm", Packages: 3}}}
	page := written(t, doc)["index.html"]
	if !strings.Contains(page, "<dt>open advisories found</dt><dd>unknown</dd>") {
		t.Error("the first screen shows a number of advisories")
	}
	if strings.Contains(written(t, doc)["across.html"], "none matched") {
		t.Error("a keystone is shown as if it had been matched")
	}
	if !strings.Contains(written(t, doc)["method.html"], "no database: its packages were not matched") {
		t.Error("the method does not say that there was no database")
	}
}
