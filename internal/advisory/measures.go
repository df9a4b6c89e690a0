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
		ID: observation.AdvisoriesFindings, Name: "Open advisories", Kind: observation.KindNumber, Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Advisories that affect a package at the version listed in a manifest, each (package, version) once for each advisory, and once " +
			"for all advisories that name one another as aliases; reports of malicious packages are counted apart.",
	}
	maliciousMeasure = observation.Definition{
		ID: observation.AdvisoriesMalicious, Name: "Malicious packages", Kind: observation.KindNumber, Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Listed packages that the advisory database reports as malicious (MAL- records).",
	}
	severeMeasure = observation.Definition{
		ID: observation.AdvisoriesCriticalHigh, Name: "Critical and high advisories",
		Kind: observation.KindNumber, Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Open advisories with a CVSS base score of 7 or more, or called high or critical where they carry no score. Others without " +
			"a score or a word make the count a lower bound.",
	}
	fixableMeasure = observation.Definition{
		ID: observation.AdvisoriesFixable, Name: "Advisories with a fix", Kind: observation.KindNumber, Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Open advisories for which a fixed version above the listed one has been released.",
	}
	severeFixableMeasure = observation.Definition{
		ID: observation.AdvisoriesFixableCriticalHigh, Name: "Critical and high advisories with a fix",
		Kind: observation.KindNumber, Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Critical and high open advisories for which a fixed version above the listed one has been released.",
	}
	exploitedMeasure = observation.Definition{
		ID: observation.AdvisoriesExploited, Name: "Known exploited vulnerabilities",
		Kind: observation.KindNumber, Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Open advisories of which an alias stands in the catalog of known exploited vulnerabilities, each once in a repository, " +
			"in however many packages it is.",
		Reference: "CISA Known Exploited Vulnerabilities",
	}
	lagMeasure = observation.Definition{
		ID: observation.AdvisoriesOldestFixableDays, Name: "Patch lag", Kind: observation.KindNumber, Unit: observation.UnitDays, Merge: observation.MergeMax,
		Means: "Days since the publication of the oldest open critical or high advisory that has a fix: an estimate, for the fix may be younger, " +
			"and the record may be younger than what it records. Where records do not say when they were published, their last change makes it " +
			"a lower bound.",
	}
	unmatchedMeasure = observation.Definition{
		ID: observation.AdvisoriesUnmatched, Name: "Packages not matched", Kind: observation.KindNumber, Unit: observation.UnitPackages, Merge: observation.MergeSum,
		Means: "Listed packages of which nothing is known, or not all: no version, no advisories of their ecosystem, a version that cannot be " +
			"ordered, or an advisory that names them and does not say which versions it affects.",
	}
	packagesMeasure = observation.Definition{
		ID: observation.InventoryPackages, Name: "Packages listed", Kind: observation.KindNumber, Unit: observation.UnitPackages, Merge: observation.MergeSum,
		Means: "Distinct packages (name and version) that the manifests and lockfiles list.",
	}
	directMeasure = observation.Definition{
		ID: observation.InventoryDirect, Name: "Direct dependencies", Kind: observation.KindNumber, Unit: observation.UnitPackages, Merge: observation.MergeSum,
		Means: "Distinct packages that a manifest lists as its own, not as those of another package; where no manifest tells them apart it is unknown.",
	}
	noVersionMeasure = observation.Definition{
		ID: observation.InventoryNoVersion, Name: "Packages without a version",
		Kind: observation.KindNumber, Unit: observation.UnitPackages, Merge: observation.MergeSum,
		Means: "Distinct packages that a manifest lists without a version: no advisory can be matched to them.",
	}
)

// Definitions lists the measures that Measures yields, in their order.
func Definitions() []observation.Definition {
	return []observation.Definition{
		findingsMeasure, maliciousMeasure, severeMeasure, fixableMeasure, severeFixableMeasure, runTimeMeasure, overdueMeasure,
		exploitedMeasure, lagMeasure, unmatchedMeasure,
		packagesMeasure, directMeasure, noVersionMeasure,
	}
}

