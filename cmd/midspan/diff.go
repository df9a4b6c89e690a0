package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/report/terminal"
)

func (a *app) diffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff [FROM [TO]]",
		Short: "What changed between two judged runs: who entered and left the messy middle, and which reason moved",
		Long: `Diff says what changed between two judged runs: who entered and left the messy
middle, and which reason moved. FROM and TO are a run's number, the day that it
speaks of, or the path of a report.json. Without them, the newest run is held
against the one before it over the same catalogs.`,
		Args: usageArgs(cobra.MaximumNArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			names := append(args, "", "")
			return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
				diff, err := p.Diff(ctx, names[0], names[1])
				if err != nil {
					return err
				}
				return a.printResult(diff, func(w io.Writer) error {
					width, colour := terminalOf(w)
					return terminal.WriteDiff(w, diff, width, colour)
				})
			})
		},
	}
}
