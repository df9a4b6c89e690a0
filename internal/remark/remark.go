// Package remark says what a reader should know of a verdict beside its reasons: what was
// read, and what was odd about it. It decides nothing.
package remark

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

// clockAnomalies counts the commits whose date cannot be.
const clockAnomalies = observation.MomentumClockAnomalies

// Of are the remarks on a good, by its merged measures. Where work on it runs out, that of
// other branches stands with the stage, and not among them.
func Of(in merge.Input, measures map[string]observation.Measure, specs map[string]merge.Spec, runsOut bool) []language.Message {
	var messages []language.Message
	if slow := measures[observation.CatalogWithoutSoftware]; slow.State == observation.Measured && slow.Value == true {
		messages = append(messages, language.M("The catalog calls it content, data, a standard or a model. So it has twice the time before work counts as stopped."))
	}
	if !runsOut {
		messages = append(messages, OtherBranches(measures)...)
	}
	return append(messages, anomalies(in, measures, specs)...)
}

// anomalies count the impossible dates and numbers that were read, so that none
// of them changes a verdict without a trace, and name a sign of an end that is no
// statement, runtimes that have ended, and functions on one person: signs on which no level
// rests.
func anomalies(in merge.Input, measures map[string]observation.Measure, specs map[string]merge.Spec) []language.Message {
	var messages []language.Message
	if n, ok := measures[clockAnomalies].Number(); ok && n > 0 {
		messages = append(messages, impossibleDates(in, measures[clockAnomalies])...)
	}
	if m := measures[observation.LifecycleSunsetDeclared]; m.Value == false {
		if sign, found := strings.CutPrefix(m.Detail, observation.EndSign); found {
			said := language.M("There is a sign that it may be at its end, and no statement of it: {sign}.", "sign", sign)
			if m.Bound != observation.Exact {
				said = language.M("There is a sign that it may be at its end, and no statement of it was seen so far: {sign}.", "sign", sign)
			}
			messages = append(messages, said)
		}
	}
	messages = append(append(messages, moved(in)...), kept(in)...)
	messages = append(messages, endedRuntimes(measures)...)
	messages = append(messages, onOnePerson(measures)...)
	var impossible []language.Message
	for _, repository := range in.Repositories {
		impossible = append(impossible, impossibleValues(repository.Measures, specs)...)
	}
	impossible = append(impossible, impossibleValues(in.GoodMeasures, specs)...)
	english := language.English()
	order := func(a, b language.Message) int {
		return cmp.Compare(english.TranslateMessage(a), english.TranslateMessage(b))
	}
	slices.SortFunc(impossible, order)
	return append(messages, slices.CompactFunc(impossible, func(a, b language.Message) bool { return order(a, b) == 0 })...)
}

// maxNamed is how many ended runtimes a remark names.
const maxNamed = 4

// endedRuntimes says on which ended runtimes a good runs, and apart from them how many
// ranges still allow one.
func endedRuntimes(measures map[string]observation.Measure) []language.Message {
	var messages []language.Message
	named := measures[observation.RuntimesEndedNamed]
	if names, ok := named.List(); ok && len(names) > 0 {
		shown := strings.Join(names[:min(maxNamed, len(names))], "; ")
		n := language.Bounded(float64(len(names)), named.Bound)
		if len(names) > maxNamed {
			messages = append(messages, language.M("It runs on {n|runtime|runtimes} whose support has ended, among them {names}.", "n", n, "names", shown))
		} else {
			messages = append(messages, language.M("It runs on {n|runtime|runtimes} whose support has ended: {names}.", "n", n, "names", shown))
		}
	}
	if m := measures[observation.RuntimesEndedAllowed]; m.State == observation.Measured {
		if n, ok := m.Number(); ok && n > 0 {
			messages = append(messages, language.M("It still allows an ended version of {n|runtime|runtimes}.", "n", language.Bounded(n, m.Bound)))
		}
	}
	return messages
}

// impossibleDates says how many commits have dates that cannot be, and how they are counted:
// of each kind that there is, where all repositories tell them apart.
func impossibleDates(in merge.Input, m observation.Measure) []language.Message {
	n, _ := m.Number()
	early, future, backward, known := datesByKind(in)
	if !known {
		return []language.Message{language.M("{n|commit has|commits have} an impossible date.", "n", language.Bounded(n, m.Bound))}
	}
	var messages []language.Message
	if future > 0 {
		messages = append(messages, language.M("{n|commit is|commits are} dated in the future and {n!counts|count} for nothing.",
			"n", language.Bounded(future, m.Bound)))
	}
	if early > 0 {
		messages = append(messages, language.M("{n|commit is|commits are} dated before git existed. That date counts neither for its age nor for its recent work.",
			"n", language.Bounded(early, m.Bound)))
	}
	if backward > 0 {
		messages = append(messages, language.M("{n|commit is|commits are} dated more than a day before the commit that came before.",
			"n", language.Bounded(backward, m.Bound)))
	}
	return messages
}

