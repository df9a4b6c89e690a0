package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/forge"
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
			all, err := pipeline.Sources(cmd.Context(), cfg, a.sourcesFor(cmd.Context(), cfg))
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

// sourcesFor are the sources on the network that the settings ask for, with the tokens of
// the environment, and with those of git's credential helpers for the hosts that the settings
// name.
func (a *app) sourcesFor(ctx context.Context, cfg config.Config) []scanners.Source {
	held := ""
	for _, host := range cfg.Credentials {
		token, err := gitrepo.Credential(ctx, host)
		if err != nil {
			a.say(err.Error())
			continue
		}
		held += " " + host + "=" + token
	}
	getenv := func(name string) string {
		if name == forge.HostsVariable {
			return os.Getenv(name) + held
		}
		return os.Getenv(name)
	}
	all := registry.Sources(getenv)
	if cfg.ScorecardFull {
		all = append(all, registry.OptionalSources(getenv)...)
	}
	return all
}
