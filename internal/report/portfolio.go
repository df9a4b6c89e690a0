package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
)

// lastCommit is the measure from which the table of goods takes its date.
const lastCommit = observation.MomentumDaysSinceCommit

// portfolioPage is what the portfolio page shows.
type portfolioPage struct {
	Headline    string
	Assessed    int             // goods with a stage other than unassessed
	Unread      string          // how many repositories were not read and why; empty where all were
	Middle      truncated[Good] // heaviest load on the least support first
	MaybeMiddle truncated[Good] // read, not in the messy middle, and not safely out of it
	Stages      []stageCount
	Keystones   []portfolio.Keystone
	// Highlights sum up the page across the goods.
	Highlights []highlight
	KeysFirst  int // keystones on the first screen: as many as stand beside the messy middle
	Changes    []changeList
	Map        template.HTML
	Dense      int // goods that have a mark of their own on a map of circles; 0 where all have one
	Unplaced   truncated[Good]
	Table      tablePage // the first page of the table of all goods
	Failed     []failure
	Partial    truncated[Good] // with a repository of which something could not be read
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
	Moves truncated[Move]
}

// row is a good in the table of all goods, in no language yet.
type row struct {
	Good
	Supports   [4]assess.Pillar
	LastCommit time.Time // day of the last human commit; zero where it is unknown
	Findings   tally
	terms      [len(facetTitles)][]string // what the catalog records of it, clean
}

// failure is one class of repositories that could not be read.
type failure struct {
	Cause observation.Cause
	Items truncated[failedScan]
}

type failedScan struct {
	Good Good
	Scan Scan
}

// unmatched counts the packages of which nothing is known for one cause.
type unmatched struct {
	Cause observation.Cause
	N     int
}

// noteGroup holds the notes of one cause.
type noteGroup struct {
	Cause observation.Cause
	Notes truncated[entryNote]
}

// entryNote is a note on the run, or on the catalog entry of a good.
type entryNote struct {
	observation.Note
	Good string // id, empty where the note is on the run
}

