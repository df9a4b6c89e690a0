package site

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/svg"
)

// The map places goods by load (across) and supports (up). It is drawn in a
// view box of 760 by 440; the plot lies inside the margins.
const (
	mapLeft, mapRight = 46.0, 744.0
	mapTop, mapBottom = 16.0, 400.0
	markSize          = 12.0
	mapLabels         = 14 // names written beside marks; the table has all of them
)

// mark is a good on the map. x and y are its place, low and high the ends of the range of
// its supports, left and right those of its load.
type mark struct {
	good        report.Good
	x, y        float64
	low, high   float64
	left, right float64
}

func (m mark) inMiddle() bool { return m.good.Verdict.Stage == assess.MessyMiddle }

// mapDrawing is the map as the page shows it.
type mapDrawing struct {
	svg      template.HTML
	dense    int           // marks beside circles; 0 where every good has its mark
	unplaced []report.Good // nothing is known of their load, or of their supports
}

// portfolioMap draws the map. Goods that have no place on it are named beside it.
func (w pageLocalizer) portfolioMap(goods []report.Good) mapDrawing {
	marks, unplaced := placeMarks(goods)
	drawn := mapDrawing{unplaced: unplaced}
	placed := len(marks)
	var crowd []circle
	if placed > maxMapMarks {
		crowd = circlesOf(marks)
		marks = heaviest(marks)
		drawn.dense = len(marks)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" viewBox="0 0 760 440" role="group" aria-label="%s">`,
		template.HTMLEscapeString(w.Translate("Map of {n|good|goods} by load, across, and supports, up. The table of all goods holds the same numbers.", "n",
			placed)))
	w.drawFrame(&b)
	for _, c := range crowd {
		fmt.Fprintf(&b, `<circle class="many" cx="%s" cy="%s" r="%s"><title>%s</title></circle>`,
			svg.Coordinate(c.x), svg.Coordinate(c.y), svg.Coordinate(c.radius()),
			template.HTMLEscapeString(w.circleText(c)))
	}
	w.drawMarks(&b, marks)
	b.WriteString("</svg>")
	drawn.svg = template.HTML(b.String())
	return drawn
}

// drawMarks draws goods with what unknown measures leave open, and the names for
// which there is room.
func (w pageLocalizer) drawMarks(b *strings.Builder, marks []mark) {
	var whiskers strings.Builder
	for _, m := range marks {
		if m.low-m.high >= 1 {
			whiskers.WriteString(svg.Path("M", m.x, m.low, "V", m.high))
		}
		if m.right-m.left >= 1 {
			whiskers.WriteString(svg.Path("M", m.left, m.y, "H", m.right))
		}
	}
	fmt.Fprintf(b, `<path class="wh" d="%s"/>`, &whiskers)
	for _, m := range marks {
		title := w.Translate("{good}: {stage}", "good", report.Cut(w.DisplayName(m.good), 60), "stage", w.StageName(m.good.Verdict.Stage))
		fmt.Fprintf(b, `<a href="%s"><title>%s</title><use href="#%s" x="%s" y="%s" width="12" height="12"/></a>`,
			template.HTMLEscapeString(report.PagePath(m.good.ID)), template.HTMLEscapeString(title), stageSymbol(m.good.Verdict.Stage),
			svg.Coordinate(m.x-markSize/2), svg.Coordinate(m.y-markSize/2))
	}
	for _, l := range w.placeLabels(marks) {
		fmt.Fprintf(b, `<text class="lb"%s x="%s" y="%s">%s</text>`, l.anchor, svg.Coordinate(l.x), svg.Coordinate(l.bottom-4), template.HTMLEscapeString(l.text))
	}
}

// drawFrame draws the axes with their titles, and the half of the plot where load
// outweighs supports.
func (w pageLocalizer) drawFrame(b *strings.Builder) {
	fmt.Fprintf(b, `<path class="sh" d="%s"/>`, svg.Path("M", mapLeft, mapBottom, "L", mapRight, mapTop, "V", mapBottom, "z"))
	fmt.Fprintf(b, `<text class="zone" x="%s" y="%s" text-anchor="end">%s</text>`, svg.Coordinate(mapRight-10), svg.Coordinate(mapBottom-12),
		template.HTMLEscapeString(w.Translate("load outweighs supports")))
	fmt.Fprintf(b, `<text class="zone" x="%s" y="%s">%s</text>`, svg.Coordinate(mapLeft+10), svg.Coordinate(mapTop+20),
		template.HTMLEscapeString(w.Translate("supports outweigh load")))
	for score := 0.0; score <= 100; score += 25 {
		x, y := mapX(score), mapY(score)
		fmt.Fprintf(b, `<path class="gr" d="%s%s"/>`, svg.Path("M", mapLeft, y, "H", mapRight), svg.Path("M", x, mapTop, "V", mapBottom))
		fmt.Fprintf(b, `<text class="ax" x="%s" y="%s" text-anchor="middle">%s</text>`, svg.Coordinate(x), svg.Coordinate(mapBottom+16), w.Number(score))
		fmt.Fprintf(b, `<text class="ax" x="%s" y="%s" text-anchor="end">%s</text>`, svg.Coordinate(mapLeft-8), svg.Coordinate(y+4), w.Number(score))
	}
	fmt.Fprintf(b, `<text class="ax ti" x="%s" y="434" text-anchor="end">%s</text>`, svg.Coordinate(mapRight),
		template.HTMLEscapeString(w.Translate("Load: who depends on it →")))
	fmt.Fprintf(b, `<text class="ax ti" transform="translate(12 %s) rotate(-90)" text-anchor="end">%s</text>`, svg.Coordinate(mapTop),
		template.HTMLEscapeString(w.Translate("Supports: what holds it →")))
}

