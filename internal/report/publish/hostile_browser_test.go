package publish

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// strange are texts that a catalog may hold in any of its fields. What becomes
// an element, an attribute or a script bears the mark "pwned".
var strange = map[string]string{
	"markup":            `</script></style></title></textarea><img id=pwned src=x onerror="pwned=1"><svg id=pwned onload=pwned=1><script id=pwned>pwned=1</script>`,
	"quotes":            `" id="pwned" onfocus="pwned=1" autofocus x='` + "` ' onclick=pwned=1 ",
	"end of a comment":  `--><b id=pwned>`,
	"template":          `{{printf "<b id=pwned>"}} ${pwned=1} <%= pwned %> \u003cb id=pwned>`,
	"script address":    `javascript:pwned=1//<b id=pwned>`,
	"web address":       `https://a.example/"><img/id=pwned/src=x/onerror=pwned=1>`,
	"right to left":     "مرحبا \u202egnp.exe\u202c \u2066abc\u2069 עולם <b id=pwned>",
	"emoji":             "👩‍👩‍👧‍👦 🏳️‍🌈 <b id=pwned>",
	"controls":          "a\x00b\x07c\x1b[31md\u0085e\x7f\u2028f\r\n<b id=pwned>",
	"500 characters":    strings.Repeat("<b id=pwned>", 42)[:500],
	"500 in one word":   strings.Repeat("w", 500),
	"nothing":           "",
	"a line separator":  "\u2028\u2029*/<b id=pwned>",
	"broken characters": "\xff\xfe<b id=pwned>\xc0",
}

// strangeCatalog is a good for every stage, of which the catalog says text in
// every field that there is.
func strangeCatalog(text string) report.Document {
	doc := reporttest.EveryState()
	if text != "" { // Compare names a good without a name by its id
		doc.Change.Entered[0].Name, doc.Change.Removed[0].Name = text, text
	}
	doc.Catalogs[0].Name, doc.Catalogs[0].Location = text, text
	for i := range doc.Goods {
		good := &doc.Goods[i].Good
		id := good.ID
		reporttest.Fill(reflect.ValueOf(good).Elem(), "")
		doc.Goods[i].ID = id
	}
	return reporttest.Replaced(doc, text)
}

// planted gives what came of a text beside text.
const planted = `[
	...[...document.querySelectorAll("[id=pwned], img, iframe, object, embed, b[id]")].map(e => e.outerHTML.slice(0, 120)),
	...[...document.querySelectorAll("*")].flatMap(e => [...e.attributes]).filter(a => /^on|^style$/.test(a.name) || /^(href|xlink:href|src|action)$/.test(a.name) && /^\s*(javascript|vbscript|data:text)/i.test(a.value)).map(a => a.name + "=" + a.value.slice(0, 100)),
	...[...document.scripts].filter(s => s.textContent || !/^[\w/-]+\.js$/.test(s.src.replace(new URL(location.pathname.includes("/goods/") ? ".." : ".", location.href).href, ""))).map(s => s.outerHTML.slice(0, 120)),
	...("pwned" in window && !(window.pwned instanceof Element) ? ["a script ran"] : []),
	...(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent) ? ["a character that nobody sees"] : []),
	...(document.title.trim() ? [] : ["no title"]),
	...[...document.querySelectorAll("a[href], button, summary")].filter(e => !e.textContent.trim() && !e.ariaLabel && !e.closest(".brand") && e.checkVisibility()).map(e => "without a name: " + e.outerHTML.slice(0, 120)),
]`

func TestACatalogOfStrangeTextsComesOutAsTextOnEveryPage(t *testing.T) {
	ctx := browser(t)
	do(t, ctx, chromedp.EmulateViewport(320, 800))
	l := listen(t, ctx)
	// Every text on the page of a good, and every page of a good with a text or two.
	goodPages := []string{"goods/clinic-ledger.html", "goods/seed-exchange.html", "goods/school-meals.html", "goods/river-gauge.html", "goods/land-titles.html", "goods/cold-chain.html", "goods/paper-forms.html", "goods/open-atlas.html"}
	for turn, name := range slices.Sorted(maps.Keys(strange)) {
		text := strange[name]
		dir := filepath.Join(t.TempDir(), "out")
		if _, err := Write(context.Background(), dir, strangeCatalog(text)); err != nil {
			t.Fatal(err)
		}
		folder := (&url.URL{Scheme: "file", Path: filepath.ToSlash(dir) + "/"}).String()
		for _, file := range []string{"index.html", "across.html", "compare.html" + "#clinic-ledger,school-meals,open-atlas", goodPages[turn%len(goodPages)]} {
			visit(t, ctx, folder+file)
			if found := seen[[]string](t, ctx, planted); len(found) > 0 {
				t.Errorf("%s: %s: %q", name, file, found)
			}
			if found := seen[[]string](t, ctx, overflowing); len(found) > 0 {
				t.Errorf("%s: %s: %s", name, file, strings.Join(found, "\n"))
			}
			if _, complains := l.recorded(); len(complains) > 0 {
				t.Errorf("%s: %s complains of %q", name, file, complains)
			}
		}
	}
}

// The test above finds what it looks for.
func TestWhatIsPlantedIsFound(t *testing.T) {
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(siteOf(t, reporttest.EveryState())))
	for _, plant := range []string{
		`document.body.insertAdjacentHTML("beforeend", "<b id=pwned>x</b>")`, `document.body.setAttribute("onclick", "x")`,
		`document.body.append(document.createElement("script").textContent = "\u202e")`, `document.title = ""`, `window.pwned = 1`,
		`document.querySelector("main a").href = "javascript:x"`,
	} {
		do(t, ctx, chromedp.Reload())
		if found := seen[[]string](t, ctx, fmt.Sprintf("(%s, %s)", plant, planted)); len(found) == 0 {
			t.Errorf("%s is not found", plant)
		}
	}
}
