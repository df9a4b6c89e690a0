package site

import (
	"slices"
	"strconv"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/wording"
)

// inShort is the first row: the stage, the load, what is weak, and the risk.
func (c columnBuilder) inShort() cell {
	v := c.good.Verdict
	short := cell{Text: language.Upper(c.StageName(v.Stage)), Notes: []string{c.Translate("load: {level}", "level", c.LevelText(v.Load))}}
	if weak := lackingSupports(v); len(weak) > 0 {
		short.Notes = append(short.Notes, c.Translate("weak: {list}", "list", language.List(weak...)))
	}
	if risk := c.riskCell(v.Risk); risk.Score != "" {
		short.Notes = append(short.Notes, c.Translate("risk that work stops: {risk}", "risk", risk.Text))
	}
	if n := c.tally.Exploited; n > 0 {
		short.Notes = append(short.Notes, c.Translate("{n|weakness is|weaknesses are} known to be exploited", "n", n))
	}
	return short
}

// policyRow is the row of a policy: by its place, for its id may be any text.
func policyRow(i int) string { return "policy-" + strconv.Itoa(i) }

// policies fills the rows of the policies of the run.
func (c columnBuilder) policies() {
	for i, answer := range c.answers {
		shown := cell{Text: c.outcomeText(answer.Outcome), Class: outcomeClass(answer.Outcome),
			Unknown: answer.Outcome == policy.Unknown, Key: string(answer.Outcome)}
		if at := slices.IndexFunc(c.good.Policies, func(p report.PolicyAnswer) bool { return p.Policy == answer.ID }); at >= 0 {
			for _, condition := range c.good.Policies[at].Conditions {
				if condition.Outcome == policy.Fail {
					shown.Notes = append(shown.Notes, condition.Because)
				}
			}
		}
		if shown.Unknown && len(shown.Notes) == 0 {
			shown.Notes = []string{c.Translate("too little could be read to say")}
		}
		c.cells[policyRow(i)] = shown
	}
}

// valueText writes a measure's value; a long time in years.
func (c columnBuilder) valueText(m observation.Measure) string {
	if days, known := m.Number(); known && m.Unit == "days" {
		return c.TranslateMessage(wording.Days(days, m.Bound))
	}
	return c.MeasureText(m)
}
