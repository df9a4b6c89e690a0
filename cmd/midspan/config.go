package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/config"
)

func (a *app) configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Show the effective configuration: flags over MIDSPAN_* over midspan.yaml over defaults",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load(cmd)
			if err != nil {
				return err
			}
			effective := maskedSettings(cfg)
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

// maskedSettings returns the configuration by key, with the passwords and tokens of
// addresses masked.
func maskedSettings(cfg config.Config) map[string]any {
	catalogs := make([]string, len(cfg.Catalog))
	for i, location := range cfg.Catalog {
		catalogs[i] = maskURL(location)
	}
	rewrite := map[string]string{}
	for prefix, base := range cfg.Rewrite {
		rewrite[maskURL(prefix)] = maskURL(base)
	}
	return map[string]any{
		"catalog": catalogs, "mirror": cfg.Mirror, "advisories": maskURL(cfg.Advisories), "ecosystems": cfg.Ecosystems,
		"rules": cfg.Rules, "offline": cfg.Offline, "allow-private": cfg.AllowPrivate, "as-of": cfg.AsOf, "store": cfg.Store,
		"out": cfg.Out, "languages": cfg.Languages, "only": cfg.Only, "limit": cfg.Limit, "jobs": cfg.Jobs, "timeout": cfg.Timeout.String(), "max-files": cfg.MaxFiles, "max-bytes": cfg.MaxBytes, "rewrite": rewrite,
	}
}

// maskURL masks the parts of an address that may be secret: its user and its query.
func maskURL(location string) string {
	u, err := url.Parse(location)
	if scheme, _, ok := strings.Cut(location, "://"); ok && err != nil {
		return scheme + "://***"
	}
	if err != nil || u.Host == "" {
		return location
	}
	if u.User != nil {
		u.User = url.User("***")
	}
	if u.RawQuery != "" {
		u.RawQuery = "***"
	}
	return strings.ReplaceAll(u.String(), "%2A%2A%2A", "***")
}
