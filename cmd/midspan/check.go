package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/report/terminal"
	"github.com/midspan/midspan/internal/vex"
)

// checkOptions are the flags of check.
type checkOptions struct {
	policies []string // of the setting
	badge    string
}

func (a *app) checkCommand() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check [PATH|URL]",
		Short: "Look at one repository and say how it stands and what would help most",
		Long: `Check reads one repository, of a folder on this machine or at an address, and
prints the verdict with its reasons. Without one it reads this folder. Nothing of the
repository is executed. With --catalog it looks for the repository's own entry, by the
address of its remote or of its publiccode.yml, and says which one it found.

` + exitHelp,
		Example: `  midspan check
  midspan check . --format sarif --policy adoption -o midspan.sarif
  midspan check . --catalog registry.csv --badge midspan.svg`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd, append(args, ".")[0], o) },
	}
	a.addFormat(cmd, "text", "json", "sarif", "markdown")
	a.addAnswers(cmd)
	cmd.Flags().StringVar(&o.badge, "badge", "", "write a badge to this file: a picture (.svg), or JSON for a badge service (.json)")
	return cmd
}

func (a *app) check(cmd *cobra.Command, target string, o checkOptions) error {
	trees := treesOf([]string{target})
	cfg, err := a.load(cmd, false, trees)
	if err != nil {
		return err
	}
	o.policies = cfg.Policies
	cfg.Store, cfg.Out, cfg.Policies = "", "", nil // check keeps no run, writes no report, and asks its policies below
	if err := cfg.CheckOutside(trees); err != nil {
		return usageError{err}
	}
	// Errors of the command line are reported before the work, not after it.
	if err := o.verify(trees); err != nil {
		return err
	}
	policies, err := openPolicies(o.policies)
	if err != nil {
		return err
	}
	pipeline.TurnOn(&cfg, policies)
	answers, err := vex.Open(a.vex)
	if err != nil {
		return usageError{err}
	}
	document, gaps, err := pipeline.Check(cmd.Context(), cfg, version(), a.now, a.progress(), target, pipeline.InChild(),
		pipeline.Announce(a.say), pipeline.WithAnswers(answers), pipeline.WithSources(a.sourcesFor(cmd.Context(), cfg)))
	if err != nil {
		return err
	}
	if len(document.Goods) != 1 {
		return errors.New("check looks at one repository at a time")
	}
	good := document.Goods[0]
	if err := readError(good); err != nil {
		return err
	}
	a.gaps = len(gaps)
	var results []policy.Result
	for _, p := range policies {
		result := p.Evaluate(good.Subject(document.AsOf))
		a.addOutcome(result.Outcome)
		results = append(results, result)
	}
	return errors.Join(writeBadge(o.badge, good, results), a.printCheck(document, results))
}

func (o checkOptions) verify(trees []string) error {
	if ext := filepath.Ext(o.badge); o.badge != "" && ext != ".svg" && ext != ".json" {
		return usageError{fmt.Errorf("a badge is a file that ends with .svg or .json, not %q", o.badge)}
	}
	if err := pipeline.CheckPolicies(o.policies, trees); err != nil {
		return usageError{err}
	}
	if o.badge == "" {
		return nil
	}
	return checkPlace("badge", o.badge, trees)
}

// addOutcome combines the outcomes of policies: the worst decides.
func (a *app) addOutcome(outcome policy.Outcome) { a.outcome = policy.Worse(a.outcome, outcome) }

// openPolicies reads policies; an error in one is a usage error.
func openPolicies(names []string) ([]*policy.Policy, error) {
	if len(names) == 0 {
		return nil, nil
	}
	definitions, err := pipeline.Definitions()
	if err != nil {
		return nil, err
	}
	var all []*policy.Policy
	for _, name := range names {
		p, err := policy.Open(name, definitions)
		if err != nil {
			return nil, missingPolicy(err)
		}
		all = append(all, p)
	}
	return all, nil
}

// missingPolicy is the usage error of a policy that cannot be read; of one that is not there
// it names those of a like name.
func missingPolicy(err error) error {
	if missing, ok := errors.AsType[*policy.MissingError](err); ok {
		return usageError{orLike(err, "", alike(missing.Name, policy.Presets()))}
	}
	return usageError{err}
}

// checkResult is the JSON of a check: the document with the results of policies.
type checkResult struct {
	report.Document
	Policies []policy.Result `json:"policies,omitempty"`
}

func (a *app) printCheck(document report.Document, results []policy.Result) error {
	return a.printResult(checkResult{document, results}, func(w io.Writer) error {
		switch a.format {
		case "sarif":
			return export.WriteSARIF(w, document, results)
		case "markdown":
			return export.WriteMarkdown(w, document, results)
		}
		width, colour := terminalOf(w)
		if err := terminal.WriteCheck(w, document, width, colour); err != nil {
			return err
		}
		for _, r := range results {
			fmt.Fprintln(w)
			if err := terminal.WritePolicy(w, r, width, colour); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeBadge writes the badge of a good: its stage, or the result of the first policy.
func writeBadge(path string, good report.Good, results []policy.Result) error {
	if path == "" {
		return nil
	}
	badge := export.StageBadge(good)
	if len(results) > 0 {
		badge = export.PolicyBadge(results[0])
	}
	write := badge.WriteSVG
	if filepath.Ext(path) == ".json" {
		write = badge.WriteJSON
	}
	return files.Write(path, write)
}

// readError is the error of a good whose repository could not be read.
func readError(good report.Good) error {
	if len(good.Scans) == 0 {
		for _, note := range good.Notes {
			return fmt.Errorf("%s: %s", note.Subject, note.Message)
		}
		return errors.New("that names no repository")
	}
	if failure := good.Scans[0].Failure; failure != nil {
		return fmt.Errorf("%s (%s)", failure.Message, failure.Cause)
	}
	return nil
}

// terminalOf returns the width of the output, in columns, and whether to use colour.
func terminalOf(w io.Writer) (width int, colour bool) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 80, false
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width < 40 {
		width = 80
	}
	return min(width, 100), os.Getenv("NO_COLOR") == "" && !dumb()
}

// dumb reports a terminal that cannot move its cursor or show colour.
func dumb() bool { return os.Getenv("TERM") == "dumb" }
