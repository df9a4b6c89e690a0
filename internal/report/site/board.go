package site

import (
	"html/template"
	"slices"

	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
)

// The board sheet: the portfolio on two sides of A4, for readers who will not open a
// report. Its lists are so short that it never needs a third.
const (
	boardPage  = "board.html"
	boardSheet = "board.css"
	boardGoods = 6
	boardKeys  = 4
	boardSteps = 5
)

// board is what the board sheet shows.
type board struct {
	finding
	Listed    []report.Good // those of the messy middle where help holds up the most
	Steps     []boardStep   // what would help them, the step for most of them first
	ByLoad    bool          // many depend on each of them
	Countries int           // that the catalog names for them, each once
	Stages    []stageCount
	Keystones []portfolio.Keystone
	Catalogs  template.HTML
	Checked   int // packages that could be held against advisories
}

func (s *edition) board() board {
	view := board{finding: s.text.findingOf(s.doc), Stages: countStages(s.doc.Goods), Catalogs: catalogNames(s.doc.Catalogs),
		Keystones: s.doc.Keystones[:min(boardKeys, len(s.doc.Keystones))]}
	list := view.Loaded
	view.ByLoad = list.All > 0
	if !view.ByLoad {
		list = view.Light
	}
	view.Listed = append(view.Listed, list.First[:min(boardGoods, len(list.First))]...)
	view.Steps = s.boardSteps(view.Listed)
	countries := map[string]bool{}
	for _, good := range view.Listed {
		for _, country := range good.DeploymentCountries {
			countries[country] = true
		}
	}
	view.Countries = len(countries)
	view.Checked = s.doc.Summary.Packages
	for _, n := range s.doc.Summary.Unmatched {
		view.Checked -= n
	}
	return view
}

// boardStep is a change that would help some of the listed goods.
type boardStep struct {
	Text  any
	Goods []string // ids
}

// boardSteps gathers what would lift goods, each step once.
func (s *edition) boardSteps(goods []report.Good) []boardStep {
	var steps []boardStep
	place := map[string]int{} // of a step by its English text
	for _, good := range goods {
		texts := s.lift(good.Verdict, 130)
		for i, change := range good.Verdict.Lift {
			at, known := place[change]
			if !known {
				at = len(steps)
				place[change] = at
				steps = append(steps, boardStep{Text: texts[i]})
			}
			steps[at].Goods = append(steps[at].Goods, good.ID)
		}
	}
	slices.SortStableFunc(steps, func(a, b boardStep) int { return len(b.Goods) - len(a.Goods) })
	return steps[:min(boardSteps, len(steps))]
}
