package site

import (
	"fmt"
	"html/template"
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
)

// pageRows is how many goods a page of the table of all goods holds.
const pageRows = 250

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
// read first, then the rest, each by id.
func inTableOrder(rows []report.Row) []report.Row {
	ordered := slices.Clone(rows)
	slices.SortStableFunc(ordered, func(a, b report.Row) int { return report.BoolToInt(a.Unread()) - report.BoolToInt(b.Unread()) })
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
	pages := make([]tablePage, max(1, (len(rows)+pageRows-1)/pageRows))
	for i := range pages {
		from := i * pageRows
		pages[i] = tablePage{rows: rows[from:min(from+pageRows, len(rows))], N: i + 1, Pages: len(pages), All: len(rows), From: from + 1, Unread: blank}
	}
	return pages
}

// unreadText writes what is known of the supports of a good of which no repository was
// read, and why the rest is unknown.
func (w pageLocalizer) unreadText(r report.Row) string {
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
		"remaining": func(shown, all int) int { return all - shown },
	}
}
