package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

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
Without one, open briefs/GOOD.html of the report in any browser and print it.

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
	browser, err := findBrowser(os.Getenv("CHROME"))
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
			return writeBrief(dir, head, good, cfg.Languages)
		})
	})
	if err != nil {
		return err
	}
	if err := printPDF(cmd.Context(), browser, filepath.Join(dir, filepath.FromSlash(report.BriefPath(id))), dir, file); err != nil {
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

// findBrowser finds the Chromium that prints: the one named, or the first on the path.
func findBrowser(named string) (string, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if named != "" {
		names = []string{named}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	if named != "" {
		return "", fmt.Errorf("CHROME names %s, which cannot be run: name a Chromium, or leave it unset", named)
	}
	return "", errors.New("no Chromium is on the path to print with: install one, name one with CHROME, or print briefs/GOOD.html of the report in a browser")
}

// printTime is how long a browser may take for one sheet.
const printTime = time.Minute

// printPDF prints a page of this machine to a file. The browser's own files lie in dir.
func printPDF(ctx context.Context, browser, page, dir, file string) error {
	ctx, cancel := context.WithTimeout(ctx, printTime)
	defer cancel()
	printed := filepath.Join(dir, "sheet.pdf")
	args := []string{"--headless=new", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer", "--user-data-dir=" + filepath.Join(dir, "browser"),
		"--print-to-pdf=" + printed}
	if os.Getuid() == 0 { // Chromium has no sandbox for root; the page is our own, and loads nothing
		args = append(args, "--no-sandbox")
	}
	said, err := exec.CommandContext(ctx, browser, append(args, (&url.URL{Scheme: "file", Path: filepath.ToSlash(page)}).String())...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("print with %s: %w: %s", browser, err, report.Cut(string(said), 300))
	}
	pdf, err := os.ReadFile(printed)
	if err != nil {
		return fmt.Errorf("print with %s: it wrote nothing: %s", browser, report.Cut(string(said), 300))
	}
	root, err := files.OpenRoot(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer root.Close()
	return files.WriteIn(root, filepath.Base(file), func(w io.Writer) error { _, err := w.Write(pdf); return err })
}
