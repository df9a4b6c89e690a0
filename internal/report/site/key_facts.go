package site

import (
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/wording"
)

// keyFact is one line of what an agency wants to know first of a good.
type keyFact struct {
	Name, Text string
	Note       string // what it rests on, or why it is unknown
	Unknown    bool
	Data       bool // Text is from outside
}

// keyFacts gathers the first facts of a good: licence, work, releases, people,
// advisories, posture, and how much of it was read.
func (w pageLocalizer) keyFacts(good report.Good, t report.Tally) []keyFact {
	m := make(map[string]observation.Measure, len(good.Measures))
	for _, measure := range good.Measures {
		m[measure.ID] = measure
	}
	work := w.measuredFact(w.Translate("Last human commit"), m[observation.MomentumDaysSinceCommit])
	if day := report.LastCommitDay(good); !day.IsZero() {
		work.Text = w.DayText(day)
	}
	if commits := m[observation.MomentumCommits12m]; commits.State == observation.Measured && !work.Unknown {
		work.Note = w.Translate("{commits} in 12 months", "commits", w.MeasureText(commits))
	}
	releases := w.measuredFact(w.Translate("Releases in 12 months"), m[observation.MomentumReleases12m])
	since := m[observation.MomentumDaysSinceRelease]
	if days, known := since.Number(); known && !releases.Unknown {
		releases.Note = w.Translate("{days} since the last", "days", w.TranslateMessage(wording.Days(days, since.Bound)))
	}
	people := w.measuredFact(w.Translate("People, 6 months"), m[observation.PeopleContributors6m])
	if !people.Unknown {
		people.Note = w.shareOfWork(m[observation.PeopleFirstCommits12m], m[observation.PeopleRemainingCommits12m])
	}
	return []keyFact{
		w.licenceFact(good, m), work, releases, people, w.advisoriesFact(t),
		w.measuredFact(w.Translate("Security practices"), m[observation.PostureScore]), w.coverageFact(good, t),
	}
}

// shareOfWork says what the most active person did beside all others, as far as it is
// known, and of which repository where there are several.
func (w pageLocalizer) shareOfWork(first, rest observation.Measure) string {
	if first.State != observation.Measured {
		return ""
	}
	note := w.Translate("in 12 months the most active made {commits}", "commits", w.MeasureText(first))
	if rest.State == observation.Measured && rest.Repository == first.Repository {
		note = w.Translate("in 12 months the most active made {commits}, all others {rest}", "commits", w.MeasureText(first), "rest", w.MeasureText(rest))
	}
	if first.Repository != "" {
		note = w.Translate("{repository}: {note}", "repository", first.Repository, "note", note)
	}
	return note
}

// measuredFact shows one measure; the zero one was not read.
func (w pageLocalizer) measuredFact(name string, m observation.Measure) keyFact {
	f := keyFact{Name: name}
	if m.ID == "" || m.State == observation.Unknown {
		f.Text, f.Unknown = w.Translate("unknown"), true
		if m.ID != "" {
			f.Note = w.CauseText(m.Cause)
		}
		return f
	}
	f.Text = w.MeasureText(m)
	return f
}

// licenceFact shows the licence of the repository beside the one that the catalog declares.
func (w pageLocalizer) licenceFact(good report.Good, m map[string]observation.Measure) keyFact {
	found, declared := m[observation.LicenseSPDX], m[observation.LicenseDeclared]
	f := keyFact{Name: w.Translate("Licence found")}
	switch found.State {
	case observation.Measured:
		f.Text, f.Data = report.Cut(w.MeasureText(found), 60), true
	case observation.NotApplicable:
		f.Text = w.Translate("no licence file")
	default:
		f.Text, f.Unknown = w.Translate("unknown"), true
	}
	standing := w.LicenceStanding(found, m[observation.LicenseStated])
	licences := report.Cut(w.ShortList(good.Licenses), 60)
	if declared.State == observation.Measured {
		licences = report.Cut(w.MeasureText(declared), 60)
	}
	switch agree, known := m[observation.LicenseMatchesDeclared].Number(); {
	case licences == "":
		f.Note = w.Translate("the catalog declares none")
	case !known:
		f.Note = w.Translate("declared: {licences}", "licences", licences)
	case agree != 0:
		f.Note = w.Translate("declared: {licences}, which agrees", "licences", licences)
	default:
		f.Note = w.Translate("declared: {licences}, which differs", "licences", licences)
	}
	if standing != "" {
		f.Note = w.Translate("{standing}; {declared}", "standing", standing, "declared", f.Note)
	}
	return f
}

func (w pageLocalizer) advisoriesFact(t report.Tally) keyFact {
	f := keyFact{Name: w.Translate("Open advisories"), Text: w.TallyText(t), Unknown: t.Kind() == "unknown"}
	switch {
	case t.Exploited > 0:
		f.Note = w.Translate("{n} known to be exploited", "n", t.Exploited)
	case t.Worst != "":
		f.Note = w.Translate("worst: {severity}", "severity", w.SeverityName(t.Worst))
	default:
		f.Note = w.TallyBasis(t)
	}
	if t.Development > 0 {
		f.Note = w.Translate("{note}; {n} in packages that only build or test it", "note", f.Note, "n", t.Development)
	}
	return f
}

func (w pageLocalizer) coverageFact(good report.Good, t report.Tally) keyFact {
	f := keyFact{Name: w.Translate("Coverage"), Text: w.Percent(good.Verdict.Coverage.Share)}
	if good.Verdict.Coverage.Measured == 0 {
		f.Text, f.Unknown = w.Translate("nothing"), true
	}
	f.Note = w.Translate("{n} of {m|repository|repositories} read", "n", t.Read, "m", len(good.Scans))
	if len(good.Scans) == 0 {
		f.Note = w.Translate("no repository to read")
	}
	return f
}

// reasonGroup is a list of reasons that argue one way.
type reasonGroup struct {
	Title   string
	Reasons []assess.Reason
}

// reasonGroups sets good signs and faults apart: first what argues for the stage.
func (w pageLocalizer) reasonGroups(v assess.Verdict) []reasonGroup {
	faults, signs := report.ByConcern(v.Reasons)
	if v.Stage.Flagged() {
		faults = report.OneOfEach(v, faults)
	}
	groups := []reasonGroup{{w.Translate("What is well"), signs}, {w.Translate("What falls short"), faults}}
	if v.Stage.Flagged() {
		slices.Reverse(groups)
	}
	groups = slices.DeleteFunc(groups, func(g reasonGroup) bool { return len(g.Reasons) == 0 })
	if len(groups) == 1 {
		groups[0].Title = "" // there is nothing to tell it from
	}
	return groups
}

// otherReasons are the reasons of the stage that are none of the level of a support or of
// load.
func otherReasons(v assess.Verdict) []assess.Reason {
	of := map[string]bool{}
	for _, p := range v.Pillars() {
		for _, r := range p.Reasons {
			of[r.Rule] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(v.Reasons), func(r assess.Reason) bool { return of[r.Rule] })
}
