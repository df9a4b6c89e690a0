package site

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
)

// portfolioPage is what the portfolio page shows.
type portfolioPage struct {
	Headline    string
	Assessed    int                    // goods with a stage other than unassessed
	Unread      string                 // how many repositories were not read and why; empty where all were
	Middle      truncated[report.Good] // heaviest load on the least support first
	Loaded      int                    // of all in it, those whose load is known to be fair or strong: they come first
	MaybeMiddle truncated[report.Good] // read, not in the messy middle, and not safely out of it
	Stages      []stageCount
	Keystones   []portfolio.Keystone
	// Highlights sum up the page across the goods.
	Highlights []highlight
	KeysFirst  int // keystones on the first screen: as many as stand beside the messy middle
	Changes    []changeList
	Map        template.HTML
	Dense      int // goods that have a mark of their own on a map of circles; 0 where all have one
	Unplaced   truncated[report.Good]
	Table      tablePage // the first page of the table of all goods
	Failed     []failure
	Partial    truncated[report.Good] // with a repository of which something could not be read
	Unmatched  []unmatched
	Notes      []noteGroup
	Catalogs   template.HTML // their names
}

// How much of a list the portfolio page shows at most, so that it stays light however
// many goods there are. It names how many it leaves out, and the file that holds all.
const (
	maxCases = 50 // of the messy middle, with their reasons
	maxNames = 60 // names of goods in a row
	maxGaps  = 40 // repositories that failed, or notes, of one cause
	maxMoves = 40 // changes of one kind
)

// truncated is the beginning of a list that may be long.
type truncated[T any] struct {
	Shown []T
	All   int
}

func truncate[T any](most int, list []T) truncated[T] {
	return truncated[T]{list[:min(most, len(list))], len(list)}
}

// More is how many are left out.
func (b truncated[T]) More() int { return b.All - len(b.Shown) }

type stageCount struct {
	Stage assess.Stage
	N     int
}

// changeList is one kind of change since the run before.
type changeList struct {
	Title string
	Moves truncated[report.Move]
}

// failure is one class of repositories that could not be read.
type failure struct {
	Cause observation.Cause
	Items truncated[report.FailedScan]
}

// unmatched counts the packages of which nothing is known for one cause.
type unmatched struct {
	Cause observation.Cause
	N     int
}

// noteGroup holds the notes of one cause.
type noteGroup struct {
	Cause observation.Cause
	Notes truncated[report.EntryNote]
}

// countLoaded counts the goods whose load is known to be fair or strong.
func countLoaded(goods []report.Good) int {
	n := 0
	for _, good := range goods {
		n += report.BoolToInt(report.CarriesLoad(good))
	}
	return n
}

// portfolio makes the view of the portfolio page, with the first page of the table.
func (s *edition) portfolio(table tablePage) portfolioPage {
	doc, w := s.doc, s.text
	middle, failed := report.RankMiddle(doc.Goods), report.FailedScans(doc.Goods)
	view := portfolioPage{
		Middle:      truncate(maxCases, middle),
		Loaded:      countLoaded(middle),
		MaybeMiddle: truncate(maxNames, report.MaybeMiddle(s.rows)),
		Stages:      countStages(doc.Goods),
		Keystones:   doc.Keystones,
		Changes:     w.changeLists(doc.Change),
		Table:       table,
		Unread:      w.unreadSummary(failed, doc.Summary.Repositories),
		Partial:     truncate(maxNames, report.PartiallyRead(doc.Goods)),
	}
	for _, g := range report.GroupByCause(report.NotesOf(doc), func(n report.EntryNote) observation.Cause { return n.Cause }) {
		view.Notes = append(view.Notes, noteGroup{g.Cause, truncate(maxGaps, g.Items)})
	}
	for _, f := range failed {
		view.Failed = append(view.Failed, failure{f.Cause, truncate(maxGaps, f.Items)})
	}
	for _, good := range doc.Goods {
		if report.KnownStage(good.Verdict.Stage) != assess.Unassessed {
			view.Assessed++
		}
	}
	view.Highlights = w.highlights(doc)
	view.Headline = w.headline(len(middle), view.Assessed, len(doc.Goods))
	switch view.KeysFirst = 5; {
	case len(middle) < 3:
		view.KeysFirst = 7 // the changes stand on the other side
	case len(middle) >= 5 && len(view.Changes) == 0:
		view.KeysFirst = 6
	}
	for _, c := range report.MostFrequent(doc.Summary.Unmatched) {
		view.Unmatched = append(view.Unmatched, unmatched{observation.Cause(c.Name), c.N})
	}
	drawn := w.portfolioMap(doc.Goods)
	view.Map, view.Dense, view.Unplaced = drawn.svg, drawn.dense, truncate(maxNames, drawn.unplaced)
	view.Catalogs = catalogNames(doc.Catalogs)
	return view
}

