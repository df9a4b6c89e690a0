package live

import (
	"fmt"
	"slices"
	"sync"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/checks"
	docs "github.com/ossf/scorecard/v5/docs/checks"
	full "github.com/ossf/scorecard/v5/pkg/scorecard"

	"github.com/midspan/midspan/internal/observation"
)

// matchedLater is why the check Vulnerabilities is unknown until WithAdvisories.
const matchedLater = "it comes from the match of the packages with the advisories"

// WithAdvisories returns the measures of a repository with the check Vulnerabilities made of
// the findings of the match, where Scorecard was asked in full: Scorecard asks OSV itself,
// with the same packages.
func WithAdvisories(all []observation.Measure, findings []observation.Finding) []observation.Measure {
	id := measureID(checks.CheckVulnerabilities)
	at := slices.IndexFunc(all, func(m observation.Measure) bool { return m.ID == id })
	matched, known := observation.Find(all, observation.AdvisoriesFindings)
	if at < 0 || all[at].Detail != matchedLater || !known {
		return all
	}
	all = slices.Clone(all)
	definition := observation.Definition{ID: id, Unit: observation.UnitPointsOf10}
	switch matched.State {
	case observation.Unknown:
		all[at] = definition.UnknownFor(matched.Cause, matched.Detail)
	case observation.NotApplicable:
		all[at] = definition.NotApplicableFor(matched.Detail)
	default:
		n := countVulnerabilities(findings)
		all[at] = definition.Of(max(0, checker.MaxResultScore-n), "Scorecard's check over "+matched.Source, matched.At)
		all[at].Detail = fmt.Sprintf("%d existing vulnerabilities detected", n)
		if matched.Bound == observation.AtLeast {
			all[at].Bound = observation.AtMost
		}
	}
	return withScore(all)
}

// countVulnerabilities counts as Scorecard does: each once, however many packages have it, and
// none of Go's own library.
func countVulnerabilities(findings []observation.Finding) int {
	var counted []observation.Finding
	for _, f := range findings {
		if f.Package.Ecosystem != "Go" || f.Package.Name != "stdlib" {
			f.Package = observation.Package{}
			counted = append(counted, f)
		}
	}
	return len(observation.Groups(counted))
}

// documentation holds the risk class of each check.
var documentation = sync.OnceValues(docs.Read)

// withScore sets Scorecard's aggregate over its checks that are measured, but for those that
// it calls experimental. Where some are bounds on one side the aggregate is one too.
func withScore(all []observation.Measure) []observation.Measure {
	at := slices.IndexFunc(all, func(m observation.Measure) bool { return m.ID == observation.PostureFullScore })
	if at < 0 {
		return all
	}
	var judged []checker.CheckResult
	counted, bounds, sample := 0, map[observation.Bound]bool{}, observation.Measure{}
	for _, c := range every() {
		if c.experimental {
			continue
		}
		counted++
		m, _ := observation.Find(all, measureID(c.name))
		if n, measured := m.Number(); measured {
			judged = append(judged, checker.CheckResult{Name: c.name, Score: int(n)})
			bounds[m.Bound] = true
			if c.name != checks.CheckVulnerabilities {
				sample = m
			}
		}
	}
	definition := observation.Definition{ID: observation.PostureFullScore, Unit: observation.UnitPointsOf10}
	documented, err := documentation()
	if err != nil || len(judged) == 0 {
		all[at] = definition.UnknownFor(observation.CauseNoSource, "no check could be judged")
		return all
	}
	value, err := (&full.Result{Checks: judged}).GetAggregateScore(documented)
	if err != nil {
		all[at] = definition.UnknownFor(observation.CauseScannerFailed, observation.OneLine(err.Error()))
		return all
	}
	all[at] = definition.Of(float64(int(value*10+0.5))/10, sample.Source, sample.At)
	all[at].Detail = fmt.Sprintf("%d of the %d checks that Scorecard's own score is made of", len(judged), counted)
	switch {
	case bounds[observation.AtLeast] && bounds[observation.AtMost]:
		all[at].Detail += "; some are at least so high, others at most"
	case bounds[observation.AtLeast]:
		all[at].Bound = observation.AtLeast
	case bounds[observation.AtMost]:
		all[at].Bound = observation.AtMost
	}
	return all
}
