// Package drawing draws the pictures of a report as SVG: the span glyph of a good, and the
// map of all goods. It knows no page, and its markup holds no text from outside that is not
// escaped.
package drawing

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/svg"
)

// The span glyph is a small bridge: four piers for people, momentum, upkeep
// and funding, each as high as its score, under a deck as thick as the load.
// A strong pier reaches the deck; a lesser one leaves a gap under it; a missing
// one is a gap over an empty footing; an unknown one is a dashed outline. Of what is known
// within bounds the certain part is drawn, and what may be above it: a whisker on a pier, a
// dashed outline on the deck. A diamond over the deck marks a stage that is borderline.
//
// It is built from numbers and Midspan's own terms alone, so that its markup can
// never carry a text from outside.

// Drawer writes the words of pictures in one language.
type Drawer struct{ report.Localizer }

// StageSymbol is the id of the mark of a stage, which the pages hold.
func StageSymbol(stage assess.Stage) string { return "s-" + string(report.KnownStage(stage)) }

// GlyphShapes are the class and the path of each part of the small glyph.
func GlyphShapes(v assess.Verdict) [][2]string { return smallGlyph.shapes(v) }

// glyphLayout is the geometry of a glyph. Lengths are in units of its view box.
type glyphLayout struct {
	width, height float64
	deck          float64 // lower edge of the deck: the top of a pier of 100
	ground        float64 // foot of the piers
	thin, thick   float64 // the deck at load 0 and at load 100
	bank          float64 // width of a bank at the deck
	slope         float64 // how far a bank reaches in between deck and ground
	first, step   float64 // middle of the first pier, distance to the next
	bearing       float64 // width of each of the two posts between a strong pier and the deck
	foot, neck    float64 // width of a pier at ground and at the deck
	mark          float64 // half the height of the borderline diamond
	whiskers      bool    // draw all that unknown measures leave open, not only what no number stands for
	shared        bool    // use the banks of the page's sprite
}

var (
	smallGlyph = glyphLayout{
		width: 96, height: 32, deck: 12, ground: 31, thin: 1.5, thick: 7, bank: 6, slope: 3,
		first: 22.5, step: 17, bearing: 1.4, foot: 9, neck: 6, mark: 2.5, shared: true,
	}
	largeGlyph = glyphLayout{
		width: 384, height: 132, deck: 46, ground: 124, thin: 4, thick: 26, bank: 22, slope: 14,
		first: 70.5, step: 81, bearing: 4.5, foot: 36, neck: 23, mark: 8, whiskers: true,
	}
)

// GlyphRow returns the glyph for a table row whose cells hold the same as text: it is
// hidden from screen readers. Its size comes from the style sheet, a unit a pixel,
// and its banks from the page's sprite. Scores are rounded as they are shown, so that
// rows share shapes.
func GlyphRow(v assess.Verdict) template.HTML {
	rounded := func(p *assess.Pillar) {
		if p.Score.Score != nil {
			p.Score.Score = new(math.Round(*p.Score.Score))
		}
	}
	rounded(&v.Load)
	v.Supports = slices.Clone(v.Supports)
	for i := range v.Supports {
		rounded(&v.Supports[i])
	}
	return smallGlyph.draw(v, `class="g" aria-hidden="true"`)
}

// GlyphSmall returns the glyph with its text alternative.
func (w Drawer) GlyphSmall(v assess.Verdict) template.HTML {
	return smallGlyph.draw(v, `class="g" viewBox="0 0 96 32" role="img" aria-label="`+template.HTMLEscapeString(w.GlyphText(v))+`"`)
}

// GlyphLarge returns the glyph for the page of a good, with the ranges that unknown
// measures leave open.
func (w Drawer) GlyphLarge(v assess.Verdict) template.HTML {
	return largeGlyph.draw(v, `class="g g-large" viewBox="0 0 384 132" role="img" aria-label="`+template.HTMLEscapeString(w.GlyphText(v))+`"`)
}

// GlyphBeside returns the same glyph for a page whose text beside it holds all that it shows:
// it is hidden from screen readers.
func GlyphBeside(v assess.Verdict) template.HTML {
	return largeGlyph.draw(v, `class="g g-large" viewBox="0 0 384 132" aria-hidden="true"`)
}

// GlyphText is what the glyph shows, as text.
func (w Drawer) GlyphText(v assess.Verdict) string {
	supports := report.InOrder(v.Supports)
	pairs := []any{"load", w.LevelText(v.Load)}
	for _, pillar := range supports {
		pairs = append(pairs, pillar.ID, w.LevelText(pillar))
	}
	if v.Borderline == nil {
		return w.Translate("Load {load}, people {people}, momentum {momentum}, upkeep {upkeep}, funding {funding}.", pairs...)
	}
	pairs = append(pairs, "stage", w.StageName(v.Borderline.Would))
	return w.Translate("Load {load}, people {people}, momentum {momentum}, upkeep {upkeep}, funding {funding}; borderline, could be {stage}.", pairs...)
}