func mapX(score float64) float64 { return mapLeft + (mapRight-mapLeft)*score/100 }
func mapY(score float64) float64 { return mapBottom - (mapBottom-mapTop)*score/100 }

// placeMarks gives every good of whose load and supports something is known its place, at
// the middle of a range that leaves too much open for a score; those of the messy middle
// last so that they lie on top.
func placeMarks(goods []report.Good) (marks []mark, unplaced []report.Good) {
	for _, good := range goods {
		v := good.Verdict
		x, known := report.HeightOf(v.Load)
		left, right := x, x
		if report.IsOpen(v.Load) || known && !report.HasScore(v.Load.Score) && v.Load.Score.Score != nil {
			x, left, right = (v.Load.Score.Low+v.Load.Score.High)/2, v.Load.Score.Low, v.Load.Score.High
		}
		y, held := report.MiddleOf(v.Score)
		if !known || !held {
			unplaced = append(unplaced, good)
			continue
		}
		marks = append(marks, mark{good: good, x: mapX(x), y: mapY(y), low: mapY(v.Score.Low), high: mapY(v.Score.High), left: mapX(left), right: mapX(right)})
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return report.BoolToInt(a.inMiddle()) - report.BoolToInt(b.inMiddle()) })
	return marks, unplaced
}

// label is a name on the map with the box that it fills. X and anchor are the
// end next to its mark, so that it is close to it in any font.
type label struct {
	text, anchor             string
	x                        float64
	left, top, right, bottom float64
}

const ()

func (l label) overlaps(o label) bool {
	return l.left < o.right && o.left < l.right && l.top < o.bottom && o.top < l.bottom
}

// placeLabels names the marks of the messy middle that weigh most, where a
// name fits beside its mark without covering a mark or another name.
func (w pageLocalizer) placeLabels(marks []mark) []label {
	taken, placed := []label{ // the captions of the two halves
		{left: mapRight - 170, right: mapRight, top: mapBottom - 30, bottom: mapBottom},
		{left: mapLeft, right: mapLeft + 170, top: mapTop, bottom: mapTop + 28},
	}, []label(nil)
	var wanted []mark
	for _, m := range marks {
		taken = append(taken, label{left: m.x - markSize/2, right: m.x + markSize/2, top: m.y - markSize/2, bottom: m.y + markSize/2})
		if m.right-m.left >= 1 {
			taken = append(taken, label{left: m.left, right: m.right, top: m.y - 1, bottom: m.y + 1})
		}
		if m.inMiddle() {
			wanted = append(wanted, m)
		}
	}
	slices.SortStableFunc(wanted, func(a, b mark) int { return report.CompareExcess(a.good, b.good) })
	for _, m := range wanted {
		if l, fits := w.fitLabel(m, taken); fits && len(placed) < mapLabels {
			placed, taken = append(placed, l), append(taken, l)
		}
	}
	return placed
}

// fitLabel tries right, left, above and below the mark.
func (w pageLocalizer) fitLabel(m mark, taken []label) (label, bool) {
	text := report.Cut(w.DisplayName(m.good), 30)
	width, height := report.TextWidth(text), 17.0
	near := markSize/2 + 4
	for _, at := range [...]struct {
		anchor       string
		x, left, top float64
	}{
		{"", m.x + near, m.x + near, m.y - height/2}, {svg.AnchorEnd, m.x - near, m.x - near - width, m.y - height/2},
		{svg.AnchorMiddle, m.x, m.x - width/2, m.y - near - height}, {svg.AnchorMiddle, m.x, m.x - width/2, m.y + near},
	} {
		l := label{text: text, anchor: at.anchor, x: at.x, left: at.left, top: at.top, right: at.left + width, bottom: at.top + height}
		if l.left < mapLeft || l.right > mapRight || l.top < mapTop || l.bottom > mapBottom {
			continue
		}
		free := true
		for _, other := range taken {
			free = free && !l.overlaps(other)
		}
		if free {
			return l, true
		}
	}
	return label{}, false
}
