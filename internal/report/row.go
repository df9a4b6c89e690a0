package report

import (
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/serves"
)

// Row is a good in the table of all goods, in no language yet.
type Row struct {
	Good
	Supports   [4]assess.Pillar
	LastCommit Day // of the last human commit
	Findings   Tally
}

// Unread reports whether no repository of the good was read; Why is the cause.
func (r Row) Unread() bool { return r.Findings.Read == 0 }

func (r Row) Why() observation.Cause {
	for _, scan := range r.Scans {
		if scan.Failure != nil {
			return scan.Failure.Cause
		}
	}
	if len(r.Scans) == 0 {
		return observation.CauseNoRepository
	}
	return ""
}

// NewRow cleans what it shows of a good, whose findings were counted before.
func NewRow(good Good, findings Tally) Row {
	shown := cleanCopy(stripped(good))
	r := Row{Good: shown, Supports: InOrder(shown.Verdict.Supports), Findings: findings}
	r.LastCommit = LastCommitDay(good)
	return r
}

// stripped keeps of a good what the portfolio page shows, so that a page of
// many goods is made in little memory.
func stripped(good Good) Good {
	kept := Good{Good: catalog.Good{ID: good.ID, Name: good.Name, Notes: good.Notes, SDGs: good.SDGs, Sectors: good.Sectors,
		DeploymentCountries: good.DeploymentCountries, Licenses: good.Licenses}, Verdict: good.Verdict, Succession: good.Succession,
		Functions: functions.SeenIn(good.Measures), Facts: serves.FactsIn(good.Measures), Replays: good.Replays}
	kept.Types = good.Types
	for _, o := range good.Organizations {
		kept.Organizations = append(kept.Organizations, catalog.Organization{Name: o.Name, Role: o.Role})
	}
	for _, answer := range good.Policies {
		kept.Policies = append(kept.Policies, PolicyAnswer{Policy: answer.Policy, Outcome: answer.Outcome, Marks: marksOf(answer.Conditions)})
	}
	kept.Verdict.Coverage.Gaps, kept.Verdict.FundingSources, kept.Verdict.Backing.Sources = nil, nil, nil
	kept.Verdict.Remarks, kept.Verdict.RemarkMessages = nil, nil
	if kept.Verdict.Stage != assess.MessyMiddle {
		kept.Verdict.BecauseMessages = nil
		kept.Verdict.Reasons, kept.Verdict.Lift, kept.Verdict.LiftMessages = nil, nil, nil
		bare := func(p *assess.Pillar) { p.Reasons = nil }
		kept.Verdict.Supports = each(kept.Verdict.Supports, bare)
		bare(&kept.Verdict.Load)
	}
	for _, scan := range good.Scans {
		kept.Scans = append(kept.Scans, Scan{Repository: scan.Repository, Outcome: scan.Outcome, Failure: scan.Failure, MovedTo: scan.MovedTo})
	}
	return kept
}

// fullRows is how many goods of each part of the messy middle keep all that a page can say
// of them: more than any page shows.
const fullRows = 50

// Lighten drops of the goods of the messy middle that stand far down its ranking what only a
// page says of the first ones. What lists say of them stays.
func Lighten(rows []Row) {
	places := map[string]int{}
	var goods []Good
	for i, r := range rows {
		if r.Verdict.Stage == assess.MessyMiddle && r.Verdict.LiftMessages != nil {
			places[r.ID] = i
			goods = append(goods, r.Good)
		}
	}
	loaded, light := SplitByLoad(RankMiddle(goods))
	for _, part := range [][]Good{loaded, light} {
		for _, good := range part[min(fullRows, len(part)):] {
			v := &rows[places[good.ID]].Verdict
			v.BecauseMessages, v.LiftMessages = nil, nil
			v.Reasons, v.Load.Reasons = plainReasons(v.Reasons), plainReasons(v.Load.Reasons)
			for i := range v.Supports {
				v.Supports[i].Reasons = plainReasons(v.Supports[i].Reasons)
			}
			rows[places[good.ID]].Supports = InOrder(v.Supports)
		}
	}
}

// plainReasons keep what orders and says them in English.
func plainReasons(reasons []assess.Reason) []assess.Reason {
	plain := make([]assess.Reason, len(reasons))
	for i, r := range reasons {
		plain[i] = assess.Reason{Rule: r.Rule, Sentence: r.Sentence, Concern: r.Concern, Strength: r.Strength}
	}
	return plain
}

// Day is a day, or one that a day is not before (AtLeast) or not after (AtMost). The zero
// one is unknown.
type Day struct {
	time.Time
	Bound observation.Bound
}

// LastCommitDay returns the day of the last human commit, from the days that lie
// between it and the measure's time: at most so many days ago is that day or a later one.
func LastCommitDay(good Good) Day {
	m, _ := observation.Find(good.Measures, observation.MomentumDaysSinceCommit)
	days, ok := m.Number()
	if !ok || m.At.IsZero() {
		return Day{}
	}
	turned := map[observation.Bound]observation.Bound{observation.AtMost: observation.AtLeast, observation.AtLeast: observation.AtMost}
	return Day{m.At.UTC().AddDate(0, 0, -int(days)), turned[m.Bound]}
}

// DayText writes a day with its bound.
func (w Localizer) DayText(d Day) string {
	switch {
	case d.IsZero():
		return w.Translate("unknown")
	case d.Bound == observation.AtLeast:
		return w.Translate("{day} or later", "day", d.Time)
	case d.Bound == observation.AtMost:
		return w.Translate("{day} or earlier", "day", d.Time)
	}
	return w.Date(d.Time)
}
