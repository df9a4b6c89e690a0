package advisory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// The measures of inventory and advisories.
var (
	findingsMeasure = observation.Definition{
		ID: "advisories.findings", Name: "Open advisories", Kind: observation.KindNumber, Unit: "findings", Merge: observation.MergeSum,
		Means: "Advisories that affect a package at the version listed in a manifest, each (package, version) once for each advisory, and once for all advisories that name one another as aliases; reports of malicious packages are counted apart.",
	}
	maliciousMeasure = observation.Definition{
		ID: "advisories.malicious", Name: "Malicious packages", Kind: observation.KindNumber, Unit: "findings", Merge: observation.MergeSum,
		Means: "Listed packages that the advisory database reports as malicious (MAL- records).",
	}
	severeMeasure = observation.Definition{
		ID: "advisories.critical-high", Name: "Critical and high advisories", Kind: observation.KindNumber, Unit: "findings", Merge: observation.MergeSum,
		Means: "Open advisories with a CVSS base score of 7 or more, or called high or critical where they carry no score.",
	}
	fixableMeasure = observation.Definition{
		ID: "advisories.fixable", Name: "Advisories with a fix", Kind: observation.KindNumber, Unit: "findings", Merge: observation.MergeSum,
		Means: "Open advisories for which a fixed version above the listed one has been released.",
	}
	severeFixableMeasure = observation.Definition{
		ID: "advisories.fixable-critical-high", Name: "Critical and high advisories with a fix", Kind: observation.KindNumber, Unit: "findings", Merge: observation.MergeSum,
		Means: "Critical and high open advisories for which a fixed version above the listed one has been released.",
	}
	exploitedMeasure = observation.Definition{
		ID: "advisories.exploited", Name: "Known exploited vulnerabilities", Kind: observation.KindNumber, Unit: "findings", Merge: observation.MergeSum,
		Means:     "Open advisories of which an alias stands in the catalog of known exploited vulnerabilities.",
		Reference: "CISA Known Exploited Vulnerabilities",
	}
	lagMeasure = observation.Definition{
		ID: "advisories.oldest-fixable-days", Name: "Patch lag", Kind: observation.KindNumber, Unit: "days", Merge: observation.MergeMax,
		Means: "Days since the publication of the oldest open critical or high advisory that has a fix: an estimate, for the fix may be younger, and the record may be younger than what it records. Where records do not say when they were published, their last change makes it a lower bound.",
	}
	unmatchedMeasure = observation.Definition{
		ID: "advisories.unmatched", Name: "Packages not matched", Kind: observation.KindNumber, Unit: "packages", Merge: observation.MergeSum,
		Means: "Listed packages of which nothing is known: no version, no advisories of their ecosystem, or a version that cannot be ordered.",
	}
	packagesMeasure = observation.Definition{
		ID: "inventory.packages", Name: "Packages listed", Kind: observation.KindNumber, Unit: "packages", Merge: observation.MergeSum,
		Means: "Distinct packages (name and version) that the manifests and lockfiles list.",
	}
	directMeasure = observation.Definition{
		ID: "inventory.direct", Name: "Direct dependencies", Kind: observation.KindNumber, Unit: "packages", Merge: observation.MergeSum,
		Means: "Distinct packages that a manifest lists as its own, not as those of another package; where no manifest tells them apart it is unknown.",
	}
	noVersionMeasure = observation.Definition{
		ID: "inventory.no-version", Name: "Packages without a version", Kind: observation.KindNumber, Unit: "packages", Merge: observation.MergeSum,
		Means: "Distinct packages that a manifest lists without a version: no advisory can be matched to them.",
	}
)

// Definitions lists the measures that Measures yields, in their order.
func Definitions() []observation.Definition {
	return []observation.Definition{
		findingsMeasure, maliciousMeasure, severeMeasure, fixableMeasure, severeFixableMeasure, exploitedMeasure, lagMeasure, unmatchedMeasure,
		packagesMeasure, directMeasure, noVersionMeasure,
	}
}

