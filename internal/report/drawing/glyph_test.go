package drawing

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

// english writes the words of pictures in English.
var english = Drawer{report.English}

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
		"bounds":         reporttest.VerdictOf(assess.MessyMiddle, "", boundedPillar(strong, fair, weak), boundedPillar(weak, missing), boundedPillar(strong, fair), boundedPillar(fair, weak), boundedPillar(fair, weak, missing)),
		"without scores": reporttest.VerdictOf(assess.Fading, "", assess.Pillar{Level: fair}, assess.Pillar{Level: strong}, assess.Pillar{Level: fair}, assess.Pillar{Level: weak}, assess.Pillar{Level: missing}),
	}
}

func TestTheGlyphsMatchTheirGoldenFile(t *testing.T) {
	css, err := os.ReadFile("../site/templates/style.css")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("<!doctype html>\n<meta charset=\"utf-8\">\n<title>Span glyphs</title>\n<style>" + string(css) + ".g-large{max-width:384px}</style>\n<svg width=\"0\" height=\"0\"><defs><g id=\"bank\"><path class=\"b\" d=\"M0 12h6q.8 11.4 3.5 19H0zM96 12h-6q-.8 11.4-3.5 19H96z\"/><path class=\"l\" d=\"M0 31h96\"/></g></defs></svg>\n")
	cases := glyphCases()
	for _, name := range []string{"whole", "strong", "gaps", "unknown", "no verdict", "borderline", "without scores", "bounds"} {
		b.WriteString("<h2>" + name + "</h2>\n" + string(english.GlyphSmall(cases[name])) + "\n" + string(english.GlyphLarge(cases[name])) + "\n")
	}
	reporttest.Golden(t, "glyphs.html", []byte(b.String()))
}

func TestAGlyphIsWellFormed(t *testing.T) {
	for name, v := range glyphCases() {
		for _, svg := range []string{string(GlyphRow(v)), string(english.GlyphSmall(v)), string(english.GlyphLarge(v))} {
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
		"bounds":     {`class="r" class="w" class="p" class="x" class="d"`, `class="o"`},
		"borderline": {`class="o" class="u" class="w" class="p"`, `class="x"`},
	} {
		svg := string(GlyphRow(glyphCases()[name]))
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
	got := english.GlyphText(glyphCases()["borderline"])
	want := "Load strong, people weak, momentum strong, upkeep strong, funding unknown; borderline, could be sustained."
	if got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

func TestScoresOutOfBoundsStayInThePicture(t *testing.T) {
	for _, score := range []float64{-20, 400, math.Inf(1), math.NaN()} {
		svg := string(english.GlyphLarge(reporttest.VerdictOf(assess.Fading, "", reporttest.Known(assess.Fair, score, 0, 100), reporttest.Known(assess.Fair, score, 0, 100), reporttest.UnknownPillar(), reporttest.UnknownPillar(), reporttest.UnknownPillar())))
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("a score of %v gives %s", score, svg)
		}
	}
}

// boundedPillar is one of which some levels are possible.
func boundedPillar(possible ...assess.Level) assess.Pillar {
	bands := map[assess.Level][2]float64{assess.Strong: {60, 100}, assess.Fair: {30, 85}, assess.Weak: {10, 55}, assess.Missing: {0, 30}}
	p := assess.Pillar{Level: assess.LevelUnknown, Possible: possible, Score: assess.Range{Low: 100}}
	for _, level := range possible {
		p.Score.Low, p.Score.High = min(p.Score.Low, bands[level][0]), max(p.Score.High, bands[level][1])
	}
	if len(possible) == 1 {
		middle := (p.Score.Low + p.Score.High) / 2
		p.Level, p.Score = possible[0], assess.Range{Score: &middle, Low: middle, High: middle}
	}
	return p
}

// The words say of a support what its picture shows, over every set of levels that can be
// possible: unknown is a dashed outline and nothing else is; a bound is a whisker; what is
// drawn as missing, weak or holding is named so.
func TestWordsAndPictureOfASupportSayTheSame(t *testing.T) {
	all := []assess.Level{assess.Strong, assess.Fair, assess.Weak, assess.Missing}
	for mask := 1; mask < 1<<len(all); mask++ {
		var possible []assess.Level
		for i, level := range all {
			if mask&(1<<i) != 0 {
				possible = append(possible, level)
			}
		}
		p := boundedPillar(possible...)
		drawn := map[string]bool{}
		smallGlyph.drawPier(24, p, func(class, _ string) { drawn[class] = true })
		text, lowest := report.English.LevelWithScore(p), possible[len(possible)-1]
		unknown, open := len(possible) == 4, len(possible) > 1 && len(possible) < 4
		if strings.HasPrefix(text, "unknown") != unknown || drawn["u"] != unknown || unknown && text != "unknown" {
			t.Errorf("%v is %q, drawn as %v", possible, text, drawn)
		}
		if open != drawn["r"] || (open && !report.IsBlank(p.Score)) != strings.Contains(text, " to ") {
			t.Errorf("%v is %q, with a whisker: %v", possible, text, drawn)
		}
		if !unknown && (drawn["x"] != (lowest == assess.Missing) || drawn["w"] != (lowest == assess.Weak) || drawn["p"] != (lowest == assess.Fair || lowest == assess.Strong)) {
			t.Errorf("%v is drawn as %v", possible, drawn)
		}
		for _, level := range all {
			if named := strings.Contains(text, string(level)); named && len(possible) == 1 && level != possible[0] {
				t.Errorf("%v is called %q", possible, text)
			}
		}
		deck := map[string]bool{}
		smallGlyph.drawDeck(p, func(class, _ string) { deck[class] = true })
		if deck["u"] != (unknown || open) || deck["d"] != !unknown {
			t.Errorf("a load of %v is drawn as %v", possible, deck)
		}
	}
}
