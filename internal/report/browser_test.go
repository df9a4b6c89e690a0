package report

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// siteOf writes a report and returns the address of its portfolio page on the disk.
func siteOf(t *testing.T, doc Document) string {
	t.Helper()
	files := mustWrite(t, filepath.Join(t.TempDir(), "out"), doc)
	return (&url.URL{Scheme: "file", Path: files.Index}).String()
}

// open opens the portfolio page as if for the first time, and waits for the
// questions to its table.
func open(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	page, _, _ := strings.Cut(address, "#")
	again := seen[bool](t, ctx, fmt.Sprintf(`location.href.split("#")[0] === %q`, page))
	do(t, ctx, chromedp.Navigate(address))
	if again { // only the fragment is another, and the page still stands
		do(t, ctx, chromedp.Reload())
	}
	until(t, ctx, `document.getElementById("goods")?.scrollIntoView(), !!document.querySelector(".find [role=status]")?.textContent`)
}

const (
	status = `document.querySelector(".find [role=status]").textContent`
	first  = `document.querySelector("table.goods tbody th")?.textContent`
	shown  = `document.querySelectorAll("table.goods tbody tr").length`
)

// choose picks a value of a filter as a reader would.
func choose(t *testing.T, ctx context.Context, facet, value string) {
	t.Helper()
	seen[bool](t, ctx, fmt.Sprintf(`(() => { const list = document.querySelector(".find select[name=%s]"); list.value = %q; list.dispatchEvent(new Event("change", {bubbles: true})); return true })()`, facet, value))
}

func TestFiltersShowTheGoodsTheyName(t *testing.T) {
	ctx := browser(t)
	doc := everyState()
	doc.Goods[0].Sectors, doc.Goods[1].Sectors = []string{"Bridges"}, []string{"bridges ", "Water"}
	doc.Goods[0].DeploymentCountries = []string{"Côte d’Ivoire"}
	open(t, ctx, siteOf(t, doc))
	all := seen[int](t, ctx, shown)
	choose(t, ctx, "sector", "Bridges")
	if n, says := seen[int](t, ctx, shown), seen[string](t, ctx, status); n != 2 || says != fmt.Sprintf("2 of %d goods", all) {
		t.Errorf("shows %d and says %q", n, says)
	}
	choose(t, ctx, "country", "Côte d’Ivoire")
	if n := seen[int](t, ctx, shown); n != 1 {
		t.Errorf("two filters show %d", n)
	}
	choose(t, ctx, "sector", "")
	choose(t, ctx, "country", "-")
	if n := seen[int](t, ctx, shown); n == 0 || n >= all {
		t.Errorf("of %d goods %d name no country", all, n)
	}
}

func TestAViewIsInItsAddress(t *testing.T) {
	ctx := browser(t)
	doc := everyState()
	address := siteOf(t, doc)
	open(t, ctx, address)
	choose(t, ctx, "stage", "messy-middle")
	seen[bool](t, ctx, `document.querySelectorAll("table.goods thead button")[7].click() || true`)
	want := []string{seen[string](t, ctx, status), seen[string](t, ctx, first), seen[string](t, ctx, `location.href`)}
	if !strings.HasSuffix(want[2], "#goods?sort=-score&stage=messy-middle") {
		t.Errorf("the address is %s", want[2])
	}
	open(t, ctx, want[2])
	got := []string{seen[string](t, ctx, status), seen[string](t, ctx, first), seen[string](t, ctx, `location.href`)}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("restored as %q, want %q", got, want)
	}
	if stage := seen[string](t, ctx, `document.querySelector(".find select[name=stage]").value`); stage != "messy-middle" {
		t.Errorf("the filter shows %q", stage)
	}
	open(t, ctx, address+"#goods?stage=MESSY-middle")
	if got := seen[string](t, ctx, status); got != want[0] {
		t.Errorf("in capitals the address shows %q", got)
	}
	open(t, ctx, address+"#goods?country=Nowhere+at+all")
	if n := seen[int](t, ctx, shown); n != 0 {
		t.Errorf("a country of no good shows %d goods", n)
	}
}

func TestColumnsSortWithTheUnknownLast(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, manyGoods(40)))
	press := func(column int) {
		seen[bool](t, ctx, fmt.Sprintf(`document.querySelectorAll("table.goods thead th")[%d].querySelector("button").click() || true`, column))
	}
	scores := `[...document.querySelectorAll("table.goods tbody tr")].map(row => row.cells.length < 12 ? NaN : parseInt(row.cells[8].textContent)).map(n => isNaN(n) ? -1 : n)`
	press(8)
	down := seen[[]int](t, ctx, scores)
	for i := 1; i < len(down); i++ {
		if down[i] > down[i-1] {
			t.Fatalf("highest first gives %v", down)
		}
	}
	press(8)
	up := seen[[]int](t, ctx, scores)
	for i := 1; i < len(up); i++ {
		if up[i] >= 0 && up[i-1] < 0 || up[i] >= 0 && up[i] < up[i-1] {
			t.Fatalf("lowest first gives %v", up)
		}
	}
	if said := seen[[]string](t, ctx, `[...document.querySelectorAll("[aria-sort]")].map(head => head.getAttribute("aria-sort"))`); len(said) != 1 || said[0] != "ascending" {
		t.Errorf("the heads say %q", said)
	}
}

