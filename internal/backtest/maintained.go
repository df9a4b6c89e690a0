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

// maintained is the part of Maintained that counts commits, at a time, 0 to 10,
// computed by Scorecard. Like Scorecard it counts every commit, of people and of bots,
// and merges too. The other part, issues, is in no mirror.
func maintained(h History, at time.Time) int {
	recent := h.AllCommits(at.AddDate(0, 0, -maintainedDays), at)
	return checker.CreateProportionalScore(min(recent, maintainedFull), maintainedFull)
}
