package report

import (
	"encoding/xml"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess"
)

// glyphCases are bridges whose differences must be seen.
func glyphCases() map[string]assess.Verdict {
	const strong, fair, weak, missing = assess.Strong, assess.Fair, assess.Weak, assess.Missing
	full := known(strong, 100, 100, 100)
	borderline := verdictOf(assess.MessyMiddle, "", known(strong, 80, 80, 80), known(weak, 30, 20, 60), full, full, unknownPillar())
	borderline.Borderline = &assess.Borderline{Would: assess.Sustained}
	return map[string]assess.Verdict{
		"whole":          verdictOf(assess.Sustained, "", full, full, full, full, full),
		"strong":         verdictOf(assess.Sustained, "", known(strong, 70, 70, 70), known(strong, 85, 85, 85), full, known(fair, 60, 60, 60), known(strong, 75, 75, 75)),
		"gaps":           verdictOf(assess.MessyMiddle, "", full, known(missing, 0, 0, 0), known(weak, 20, 20, 20), known(missing, 4, 0, 10), known(weak, 0, 0, 0)),
		"unknown":        verdictOf(assess.Unassessed, "", unknownPillar(), unknownPillar(), unknownPillar(), unknownPillar(), unknownPillar()),
		"no verdict":     {},
		"borderline":     borderline,
		"without scores": verdictOf(assess.Fading, "", assess.Pillar{Level: fair}, assess.Pillar{Level: strong}, assess.Pillar{Level: fair}, assess.Pillar{Level: weak}, assess.Pillar{Level: missing}),
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
	golden(t, "glyphs.html", []byte(b.String()))
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
		top := smallGlyph.drawDeck(known(assess.Fair, load, load, load), add)
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
		svg := string(englishPages.glyphLarge(verdictOf(assess.Fading, "", known(assess.Fair, score, 0, 100), known(assess.Fair, score, 0, 100), unknownPillar(), unknownPillar(), unknownPillar())))
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("a score of %v gives %s", score, svg)
		}
	}
}
