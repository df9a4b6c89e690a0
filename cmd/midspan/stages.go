package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
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
				return a.printStage(run, "scanned and matched; midspan assess judges it")
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
				return a.printStage(run, "judged; midspan report publishes it")
			})
		},
	}
}

// printStage prints the state of a run and the next command.
func (a *app) printStage(run store.Run, outcome string) error {
	return a.printResult(map[string]any{"run": run.ID, "asOf": run.AsOf}, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Run %d is %s.\n", run.ID, outcome)
		return err
	})
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
	return cmd
}
