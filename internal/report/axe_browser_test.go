package report

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

// axeRun runs rules and gives a line for each place that breaks one: all rules of
// WCAG 2.0 to 2.2 at the levels A and AA and those of good practice, or the
// rules of colours alone.
const axeRun = `(only => axe.run(document, {
	runOnly: only || {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]},
	rules: only ? {} : {"target-size": {enabled: true}}, resultTypes: ["violations"], preload: false,
}).then(said => said.violations.flatMap(rule => rule.nodes.map(node => rule.id + " (" + rule.help + "): " + node.target.join(" ") + "\n" + node.failureSummary + "\n" + node.html.slice(0, 300)))))`

const (
	allRules    = axeRun + `(null)`
	colourRules = axeRun + `({type: "rule", values: ["color-contrast", "link-in-text-block"]})`
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

// look is how a page is looked at. A scheme changes colours alone.
type look struct {
	width         int64
	scheme, rules string
}

func TestAxeFindsNothingOnAnyPage(t *testing.T) {
	onEveryPage(t, func(t *testing.T, ctx context.Context, p webPage) {
		visit(t, ctx, p.address)
		looks := []look{{1280, "light", allRules}, {320, "dark", allRules}}
		if p.report == "fixture" { // which has what there is of every colour
			looks = append(looks, look{1280, "dark", colourRules}, look{320, "light", colourRules})
		}
		for _, look := range looks {
			do(t, ctx, chromedp.EmulateViewport(look.width, 900))
			emulate(t, ctx, "", "prefers-color-scheme", look.scheme)
			if found := axe(t, ctx, look.rules); len(found) > 0 {
				t.Errorf("%d pixels, %s: %d findings\n%s", look.width, look.scheme, len(found), strings.Join(found[:min(len(found), 5)], "\n"))
			}
		}
	})
}

// A check that finds nothing anywhere would not be one.
func TestAxeFindsWhatIsBroken(t *testing.T) {
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(siteOf(t, everyState())))
	for rule, breaks := range map[string]string{
		"image-alt":      `document.querySelector("main").append(document.createElement("img"))`,
		"color-contrast": `document.querySelector(".lead p").style.color = "#bbb"`,
		"target-size":    `document.querySelectorAll("nav a").forEach(a => Object.assign(a.style, {width: "9px", height: "9px", overflow: "hidden", padding: 0, margin: "0 -1rem 0 0"}))`,
		"button-name":    `document.querySelector("main").append(document.createElement("button"))`,
		"html-has-lang":  `document.documentElement.removeAttribute("lang")`,
		"heading-order":  `document.querySelector("h2").outerHTML = "<h4>x</h4>"`,
	} {
		seen[bool](t, ctx, fmt.Sprintf("(%s, true)", breaks))
		if found := strings.Join(axe(t, ctx, allRules), "\n"); !strings.Contains(found, rule) {
			t.Errorf("%s is not found, but %s", rule, found)
		}
		do(t, ctx, chromedp.Reload())
	}
}
