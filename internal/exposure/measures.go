package exposure

import (
	"fmt"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

const kaplanMeier = "Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958); asked for in ossf/scorecard#548 and #2458"

// The measures of a history.
var (
	openedMeasure = observation.Definition{ID: observation.ReplayOpened, Name: "Advisories that came in two years", Kind: observation.KindNumber,
		Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Advisories with a fix that came to affect packages it runs on in the last 24 months. Records count as they are today."}
	closedMeasure = observation.Definition{ID: observation.ReplayClosed, Name: "Advisories closed in two years", Kind: observation.KindNumber,
		Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Advisories with a fix of which the main line got rid in the last 24 months."}
	openMeasure = observation.Definition{ID: observation.ReplayOpen, Name: "Advisories open at the end of two years", Kind: observation.KindNumber,
		Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Advisories with a fix that are open in packages it runs on at the end of 24 months."}
	medianMeasure = observation.Definition{ID: observation.ReplayMedianDays, Name: "Median days until a fix is taken", Kind: observation.KindNumber,
		Unit: observation.UnitDays, Merge: observation.MergeMain, Reference: kaplanMeier,
		Means: "Days from the publication of an advisory with a fix until the main line got rid of it. What is open counts as open. Unknown below five."}
	inflowMeasure = observation.Definition{ID: observation.ReplayPerQuarter, Name: "Advisories that come in a quarter", Kind: observation.KindNumber,
		Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Advisories with a fix that come to affect packages it runs on in three months, on average of 24. Unknown below five."}
	peopleMeasure = observation.Definition{ID: observation.ReplayPeople, Name: "People who closed an advisory", Kind: observation.KindNumber,
		Unit: observation.UnitPeople, Merge: observation.MergeMain,
		Means: "People whose commits got rid of an advisory with a fix in the last 24 months. Machines are no people."}
	twiceMeasure = observation.Definition{ID: observation.ReplayTwice, Name: "Open in a year, if twice as many came", Kind: observation.KindNumber,
		Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Advisories that would be open in a year if twice as many came and no more were closed. Unknown below five."}
	fourTimesMeasure = observation.Definition{ID: observation.ReplayFourTimes, Name: "Open in a year, if four times as many came", Kind: observation.KindNumber,
		Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Advisories that would be open in a year if four times as many came and no more were closed. Unknown below five."}
	yearMeasure = observation.Definition{ID: observation.ReplayYear, Name: "Serious fixes left open for a year", Kind: observation.KindNumber,
		Unit: observation.UnitFindings, Merge: observation.MergeSum,
		Means: "Critical and high advisories with a fix that had been open for more than 365 days at the end of 24 months."}
)

// Definitions lists the measures that Measures yields, in their order.
func Definitions() []observation.Definition {
	return []observation.Definition{openedMeasure, closedMeasure, openMeasure, medianMeasure, inflowMeasure, peopleMeasure, twiceMeasure,
		fourTimesMeasure, yearMeasure}
}

// Unknown are the measures where nothing was replayed.
func Unknown(cause observation.Cause, detail string) []observation.Measure {
	var all []observation.Measure
	for _, d := range Definitions() {
		all = append(all, d.UnknownFor(cause, detail))
	}
	return all
}

// Unmatched says of how many packages, of how many that were listed, nothing is known, and
// why of most.
type Unmatched struct {
	Packages, Of int
	Cause        observation.Cause
}

// Measures are those of a history. Where some packages could not be matched, counts are
// lower bounds; where none could, everything is unknown.
func (h History) Measures(past observation.Past, unmatched Unmatched, source string, at time.Time) []observation.Measure {
	switch {
	case len(past.Packages) == 0:
		var all []observation.Measure
		for _, d := range Definitions() {
			all = append(all, d.NotApplicableFor("manifests and lockfiles listed no package in 24 months"))
		}
		return all
	case unmatched.Packages >= unmatched.Of:
		return Unknown(unmatched.Cause, fmt.Sprintf("none of %d packages could be matched", unmatched.Of))
	}
	m := measuring{at: at, source: source, detail: h.detail(past, unmatched), lower: unmatched.Packages > 0 || past.Unread > 0 || h.Undated > 0}
	return []observation.Measure{m.count(openedMeasure, h.Opened), m.count(closedMeasure, h.Closed), m.count(openMeasure, h.Open), h.median(m),
		h.flow(m), m.count(peopleMeasure, h.People), h.backlog(m, twiceMeasure, h.Twice), h.backlog(m, fourTimesMeasure, h.FourTimes),
		m.count(yearMeasure, h.Year)}
}

type measuring struct {
	at             time.Time
	source, detail string
	lower          bool // counts are lower bounds
}

func (m measuring) of(d observation.Definition, value float64) observation.Measure {
	one := d.Of(value, m.source, m.at)
	one.Detail = m.detail
	return one
}

func (m measuring) count(d observation.Definition, n int) observation.Measure {
	one := m.of(d, float64(n))
	if m.lower {
		one.Bound = observation.AtLeast
	}
	return one
}

// tooFew is why nothing is said of speed.
func (h History) tooFew() string {
	return fmt.Sprintf("%d advisories with a fix came in 24 months, fewer than %d", h.Opened, Fewest)
}

func (h History) median(m measuring) observation.Measure {
	if h.Median == nil {
		return medianMeasure.UnknownFor(observation.CauseNoSource, h.tooFew())
	}
	one := m.of(medianMeasure, h.Median.Days)
	one.Detail = h.Median.words() + "; " + m.detail
	if h.Median.AtLeast {
		one.Bound = observation.AtLeast
	}
	return one
}

// words are the interval: "95 % interval 12 to 40 days, of 31".
func (m Median) words() string {
	low, high := "an unknown number", "more than was seen"
	if m.Low != nil {
		low = fmt.Sprintf("%.0f", *m.Low)
	}
	if m.High != nil {
		high = fmt.Sprintf("%.0f", *m.High)
	}
	return fmt.Sprintf("95 %% interval from %s to %s days, of %d advisories", low, high, m.Windows)
}

func (h History) flow(m measuring) observation.Measure {
	if h.PerQuarter == nil {
		return inflowMeasure.UnknownFor(observation.CauseNoSource, h.whyNoFlow())
	}
	one := m.of(inflowMeasure, h.PerQuarter.Opened)
	if m.lower {
		one.Bound = observation.AtLeast
	}
	return one
}

func (h History) whyNoFlow() string {
	if h.Opened < Fewest {
		return h.tooFew()
	}
	return "less than half a year was seen"
}

func (h History) backlog(m measuring, d observation.Definition, n *int) observation.Measure {
	if n == nil {
		return d.UnknownFor(observation.CauseNoSource, h.whyNoFlow())
	}
	return m.count(d, *n)
}

// detail says what the numbers leave out.
func (h History) detail(past observation.Past, unmatched Unmatched) string {
	text := "ranges and withdrawals as of today"
	add := func(n int, what string) {
		if n > 0 {
			text += fmt.Sprintf("; %d %s", n, what)
		}
	}
	add(h.Late, "recorded two years or more after their CVE")
	add(h.Undated, "without a date are left out")
	add(unmatched.Packages, fmt.Sprintf("of %d packages not matched", unmatched.Of))
	add(past.Unread, "states of manifests not read")
	return text
}