// datesByKind adds up the kinds of impossible dates of all repositories; known is false
// where one of them does not tell, or there is none.
func datesByKind(in merge.Input) (early, future, backward float64, known bool) {
	for _, r := range in.Repositories {
		m, found := observation.Find(r.Measures, clockAnomalies)
		if n, counted := m.Number(); !found || !counted || n == 0 {
			continue
		}
		var ofEach [3]int
		if _, err := fmt.Sscanf(m.Detail, observation.ClockAnomalyDetail, &ofEach[0], &ofEach[1], &ofEach[2]); err != nil {
			return 0, 0, 0, false
		}
		early, future, backward = early+float64(ofEach[0]), future+float64(ofEach[1]), backward+float64(ofEach[2])
	}
	return early, future, backward, early+future+backward > 0
}

// impossibleValues names each number outside the limits of its measure, as it was
// reported, and what it was replaced with.
func impossibleValues(measures []observation.Measure, specs map[string]merge.Spec) []language.Message {
	var messages []language.Message
	for _, m := range measures {
		if v, ok := m.Value.(float64); !ok || m.State != observation.Measured || withinLimits(v, specs, m.ID) {
			continue
		}
		reported := fmt.Sprint(m.Value)
		switch fixed := merge.Clamp(m, specs); fixed.State {
		case observation.Measured:
			messages = append(messages, language.M("{measure} was reported as {value}, which cannot be; it was read as {fixed}.", "measure", m.ID, "value", reported,
				"fixed", fmt.Sprint(fixed.Value)))
		default:
			messages = append(messages, language.M("{measure} was reported as {value}, which is no number; it is unknown.", "measure", m.ID, "value", reported))
		}
	}
	return messages
}

func withinLimits(v float64, specs map[string]merge.Spec, id string) bool {
	low, high := merge.LimitsOf(specs, id)
	return v >= low && v <= high && !math.IsInf(v, 0)
}

// Repositories names what was read: a catalog may name an old repository, or a copy.
func Repositories(in merge.Input) *language.Message {
	message := language.M("the {n!repository|repositories} that the catalog names", "n", len(in.Repositories))
	if !slices.ContainsFunc(in.Good.Sources, func(s catalog.Source) bool { return s.Catalog != "url" }) {
		message = language.M("the {n!repository|repositories} that {n!was|were} read", "n", len(in.Repositories))
	}
	return &message
}

// branchLead is by how many days the newest work of other branches must lead before it is
// told: a branch in work is always a little ahead.
const branchLead = 30

// OtherBranches says that branches which are not read have newer work.
func OtherBranches(measures map[string]observation.Measure) []language.Message {
	other, read := measures[observation.MomentumOtherBranchDays], measures[observation.MomentumDaysSinceCommit]
	days, known := other.Number()
	since, alsoKnown := read.Number()
	lead := since - days + math.Floor(other.At.Sub(read.At).Hours()/24) // each is counted back from a day of its own
	if !known || !alsoKnown || lead < branchLead || other.At.IsZero() {
		return nil
	}
	return []language.Message{language.M("There is newer work on other branches, the last on {day}. Only the default branch is read.",
		"day", language.LongDate(other.At.UTC().AddDate(0, 0, -int(days))))}
}

// sameDays is by how many days the last looks at the repositories of a good may differ and
// still be told as one.
const sameDays = 30

// SeenUntil says of which day a sentence about a good speaks that was last seen long ago,
// until the day; and where its repositories were last seen on days far apart, between which.
func SeenUntil(in merge.Input, until time.Time, sentence language.Message) language.Message {
	first, last, apart := seenBetween(in, until)
	if !apart {
		return language.M("As of {day}, when it was last seen: {sentence}", "day", language.LongDate(until), "sentence", sentence)
	}
	return language.M("Its repositories were last seen between {first} and {last}. As of {day}: {sentence}",
		"first", language.LongDate(first), "last", language.LongDate(last), "day", language.LongDate(until), "sentence", sentence)
}

// SeenApart says between which days the repositories of a good were last seen, where these
// are far apart, and of which the counts speak.
func SeenApart(in merge.Input, until time.Time) []language.Message {
	first, last, apart := seenBetween(in, until)
	if !apart {
		return nil
	}
	return []language.Message{language.M("Its repositories were last seen between {first} and {last}. What is counted over months is counted until {day}.",
		"first", language.LongDate(first), "last", language.LongDate(last), "day", language.LongDate(until))}
}

// seenBetween are the first and the last of the days on which the repositories of a good
// were last seen, and whether they are far apart.
func seenBetween(in merge.Input, until time.Time) (first, last time.Time, apart bool) {
	days := []time.Time{until}
	for _, r := range in.Repositories {
		if !r.ObservedUntil.IsZero() {
			days = append(days, r.ObservedUntil)
		}
	}
	first, last = slices.MinFunc(days, time.Time.Compare), slices.MaxFunc(days, time.Time.Compare)
	return first, last, !until.IsZero() && last.Sub(first) > sameDays*24*time.Hour
}
