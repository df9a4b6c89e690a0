package policy

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/observation"
)

// findingsMeasure tells how many packages of a good could be matched.
const findingsMeasure = observation.AdvisoriesFindings

// mostNamed bounds the advisories that a sentence names.
const mostNamed = 5

// findingsTest counts the vulnerabilities of a good that match all its fields, each
// once however many advisories name it.
type findingsTest struct {
	severities []observation.Severity
	direct     bool // of direct dependencies only
	fixable    bool // with a fixed version
	exploited  bool // known to be exploited
	malicious  bool // the package itself is the attack
	days       float64
	excepted   []exception
	atMost     float64
	tolerated  *tolerance // nil tolerates nothing
}

// tolerance says how much of an inventory may be unknown where what is known passes.
type tolerance struct {
	unmatched float64 // percent of the packages listed that could not be matched
	unlisted  bool    // manifests whose packages cannot all be listed
}

// exception is an advisory that somebody reviewed and accepted.
type exception struct {
	advisory string
	because  string
	until    time.Time // the last day on which it holds; zero for no end
}

func (e evaluation) evaluateFindings(w findingsTest) (kleene.Truth, []Evidence) {
	var sure, open, passed int
	var named []string
	for _, group := range observation.Groups(e.subject.Findings) {
		if w.excepts(group, e.subject.AsOf) {
			passed++
			continue
		}
		switch w.matches(group, e.subject.AsOf) {
		case kleene.True:
			sure++
			named = append(named, group[0].Advisory+" in "+strings.TrimSpace(group[0].Package.Name+" "+group[0].Package.Version))
		case kleene.Unknown:
			open++
		}
	}
	m := e.measure(findingsMeasure)
	low, high := float64(sure), float64(sure+open)
	limits := ""
	if m.State == observation.Unknown || m.State == observation.Measured && m.Bound != observation.Exact ||
		m.State == observation.NotApplicable && !e.inventoryIsWhole() {
		if limits = e.tolerated(w.tolerated); limits == "" {
			high = math.Inf(1)
		}
	}
	found := Evidence{Measure: findingsMeasure, State: observation.Measured, Value: low, Operator: "<=", Threshold: w.atMost, Unit: observation.UnitFindings,
		Source: m.Source, At: m.At, Tolerated: limits}
	if high > low || limits != "" {
		found.Bound, found.Cause = observation.AtLeast, m.Cause
	}
	found.Text = w.sentence(sure, open, passed, high, m, named)
	if limits != "" {
		found.Text += " The policy tolerates what is missing: " + limits + "."
	}
	return kleene.Between(low, high).Compare("<=", w.atMost), []Evidence{found}
}

// tolerated says what of the inventory is unknown, where a policy tolerates it; otherwise
// it is empty. An inventory of which nothing is known, and a repository that was not read,
// are never tolerated.
func (e evaluation) tolerated(by *tolerance) string {
	listed, unmatched := e.measure(observation.InventoryPackages), e.measure(observation.AdvisoriesUnmatched)
	all, known := listed.Number()
	missing, counted := unmatched.Number()
	if by == nil || !known || !counted || all == 0 || e.subject.Unread > 0 || 100*missing > by.unmatched*all {
		return ""
	}
	var parts []string
	if missing > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s packages not matched", formatValue(missing), formatValue(all)))
	}
	if listed.Bound != observation.Exact {
		if !by.unlisted {
			return ""
		}
		parts = append(parts, "not every package listed")
	}
	return strings.Join(parts, ", ")
}

// inventoryIsWhole reports whether all packages of a good are known. That advisories do not
// apply means that nothing was found to match: without this, nobody may have looked.
func (e evaluation) inventoryIsWhole() bool {
	m := e.measure(observation.InventoryPackages)
	return m.State == observation.Measured && m.Bound == observation.Exact
}

