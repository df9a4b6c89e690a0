package report

import (
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// fact is one line of what an agency asks first of a good.
type fact struct {
	Name, Text string
	Note       string // what stands behind it, or why it is unknown
	Link       string // the section that holds the whole of it
	Unknown    bool
}

// glance gathers the first facts of a good: licence, work, releases, people,
// advisories, posture, and how much of it was read.
func glance(good Good, t tally) []fact {
	m := make(map[string]observation.Measure, len(good.Measures))
	for _, measure := range good.Measures {
		m[measure.ID] = measure
	}
	facts := []fact{
		licenceFact(good, m),
		measuredFact("Last human commit", m, lastCommit, "momentum.commits-12m", " in 12 months"),
		measuredFact("Releases in 12 months", m, "momentum.releases-12m", "momentum.days-since-release", " since the last"),
		measuredFact("People, 6 months", m, "people.contributors-6m", "people.contributor-absence-factor", " made half of the year's commits"),
		advisoriesFact(t),
		measuredFact("Posture", m, "posture.score", "", ""),
		coverageFact(good, t),
	}
	if day, iso := lastCommitDate(good); iso != "" {
		facts[1].Text = day
	}
	return facts
}

// measuredFact shows one measure, and another behind it where that is measured.
func measuredFact(name string, m map[string]observation.Measure, id, behind, words string) fact {
	measure, read := m[id]
	f := fact{Name: name, Link: "measures"}
	switch {
	case !read || measure.State == observation.Unknown:
		f.Text, f.Unknown = "unknown", true
		if read {
			f.Note = english.causeWord(measure.Cause)
		}
		return f
	default:
		f.Text = english.measureText(measure)
	}
	if other := m[behind]; other.State == observation.Measured {
		f.Note = english.measureText(other) + words
	}
	return f
}

// licenceFact sets what the catalog declares beside what the repository holds.
func licenceFact(good Good, m map[string]observation.Measure) fact {
	found, declared := m["license.spdx"], m["license.declared"]
	f := fact{Name: "Licence found", Link: "measures", Note: "the catalog declares none"}
	switch {
	case declared.State == observation.Measured:
		f.Note = "declared: " + cut(english.measureText(declared), 60)
	case len(good.Licenses) > 0:
		f.Note = "declared: " + cut(english.shortList(good.Licenses), 60)
	}
	switch found.State {
	case observation.Measured:
		f.Text = cut(english.measureText(found), 60)
	case observation.NotApplicable:
		f.Text = "no licence file"
	default:
		f.Text, f.Unknown = "unknown", true
	}
	if agree, ok := m["license.matches-declared"].Number(); ok && agree != 0 {
		f.Note += ", which agrees"
	} else if ok {
		f.Note += ", which differs"
	}
	return f
}

func advisoriesFact(t tally) fact {
	f := fact{Name: "Open advisories", Text: t.Text(), Link: "findings", Note: strings.ToLower(t.Sentence()[:1]) + t.Sentence()[1:]}
	f.Unknown = f.Text == "unknown"
	switch {
	case t.Exploited > 0:
		f.Note = english.number(float64(t.Exploited)) + " known to be exploited"
	case t.Worst != "":
		f.Note = "worst: " + english.severityWord(t.Worst)
	}
	return f
}

func coverageFact(good Good, t tally) fact {
	f := fact{Name: "Coverage", Text: english.percent(good.Verdict.Coverage.Share), Link: "unknown"}
	if good.Verdict.Coverage.Measured == 0 {
		f.Text, f.Unknown = "nothing", true
	}
	switch {
	case len(good.Scans) == 0:
		f.Note = "no repository to read"
	default:
		f.Note = english.number(float64(t.Read)) + " of " + english.Say("{n|repository|repositories}", "n", len(good.Scans)) + " read"
	}
	return f
}
