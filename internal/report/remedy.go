package report

import (
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/licenselist"
	"github.com/midspan/midspan/internal/observation"
)

// HoldRemedies holds the remedies of Scorecard's checks against the measures of the same
// repository: what a measure finds done is not asked for. Scorecard looks for a file of a
// certain name where a measure reads what stands in it.
func HoldRemedies(checks []observation.Check, measures []observation.Measure) []observation.Check {
	held := slices.Clone(checks)
	for i := range held {
		if check := &held[i]; check.State == observation.Measured && check.Score < 10 && check.Remedy != "" {
			hold(check, measures)
		}
	}
	return held
}

// WithReasons gives the measures of checks the reasons that HoldRemedies completed, so that
// one report does not say two things of one file. Of several repositories, those of one.
func WithReasons(measures []observation.Measure, repository string, checks, held []observation.Check) []observation.Measure {
	measures = slices.Clone(measures)
	for i := range measures {
		m := &measures[i]
		name, ofCheck := strings.CutPrefix(m.ID, observation.PosturePrefix)
		if !ofCheck {
			continue
		}
		at := slices.IndexFunc(checks, func(c observation.Check) bool { return strings.ToLower(c.Name) == name })
		if at >= 0 && m.Detail == checks[at].Reason && (m.Repository == "" || m.Repository == repository) {
			m.Detail = held[at].Reason
		}
	}
	return measures
}

func hold(check *observation.Check, measures []observation.Measure) {
	yes := func(id string) bool {
		value, _ := measureIn(measures, id).Value.(bool)
		return value
	}
	switch check.Name {
	case "License":
		names, _ := measureIn(measures, observation.LicenseSPDX).List()
		if where := measureIn(measures, observation.LicenseFile).Detail; yes(observation.LicenseFile) && check.Score == 0 && where != "" {
			check.Reason += "; there is one that Scorecard does not look for: " + where
		}
		switch {
		case !yes(observation.LicenseFile):
		case len(names) > 0 && check.Score > 0 && slices.ContainsFunc(names, hasOtherTerms):
			check.Reason += "; beside a known licence, the text holds terms of its own"
			check.Remedy = "Use the unchanged text of the licence, so that tools recognise it, and keep what is added in a file of its own."
		case len(names) > 0 && check.Score > 0:
			check.Remedy = ""
			check.Reason += "; the text is read here as " + strings.Join(names, ", ") + ", and Scorecard goes by the file's name: nothing is left to do"
		case len(names) > 0:
			check.Remedy = "Move the licence's text to LICENSE at the root, where Scorecard and forges look for it."
		case check.Score > 0:
			check.Remedy = "Use the unchanged text of the licence, so that tools recognise it, and keep what is added in a file of its own."
		}
	case "Security-Policy":
		switch {
		case !yes(observation.GovernanceSecurityPolicy):
		case check.Score > 0:
			check.Remedy = "Complete the security policy: by which address or link to tell of a vulnerability, and when to expect an answer."
		default:
			check.Remedy = "Move the security policy to SECURITY.md at the root, in .github or in docs, where Scorecard and forges look for it."
		}
	case "Maintained":
		if yes(observation.LifecycleSunsetDeclared) {
			check.Remedy = ""
			check.Reason += "; its end is declared"
		}
	}
}

// hasOtherTerms reports a licence that a text was added to, or that a clause restricts.
func hasOtherTerms(name string) bool {
	return strings.Contains(name, licenselist.AddedTerms) || strings.Contains(name, licenselist.Restricted)
}

// measureIn returns the measure of an id, or one without a value.
func measureIn(measures []observation.Measure, id string) observation.Measure {
	if m, ok := observation.Find(measures, id); ok && m.State == observation.Measured {
		return m
	}
	return observation.Measure{}
}