func TestTheTableIsAskedByKeyboardAlone(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, everyState()))
	seen[bool](t, ctx, `document.querySelector(".find input").focus() || true`)
	do(t, ctx, chromedp.KeyEvent("clinic ledger"))
	if n := seen[int](t, ctx, shown); n != 1 {
		t.Errorf("the search shows %d goods", n)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("m")) // the filter by stage: by its first letter
	if at := seen[string](t, ctx, `location.hash`); at != "#goods?q=clinic+ledger&stage=messy-middle" {
		t.Errorf("the address is %s", at)
	}
	for range 12 {
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

func TestTheCSVFileHoldsWhatIsShownAndNoFormula(t *testing.T) {
	ctx := browser(t)
	doc := everyState()
	doc.Goods[0].Name, doc.Goods[0].Sectors = `=1+1,"x"`, []string{"@SUM", "Water"}
	open(t, ctx, siteOf(t, doc))
	choose(t, ctx, "sector", "@SUM")
	seen[bool](t, ctx, `(() => { const make = URL.createObjectURL; URL.createObjectURL = blob => { blob.text().then(text => window.saved = text); return make(blob) };
		[...document.querySelectorAll(".find button")].at(-1).click(); return true })()`)
	until(t, ctx, `!!window.saved`)
	lines := strings.Split(strings.TrimSuffix(seen[string](t, ctx, `window.saved`), "\r\n"), "\r\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "id,name,stage,") {
		t.Fatalf("it holds %q", lines)
	}
	if !strings.Contains(lines[1], `,"'=1+1,""x""",`) || !strings.Contains(lines[1], `,'@SUM; Water,`) {
		t.Errorf("the row is %s", lines[1])
	}
}

func TestThePageIsWholeWithoutItsScript(t *testing.T) {
	ctx := browser(t)
	doc := everyState()
	address := siteOf(t, doc)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(address+"#goods?stage=sunset"))
	if n := seen[int](t, ctx, shown); n != len(doc.Goods) {
		t.Errorf("it shows %d goods", n)
	}
	if seen[bool](t, ctx, `!!document.querySelector("form, button, input, select")`) {
		t.Error("it shows controls that do nothing")
	}
}

func TestPagesFitA320PixelScreen(t *testing.T) {
	ctx := browser(t)
	doc := everyState()
	doc.Scanners = append(doc.Scanners, Scanner{Name: "maintenance", Version: "12 osv-scalibr/0.4.3-0.20260204", Configuration: "a-configuration-without-any-space"})
	address := siteOf(t, doc)
	do(t, ctx, chromedp.EmulateViewport(320, 800))
	open(t, ctx, address)
	for _, page := range []string{"", "across.html", "goods/clinic-ledger.html", "goods/water-points.html"} {
		if page != "" {
			do(t, ctx, chromedp.Navigate(strings.TrimSuffix(address, "index.html")+page))
		}
		if width := seen[int](t, ctx, `document.documentElement.scrollWidth`); width > 320 {
			t.Errorf("%q is %d pixels wide", page, width)
		}
	}
}

func TestControlsAreReadableInTheDark(t *testing.T) {
	ctx := browser(t)
	emulate(t, ctx, "", "prefers-color-scheme", "dark")
	open(t, ctx, siteOf(t, everyState()))
	contrast := `(selector => {
		const light = text => { const [r, g, b] = text.match(/[\d.]+/g).map(n => n / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
		const style = getComputedStyle(document.querySelector(selector)), [a, b] = [light(style.color), light(style.backgroundColor)].sort();
		return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) })`
	for _, selector := range []string{".find input", ".find select", ".find button"} {
		if ratio := seen[float64](t, ctx, contrast+fmt.Sprintf("(%q)", selector)); ratio < 4.5 {
			t.Errorf("the contrast of %s is %.1f", selector, ratio)
		}
	}
}

func TestHostileTextStaysTextInTheControls(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, hostileDocument()))
	if seen[bool](t, ctx, `!!document.querySelector(".find img, .find script, table img")`) {
		t.Error("text of the catalog became markup")
	}
	if n := seen[int](t, ctx, `document.querySelectorAll(".find select[name=sector] option").length`); n < 2 {
		t.Error("its sectors are not among the filters")
	}
}

func TestManyGoodsAreLaidOutInSteps(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, manyGoods(520)))
	if n, says := seen[int](t, ctx, shown), seen[string](t, ctx, status); n != 500 || says != "520 of 520 goods, the first 500 of them below" {
		t.Errorf("shows %d and says %q", n, says)
	}
	seen[bool](t, ctx, `document.querySelector(".further").click() || true`)
	if n, hidden := seen[int](t, ctx, shown), seen[bool](t, ctx, `document.querySelector(".further").hidden`); n != 520 || !hidden {
		t.Errorf("asked for more it shows %d", n)
	}
}
