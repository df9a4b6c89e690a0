package publish

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/report/reporttest"
)

// paper is how wide the text of a sheet of A4 is: 186 mm at 96 dots an inch. A table of goods
// with policies stands on sheets that lie across: 273 mm.
const paper, across = 703, 1031

func TestAPrintedPageIsWholeAndLight(t *testing.T) {
	onEveryKind(t, func(t *testing.T, ctx context.Context, p webPage) {
		emulate(t, ctx, "", "prefers-color-scheme", "dark")
		visit(t, ctx, p.address)
		folded := seen[int](t, ctx, `[...document.querySelectorAll("details")].map(e => e.open = false).length`)
		do(t, ctx, chromedp.EmulateViewport(paper, 1000))
		emulate(t, ctx, "print", "prefers-color-scheme", "dark")
		if colours := seen[[]string](t, ctx, `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]`); colours[0] != "rgb(255, 255, 255)" || colours[1] != "rgb(26, 35, 40)" {
			t.Errorf("printed in %v", colours)
		}
		if shown := seen[[]string](t, ctx, `[...document.querySelectorAll("nav, form, input, select, .skip")].filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 120))`); len(shown) > 0 {
			t.Errorf("paper has no use for %q", shown)
		}
		if n := seen[int](t, ctx, `[...document.querySelectorAll("details > :not(summary)")].filter(e => e.checkVisibility({contentVisibilityAuto: true})).length`); folded > 0 && n == 0 {
			t.Error("what is folded away is not printed")
		}
		wide := seen[int](t, ctx, `[...document.querySelectorAll("#goods:has(.judged)")].map(e => e.hidden = true).length`)
		noneCutOff(t, ctx)
		if wide > 0 {
			do(t, ctx, chromedp.EmulateViewport(across, 1000))
			seen[bool](t, ctx, `document.querySelector("#goods").hidden = false`)
			noneCutOff(t, ctx)
		}
	})
}

// noneCutOff fails the test where something is wider than the paper.
func noneCutOff(t *testing.T, ctx context.Context) {
	t.Helper()
	if cutOff := seen[[]string](t, ctx, strings.Replace(overflowing, `overflowX !== "visible"`, `overflowX === "nothing"`, 1)); len(cutOff) > 0 {
		t.Errorf("cut off: %s", strings.Join(cutOff, "\n"))
	}
}

func TestAPrintedDossierHasLinksThatLead(t *testing.T) {
	ctx := browser(t)
	doc := reporttest.EveryState()
	address := siteOf(t, doc)
	do(t, ctx, chromedp.Navigate(strings.Replace(address, "index.html", "goods/clinic-ledger.html", 1)))
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		t.Fatal(err)
	}
	if links := bytes.Count(pdf, []byte("/S /URI")) + bytes.Count(pdf, []byte("/S/URI")); !bytes.HasPrefix(pdf, []byte("%PDF-")) || links < 5 {
		t.Errorf("%d bytes with %d links", len(pdf), links)
	}
}
