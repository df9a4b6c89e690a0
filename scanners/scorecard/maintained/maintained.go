// Package maintained scores a history by the commit half of OpenSSF
// Scorecard's check Maintained. It is a scanner apart from the file checks,
// because its result changes with the day and theirs does not.
//
// Scorecard's own check reads the wall clock, the archived flag and issues,
// none of which a mirror has. This is a variant, and every text that it
// writes names it as one: the same 90 days and the same full score at a commit a
// week, counted back from the time of the scan.
package maintained

import (
	"context"
	"fmt"
	"time"

	"github.com/ossf/scorecard/v5/checker"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

const (
	name   = "Maintained"
	docURL = "https://github.com/ossf/scorecard/blob/v5.5.0/docs/checks.md#maintained"

	windowDays  = 90
	fullCommits = windowDays / 7
	// maxOlderInARow is how many commits in a row before the window end the search:
	// git lists the newest first, but for clocks that ran wrong.
	maxOlderInARow = 500
)

var definition = observation.Definition{
	ID: observation.PostureMaintained, Name: "Scorecard: " + name, Kind: observation.KindNumber,
	Unit: observation.UnitPointsOf10, Merge: observation.MergeMain,
	Means: "Midspan's variant of OpenSSF Scorecard's check Maintained: commits in the 90 days before the time of observation, " +
		"ten points for twelve or more; issues and the archived flag, which a mirror does not hold, neither give nor take; of the main repository.",
	Reference: docURL,
}

// Scanner implements scanners.Scanner. The zero value is ready.
type Scanner struct{}

var _ scanners.Scanner = Scanner{}

// Name implements scanners.Scanner.
func (Scanner) Name() string { return "scorecard/maintained" }

// Version implements scanners.Scanner.
func (Scanner) Version() string { return "1" }

// Configuration implements scanners.Scanner; there is none.
func (Scanner) Configuration() string { return "" }

// DependsOnTime implements scanners.Scanner: the window ends at Input.At.
func (Scanner) DependsOnTime() bool { return true }

// Wants implements scanners.Scanner: history alone is read.
func (Scanner) Wants(gitrepo.File) gitrepo.Want { return gitrepo.Unwanted }

// Definitions implements scanners.Scanner.
func (Scanner) Definitions() []observation.Definition {
	return []observation.Definition{definition}
}

// Scan implements scanners.Scanner. It returns an error only where ctx ended.
func (s Scanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	check := checkMaintained(ctx, in)
	measure := definition.UnknownFor(check.Cause, check.Reason)
	switch check.State {
	case observation.Measured:
		measure = definition.Of(check.Score, "the history of commit "+in.Snapshot.Commit(), in.At)
		measure.Detail = check.Reason
	case observation.NotApplicable:
		measure = definition.NotApplicableFor(check.Reason)
	}
	return observation.Observation{
		Scanner: s.Name(), Version: s.Version(),
		Measures: []observation.Measure{measure}, Checks: []observation.Check{check},
	}, ctx.Err()
}

const fetchWhole = "Fetch the mirror again with its whole history."

func checkMaintained(ctx context.Context, in scanners.Input) observation.Check {
	check := observation.Check{Name: name, State: observation.Unknown, DocURL: docURL}
	if in.Snapshot.Shallow() {
		check.Cause, check.Reason, check.Remedy = observation.CauseMissingObjects, "the history of the mirror is cut", fetchWhole
		return check
	}
	recent, older, err := countRecent(ctx, in.Snapshot, in.At)
	day := in.At.UTC().Format(time.DateOnly)
	switch {
	case err != nil:
		check.Cause, check.Reason, check.Remedy = gitrepo.CauseOf(err), err.Error(), fetchWhole
	case recent == 0 && !older:
		check.Cause, check.Reason = observation.CauseNoSource, "no commit before "+day
	case !older:
		check.State, check.Reason = observation.NotApplicable, fmt.Sprintf("the history is younger than %d days at %s", windowDays, day)
	default:
		check.State = observation.Measured
		check.Score = checker.CreateProportionalScore(min(recent, fullCommits), fullCommits)
		check.Reason = fmt.Sprintf("%s in the %d days before %s (Midspan's variant: commits only; issues and the archived flag were not read)",
			commitCount(recent), windowDays, day)
		if check.Score < checker.MaxResultScore {
			check.Remedy = "Finished software may rest: then say so in the README. Otherwise invite people who can merge."
		}
	}
	return check
}

// commitCount is the text of a count that stops at the full score.
func commitCount(n int) string {
	switch {
	case n >= fullCommits:
		return fmt.Sprintf("%d commits or more", fullCommits)
	case n == 1:
		return "1 commit"
	}
	return fmt.Sprintf("%d commits", n)
}

// countRecent counts the commits of the window before at, up to the number
// that decides, and reports whether there is an older one. Like Scorecard it
// counts every commit, of people and of bots, and merges too.
func countRecent(ctx context.Context, snapshot *gitrepo.Snapshot, at time.Time) (recent int, older bool, err error) {
	since := at.AddDate(0, 0, -windowDays)
	outside := 0
	for committed, err := range snapshot.CommitTimes(ctx) {
		if err != nil {
			return recent, older, err
		}
		switch {
		case committed.IsZero() || committed.After(at):
			continue
		case committed.Before(since):
			older = true
			outside++
		default:
			recent++
			outside = 0
		}
		if older && (recent >= fullCommits || outside >= maxOlderInARow) {
			break
		}
	}
	return recent, older, nil
}
