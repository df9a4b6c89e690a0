package publish

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/midspan/midspan/internal/report/reporttest"
)

// focusable gives what a reader without a mouse has to reach, and marks it.
const focusable = `[...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(e => !e.disabled && e.tabIndex >= 0 && (e.checkVisibility({contentVisibilityAuto: true}) || e.matches(".skip")))`

// walk notes what gets the focus, and whether a reader can see where it is.
const walk = `(window.walked = [], window.unseen = [], document.addEventListener("focusin", () => {
	const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
	walked.push(e);
	if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) unseen.push("no outline: " + e.outerHTML.slice(0, 120));
	if (box.width < 2 || box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) unseen.push("out of sight: " + e.outerHTML.slice(0, 120));
}), true)`

func TestEveryControlIsReachedByKeysInOrderAndSeen(t *testing.T) {
	onEveryKind(t, func(t *testing.T, ctx context.Context, p webPage) {
		do(t, ctx, chromedp.EmulateViewport(1280, 900))
		visit(t, ctx, p.address)
		seen[bool](t, ctx, `(document.querySelectorAll("details:not([id])").forEach((part, i) => part.open = i % 2 === 0), scrollTo(0, 0), true)`)
		seen[bool](t, ctx, walk)
		want := seen[int](t, ctx, focusable+".length")
		for range want {
			do(t, ctx, chromedp.KeyEvent(kb.Tab))
		}
		if !strings.HasPrefix(p.name, "embed/") && !seen[bool](t, ctx, `walked[0].matches("a.skip")`) {
			t.Error("the first is not the way past the head of the page")
		}
		if missed := seen[[]string](t, ctx, focusable+`.filter(e => !walked.includes(e)).map(e => e.outerHTML.slice(0, 120)).slice(0, 5)`); len(missed) > 0 {
			t.Errorf("%d keys do not reach %q", want, missed)
		}
		if unseen := seen[[]string](t, ctx, `unseen.slice(0, 5)`); len(unseen) > 0 {
			t.Errorf("where the focus is cannot be seen: %q", unseen)
		}
		if !seen[bool](t, ctx, `walked.every((e, i) => i === 0 || walked[i - 1].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)`) {
			t.Error("the order of the keys is not that of the page")
		}
	})
}

func TestTheWayPastTheHeadLeadsToTheContent(t *testing.T) {
	ctx := browser(t)
	for _, p := range everyPage(t)["fixture"] {
		if strings.HasPrefix(p.name, "embed/") {
			continue // it has no head
		}
		visit(t, ctx, p.address)
		seen[bool](t, ctx, `(scrollTo(0, 0), true)`)
		do(t, ctx, chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab))
		if at := seen[string](t, ctx, `document.activeElement.closest("main") ? "" : document.activeElement.outerHTML.slice(0, 120)`); at != "" {
			t.Errorf("%s: leads to %s", p.name, at)
		}
	}
}

func TestAGoodIsFoundSortedAndOpenedByKeysAlone(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, siteOf(t, reporttest.EveryState()))
	seen[bool](t, ctx, `(scrollTo(0, 0), true)`)
	tabTo := func(selector string) {
		t.Helper()
		for range 200 {
			do(t, ctx, chromedp.KeyEvent(kb.Tab))
			if seen[bool](t, ctx, `document.activeElement.matches(`+"`"+selector+"`"+`)`) {
				return
			}
		}
		t.Fatalf("Tab does not reach %s", selector)
	}
	tabTo("[aria-controls=find-stage]")
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	until(t, ctx, `document.querySelector("#find-stage li") !== null`)
	do(t, ctx, chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "))
	if at := seen[string](t, ctx, `location.hash`); at != "#goods?stage=messy-middle" {
		t.Errorf("the filter gives %s", at)
	}
	tabTo("thead th:nth-child(9) button")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(" "))
	if at := seen[string](t, ctx, `location.hash`); at != "#goods?sort=risk&stage=messy-middle" {
		t.Errorf("pressed twice the column gives %s", at)
	}
	name := seen[string](t, ctx, first)
	tabTo("table.goods tbody a")
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	until(t, ctx, `location.pathname.includes("/goods/") && document.querySelector("h1") !== null`)
	if got := seen[string](t, ctx, `document.querySelector("h1").textContent`); got != name {
		t.Errorf("opened %q, want %q", got, name)
	}
}
