package report

import (
	"fmt"
	"strings"
)

// csvList is a list of the document that has a file of its own.
type csvList struct {
	name string
	rows [][]string // the first is the header
}

// csvLists are the lists of the portfolio as tables.
func csvLists(doc Document) []csvList {
	return []csvList{
		{"keystones.csv", keystoneRows(doc)}, {"fix-first.csv", upgradeRows(doc)}, {"unfixed.csv", unfixedRows(doc)},
		{"concentration.csv", concentrationRows(doc)}, {"alternatives.csv", alternativeRows(doc)},
	}
}

func keystoneRows(doc Document) [][]string {
	rows := [][]string{{"ecosystem", "package", "goods_direct", "goods_transitive", "goods_development", "goods", "in_messy_middle", "open_weaknesses", "worst", "published_by", "published_by_stage", "good_ids"}}
	for _, k := range doc.Keystones {
		open := ""
		if k.Findings != nil {
			open = fmt.Sprint(*k.Findings)
		}
		rows = append(rows, []string{k.Ecosystem, k.Package, fmt.Sprint(k.Direct), fmt.Sprint(k.Transitive), fmt.Sprint(k.Development), fmt.Sprint(len(k.Goods)), fmt.Sprint(k.InMiddle),
			open, k.Worst, k.FromGood, string(k.FromStage), strings.Join(k.Goods, " ")})
	}
	return rows
}

// upgradeRows has a row a step, so that the first columns repeat.
func upgradeRows(doc Document) [][]string {
	rows := [][]string{{"rank", "ecosystem", "package", "closes", "exploited", "worst", "goods", "goods_direct", "from", "to", "step_goods", "step_closes", "open_after", "good_ids"}}
	for i, u := range doc.FixFirst {
		for _, s := range u.Steps {
			open := ""
			if s.Open != nil {
				open = fmt.Sprint(*s.Open)
			}
			rows = append(rows, []string{fmt.Sprint(i + 1), u.Ecosystem, u.Package, fmt.Sprint(u.Closes), fmt.Sprint(u.Exploited), u.Worst, fmt.Sprint(len(u.Goods)), fmt.Sprint(u.Direct),
				s.From, s.To, fmt.Sprint(s.Goods), fmt.Sprint(s.Closes), open, strings.Join(u.Goods, " ")})
		}
	}
	return rows
}

func unfixedRows(doc Document) [][]string {
	rows := [][]string{{"ecosystem", "package", "goods", "goods_direct", "in_messy_middle", "weaknesses", "worst", "oldest", "exploited", "malicious", "unmaintained", "advisories", "good_ids"}}
	for _, u := range doc.Unfixed {
		rows = append(rows, []string{u.Ecosystem, u.Package, fmt.Sprint(len(u.Goods)), fmt.Sprint(u.Direct), fmt.Sprint(u.InMiddle), fmt.Sprint(len(u.Advisories)), u.Worst, isoDate(u.Oldest),
			fmt.Sprint(u.Exploited), fmt.Sprint(u.Malicious), fmt.Sprint(u.Unmaintained), strings.Join(u.Advisories, " "), strings.Join(u.Goods, " ")})
	}
	return rows
}

func concentrationRows(doc Document) [][]string {
	header := []string{"by", "name", "goods", "short_of_supports"}
	for _, stage := range stageOrder {
		header = append(header, strings.ReplaceAll(string(stage), "-", "_"))
	}
	rows := [][]string{header}
	for _, c := range doc.Concentrations {
		for _, g := range c.Groups {
			row := []string{c.By, g.Name, fmt.Sprint(g.Goods), fmt.Sprint(g.Short)}
			for _, stage := range stageOrder {
				row = append(row, fmt.Sprint(g.Stages[stage]))
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func alternativeRows(doc Document) [][]string {
	rows := [][]string{{"good", "stage", "rank", "alternative", "alternative_stage", "similarity", "parts"}}
	for _, e := range doc.Endings {
		if len(e.Alternatives) == 0 {
			rows = append(rows, []string{e.Good, string(e.Stage), "", "", "", "", "none in this catalog"})
		}
		for i, a := range e.Alternatives {
			var parts []string
			for _, l := range a.Parts {
				parts = append(parts, fmt.Sprintf("%s (%.2f)", english.likenessText(l), l.Value))
			}
			rows = append(rows, []string{e.Good, string(e.Stage), fmt.Sprint(i + 1), a.Good, string(a.Stage), fmt.Sprintf("%.2f", a.Similarity), strings.Join(parts, "; ")})
		}
	}
	return rows
}