// Measures counts the result of a match. packages is the inventory that was matched. uses
// are how each package is used at run time; nil takes that from its relation and groups,
// which distinct packages of several manifests do not have.
// at is the time that the measures describe. source names what was read ("advisories
// of 2026-08-22 and the manifests at commit 1a2b").
//
// An inventory without packages gives measures that do not apply. WithGaps corrects
// them where it is empty only because something could not be read. Where no package
// could be matched, the advisories are unknown. Where some could not, the counts are
// lower bounds, with the reason in their details.
func Measures(result Result, packages []observation.Package, uses []observation.Use, at time.Time, source string) []observation.Measure {
	c := measureBuilder{at: at, source: source, gapText: describeUnmatched(result.Unmatched), running: runTimePackages(packages, uses)}
	distinct := map[observation.Coordinate]observation.Package{}
	for _, p := range packages {
		if known, ok := distinct[coordinateOf(p)]; !ok || known.Relation != observation.Direct {
			distinct[coordinateOf(p)] = p
		}
	}
	c.packages = len(distinct)
	for _, u := range result.Unmatched {
		c.unmatched += u.Packages
		if c.unmatched == u.Packages || u.Packages > c.largestGap.Packages {
			c.largestGap = u
		}
	}
	return append(c.advisories(result.Findings), c.inventory(distinct)...)
}

type measureBuilder struct {
	at                  time.Time
	source              string
	packages, unmatched int
	largestGap          Unmatched // the one with the most packages
	gapText             string    // describes all that is unmatched
	running             map[observation.Coordinate]bool
}

func (c measureBuilder) advisories(findings []observation.Finding) []observation.Measure {
	t := countFindings(findings, c.running, c.at)
	measures := []observation.Measure{
		c.count(findingsMeasure, t.all),
		c.count(maliciousMeasure, t.malicious),
		withUnrated(c.count(severeMeasure, t.severe), t.unrated),
		c.count(fixableMeasure, t.fixable),
		withUnrated(c.count(severeFixableMeasure, t.severeFixable), t.unratedFixable),
		withUnrated(c.count(runTimeMeasure, t.runTime), t.unratedRunTime),
		withUnrated(c.overdue(t), t.unratedOverdue),
		c.exploited(t),
		c.lag(t),
	}
	if c.packages == 0 {
		return append(measures, unmatchedMeasure.NotApplicableFor(noPackages))
	}
	m := unmatchedMeasure.Of(c.unmatched, c.source, c.at)
	m.Detail = c.gapText
	return append(measures, m)
}

const noPackages = "the repository lists no packages"

// count is a measure of findings, bounded by how many packages could be matched.
func (c measureBuilder) count(d observation.Definition, n int) observation.Measure {
	switch {
	case c.packages == 0:
		return d.NotApplicableFor(noPackages)
	case c.unmatched >= c.packages && n == 0:
		return d.UnknownFor(c.largestGap.Cause, c.gapText)
	}
	m := d.Of(n, c.source, c.at)
	if c.unmatched > 0 {
		m.Bound, m.Detail = observation.AtLeast, c.gapText
	}
	return m
}

// withUnrated makes a count of serious advisories a lower bound where others, which would
// count, carry no rating.
func withUnrated(m observation.Measure, unrated int) observation.Measure {
	if m.State != observation.Measured || unrated == 0 {
		return m
	}
	m.Bound = observation.AtLeast
	m.Detail = strings.TrimPrefix(fmt.Sprintf("%s; advisories without a rating that would count: %d", m.Detail, unrated), "; ")
	return m
}

func (c measureBuilder) exploited(t findingCounts) observation.Measure {
	m := c.count(exploitedMeasure, len(t.exploited))
	if m.State == observation.Measured && t.exploitUnknown > 0 {
		return exploitedMeasure.UnknownFor(observation.CauseNoSource,
			"no catalog of known exploited vulnerabilities was read; put CISA's kev.json into the advisory folder")
	}
	return m
}

