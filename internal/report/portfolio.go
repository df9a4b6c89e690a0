package report

import (
	"fmt"
	"html/template"
	"math"
	"sort"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// lastCommit is the measure from which the table of goods takes its date.
const lastCommit = "momentum.days-since-commit"

// portfolio is what the portfolio page shows.
type portfolio struct {
	Headline  string
	Middle    []Good // heaviest load on the least support first
	Stages    []stageCount
	Keystones []assess.Keystone
	Changes   []changeList
	Map       template.HTML
	Unplaced  []Good
	Rows      []row
	Failed    []failure
	Unmatched []unmatched
	Notes     []noteGroup
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
	LastCommit string
	LastISO    string
	Findings   tally
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
	Notes []observation.Note
}

func (s *site) portfolio() portfolio {
	doc := s.doc
	view := portfolio{
		Middle:    rankMiddle(doc.Goods),
		Stages:    countStages(doc.Goods),
		Keystones: doc.Keystones,
		Changes:   changeLists(doc.Change),
		Failed:    failures(doc.Goods),
		Notes:     groupNotes(doc.Notes),
	}
	view.Headline = headline(len(view.Middle), len(doc.Goods))
	for _, c := range byCount(doc.Summary.Unmatched) {
		view.Unmatched = append(view.Unmatched, unmatched{observation.Cause(c.Name), c.N})
	}
	view.Map, view.Unplaced = portfolioMap(doc.Goods)
	for _, good := range doc.Goods {
		view.Rows = append(view.Rows, newRow(good))
	}
	return view
}

func headline(middle, goods int) string {
	switch {
	case goods == 0:
		return "No goods were read"
	case middle == 0:
		return fmt.Sprintf("None of %s is seen in the messy middle", plural(goods, "good", "goods"))
	case middle == 1:
		return fmt.Sprintf("1 of %s stands in the messy middle", plural(goods, "good", "goods"))
	}
	return fmt.Sprintf("%s of %s stand in the messy middle", number(float64(middle)), plural(goods, "good", "goods"))
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

func newRow(good Good) row {
	r := row{Good: good, Short: cut(displayName(good), 60), Supports: inOrder(good.Verdict.Supports), Findings: tallyFindings(good)}
	r.LastCommit, r.LastISO = lastCommitDate(good)
	return r
}

// lastCommitDate returns the day of the last human commit, for readers and for
// machines, from the days that lie between it and the measure's time.
func lastCommitDate(good Good) (text, iso string) {
	for _, m := range good.Measures {
		if m.ID != lastCommit {
			continue
		}
		days, ok := m.Number()
		if !ok || m.At.IsZero() {
			break
		}
		day := m.At.UTC().AddDate(0, 0, -int(days))
		return date(day), isoDate(day)
	}
	return "unknown", ""
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

// groupNotes groups notes by their cause, the largest group first.
func groupNotes(notes []observation.Note) []noteGroup {
	byCause := map[string][]observation.Note{}
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
