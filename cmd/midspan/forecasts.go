package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/forecast"
	"github.com/midspan/midspan/internal/pipeline"
)

func (a *app) forecastsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forecasts",
		Short: "Show what earlier runs foretold, and how much of it came true",
		Long: `Each run seals in the store how likely each good is to be silent in the 13th to
the 18th month after it. Forecasts shows the record of the newest run: what was
sealed before it, what came due, and how it came true. It checks the whole chain
of seals: one that was changed or dropped ends in exit code 3.

` + exitHelp,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
				record, err := p.Forecasts(ctx)
				if err != nil {
					return err
				}
				if record.Broken != "" {
					a.gaps = 1
				}
				return a.printResult(record, func(w io.Writer) error { return writeRecord(w, record) })
			})
		},
	}
}

func writeRecord(w io.Writer, r forecast.Record) error {
	var s strings.Builder
	switch {
	case r.Broken != "":
		fmt.Fprintf(&s, "The record does not hold, and nothing is scored: %s.\n", r.Broken)
	case r.Seals == 0:
		s.WriteString("No forecast was sealed before the newest run: none is due yet.\n")
	default:
		fmt.Fprintf(&s, "%s sealed in %s since %s.\n", counted(r.Forecasts, "forecast", "forecasts"), counted(r.Seals, "run", "runs"), r.Since)
		if r.Late > 0 {
			fmt.Fprintf(&s, "Never scored, since the mirror was seen more than seven days before: %d.\n", r.Late)
		}
		if r.Due == 0 {
			s.WriteString("None is due yet.")
		} else {
			fmt.Fprintf(&s, "Due: %d, of which %d cannot be told yet.", r.Due, r.Open)
		}
		if r.NextDue != "" {
			fmt.Fprintf(&s, " The next come due on %s.", r.NextDue)
		}
		fmt.Fprintf(&s, "\nThe record rests on the seal %s.\n", r.Digest)
	}
	if r.Score != nil {
		writeScore(&s, *r.Score)
	}
	return writeTrimmed(w, s.String())
}

func writeScore(s *strings.Builder, score forecast.Score) {
	fmt.Fprintf(s, "\n%d of %d became silent.\n", score.Silent, score.Scored)
	fmt.Fprintf(s, "%-34s %6.3f (%.3f for who gives all the share that became silent)\n", "Brier score, 0 is best", score.Brier, score.Constant)
	for _, one := range []struct {
		name string
		area *float64
	}{
		{"AUC of the risk, 0.5 is chance", score.Risk},
		{"of days since the last commit", score.DaysSinceCommit},
		{"of active months of the last 12", score.ActiveMonths12},
	} {
		if one.area != nil {
			fmt.Fprintf(s, "%-34s %6.3f\n", one.name, *one.area)
		}
	}
	fmt.Fprintf(s, "\n%-10s %8s %10s %8s\n", "level", "scored", "foretold", "silent")
	for _, level := range score.Calibration {
		fmt.Fprintf(s, "%-10s %8d %9.0f%% %8d\n", level.Level, level.Scored, 100*level.Foretold, level.Silent)
	}
}