// portfolio makes the view of the portfolio page, with the first page of the table.
func (s *site) portfolio(table tablePage) portfolioPage {
	doc, w := s.doc, s.words
	middle, failed := rankMiddle(doc.Goods), failures(doc.Goods)
	view := portfolioPage{
		Middle:      truncate(maxCases, middle),
		MaybeMiddle: truncate(maxNames, maybeMiddle(s.rows)),
		Stages:      countStages(doc.Goods),
		Keystones:   doc.Keystones,
		Changes:     w.changeLists(doc.Change),
		Table:       table,
		Unread:      w.unreadSummary(failed, doc.Summary.Repositories),
		Partial:     truncate(maxNames, partial(doc.Goods)),
		Notes:       groupNotes(doc),
	}
	for _, f := range failed {
		view.Failed = append(view.Failed, failure{f.cause, truncate(maxGaps, f.scans)})
	}
	for _, good := range doc.Goods {
		if stageClass(good.Verdict.Stage) != string(assess.Unassessed) {
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
	for _, c := range byCount(doc.Summary.Unmatched) {
		view.Unmatched = append(view.Unmatched, unmatched{observation.Cause(c.Name), c.N})
	}
	drawn := w.portfolioMap(doc.Goods)
	view.Map, view.Dense, view.Unplaced = drawn.svg, drawn.dense, truncate(maxNames, drawn.unplaced)
	view.Catalogs = catalogNames(doc.Catalogs)
	return view
}

// catalogNames lists the catalogs, each with its location as a title.
func catalogNames(catalogs []Catalog) template.HTML {
	var names []string
	for _, c := range catalogs {
		names = append(names, fmt.Sprintf(`<bdi title="%s">%s</bdi>`, template.HTMLEscapeString(c.Location), template.HTMLEscapeString(cut(c.Name, 40))))
	}
	return template.HTML(strings.Join(names, ", "))
}

// keystoneText counts the goods that need a package.
func (w localizer) keystoneText(k portfolio.Keystone) string {
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
func (w localizer) headline(middle, assessed, goods int) string {
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
		return w.Translate("{n} of the {all|good that could be assessed|goods that could be assessed} {n!stands|stand} in the messy middle", "n", middle, "all", assessed)
	}
	return w.Translate("{n} of {all|good|goods} {n!stands|stand} in the messy middle", "n", middle, "all", assessed)
}

// unreadSummary counts the repositories that were not read, and names the most
// frequent cause.
func (w localizer) unreadSummary(failed []failedScans, repositories int) string {
	n := 0
	for _, f := range failed {
		n += len(f.scans)
	}
	switch len(failed) {
	case 0:
		return ""
	case 1:
		return w.Translate("{n} of {all|repository|repositories} {n!was|were} not read: {why}", "n", n, "all", repositories, "why", w.causeWord(failed[0].cause))
	}
	return w.Translate("{n} of {all|repository|repositories} {n!was|were} not read: mostly, {why}", "n", n, "all", repositories, "why", w.causeWord(failed[0].cause))
}

// Unread reports whether no repository of the good was read; Why is the cause.
func (r row) Unread() bool { return r.Findings.Read == 0 }

func (r row) Why() observation.Cause {
	for _, scan := range r.Scans {
		if scan.Failure != nil {
			return scan.Failure.Cause
		}
	}
	if len(r.Scans) == 0 {
		return observation.CauseNoRepository
	}
	return ""
}

// maybeMiddle returns the goods that were read and are outside the messy middle only
// because a threshold is near, or because something unknown decides. Goods of which
// nothing was read are left out: they are counted as unassessed.
func maybeMiddle(rows []row) []Good {
	var out []Good
	for _, r := range rows {
		v := r.Verdict
		near := v.Borderline != nil && v.Borderline.Would == assess.MessyMiddle
		open := v.Stage == assess.Unassessed && slices.Contains(v.Possible, assess.MessyMiddle) && r.Findings.Read > 0
		if v.Stage != assess.MessyMiddle && (near || open) {
			out = append(out, r.Good)
		}
	}
	return out
}

// shortfalls returns the first n reasons of a good's stage that are reasons of a weak
// or missing support too; its first reasons where there is none.
func shortfalls(n int, good Good) []assess.Reason {
	short := map[string]bool{}
	for _, pillar := range good.Verdict.Supports {
		if pillar.Level == assess.Weak || pillar.Level == assess.Missing {
			for _, reason := range pillar.Reasons {
				short[reason.Rule] = true
			}
		}
	}
	var out []assess.Reason
	for _, reason := range good.Verdict.Reasons {
		if short[reason.Rule] {
			out = append(out, reason)
		}
	}
	if len(out) == 0 {
		out = good.Verdict.Reasons
	}
	return out[:min(n, len(out))]
}

// rankMiddle orders the goods of the messy middle by how far load outweighs
// supports, largest first; where that is not known a good comes last.
func rankMiddle(goods []Good) []Good {
	var middle []Good
	for _, good := range goods {
		if good.Verdict.Stage == assess.MessyMiddle {
			middle = append(middle, good)
		}
	}
	sort.SliceStable(middle, func(i, j int) bool { return loadExcess(middle[i]) > loadExcess(middle[j]) })
	return middle
}

// loadExcess is load less supports in points; minus infinity where unknown.
func loadExcess(good Good) float64 {
	load, score := good.Verdict.Load.Score.Score, good.Verdict.Score.Score
	if load == nil || score == nil {
		return math.Inf(-1)
	}
	return *load - *score
}

// countStages counts the goods themselves, so that a stage and the rows of the
// table never disagree.
func countStages(goods []Good) []stageCount {
	n := map[string]int{}
	for _, good := range goods {
		n[stageClass(good.Verdict.Stage)]++
	}
	var out []stageCount
	for _, stage := range stageOrder {
		out = append(out, stageCount{stage, n[string(stage)]})
	}
	return out
}

func (w localizer) changeLists(change *Change) []changeList {
	if change == nil {
		return nil
	}
	var lists []changeList
	for _, l := range []struct {
		title string
		moves []Move
	}{
		{w.Translate("Entered the messy middle"), change.Entered},
		{w.Translate("Left the messy middle"), change.Left},
		{w.Translate("Moved between other stages"), change.Moved},
		{w.Translate("New in the catalog"), change.Added},
		{w.Translate("No longer in the catalog"), change.Removed},
	} {
		if len(l.moves) > 0 {
			lists = append(lists, changeList{l.title, truncate(maxMoves, l.moves)})
		}
	}
	return lists
}

// newRow cleans what it shows of a good, whose findings were counted before.
func newRow(good Good, findings tally) row {
	shown := cleaned(stripped(good))
	r := row{Good: shown, Supports: inOrder(shown.Verdict.Supports), Findings: findings, terms: termsOf(good.Good)}
	r.LastCommit = lastCommitDay(good)
	return r
}

// stripped keeps of a good what the portfolio page shows, so that a page of
// many goods is made in little memory.
func stripped(good Good) Good {
	kept := Good{Good: catalog.Good{ID: good.ID, Name: good.Name, Notes: good.Notes}, Verdict: good.Verdict, Succession: good.Succession}
	kept.Verdict.Coverage.Gaps, kept.Verdict.FundingSources = nil, nil
	kept.Verdict.Remarks, kept.Verdict.RemarkMessages = nil, nil
	if kept.Verdict.Stage != assess.MessyMiddle {
		kept.Verdict.Reasons, kept.Verdict.Lift, kept.Verdict.LiftMessages = nil, nil, nil
		bare := func(p *assess.Pillar) { p.Reasons = nil }
		kept.Verdict.Supports = each(kept.Verdict.Supports, bare)
		bare(&kept.Verdict.Load)
	}
	for _, scan := range good.Scans {
		kept.Scans = append(kept.Scans, Scan{Repository: scan.Repository, Outcome: scan.Outcome, Failure: scan.Failure})
	}
	return kept
}

// lastCommitDay returns the day of the last human commit, from the days that lie
// between it and the measure's time; zero where it is unknown.
func lastCommitDay(good Good) time.Time {
	for _, m := range good.Measures {
		if m.ID != lastCommit {
			continue
		}
		if days, ok := m.Number(); ok && !m.At.IsZero() {
			return m.At.UTC().AddDate(0, 0, -int(days))
		}
	}
	return time.Time{}
}

// failedScans are the repositories that could not be read for one cause.
type failedScans struct {
	cause observation.Cause
	scans []failedScan
}

// failures groups the repositories that could not be read by their class, the
// largest class first.
func failures(goods []Good) []failedScans {
	byCause := map[string][]failedScan{}
	n := map[string]int{}
	for _, good := range goods {
		for _, scan := range good.Scans {
			if scan.Outcome != Failed {
				continue
			}
			cause := ""
			if scan.Failure != nil {
				cause = string(scan.Failure.Cause)
			}
			byCause[cause] = append(byCause[cause], failedScan{good, scan})
			n[cause]++
		}
	}
	var out []failedScans
	for _, c := range byCount(n) {
		out = append(out, failedScans{observation.Cause(c.Name), byCause[c.Name]})
	}
	return out
}

// partial returns the goods with a repository that was read, but not whole.
func partial(goods []Good) []Good {
	var out []Good
	for _, good := range goods {
		if slices.ContainsFunc(good.Scans, func(scan Scan) bool { return scan.Outcome == Partial }) {
			out = append(out, good)
		}
	}
	return out
}

// Message is why a repository was not read, without its address; empty where no
// message was kept.
func (f failedScan) Message() string {
	if f.Scan.Failure == nil {
		return ""
	}
	_, after, found := strings.Cut(f.Scan.Failure.Message, f.Scan.Repository.URL+": ")
	if !found || after == "" {
		return f.Scan.Failure.Message
	}
	return after
}

// allNotes are the notes on the run and on the entries of its catalogs.
func allNotes(doc Document) []entryNote {
	var notes []entryNote
	for _, note := range doc.Notes {
		notes = append(notes, entryNote{Note: note})
	}
	for _, good := range doc.Goods {
		for _, note := range good.Notes {
			notes = append(notes, entryNote{note, good.ID})
		}
	}
	return notes
}

// groupNotes groups the notes by their cause, the largest group first.
func groupNotes(doc Document) []noteGroup {
	byCause := map[string][]entryNote{}
	n := map[string]int{}
	for _, note := range allNotes(doc) {
		byCause[string(note.Cause)] = append(byCause[string(note.Cause)], note)
		n[string(note.Cause)]++
	}
	var out []noteGroup
	for _, c := range byCount(n) {
		out = append(out, noteGroup{observation.Cause(c.Name), truncate(maxGaps, byCause[c.Name])})
	}
	return out
}
