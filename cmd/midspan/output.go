package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/files"
)

// addOutput gives a command that prints a result the flag -o, with the file that gets it
// instead. The file is written when all is done, at once: it never holds a part.
func (a *app) addOutput(cmd *cobra.Command) {
	var path string
	cmd.Flags().StringVarP(&path, "output", "o", "", "file to write what is printed to (default: standard output)")
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if path == "" || path == files.StandardInput {
			return run(cmd, args)
		}
		if err := checkPlace("output", path, treesOf(append(args, "."))); err != nil {
			return err
		}
		var printed bytes.Buffer
		stdout := a.stdout
		a.stdout = &printed
		defer func() { a.stdout = stdout }()
		if err := run(cmd, args); err != nil {
			return err
		}
		return files.WriteData(path, printed.Bytes())
	}
}

// addFolder gives a command that writes a report the flag -o, as a short name of --out.
func (a *app) addFolder(cmd *cobra.Command) {
	var folder string
	cmd.Flags().StringVarP(&folder, "output", "o", "", "folder to write the report to, as --out")
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if folder == "" {
			return run(cmd, args)
		}
		if cmd.Flags().Changed("out") {
			return usageError{errors.New("-o and --out are two names of the folder of the report: name it once")}
		}
		if err := cmd.Flags().Set("out", folder); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

// checkPlace refuses a name under which no file can be written, and one that a link in a
// work tree under check would lead out of it.
func checkPlace(flag, path string, trees []string) error {
	if err := files.CheckPath(path); err != nil {
		return usageError{fmt.Errorf("%s: %w", flag, err)}
	}
	for _, tree := range trees {
		if inside, err := files.Inside(filepath.Dir(path), tree); err != nil || inside {
			if err := errors.Join(err, files.CheckFolderIn(path, tree)); err != nil {
				return usageError{fmt.Errorf("%s: %w", flag, err)}
			}
		}
	}
	return nil
}
