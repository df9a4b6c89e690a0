package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/report/reporttest"
	"github.com/midspan/midspan/internal/report/search"
	"github.com/midspan/midspan/internal/report/site"
	"github.com/midspan/midspan/internal/report/table"
)

// large is the site of ten thousand goods without their own pages, written once for
// all tests that ask for it.
var large struct {
	write sync.Once
	dir   string
	err   error
}

func largeSite(t testing.TB) string {
	t.Helper()
	large.write.Do(func() {
		if large.dir, large.err = os.MkdirTemp("", "midspan-large-"); large.err == nil {
			large.err = writePortfolio(large.dir, varied(10_000), report.English.Language)
		}
	})
	if large.err != nil {
		t.Fatal(large.err)
	}
	return (&url.URL{Scheme: "file", Path: filepath.Join(large.dir, "index.html")}).String()
}

// shownRows and shownAsks are how many goods the page lists, in its table and in each part
// of the messy middle. A page of the table that does without the script has pageRows.
const (
	shownRows = 25
	shownAsks = 25
	pageRows  = 250
)

// varied is a document of n goods that differ in what can be asked for.
func varied(n int) report.Document {
	doc := reporttest.ManyGoods(n)
	for i := range doc.Goods {
		good := &doc.Goods[i]
		good.SDGs = []int{i%17 + 1, (i*5)%17 + 1}
		good.Sectors = []string{fmt.Sprintf("Sector %d", i%23)}
		good.DeploymentCountries = []string{fmt.Sprintf("Country %d", i%190), fmt.Sprintf("Country %d", (i*7)%190)}
		good.Organizations = []catalog.Organization{{Name: fmt.Sprintf("Organization %d of many", i%6000)}}
	}
	return doc
}

// writePortfolio writes the pages and lists that speak of all goods, and no page of a
// good.
func writePortfolio(dir string, doc report.Document, languages ...*language.Language) error {
	site, err := site.NewSite(doc, languages)
	if err != nil {
		return err
	}
	w := &Writer{staging: dir}
	for _, folder := range append(site.Folders(), search.Folder) {
		err = errors.Join(err, os.MkdirAll(filepath.Join(dir, folder, table.Folder), 0o755))
	}
	shown, rows := report.Cleaned(doc), []report.Row(nil)
	shown.Goods = nil
	for _, good := range doc.Goods {
		w.index.Add(searched(good))
		row := report.NewRow(good, report.TallyFindings(good))
		rows, shown.Goods = append(rows, row), append(shown.Goods, row.Good)
	}
	for _, l := range export.CSVLists(shown, rows) {
		err = errors.Join(err, w.write(l.Name, func(out io.Writer) error { return export.WriteCSV(out, l.Rows...) }))
	}
	return errors.Join(err, w.index.Write(report.ISODate(doc.AsOf), w.write), site.WriteAll(shown, rows, w.write))
}

// pick checks or clears a value of a filter as a reader would: by the button, which
// opens a list of values.
func pick(t *testing.T, ctx context.Context, facet, value string) {
	t.Helper()
	seen[bool](t, ctx, fmt.Sprintf(`(async () => {
		const panel = document.getElementById("find-" + %q), button = document.querySelector("[aria-controls=find-" + %[1]q + "]");
		if (panel.hidden) button.click();
		while (document.querySelector("[aria-busy=true]") || !panel.querySelector("li")) await new Promise(done => setTimeout(done, 5));
		const box = [...panel.querySelectorAll("[type=checkbox]")].find(box => box.value === %[2]q);
		if (!box) throw new Error("no value " + %[2]q + " among " + panel.textContent);
		box.click();
		return true;
	})()`, facet, value))
}

func TestValuesOfOneFilterWidenAndFiltersNarrow(t *testing.T) {
	ctx := browser(t)
	doc := reporttest.EveryState()
	doc.Goods[0].Sectors, doc.Goods[1].Sectors, doc.Goods[2].Sectors = []string{"Bridges"}, []string{"bridges ", "Water"}, []string{"Schools"}
	doc.Goods[0].DeploymentCountries = []string{"Côte d’Ivoire"}
	open(t, ctx, siteOf(t, doc))
	all := seen[int](t, ctx, shown)
	for _, step := range []struct {
		facet, value string
		want         int
	}{{"sector", "Bridges", 2}, {"sector", "Schools", 3}, {"country", "Côte d’Ivoire", 1}, {"country", "-", 1}, {"sector", "Bridges", 0}} {
		pick(t, ctx, step.facet, step.value)
		if n, says := seen[int](t, ctx, shown), seen[string](t, ctx, status); n != step.want || says != fmt.Sprintf("%d of %d goods", step.want, all) {
			t.Errorf("%s %s: shows %d and says %q, want %d", step.facet, step.value, n, says, step.want)
		}
	}
	if at := seen[string](t, ctx, `location.hash`); !strings.Contains(at, "sector=Schools") || !strings.Contains(at, "country=C") || !strings.Contains(at, "country=-") {
		t.Errorf("the address is %s", at)
	}
}

