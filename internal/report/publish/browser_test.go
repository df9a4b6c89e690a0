package publish

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// siteOf writes a report and returns the address of its portfolio page on the disk.
func siteOf(t testing.TB, doc report.Document) string {
	t.Helper()
	files := mustWrite(t, filepath.Join(t.TempDir(), "out"), doc)
	return (&url.URL{Scheme: "file", Path: files.Index}).String()
}

// open opens the portfolio page as if for the first time, and waits for the
// questions to its table.
func open(t testing.TB, ctx context.Context, address string) {
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

func TestColumnsSortWithTheUnknownLast(t *testing.T) {
	ctx := browser(t)
	doc := reporttest.ManyGoods(40)
	for i := range doc.Goods {
		risk := float64((i * 37) % 100)
		if doc.Goods[i].Verdict.Risk = (assess.Risk{Level: assess.RiskHigh, Range: assess.Range{Score: &risk, Low: risk, High: risk}}); i%5 == 0 {
			doc.Goods[i].Verdict.Risk = assess.Risk{Level: assess.RiskUnknown, Range: assess.Range{High: 100}}
		}
	}
	open(t, ctx, siteOf(t, doc))
	press := func(column int) {
		seen[bool](t, ctx, fmt.Sprintf(`document.querySelectorAll("table.goods thead th")[%d].querySelector("button").click() || true`, column))
	}
	scores := `[...document.querySelectorAll("table.goods tbody tr")].map(row => parseInt(row.cells[8]?.querySelector("i")?.textContent)).map(n => isNaN(n) ? -1 : n)`
	press(8)
	down := seen[[]int](t, ctx, scores)
	if down[0] < 60 {
		t.Fatalf("the risks are %v", down)
	}
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

func TestThePageIsWholeWithoutItsScript(t *testing.T) {
	ctx := browser(t)
	doc := reporttest.EveryState()
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
	doc := reporttest.EveryState()
	doc.Scanners = append(doc.Scanners, report.Scanner{Name: "maintenance", Version: "12 osv-scalibr/0.4.3-0.20260204", Configuration: "a-configuration-without-any-space"})
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
	open(t, ctx, siteOf(t, reporttest.EveryState()))
	contrast := `(selector => {
		const light = text => { const [r, g, b] = text.match(/[\d.]+/g).map(n => n / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
		const style = getComputedStyle(document.querySelector(selector)), [a, b] = [light(style.color), light(style.backgroundColor)].sort();
		return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) })`
	for _, selector := range []string{".find input", ".find .facet", ".find .row button"} {
		if ratio := seen[float64](t, ctx, contrast+fmt.Sprintf("(%q)", selector)); ratio < 4.5 {
			t.Errorf("the contrast of %s is %.1f", selector, ratio)
		}
	}
}

func TestHostileTextStaysTextInTheControls(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, reporttest.HostilePortfolio()))
	if seen[bool](t, ctx, `!!document.querySelector(".find img, .find script, table img")`) {
		t.Error("text of the catalog became markup")
	}
	seen[bool](t, ctx, `(document.querySelector("[aria-controls=find-sector]").click(), true)`)
	until(t, ctx, `document.querySelectorAll("#find-sector [type=checkbox]").length > 0`)
	if seen[bool](t, ctx, `!!document.querySelector(".find img, .find script")`) {
		t.Error("a sector became markup")
	}
}
