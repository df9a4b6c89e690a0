package report

import (
	"html/template"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// lastCommit is the measure from which the table of goods takes its date.
const lastCommit = "momentum.days-since-commit"

// portfolio is what the portfolio page shows.
type portfolio struct {
	Headline  string
	Assessed  int    // goods with a stage other than unassessed
	Unread    string // how many repositories were not read and why; empty where all were
	Middle    []Good // heaviest load on the least support first
	MayStand  []Good // read, not in the messy middle, and not safely out of it
	Stages    []stageCount
	Keystones []assess.Keystone
	// Highlights say what the page across the goods holds.
	Highlights []highlight
	KeysFirst  int // keystones on the first screen: as many as stand beside the messy middle
	Changes    []changeList
	Map        template.HTML
	Unplaced   []Good
	Rows       []row // what was read first, then the rest, each by id
	Blank      int   // rows of goods of which no repository was read
	Failed     []failure
	Partial    []Good // with a repository of which something could not be read
	Unmatched  []unmatched
	Notes      []noteGroup
}

type stageCount struct {
	Stage assess.Stage
	N     int
}

// changeList is one kind of change since the run before.
type changeList struct {
	Title string
	Moves []Move
}

// row is a good in the table of all goods.
type row struct {
	Good
	Short      string // the name, cut to what a row can hold
	Supports   [4]assess.Pillar
	LastCommit time.Time // day of the last human commit; zero where it is unknown
	Findings   tally
	facts      facts // for the script of the table
}

// failure is one class of repositories that could not be read.
type failure struct {
	Cause observation.Cause
	Items []failedScan
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
	Notes []entryNote
}

// entryNote is a note on the run, or on the catalog entry of a good.
type entryNote struct {
	observation.Note
	Good string // id, empty where the note is on the run
}

func (s *site) portfolio() portfolio {
	doc := s.doc
	view := portfolio{
		Middle:    rankMiddle(doc.Goods),
		Stages:    countStages(doc.Goods),
		Keystones: doc.Keystones,
		Changes:   changeLists(doc.Change),
		Failed:    failures(doc.Goods),
		Partial:   partial(doc.Goods),
		Notes:     groupNotes(doc),
	}
	for _, good := range doc.Goods {
		if stageClass(good.Verdict.Stage) != string(assess.Unassessed) {
			view.Assessed++
		}
	}
	view.Highlights = highlights(doc)
	view.Headline = headline(len(view.Middle), view.Assessed, len(doc.Goods))
	view.Unread = unread(view.Failed, doc.Summary.Repositories)
	view.MayStand = mayStand(s.rows)
	switch view.KeysFirst = 5; {
	case len(view.Middle) < 3:
		view.KeysFirst = 7 // the changes stand on the other side
	case len(view.Middle) >= 5 && len(view.Changes) == 0:
		view.KeysFirst = 6
	}
	for _, c := range byCount(doc.Summary.Unmatched) {
		view.Unmatched = append(view.Unmatched, unmatched{observation.Cause(c.Name), c.N})
	}
	view.Map, view.Unplaced = portfolioMap(doc.Goods)
	view.Rows = slices.Clone(s.rows)
	sort.SliceStable(view.Rows, func(i, j int) bool { return !view.Rows[i].Unread() && view.Rows[j].Unread() })
	for _, r := range view.Rows {
		if r.Unread() {
			view.Blank++
		}
	}
	return view
}

// headline counts the messy middle among the goods that could be assessed: of
// the others nobody knows whether they stand in it.
func headline(middle, assessed, goods int) string {
	among := english.Say("{n|good|goods}", "n", assessed)
	if assessed < goods {
		among = "the " + english.Say("{n|good that could be assessed|goods that could be assessed}", "n", assessed)
	}
	switch {
	case goods == 0:
		return "No goods were read"
	case assessed == 0:
		return "None of " + english.Say("{n|good|goods}", "n", goods) + " could be assessed"
	case middle == 0:
		return "None of " + among + " is seen in the messy middle"
	case middle == 1:
		return "1 of " + among + " stands in the messy middle"
	}
	return english.number(float64(middle)) + " of " + among + " stand in the messy middle"
}

// unread says how many repositories were not read, and what kept most of them
// from it.
func unread(failed []failure, repositories int) string {
	n := 0
	for _, f := range failed {
		n += len(f.Items)
	}
	if n == 0 {
		return ""
	}
	verb, why := " were not read: ", english.causeWord(failed[0].Cause)
	if n == 1 {
		verb = " was not read: "
	}
	if len(failed) > 1 {
		why = "mostly, " + why
	}
	return english.number(float64(n)) + " of " + english.Say("{n|repository|repositories}", "n", repositories) + verb + why
}

// Unread says that no repository of the good was read, Why gives the cause.
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

// mayStand returns the goods that were read and stand outside the messy middle
// only because a threshold is near, or because something unknown decides. Goods
// of which nothing was read are no news here: they are counted as unassessed.
func mayStand(rows []row) []Good {
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

// shortfalls returns the first n reasons of a good's stage that speak of a weak
// or missing support; its first reasons where none does.
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
	sort.SliceStable(middle, func(i, j int) bool { return outweighs(middle[i]) > outweighs(middle[j]) })
	return middle
}

// outweighs is load less supports in points; minus infinity where unknown.
func outweighs(good Good) float64 {
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

func changeLists(change *Change) []changeList {
	if change == nil {
		return nil
	}
	var lists []changeList
	for _, l := range []changeList{
		{"Entered the messy middle", change.Entered},
		{"Left the messy middle", change.Left},
		{"Moved between other stages", change.Moved},
		{"New in the catalog", change.Added},
		{"No longer in the catalog", change.Removed},
	} {
		if len(l.Moves) > 0 {
			lists = append(lists, l)
		}
	}
	return lists
}

// newRow cleans what it shows of a good, whose findings were counted before.
func newRow(good Good, findings tally) row {
	shown := cleaned(stripped(good))
	r := row{Good: shown, Short: cut(displayName(shown), 60), Supports: inOrder(shown.Verdict.Supports), Findings: findings}
	r.LastCommit = lastCommitDay(good)
	return r
}

// stripped keeps of a good what the portfolio page shows, so that a page of
// many goods is made in little memory.
func stripped(good Good) Good {
	kept := Good{Good: catalog.Good{ID: good.ID, Name: good.Name, Notes: good.Notes}, Verdict: good.Verdict, Succession: good.Succession}
	kept.Verdict.Coverage.Gaps, kept.Verdict.FundingSources = nil, nil
	if kept.Verdict.Stage != assess.MessyMiddle {
		kept.Verdict.Reasons, kept.Verdict.Lift = nil, nil
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

// failures groups the repositories that could not be read by their class, the
// largest class first.
func failures(goods []Good) []failure {
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
	var out []failure
	for _, c := range byCount(n) {
		out = append(out, failure{observation.Cause(c.Name), byCause[c.Name]})
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

// Happened says why a repository was not read, without the address that stands
// beside it.
func (f failedScan) Happened() string {
	if f.Scan.Failure == nil {
		return "no message was kept"
	}
	_, after, found := strings.Cut(f.Scan.Failure.Message, f.Scan.Repository.URL+": ")
	if !found || after == "" {
		return f.Scan.Failure.Message
	}
	return after
}

// groupNotes groups the notes on the run and on the entries of its catalogs by
// their cause, the largest group first.
func groupNotes(doc Document) []noteGroup {
	var notes []entryNote
	for _, note := range doc.Notes {
		notes = append(notes, entryNote{Note: note})
	}
	for _, good := range doc.Goods {
		for _, note := range good.Notes {
			notes = append(notes, entryNote{note, good.ID})
		}
	}
	byCause := map[string][]entryNote{}
	n := map[string]int{}
	for _, note := range notes {
		byCause[string(note.Cause)] = append(byCause[string(note.Cause)], note)
		n[string(note.Cause)]++
	}
	var out []noteGroup
	for _, c := range byCount(n) {
		out = append(out, noteGroup{observation.Cause(c.Name), byCause[c.Name]})
	}
	return out
}
