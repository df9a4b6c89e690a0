package publish

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// printed matches the pages of a PDF file.
var printed = regexp.MustCompile(`/Type\s*/Page[^s]`)

func TestTheBoardSheetIsTwoSidesWhateverItHolds(t *testing.T) {
	ctx := browser(t)
	full := varied(300) // as much as its lists can take
	for i := range full.Goods {
		v := &full.Goods[i].Verdict
		v.Stage, v.Load.Level, v.Load.Possible = assess.MessyMiddle, assess.Strong, []assess.Level{assess.Strong}
		v.Lift = []string{fmt.Sprintf("%d %s", i, strings.Repeat("Somebody does something long. ", 9)), strings.Repeat("Somebody else helps. ", 9)}
		full.Goods[i].Name = strings.Repeat("A long name ", 9)
	}
	for name, doc := range map[string]report.Document{
		"every state": reporttest.EveryState(), "hostile": reporttest.HostileDocument(), "long words": reporttest.Replaced(reporttest.HostileDocument(), reporttest.Extremes["one long word"]),
		"nothing": {}, "full": full,
	} {
		do(t, ctx, chromedp.Navigate(strings.Replace(siteOf(t, doc), "index.html", "board.html", 1)))
		pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(printed.FindAll(pdf, -1)); n != 2 {
			t.Errorf("%s: it is %d pages", name, n)
		}
	}
}

func TestATallyLeadsToItsGoodsInTheTable(t *testing.T) {
	ctx := browser(t)
	address := siteOf(t, reporttest.EveryState())
	do(t, ctx, chromedp.Navigate(address))
	seen[bool](t, ctx, `(document.querySelector(".tallies a[href$='=fading']").click(), true)`)
	until(t, ctx, `document.querySelector(".find [role=status]")?.textContent === "1 of 10 goods"`)
	noScript(t, ctx)
	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(address+"#goods?stage=fading"))
	if top := seen[float64](t, ctx, `document.getElementById("goods?stage=fading").getBoundingClientRect().top`); top > 20 {
		t.Errorf("without the script it leads %g pixels before the table", top)
	}
}

// The first screen answers: the finding, and where help holds up the most.
func TestTheFirstScreenHoldsTheFindingAndTheFirstAsks(t *testing.T) {
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(siteOf(t, reporttest.EveryState())))
	if below := seen[[]string](t, ctx, `[...document.querySelectorAll("h1, .tallies, #middle h2, .ranked li:first-child")].filter(e => e.getBoundingClientRect().bottom > 900 || !e.getBoundingClientRect().height).map(e => e.outerHTML.slice(0, 120))`); len(below) > 0 {
		t.Errorf("these are not on it: %q", below)
	}
	const twice = `(() => { const names = [...document.querySelectorAll(".ranked .who a")].map(a => a.href); return names.length - new Set(names).size })()`
	if n := seen[int](t, ctx, twice); n > 0 {
		t.Errorf("%d goods of the messy middle stand twice", n)
	}
}

// asked is a document whose goods answered two policies.
func asked() report.Document {
	doc := reporttest.EveryState()
	doc.Policies = []report.AskedPolicy{{ID: "ours", Name: "What we ask"}, {ID: "theirs", Name: "What they ask"}}
	for i := range doc.Goods {
		outcome := policy.Outcomes()[i%4]
		doc.Goods[i].Policies = []report.PolicyAnswer{{Policy: "theirs", Outcome: policy.Pass}, {Policy: "ours", Outcome: outcome,
			Conditions: []report.ConditionAnswer{{ID: "alive", Outcome: outcome, Because: "Nobody committed in a year."}}}}
	}
	return doc
}

func TestPoliciesStandInTheTableAndBesideOneAnother(t *testing.T) {
	ctx := browser(t)
	doc := asked()
	index := siteOf(t, doc)
	open(t, ctx, index)
	if heads := seen[[]string](t, ctx, `[...document.querySelectorAll("table.goods thead th")].slice(-2).map(head => head.textContent)`); strings.Join(heads, "|") != "What we ask|What they ask" {
		t.Errorf("the last heads are %q", heads)
	}
	texts := map[policy.Outcome]string{policy.Pass: "passes", policy.Fail: "fails", policy.Unknown: "unknown", policy.Partial: "passes what can be seen"}
	rows := seen[map[string][]string](t, ctx, `Object.fromEntries([...document.querySelectorAll("table.goods tbody tr")].map(row => [row.querySelector("a").getAttribute("href"), [...row.cells].slice(-2).map(cell => cell.textContent)]))`)
	for i, good := range doc.Goods {
		if got, want := strings.Join(rows[report.PagePath(good.ID)], "|"), texts[policy.Outcomes()[i%4]]+"|passes"; got != want {
			t.Errorf("%s: %q, want %q", good.ID, got, want)
		}
	}
	compared(t, ctx, index, report.SlugOf(doc.Goods[0].ID)+","+report.SlugOf(doc.Goods[3].ID), 2)
	if got := seen[string](t, ctx, `document.querySelector("[data-row=policy-0]").className + "|" + document.querySelector("[data-row=policy-1]").className`); got != "differs|alike" {
		t.Errorf("their rows are %s", got)
	}
	if said := seen[[]string](t, ctx, in("policy-0")); !strings.HasPrefix(said[0], "passes") || !strings.Contains(said[1], "fails") || !strings.Contains(said[1], "Nobody committed") {
		t.Errorf("they say %q", said)
	}
}

func TestATelephoneShowsEveryCellOfTheTableAndOfAComparison(t *testing.T) {
	ctx := browser(t)
	index := siteOf(t, asked())
	do(t, ctx, chromedp.EmulateViewport(390, 844))
	const cut = `[...document.querySelectorAll("table :is(th, td)")].filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 1).filter(e => { const box = e.getBoundingClientRect(); return box.left < 0 || box.right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1; }).map(e => e.outerHTML.slice(0, 120)).slice(0, 4)`
	open(t, ctx, index)
	if found := seen[[]string](t, ctx, cut); len(found) > 0 {
		t.Errorf("the table is cut at %q", found)
	}
	if label := seen[string](t, ctx, `getComputedStyle(document.querySelector(".goods td[data-l]"), "::before").content`); !strings.Contains(label, "Load") {
		t.Errorf("the first cell with a label has %s", label)
	}
	for _, goods := range []string{"clinic-ledger,school-meals", "clinic-ledger,school-meals,open-atlas,cold-chain"} {
		compared(t, ctx, index, goods, strings.Count(goods, ",")+1)
		if found := seen[[]string](t, ctx, cut); len(found) > 0 {
			t.Errorf("%s: cut at %q", goods, found)
		}
	}
}

func TestTheHeadOfTheTableStaysInSight(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, reporttest.ManyGoods(60)))
	for _, width := range []int64{1280, 1100} {
		do(t, ctx, chromedp.EmulateViewport(width, 600))
		top := seen[float64](t, ctx, `(() => { const rows = document.querySelectorAll(".goods tbody tr"); rows[rows.length - 1].scrollIntoView({block: "end"}); return document.querySelector(".goods thead th").getBoundingClientRect().top })()`)
		if top < -1 || top > 600 {
			t.Errorf("at %d pixels the head lies at %g", width, top)
		}
	}
}
