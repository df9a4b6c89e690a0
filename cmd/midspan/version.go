package main

import (
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/scanners/registry"
)

// version is the module's version as recorded by the build.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// libraries are the modules whose version changes the findings.
var libraries = []string{"github.com/google/osv-scanner/v2", "github.com/google/osv-scalibr", "github.com/ossf/scorecard/v5"}

func (a *app) versionCommand() *cobra.Command {
	var sbom bool
	var program string
	command := &cobra.Command{
		Use:   "version",
		Short: "Show the versions of Midspan, its scanners and its advisory database",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if sbom || program != "" {
				return a.writeSBOM(program)
			}
			cfg, err := a.load(cmd, true, nil)
			if err != nil {
				return err
			}
			scanners, err := registry.All()
			if err != nil {
				return err
			}
			versions := struct {
				Midspan    string            `json:"midspan"`
				Scanners   map[string]string `json:"scanners"`
				Libraries  map[string]string `json:"libraries"`
				Advisories map[string]string `json:"advisories"` // ecosystem to newest record
			}{version(), map[string]string{}, libraryVersions(), map[string]string{}}
			for _, scanner := range scanners {
				versions.Scanners[scanner.Name()] = scanner.Version()
			}
			info, databaseErr := pipeline.ShowAdvisories(cmd.Context(), cfg)
			for _, ecosystem := range info.Ecosystems {
				versions.Advisories[ecosystem.Name] = formatDay(ecosystem.Newest)
			}
			return a.printResult(versions, func(w io.Writer) error {
				fmt.Fprintf(w, "midspan %s\n", versions.Midspan)
				for _, scanner := range scanners {
					fmt.Fprintf(w, "  scanner %-12s %s\n", scanner.Name(), scanner.Version())
				}
				for _, name := range libraries {
					fmt.Fprintf(w, "  %s %s\n", name, versions.Libraries[name])
				}
				if databaseErr != nil {
					_, err := fmt.Fprintf(w, "  advisories: none (%v)\n", databaseErr)
					return err
				}
				return printEcosystems(w, info)
			})
		},
	}
	command.Flags().BoolVar(&sbom, "sbom", false, "print what this program was built of, as CycloneDX 1.6")
	command.Flags().StringVar(&program, "program", "", "with --sbom: another built program, also of another system")
	return command
}

func libraryVersions() map[string]string {
	found := map[string]string{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return found
	}
	for _, module := range info.Deps {
		for _, name := range libraries {
			if module.Path == name {
				found[name] = module.Version
			}
		}
	}
	return found
}
