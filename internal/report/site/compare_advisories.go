package site

import (
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// advisories fills the rows of what is open.
func (c columnBuilder) advisories() {
	t := c.tally
	open := cell{Text: c.TallyText(t), Notes: []string{c.TallyBasis(t)}}
	switch {
	case t.Read == 0:
		open = c.unread()
	case t.Kind() == "unknown":
		open = c.measure(observation.AdvisoriesFindings)
	}
	c.cells["advisories"], c.cells["severity"], c.cells["exploited"] = open, open, c.exploited(open)
	c.cells["fix"] = c.measure(observation.AdvisoriesOldestFixableDays)
	if t.N > 0 {
		c.cells["severity"] = cell{Text: c.severities()}
	}
}

// exploited shows how many of the open weaknesses are known to be exploited. That none is,
// is known only where everything could be matched.
func (c columnBuilder) exploited(open cell) cell {
	t := c.tally
	n := t.ExploitedCount()
	switch {
	case open.Unknown:
		return open
	case n == nil && t.N > 0 && !t.ExploitationKnown:
		return c.unknown(c.Translate("no list of exploited weaknesses was read"))
	case n == nil:
		return c.unknown(c.Translate("not every package could be read and matched"))
	case *n > 0 && !t.Exact:
		return cell{Text: c.Translate("at least {n}", "n", *n)}
	case *n > 0:
		return cell{Text: c.Number(float64(*n))}
	case t.N > 0:
		return cell{Text: c.Translate("none of them"), Key: "none"}
	}
	return cell{Text: c.Translate("none"), Key: "none"}
}

// severities counts what is open by the worst rating of each weakness. What the maintainer
// answered is not open.
func (c columnBuilder) severities() string {
	var findings []observation.Finding
	for _, f := range report.GatherFindings(c.good) {
		findings = append(findings, f.Finding)
	}
	n := map[observation.Severity]int{}
	for _, group := range observation.Groups(findings) {
		if slices.ContainsFunc(group, observation.Finding.IsAnswered) {
			continue
		}
		worst := group[0].Severity
		for _, f := range group {
			if f.Severity.Compare(worst) < 0 {
				worst = f.Severity
			}
		}
		n[worst]++
	}
	var result []any
	for _, severity := range observation.Severities() {
		if n[severity] > 0 {
			result = append(result, language.M("{n} {severity}", "n", n[severity], "severity", c.SeverityName(severity)))
		}
	}
	return c.Translate("{list}", "list", language.List(result...))
}