// catalogNames lists the catalogs, each with its location as a title.
func catalogNames(catalogs []report.Catalog) template.HTML {
	var names []string
	for _, c := range catalogs {
		names = append(names, fmt.Sprintf(`<bdi title="%s">%s</bdi>`, template.HTMLEscapeString(c.Location), template.HTMLEscapeString(report.Cut(c.Name, 40))))
	}
	return template.HTML(strings.Join(names, ", "))
}

// keystoneText counts the goods that need a package.
func (w pageLocalizer) keystoneText(k portfolio.Keystone) string {
	var parts []any
	switch {
	case k.Direct > 0:
		parts = append(parts, w.Translate("chosen by {n|good|goods}", "n", k.Direct))
		if k.Direct < k.AtRunTime() {
			parts = append(parts, w.Translate("under {n} in all", "n", k.AtRunTime()))
		}
	case k.AtRunTime() > 0:
		parts = append(parts, w.Translate("under {n|good|goods}", "n", k.AtRunTime()))
	}
	switch {
	case k.Development > 0 && k.AtRunTime() > 0:
		parts = append(parts, w.Translate("with {n} more to build or test only", "n", k.Development))
	case k.Development > 0:
		parts = append(parts, w.Translate("with {n|good|goods} to build or test only", "n", k.Development))
	}
	if k.InMiddle > 0 {
		parts = append(parts, w.Translate("{n} in the messy middle", "n", k.InMiddle))
	}
	text := w.TranslateArg(language.List(parts...))
	if n := orZero(k.Findings); n > 0 {
		text += " · " + w.Translate("{n|open weakness|open weaknesses}", "n", n)
	}
	return text
}

// headline counts the messy middle among the goods that could be assessed: of
// the others it is unknown.
func (w pageLocalizer) headline(middle, assessed, goods int) string {
	switch {
	case goods == 0:
		return w.Translate("No goods were read")
	case assessed == 0:
		return w.Translate("None of {n|good|goods} could be assessed", "n", goods)
	case middle == 0 && assessed < goods:
		return w.Translate("None of the {n|good that could be assessed|goods that could be assessed} is seen in the messy middle", "n", assessed)
	case middle == 0:
		return w.Translate("None of {n|good|goods} is seen in the messy middle", "n", assessed)
	case assessed < goods:
		return w.Translate("{n} of the {all|good that could be assessed|goods that could be assessed} {n!stands|stand} in the messy middle", "n", middle, "all",
			assessed)
	}
	return w.Translate("{n} of {all|good|goods} {n!stands|stand} in the messy middle", "n", middle, "all", assessed)
}

// unreadSummary counts the repositories that were not read, and names the most
// frequent cause.
func (w pageLocalizer) unreadSummary(failed []report.CauseGroup[report.FailedScan], repositories int) string {
	n := 0
	for _, f := range failed {
		n += len(f.Items)
	}
	switch len(failed) {
	case 0:
		return ""
	case 1:
		return w.Translate("{n} of {all|repository|repositories} {n!was|were} not read: {why}", "n", n, "all", repositories, "why", w.CauseText(failed[0].Cause))
	}
	return w.Translate("{n} of {all|repository|repositories} {n!was|were} not read: mostly, {why}", "n", n, "all", repositories, "why",
		w.CauseText(failed[0].Cause))
}

// countStages counts the goods themselves, so that a stage and the rows of the
// table never disagree.
func countStages(goods []report.Good) []stageCount {
	n := map[assess.Stage]int{}
	for _, good := range goods {
		n[report.KnownStage(good.Verdict.Stage)]++
	}
	var out []stageCount
	for _, stage := range report.StageOrder {
		out = append(out, stageCount{stage, n[stage]})
	}
	return out
}

func (w pageLocalizer) changeLists(change *report.Change) []changeList {
	if change == nil {
		return nil
	}
	var lists []changeList
	for _, l := range []struct {
		title string
		moves []report.Move
	}{
		{w.Translate("Entered the messy middle"), change.Entered},
		{w.Translate("Left the messy middle"), change.Left},
		{w.Translate("Moved between other stages"), change.Moved},
		{w.Translate("Read for the first time"), change.FirstRead},
		{w.Translate("No longer read"), change.NoLongerRead},
		{w.Translate("Judged by new rules"), change.NewRules},
		{w.Translate("First seen in the catalog"), change.Added},
		{w.Translate("No longer in the catalog"), change.Removed},
	} {
		if len(l.moves) > 0 {
			lists = append(lists, changeList{l.title, truncate(maxMoves, l.moves)})
		}
	}
	return lists
}
