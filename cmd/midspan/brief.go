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
	"github.com/midspan/midspan/internal/report/carried"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/report/site"
	"github.com/midspan/midspan/internal/store"
)

func (a *app) briefCommand() *cobra.Command {
	var file string
	var job bool
	cmd := &cobra.Command{
		Use:   "brief GOOD (--pdf FILE | --job)",
		Short: "Write one A4 sheet about a good as PDF, or a job description",
		Long: `Brief writes the sheet of one good of the newest judged run as a PDF: what it is, who
uses it, three facts, three asks, sources. A Chromium of this machine prints it: the
program that CHROME names, or chromium, chromium-browser or google-chrome on the path.
Without one, open briefs/GOOD.html of the report in any browser and print it. The sheet
links to its proof where site-address says where the report is public.

With --job it prints a job description to paste into a call: which parts of the upkeep
rest on one person, and what a second one would do. Nobody is named. It needs a run with
the setting functions, and is in the first language of the reports.

` + exitHelp,
		Example: `  midspan brief clinic-ledger --pdf clinic-ledger.pdf
  midspan brief clinic-ledger --job`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			switch {
			case job && file != "":
				return usageError{errors.New("--pdf writes the sheet, --job prints a job description: name one of them")}
			case job:
				return a.jobDescription(cmd, ids[0])
			case file == "":
				return usageError{errors.New("name the file to write with --pdf; the sheet as a web page stands in the report, under briefs")}
			}
			return a.brief(cmd, ids[0], file)
		},
	}
	cmd.Flags().StringVar(&file, "pdf", "", "file to write the sheet to")
	cmd.Flags().BoolVar(&job, "job", false, "print a job description for what rests on one person")
	return cmd
}

func (a *app) brief(cmd *cobra.Command, id, file string) error {
	if err := files.CheckPath(file); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "midspan-brief-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	err = a.ofOneGood(cmd, id, func(head report.Document, good report.Good, in *language.Language) error {
		id = good.ID // it may have been named by its name
		return writeBrief(dir, head, good, in)
	})
	if err != nil {
		return err
	}
	program, err := browser.Find(os.Getenv("CHROME"))
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

// ofOneGood reads one good of the newest judged run, and the first language of its reports.
func (a *app) ofOneGood(cmd *cobra.Command, id string, do func(report.Document, report.Good, *language.Language) error) error {
	return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
		run, err := p.Resume(ctx, "midspan run", store.Assessed)
		if err != nil {
			return err
		}
		languages, _, err := p.Languages()
		if err != nil {
			return err
		}
		a.endProgress()
		return p.Listings(ctx, run, []string{id}, func(head report.Document, good report.Good, lists []export.Listing) error {
			a.addGaps(good, lists)
			return do(head, good, append(languages, language.English())[0])
		})
	})
}

// jobDescription prints the job description of a good.
func (a *app) jobDescription(cmd *cobra.Command, id string) error {
	return a.ofOneGood(cmd, id, func(_ report.Document, good report.Good, in *language.Language) error {
		text := carried.Job(report.Localizer{Language: in}, report.Cleaned(good))
		if text == "" {
			return fmt.Errorf("nobody counted who carries which part of the upkeep of %s: run with --functions", good.ID)
		}
		return a.printResult(map[string]any{"good": good.ID, "text": text}, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
	})
}

// writeBrief writes the sheet of a good and what it loads into a folder.
func writeBrief(dir string, head report.Document, good report.Good, in *language.Language) error {
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
