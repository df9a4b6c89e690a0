package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/redact"
)

func (a *app) configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Show the effective configuration: flags over MIDSPAN_* over the settings file over defaults",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load(cmd, true, nil)
			if err != nil {
				return err
			}
			effective := cfg.Values(maskURL)
			return a.printResult(effective, func(w io.Writer) error {
				data, err := yaml.Marshal(effective)
				if err != nil {
					return err
				}
				_, err = fmt.Fprint(w, string(data))
				return err
			})
		},
	}
}

// maskURL masks the parts of an address that may be secret: its user and its query.
func maskURL(location string) string { return redact.Mask(location, "***") }
