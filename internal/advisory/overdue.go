package advisory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// The measures of what waits in the packages that a good runs with. A package counts as
// needed to run unless all manifests that list it say that it only builds or tests.
var (
	runTimeMeasure = observation.Definition{
		ID: observation.AdvisoriesRunTimeFixable, Name: "Critical and high advisories with a fix, in packages it runs on",
		Kind: observation.KindNumber, Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Critical and high open advisories with a fix, without those of packages that manifests list for development alone.",
	}
	overdueMeasure = observation.Definition{
		ID: observation.AdvisoriesRunTimeOverdue, Name: "Critical and high advisories with a fix for over a year, in packages it runs on",
		Kind: observation.KindNumber, Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Of the critical and high open advisories with a fix in what runs, those that have been public for more than 365 days: an estimate of " +
			"how long the fix has been out. Where no record says when it was published, it is taken to be public by the end of the year after its CVE's.",
	}
)

// overdueDays is how long a serious advisory with a fix may be public before it is overdue.
const overdueDays = 365

// runTimePackages are the packages that at least one manifest lists for more than
// development. uses are as in Measures.
func runTimePackages(packages []observation.Package, uses []observation.Use) map[observation.Coordinate]bool {
	running := map[observation.Coordinate]bool{}
	for i, p := range packages {
		if observation.UseAt(packages, uses, i) != observation.ForDevelopment {
			running[coordinateOf(p)] = true
		}
	}
	return running
}

// addRunTime counts a severe and fixable vulnerability of what runs.
func (t *findingCounts) addRunTime(group []observation.Finding, at time.Time) {
	t.runTime++
	switch public, known := publicBefore(group, at.AddDate(0, 0, -overdueDays)); {
	case !known:
		t.undated++
	case public:
		t.overdue++
	}
}

// publicBefore reports whether a vulnerability was public before a day; known is false
// where its records do not tell. The date of publication decides, then a change before
// that day. The year of a CVE bounds the rest: it is not public before its year, and it
// is taken to be public by the end of the year after it, as nearly all are.
func publicBefore(group []observation.Finding, day time.Time) (public, known bool) {
	year := 0
	for _, f := range group {
		known = known || !f.Published.IsZero()
		public = public || !f.Published.IsZero() && f.Published.Before(day)
		for _, id := range append([]string{f.Advisory}, f.Aliases...) {
			if y := yearOfCVE(id); y > 0 && (year == 0 || y < year) {
				year = y
			}
		}
	}
	changed := slices.ContainsFunc(group, func(f observation.Finding) bool { return !f.Modified.IsZero() && f.Modified.Before(day) })
	switch {
	case known:
		return public, true
	case changed:
		return true, true
	case year > 0 && time.Date(year+2, time.January, 1, 0, 0, 0, 0, time.UTC).Before(day):
		return true, true
	case year > 0 && !time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC).Before(day):
		return false, true
	}
	return false, false
}

// yearOfCVE is the year in the id of a CVE, 0 of any other id.
func yearOfCVE(id string) int {
	rest, isCVE := strings.CutPrefix(strings.ToUpper(id), "CVE-")
	year, err := strconv.Atoi(rest[:min(len(rest), 4)])
	if !isCVE || err != nil || year < 1999 { // the first
		return 0
	}
	return year
}

func (c measureBuilder) overdue(t findingCounts) observation.Measure {
	m := c.count(overdueMeasure, t.overdue)
	if m.State == observation.Measured && t.undated > 0 {
		m.Bound = observation.AtLeast
		m.Detail = strings.TrimPrefix(fmt.Sprintf("%s; %d do not say when they were published", m.Detail, t.undated), "; ")
	}
	return m
}