func (c measureBuilder) lag(t findingCounts) observation.Measure {
	m := withUnrated(c.count(lagMeasure, t.lagDays), t.unratedFixable)
	switch {
	case m.State != observation.Measured:
		return m
	case t.withPublished > 0 && t.withPublished < t.severeFixable:
		// The others may have been published any time before.
		m.Bound = observation.AtLeast
		return m
	case t.withPublished > 0:
		return m
	case t.withModifiedOnly > 0:
		m.Bound = observation.AtLeast
		m.Detail = strings.TrimPrefix(m.Detail+"; the advisories say when they were last changed, not when they were published", "; ")
		return m
	case t.severeFixable > 0:
		return lagMeasure.UnknownFor(observation.CauseNoSource, "no open critical or high advisory with a fix says when it was published")
	case c.unmatched > 0:
		return lagMeasure.UnknownFor(c.largestGap.Cause, c.gapText)
	case t.unratedFixable > 0:
		return lagMeasure.UnknownFor(observation.CauseNoSource, m.Detail)
	}
	return lagMeasure.NotApplicableFor("no open critical or high advisory has a fix")
}

func (c measureBuilder) inventory(distinct map[observation.Coordinate]observation.Package) []observation.Measure {
	if len(distinct) == 0 {
		return []observation.Measure{
			packagesMeasure.Of(0, c.source, c.at),
			directMeasure.NotApplicableFor(noPackages),
			noVersionMeasure.NotApplicableFor(noPackages),
		}
	}
	direct, unstated, noVersion := 0, 0, 0
	for _, p := range distinct {
		switch p.Relation {
		case observation.Direct:
			direct++
		case "":
			unstated++
		}
		if p.Version == "" {
			noVersion++
		}
	}
	m := directMeasure.Of(direct, c.source, c.at)
	switch {
	case unstated == len(distinct):
		m = directMeasure.UnknownFor(observation.CauseNoSource, "no manifest says which packages are direct")
	case unstated > 0:
		m.Bound, m.Detail = observation.AtLeast, fmt.Sprintf("of %d of %d packages no manifest says whether they are direct", unstated, len(distinct))
	}
	return []observation.Measure{packagesMeasure.Of(len(distinct), c.source, c.at), m, noVersionMeasure.Of(noVersion, c.source, c.at)}
}

// findingCounts counts findings: each vulnerability of a package at a version once.
type findingCounts struct {
	all, malicious, severe, fixable, severeFixable int
	exploited                                      map[string]bool // by their first id: one in several packages is one
	exploitUnknown                                 int
	runTime, overdue, undated                      int // severe and fixable in what runs: all, those of before a year, without a date
	unrated, unratedFixable                        int // those of which no record says how severe they are: all, with a fix
	unratedRunTime, unratedOverdue                 int // and with a fix in what runs: all, those that may be of before a year
	lagDays                                        int // since the oldest severe and fixable one was published
	withPublished                                  int // severe and fixable, with a date of publication
	withModifiedOnly                               int // severe and fixable, with a date of the last change only
}

func countFindings(findings []observation.Finding, running map[observation.Coordinate]bool, at time.Time) findingCounts {
	normalised := slices.Clone(findings)
	for i := range normalised {
		normalised[i].Package.Name = coordinateOf(normalised[i].Package).Name
	}
	t := findingCounts{exploited: map[string]bool{}}
	for _, group := range observation.Groups(normalised) {
		if group[0].Malicious {
			t.malicious++
			continue
		}
		t.add(group, running[coordinateOf(group[0].Package)], at)
	}
	return t
}

// add counts one vulnerability. It is severe, fixed or exploited where one of its
// records is.
func (t *findingCounts) add(group []observation.Finding, running bool, at time.Time) {
	var severe, fixable, exploitKnown, exploited bool
	var oldest, changed time.Time
	for _, f := range group {
		severe = severe || f.Severity == observation.SeverityCritical || f.Severity == observation.SeverityHigh
		fixable = fixable || f.FixedIn != ""
		exploitKnown = exploitKnown || f.Exploited != nil
		exploited = exploited || f.Exploited != nil && *f.Exploited
		if !f.Published.IsZero() && (oldest.IsZero() || f.Published.Before(oldest)) {
			oldest = f.Published
		}
		if !f.Modified.IsZero() && (changed.IsZero() || f.Modified.Before(changed)) {
			changed = f.Modified
		}
	}
	t.all++
	t.severe += boolToInt(severe)
	t.fixable += boolToInt(fixable)
	t.exploitUnknown += boolToInt(!exploitKnown)
	if exploited {
		t.exploited[observation.FirstID(group)] = true
	}
	if !slices.ContainsFunc(group, func(f observation.Finding) bool { return f.Severity.IsRated() }) {
		t.addUnrated(group, fixable, running, at)
	}
	if !severe || !fixable {
		return
	}
	t.severeFixable++
	if running {
		t.addRunTime(group, at)
	}
	switch {
	case !oldest.IsZero():
		t.withPublished++
		t.lagDays = max(t.lagDays, int(at.Sub(oldest).Hours()/24))
	case !changed.IsZero(): // it was published before that
		t.withModifiedOnly++
		t.lagDays = max(t.lagDays, int(at.Sub(changed).Hours()/24))
	}
}

