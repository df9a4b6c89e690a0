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

func (a *app) backtestCommand() *cobra.Command {
	var o pipeline.BacktestOptions
	command := &cobra.Command{
		Use:   "backtest [URL...]",
		Short: "Ask what the risk of the rules was worth in the past: who fell silent, and was it foretold",
		Long: `Backtest puts the clock 18 months before the end of what each mirror knows, and
on in steps to its beginning. At each time at which a repository was alive, it
reads the risk from the history that was there by then, and looks who fell
silent: nobody committed in months 12 to 18 after. Beside the risk stand two
baselines on the very same points: days since the last commit, and the commit
half of OpenSSF Scorecard's Maintained.

Without a catalog and without URLs it looks back on the repositories of the
newest run; where there is none, on the embedded sample.

` + exitHelp,
		Example: `  midspan backtest --catalog goods.csv --mirror '/srv/mirrors/{owner}+{name}' --offline`,
		RunE: func(cmd *cobra.Command, urls []string) error {
			if o.Step < 1 || o.Draws < 0 {
				return usageError{errors.New("--every takes 1 month or more, --draws 0 or more")}
			}
			return a.withPipeline(cmd, urls, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
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
	flags.IntVar(&o.Step, "every", 6, "months between the times at which the past is asked")
	flags.IntVar(&o.Draws, "draws", 2000, "sets of repositories that are drawn for an interval")
	flags.Uint64Var(&o.Seed, "seed", 1, "decides the draws; the same seed gives the same intervals")
	return command
}

func writeBacktest(w io.Writer, b pipeline.BacktestResult) error {
	n := b.Numbers
	var s strings.Builder
	fmt.Fprintf(&s, "%s read, every %s: %s of %d that were alive then.\n",
		counted(n.Repositories, "repository", "repositories"), counted(b.Step, "month", "months"), counted(n.Points, "point", "points"), n.WithPoints)
	fmt.Fprintf(&s, "Silent 12 to 18 months later: %s of %s.\n",
		counted(n.Silent, "point", "points"), counted(n.SilentRepositories, "repository", "repositories"))
	if n.Unscored > 0 {
		fmt.Fprintf(&s, "Left out: %s at which the risk was unknown.\n", counted(n.Unscored, "time", "times"))
	}
	for _, cause := range slices.Sorted(maps.Keys(b.Unread)) {
		fmt.Fprintf(&s, "  gap: repositories not read: %s: %d\n", cause, b.Unread[cause])
	}
	if n.Points == 0 {
		s.WriteString("Nothing can be said without points.\n")
		return writeTrimmed(w, s.String())
	}
	fmt.Fprintf(&s, "\n%-34s %6s  %-14s %6s\n", "told apart (0.5 is chance)", "AUC", "95 %", "risk ahead by")
	fmt.Fprintf(&s, "%-34s %s\n", "risk", formatEstimate(b.AUC.Risk))
	fmt.Fprintf(&s, "%-34s %s %s\n", "days since the last commit", formatEstimate(b.AUC.DaysSinceCommit), formatEstimate(b.Difference.DaysSinceCommit))
	fmt.Fprintf(&s, "%-34s %s %s\n", "Scorecard Maintained, commits", formatEstimate(b.AUC.Maintained), formatEstimate(b.Difference.Maintained))
	writeVerdicts(&s, b.Verdicts)
	writeCalibration(&s, b.Calibration)
	fmt.Fprintf(&s, "\nIntervals: %d sets of repositories drawn with replacement, seed %d.\n", b.Draws, b.Seed)
	return writeTrimmed(w, s.String())
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
	fmt.Fprintf(s, "\n%-26s %7s  %-22s  %s\n", "warned", "points", "precision, 95 %", "recall, 95 %")
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
