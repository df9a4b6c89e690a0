package publish

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/report/reporttest"
)

// overflowing gives what does not fit: the page itself, text outside of it, what
// scrolls sideways without a name and a place in the order of keys, and what takes
// room though it is hidden.
const overflowing = `(() => {
	const wide = document.scrollingElement.scrollWidth, out = [];
	if (wide > innerWidth) out.push("the page is " + wide + " pixels wide, the screen " + innerWidth);
	const clips = element => { for (let e = element; e; e = e.parentElement) if (getComputedStyle(e).overflowX !== "visible") return true; };
	for (const e of document.querySelectorAll("body *")) {
		const box = e.getBoundingClientRect();
		if (box.width && (box.right > innerWidth + 1 || box.left < -1) && !clips(e)) out.push("outside of the page: " + e.outerHTML.slice(0, 120));
		const style = getComputedStyle(e);
		if (e.hidden && style.display !== "none") out.push("hidden, and yet shown: " + e.outerHTML.slice(0, 120));
		if (/auto|scroll/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1 && !(e.tabIndex === 0 && e.getAttribute("role") === "group" && (e.ariaLabel || document.getElementById(e.getAttribute("aria-labelledby"))?.textContent)))
			out.push("scrolls without a name or a key: " + e.outerHTML.slice(0, 120));
	}
	return out.slice(0, 5);
})()`

func TestNoPageScrollsSideways(t *testing.T) {
	views := []struct {
		name      string
		width     int64
		scale     float64
		direction string
	}{
		{"a desk", 1280, 1, "ltr"}, {"a desk at 200 %", 640, 2, "ltr"}, {"a telephone", 320, 1, "ltr"},
		{"a desk, from right to left", 1280, 1, "rtl"}, {"a telephone, from right to left", 320, 1, "rtl"},
	}
	onEveryKind(t, func(t *testing.T, ctx context.Context, p webPage) {
		visit(t, ctx, p.address)
		for _, v := range views {
			do(t, ctx, chromedp.EmulateViewport(v.width, 900, chromedp.EmulateScale(v.scale)))
			seen[string](t, ctx, fmt.Sprintf(`document.documentElement.dir = %q`, v.direction))
			if found := seen[[]string](t, ctx, overflowing); len(found) > 0 {
				t.Errorf("%s: %s", v.name, strings.Join(found, "\n"))
			}
		}
	})
}

func TestNumbersStandAtTheEndOfTheirColumnsInBothDirections(t *testing.T) {
	const away = `[...document.querySelectorAll("td.n, .goods td:nth-child(n+10):nth-child(-n+12):not([colspan])")].flatMap(cell => {
		const text = document.createRange(), box = cell.getBoundingClientRect(), style = getComputedStyle(cell), rtl = style.direction === "rtl";
		text.selectNodeContents(cell);
		const said = text.getBoundingClientRect(), gap = rtl ? said.left - box.left - parseFloat(style.paddingLeft) : box.right - parseFloat(style.paddingRight) - said.right;
		return cell.textContent.trim() && gap > 1.5 ? [gap + " pixels from the end: " + cell.outerHTML] : [];
	}).slice(0, 5)`
	ctx := browser(t)
	for _, p := range everyPage(t)["fixture"] {
		visit(t, ctx, p.address)
		for _, direction := range []string{"ltr", "rtl"} {
			seen[string](t, ctx, fmt.Sprintf(`document.documentElement.dir = %q`, direction))
			if found := seen[[]string](t, ctx, away); len(found) > 0 {
				t.Errorf("%s, %s: %s", p.name, direction, strings.Join(found, "\n"))
			}
		}
	}
}

func TestEveryPageMirrorsWhereItIsReadFromRightToLeft(t *testing.T) {
	ctx := browser(t)
	for _, p := range everyPage(t)["fixture"] {
		visit(t, ctx, p.address)
		const sides = `[...document.querySelectorAll("h1, h2, main p, th[scope=row], caption")].filter(e => e.checkVisibility() && !e.closest(".hide") && !e.hasAttribute("dir")).flatMap(e => {
			const text = document.createRange(); text.selectNodeContents(e.querySelector(".pick + a") || e); // the box stands before the text
			const said = text.getBoundingClientRect(), box = e.getBoundingClientRect();
			const gap = said.width ? Math.abs(document.dir === "rtl" ? box.right - said.right - parseFloat(getComputedStyle(e).paddingRight) : said.left - box.left - parseFloat(getComputedStyle(e).paddingLeft)) : 0;
			return gap > 2 ? [gap + " pixels: " + e.outerHTML.slice(0, 300)] : []; })`
		for _, direction := range []string{"ltr", "rtl"} {
			seen[string](t, ctx, fmt.Sprintf(`document.dir = %q`, direction))
			if found := seen[[]string](t, ctx, sides); len(found) > 0 {
				t.Errorf("%s, %s: these do not begin at their side: %s", p.name, direction, strings.Join(found, "\n"))
			}
		}
		if got := seen[string](t, ctx, `[...new Set([...document.querySelectorAll("svg")].map(e => getComputedStyle(e).direction))].join()`); got != "ltr" && got != "" {
			t.Errorf("%s: the charts run %s", p.name, got)
		}
	}
}

