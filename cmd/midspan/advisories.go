package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
)

func (a *app) advisoriesCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "advisories",
		Short: "Bring, import or show the advisory database",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	command.AddCommand(
		a.advisoriesAction("update", "Fetch OSV's export, or the address that the setting advisories names, with endoflife.date's data and EPSS, and index it", cobra.NoArgs,
			func(ctx context.Context, cfg config.Config, _ []string, progress pipeline.Progress) (pipeline.AdvisoryInfo, error) {
				return pipeline.UpdateAdvisories(ctx, cfg, version(), a.now(), progress)
			}),
		a.advisoriesAction("import PATH", "Index a folder in the OSV layout (<Ecosystem>/all.zip), with the data of endoflife.date in it or alone", cobra.ExactArgs(1),
			func(ctx context.Context, cfg config.Config, args []string, progress pipeline.Progress) (pipeline.AdvisoryInfo, error) {
				return pipeline.ImportAdvisories(ctx, cfg, args[0], a.now(), progress)
			}),
		a.advisoriesAction("show", "Show what the index holds, ecosystem by ecosystem", cobra.NoArgs,
			func(ctx context.Context, cfg config.Config, _ []string, _ pipeline.Progress) (pipeline.AdvisoryInfo, error) {
				return pipeline.ShowAdvisories(ctx, cfg)
			}),
	)
	return command
}

func (a *app) advisoriesAction(use, short string, args cobra.PositionalArgs,
	do func(context.Context, config.Config, []string, pipeline.Progress) (pipeline.AdvisoryInfo, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: usageArgs(args),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.load(cmd, false, nil)
			if err != nil {
				return err
			}
			if err := cfg.CheckDefaults(); err != nil {
				return usageError{err}
			}
			info, err := do(cmd.Context(), cfg, args, a.progress())
			if err != nil {
				return err
			}
			a.gaps = len(info.Notes)
			return a.printResult(info, func(w io.Writer) error {
				for _, note := range info.Notes {
					fmt.Fprintf(w, "! %s: %s\n", printable(note.Subject), printable(note.Message))
				}
				return printEcosystems(w, info)
			})
		},
	}
}

func printEcosystems(w io.Writer, info pipeline.AdvisoryInfo) error {
	fmt.Fprintf(w, "  %-14s %9s %9s %7s  %s\n", "ecosystem", "records", "malware", "broken", "newest")
	for _, e := range info.Ecosystems {
		fmt.Fprintf(w, "  %-14s %9d %9d %7d  %s\n", e.Name, e.Records, e.Malware, e.Broken, formatDay(e.Newest))
	}
	kev := info.KEVDate
	if kev == "" {
		kev = "none: whether a vulnerability is known to be exploited is unknown"
	}
	ends := "none: whether a runtime has reached its end is unknown"
	if info.Ends != nil {
		ends = fmt.Sprintf("%s, %d products", formatDay(info.Ends.Day), info.Ends.Products)
	}
	_, err := fmt.Fprintf(w, "  known exploited vulnerabilities: %s\n  ends of runtimes (endoflife.date): %s\n", kev, ends)
	return err
}

// formatDay formats a date; a zero time is "unknown".
func formatDay(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.Format(time.DateOnly)
}
