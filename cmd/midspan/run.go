package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/report/terminal"
	"github.com/midspan/midspan/internal/report/unread"
	"github.com/midspan/midspan/scanners"
)

func (a *app) runCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [URL...]",
		Short: "Read a catalog, scan its repositories, judge them and publish the report",
		Long: `Run passes through every stage and writes the report. Without a catalog and
without URLs it reads the embedded sample, which needs no network.

` + exitHelp,
		Example: `  midspan run
  midspan run https://github.com/example/one https://github.com/example/two
  midspan run --policy adoption --policy ours.yaml
  midspan run --catalog goods.csv --mirror '/srv/mirrors/{owner}+{name}' --advisories /srv/osv --offline`,
		RunE: func(cmd *cobra.Command, urls []string) error {
			return a.withPipeline(cmd, urls, func(ctx context.Context, p *pipeline.Pipeline, cfg config.Config) error {
				// A mistake in a policy is reported before the work.
				if _, err := openPolicies(cfg.Policies); err != nil {
					return err
				}
				published, err := p.Run(ctx, urls)
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

func (a *app) printPublished(published pipeline.Published) error {
	a.gaps, a.outcome = len(published.Gaps), published.Outcome
	summary := published.Summary
	result := map[string]any{"report": published.Files.Index, "json": published.Files.Report, "gaps": published.Gaps, "summary": summary}
	if len(published.Policies) > 0 {
		result["policies"] = published.Policies
	}
	return a.printResult(result,
		func(w io.Writer) error {
			fmt.Fprintf(w, "%s, %d of %d repositories read, %.0f %% of what could be measured was.\n",
				plural(summary.Goods, "good"), summary.Scanned, summary.Repositories, 100*summary.Coverage)
			fmt.Fprintf(w, "%s\n", stageLine(summary.Stages))
			if summary.Moved > 0 {
				fmt.Fprintf(w, "The catalog still has the old address of %s; moved.csv has the new ones.\n",
					scanners.Count(summary.Moved, "repository that moved", "repositories that moved"))
			}
			printGaps(w, published.Gaps)
			for _, asked := range published.Policies {
				fmt.Fprintf(w, "Policy %s: %s.\n", printable(asked.ID), terminal.CountOutcomes(asked.Outcomes))
			}
			_, err := fmt.Fprintf(w, "Report: %s\n", published.Files.Index)
			return err
		})
}

func printGaps(w io.Writer, gaps []unread.Gap) {
	for _, gap := range gaps {
		fmt.Fprintf(w, "  gap: %s: %d\n", gap.What, gap.Count)
		if gap.First != "" {
			fmt.Fprintf(w, "       %s\n", printable(truncate(gap.First, 300)))
		}
	}
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// stageLine counts goods by stage, in the order of a good's life.
func stageLine(stages map[assess.Stage]int) string {
	var parts []string
	for _, stage := range []assess.Stage{assess.MessyMiddle, assess.Strained,
		assess.Emerging, assess.Sustained, assess.Fading, assess.Dormant, assess.Sunset, assess.Unassessed} {
		if stages[stage] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", stages[stage], stage))
		}
	}
	return strings.Join(parts, ", ") + "."
}
