package carried

import (
	"slices"

	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/wording"
)

// Table is the functions of one good, as its page shows them folded.
type Table struct {
	// Line sums the table up: which functions one person alone carried.
	Line string
	Rows []Row
	// Repository is told where the good has several, and this one was read.
	Repository string
	Job        string // to paste into a call
}

// Row is one function.
type Row struct {
	Name, People, Half string
	Alone              bool
	Why                string // nobody is seen who carried it, or not all
}

// TableOf is the table of a clean good; nil where nobody counted.
func TableOf(w report.Localizer, good report.Good) *Table {
	all := functions.Of(good.Measures)
	if len(all) == 0 {
		return nil
	}
	t := &Table{Job: Job(w, good)}
	for _, c := range all {
		if c.People.State == observation.NotApplicable {
			continue
		}
		row := Row{Name: w.TranslateMessage(wording.Function(c.Function)), People: w.MeasureText(c.People), Half: w.MeasureText(c.Absence), Alone: c.Alone}
		switch {
		case c.People.State != observation.Measured:
			row.People, row.Half, row.Why = w.Translate("unknown"), "", w.CauseText(c.People.Cause)
			if c.People.Cause == observation.CauseNoSource {
				row.Why = w.Translate("not seen in its history")
			}
		case c.Absence.State != observation.Measured:
			row.Half = ""
		}
		t.Rows = append(t.Rows, row)
		if c.People.Repository != "" {
			t.Repository = c.People.Repository
		}
	}
	alone := groupsOf(all).alone
	t.Line = w.Translate("What stops if one person leaves: no part is seen to")
	if len(alone) > 0 {
		t.Line = w.Translate("What stops if one person leaves: {list}", "list", names(alone))
	}
	return t
}

// Count is how one function is carried over all goods.
type Count struct {
	Name    string
	Seen    int      // goods of which it is seen who carried it
	Alone   []string // goods of which one person alone carried it, by id
	Unknown int
}

// Across counts the functions over all goods; none where nobody counted.
func Across(w report.Localizer, goods []report.Good) []Count {
	var counts []Count
	for _, f := range functions.All() {
		c := Count{Name: w.TranslateMessage(wording.Function(f))}
		for _, good := range goods {
			switch seen := good.Functions; {
			case seen.Known.Has(f):
				c.Seen++
			case seen.Unknown.Has(f):
				c.Unknown++
			}
			if good.Functions.Alone.Has(f) {
				c.Alone = append(c.Alone, good.ID)
			}
		}
		counts = append(counts, c)
	}
	if !slices.ContainsFunc(goods, func(g report.Good) bool { return g.Functions.Asked() }) {
		return nil
	}
	return counts
}

// Line sums up how the functions are carried over all goods.
func Line(w report.Localizer, counts []Count) string {
	goods, functionsAlone := map[string]bool{}, 0
	for _, c := range counts {
		for _, id := range c.Alone {
			goods[id] = true
			functionsAlone++
		}
	}
	if functionsAlone == 0 {
		return w.Translate("No part of the upkeep of a good is seen to rest on one person alone.")
	}
	return w.Translate("{n|part|parts} of the upkeep of {goods|good|goods} {n!rests|rest} on one person each.", "n", functionsAlone, "goods", len(goods))
}
