package site

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/carried"
	"github.com/midspan/midspan/internal/report/drawing"
)

// portfolioPage is what the portfolio page shows.
type portfolioPage struct {
	finding
	Unread      string                 // how many repositories were not read and why; empty where all were
	MaybeMiddle truncated[report.Good] // read, not in the messy middle, and not safely out of it
	Stages      []stageCount
	Keystones   []portfolio.Keystone // the first of them
	// Highlights sum up the page across the goods.
	Highlights []highlight
	Changes    []changeList
	Map        drawing.MapDrawing
	Unplaced   truncated[report.Good]
	Table      tablePage // the first page of the table of all goods
	Failed     []failure
	Partial    truncated[report.Good] // with a repository of which something could not be read
	Unmatched  []unmatched
	Notes      []noteGroup
	Catalogs   template.HTML // their names
	Trends     bool          // there are several runs of which the table shows the scores
}

// finding is what the portfolio page and the board sheet say first.
type finding struct {
	Headline string
	Assessed int // goods with a stage other than unassessed
	// Loaded are the goods of the messy middle whose load is known to be fair or strong,
	// Light the others; in both help holds up the most where it comes first.
	Loaded, Light askList
}

// askList is a part of the messy middle: its first goods, those that are folded away, and
// how many there are more.
type askList struct {
	First, Folded []report.Good
	All           int
}

// More is how many are left out.
func (l askList) More() int { return l.All - len(l.First) - len(l.Folded) }

func newAskList(goods []report.Good, open, most int) askList {
	shown := goods[:min(most, len(goods))]
	open = min(open, len(shown))
	return askList{shown[:open], shown[open:], len(goods)}
}

// How much of a list the portfolio page shows at most, so that it stays light however
// many goods there are. It names how many it leaves out, and the file that holds all.
const (
	maxAsks  = 25 // of a part of the messy middle
	openAsks = 6  // of those, not folded away
	maxKeys  = 4  // keystones
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

// findingOf is what there is to say first of all goods.
func (w pageLocalizer) findingOf(doc report.Document) finding {
	loaded, light := report.SplitByLoad(report.RankMiddle(doc.Goods))
	found := finding{Loaded: newAskList(loaded, openAsks, maxAsks), Light: newAskList(light, 0, maxAsks)}
	if len(loaded) == 0 {
		found.Light = newAskList(light, openAsks, maxAsks)
	}
	for _, good := range doc.Goods {
		if report.KnownStage(good.Verdict.Stage) != assess.Unassessed {
			found.Assessed++
		}
	}
	found.Headline = w.headline(len(loaded), len(light), found.Assessed, len(doc.Goods))
	return found
}

// portfolio makes the view of the portfolio page, with the first page of the table.
func (s *edition) portfolio(table tablePage) portfolioPage {
	doc, w := s.doc, s.text
	failed := report.FailedScans(doc.Goods)
	view := portfolioPage{
		finding:     w.findingOf(doc),
		MaybeMiddle: truncate(maxNames, report.MaybeMiddle(s.rows)),
		Stages:      countStages(doc.Goods),
		Keystones:   doc.Keystones[:min(maxKeys, len(doc.Keystones))],
		Highlights:  w.highlights(doc, w.distributions(doc.Concentrations), takeoverOf(doc.Goods), carried.Across(w.Localizer, doc.Goods)),
		Changes:     w.changeLists(doc.Change),
		Map:         drawing.Drawer{Localizer: w.Localizer}.Map(doc.Goods),
		Table:       table,
		Unread:      w.unreadSummary(failed, doc.Summary.Repositories),
		Partial:     truncate(maxNames, report.PartiallyRead(doc.Goods)),
		Catalogs:    catalogNames(doc.Catalogs),
		Trends:      doc.Trend != nil && len(doc.Trend.Runs) > 1,
	}
	view.Unplaced = truncate(maxNames, view.Map.Unplaced)
	for _, g := range report.GroupByCause(report.NotesOf(doc), func(n report.EntryNote) observation.Cause { return n.Cause }) {
		view.Notes = append(view.Notes, noteGroup{g.Cause, truncate(maxGaps, g.Items)})
	}
	for _, f := range failed {
		view.Failed = append(view.Failed, failure{f.Cause, truncate(maxGaps, f.Items)})
	}
	for _, c := range report.MostFrequent(doc.Summary.Unmatched) {
		view.Unmatched = append(view.Unmatched, unmatched{observation.Cause(c.Name), c.N})
	}
	return view
}

// catalogNames lists the catalogs, each with its location as a title, and the day on which
// one at an address was fetched.
func catalogNames(catalogs []report.Catalog) template.HTML {
	var names []string
	for _, c := range catalogs {
		names = append(names, fmt.Sprintf(`<bdi title="%s">%s</bdi>`, template.HTMLEscapeString(c.Location), template.HTMLEscapeString(report.Cut(c.Name, 40))))
		if c.Fetched != "" {
			names[len(names)-1] += " (" + template.HTMLEscapeString(c.Fetched) + ")"
		}
	}
	return template.HTML(strings.Join(names, ", "))
}

// headline says of the goods that could be assessed what is to be known first: of the
// others it is unknown. Goods that carry a load and the rest never stand in one number.
func (w pageLocalizer) headline(loaded, light, assessed, goods int) string {
	switch {
	case goods == 0:
		return w.Translate("No goods were read")
	case assessed == 0:
		return w.Translate("None of {n|good|goods} could be assessed", "n", goods)
	case loaded > 0:
		return w.Translate("{n} of {all|good|goods} {n!matters|matter} to many and {n!has|have} too little support", "n", loaded, "all", assessed)
	case light > 0:
		return w.Translate("{n} of {all|good|goods} {n!has|have} too little support, and none of them is known to matter to many", "n", light, "all", assessed)
	case assessed < goods:
		return w.Translate("None of the {n|good that could be assessed|goods that could be assessed} is seen in the messy middle", "n", assessed)
	}
	return w.Translate("None of {n|good|goods} is seen in the messy middle", "n", assessed)
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
