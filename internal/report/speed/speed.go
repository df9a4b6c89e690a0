// Package speed shows how fast a good closes the holes in what it runs on: sentences, a
// figure by quarter, and the table beside it.
package speed

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/midspan/midspan/internal/exposure"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/svg"
)

// View is what the page of a good shows of one repository.
type View struct {
	Repository string
	Sentences  []string
	Chart      template.HTML
	Quarters   []exposure.Quarter
}

// Of are the views of a good, in the order of its repositories: none where nothing was
// replayed.
func Of(w report.Localizer, good report.Good) []View {
	var views []View
	for _, r := range good.Replays {
		views = append(views, View{Repository: r.Repository, Sentences: sentences(w, r.History), Chart: chart(w, r.Quarters), Quarters: r.Quarters})
	}
	return views
}

func sentences(w report.Localizer, h exposure.History) []string {
	all := []string{
		w.Translate("In {n|month|months} {opened} advisories with a fix came to affect what it runs on. {closed} were closed and {open} are open.",
			"n", 24, "opened", h.Opened, "closed", h.Closed, "open", h.Open),
	}
	switch m := h.Median; {
	case m == nil:
		all = append(all, w.Translate("Fewer than {n} came: how fast they are closed is unknown.", "n", exposure.Fewest))
	case m.AtLeast:
		all = append(all, w.Translate("Fewer than half were closed. Half wait for {days|day|days} or longer.", "days", m.Days))
	case m.Low != nil && m.High != nil:
		all = append(all, w.Translate("Half were closed within {days|day|days} (95 % interval: {low} to {high}).", "days", m.Days, "low", *m.Low, "high", *m.High))
	default:
		all = append(all, w.Translate("Half were closed within {days|day|days}.", "days", m.Days))
	}
	all = append(all, w.Translate("{people|person|people} closed any of them; machines closed {n}.", "people", h.People, "n", h.Machines))
	if h.Twice != nil {
		all = append(all, w.Translate("If twice as many came and no more were closed, {twice} would be open in a year; if four times as many came, {four}.",
			"twice", *h.Twice, "four", *h.FourTimes))
	}
	return all
}

// The chart has a view box of 640 by 150: a column of two bars a quarter, what opened and
// what closed, and a line of what was open at its end.
const (
	width, height = 640.0, 150.0
	base, top     = 128.0, 8.0
	barWidth      = 22.0
)

func chart(w report.Localizer, quarters []exposure.Quarter) template.HTML {
	most := 1
	for _, q := range quarters {
		most = max(most, q.Opened, q.Closed, q.Open)
	}
	y := func(n int) float64 { return base - (base-top)*float64(n)/float64(most) }
	step := width / float64(max(1, len(quarters)))
	var bars, line, labels strings.Builder
	for i, q := range quarters {
		x := step*float64(i) + step/2
		for j, n := range []int{q.Opened, q.Closed} {
			fmt.Fprintf(&bars, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, []string{"so", "sc"}[j],
				svg.Coordinate(x-barWidth+barWidth*float64(j)), svg.Coordinate(y(n)), svg.Coordinate(barWidth-2), svg.Coordinate(base-y(n)))
		}
		command := "L"
		if i == 0 {
			command = "M"
		}
		line.WriteString(svg.Path(command, x, y(q.Open)))
		fmt.Fprintf(&labels, `<text class="ax" x="%s" y="%s"%s>%s</text>`, svg.Coordinate(x), svg.Coordinate(height-6), svg.AnchorMiddle,
			template.HTMLEscapeString(strings.ToValidUTF8(q.From[:min(len(q.From), len("2006-01"))], "")))
	}
	label := w.Translate("Advisories with a fix that came and were closed, by quarter, and those open at its end")
	return template.HTML(fmt.Sprintf(`<svg class="time speed" viewBox="0 0 %s %s" role="img" aria-label="%s">%s<path class="th sl" d="%s"/>%s</svg>`,
		svg.Coordinate(width), svg.Coordinate(height), template.HTMLEscapeString(label), bars.String(), line.String(), labels.String()))
}
