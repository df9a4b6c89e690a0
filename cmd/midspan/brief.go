package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/browser"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/report/site"
	"github.com/midspan/midspan/internal/store"
)

func (a *app) briefCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "brief GOOD --pdf FILE",
		Short: "Write one A4 sheet about a good as PDF",
		Long: `Brief writes the sheet of one good of the newest judged run as a PDF: what it is, who
uses it, three facts, three asks, sources. A Chromium of this machine prints it: the
program that CHROME names, or chromium, chromium-browser or google-chrome on the path.
Without one, open briefs/GOOD.html of the report in any browser and print it. The sheet
links to its proof where site-address says where the report is public.

` + exitHelp,
		Example: `  midspan brief clinic-ledger --pdf clinic-ledger.pdf`,
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if file == "" {
				return usageError{errors.New("name the file to write with --pdf; the sheet as a web page stands in the report, under briefs")}
			}
			return a.brief(cmd, ids[0], file)
		},
	}
	cmd.Flags().StringVar(&file, "pdf", "", "file to write the sheet to")
	return cmd
}

func (a *app) brief(cmd *cobra.Command, id, file string) error {
	if err := files.CheckPath(file); err != nil {
		return err
	}
	program, err := browser.Find(os.Getenv("CHROME"))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "midspan-brief-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	err = a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, cfg config.Config) error {
		run, err := p.Resume(ctx, "midspan run", store.Assessed)
		if err != nil {
			return err
		}
		a.endProgress()
		return p.Listings(ctx, run, []string{id}, func(head report.Document, good report.Good, _ []export.Listing) error {
			id = good.ID // it may have been named by its name
			return writeBrief(dir, head, good, cfg.Languages)
		})
	})
	if err != nil {
		return err
	}
	if err := browser.Print(cmd.Context(), program, filepath.Join(dir, filepath.FromSlash(report.BriefPath(id))), dir, file); err != nil {
		return err
	}
	return a.printResult(map[string]any{"good": id, "file": file}, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "The sheet of %s is in %s.\n", id, file)
		return err
	})
}

// writeBrief writes the sheet of a good and what it loads into a folder, in the first of
// the languages of reports.
func writeBrief(dir string, head report.Document, good report.Good, tags []string) error {
	in := language.English()
	if len(tags) > 0 {
		var err error
		if in, err = language.Find(tags[0]); err != nil {
			return err
		}
	}
	pages, err := site.NewSite(head, []*language.Language{in})
	if err != nil {
		return err
	}
	root, err := files.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	report.CompleteGood(&good)
	return pages.WriteBrief(report.Cleaned(good), func(name string, content func(io.Writer) error) error {
		if err := root.MkdirAll(filepath.Dir(filepath.FromSlash(name)), 0o755); err != nil {
			return err
		}
		return files.WriteIn(root, filepath.FromSlash(name), content)
	})
}
