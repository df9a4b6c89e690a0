package publish

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/report/reporttest"
)

// axeSource is axe-core; testdata/axe says which.
var axeSource = sync.OnceValues(func() (string, error) {
	f, err := os.Open("testdata/axe/axe.min.js.gz")
	if err != nil {
		return "", err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	source, err := io.ReadAll(unzipped)
	return string(source), err
})

// axeRun gives a line for each place of a page, or of a part of it, that breaks one of
// the rules of WCAG 2.0 to 2.2 at the levels A and AA or of those of good practice.
const axeRun = `(within => axe.run(within || document, {
	runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]},
	rules: {"target-size": {enabled: true}}, resultTypes: ["violations"], preload: false,
}).then(said => said.violations.flatMap(rule => rule.nodes.map(node => rule.id + " (" + rule.help + "): " + node.target.join(" ") + "\n" + node.failureSummary + "\n" + node.html.slice(0, 300)))))`

const (
	allRules    = axeRun + `()`
	filterRules = axeRun + `(".find")` // what stands around the filters is looked at by itself
)

// axe returns what axe-core finds on the page of a tab. The page's policy
// forbids scripts of others; what a browser's own tools evaluate stands beside it.
func axe(t *testing.T, ctx context.Context, rules string) []string {
	t.Helper()
	if !seen[bool](t, ctx, `!!window.axe`) {
		source, err := axeSource()
		if err != nil {
			t.Fatal(err)
		}
		seen[bool](t, ctx, source+"\n;true")
	}
	return seen[[]string](t, ctx, rules)
}

func TestAxeFindsNothingOnAnyPage(t *testing.T) {
	onEveryPage(t, func(t *testing.T, ctx context.Context, p webPage) {
		visit(t, ctx, p.address)
		// Widths move things, schemes colour them: neither needs the other twice.
		for scheme, width := range map[string]int64{"light": 1280, "dark": 320} {
			do(t, ctx, chromedp.EmulateViewport(width, 900))
			emulate(t, ctx, "", "prefers-color-scheme", scheme)
			seen[bool](t, ctx, `(scrollTo(0, 0), true)`) // a head that stays in sight lies on what is scrolled away
			if found := axe(t, ctx, allRules); len(found) > 0 {
				t.Errorf("%d pixels, %s: %d findings\n%s", width, scheme, len(found), strings.Join(found[:min(len(found), 5)], "\n"))
			}
		}
	})
}

// A check that finds nothing anywhere would not be one.
func TestAxeFindsWhatIsBroken(t *testing.T) {
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(siteOf(t, reporttest.EveryState())))
	if found := axe(t, ctx, allRules); len(found) > 0 {
		t.Fatalf("before anything is broken: %q", found)
	}
	broken := map[string]string{
		"image-alt":      `document.querySelector("main").append(document.createElement("img"))`,
		"color-contrast": `document.querySelector(".lead p").style.color = "#bbb"`,
		"target-size":    `document.querySelectorAll("nav a").forEach(a => Object.assign(a.style, {width: "9px", height: "9px", overflow: "hidden", padding: 0, margin: "0 -1rem 0 0"}))`,
		"button-name":    `document.querySelector("main").append(document.createElement("button"))`,
		"html-has-lang":  `document.documentElement.removeAttribute("lang")`,
		"heading-order":  `document.querySelector("h2").outerHTML = "<h4>x</h4>"`,
	}
	for _, breaks := range broken {
		seen[bool](t, ctx, fmt.Sprintf("(%s, true)", breaks))
	}
	found := strings.Join(axe(t, ctx, allRules), "\n")
	for rule := range broken {
		if !strings.Contains(found, rule+" (") {
			t.Errorf("%s is not found, but %s", rule, found)
		}
	}
}
