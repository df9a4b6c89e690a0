package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// plainFormats are those of a command that has no others.
var plainFormats = []string{"text", "json"}

// addFormat gives a command the flag --format with the formats that it can print, the
// first of them by default. A wrong one, and one that --json excludes, is reported before the
// work; the choice stands in a.format. With --json a command that has json prints that.
func (a *app) addFormat(cmd *cobra.Command, formats ...string) {
	var format string
	cmd.Flags().StringVar(&format, "format", formats[0], "what to print: "+strings.Join(formats, ", "))
	complete(cmd, "format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(formats, format) {
			return usageError{orLike(fmt.Errorf("there is no format %q of %s; there are %s", format, cmd.CommandPath(), strings.Join(formats, ", ")),
				"", alike(format, formats))}
		}
		if a.json && slices.Contains(formats, "json") {
			if cmd.Flags().Changed("format") && format != "json" {
				return usageError{fmt.Errorf("--json and --format %s exclude each other", format)}
			}
			format = "json"
		}
		a.format, a.json = format, a.json || format == "json"
		return run(cmd, args)
	}
}

// addFormats gives every command that prints a result -o, and text and JSON where it has
// no formats of its own.
func (a *app) addFormats(parent *cobra.Command) {
	for _, cmd := range parent.Commands() {
		if cmd.HasSubCommands() {
			a.addFormats(cmd)
		} else if cmd.RunE != nil && cmd.Flags().Lookup("format") == nil {
			a.addFormat(cmd, plainFormats...)
		}
		if cmd.RunE != nil && !cmd.HasSubCommands() && cmd.Flags().Lookup("output") == nil {
			a.addOutput(cmd)
		}
	}
}

// alike returns the names that are like a text, as cobra compares the names of commands.
func alike(text string, names []string) []string { return alikeBy(2, text, names) }

// alikeBy returns the names that at most so many letters tell from a text, or that begin with it.
func alikeBy(letters int, text string, names []string) []string {
	all := cobra.Command{SuggestionsMinimumDistance: letters}
	for _, name := range names {
		all.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	return all.SuggestionsFor(text)
}