// addUnrated counts a vulnerability of which no record says how severe it is.
func (t *findingCounts) addUnrated(group []observation.Finding, fixable, running bool, at time.Time) {
	t.unrated++
	if !fixable {
		return
	}
	t.unratedFixable++
	if !running {
		return
	}
	t.unratedRunTime++
	if public, known := publicBefore(group, at.AddDate(0, 0, -overdueDays)); public || !known {
		t.unratedOverdue++
	}
}

func boolToInt(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// causeText tells readers why packages could not be matched.
var causeText = map[observation.Cause]string{
	observation.CauseNoVersion:   "no version",
	observation.CauseNoDatabase:  "no advisory database",
	observation.CauseUnsupported: "a version or kind that cannot be matched",
	observation.CauseUndecided:   "an advisory that does not say which versions it affects",
}

// describeUnmatched lists what was not matched: "12 of NuGet (no advisory database)".
func describeUnmatched(unmatched []Unmatched) string {
	list := slices.Clone(unmatched)
	slices.SortStableFunc(list, func(a, b Unmatched) int { return cmp.Compare(b.Packages, a.Packages) })
	var parts []string
	for _, u := range list {
		reason := cmp.Or(causeText[u.Cause], string(u.Cause))
		parts = append(parts, fmt.Sprintf("%d of %s (%s)", u.Packages, cmp.Or(u.Ecosystem, "an ecosystem without a name"), reason))
	}
	if len(parts) == 0 {
		return ""
	}
	return "packages not matched: " + strings.Join(parts, "; ")
}

// gapCauses are the causes of notes that leave an inventory incomplete.
var gapCauses = []observation.Cause{
	observation.CauseMissingObjects, observation.CauseOverLimit, observation.CauseBroken, observation.CauseCorrupt,
	observation.CauseNoSource, observation.CauseUnsupported, observation.CauseScannerPanic, observation.CauseScannerFailed,
}

// WithGaps adapts measures to what the inventory scanner could not read. notes are
// those of its observation. Counts become lower bounds. A count of zero packages
// becomes unknown, and so do measures that did not apply for lack of packages.
func WithGaps(measures []observation.Measure, notes []observation.Note) []observation.Measure {
	gaps := slices.DeleteFunc(slices.Clone(notes), func(n observation.Note) bool { return !slices.Contains(gapCauses, n.Cause) })
	if len(gaps) == 0 {
		return measures
	}
	cause, detail := gaps[0].Cause, "the inventory is incomplete: "+describeGaps(gaps)
	weakened := slices.Clone(measures)
	for j, m := range weakened {
		noneListed := m.ID == packagesMeasure.ID && m.Value == 0.0
		switch {
		case m.State == observation.NotApplicable || noneListed:
			weakened[j] = observation.Measure{ID: m.ID, State: observation.Unknown, Unit: m.Unit, Cause: cause, Detail: detail}
		case m.State == observation.Measured:
			weakened[j].Bound = observation.AtLeast
			weakened[j].Detail = strings.TrimPrefix(m.Detail+"; "+detail, "; ")
		}
	}
	return weakened
}

// namedGaps bounds the gaps that a measure names.
const namedGaps = 3

// describeGaps names the first gaps and counts the others.
func describeGaps(gaps []observation.Note) string {
	var messages []string
	for _, gap := range gaps[:min(len(gaps), namedGaps)] {
		messages = append(messages, gap.Message)
	}
	text := strings.Join(messages, "; ")
	if more := len(gaps) - namedGaps; more > 0 {
		text += fmt.Sprintf("; and %d more gaps", more)
	}
	return text
}
