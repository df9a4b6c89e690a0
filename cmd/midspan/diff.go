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
		Short: "What changed between two judged runs: which goods moved, were first seen or first read, or fall under new rules",
		Long: `Diff says what changed between two judged runs: which goods entered and left the
messy middle, and which reason moved. Apart from them stand the goods that are seen
in the catalog or read for the first time, those that are read no longer, and those
of which the present rules say the same by what was measured before. FROM and TO are
a run's number, the day that it speaks of, or the path of a report.json. Without
them, the newest run is held against the one begun before it over the same catalogs,
whatever days they speak of.`,
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
