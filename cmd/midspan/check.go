package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/report"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check PATH|URL",
		Short: "Look at one repository and say how it stands and what would help most",
		Long: `Check reads one repository, of a folder on this machine or at an address, and
prints the verdict with its reasons. Nothing of the repository is executed.

` + exitHelp,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.load(cmd)
			if err != nil {
				return err
			}
			document, gaps, err := pipeline.Check(cmd.Context(), cfg, version(), a.now, a.progress(), args[0])
			if err != nil {
				return err
			}
			if len(document.Goods) != 1 {
				return errors.New("check looks at one repository at a time")
			}
			a.gaps = len(gaps)
			if err := unread(document.Goods[0]); err != nil {
				return err
			}
			return a.print(document, func(w io.Writer) error {
				width, colour := terminal(w)
				return report.WriteCheck(w, document, width, colour)
			})
		},
	}
}

// unread is the error of a good of which nothing could be read.
func unread(good report.Good) error {
	if len(good.Scans) == 0 {
		for _, note := range good.Notes {
			return fmt.Errorf("%s: %s", note.Subject, note.Message)
		}
		return errors.New("that names no repository")
	}
	if failure := good.Scans[0].Failure; failure != nil {
		return fmt.Errorf("%s (%s)", failure.Message, failure.Cause)
	}
	return nil
}

// terminal returns the width to write for, and whether colour is wanted.
func terminal(w io.Writer) (width int, colour bool) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 80, false
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width < 40 {
		width = 80
	}
	return min(width, 100), os.Getenv("NO_COLOR") == ""
}
