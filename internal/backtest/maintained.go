package backtest

import (
	"time"

	"github.com/ossf/scorecard/v5/checker"
)

// OpenSSF Scorecard's check Maintained counts the commits of 90 days and gives
// all ten points for one a week.
const (
	maintainedDays = 90
	maintainedFull = maintainedDays / 7
)

// maintained is the commit half of Maintained at a time, 0 to 10, by
// Scorecard's own arithmetic. Like Scorecard it counts every commit, of people
// and of bots, and merges too. Its other half, issues, no mirror holds.
func maintained(h History, at time.Time) int {
	recent := h.AllCommits(at.AddDate(0, 0, -maintainedDays), at)
	return checker.CreateProportionalScore(min(recent, maintainedFull), maintainedFull)
}