func TestEachValueShowsHowManyGoodsItWouldFind(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, reporttest.EveryState()))
	pick(t, ctx, "stage", "sunset")
	counts := seen[map[string]string](t, ctx, `Object.fromEntries([...document.querySelectorAll("#find-stage label")].map(label => [label.querySelector("input").value, label.lastElementChild.textContent]))`)
	if counts["messy-middle"] != "(2)" || counts["sunset"] != "(1)" {
		t.Errorf("a filter narrows its own values: %v", counts)
	}
	seen[bool](t, ctx, `document.querySelector("[aria-controls=find-sdg]").click() || true`)
	if n := seen[string](t, ctx, `document.querySelector("#find-sdg label").lastElementChild.textContent`); n != "(1)" {
		t.Errorf("the goals of what is shown count %s", n)
	}
	if open := seen[int](t, ctx, `[...document.querySelectorAll(".values")].filter(panel => panel.checkVisibility()).length`); open != 1 {
		t.Errorf("%d lists are open at a time", open)
	}
}

func TestAViewOfSeveralValuesIsInItsAddress(t *testing.T) {
	ctx := browser(t)
	address := siteOf(t, reporttest.EveryState())
	open(t, ctx, address)
	pick(t, ctx, "stage", "messy-middle")
	pick(t, ctx, "stage", "fading")
	seen[bool](t, ctx, `document.querySelectorAll("table.goods thead button")[7].click() || true`)
	view := func() string {
		return seen[string](t, ctx, status+` + "|" + `+first+` + "|" + location.href + "|" + document.querySelector(".chosen").textContent`)
	}
	want := view()
	if at := seen[string](t, ctx, `location.hash`); at != "#goods?sort=-risk&stage=messy-middle&stage=fading" {
		t.Errorf("the address is %s", at)
	}
	open(t, ctx, seen[string](t, ctx, `location.href`))
	if got := view(); got != want {
		t.Errorf("restored as %q, want %q", got, want)
	}
	for hash, says := range map[string]string{
		"#goods?stage=MESSY-middle":             "2 of 10 goods", // as addresses were before a filter took several
		"#goods?country=Nowhere+at+all":         "0 of 10 goods",
		"#goods?country=Nowhere&country=Utopia": "9 of 10 goods",
		"#goods?q=clinic+ledger&sort=nonsense":  "1 of 10 goods",
		"#goods?page=99&stage=fading":           "1 of 10 goods",
	} {
		open(t, ctx, address+hash)
		if got := seen[string](t, ctx, status); got != says {
			t.Errorf("%s shows %q, want %q", hash, got, says)
		}
	}
}

func TestAChosenValueIsTakenAwayByItsButton(t *testing.T) {
	ctx := browser(t)
	address := siteOf(t, reporttest.EveryState())
	open(t, ctx, address+"#goods?stage=messy-middle&stage=fading&country=Nowhere")
	if got := seen[int](t, ctx, `document.querySelectorAll(".chosen button").length`); got != 3 {
		t.Errorf("%d values have a button", got)
	}
	seen[bool](t, ctx, `[...document.querySelectorAll(".chosen button")].at(-1).click() || true`)
	if at, says := seen[string](t, ctx, `location.hash`), seen[string](t, ctx, status); at != "#goods?stage=messy-middle&stage=fading" || says != "3 of 10 goods" {
		t.Errorf("the address is %s, it says %s", at, says)
	}
	if on := seen[string](t, ctx, `document.activeElement.getAttribute("aria-controls")`); on != "find-country" {
		t.Errorf("the focus is on %q", on)
	}
}

