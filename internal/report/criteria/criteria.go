// Package criteria shows what policies say of all goods: goods across, criteria down.
package criteria

import (
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
)

// Across is how many goods stand across at most: those of the messy middle first, in the order
// of need, then the others. criteria.csv and report.json have all.
const Across = 12

// Policy is one policy with its criteria.
type Policy struct {
	ID, Name, Source, About string
	Goods                   []Good // those across
	More                    int    // goods that are counted, and do not stand across
	Rows                    []Row
}

// Good is one that stands across.
type Good struct{ ID, Name string }

// Row is one criterion. ID is that under which it is published, and empty where it is a name
// within a policy alone.
type Row struct {
	ID, Title                    string
	Passes, Fails, Open, NotSeen int // goods
	Cells                        []Cell
}

// Cell is what a criterion says of a good.
type Cell struct {
	Mark string // report.MarkPass and the others
	Sign string // one character, which needs no colour
	Text string // in words
}

// Of makes the view of the goods of a portfolio.
func Of(w report.Localizer, asked []report.AskedPolicy, goods []report.Good) []Policy {
	ranked := report.RankMiddle(goods)
	for _, good := range goods {
		if good.Verdict.Stage != assess.MessyMiddle {
			ranked = append(ranked, good)
		}
	}
	var all []Policy
	for _, p := range asked {
		view := Policy{ID: p.ID, Name: p.Name, Source: p.Source, About: p.About}
		var marks []string
		for _, good := range ranked {
			if m := marksOf(good, p.ID); len(m) == len(p.Conditions) {
				marks = append(marks, m)
				if len(view.Goods) < Across {
					view.Goods = append(view.Goods, Good{good.ID, w.DisplayName(good)})
				}
			}
		}
		view.More = len(marks) - len(view.Goods)
		for i, c := range p.Conditions {
			row := Row{ID: published(c.ID), Title: c.Title}
			for g, m := range marks {
				row.count(m[i])
				if g < len(view.Goods) {
					row.Cells = append(row.Cells, cellOf(w, m[i]))
				}
			}
			view.Rows = append(view.Rows, row)
		}
		all = append(all, view)
	}
	return all
}

// published returns an id that readers know, as OSPS-QA-01.01: such ids are in capitals, and
// the others are names for programs.
func published(id string) string {
	if id == strings.ToLower(id) {
		return ""
	}
	return id
}

func (r *Row) count(mark byte) {
	switch mark {
	case report.MarkPass:
		r.Passes++
	case report.MarkFail:
		r.Fails++
	case report.MarkUnseen:
		r.NotSeen++
	default:
		r.Open++
	}
}

func marksOf(good report.Good, id string) string {
	for _, answer := range good.Policies {
		if answer.Policy == id {
			return answer.Marks
		}
	}
	return ""
}

func cellOf(w report.Localizer, mark byte) Cell {
	switch mark {
	case report.MarkPass:
		return Cell{"pass", "✓", w.Translate("passes")}
	case report.MarkFail:
		return Cell{"fail", "✗", w.Translate("fails")}
	case report.MarkUnseen:
		return Cell{"unseen", "–", w.Translate("cannot be seen from here")}
	}
	return Cell{"unknown", "?", w.Translate("unknown")}
}
