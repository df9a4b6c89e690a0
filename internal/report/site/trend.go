package site

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
)

// mostTrends bounds the goods that the page lists; trend.csv has all.
const mostTrends = 250

// trendView is what the page of the series shows.
type trendView struct {
	Runs  []trendRun
	Goods []trendRow
	All   int // goods whose series changed
	Most  int
}

// trendRun counts the goods of one run.
type trendRun struct {
	Day    time.Time
	Goods  int
	Stages []trendStage
	Rules  report.RulesBefore
}

type trendStage struct {
	Stage assess.Stage
	N     int
}

// trendRow is a good whose stage, people or findings changed, the newest change first.
type trendRow struct {
	ID          string
	First, Last report.TrendPoint
	Since       time.Time
	Picture     template.HTML
}

func (s *edition) trend() trendView {
	t := s.doc.Trend
	if t == nil {
		return trendView{}
	}
	view := trendView{Most: mostTrends}
	for i, run := range t.Runs {
		day, _ := time.Parse(time.DateOnly, run.Day) // it was written by us
		counted := trendRun{Day: day, Rules: run.Rules}
		count := map[assess.Stage]int{}
		for _, good := range t.Goods {
			for _, p := range good.Points {
				if p.Run == i {
					count[report.KnownStage(p.Stage)]++
					counted.Goods++
				}
			}
		}
		for _, stage := range report.StageOrder {
			if n := count[stage]; n > 0 {
				counted.Stages = append(counted.Stages, trendStage{stage, n})
			}
		}
		view.Runs = append(view.Runs, counted)
	}
	for _, good := range t.Goods {
		if !changed(good.Points) || good.Points[0].Run >= len(view.Runs) {
			continue
		}
		view.All++
		if len(view.Goods) < mostTrends {
			view.Goods = append(view.Goods, trendRow{ID: good.ID, First: good.Points[0], Last: good.Points[len(good.Points)-1],
				Since: view.Runs[good.Points[0].Run].Day, Picture: s.text.sparkline(good.Points, len(t.Runs))})
		}
	}
	return view
}

// changed reports whether a series says two different things.
func changed(points []report.TrendPoint) bool {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if a.Stage != b.Stage || a.Low != b.Low || a.High != b.High || orMinus(a.People) != orMinus(b.People) || orMinus(a.Findings) != orMinus(b.Findings) {
			return true
		}
	}
	return false
}

func orMinus(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

// sparkline draws the score of a series over the runs; empty with fewer than two points. A
// run that did not have the good breaks the line; the score is the middle of its bounds.
func (w pageLocalizer) sparkline(points []report.TrendPoint, runs int) template.HTML {
	if len(points) < 2 || runs < 2 {
		return ""
	}
	var path strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 || points[i-1].Run != p.Run-1 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%s %s", command, coordinate(float64(p.Run)*96/float64(runs-1)+2), coordinate(22-(p.Low+p.High)/2*0.2))
	}
	first, last := points[0], points[len(points)-1]
	said := w.Translate("Score of the supports: from {first} to {last}", "first", (first.Low+first.High)/2, "last", (last.Low+last.High)/2)
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 100 24" width="100" height="24" role="img" aria-label="%s"><path d="%s" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>`,
		template.HTMLEscapeString(said), path.String()))
}

// countedText writes a count that may be unknown.
func (w pageLocalizer) countedText(n *int) string {
	if n == nil {
		return w.Translate("unknown")
	}
	return w.Number(float64(*n))
}
