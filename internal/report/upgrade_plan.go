package report

import (
	"fmt"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
)

// UpgradeStep is one upgrade of a good: a package from a version to another.
type UpgradeStep struct {
	Ecosystem, Package string
	Development        bool // it only builds or tests with the package
	Worst              observation.Severity
	portfolio.Step
}

// UpgradePlan lists the first n upgrades of a good.
func UpgradePlan(n int, good Good) []UpgradeStep {
	var steps []UpgradeStep
	for _, u := range good.Upgrades {
		for _, step := range u.Steps {
			if len(steps) < n {
				steps = append(steps, UpgradeStep{u.Ecosystem, u.Package, u.Development, u.Worst, step})
			}
		}
	}
	return steps
}

// UpgradeIssue is the first n upgrades of a good as text for an issue, in English and
// Markdown: what runs before what develops. Empty where there are none.
func UpgradeIssue(n int, good Good) string {
	var text strings.Builder
	part := ""
	for i, step := range UpgradePlan(n, good) {
		head := "These packages run with the software:"
		if step.Development {
			head = "These packages only build or test it:"
		}
		if head != part {
			if i > 0 {
				text.WriteByte('\n')
			}
			text.WriteString(head + "\n")
			part = head
		}
		code := func(value string, most int) string { return "`" + strings.ReplaceAll(Cut(value, most), "`", "") + "`" } // "@types/node" calls nobody
		fmt.Fprintf(&text, "- [ ] %s: %s → %s (%s; closes %d, worst: %s)\n", code(step.Package, 60), code(step.From, 40), code(step.To, 40),
			step.Ecosystem, step.Closes, step.Worst)
	}
	return text.String()
}

// Action writes the upgrade as something to do: the version to go to, how many of the open
// findings of the good that closes, and whether what runs is concerned.
func (u UpgradeStep) Action(findings int) string {
	use := "it is part of what runs"
	if u.Development {
		use = "it only builds or tests"
	}
	all := "1 finding"
	if findings != 1 {
		all = fmt.Sprintf("%d findings", findings)
	}
	return fmt.Sprintf("Upgrade %s from %s to %s: it closes %d of %s; %s.", u.Package, u.From, u.To, u.Closes, all, use)
}

// bestUpgrade is the upgrade that helps most; empty where there is none.
func bestUpgrade(good Good) string {
	for _, step := range UpgradePlan(1, good) {
		tally := TallyFindings(good)
		return step.Action(tally.N)
	}
	return ""
}
