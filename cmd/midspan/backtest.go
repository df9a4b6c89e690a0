package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
)

const backtestHelp = `Backtest puts the clock 18 months before the end of what the mirrors know, and on
in steps to the beginning of each. At each time at which a repository was alive,
it reads the risk from the history that was there by then, and looks what came
after: whether nobody committed in months 12 to 18, nobody until the end, nobody
of those who were at work then, or fewer than 12 commits came in months 6 to 18.
Beside the risk stand baselines on the very same points: days since the last
commit, active months of the last 12, the commit half of OpenSSF Scorecard's
Maintained, and the part of the LFX Insights health score that git holds. With
--functions stand beside them how many functions of the upkeep one person alone
carried, and their share; that compares the trees of the whole history.

With --stages it puts the clock 12, 18 and 24 months back, gives each repository
the stage that history and files of that day allow, and tabulates what became of
the repositories of each stage. Strained and messy middle stand on one step: a row
holds both together. With --advisories beside it, naming a database, it replays the
lockfiles of the two years before the end and asks who left serious fixes open for
a year. That costs more than all the rest.

The end is the same for all mirrors: --as-of, or the last day by which four in
five of them had been seen. Mirrors that were seen last before it are left out.

Without a catalog and without URLs it looks back on the repositories of the
newest run; where there is none, on the embedded sample.

`

func (a *app) backtestCommand() *cobra.Command {
	var o pipeline.BacktestOptions
	var stages bool
	command := &cobra.Command{
		Use:   "backtest [URL...]",
		Short: "Ask what the risk and the stages were worth in the past: what became of whom",
		Long:  backtestHelp + exitHelp,
		Example: `  midspan backtest --catalog goods.csv --mirror '/srv/mirrors/{owner}+{name}' --offline
  midspan backtest --stages --catalog goods.csv --as-of 2026-06-30
  midspan backtest --stages --advisories osv/ --catalog goods.csv --offline`,
		RunE: func(cmd *cobra.Command, urls []string) error {
			switch {
			case o.Step < 1 || o.Draws < 0 || o.Seen < 1 || o.Seen > 100:
				return usageError{errors.New("--every takes 1 month or more, --draws 0 or more, --seen 1 to 100")}
			case stages && o.Against != "":
				return usageError{errors.New("--against compares the risk of two files of rules; it has no --stages")}
			}
			return a.withPipeline(cmd, urls, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
				if stages {
					return a.backtestStages(ctx, p, urls, o)
				}
				found, err := p.Backtest(ctx, urls, o)
				if err != nil {
					return err
				}
				a.gaps = len(found.Unread)
				return a.printResult(found, func(w io.Writer) error { return writeBacktest(w, found) })
			})
		},
	}
	flags := command.Flags()
	flags.IntVar(&o.Step, "every", 6, "months between the times at which the past is asked for the risk")
	flags.IntVar(&o.Draws, "draws", 2000, "sets of owners that are drawn for an interval")
	flags.Uint64Var(&o.Seed, "seed", 1, "decides the draws; the same seed gives the same intervals")
	flags.IntVar(&o.Seen, "seen", 80, "percent of the mirrors that must have been seen at the common end")
	flags.StringVar(&o.Against, "against", "", "a file of rules whose risk is compared with, on the same points")
	flags.BoolVar(&stages, "stages", false, "tabulate by stage what became of the repositories")
	return command
}

// writeLooked writes what a backtest looked at, and the gaps.
func writeLooked(s *strings.Builder, l pipeline.Looked, repositories, seenAfterPush int) {
	fmt.Fprintf(s, "%s read", counted(repositories, "repository", "repositories"))
	if l.End != "" {
		fmt.Fprintf(s, ", all until %s.\nMirrors that looked a day or more after their newest commit: %d", l.End, seenAfterPush)
	}
	s.WriteString(".\n")
	if l.LeftOut > 0 {
		fmt.Fprintf(s, "Left out: %s last seen before that day.\n", counted(l.LeftOut, "mirror", "mirrors"))
	}
	for _, cause := range slices.Sorted(maps.Keys(l.Unread)) {
		fmt.Fprintf(s, "  gap: repositories not read: %s: %d\n", cause, l.Unread[cause])
	}
}

