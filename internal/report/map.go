package report

import (
	"fmt"
	"html/template"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/assess"
)

// The map places goods by load (across) and supports (up). It is drawn in a
// view box of 760 by 440; the plot lies inside the margins.
const (
	mapLeft, mapRight = 46.0, 744.0
	mapTop, mapBottom = 16.0, 400.0
	markSize          = 12.0
	mapLabels         = 14 // names written beside marks; all stand in the table
)

// mark is a good on the map. X and Y are its place, Low and High the ends of
// its range.
type mark struct {
	good      Good
	x, y      float64
	low, high float64
}

// portfolioMap draws the map and returns the goods that have no place on it,
// because their load or all of their supports are unknown.
func portfolioMap(goods []Good) (template.HTML, []Good) {
	marks, unplaced := placeMarks(goods)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" viewBox="0 0 760 440" role="img" aria-label="Map of %s by load, across, and supports, up. The table of all goods holds the same numbers.">`, plural(len(marks), "good", "goods"))
	drawFrame(&b)
	var whiskers strings.Builder
	for _, m := range marks {
		if m.low-m.high >= 1 {
			whiskers.WriteString(path("M", m.x, m.low, "V", m.high))
		}
	}
	fmt.Fprintf(&b, `<path class="wh" d="%s"/>`, &whiskers)
	for _, m := range marks {
		fmt.Fprintf(&b, `<a href="%s"><title>%s: %s</title><use href="#%s" x="%s" y="%s" width="12" height="12"/></a>`,
			template.HTMLEscapeString(pagePath(m.good.ID)), template.HTMLEscapeString(cut(displayName(m.good), 60)),
			stageWord(m.good.Verdict.Stage), stageSymbol(m.good.Verdict.Stage),
			coordinate(m.x-markSize/2), coordinate(m.y-markSize/2))
	}
	for _, l := range placeLabels(marks) {
		fmt.Fprintf(&b, `<text class="lb" x="%s" y="%s">%s</text>`, coordinate(l.left), coordinate(l.bottom-4), template.HTMLEscapeString(l.text))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()), unplaced
}

// drawFrame draws the axes, their words, and the half of the plot where load
// outweighs supports.
func drawFrame(b *strings.Builder) {
	fmt.Fprintf(b, `<path class="sh" d="%s"/>`, path("M", mapLeft, mapBottom, "L", mapRight, mapTop, "V", mapBottom, "z"))
	fmt.Fprintf(b, `<text class="zone" x="%s" y="%s" text-anchor="end">load outweighs supports</text>`, coordinate(mapRight-10), coordinate(mapBottom-12))
	fmt.Fprintf(b, `<text class="zone" x="%s" y="%s">supports outweigh load</text>`, coordinate(mapLeft+10), coordinate(mapTop+20))
	for score := 0.0; score <= 100; score += 25 {
		x, y := mapX(score), mapY(score)
		fmt.Fprintf(b, `<path class="gr" d="%s%s"/>`, path("M", mapLeft, y, "H", mapRight), path("M", x, mapTop, "V", mapBottom))
		fmt.Fprintf(b, `<text class="ax" x="%s" y="%s" text-anchor="middle">%s</text>`, coordinate(x), coordinate(mapBottom+16), number(score))
		fmt.Fprintf(b, `<text class="ax" x="%s" y="%s" text-anchor="end">%s</text>`, coordinate(mapLeft-8), coordinate(y+4), number(score))
	}
	fmt.Fprintf(b, `<text class="ax ti" x="%s" y="434" text-anchor="end">Load: who depends on it →</text>`, coordinate(mapRight))
	fmt.Fprintf(b, `<text class="ax ti" transform="translate(12 %s) rotate(-90)" text-anchor="end">Supports: what holds it →</text>`, coordinate(mapTop))
}

func mapX(score float64) float64 { return mapLeft + (mapRight-mapLeft)*score/100 }
func mapY(score float64) float64 { return mapBottom - (mapBottom-mapTop)*score/100 }

// placeMarks gives every good with a known load and score its place, those of
// the messy middle last so that they lie on top.
func placeMarks(goods []Good) (marks []mark, unplaced []Good) {
	for _, good := range goods {
		load, known := heightOf(good.Verdict.Load)
		score := good.Verdict.Score
		if !known || score.Score == nil {
			unplaced = append(unplaced, good)
			continue
		}
		marks = append(marks, mark{good: good, x: mapX(load), y: mapY(*score.Score), low: mapY(score.Low), high: mapY(score.High)})
	}
	sort.SliceStable(marks, func(i, j int) bool {
		return marks[i].good.Verdict.Stage != assess.MessyMiddle && marks[j].good.Verdict.Stage == assess.MessyMiddle
	})
	return marks, unplaced
}

// label is a name on the map with the box that it fills.
type label struct {
	text                     string
	left, top, right, bottom float64
}

func (l label) meets(o label) bool {
	return l.left < o.right && o.left < l.right && l.top < o.bottom && o.top < l.bottom
}

// placeLabels names the marks of the messy middle that weigh most, where a
// name fits beside its mark without covering a mark or another name.
func placeLabels(marks []mark) []label {
	taken, placed := []label{ // the words of the two halves
		{left: mapRight - 170, right: mapRight, top: mapBottom - 30, bottom: mapBottom},
		{left: mapLeft, right: mapLeft + 170, top: mapTop, bottom: mapTop + 28},
	}, []label(nil)
	var wanted []mark
	for _, m := range marks {
		taken = append(taken, label{left: m.x - markSize/2, right: m.x + markSize/2, top: m.y - markSize/2, bottom: m.y + markSize/2})
		if m.good.Verdict.Stage == assess.MessyMiddle {
			wanted = append(wanted, m)
		}
	}
	sort.SliceStable(wanted, func(i, j int) bool { return outweighs(wanted[i].good) > outweighs(wanted[j].good) })
	for _, m := range wanted {
		if l, fits := fitLabel(m, taken); fits && len(placed) < mapLabels {
			placed, taken = append(placed, l), append(taken, l)
		}
	}
	return placed
}

// fitLabel tries right, left, above and below the mark.
func fitLabel(m mark, taken []label) (label, bool) {
	text := cut(displayName(m.good), 30)
	width, height := float64(utf8.RuneCountInString(text))*6.9, 17.0
	near := markSize/2 + 4
	for _, at := range [...][2]float64{
		{m.x + near, m.y - height/2}, {m.x - near - width, m.y - height/2},
		{m.x - width/2, m.y - near - height}, {m.x - width/2, m.y + near},
	} {
		l := label{text: text, left: at[0], top: at[1], right: at[0] + width, bottom: at[1] + height}
		if l.left < mapLeft || l.right > mapRight || l.top < mapTop || l.bottom > mapBottom {
			continue
		}
		free := true
		for _, other := range taken {
			free = free && !l.meets(other)
		}
		if free {
			return l, true
		}
	}
	return label{}, false
}