func TestFiltersAreSetByKeyboardAlone(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, reporttest.EveryState()))
	seen[bool](t, ctx, `document.querySelector(".find input").focus() || true`)
	do(t, ctx, chromedp.KeyEvent("ledger"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, `document.querySelector("#find-stage li") !== null`)
	if !seen[bool](t, ctx, `document.activeElement.getAttribute("aria-expanded") === "true" && !document.getElementById("find-stage").hidden`) {
		t.Fatal("Enter does not open the filter that Tab reaches first")
	}
	do(t, ctx, chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "))
	if at := seen[string](t, ctx, `location.hash`); at != "#goods?q=ledger&stage=messy-middle" {
		t.Errorf("the address is %s", at)
	}
	if !seen[bool](t, ctx, `document.activeElement.type === "checkbox" && document.activeElement.checked`) {
		t.Error("the focus is lost by checking a value")
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	if !seen[bool](t, ctx, `document.getElementById("find-stage").hidden && document.activeElement.getAttribute("aria-controls") === "find-stage"`) {
		t.Error("Escape does not close the list and give the focus back")
	}
	for range 20 {
		if seen[bool](t, ctx, `document.activeElement.closest("thead") !== null`) {
			break
		}
		do(t, ctx, chromedp.KeyEvent(kb.Tab))
	}
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	if at := seen[string](t, ctx, `document.querySelector("[aria-sort]")?.textContent`); at != "Good" {
		t.Errorf("the first head that Tab reaches sorts by %q", at)
	}
}

// What the script draws is what the page says without it.
func TestTheScriptDrawsTheRowsOfThePage(t *testing.T) {
	ctx := browser(t)
	french, err := language.Find("fr")
	if err != nil {
		t.Fatal(err)
	}
	doc := reporttest.ManyGoods(200)
	extra := reporttest.EveryState()
	for i := range extra.Goods {
		extra.Goods[i].Verdict.Load.Score.High = min(100, extra.Goods[i].Verdict.Load.Score.Low+60) // too wide to be told
	}
	doc.Goods = append(doc.Goods, extra.Goods...)
	doc.Goods[3].Name, doc.Goods[4].Name = strings.Repeat("A name that goes on ", 9), `"<b>&'quoted'`
	doc.Goods[5].ID = "Not a slug"
	dir := t.TempDir()
	if err := writePortfolio(dir, doc, report.English.Language, french); err != nil {
		t.Fatal(err)
	}
	// What has no translation is marked as English on the page.
	rows := `[...document.querySelectorAll("table.goods tbody tr")].map(row => row.outerHTML.replaceAll("\n", "").replace(/<input[^>]*>/, "").replace(/<span lang="en" dir="ltr">(.*?)<\/span>/g, "$1"))`
	for _, page := range []string{"index.html", "fr/index.html"} {
		address := (&url.URL{Scheme: "file", Path: filepath.Join(dir, page)}).String()
		do(t, ctx, chromedp.Navigate(address))
		want := seen[[]string](t, ctx, rows)
		open(t, ctx, address)
		until(t, ctx, fmt.Sprintf(shown+" === %d", len(want)))
		got := seen[[]string](t, ctx, rows)
		if len(got) != len(want) || len(got) != shownRows {
			t.Fatalf("%s: %d rows, want %d", page, len(got), len(want))
		}
		differ := 0
		for i := range got {
			if got[i] != want[i] && differ < 3 {
				differ++
				t.Errorf("%s, row %d:\n%s\nwant\n%s", page, i, got[i], want[i])
			}
		}
	}
}

func TestAxeFindsNothingInOpenFilters(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, largeSite(t)+"#goods?stage=fading&sector=Sector+3")
	for _, scheme := range []string{"light", "dark"} {
		emulate(t, ctx, "", "prefers-color-scheme", scheme)
		for _, facet := range []string{"stage", "country"} {
			seen[bool](t, ctx, fmt.Sprintf(`(document.querySelector("[aria-controls=find-%s]").click(), document.querySelectorAll("tbody tr:nth-child(n+9)").forEach(row => row.remove()), true)`, facet))
			if found := axe(t, ctx, filterRules); len(found) > 0 {
				t.Errorf("%s, %s:\n%s", facet, scheme, strings.Join(found[:min(len(found), 5)], "\n"))
			}
		}
	}
}

func TestEveryGoodIsReachedWithoutTheScript(t *testing.T) {
	ctx := browser(t)
	doc := varied(2*pageRows + 20)
	dir := t.TempDir()
	if err := writePortfolio(dir, doc, report.English.Language); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.Join(dir, "index.html")}).String()))
	found := map[string]bool{}
	for page := 1; ; page++ {
		for _, address := range seen[[]string](t, ctx, `[...document.querySelectorAll("table.goods tbody th a")].map(a => a.getAttribute("href"))`) {
			found[address] = true
		}
		next := seen[string](t, ctx, `document.querySelector(".pager [rel=next]")?.href || ""`)
		if next == "" {
			if page != 3 {
				t.Errorf("there are %d pages", page)
			}
			break
		}
		do(t, ctx, chromedp.Navigate(next))
		if back := seen[string](t, ctx, `document.querySelector(".pager [rel=prev]")?.textContent || ""`); back == "" {
			t.Errorf("no way leads back from %s", next)
		}
	}
	if len(found) != len(doc.Goods) {
		t.Errorf("%d of %d goods are reached", len(found), len(doc.Goods))
	}
	if seen[bool](t, ctx, `!!document.querySelector("form, button, input, select")`) {
		t.Error("there are controls that do nothing")
	}
}

