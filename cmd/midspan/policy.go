package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report/terminal"
)

func (a *app) policyCommand() *cobra.Command {
	var show, coverage bool
	var good string
	cmd := &cobra.Command{
		Use:   "policy [NAME|FILE [RUN|DAY|report.json]]",
		Short: "Ask a policy of the goods of a judged run: each condition passes, fails or is unknown",
		Long: `Policy asks named conditions of every good of the newest judged run, of the run
with a number, of the run of a day, or of a report.json. Without arguments it
lists the embedded policies. docs/policy.md says how to write one.

With --coverage it asks nothing: it prints what can come of each condition from a clone
with its history, what with the forge asked as well, and where else to look.

` + exitHelp,
		Example: `  midspan policy
  midspan policy opencode-2
  midspan policy --print adoption > ours.yaml
  midspan policy --coverage osps-1
  midspan policy ours.yaml midspan-report/report.json --good clinic-ledger`,
		Args: usageArgs(cobra.MaximumNArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return a.listPolicies()
			case show:
				text, err := policy.Text(args[0])
				if err != nil {
					return missingPolicy(err)
				}
				_, err = io.WriteString(a.stdout, text)
				return err
			case coverage:
				return a.printCoverage(args[0])
			}
			return a.evaluateRun(cmd, append(args, "")[0], append(args, "")[1], good)
		},
	}
	cmd.Flags().BoolVar(&show, "print", false, "print the file of an embedded policy, to copy and change")
	cmd.Flags().BoolVar(&coverage, "coverage", false, "print what can come of each condition, with and without a forge")
	cmd.Flags().StringVar(&good, "good", "", "ask of the good with this id or name only, and show every condition")
	return cmd
}

// presetPolicy is an embedded policy in the list of policies.
type presetPolicy struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Source string `json:"source,omitempty"`
}

func (a *app) listPolicies() error {
	policies, err := openPolicies(policy.Presets())
	if err != nil {
		return err
	}
	var all []presetPolicy
	for _, p := range policies {
		all = append(all, presetPolicy{p.ID, p.Name, p.Source})
	}
	return a.printResult(all, func(w io.Writer) error {
		table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
		for _, p := range all {
			fmt.Fprintf(table, "%s\t%s\n", p.ID, p.Name)
		}
		return table.Flush()
	})
}

// evaluateRun evaluates a policy for the goods of a run, one after the other.
func (a *app) evaluateRun(cmd *cobra.Command, name, run, good string) error {
	policies, err := openPolicies([]string{name})
	if err != nil {
		return err
	}
	return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
		a.endProgress()
		out := a.newResultPrinter(good != "")
		add := func(result policy.Result) error {
			a.addOutcome(result.Outcome)
			return out.Add(result)
		}
		var goods []catalog.Good
		named := map[string]policy.Result{} // of those that the name fits, by id
		err := p.Subjects(ctx, run, func(s policy.Subject) error {
			this := catalog.Good{ID: s.ID, Name: s.Name}
			if goods = append(goods, this); good == "" {
				return add(policies[0].Evaluate(s))
			}
			if this.Names(good) {
				named[s.ID] = policies[0].Evaluate(s)
			}
			return nil
		})
		if err == nil && good != "" {
			var one catalog.Good
			if one, err = catalog.Pick(good, goods); err == nil {
				err = add(named[one.ID])
			}
		}
		if err == nil && len(goods) == 0 {
			err = errors.New("there is no good to ask of")
		}
		if err != nil {
			return err
		}
		return out.End()
	})
}

// resultPrinter prints the results of a policy, good by good.
type resultPrinter interface {
	Add(policy.Result) error
	End() error
}

func (a *app) newResultPrinter(full bool) resultPrinter {
	width, colour := terminalOf(a.stdout)
	switch {
	case a.json:
		return &jsonResults{&jsonOutput{w: a.stdout}, 0}
	case full:
		return fullResults{func(r policy.Result) error { return terminal.WritePolicy(a.stdout, r, width, colour) }}
	}
	return terminal.NewPolicyTable(a.stdout, width, colour)
}

type fullResults struct{ write func(policy.Result) error }

func (w fullResults) Add(r policy.Result) error { return w.write(r) }
func (w fullResults) End() error                { return nil }

// jsonResults writes a JSON list, element by element.
type jsonResults struct {
	w io.Writer
	n int
}

// Add writes the next element.
func (j *jsonResults) Add(r policy.Result) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	before := "[\n"
	if j.n > 0 {
		before = ",\n"
	}
	j.n++
	_, err = fmt.Fprintf(j.w, "%s%s", before, data)
	return err
}

// End closes the list.
func (j *jsonResults) End() error {
	_, err := io.WriteString(j.w, "\n]\n")
	return err
}
