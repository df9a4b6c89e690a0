package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/midspan/midspan/internal/policy"
)

// policyCoverage is what can come of the conditions of a policy.
type policyCoverage struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Source     string           `json:"source,omitempty"`
	Conditions []policy.Covered `json:"conditions"`
}

// printCoverage prints what can come of each condition, whatever the good.
func (a *app) printCoverage(name string) error {
	policies, err := openPolicies([]string{name})
	if err != nil {
		return err
	}
	p := policies[0]
	found := policyCoverage{p.ID, p.Name, p.Source, p.Coverage()}
	return a.printResult(found, func(w io.Writer) error { return writeCoverage(w, found) })
}

func writeCoverage(w io.Writer, found policyCoverage) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "condition\tfrom a clone\twith the forge\twhat it asks, and where else to look")
	clone, forge := map[policy.Answers]int{}, map[policy.Answers]int{}
	for _, c := range found.Conditions {
		clone[c.Clone]++
		forge[c.Forge]++
		text := c.Title
		if c.Elsewhere != "" {
			text += ". " + c.Elsewhere
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.ID, c.Clone, c.Forge, text)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	n := len(found.Conditions)
	_, err := fmt.Fprintf(w, "\nOf %d conditions something can come of %d from a clone, and of %d with the forge.\n"+
		"Pass or fail: %d and %d. Pass only: %d and %d. Fail only: %d and %d. The others cannot be seen from here.\n",
		n, n-clone[policy.NoAnswer], n-forge[policy.NoAnswer], clone[policy.PassOrFail], forge[policy.PassOrFail],
		clone[policy.PassOnly], forge[policy.PassOnly], clone[policy.FailOnly], forge[policy.FailOnly])
	return err
}
