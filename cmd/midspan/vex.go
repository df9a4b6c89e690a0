package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/internal/vex"
)

// addAnswers gives a command the flag --vex. It is no setting: a file that lies in a
// repository counts only where the command line names it.
func (a *app) addAnswers(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&a.vex, "vex", nil, "OpenVEX file in which maintainers answer findings, or GOOD=FILE for one good (repeatable); what they "+
		"say is not affected or fixed is counted apart, and lifts no level")
}

func (a *app) vexCommand() *cobra.Command {
	var author string
	cmd := &cobra.Command{
		Use:   "vex [GOOD|PATH|URL]",
		Short: "Write a template of answers to the open findings of a good, as OpenVEX",
		Long: `Vex writes an OpenVEX document with a statement for each finding of one good of the
newest judged run, or of a repository: of a folder on this machine or at an address.
Without one it reads this folder. Each finding is under investigation. Change the
status to not_affected, fixed or affected, and name the file with --vex in check, run,
report or sbom. With --vex here, what was answered before is kept.

` + exitHelp,
		Example: `  midspan vex . > answers.openvex.json
  midspan vex clinic-ledger --author 'Maintainers of Clinic Ledger' > answers.openvex.json
  midspan check . --vex answers.openvex.json`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return a.writeVEX(cmd, append(args, ".")[0], author) },
	}
	a.addAnswers(cmd)
	a.addFormat(cmd, "openvex-json")
	cmd.Flags().StringVar(&author, "author", "", "who answers (default: Unknown Author)")
	return cmd
}

func (a *app) writeVEX(cmd *cobra.Command, target, author string) error {
	if info, err := os.Stat(target); files.IsAddress(target) || err == nil && info.IsDir() {
		return a.vexOfRepository(cmd, target, author)
	}
	return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
		run, err := p.Resume(ctx, "midspan run", store.Assessed)
		if err != nil {
			return err
		}
		a.endProgress()
		return p.Listings(ctx, run, []string{target}, func(head report.Document, good report.Good, lists []export.Listing) error {
			a.addGaps(good, lists)
			return export.WriteVEX(a.stdout, head, good, author)
		})
	})
}

func (a *app) vexOfRepository(cmd *cobra.Command, target, author string) error {
	trees := treesOf([]string{target})
	cfg, err := a.load(cmd, false, trees)
	if err != nil {
		return err
	}
	cfg.Store, cfg.Out, cfg.Policies = "", "", nil
	if err := cfg.CheckOutside(trees); err != nil {
		return usageError{err}
	}
	answers, err := vex.Open(a.vex)
	if err != nil {
		return usageError{err}
	}
	document, gaps, err := pipeline.Check(cmd.Context(), cfg, version(), a.now, a.progress(), target, pipeline.InChild(), pipeline.Announce(a.say),
		pipeline.WithAnswers(answers))
	if err != nil {
		return err
	}
	a.endProgress()
	for _, good := range document.Goods {
		if err := readError(good); err != nil {
			return err
		}
		a.gaps = len(gaps)
		if err := export.WriteVEX(a.stdout, document, good, author); err != nil {
			return err
		}
	}
	return nil
}
