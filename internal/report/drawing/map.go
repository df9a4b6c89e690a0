package drawing

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/svg"
)

// The map places goods by load (across) and supports (up). It is drawn twice: for wide
// screens, where every good has a link, and upright for telephones, where the few with a
// name have one.
type plot struct {
	width, height            float64 // of the view box
	left, top, right, bottom float64 // of the plot inside its margins
	labels                   int     // names at most; the table has all of them
	letters                  int     // of a name at most
	across, up               int     // squares of a crowded map
	narrow                   bool
}

var (
	widePlot   = plot{width: 760, height: 440, left: 46, top: 16, right: 744, bottom: 400, labels: 16, letters: 30, across: 29, up: 16}
	narrowPlot = plot{width: 360, height: 440, left: 30, top: 12, right: 352, bottom: 402, labels: 9, letters: 20, across: 14, up: 17, narrow: true}
)

func (p plot) x(score float64) float64 { return p.left + (p.right-p.left)*score/100 }
func (p plot) y(score float64) float64 { return p.bottom - (p.bottom-p.top)*score/100 }

const markSize = 12.0

// mark is a good on the map. x and y are its place, low and high the ends of the range of
// its supports, left and right those of its load.
type mark struct {
	good        report.Good
	x, y        float64
	low, high   float64
	left, right float64
}

func (m mark) inMiddle() bool { return m.good.Verdict.Stage == assess.MessyMiddle }

// MapDrawing is the map as the page shows it.
type MapDrawing struct {
	Wide, Narrow template.HTML
	Dense        int           // marks beside circles; 0 where every good has its mark
	Unplaced     []report.Good // nothing is known of their load, or of their supports
}

// Map draws the map. Goods that have no place on it are named beside it.
func (w Drawer) Map(goods []report.Good) MapDrawing {
	var drawn MapDrawing
	drawn.Wide, drawn.Dense, drawn.Unplaced = w.drawMap(widePlot, goods)
	drawn.Narrow, _, _ = w.drawMap(narrowPlot, goods)
	return drawn
}

func (w Drawer) drawMap(p plot, goods []report.Good) (drawn template.HTML, dense int, unplaced []report.Good) {
	marks, unplaced := p.placeMarks(goods)
	placed := len(marks)
	var crowd []circle
	if placed > maxMapMarks {
		crowd = p.circlesOf(marks)
		marks = heaviest(marks)
		dense = len(marks)
	}
	size := "wide"
	if p.narrow {
		size = "narrow"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map %s" viewBox="0 0 %s %s" role="group" aria-label="%s">`, size, svg.Coordinate(p.width), svg.Coordinate(p.height),
		template.HTMLEscapeString(w.Translate("Map of {n|good|goods} by load, across, and supports, up. The table of all goods holds the same numbers.", "n",
			placed)))
	w.drawFrame(&b, p)
	for _, c := range crowd {
		fmt.Fprintf(&b, `<circle class="many" cx="%s" cy="%s" r="%s"><title>%s</title></circle>`,
			svg.Coordinate(c.x), svg.Coordinate(c.y), svg.Coordinate(c.radius(p)),
			template.HTMLEscapeString(w.circleText(c)))
	}
	w.drawMarks(&b, p, marks)
	b.WriteString("</svg>")
	return template.HTML(b.String()), dense, unplaced
}