// Measures counts a match. packages is the inventory that was matched, at the
// time of which the measures speak, source says what was read ("advisories of
// 2026-08-22 and the manifests at commit 1a2b").
//
// An inventory without packages gives measures that do not apply: WithGaps
// says so where it is only empty because something could not be read. Where
// no package could be matched the advisories are unknown; where some could
// not, the counts are lower bounds and say why.
func Measures(result Result, packages []observation.Package, at time.Time, source string) []observation.Measure {
	c := counting{at: at, source: source, gaps: describe(result.Unmatched)}
	distinct := map[key]observation.Package{}
	for _, p := range packages {
		if known, ok := distinct[keyOf(p)]; !ok || known.Relation != observation.Direct {
			distinct[keyOf(p)] = p
		}
	}
	c.packages = len(distinct)
	for _, u := range result.Unmatched {
		c.unmatched += u.Packages
		if c.unmatched == u.Packages || u.Packages > c.worst.Packages {
			c.worst = u
		}
	}
	return append(c.advisories(result.Findings), c.inventory(distinct)...)
}

type counting struct {
	at                  time.Time
	source              string
	packages, unmatched int
	worst               Unmatched // the largest group
	gaps                string    // in words
}

func (c counting) advisories(findings []observation.Finding) []observation.Measure {
	t := tallyOf(findings, c.at)
	measures := []observation.Measure{
		c.count(findingsMeasure, t.all),
		c.count(maliciousMeasure, t.malicious),
		c.count(severeMeasure, t.severe),
		c.count(fixableMeasure, t.fixable),
		c.count(severeFixableMeasure, t.severeFixable),
		c.exploited(t),
		c.lag(t),
	}
	if c.packages == 0 {
		return append(measures, unmatchedMeasure.NotApplicableFor(noPackages))
	}
	m := unmatchedMeasure.Of(c.unmatched, c.source, c.at)
	m.Detail = c.gaps
	return append(measures, m)
}

const noPackages = "the repository lists no packages"

// count is a measure of findings, as far as the packages could be matched.
func (c counting) count(d observation.Definition, n int) observation.Measure {
	switch {
	case c.packages == 0:
		return d.NotApplicableFor(noPackages)
	case c.unmatched >= c.packages && n == 0:
		return d.UnknownFor(c.worst.Cause, c.gaps)
	}
	m := d.Of(n, c.source, c.at)
	if c.unmatched > 0 {
		m.Bound, m.Detail = observation.AtLeast, c.gaps
	}
	return m
}

func (c counting) exploited(t tally) observation.Measure {
	m := c.count(exploitedMeasure, t.exploited)
	if m.State == observation.Measured && t.unjudged > 0 {
		return exploitedMeasure.UnknownFor(observation.CauseNoSource, "no catalog of known exploited vulnerabilities was read; put CISA's kev.json into the advisory folder")
	}
	return m
}

func (c counting) lag(t tally) observation.Measure {
	m := c.count(lagMeasure, t.lag)
	switch {
	case m.State != observation.Measured:
		return m
	case t.dated > 0 && t.dated < t.severeFixable:
		// The others may have been published any time before.
		m.Bound = observation.AtLeast
		return m
	case t.dated > 0:
		return m
	case t.changed > 0:
		m.Bound = observation.AtLeast
		m.Detail = strings.TrimPrefix(m.Detail+"; the advisories say when they were last changed, not when they were published", "; ")
		return m
	case t.severeFixable > 0:
		return lagMeasure.UnknownFor(observation.CauseNoSource, "no open critical or high advisory with a fix says when it was published")
	case c.unmatched > 0:
		return lagMeasure.UnknownFor(c.worst.Cause, c.gaps)
	}
	return lagMeasure.NotApplicableFor("no open critical or high advisory has a fix")
}

func (c counting) inventory(distinct map[key]observation.Package) []observation.Measure {
	if len(distinct) == 0 {
		return []observation.Measure{
			packagesMeasure.Of(0, c.source, c.at),
			directMeasure.NotApplicableFor(noPackages),
			noVersionMeasure.NotApplicableFor(noPackages),
		}
	}
	direct, untold, noVersion := 0, 0, 0
	for _, p := range distinct {
		switch p.Relation {
		case observation.Direct:
			direct++
		case "":
			untold++
		}
		if p.Version == "" {
			noVersion++
		}
	}
	m := directMeasure.Of(direct, c.source, c.at)
	switch {
	case untold == len(distinct):
		m = directMeasure.UnknownFor(observation.CauseNoSource, "no manifest says which packages are direct")
	case untold > 0:
		m.Bound, m.Detail = observation.AtLeast, fmt.Sprintf("of %d of %d packages no manifest says whether they are direct", untold, len(distinct))
	}
	return []observation.Measure{packagesMeasure.Of(len(distinct), c.source, c.at), m, noVersionMeasure.Of(noVersion, c.source, c.at)}
}

