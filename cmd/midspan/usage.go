package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// globalFlags is what the help of a command says in place of the flags that all have.
const globalFlags = `

Settings of every command, as flags: midspan --help`

// foldGlobalFlags takes the flags that every command has out of the help of each.
func foldGlobalFlags(root *cobra.Command) {
	before, rest, found := strings.Cut(root.UsageTemplate(), "{{if .HasAvailableInheritedFlags}}")
	_, after, ended := strings.Cut(rest, "{{end}}")
	if found && ended {
		root.SetUsageTemplate(before + "{{if .HasAvailableInheritedFlags}}" + globalFlags + "{{end}}" + after)
	}
}

// knownCommand is the error of a command that is not there; it names those of a like name.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	root.SuggestionsMinimumDistance = 2
	return usageError{orLike(fmt.Errorf("there is no command %q", args[0]), "", root.SuggestionsFor(args[0]))}
}

// orLike adds the names that may have been meant to an error.
func orLike(err error, prefix string, names []string) error {
	if len(names) == 0 {
		return err
	}
	return fmt.Errorf("%w; did you mean %s?", err, prefix+strings.Join(names, " or "+prefix))
}

// flagError is the error of a flag that cannot be read; of one that is not there it names
// those of a like name.
func flagError(cmd *cobra.Command, err error) error {
	missing, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return usageError{err}
	}
	// Cobra compares the names of commands; the names of flags are compared in the same way.
	names := cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	return usageError{orLike(err, "--", names.SuggestionsFor(missing.GetSpecifiedName()))}
}