func TestTenThousandGoodsCanBeFiltered(t *testing.T) {
	ctx := browser(t)
	address := largeSite(t)
	open(t, ctx, address)
	until(t, ctx, fmt.Sprintf(shown+" === %d", shownRows))
	if says := seen[string](t, ctx, status); says != "10,000 of 10,000 goods, here 1 to 25" {
		t.Errorf("it says %q", says)
	}
	if links := seen[int](t, ctx, `document.querySelectorAll(".pager a").length`); links != 0 {
		t.Error("the links to the pages without a script are still there")
	}
	seen[bool](t, ctx, `[...document.querySelectorAll(".pager button")].at(-1).click() || true`)
	if at, says := seen[string](t, ctx, `location.hash`), seen[string](t, ctx, status); at != "#goods?page=2" || says != "10,000 of 10,000 goods, here 26 to 50" {
		t.Errorf("the next page is %s and says %s", at, says)
	}
	second := seen[string](t, ctx, first)
	open(t, ctx, address+"#goods?page=2")
	if got := seen[string](t, ctx, first); got != second {
		t.Errorf("restored, the page begins with %q, want %q", got, second)
	}
	// A long list shows what most goods have, and finds the rest.
	seen[bool](t, ctx, `document.querySelector("[aria-controls=find-organization]").click() || true`)
	if n := seen[int](t, ctx, `document.querySelectorAll("#find-organization [type=checkbox]").length`); n != 40 {
		t.Errorf("a list of thousands shows %d", n)
	}
	seen[bool](t, ctx, `(() => { const search = document.querySelector("#find-organization [type=search]"); search.value = "5123 of"; search.dispatchEvent(new Event("input")); return true })()`)
	pick(t, ctx, "organization", "Organization 5123 of many")
	if says := seen[string](t, ctx, status); !strings.HasSuffix(says, " of 10,000 goods") || strings.HasPrefix(says, "0 ") {
		t.Errorf("it says %q", says)
	}
}

func TestTheCSVFileHoldsAllThatIsFoundInItsOrder(t *testing.T) {
	ctx := browser(t)
	doc := varied(2 * pageRows)
	doc.Goods[7].Name, doc.Goods[7].Sectors = `=1+1,"x"`, []string{"@SUM", "Water"}
	dir := t.TempDir()
	if err := writePortfolio(dir, doc, report.English.Language); err != nil {
		t.Fatal(err)
	}
	open(t, ctx, (&url.URL{Scheme: "file", Path: filepath.Join(dir, "index.html")}).String()+"#goods?sort=-risk")
	saved := func() []string {
		seen[bool](t, ctx, `(() => { window.saved = ""; const make = URL.createObjectURL; URL.createObjectURL = blob => { blob.text().then(text => window.saved = text); return make(blob) };
			[...document.querySelectorAll(".find .row button")].at(-1).click(); return true })()`)
		until(t, ctx, `!!window.saved`)
		return strings.Split(strings.TrimSuffix(seen[string](t, ctx, `window.saved`), "\r\n"), "\r\n")
	}
	lines := saved()
	if len(lines) != len(doc.Goods)+1 || !strings.HasPrefix(lines[0], "id,name,stage,") {
		t.Fatalf("it holds %d lines, the first %q", len(lines), lines[0])
	}
	if name := seen[string](t, ctx, first); !strings.Contains(lines[1], ","+name+",") {
		t.Errorf("the first row of the table is %q, of the file %q", name, lines[1])
	}
	open(t, ctx, seen[string](t, ctx, `location.href.split("#")[0]`)+"#goods?sector=%40SUM")
	lines = saved()
	if len(lines) != 2 || !strings.Contains(lines[1], `,"'=1+1,""x""",`) || !strings.Contains(lines[1], `,'@SUM; Water,`) {
		t.Errorf("it holds %q", lines)
	}
}