// tally counts findings, each weakness of a package and version once.
type tally struct {
	all, malicious, severe, fixable, severeFixable int
	exploited, unjudged                            int
	lag                                            int // days
	dated                                          int // severe and fixable with a date of publication
	changed                                        int // others of those, with a date of their last change
}

func tallyOf(findings []observation.Finding, at time.Time) tally {
	alike := slices.Clone(findings)
	for i := range alike {
		alike[i].Package.Name = keyOf(alike[i].Package).name
	}
	var t tally
	for _, group := range observation.Groups(alike) {
		if group[0].Malicious {
			t.malicious++
			continue
		}
		t.add(group, at)
	}
	return t
}

// add counts one weakness: it is severe, fixed or exploited where one of its
// records says so.
func (t *tally) add(group []observation.Finding, at time.Time) {
	var severe, fixable, judged, exploited bool
	var oldest, changed time.Time
	for _, f := range group {
		severe = severe || f.Severity == SeverityCritical || f.Severity == SeverityHigh
		fixable = fixable || f.FixedIn != ""
		judged = judged || f.Exploited != nil
		exploited = exploited || f.Exploited != nil && *f.Exploited
		if !f.Published.IsZero() && (oldest.IsZero() || f.Published.Before(oldest)) {
			oldest = f.Published
		}
		if !f.Modified.IsZero() && (changed.IsZero() || f.Modified.Before(changed)) {
			changed = f.Modified
		}
	}
	t.all++
	t.severe += count(severe)
	t.fixable += count(fixable)
	t.unjudged += count(!judged)
	t.exploited += count(exploited)
	if !severe || !fixable {
		return
	}
	t.severeFixable++
	switch {
	case !oldest.IsZero():
		t.dated++
		t.lag = max(t.lag, int(at.Sub(oldest).Hours()/24))
	case !changed.IsZero(): // it was published by then
		t.changed++
		t.lag = max(t.lag, int(at.Sub(changed).Hours()/24))
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// causeWords say in a reader's words why packages could not be matched.
var causeWords = map[observation.Cause]string{
	observation.CauseNoVersion:   "no version",
	observation.CauseNoDatabase:  "no advisory database",
	observation.CauseUnsupported: "a version or kind that cannot be matched",
}

// describe says what was not matched: "12 of NuGet (no advisory database)".
func describe(unmatched []Unmatched) string {
	list := slices.Clone(unmatched)
	slices.SortStableFunc(list, func(a, b Unmatched) int { return cmp.Compare(b.Packages, a.Packages) })
	var said []string
	for _, u := range list {
		because := firstOf(causeWords[u.Cause], string(u.Cause))
		said = append(said, fmt.Sprintf("%d of %s (%s)", u.Packages, firstOf(u.Ecosystem, "an ecosystem without a name"), because))
	}
	if len(said) == 0 {
		return ""
	}
	return "packages not matched: " + strings.Join(said, "; ")
}

// gapCauses are the causes of notes that leave an inventory incomplete.
var gapCauses = []observation.Cause{
	observation.CauseMissingObjects, observation.CauseOverLimit, observation.CauseBroken, observation.CauseCorrupt,
	observation.CauseNoSource, observation.CauseUnsupported, observation.CauseScannerPanic, observation.CauseScannerFailed,
}

// WithGaps weakens measures by what the inventory scanner could not read:
// notes are those of its observation. Counts become lower bounds; a count of
// no packages, and what seemed not to apply for want of them, become unknown.
func WithGaps(measures []observation.Measure, notes []observation.Note) []observation.Measure {
	i := slices.IndexFunc(notes, func(n observation.Note) bool { return slices.Contains(gapCauses, n.Cause) })
	if i < 0 {
		return measures
	}
	cause, detail := notes[i].Cause, "the inventory is incomplete: "+notes[i].Message
	weakened := slices.Clone(measures)
	for j, m := range weakened {
		nothing := m.ID == packagesMeasure.ID && m.Value == 0.0
		switch {
		case m.State == observation.NotApplicable || nothing:
			weakened[j] = observation.Measure{ID: m.ID, State: observation.Unknown, Unit: m.Unit, Cause: cause, Detail: detail}
		case m.State == observation.Measured:
			weakened[j].Bound = observation.AtLeast
			weakened[j].Detail = strings.TrimPrefix(m.Detail+"; "+detail, "; ")
		}
	}
	return weakened
}
