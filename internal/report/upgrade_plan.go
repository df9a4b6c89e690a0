package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/wording"
)

// UpgradeStep is the upgrade of one package of a good, from all versions that it uses.
type UpgradeStep struct {
	Ecosystem, Package string
	Development        bool // it only builds or tests with the package
	Worst              observation.Severity
	// From and To are the versions in use and the targets, parted by commas, in one order;
	// To is one where all lead to the same.
	From, To string
	Closes   int  // weaknesses of the package at its versions
	Open     *int // of the targets themselves; nil where that was not checked
	// File lists the package, and so do More others; empty where a file at the root does.
	File string
	More int
}

// UpgradePlan lists the first n upgrades of a good, one a package: what runs before what
// develops.
func UpgradePlan(n int, good Good) []UpgradeStep {
	files := filesOfFindings(good)
	var steps []UpgradeStep
	for _, u := range good.Upgrades[:min(n, len(good.Upgrades))] {
		steps = append(steps, stepOf(u, files))
	}
	return steps
}

// RunningUpgrades are the upgrades of what runs.
func RunningUpgrades(good Good) []portfolio.Upgrade {
	return slices.DeleteFunc(slices.Clone(good.Upgrades), func(u portfolio.Upgrade) bool { return u.Development })
}

// HelpfulUpgrades lists the first n upgrades of what runs.
func HelpfulUpgrades(n int, good Good) []UpgradeStep {
	good.Upgrades = RunningUpgrades(good)
	return UpgradePlan(n, good)
}

func stepOf(u portfolio.Upgrade, files map[observation.Coordinate]map[string]bool) UpgradeStep {
	step := UpgradeStep{Ecosystem: u.Ecosystem, Package: u.Package, Development: u.Development, Worst: u.Worst}
	var from, to []string
	listing := map[string]bool{}
	for _, s := range u.Steps {
		from = append(from, s.From)
		if s.Open != nil && !slices.Contains(to, s.To) {
			if step.Open == nil {
				step.Open = new(0)
			}
			*step.Open += *s.Open
		}
		to = append(to, s.To)
		step.Closes += s.Closes
		maps.Copy(listing, files[observation.Coordinate{Ecosystem: u.Ecosystem, Name: u.Package, Version: s.From}])
	}
	if one := slices.Compact(slices.Sorted(slices.Values(to))); len(one) == 1 {
		to = one
	}
	step.From, step.To = strings.Join(from, ", "), strings.Join(to, ", ")
	names := slices.Sorted(maps.Keys(listing))
	if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return !strings.Contains(name, "/") }) {
		step.File, step.More = names[0], len(names)-1
	}
	return step
}

// filesOfFindings are the files that list each package with a finding: those by which it
// runs, where there are such.
func filesOfFindings(good Good) map[observation.Coordinate]map[string]bool {
	running, developing := map[observation.Coordinate]map[string]bool{}, map[observation.Coordinate]map[string]bool{}
	for _, scan := range good.Scans {
		for _, f := range scan.Findings {
			of := running
			if f.Package.Use() == observation.ForDevelopment {
				of = developing
			}
			c := f.Package.Coordinate()
			if of[c] == nil {
				of[c] = map[string]bool{}
			}
			of[c][f.Package.Path] = true
		}
	}
	maps.Copy(developing, running)
	return developing
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
		fmt.Fprintf(&text, "- [ ] %s: %s → %s (%s; closes %d, worst: %s%s)", code(step.Package, 60), code(step.From, 40), code(step.To, 40),
			step.Ecosystem, step.Closes, step.Worst, OpenText(step.Open))
		if step.File != "" {
			text.WriteString(" in " + code(step.File, 80) + moreText(step.More))
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// OpenText says how many weaknesses a target has itself; empty where it has none, or was
// not checked.
func OpenText(open *int) string {
	if open == nil || *open == 0 {
		return ""
	}
	return fmt.Sprintf("; %d known of the new version", *open)
}

func moreText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// Action writes the upgrade of what runs as something to do: the version to go to, how
// many of the good's findings that closes, and which file is concerned.
func (u UpgradeStep) Action(t Tally) string {
	bound := observation.AtLeast
	if t.Exact {
		bound = observation.Exact
	}
	all := English.TranslateMessage(wording.Quantity(language.Bounded(float64(t.N), bound), observation.UnitFindings))
	text := fmt.Sprintf("Upgrade %s from %s to %s: it closes %d of %s%s; it is part of what runs", u.Package, u.From, u.To, u.Closes, all, OpenText(u.Open))
	if u.File != "" {
		text += " (" + u.File + moreText(u.More) + ")"
	}
	return text + "."
}

// bestUpgrade is the upgrade of what runs that helps most; empty where there is none.
func bestUpgrade(good Good) string {
	for _, step := range HelpfulUpgrades(1, good) {
		return step.Action(TallyFindings(good))
	}
	return ""
}
