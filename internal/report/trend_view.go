package report

import (
	"cmp"
	"time"

	"github.com/midspan/midspan/internal/assess"
)

// TrendView is what a page shows of the series: the runs with their goods counted, and the
// goods of which something changed.
type TrendView struct {
	Runs  []TrendCount
	Goods []TrendRow // the first Most of All
	All   int
	Most  int
}

// TrendCount counts the goods of one run by stage, in the order of StageOrder.
type TrendCount struct {
	Day    time.Time
	Goods  int
	Stages []TrendStage
	Rules  RulesBefore
}

// TrendStage is a number of goods.
type TrendStage struct {
	Stage assess.Stage
	N     int
}

// TrendRow is a good whose series says two different things.
type TrendRow struct {
	ID          string
	First, Last TrendPoint
	Since       time.Time
	Points      []TrendPoint
}

// View counts the runs, and lists at most so many goods that changed. Nil has none.
func (t *Trend) View(most int) TrendView {
	view := TrendView{Most: most}
	if t == nil {
		return view
	}
	for i, run := range t.Runs {
		day, _ := time.Parse(time.DateOnly, run.Day) // it was written by us
		counted := TrendCount{Day: day, Rules: run.Rules}
		count := map[assess.Stage]int{}
		for _, good := range t.Goods {
			for _, p := range good.Points {
				if p.Run == i {
					count[KnownStage(p.Stage)]++
					counted.Goods++
				}
			}
		}
		for _, stage := range StageOrder {
			if n := count[stage]; n > 0 {
				counted.Stages = append(counted.Stages, TrendStage{stage, n})
			}
		}
		view.Runs = append(view.Runs, counted)
	}
	for _, good := range t.Goods {
		if !good.changed() || good.Points[0].Run >= len(view.Runs) {
			continue
		}
		view.All++
		if len(view.Goods) < most {
			view.Goods = append(view.Goods, TrendRow{good.ID, good.Points[0], good.Points[len(good.Points)-1], view.Runs[good.Points[0].Run].Day, good.Points})
		}
	}
	return view
}

// changed reports whether a series says two different things.
func (g TrendGood) changed() bool {
	number := func(n *int) int {
		if n == nil {
			return -1
		}
		return *n
	}
	for i := 1; i < len(g.Points); i++ {
		a, b := g.Points[i-1], g.Points[i]
		if cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Low, b.Low), cmp.Compare(a.High, b.High),
			cmp.Compare(number(a.People), number(b.People)), cmp.Compare(number(a.Findings), number(b.Findings)),
			cmp.Compare(a.PeopleBound, b.PeopleBound), cmp.Compare(a.FindingsBound, b.FindingsBound)) != 0 {
			return true
		}
	}
	return false
}
