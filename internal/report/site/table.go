package site

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/blocks"
)

// How many goods a page of the table of all goods holds: the first, which stands on the
// portfolio page, and each page after it. The script shows as many as the first.
const (
	firstRows = 25 // the script shows as many
	pageRows  = 250
)

// tablePage is a page of the table of all goods. The first is on the portfolio
// page, the others are files of their own, so that a reader without the script reaches
// every good.
type tablePage struct {
	rows     []report.Row
	Rows     []template.HTML // in the language of the site
	N, Pages int             // N counts from 1
	All      int             // goods of all pages
	From     int             // place of the first row, from 1
	Unread   int             // goods of which no repository was read
	Policies []report.AskedPolicy
}

// To is the place of the last row.
func (p tablePage) To() int { return p.From + len(p.rows) - 1 }

// Previous and Next are the files of the pages around; empty where there is none.
func (p tablePage) Previous() string { return tableFile(p.N-1, p.Pages) }
func (p tablePage) Next() string     { return tableFile(p.N+1, p.Pages) }

// tableFile is the name of the file of a page of the table.
func tableFile(n, pages int) string {
	switch {
	case n < 1 || n > pages:
		return ""
	case n == 1:
		return "index.html"
	}
	return fmt.Sprintf("goods-%d.html", n)
}

// inTableOrder returns the rows as the table has them: goods of which a repository was
// read first, by stage, and of a stage the heaviest load first; then the rest, by id.
func inTableOrder(rows []report.Row) []report.Row {
	ordered := slices.Clone(rows)
	load := func(r report.Row) float64 { height, _ := report.HeightOf(r.Verdict.Load); return height }
	stage := func(r report.Row) int { return slices.Index(report.StageOrder[:], report.KnownStage(r.Verdict.Stage)) }
	slices.SortStableFunc(ordered, func(a, b report.Row) int {
		if a.Unread() || b.Unread() {
			return report.BoolToInt(a.Unread()) - report.BoolToInt(b.Unread())
		}
		return cmp.Or(stage(a)-stage(b), cmp.Compare(load(b), load(a)))
	})
	return ordered
}

// tablePages splits rows, which are in the order of the table. There is always a first
// page.
func tablePages(rows []report.Row) []tablePage {
	blank := 0
	for _, r := range rows {
		if r.Unread() {
			blank++
		}
	}
	pages := make([]tablePage, 1+(max(0, len(rows)-firstRows)+pageRows-1)/pageRows)
	for i := range pages {
		from, to := 0, firstRows
		if i > 0 {
			from, to = firstRows+(i-1)*pageRows, firstRows+i*pageRows
		}
		pages[i] = tablePage{rows: rows[from:min(to, len(rows))], N: i + 1, Pages: len(pages), All: len(rows), From: from + 1, Unread: blank}
	}
	return pages
}

// goodsRow is a good as a row of the table shows it.
type goodsRow struct {
	report.Row
	Carried assess.Pillar // the load
	Answers []policyAnswer
}

// policyAnswer is the answer of one policy of the run.
type policyAnswer struct {
	ID, Name string
	Outcome  policy.Outcome
}

// answersOf lists what the policies of the run say of a good, in their order.
func (s *content) answersOf(good report.Good) []policyAnswer {
	var all []policyAnswer
	for _, asked := range s.doc.Policies {
		answer := policyAnswer{ID: asked.ID, Name: asked.Name, Outcome: policy.Unknown}
		for _, verdict := range good.Policies {
			if verdict.Policy == asked.ID {
				answer.Outcome = verdict.Outcome
			}
		}
		all = append(all, answer)
	}
	return all
}

func (s *content) goodsRow(r report.Row) goodsRow {
	load := r.Verdict.Load
	load.ID = assess.Load
	return goodsRow{r, load, s.answersOf(r.Good)}
}

// unreadText writes what is known of the supports of a good of which no repository was
// read, and why the rest is unknown.
func (w pageLocalizer) unreadText(r goodsRow) string {
	var known []any
	for _, pillar := range r.Supports {
		if report.PossibleLevels(pillar) != nil {
			known = append(known, language.M("{support} {level}", "support", w.PillarName(pillar.ID), "level", w.LevelText(pillar)))
		}
	}
	if len(known) == 0 {
		return w.Translate("unknown: {why}", "why", w.CauseText(r.Why()))
	}
	return w.Translate("{known}, the rest unknown: {why}", "known", language.List(known...), "why", w.CauseText(r.Why()))
}

// tableFunctions are those of the templates of the portfolio page and its table.
func (s *edition) tableFunctions() template.FuncMap {
	return template.FuncMap{
		"unreadText": s.text.unreadText, "tallyText": s.text.TallyText, "keystoneText": s.text.keystoneText,
		"owner": s.text.ownerText, "countries": s.text.countriesText, "weakSupports": s.text.weakSupports,
		"riskCell": s.text.riskCell, "lastCommit": s.text.DayText,
		"next": func(n int) int { return n + 1 }, "policyRow": policyRow,
		"outcomeText": s.text.outcomeText, "outcomeClass": outcomeClass, "packageKind": s.text.packageKind, "ask": s.ask,
		"sum":       func(a, b int) int { return a + b },
		"remaining": func(shown, all int) int { return all - shown },
		"blockText": func(b portfolio.Block) string { return blocks.Text(s.text.Localizer, b) },
	}
}