// draw returns the glyph as inline SVG.
func (s glyphLayout) draw(v assess.Verdict, attributes string) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg %s>`, attributes)
	if s.shared {
		b.WriteString(`<use href="#bank"/>`)
	}
	for _, shape := range s.shapes(v) {
		fmt.Fprintf(&b, `<path class="%s" d="%s"/>`, shape[0], shape[1])
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// shapes returns the class and the path of each part of the glyph. The classes are b
// (banks), l (ground), d (deck), p (piers that hold), w (weak piers), x (footings
// without a pier), u (unknown), r (ranges) and o (borderline).
func (s glyphLayout) shapes(v assess.Verdict) [][2]string {
	parts := map[string]*strings.Builder{}
	add := func(class, path string) {
		if parts[class] == nil {
			parts[class] = &strings.Builder{}
		}
		parts[class].WriteString(path)
	}
	top := s.drawDeck(v.Load, add)
	for i, pillar := range report.InOrder(v.Supports) {
		s.drawPier(s.first+float64(i)*s.step, pillar, add)
	}
	if v.Borderline != nil {
		middle := max(top-1.5-s.mark, s.mark+.5)
		add("o", svg.Path("M", s.width/2, middle-s.mark, "l", s.mark, s.mark, "l", -s.mark, s.mark, "l", -s.mark, -s.mark, "z"))
	}
	var shapes [][2]string
	for _, class := range [...]string{"b", "l", "x", "u", "p", "w", "r", "d", "o"} {
		if parts[class] != nil {
			shapes = append(shapes, [2]string{class, parts[class].String()})
		}
	}
	return shapes
}

// drawDeck draws the deck and its banks and returns the deck's upper edge.
func (s glyphLayout) drawDeck(load assess.Pillar, add func(class, path string)) float64 {
	score, known := report.HeightOf(load)
	class, thickness := "d", s.thicknessOf(score)
	if !known {
		class, thickness = "u", (s.thin+s.thick)/2
	}
	top, fall := s.deck-thickness, s.ground-s.deck
	edge := 0.0
	if !known {
		edge = .5 // half of the dashed line would lie outside
	}
	add(class, svg.Path("M", edge, top, "H", s.width-edge, "v", thickness, "H", edge, "z"))
	if report.IsOpen(load) {
		below := top
		top = s.deck - max(s.thicknessOf(load.Score.High), thickness+1)
		add("u", svg.Path("M", .5, below, "V", top, "H", s.width-.5, "V", below))
	}
	if s.shared {
		return top
	}
	add("b", svg.Path("M", 0, s.deck, "h", s.bank, "q", s.slope/4, fall*.6, s.slope, fall, "H", 0, "z"))
	add("b", svg.Path("M", s.width, s.deck, "h", -s.bank, "q", -s.slope/4, fall*.6, -s.slope, fall, "H", s.width, "z"))
	add("l", svg.Path("M", 0, s.ground, "H", s.width))
	return top
}

func (s glyphLayout) thicknessOf(load float64) float64 {
	return s.thin + (s.thick-s.thin)*min(max(load, 0), 100)/100
}

// drawPier draws one support with its middle at x.
func (s glyphLayout) drawPier(x float64, pillar assess.Pillar, add func(class, path string)) {
	score, known := report.HeightOf(pillar)
	full := s.ground - s.deck
	if !known {
		add("u", s.pier(x, full*.96))
		return
	}
	level, _ := report.LevelBounds(pillar)
	if (s.whiskers || report.IsOpen(pillar) || !report.HasScore(pillar.Score)) && pillar.Score.High-pillar.Score.Low >= 1 {
		low, high := full*pillar.Score.Low/100, full*pillar.Score.High/100
		tick := s.neck / 4
		add("r", svg.Path("M", x-tick, s.ground-high, "h", 2*tick, "m", -tick, 0, "v", high-low, "m", -tick, 0, "h", 2*tick))
	}
	if level == assess.Missing || score == 0 {
		add("x", svg.Path("M", x-s.foot/2, s.ground-s.height/40, "h", s.foot))
		return
	}
	class := "p"
	if level == assess.Weak {
		class = "w"
	}
	height := max(full*score/100, full/10)
	add(class, s.pier(x, height))
	if level == assess.Strong && height < full {
		for _, left := range [...]float64{x - s.neck*.38, x + s.neck*.38 - s.bearing} {
			add(class, svg.Path("M", left, s.deck, "h", s.bearing, "V", s.ground-height+.5, "h", -s.bearing, "z"))
		}
	}
}

// pier is a trapezoid of the given height that narrows upwards, the more the
// higher it is, so that all piers have one slope.
func (s glyphLayout) pier(x, height float64) string {
	batter := (s.foot - s.neck) / 2 * height / (s.ground - s.deck)
	return svg.Path("M", x-s.foot/2, s.ground, "l", batter, -height, "h", s.foot-2*batter, "l", batter, height, "z")
}