// sentence tells what was counted, what was not, and what was wanted.
func (w findingsTest) sentence(sure, open, passed int, high float64, m observation.Measure, named []string) string {
	text := fmt.Sprintf("Open advisories%s: ", w.kind())
	if high > float64(sure) {
		text += "at least "
	}
	text += fmt.Sprintf("%d; wanted at most %s.", sure, formatValue(w.atMost))
	if len(named) > 0 {
		rest := ""
		if more := len(named) - mostNamed; more > 0 {
			named, rest = named[:mostNamed], fmt.Sprintf(" and %d more", more)
		}
		text += " They are " + strings.Join(named, ", ") + rest + "."
	}
	if open > 0 {
		text += fmt.Sprintf(" Of %d more it is not known whether they count.", open)
	}
	if math.IsInf(high, 1) {
		text += " Not every package could be matched"
		if m.Cause != "" {
			text += " (" + strings.ReplaceAll(string(m.Cause), "-", " ") + ")"
		}
		text += "."
	}
	if passed > 0 {
		text += fmt.Sprintf(" Excepted by the policy: %d.", passed)
	}
	return text
}

// kind describes which advisories are counted.
func (w findingsTest) kind() string {
	var parts []string
	if len(w.severities) > 0 {
		var names []string
		for _, severity := range w.severities {
			names = append(names, string(severity))
		}
		parts = append(parts, strings.Join(names, " or "))
	}
	for _, c := range []struct {
		on   bool
		word string
	}{{w.direct, "in direct dependencies"}, {w.fixable, "with a fix"}, {w.exploited, "known to be exploited"}, {w.malicious, "malicious packages"}} {
		if c.on {
			parts = append(parts, c.word)
		}
	}
	if w.days > 0 {
		parts = append(parts, "public for more than "+formatValue(w.days)+" days")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// excepts reports whether an exception names one of the advisories of a vulnerability.
func (w findingsTest) excepts(group []observation.Finding, asOf time.Time) bool {
	return slices.ContainsFunc(w.excepted, func(e exception) bool {
		if !e.until.IsZero() && !asOf.Before(e.until.AddDate(0, 0, 1)) {
			return false
		}
		return slices.ContainsFunc(group, func(f observation.Finding) bool {
			return f.Advisory == e.advisory || slices.Contains(f.Aliases, e.advisory)
		})
	})
}

// matches reports whether a vulnerability is one of those that are counted.
func (w findingsTest) matches(group []observation.Finding, asOf time.Time) kleene.Truth {
	answers := []kleene.Truth{severityAmong(group, w.severities)}
	some := func(holds func(observation.Finding) kleene.Truth) {
		var each []kleene.Truth
		for _, f := range group {
			each = append(each, holds(f))
		}
		answers = append(answers, kleene.Any(each...))
	}
	if w.direct {
		some(func(f observation.Finding) kleene.Truth {
			if f.Package.Relation == "" {
				return kleene.Unknown
			}
			return kleene.Of(f.Package.Relation == observation.Direct)
		})
	}
	if w.fixable {
		some(func(f observation.Finding) kleene.Truth { return kleene.Of(f.FixedIn != "") })
	}
	if w.malicious {
		some(func(f observation.Finding) kleene.Truth { return kleene.Of(f.Malicious) })
	}
	if w.exploited {
		some(func(f observation.Finding) kleene.Truth {
			if f.Exploited == nil {
				return kleene.Unknown
			}
			return kleene.Of(*f.Exploited)
		})
	}
	if w.days > 0 {
		some(func(f observation.Finding) kleene.Truth {
			if f.Published.IsZero() {
				return kleene.Unknown
			}
			return kleene.Of(asOf.Sub(f.Published).Hours()/24 > w.days)
		})
	}
	return kleene.All(answers...)
}

// severityAmong reports whether a vulnerability has one of the severities. Where one of
// its advisories has a severity, those without one do not count.
func severityAmong(group []observation.Finding, wanted []observation.Severity) kleene.Truth {
	if len(wanted) == 0 {
		return kleene.True
	}
	result := kleene.Unknown
	for _, f := range group {
		switch {
		case slices.Contains(wanted, f.Severity):
			return kleene.True
		case f.Severity.IsRated():
			result = kleene.False
		}
	}
	return result
}