func TestPagesOfTenThousandGoodsStaySmall(t *testing.T) {
	largeSite(t)
	for _, name := range []string{"index.html", "across.html", "method.html", "goods-2.html", "goods-40.html"} {
		info, err := os.Stat(filepath.Join(large.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes", name, info.Size())
		if info.Size() > 1_000_000 {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
	}
	files, err := filepath.Glob(filepath.Join(large.dir, "table", "*.js"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the data of the table: %v, %v", files, err)
	}
	var all int64
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if all += info.Size(); info.Size() > 600_000 {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
	}
	if t.Logf("table: %d bytes in %d files", all, len(files)); all > 4_500_000 {
		t.Errorf("the data and the rows have %d bytes", all)
	}
}

func TestWhatALongListLeavesOutIsCountedAndInAFile(t *testing.T) {
	doc := reporttest.ManyGoods(900)
	for i := range doc.Goods {
		good := &doc.Goods[i]
		if i%2 == 0 {
			good.Verdict.Stage = assess.MessyMiddle
		}
	}
	dir := t.TempDir()
	if err := writePortfolio(dir, doc, report.English.Language); err != nil {
		t.Fatal(err)
	}
	files := readAll(t, dir)
	page := files["index.html"]
	for _, want := range []string{` more are in the file.`, `<a href="middle.csv">middle.csv</a> has all`, `<a href="gaps.csv">gaps.csv</a>`, `<a href="goods.csv">goods.csv</a>`, `class="many"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the portfolio does not say %q", want)
		}
	}
	middle := 0
	for _, good := range doc.Goods {
		if good.Verdict.Stage == assess.MessyMiddle {
			middle++
		}
	}
	if rows := strings.Count(files["middle.csv"], ",in it,"); rows != middle {
		t.Errorf("middle.csv holds %d goods of %d", rows, middle)
	}
	if n := strings.Count(page, `<p class="who">`); n == 0 || n > 2*shownAsks {
		t.Errorf("%d goods of the messy middle stand on the page", n)
	}
}

// How long an answer takes is measured in the page itself, from the event until the
// rows are laid out: the middle of the runs, in milliseconds.
func BenchmarkAnswerOverTenThousandGoods(b *testing.B) { answer(b, largeSite(b)) }

// MIDSPAN_TEST_REPORT names the folder of a report, for instance of the 100,000 goods that
// bench/rehearsal makes.
func BenchmarkAnswerOfAReport(b *testing.B) {
	dir := os.Getenv("MIDSPAN_TEST_REPORT")
	if dir == "" {
		b.Skip("MIDSPAN_TEST_REPORT names no report")
	}
	answer(b, (&url.URL{Scheme: "file", Path: filepath.Join(dir, "index.html")}).String())
}

func answer(b *testing.B, address string) {
	ctx := browser(b)
	open(b, ctx, address)
	seen[bool](b, ctx, `document.querySelector("[aria-controls=find-stage]").click() || document.querySelector(".find [name=q]").focus() || true`)
	do(b, ctx, chromedp.Sleep(2*time.Second)) // what is made ready in the meantime
	const search = `(s => { s.value = %q; s.dispatchEvent(new Event("input")) })(document.querySelector(".find [name=q]"))`
	for _, ask := range [][2]string{
		{"filter", `document.querySelector("#find-stage [type=checkbox]").click()`},
		{"search", fmt.Sprintf(search, "clinic 12")},
		{"empty the search", fmt.Sprintf(search, "")},
		{"sort by name", `document.querySelectorAll("table.goods thead button")[0].click()`},
		{"sort by risk", `document.querySelectorAll("table.goods thead button")[7].click()`},
		{"next page", `[...document.querySelectorAll(".pager button")].at(-1).click()`},
		{"open a list", `document.querySelector("[aria-controls=find-organization]").click()`},
	} {
		b.Run(ask[0], func(b *testing.B) {
			var took []float64
			for b.Loop() {
				took = append(took, seen[float64](b, ctx, `(async () => { const start = performance.now(); `+ask[1]+`;
					while (document.querySelector("[aria-busy=true]")) await new Promise(done => setTimeout(done)); document.body.offsetHeight; return performance.now() - start })()`))
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2], "ms/answer")
			b.ReportMetric(0, "ns/op")
		})
	}
}
