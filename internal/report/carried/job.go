// Package carried shows who carries which function of the upkeep: as a table of a good, over all
// goods, and as what a funder can paste into a call: which parts of the upkeep of a good
// rest on one person, and what a second one would do. It counts people and names none.
package carried

import (
	"strings"

	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/wording"
)

// maxDescription bounds what is told of a good, in characters.
const maxDescription = 300

// duties say what a second person would do, by the function.
var duties = map[functions.Function]language.Message{
	functions.Releasing:     language.M("Make a release together with the one who does it now. Write down each step. Make the next one alone."),
	functions.Merging:       language.M("Read the open changes, merge those that are ready, and say why others are not."),
	functions.CI:            language.M("Learn how each change is built and tested, and keep that running."),
	functions.Dependencies:  language.M("Bring packages up to date every week, those with known weaknesses first."),
	functions.Tests:         language.M("Write tests for what breaks often, and keep those passing that exist."),
	functions.Documentation: language.M("Follow the instructions as a newcomer, mend what is wrong, and keep them in step with each release."),
	functions.Translation:   language.M("Keep the texts in other languages complete, and find speakers who check them."),
	functions.Deployment:    language.M("Install it from nothing on a machine of your own, mend what fails, and write down the way back."),
	functions.Migrations:    language.M("Try each change of the database on a copy of real size, and write down how to undo it."),
	functions.Security:      language.M("Watch for published weaknesses, bring fixes to users, and tell them when to upgrade."),
}

// Job is the job description of a clean good, as plain text in the language of the
// localizer. It is empty where nobody counted who carries which function.
func Job(w report.Localizer, good report.Good) string {
	carried := functions.Of(good.Measures)
	if len(carried) == 0 {
		return ""
	}
	var paragraphs []string
	add := func(lines ...string) {
		if text := strings.Join(lines, "\n"); text != "" {
			paragraphs = append(paragraphs, text)
		}
	}
	name := report.Cut(w.DisplayName(good), 120)
	add(w.Translate("Wanted: a second person for {good}", "good", name))
	add(report.Cut(good.Description, maxDescription))
	if len(good.Repositories) > 0 {
		add(w.Translate("Its code: {address}", "address", good.Repositories[0].URL))
	}
	groups := groupsOf(carried)
	if len(groups.alone) > 0 {
		add(append([]string{w.Translate("In the last 12 months one person alone carried these parts of its upkeep. You would be the second:")},
			tasks(w, groups.alone)...)...)
	} else {
		add(w.Translate("No part of its upkeep is seen to rest on one person alone."))
	}
	if len(groups.half) > 0 {
		add(append([]string{w.Translate("Of these parts one person did half or more:")}, tasks(w, groups.half)...)...)
	}
	if len(groups.idle) > 0 {
		add(w.Translate("Nobody worked on these parts in the last 12 months: {list}.", "list", names(groups.idle)))
	}
	if len(groups.unseen) > 0 {
		add(w.Translate("Who carries these parts is not wholly seen: {list}.", "list", names(groups.unseen)))
	}
	day := good.Verdict.ObservedUntil
	if !day.IsZero() {
		add(w.Translate("Counted from commits, merges and tags of the 12 months until {day}. People are counted and never named.", "day", language.LongDate(day)))
	}
	return strings.Join(paragraphs, "\n\n") + "\n"
}

// groups are the functions of a good by what a second person would change.
type groups struct{ alone, half, idle, unseen []functions.Carried }

func groupsOf(carried []functions.Carried) groups {
	var g groups
	for _, c := range carried {
		people, known := c.People.Number()
		half, halfKnown := c.Absence.Number()
		switch {
		case c.People.State == observation.NotApplicable:
		case !known || c.People.Bound != observation.Exact:
			g.unseen = append(g.unseen, c)
		case c.Alone:
			g.alone = append(g.alone, c)
		case people == 0:
			g.idle = append(g.idle, c)
		case halfKnown && half == 1 && people > 1:
			g.half = append(g.half, c)
		}
	}
	return g
}

func tasks(w report.Localizer, carried []functions.Carried) []string {
	var lines []string
	for _, c := range carried {
		lines = append(lines, "- "+w.Translate("{part}: {task}", "part", wording.Function(c.Function), "task", w.TranslateMessage(duties[c.Function])))
	}
	return lines
}

func names(carried []functions.Carried) language.Arg {
	items := make([]any, len(carried))
	for i, c := range carried {
		items[i] = wording.Function(c.Function)
	}
	return language.And(items...)
}
