package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/report/unread"
	"github.com/midspan/midspan/internal/store"
)

func (a *app) scanCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "scan [URL...]",
		Short: "Read a catalog, scan its repositories and match their packages; judge nothing yet",
		RunE: func(cmd *cobra.Command, urls []string) error {
			return a.withPipeline(cmd, urls, func(ctx context.Context, p *pipeline.Pipeline, cfg config.Config) error {
				run, err := p.Begin(ctx, urls)
				if err != nil {
					return err
				}
				if err := p.Ask(ctx, run); err != nil {
					return err
				}
				if err := p.Scan(ctx, run); err != nil {
					return err
				}
				if err := p.Follow(ctx, run); err != nil {
					return err
				}
				if err := p.Match(ctx, run); err != nil {
					return err
				}
				return a.printStage(ctx, p, run, "scanned and matched; midspan assess judges it")
			})
		},
	}
}

func (a *app) assessCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "assess",
		Short: "Judge the goods of the last scanned run, for example after a change of rules",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, cfg config.Config) error {
				run, err := p.Resume(ctx, "midspan scan", store.Scanned, store.Matched, store.Assessed)
				if err != nil {
					return err
				}
				// Matching again is cheap where the database is the same.
				if err := p.Match(ctx, run); err != nil {
					return err
				}
				if err := p.Assess(ctx, run); err != nil {
					return err
				}
				return a.printStage(ctx, p, run, "judged; midspan report publishes it")
			})
		},
	}
}

// printStage prints the state of a run, its gaps and the next command.
func (a *app) printStage(ctx context.Context, p *pipeline.Pipeline, run store.Run, outcome string) error {
	gaps, err := p.Gaps(ctx, run)
	if err != nil {
		return err
	}
	a.gaps = len(gaps)
	return a.printResult(map[string]any{"run": run.ID, "asOf": run.AsOf, "gaps": gaps}, func(w io.Writer) error {
		printGaps(w, gaps)
		_, err := fmt.Fprintf(w, "Run %d is %s.\n", run.ID, outcome)
		return err
	})
}

// addGaps counts what was not read of a good, whose packages are listed.
func (a *app) addGaps(good report.Good, lists []export.Listing) {
	a.gaps += unread.Count(good.Notes)
	for _, scan := range good.Scans {
		a.gaps += report.BoolToInt(scan.Outcome != report.Scanned)
	}
	for _, list := range lists {
		a.gaps += report.BoolToInt(list.Unread != "")
	}
	findings, _ := observation.Find(good.Measures, observation.AdvisoriesFindings)
	a.gaps += report.BoolToInt(findings.Cause == observation.CauseNoDatabase)
}

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Publish the last judged run again",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, cfg config.Config) error {
				run, err := p.Resume(ctx, "midspan assess", store.Assessed)
				if err != nil {
					return err
				}
				published, err := p.Publish(ctx, run)
				if err != nil {
					return err
				}
				return a.printPublished(published)
			})
		},
	}
	a.addAnswers(cmd)
	a.addFolder(cmd)
	return cmd
}
