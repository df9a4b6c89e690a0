package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manualCommand writes manual pages, for those who make packages. It is not in the list of
// commands, because readers have the pages already.
func (a *app) manualCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man FOLDER",
		Short:  "Write a manual page for each command into a folder",
		Long:   "Man writes midspan.1 and a page for each command. Their date is that of SOURCE_DATE_EPOCH, or today.",
		Hidden: true,
		Args:   usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			cmd.Root().DisableAutoGenTag = true
			header := doc.GenManHeader{Section: "1", Source: "midspan " + version(), Manual: "Midspan"}
			if err := doc.GenManTree(cmd.Root(), &header, args[0]); err != nil {
				return fmt.Errorf("write the manual: %w", err)
			}
			return a.printResult(map[string]any{"folder": args[0]}, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "The manual is in %s.\n", args[0])
				return err
			})
		},
	}
}
