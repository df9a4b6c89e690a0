package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/report/unread"
)

func (a *app) catalogCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "catalog",
		Short: "Look at a catalog without scanning anything",
		Args:  knownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	command.AddCommand(&cobra.Command{
		Use:   "show [URL...]",
		Short: "List what of a catalog was understood and what was not",
		RunE: func(cmd *cobra.Command, urls []string) error {
			return a.withPipeline(cmd, urls, func(ctx context.Context, p *pipeline.Pipeline, cfg config.Config) error {
				catalogs, err := p.Catalogs(ctx, urls)
				if err != nil {
					return err
				}
				listing := catalogListing{Goods: p.Choose(catalogs), Notes: []observation.Note{}}
				for _, c := range catalogs {
					listing.Notes = append(listing.Notes, c.Notes...)
				}
				a.gaps = listing.countNotes()
				return a.printResult(listing, listing.write)
			})
		},
	})
	return command
}

// catalogListing is the output of catalog show.
type catalogListing struct {
	Goods []catalog.Good     `json:"goods"`
	Notes []observation.Note `json:"notes"` // on entries that became no good
}

func (s catalogListing) countNotes() int {
	n := unread.Count(s.Notes)
	for _, good := range s.Goods {
		n += unread.Count(good.Notes)
	}
	return n
}

func (s catalogListing) write(w io.Writer) error {
	repositories, without := 0, 0
	for _, good := range s.Goods {
		fmt.Fprintf(w, "%s  (%s)\n", printable(good.Name), good.ID)
		for _, repository := range good.Repositories {
			fmt.Fprintf(w, "    %s\n", repository.URL)
		}
		for _, note := range good.Notes {
			writeNote(w, note)
		}
		repositories += len(good.Repositories)
		if len(good.Repositories) == 0 {
			without++
		}
	}
	for _, note := range s.Notes {
		writeNote(w, note)
	}
	_, err := fmt.Fprintf(w, "%s, %d of them without a repository; %d repositories; %s.\n", plural(len(s.Goods), "good"), without, repositories,
		plural(s.countNotes(), "note"))
	return err
}

func writeNote(w io.Writer, note observation.Note) {
	if note.Subject != "" {
		fmt.Fprintf(w, "    ! %s: %s\n", printable(truncate(note.Subject, 100)), printable(note.Message))
		return
	}
	fmt.Fprintf(w, "    ! %s\n", printable(note.Message))
}

// truncate shortens a text for a line of a terminal.
func truncate(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}
