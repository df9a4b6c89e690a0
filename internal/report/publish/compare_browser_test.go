package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// compared opens the page that lays goods side by side, with what stands behind the
// mark of its address, and waits until it shows so many goods.
func compared(t *testing.T, ctx context.Context, index, goods string, n int) {
	t.Helper()
	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(strings.TrimSuffix(index, "index.html")+"compare.html"+"#"+goods))
	until(t, ctx, fmt.Sprintf(`%s.length === %d && document.querySelector(".said") !== null && !document.querySelector(".needs")`, beside, n))
}

const (
	beside   = `[...document.querySelectorAll(".compare thead th a")].map(link => link.textContent)`
	problems = `[...document.querySelectorAll(".said li")].map(item => item.textContent)`
)

// in returns what a row says of each good.
func in(row string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("[data-row=%s] td")].map(cell => cell.innerText.trim())`, row)
}

func TestTwoThreeAndFourGoodsStandSideBySide(t *testing.T) {
	ctx := browser(t)
	index := siteOf(t, reporttest.EveryState())
	all := []string{"clinic-ledger", "school-meals", "open-atlas", "cold-chain"}
	for n := 2; n <= 4; n++ {
		compared(t, ctx, index, strings.Join(all[:n], ","), n)
		if wrong := seen[[]string](t, ctx, fmt.Sprintf(`[...document.querySelectorAll(".compare tr")].filter(row => row.cells.length !== %d || [...row.cells].slice(1).some(cell => !cell.textContent.trim())).map(row => row.textContent)`, n+1)); len(wrong) > 0 {
			t.Errorf("of %d goods these rows are not whole: %q", n, wrong)
		}
		if stages := seen[[]string](t, ctx, in("stage")); !strings.HasPrefix(stages[0], "messy middle") || stages[1] != "sustained" {
			t.Errorf("their stages are %q", stages)
		}
	}
	if wrong := seen[int](t, ctx, `[...document.querySelectorAll(".compare td > .l-unknown")].filter(text => text.textContent === "unknown" && !text.parentElement.querySelector("small")).length`); wrong > 0 {
		t.Errorf("%d cells are unknown without a cause", wrong)
	}
	if said := seen[[]string](t, ctx, in("severity")); said[0] != "1 critical, 1 high, 1 medium" {
		t.Errorf("the advisories of the first are %q", said[0])
	}
	if asked := seen[[]string](t, ctx, `performance.getEntriesByType("resource").map(entry => entry.name).filter(name => !name.startsWith(new URL(".", location.href)))`); len(asked) > 0 {
		t.Errorf("the page asked for %q", asked)
	}
	if seen[bool](t, ctx, `!!document.querySelector("script[src$='table/names.js']")`) {
		t.Error("the names of all goods were loaded though nobody looked for one")
	}
}

func TestMoreThanFourGoodsAndFewerThanTwoAreReported(t *testing.T) {
	ctx := browser(t)
	index := siteOf(t, reporttest.EveryState())
	for _, want := range []struct {
		goods string
		n     int
		said  string
	}{
		{"", 0, "Add two goods at least"}, {"clinic-ledger", 1, "This is one good alone"},
		{"clinic-ledger,Clinic-Ledger", 1, "This is one good alone"},
		{"clinic-ledger,school-meals,open-atlas,cold-chain,seed-exchange", 4, "The address names 5 goods; the first 4 are shown"},
	} {
		compared(t, ctx, index, want.goods, want.n)
		until(t, ctx, problems+`.length > 0`)
		if said := strings.Join(seen[[]string](t, ctx, problems), " "); !strings.Contains(said, want.said) {
			t.Errorf("of %q it says %q", want.goods, said)
		}
	}
	if !seen[bool](t, ctx, `document.querySelector(".compare form").elements.add.disabled`) {
		t.Error("a fifth good can be asked for")
	}
}

func TestAGoodThatIsNotThereIsReported(t *testing.T) {
	ctx := browser(t)
	index := siteOf(t, reporttest.EveryState())
	for _, id := range []string{"no-such-good", "../goods/cold-chain", "<img src=x onerror=alert(1)>", "constructor", "%E0%A4%A"} {
		compared(t, ctx, index, "clinic-ledger,"+id+",school-meals", 2)
		if said := seen[[]string](t, ctx, problems); !slices.Equal(said, []string{"There is no good “" + id + "” in this report."}) {
			t.Errorf("of %q it says %q", id, said)
		}
		if seen[bool](t, ctx, `!!document.querySelector("main img")`) {
			t.Errorf("%q became markup", id)
		}
	}
}

func TestRowsThatDifferAreMarkedAndCanStandAlone(t *testing.T) {
	ctx := browser(t)
	doc := reporttest.EveryState()
	index := siteOf(t, doc)
	kind := func(row string) string {
		return seen[string](t, ctx, fmt.Sprintf(`document.querySelector("[data-row=%s]").className`, row))
	}
	compared(t, ctx, index, "clinic-ledger,school-meals", 2)
	for row, want := range map[string]string{"stage": "differs", "load": "alike", "because": "other", "sdgs": "alike", "age": "unknown"} {
		if got := kind(row); got != want {
			t.Errorf("%s: %q, want %q", row, got, want)
		}
	}
	if head := seen[string](t, ctx, `document.querySelector("[data-row=stage] th").textContent`); !strings.Contains(head, "≠") || !strings.Contains(head, "differs") {
		t.Errorf("the head of a row that differs is %q", head)
	}
	seen[bool](t, ctx, `document.querySelector("[name=differs]").click() || true`)
	if left := seen[[]string](t, ctx, `[...document.querySelectorAll("[data-row]")].filter(row => !row.hidden).map(row => row.className)`); slices.Contains(left, "alike") || slices.Contains(left, "unknown") || !slices.Contains(left, "differs") {
		t.Errorf("left are rows that are %q", left)
	}
	compared(t, ctx, index, "clinic-ledger,open-atlas", 2)
	if got := kind("people-6m"); got != "unsure" {
		t.Errorf("a number beside an unknown one is %q", got)
	}
}

func TestAComparisonIsInItsAddress(t *testing.T) {
	ctx := browser(t)
	index := siteOf(t, reporttest.EveryState())
	compared(t, ctx, index, "clinic-ledger,school-meals,cold-chain", 3)
	seen[bool](t, ctx, `document.querySelectorAll(".compare thead button")[1].click() || true`)
	until(t, ctx, beside+`.length === 2`)
	seen[bool](t, ctx, `document.querySelector("[name=differs]").click() || true`)
	if at := seen[string](t, ctx, `location.hash`); at != "#clinic-ledger,cold-chain?differs" {
		t.Errorf("the address is %s", at)
	}
	want := seen[string](t, ctx, `document.querySelector(".compare table").innerText`)
	do(t, ctx, chromedp.Reload())
	until(t, ctx, beside+`.length === 2`)
	if got := seen[string](t, ctx, `document.querySelector(".compare table").innerText`); got != want {
		t.Errorf("restored as %q, want %q", got, want)
	}
	if !seen[bool](t, ctx, `document.querySelector("[name=differs]").checked`) {
		t.Error("the box is not checked")
	}
	seen[bool](t, ctx, `(location.hash = "#school-meals,cold-chain", true)`)
	until(t, ctx, beside+`.join() === "School Meals (sample),Cold Chain (sample)"`)
}

func TestGoodsAreComparedByKeyboardAlone(t *testing.T) {
	ctx := browser(t)
	compared(t, ctx, siteOf(t, reporttest.EveryState()), "clinic-ledger", 1)
	to := func(place string) {
		t.Helper()
		for range 40 {
			if seen[bool](t, ctx, fmt.Sprintf(`document.activeElement.matches(%q)`, place)) {
				return
			}
			do(t, ctx, chromedp.KeyEvent(kb.Tab))
		}
		t.Fatalf("Tab does not lead to %s", place)
	}
	to(".skip")
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	if at := seen[string](t, ctx, `location.hash`); at != "#clinic-ledger" {
		t.Errorf("skipping to the content left the address at %s", at)
	}
	to("[name=add]")
	until(t, ctx, `document.querySelectorAll("#names option").length > 3`)
	do(t, ctx, chromedp.KeyEvent("school meals"), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, beside+`.length === 2`)
	do(t, ctx, chromedp.KeyEvent("nothing like it"), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, problems+`.join() === "No good of this report is called “nothing like it”."`)
	seen[bool](t, ctx, `(document.querySelector("[name=add]").value = "", true)`)
	do(t, ctx, chromedp.KeyEvent("(sample)"), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, problems+`.join().endsWith("say more of its name.")`)
	to("[name=differs]")
	do(t, ctx, chromedp.KeyEvent(" "))
	until(t, ctx, `location.hash === "#clinic-ledger,school-meals?differs"`)
	to("thead button")
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	until(t, ctx, beside+`.join() === "School Meals (sample)"`)
	if at := seen[string](t, ctx, `document.activeElement.ariaLabel`); at != "Remove School Meals (sample)" {
		t.Errorf("after a good was removed the focus is on %q", at)
	}
}

func TestHostileTextStaysTextBesideOthers(t *testing.T) {
	ctx := browser(t)
	doc := reporttest.EveryState()
	doc.Goods = append(doc.Goods[:3:3], reporttest.HostileDocument().Goods...)
	strange := report.Cleaned(doc).Goods[3]
	index := siteOf(t, doc)
	compared(t, ctx, index, "clinic-ledger,"+report.SlugOf(doc.Goods[3].ID), 2)
	if got, want := seen[[]string](t, ctx, beside)[1], report.Cut(report.English.DisplayName(strange), 80); got != want {
		t.Errorf("its name is %q, want %q", got, want)
	}
	hostile := `!!document.querySelector("main img, main script, main iframe, main [onerror], .beside a:not([href^='goods/'])")`
	if seen[bool](t, ctx, hostile) {
		t.Error("text of the catalog became markup")
	}
	compared(t, ctx, index, "clinic-ledger", 1)
	seen[bool](t, ctx, `document.querySelector("[name=add]").focus() || true`)
	until(t, ctx, `document.querySelectorAll("#names option").length === 3`)
	seen[bool](t, ctx, `(() => { const add = document.querySelector("[name=add]"); add.value = [...document.querySelectorAll("#names option")].map(option => option.value).find(name => !name.endsWith("(sample)")); add.form.requestSubmit(); return true })()`)
	until(t, ctx, beside+`.length === 2`)
	if at := seen[string](t, ctx, `location.hash`); at != "#clinic-ledger,"+report.SlugOf(doc.Goods[3].ID) {
		t.Errorf("the address is %s", at)
	}
	if seen[bool](t, ctx, hostile) {
		t.Error("text of the catalog became markup")
	}
}

func TestThePageOfAGoodLeadsToItBesideOthers(t *testing.T) {
	ctx := browser(t)
	index := siteOf(t, reporttest.EveryState())
	do(t, ctx, chromedp.Navigate(strings.TrimSuffix(index, "index.html")+"goods/clinic-ledger.html"))
	seen[bool](t, ctx, `document.querySelector("nav a[href*='compare.html']").click() || true`)
	until(t, ctx, beside+`.join() === "Clinic Ledger (sample)"`)
	seen[bool](t, ctx, `document.querySelector(".compare thead a").click() || true`)
	until(t, ctx, `location.pathname.endsWith("/goods/clinic-ledger.html")`)
}

func TestSideBySideFitsA320PixelScreenFromRightToLeft(t *testing.T) {
	ctx := browser(t)
	index := siteOf(t, reporttest.EveryState())
	do(t, ctx, chromedp.EmulateViewport(320, 800))
	for _, side := range []string{"ltr", "rtl"} {
		compared(t, ctx, index, "clinic-ledger,school-meals,open-atlas,cold-chain", 4)
		seen[bool](t, ctx, fmt.Sprintf(`(document.documentElement.dir = %q, true)`, side))
		if width := seen[int](t, ctx, `document.documentElement.scrollWidth`); width > 320 {
			t.Errorf("%s: the page is %d pixels wide", side, width)
		}
		// So narrow a row is a block: each good says its name, and nothing has to be scrolled.
		if cut := seen[[]string](t, ctx, `[...document.querySelectorAll(".compare :is(th, td)")].filter(e => { const box = e.getBoundingClientRect(); return box.left < 0 || box.right > 321; }).map(e => e.outerHTML.slice(0, 120))`); len(cut) > 0 {
			t.Errorf("%s: out of sight is %q", side, cut)
		}
		if name := seen[string](t, ctx, `getComputedStyle(document.querySelector("[data-row=load] td:last-child"), "::before").content`); !strings.Contains(name, "Cold Chain") {
			t.Errorf("%s: the last cell says %s of whom it speaks", side, name)
		}
	}
}

func TestWithoutItsScriptThePageNamesWhatItNeeds(t *testing.T) {
	ctx := browser(t)
	index := siteOf(t, reporttest.EveryState())
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(strings.TrimSuffix(index, "index.html")+"compare.html"+"#clinic-ledger,school-meals"))
	if says := seen[string](t, ctx, `document.querySelector("main").innerText`); !strings.Contains(says, "needs JavaScript") {
		t.Errorf("it says %q", says)
	}
	if shown := seen[int](t, ctx, `[...document.querySelectorAll("main form, main table, main button, main input")].filter(part => part.checkVisibility()).length`); shown > 0 {
		t.Errorf("it shows %d parts that do nothing", shown)
	}
	if to := seen[string](t, ctx, `document.querySelector(".needs a").getAttribute("href")`); to != "index.html#goods" {
		t.Errorf("it leads back to %q", to)
	}
}

func TestGoodsArePickedFromTheTableToBeCompared(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, reporttest.EveryState()))
	pick := func(n int) {
		seen[bool](t, ctx, fmt.Sprintf(`document.querySelectorAll(".pick:not(:checked)")[%d].click() || true`, n))
	}
	link := `document.querySelector(".find a[href^='compare.html']")`
	if seen[bool](t, ctx, link+`?.checkVisibility() ?? false`) {
		t.Error("a link to a comparison of nothing")
	}
	names := []string{}
	for n := range 4 {
		names = append(names, seen[string](t, ctx, `document.querySelector(".pick:not(:checked)").closest("th").querySelector("a").textContent`))
		pick(0)
		if !seen[bool](t, ctx, link+`.checkVisibility()`) {
			t.Errorf("%d goods are picked, and no link leads to them", n+1)
		}
	}
	if free := seen[int](t, ctx, `document.querySelectorAll(".pick:not(:checked):not(:disabled)").length`); free > 0 {
		t.Errorf("a fifth good can be picked, of %d", free)
	}
	// Whoever filters and sorts in between loses nothing.
	seen[bool](t, ctx, `document.querySelector("table.goods thead button").click() || true`)
	if n := seen[int](t, ctx, `document.querySelectorAll(".pick:checked").length`); n != 4 {
		t.Errorf("sorted otherwise, %d goods are picked", n)
	}
	seen[bool](t, ctx, link+`.click() || true`)
	until(t, ctx, beside+`.length === 4`)
	if got := seen[[]string](t, ctx, beside); !slices.Equal(got, names) {
		t.Errorf("side by side stand %q, want %q", got, names)
	}
}
