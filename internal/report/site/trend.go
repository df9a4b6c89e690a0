package site

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/svg"
)

// sparkline draws the score of a series over the runs; empty with fewer than two points of
// which something is known. A run that did not have the good breaks the line; the score is
// the middle of its bounds.
func (w pageLocalizer) sparkline(points []report.TrendPoint, runs int) template.HTML {
	points = slices.DeleteFunc(slices.Clone(points), func(p report.TrendPoint) bool { return p.Low <= 0 && p.High >= 100 })
	if len(points) < 2 || runs < 2 {
		return ""
	}
	var path strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 || points[i-1].Run != p.Run-1 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%s %s", command, svg.Coordinate(float64(p.Run)*96/float64(runs-1)+2), svg.Coordinate(22-(p.Low+p.High)/2*0.2))
	}
	first, last := points[0], points[len(points)-1]
	said := w.Translate("Score of the supports: from {first} to {last}", "first", (first.Low+first.High)/2, "last", (last.Low+last.High)/2)
	return template.HTML(fmt.Sprintf(
		`<svg viewBox="0 0 100 24" width="100" height="24" role="img" aria-label="%s"><path d="%s" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>`,
		template.HTMLEscapeString(said), path.String()))
}

// countedText writes a count that may be unknown.
func (w pageLocalizer) countedText(n *int) string {
	if n == nil {
		return w.Translate("unknown")
	}
	return w.Number(float64(*n))
}