// drawMarks draws goods with what unknown measures leave open, and the names for
// which there is room.
func (w Drawer) drawMarks(b *strings.Builder, p plot, marks []mark) {
	var whiskers, faint strings.Builder // those of the messy middle, and of the others
	for _, m := range marks {
		to := &faint
		if m.inMiddle() {
			to = &whiskers
		}
		if m.low-m.high >= 1 {
			to.WriteString(svg.Path("M", m.x, m.low, "V", m.high))
		}
		if m.right-m.left >= 1 {
			to.WriteString(svg.Path("M", m.left, m.y, "H", m.right))
		}
	}
	fmt.Fprintf(b, `<path class="wh wf" d="%s"/><path class="wh" d="%s"/>`, &faint, &whiskers)
	for _, m := range marks {
		use := fmt.Sprintf(`<use href="#%s" x="%s" y="%s" width="12" height="12"/>`, StageSymbol(m.good.Verdict.Stage), svg.Coordinate(m.x-markSize/2),
			svg.Coordinate(m.y-markSize/2))
		if p.narrow {
			b.WriteString(use)
			continue
		}
		title := w.Translate("{good}: {stage}", "good", report.Cut(w.DisplayName(m.good), 60), "stage", w.StageName(m.good.Verdict.Stage))
		fmt.Fprintf(b, `<a href="%s"><title>%s</title>%s</a>`, template.HTMLEscapeString(report.PagePath(m.good.ID)), template.HTMLEscapeString(title), use)
	}
	for _, l := range w.placeLabels(p, marks) {
		text := fmt.Sprintf(`<text class="lb"%s x="%s" y="%s">%s</text>`, l.anchor, svg.Coordinate(l.x), svg.Coordinate(l.bottom-4),
			template.HTMLEscapeString(l.text))
		if p.narrow {
			text = `<a href="` + template.HTMLEscapeString(report.PagePath(l.good)) + `">` + text + `</a>`
		}
		b.WriteString(text)
	}
}

// drawFrame draws the axes with their titles, the line of as much support as load, and
// the half of the plot under it.
func (w Drawer) drawFrame(b *strings.Builder, p plot) {
	fmt.Fprintf(b, `<path class="sh" d="%s"/>`, svg.Path("M", p.left, p.bottom, "L", p.right, p.top, "V", p.bottom, "z"))
	step := 25.0
	if p.narrow {
		step = 50
	}
	for score := 0.0; score <= 100; score += step {
		x, y := p.x(score), p.y(score)
		fmt.Fprintf(b, `<path class="gr" d="%s%s"/>`, svg.Path("M", p.left, y, "H", p.right), svg.Path("M", x, p.top, "V", p.bottom))
		fmt.Fprintf(b, `<text class="ax" x="%s" y="%s" text-anchor="middle">%s</text>`, svg.Coordinate(x), svg.Coordinate(p.bottom+16), w.Number(score))
		fmt.Fprintf(b, `<text class="ax" x="%s" y="%s" text-anchor="end">%s</text>`, svg.Coordinate(p.left-6), svg.Coordinate(y+4), w.Number(score))
	}
	fmt.Fprintf(b, `<path class="eq" d="%s"/>`, svg.Path("M", p.left, p.bottom, "L", p.right, p.top))
	fmt.Fprintf(b, `<text class="zone" x="%s" y="%s" text-anchor="end">%s</text>`, svg.Coordinate(p.right-10), svg.Coordinate(p.bottom-12),
		template.HTMLEscapeString(w.Translate("more load than support")))
	fmt.Fprintf(b, `<text class="zone" x="%s" y="%s">%s</text>`, svg.Coordinate(p.left+10), svg.Coordinate(p.top+20),
		template.HTMLEscapeString(w.Translate("more support than load")))
	fmt.Fprintf(b, `<text class="ax ti" x="%s" y="%s" text-anchor="end">%s</text>`, svg.Coordinate(p.right), svg.Coordinate(p.height-6),
		template.HTMLEscapeString(w.Translate("Load: how much depends on it →")))
	fmt.Fprintf(b, `<text class="ax ti" transform="translate(%s %s) rotate(-90)" text-anchor="end">%s</text>`, svg.Coordinate(min(12, p.left-20)),
		svg.Coordinate(p.top), template.HTMLEscapeString(w.Translate("Supports: what holds it up →")))
}

// placeMarks gives every good of whose load and supports something is known its place, at
// the middle of a range that leaves too much open for a score; those of the messy middle
// last so that they lie on top.
func (p plot) placeMarks(goods []report.Good) (marks []mark, unplaced []report.Good) {
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
		marks = append(marks, mark{good: good, x: p.x(x), y: p.y(y), low: p.y(v.Score.Low), high: p.y(v.Score.High), left: p.x(left), right: p.x(right)})
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return report.BoolToInt(a.inMiddle()) - report.BoolToInt(b.inMiddle()) })
	return marks, unplaced
}

