package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/registry"
)

func (a *app) sourcesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sources",
		Short: "Show what is at hand from elsewhere, of which day, and what is unknown without it",
		Long: `Sources lists what comes from elsewhere: the copies of catalogs at addresses, the
advisories, what is known to be exploited, the ends of runtimes, the scores of
EPSS, and the answers of forges, ledgers and registries. Each stands with the day
of its newest part, its state (kept, old, asked in each run, none), and what is
unknown without it. Nobody is asked.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load(cmd, true, nil)
			if err != nil {
				return err
			}
			if err := cfg.CheckDefaults(); err != nil {
				return usageError{err}
			}
			all, err := pipeline.Sources(cmd.Context(), cfg, sourcesFor(cfg))
			if err != nil {
				return err
			}
			return a.printResult(all, func(w io.Writer) error {
				for _, s := range all {
					day := s.Date
					if day == "" {
						day = "-"
					}
					fmt.Fprintf(w, "  %-17s %-10s  %-5s  %s\n", s.Name, day, s.State, printable(s.Detail))
					if s.State != pipeline.SourceKept && s.State != pipeline.SourceAsked {
						fmt.Fprintf(w, "  %-17s unknown: %s\n", "", s.Unknown)
					}
				}
				return nil
			})
		},
	}
}

// sourcesFor are the sources on the network that the settings ask for.
func sourcesFor(cfg config.Config) []scanners.Source {
	all := registry.Sources(os.Getenv)
	if cfg.ScorecardFull {
		all = append(all, registry.OptionalSources(os.Getenv)...)
	}
	return all
}
