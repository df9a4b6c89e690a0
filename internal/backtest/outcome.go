package backtest

import "time"

// Outcome is a question that a reader asks of the future.
type Outcome string

// The outcomes.
const (
	// Silent: nobody committed in months 12 to 18.
	Silent Outcome = "silent"
	// SilentToEnd: nobody committed from month 12 to the end of what is known.
	SilentToEnd Outcome = "silent-to-the-end"
	// TeamGone: of those with a commit in the 12 months before, nobody committed in
	// months 12 to 18.
	TeamGone Outcome = "team-gone"
	// LittleWork: fewer than 12 commits in months 6 to 18.
	LittleWork Outcome = "little-work"
)

// The windows of the outcomes, in months after the point.
const (
	halfYear    = 6
	silentAfter = 12
	teamMonths  = 12
)

// littleWork is the number of commits in a year, one a month, below which little is done.
const littleWork = 12

// Outcomes are what came after one point.
type Outcomes struct{ Silent, SilentToEnd, TeamGone, LittleWork bool }

// outcomes reads what came after a time, in a history that is known until end.
func outcomes(h History, at, end time.Time) Outcomes {
	year, last := MonthsFrom(at, silentAfter), MonthsFrom(at, monthsBack)
	_, stayed := h.Stayed(MonthsFrom(at, -teamMonths), at, year, last)
	return Outcomes{
		Silent:      h.HumanCommits(year, last) == 0,
		SilentToEnd: h.HumanCommits(year, end) == 0,
		TeamGone:    stayed == 0,
		LittleWork:  h.HumanCommits(MonthsFrom(at, halfYear), last) < littleWork,
	}
}

// of is one of the outcomes.
func (o Outcomes) of(outcome Outcome) bool {
	switch outcome {
	case SilentToEnd:
		return o.SilentToEnd
	case TeamGone:
		return o.TeamGone
	case LittleWork:
		return o.LittleWork
	default:
		return o.Silent
	}
}