// label is a name on the map with the box that it fills. X and anchor are the
// end next to its mark, so that it is close to it in any font.
type label struct {
	text, anchor, good       string // good is the id
	x                        float64
	left, top, right, bottom float64
}

func (l label) overlaps(o label) bool {
	return l.left < o.right && o.left < l.right && l.top < o.bottom && o.top < l.bottom
}

// placeLabels names the marks that matter most, where a name fits beside its mark without
// covering a mark or another name. It may cover a line of what is open, which is thin.
func (w Drawer) placeLabels(p plot, marks []mark) []label {
	taken, placed := []label{ // the captions of the two halves
		{left: p.right - 170, right: p.right, top: p.bottom - 30, bottom: p.bottom},
		{left: p.left, right: p.left + 170, top: p.top, bottom: p.top + 28},
	}, []label(nil)
	for _, m := range marks {
		taken = append(taken, label{left: m.x - markSize/2, right: m.x + markSize/2, top: m.y - markSize/2, bottom: m.y + markSize/2})
	}
	for _, m := range notable(marks) {
		if l, fits := w.fitLabel(p, m, taken); fits && len(placed) < p.labels {
			placed, taken = append(placed, l), append(taken, l)
		}
	}
	return placed
}

// notable orders marks by how much a reader should find them: those of the messy middle
// where help holds up the most, the heaviest loads and the highest risks, one of each in
// turn. Work on the last two goes on.
func notable(marks []mark) []mark {
	var middle, heavy, risky []mark
	for _, m := range marks {
		v := m.good.Verdict
		if m.inMiddle() {
			middle = append(middle, m)
		}
		if load, known := report.HeightOf(v.Load); known && load >= 50 && !slices.Contains([]assess.Stage{assess.Dormant, assess.Sunset}, v.Stage) {
			heavy = append(heavy, m)
			if v.Risk.Level == assess.RiskHigh {
				risky = append(risky, m)
			}
		}
	}
	load := func(m mark) float64 { height, _ := report.HeightOf(m.good.Verdict.Load); return height }
	slices.SortStableFunc(middle, func(a, b mark) int { return report.CompareNeed(a.good, b.good) })
	slices.SortStableFunc(heavy, func(a, b mark) int { return cmp.Compare(load(b), load(a)) })
	slices.SortStableFunc(risky, func(a, b mark) int { return cmp.Compare(b.good.Verdict.Risk.Low, a.good.Verdict.Risk.Low) })
	var all []mark
	seen := map[string]bool{}
	for i := range max(len(middle), len(heavy), len(risky)) {
		for _, list := range [...][]mark{middle, heavy, risky} {
			if i < len(list) && !seen[list[i].good.ID] {
				seen[list[i].good.ID] = true
				all = append(all, list[i])
			}
		}
	}
	return all
}

// fitLabel tries right, left, above and below the mark.
func (w Drawer) fitLabel(p plot, m mark, taken []label) (label, bool) {
	text := report.Cut(w.DisplayName(m.good), p.letters)
	width, height := report.TextWidth(text), 17.0
	near := markSize/2 + 4
	for _, at := range [...]struct {
		anchor       string
		x, left, top float64
	}{
		{"", m.x + near, m.x + near, m.y - height/2}, {svg.AnchorEnd, m.x - near, m.x - near - width, m.y - height/2},
		{svg.AnchorMiddle, m.x, m.x - width/2, m.y - near - height}, {svg.AnchorMiddle, m.x, m.x - width/2, m.y + near},
	} {
		l := label{text: text, anchor: at.anchor, good: m.good.ID, x: at.x, left: at.left, top: at.top, right: at.left + width, bottom: at.top + height}
		if l.left < p.left || l.right > p.right || l.top < p.top || l.bottom > p.bottom {
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
