package site

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/svg"
)

// trendOf is the sparkline of a good in the table of all; empty where there is one run, or
// where the score did not move by a point.
func (s *edition) trendOf(id string) template.HTML {
	points := s.doc.Trend.Series(id)
	moved := slices.ContainsFunc(points, func(p report.TrendPoint) bool {
		return math.Abs(p.Low-points[0].Low) >= 1 || math.Abs(p.High-points[0].High) >= 1
	})
	if !moved {
		return ""
	}
	return s.text.sparkline(points, len(s.doc.Trend.Runs))
}

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
	label := w.Translate("Score of the supports: from {first} to {last}", "first", (first.Low+first.High)/2, "last", (last.Low+last.High)/2)
	return template.HTML(fmt.Sprintf(
		`<svg class="spark" viewBox="0 0 100 24" role="img" aria-label="%s"><path d="%s"/></svg>`,
		template.HTMLEscapeString(label), path.String()))
}
