package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/store"
)

func (a *app) sbomCommand() *cobra.Command {
	var dir string
	var formats []string
	for _, f := range export.SBOMFormats() {
		formats = append(formats, f.Name)
	}
	cmd := &cobra.Command{
		Use:   "sbom [GOOD...]",
		Short: "Write the packages of goods and the advisories that affect them as CycloneDX 1.6 or SPDX 2.3",
		Long: `Sbom prints the bill of materials of one good of the newest judged run, or writes
those of several, or of all, into a folder. A good is named by its id, its name or a
repository's address. A report does not hold the bills: they are larger than all the
rest of it.

` + exitHelp,
		Example: `  midspan sbom clinic-ledger > clinic-ledger.cdx.json
  midspan sbom clinic-ledger --format spdx-json > clinic-ledger.spdx.json
  midspan sbom --to sbom`,
		RunE: func(cmd *cobra.Command, ids []string) error {
			if dir == "" && len(ids) != 1 {
				return usageError{errors.New("sbom prints the bill of one good; name its id, or a folder for those of several with --to")}
			}
			return a.sbom(cmd, ids, dir)
		},
	}
	a.addFormat(cmd, formats...)
	a.addAnswers(cmd)
	cmd.Flags().StringVar(&dir, "to", "", "folder to write a file for each good to (default: print one)")
	return cmd
}

func (a *app) sbom(cmd *cobra.Command, ids []string, dir string) error {
	all := export.SBOMFormats()
	format := all[slices.IndexFunc(all, func(f export.SBOMFormat) bool { return f.Name == a.format })]
	return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
		run, err := p.Resume(ctx, "midspan run", store.Assessed)
		if err != nil {
			return err
		}
		folder, err := openFolder(dir)
		if err != nil {
			return err
		}
		if folder != nil {
			defer folder.Close()
		}
		a.endProgress()
		n := 0
		err = p.Bills(ctx, run, ids, func(head report.Document, good report.Good, lists []export.Listing) error {
			n++
			a.addGaps(good, lists)
			write := func(w io.Writer) error { return format.Write(w, head, good, lists) }
			if dir == "" {
				return write(a.stdout)
			}
			return files.WriteIn(folder, format.File(good.ID), write)
		})
		if err != nil || dir == "" {
			return err
		}
		return a.printResult(map[string]any{"folder": dir, "files": n}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s in %s.\n", plural(n, "SBOM"), dir)
			return err
		})
	})
}

// openFolder makes a folder and opens it: what is written into it follows no link out of
// it. An empty name is no folder.
func openFolder(dir string) (*os.Root, error) {
	if dir == "" {
		return nil, nil
	}
	if err := files.CheckPath(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return files.OpenRoot(dir)
}