// listener hears what a tab asks for and what it complains of.
type listener struct {
	mu               sync.Mutex
	asked, complains []string
}

func (l *listener) hear(event any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		l.asked = append(l.asked, e.Request.URL)
	case *cdplog.EventEntryAdded:
		l.complains = append(l.complains, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		l.complains = append(l.complains, fmt.Sprint(e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		l.complains = append(l.complains, fmt.Sprintf("console.%s", e.Type))
	}
}

// heard returns what was heard since, and forgets it.
func (l *listener) recorded() (asked, complains []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	asked, complains = l.asked, l.complains
	l.asked, l.complains = nil, nil
	return asked, complains
}

func listen(t *testing.T, ctx context.Context) *listener {
	t.Helper()
	l := &listener{}
	if err := chromedp.Listen(ctx, l.hear); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestPagesLoadNothingOutsideTheirFolderAndLogNoErrors(t *testing.T) {
	for report, pages := range everyPage(t) {
		t.Run(report, func(t *testing.T) {
			ctx := browser(t)
			l := listen(t, ctx)
			for _, p := range pages {
				visit(t, ctx, p.address)
				asked, complains := l.recorded()
				folder := strings.TrimSuffix(p.address, p.name)
				for _, address := range asked {
					if !strings.HasPrefix(address, folder) && !strings.HasPrefix(address, "data:") {
						t.Errorf("%s asks for %s", p.name, address)
					}
				}
				if len(asked) == 0 || len(complains) > 0 {
					t.Errorf("%s asks %d times, and complains of %q", p.name, len(asked), complains)
				}
			}
		})
	}
}

// The listener of the test above has to hear what it is there for.
func TestTheListenerRecordsRequestsAndErrors(t *testing.T) {
	ctx := browser(t)
	l := listen(t, ctx)
	do(t, ctx, chromedp.Navigate(siteOf(t, reporttest.EveryState())))
	l.recorded()
	seen[bool](t, ctx, `(document.body.append(Object.assign(document.createElement("img"), {src: "http://127.0.0.1:9/x.png"})), setTimeout(() => { throw new Error("oops") }), true)`)
	seen[bool](t, ctx, `new Promise(done => setTimeout(() => done(true), 50))`)
	asked, complains := l.recorded()
	if said := strings.Join(append(asked, complains...), "\n"); !strings.Contains(said, "Content Security Policy") || !strings.Contains(said, "oops") {
		t.Errorf("heard %s", said)
	}
}

// noScript switches the scripts of the pages of a tab off. What a test evaluates
// still runs.
func noScript(t *testing.T, ctx context.Context) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
}

func TestEveryPageIsWholeWithoutScripts(t *testing.T) {
	ctx := browser(t)
	noScript(t, ctx)
	doc := reporttest.EveryState()
	for _, p := range everyPage(t)["fixture"] {
		do(t, ctx, chromedp.Navigate(p.address))
		if dead := seen[[]string](t, ctx, `[...document.querySelectorAll("form, button, input, select, textarea, [role=status], [onclick]")].filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 120))`); len(dead) > 0 {
			t.Errorf("%s shows controls that do nothing: %q", p.name, dead)
		}
		text := seen[string](t, ctx, `(document.querySelectorAll("details").forEach(e => e.open = true), document.querySelector("main").innerText)`)
		for _, good := range doc.Goods {
			if p.name != "goods/"+good.ID+".html" {
				continue
			}
			for _, reason := range good.Verdict.Reasons {
				if !strings.Contains(text, reason.Sentence) {
					t.Errorf("%s does not show %q", p.name, reason.Sentence)
				}
			}
		}
		if p.name == "index.html" {
			if n := seen[int](t, ctx, `[...document.querySelectorAll("table.goods tbody tr")].filter(row => row.checkVisibility()).length`); n != len(doc.Goods) {
				t.Errorf("%d rows, want %d", n, len(doc.Goods))
			}
		}
	}
}

func TestTheGlyphIsDrawnInTheColoursThatAReaderForces(t *testing.T) {
	ctx := browser(t)
	emulate(t, ctx, "", "forced-colors", "active", "prefers-color-scheme", "dark")
	for _, p := range everyPage(t)["fixture"] {
		visit(t, ctx, p.address)
		hidden := seen[[]string](t, ctx, `(() => {
			const probe = document.createElement("i"), paper = (document.body.append(probe), probe.style.color = "Canvas", getComputedStyle(probe).color);
			probe.remove();
			return [...document.querySelectorAll("svg path, svg circle, svg text, svg rect, svg line")].filter(e => {
				const style = getComputedStyle(e), plain = colour => colour === "none" || colour === paper;
				return e.closest("svg").checkVisibility() && !e.matches(".sprite *, .m0") && plain(style.fill) && plain(style.stroke);
			}).map(e => e.outerHTML.slice(0, 120)).slice(0, 5);
		})()`)
		if len(hidden) > 0 {
			t.Errorf("%s: not to be seen: %q", p.name, hidden)
		}
	}
}
