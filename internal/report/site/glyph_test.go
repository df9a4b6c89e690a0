package site

import (
	"encoding/xml"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// englishPages writes the pages in English.
var englishPages = pageLocalizer{report.English}

// glyphCases are bridges whose differences must be seen.
func glyphCases() map[string]assess.Verdict {
	const strong, fair, weak, missing = assess.Strong, assess.Fair, assess.Weak, assess.Missing
	full := reporttest.Known(strong, 100, 100, 100)
	borderline := reporttest.VerdictOf(assess.MessyMiddle, "", reporttest.Known(strong, 80, 80, 80), reporttest.Known(weak, 30, 20, 60), full, full, reporttest.UnknownPillar())
	borderline.Borderline = &assess.Borderline{Would: assess.Sustained}
	return map[string]assess.Verdict{
		"whole":          reporttest.VerdictOf(assess.Sustained, "", full, full, full, full, full),
		"strong":         reporttest.VerdictOf(assess.Sustained, "", reporttest.Known(strong, 70, 70, 70), reporttest.Known(strong, 85, 85, 85), full, reporttest.Known(fair, 60, 60, 60), reporttest.Known(strong, 75, 75, 75)),
		"gaps":           reporttest.VerdictOf(assess.MessyMiddle, "", full, reporttest.Known(missing, 0, 0, 0), reporttest.Known(weak, 20, 20, 20), reporttest.Known(missing, 4, 0, 10), reporttest.Known(weak, 0, 0, 0)),
		"unknown":        reporttest.VerdictOf(assess.Unassessed, "", reporttest.UnknownPillar(), reporttest.UnknownPillar(), reporttest.UnknownPillar(), reporttest.UnknownPillar(), reporttest.UnknownPillar()),
		"no verdict":     {},
		"borderline":     borderline,
		"without scores": reporttest.VerdictOf(assess.Fading, "", assess.Pillar{Level: fair}, assess.Pillar{Level: strong}, assess.Pillar{Level: fair}, assess.Pillar{Level: weak}, assess.Pillar{Level: missing}),
	}
}

func TestTheGlyphsMatchTheirGoldenFile(t *testing.T) {
	css, err := os.ReadFile("templates/style.css")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("<!doctype html>\n<meta charset=\"utf-8\">\n<title>Span glyphs</title>\n<style>" + string(css) + ".g-large{max-width:384px}</style>\n<svg width=\"0\" height=\"0\"><defs><g id=\"bank\"><path class=\"b\" d=\"M0 12h6q.8 11.4 3.5 19H0zM96 12h-6q-.8 11.4-3.5 19H96z\"/><path class=\"l\" d=\"M0 31h96\"/></g></defs></svg>\n")
	cases := glyphCases()
	for _, name := range []string{"whole", "strong", "gaps", "unknown", "no verdict", "borderline", "without scores"} {
		b.WriteString("<h2>" + name + "</h2>\n" + string(englishPages.glyphSmall(cases[name])) + "\n" + string(englishPages.glyphLarge(cases[name])) + "\n")
	}
	reporttest.Golden(t, "glyphs.html", []byte(b.String()))
}

func TestAGlyphIsWellFormed(t *testing.T) {
	for name, v := range glyphCases() {
		for _, svg := range []string{string(glyphRow(v)), string(englishPages.glyphSmall(v)), string(englishPages.glyphLarge(v))} {
			decoder := xml.NewDecoder(strings.NewReader(svg))
			for {
				if _, err := decoder.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%s: %v in %s", name, err, svg)
				}
			}
		}
	}
}

func TestAGlyphShowsEachStateByItsShape(t *testing.T) {
	for name, want := range map[string]struct{ has, lacks string }{
		"whole":   {`class="p"`, `class="x" class="w" class="u" class="o"`},
		"gaps":    {`class="x" class="w" class="d"`, `class="u" class="o"`},
		"unknown": {`class="u"`, `class="p" class="w" class="x" class="d"`},
		// A verdict without pillars is one of which nothing is known.
		"no verdict": {`class="u"`, `class="p" class="w" class="x" class="d"`},
		"borderline": {`class="o" class="u" class="w" class="p"`, `class="x"`},
	} {
		svg := string(glyphRow(glyphCases()[name]))
		for _, class := range strings.Split(want.has, " ") {
			if !strings.Contains(svg, class) {
				t.Errorf("%s has no %s", name, class)
			}
		}
		for _, class := range strings.Split(want.lacks, " ") {
			if strings.Contains(svg, class) {
				t.Errorf("%s has %s", name, class)
			}
		}
	}
}

func TestTheDeckGrowsWithTheLoadAndThePiersWithTheirScores(t *testing.T) {
	add := func(string, string) {}
	last := math.Inf(1)
	for _, load := range []float64{0, 25, 50, 75, 100} {
		top := smallGlyph.drawDeck(reporttest.Known(assess.Fair, load, load, load), add)
		if top >= last || top < smallGlyph.mark*2 {
			t.Errorf("at load %v the deck's upper edge is at %v, after %v", load, top, last)
		}
		last = top
	}
	if got := smallGlyph.pier(24, 19); !strings.Contains(got, "-19") {
		t.Errorf("a pier of 19 is %q", got)
	}
}

func TestTheGlyphHasATextAlternative(t *testing.T) {
	got := englishPages.glyphText(glyphCases()["borderline"])
	want := "Load strong (80), people weak (30), momentum strong (100), upkeep strong (100), funding unknown; borderline, could be sustained."
	if got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

func TestScoresOutOfBoundsStayInThePicture(t *testing.T) {
	for _, score := range []float64{-20, 400, math.Inf(1), math.NaN()} {
		svg := string(englishPages.glyphLarge(reporttest.VerdictOf(assess.Fading, "", reporttest.Known(assess.Fair, score, 0, 100), reporttest.Known(assess.Fair, score, 0, 100), reporttest.UnknownPillar(), reporttest.UnknownPillar(), reporttest.UnknownPillar())))
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("a score of %v gives %s", score, svg)
		}
	}
}
