package publish

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// measuredPages are the pages of a kind ("goods", "briefs") of the fixture and the sample;
// those of the report that MIDSPAN_TEST_REPORT names, where it names one.
func measuredPages(t *testing.T, kind string) (pages []webPage) {
	t.Helper()
	if dir := os.Getenv("MIDSPAN_TEST_REPORT"); dir != "" {
		names, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(kind)))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s holds no %s: %v", dir, kind, err)
		}
		for _, name := range names {
			pages = append(pages, webPage{dir, filepath.Base(name), (&url.URL{Scheme: "file", Path: filepath.ToSlash(name)}).String()})
		}
		return pages
	}
	all := everyPage(t)
	if reports.sample != nil {
		t.Fatal(reports.sample)
	}
	for _, p := range slices.Concat(all["fixture"], all["sample"]) {
		if ok, err := filepath.Match(kind, p.name); ok && err == nil {
			pages = append(pages, p)
		}
	}
	return pages
}

// ninth is the 90th percentile.
func ninth(values []int) int {
	slices.Sort(values)
	return values[(len(values)*9-1)/10]
}

func TestThePageOfAGoodAnswersOnThreeScreensInFewWords(t *testing.T) {
	ctx := browser(t)
	var heights, words []int
	for _, p := range measuredPages(t, "goods/*.html") {
		do(t, ctx, chromedp.Navigate(p.address))
		heights = append(heights, seen[int](t, ctx, `document.documentElement.scrollHeight`))
		words = append(words, seen[int](t, ctx, `document.body.innerText.split(/\s+/).filter(Boolean).length`))
	}
	height, n := ninth(heights), ninth(words)
	t.Logf("%d pages, 90th percentile before anything is opened: %d pixels, %d words", len(heights), height, n)
	if height > 2700 || n > 1200 {
		t.Errorf("the 90th percentile is %d pixels high and has %d words", height, n)
	}
}

func TestASheetIsPrintedOnOnePage(t *testing.T) {
	ctx := browser(t)
	pages := measuredPages(t, "briefs/*.html")
	if os.Getenv("MIDSPAN_TEST_REPORT") == "" {
		for _, p := range slices.Concat(everyPage(t)["hostile"], everyPage(t)["long"]) {
			if strings.HasPrefix(p.name, "briefs/") {
				pages = append(pages, p)
			}
		}
	}
	for _, p := range pages {
		do(t, ctx, chromedp.Navigate(p.address))
		pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(pdf, []byte("/Type /Page\n")); n != 1 {
			t.Errorf("%s, %s: %d pages", p.report, p.name, n)
		}
	}
	t.Logf("%d sheets", len(pages))
}

// answeredLedger is a document with a policy that a good fails.
func answeredLedger() report.Document {
	doc := reporttest.EveryState()
	doc.Policies = []report.AskedPolicy{{ID: "agency", Name: "Rules of an agency", Conditions: []report.AskedCondition{{ID: "two", Title: "Two people work on it"}, {ID: "open", Title: "It has a licence"}}}}
	for i := range doc.Goods {
		if doc.Goods[i].ID == "clinic-ledger" {
			doc.Goods[i].Policies = []report.PolicyAnswer{{Policy: "agency", Outcome: policy.Fail, Conditions: []report.ConditionAnswer{
				{ID: "two", Outcome: policy.Fail, Because: "one person committed"}, {ID: "open", Outcome: policy.Pass, Because: "a licence file"}}}}
		}
	}
	return doc
}

func TestTheVerdictOfAPolicyAndWhatDecidedItStandFirst(t *testing.T) {
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(strings.Replace(siteOf(t, answeredLedger()), "index.html", "goods/clinic-ledger.html", 1)))
	text := seen[string](t, ctx, `document.querySelector(".policies").innerText`)
	if !strings.Contains(text, "fails Rules of an agency") || !strings.Contains(text, "Two people work on it") || strings.Contains(text, "It has a licence") {
		t.Errorf("the first screen says %q", text)
	}
	if bottom := seen[float64](t, ctx, `document.querySelector(".policies").getBoundingClientRect().bottom`); bottom > 900 {
		t.Errorf("it stands at %f pixels", bottom)
	}
	openAll(t, ctx)
	if text := seen[string](t, ctx, `document.querySelector("main").innerText`); !strings.Contains(text, "one person committed") || !strings.Contains(text, "a licence file") {
		t.Error("opened, it does not say why")
	}
	if found := axe(t, ctx, allRules); len(found) > 0 {
		t.Errorf("axe finds %q", found)
	}
}

func TestWhatMoneyCouldBuyIsAssumedByTheReaderAndKeptInTheAddress(t *testing.T) {
	ctx := browser(t)
	page := strings.Replace(siteOf(t, reporttest.EveryState()), "index.html", "goods/clinic-ledger.html", 1)
	do(t, ctx, chromedp.Navigate(page))
	sum := func() string { return seen[string](t, ctx, `document.querySelector("#money .sum output").textContent`) }
	openAll(t, ctx)
	if text := seen[string](t, ctx, `document.querySelector("#money").innerText`); !strings.Contains(text, "not a measurement") || !strings.Contains(text, "promises nothing") {
		t.Errorf("it says %q", text)
	}
	static := sum()
	assume(t, ctx, "people", "10")
	assume(t, ctx, "price", "1000")
	changed := sum()
	if changed == static {
		t.Errorf("with ten months for people it is still %s", static)
	}
	if hash := seen[string](t, ctx, `location.hash`); hash != "#money?people=10&price=1000" {
		t.Errorf("the address keeps %q", hash)
	}
	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(page+"#money?people=10&price=1000"))
	if !seen[bool](t, ctx, `document.querySelector("#money").open`) || sum() != changed {
		t.Errorf("the address gives %s, want %s, and the part is open: %v", sum(), changed, seen[bool](t, ctx, `document.querySelector("#money").open`))
	}
	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(page+"#money?people=<b>x&price=1e999"))
	if sum() != static {
		t.Errorf("what is no number gives %s", sum())
	}
	if found := axe(t, ctx, allRules); len(found) > 0 {
		t.Errorf("axe finds %q", found)
	}
}

// assume writes a number into a field, as a reader does.
func assume(t *testing.T, ctx context.Context, name, value string) {
	t.Helper()
	seen[bool](t, ctx, `(e => (e.value = "`+value+`", e.dispatchEvent(new Event("input", {bubbles: true}))))(document.querySelector("#money [name=`+name+`]"))`)
}

func TestTheUpgradePlanSaysWhatRunsBeforeWhatDevelops(t *testing.T) {
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(strings.Replace(siteOf(t, reporttest.EveryState()), "index.html", "goods/clinic-ledger.html", 1)))
	openAll(t, ctx)
	text := seen[string](t, ctx, `document.querySelector("#plan-text").textContent`)
	runs, develops := strings.Index(text, "- [ ] `deep-merge-sample`: `0.3.0` → `0.3.9` (npm; closes 1"), strings.Index(text, "- [ ] `test-runner-sample`: `2.0.0` → `2.4.1")
	if runs < 0 || develops < runs || !strings.Contains(text, "only build or test") {
		t.Errorf("the plan is %s", text)
	}
	seen[bool](t, ctx, `(document.querySelector("#plan button").click(), true)`)
	until(t, ctx, `document.querySelector("#plan [role=status]").textContent !== "" || getSelection().toString().includes("deep-merge-sample")`)
}