func writeBacktest(w io.Writer, b pipeline.BacktestResult) error {
	n := b.Numbers
	var s strings.Builder
	writeLooked(&s, b.Looked, n.Repositories, n.SeenAfterPush)
	fmt.Fprintf(&s, "Every %s: %s of %s alive then, of %s.\n", counted(b.Step, "month", "months"),
		counted(n.Points, "point", "points"), counted(n.WithPoints, "repository", "repositories"), counted(n.Owners, "owner", "owners"))
	fmt.Fprintf(&s, "Silent 12 to 18 months later: %s of %s.\n",
		counted(n.Silent, "point", "points"), counted(n.SilentRepositories, "repository", "repositories"))
	if n.Unscored > 0 {
		fmt.Fprintf(&s, "Left out: %s at which the risk was unknown.\n", counted(n.Unscored, "time", "times"))
	}
	if n.Points == 0 {
		s.WriteString("Without points there is no result.\n")
		return writeTrimmed(w, s.String())
	}
	for _, c := range b.Comparisons {
		writeComparison(&s, c)
	}
	writeVerdicts(&s, b.Verdicts)
	writeCalibration(&s, b.Calibration)
	writeDraws(&s, b.Looked)
	return writeTrimmed(w, s.String())
}

func writeDraws(s *strings.Builder, l pipeline.Looked) {
	fmt.Fprintf(s, "\nIntervals of 95 %%: %d sets of owners drawn with replacement, seed %d.\n", l.Draws, l.Seed)
}

// outcomeQuestions are the outcomes as questions.
var outcomeQuestions = map[backtest.Outcome]string{
	backtest.Silent:      "nobody committed in months 12 to 18",
	backtest.SilentToEnd: "nobody committed from month 12 to the end",
	backtest.TeamGone:    "nobody of those at work then committed in months 12 to 18",
	backtest.LittleWork:  "fewer than 12 commits in months 6 to 18",
}

var predictorNames = map[backtest.Predictor]string{
	backtest.ByRisk:       "risk",
	backtest.ByAgainst:    "risk of the other rules",
	backtest.ByDays:       "days since the last commit",
	backtest.ByMonths:     "active months of the last 12",
	backtest.ByMaintained: "Scorecard Maintained, commits",
	backtest.ByInsights:   "LFX Insights health, git part",

	backtest.ByFunctions:        "functions on one person",
	backtest.ByFunctionShare:    "their share of functions carried",
	backtest.ByRiskAndFunctions: "risk with that share as a fourth",
}

func writeComparison(s *strings.Builder, c backtest.Comparison) {
	fmt.Fprintf(s, "\n%s", outcomeQuestions[c.Outcome])
	if c.Group == backtest.Recent {
		s.WriteString(",\nwhere the last commit was under 90 days old")
	}
	fmt.Fprintf(s, "\n%d of %s, of %s\n", c.Happened, counted(c.Points, "point", "points"), counted(c.Repositories, "repository", "repositories"))
	fmt.Fprintf(s, "%-34s %6s  %-14s %s\n", "told apart (0.5 is chance)", "AUC", "95 %", "risk ahead by")
	for _, one := range c.Scores {
		lead := ""
		if one.Lead != nil {
			lead = formatEstimate(*one.Lead)
		}
		fmt.Fprintf(s, "%-34s %s %s\n", predictorNames[one.Score], formatEstimate(one.AUC), lead)
	}
}

// writeTrimmed writes text without spaces at the ends of lines.
func writeTrimmed(w io.Writer, text string) error {
	for line := range strings.Lines(text) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

func writeVerdicts(s *strings.Builder, verdicts []backtest.Verdict) {
	fmt.Fprintf(s, "\n%-26s %7s  %-22s  %s\n", "warned of silence", "points", "precision, 95 %", "recall, 95 %")
	for _, v := range verdicts {
		name := fmt.Sprintf("%s, from %g", v.Level, v.From)
		if v.Level != assess.RiskHigh {
			name = fmt.Sprintf("%s or worse, from %g", v.Level, v.From)
		}
		fmt.Fprintf(s, "%-26s %7d %s  %s\n", name, v.Warned, formatEstimate(v.Precision), formatEstimate(v.Recall))
	}
}

func writeCalibration(s *strings.Builder, levels []backtest.Calibration) {
	fmt.Fprintf(s, "\n%-26s %7s %6s %7s  %s\n", "level", "points", "silent", "share", "95 %")
	for _, c := range levels {
		fmt.Fprintf(s, "%-26s %7d %6d  %s\n", c.Level, c.Points, c.Silent, formatEstimate(c.Share))
	}
}

// formatEstimate formats a number with its interval, in 22 columns.
func formatEstimate(e backtest.Estimate) string {
	value, interval := "none", ""
	if e.Value != nil {
		value = fmt.Sprintf("%.3f", *e.Value)
	}
	if e.Low != nil && e.High != nil {
		interval = fmt.Sprintf("%.2f to %.2f", *e.Low, *e.High)
	}
	return fmt.Sprintf("%6s  %-14s", value, interval)
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
