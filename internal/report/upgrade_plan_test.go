package report_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
)

// planned is a good with upgrades of a package at three versions, of one at the root and
// of one that only tests.
func planned() report.Good {
	at := func(name, version, path string, groups ...string) observation.Finding {
		return observation.Finding{Package: observation.Package{Ecosystem: "npm", Name: name, Version: version, Path: path, Groups: groups}, Advisory: "X"}
	}
	return report.Good{
		Scans: []report.Scan{{Findings: []observation.Finding{
			at("left", "1.0.0", "web/a.json"), at("left", "1.0.0", "web/b.json"), at("left", "2.0.0", "api/a.json"), at("left", "1.0.0", "package-lock.json", "dev"),
			at("root", "1.0.0", "package-lock.json"), at("root", "1.0.0", "web/a.json"), at("probe", "1.0.0", "e2e/a.json", "test"),
		}}},
		Upgrades: []portfolio.Upgrade{
			{Ecosystem: "npm", Package: "left", Worst: "high", Steps: []portfolio.Step{{From: "1.0.0", To: "3.0.0", Closes: 2, Open: new(1)}, {From: "2.0.0", To: "3.0.0", Closes: 1, Open: new(1)}}},
			{Ecosystem: "npm", Package: "probe", Worst: "low", Development: true, Steps: []portfolio.Step{{From: "1.0.0", To: "1.1.0", Closes: 1, Open: new(0)}}},
			{Ecosystem: "npm", Package: "root", Worst: "low", Steps: []portfolio.Step{{From: "1.0.0", To: "1.1.0", Closes: 1}, {From: "2.0.0", To: "2.1.0", Closes: 4}}},
		},
	}
}

// TestAnUpgradeIsOneLineAPackage guards that copies are summed, that what the target has is
// said once, and that files count by which the package runs.
func TestAnUpgradeIsOneLineAPackage(t *testing.T) {
	plan := report.UpgradePlan(9, planned())
	if len(plan) != 3 {
		t.Fatalf("got %+v", plan)
	}
	left := plan[0]
	if left.From != "1.0.0, 2.0.0" || left.To != "3.0.0" || left.Closes != 3 || *left.Open != 1 || left.File != "api/a.json" || left.More != 2 {
		t.Errorf("left: %+v", left)
	}
	if probe := plan[1]; probe.File != "e2e/a.json" || probe.More != 0 || !probe.Development {
		t.Errorf("probe: %+v", probe)
	}
	if root := plan[2]; root.From != "1.0.0, 2.0.0" || root.To != "1.1.0, 2.1.0" || root.Open != nil || root.File != "" {
		t.Errorf("root: %+v", root)
	}
	if got := report.UpgradePlan(1, planned()); len(got) != 1 {
		t.Errorf("one of three: %+v", got)
	}
}

// TestOnlyUpgradesOfWhatRunsHelp guards the help of pages, checks and briefs; the plan
// keeps the others, under a head of their own.
func TestOnlyUpgradesOfWhatRunsHelp(t *testing.T) {
	good := planned()
	for _, step := range report.HelpfulUpgrades(9, good) {
		if step.Development {
			t.Errorf("%+v helps nobody who runs it", step)
		}
	}
	for bound, of := range map[observation.Bound]string{observation.Exact: "4 findings", observation.AtLeast: "at least 4 findings"} {
		good.Measures = []observation.Measure{{ID: observation.AdvisoriesFindings, State: observation.Measured, Value: 4.0, Bound: bound}}
		want := "Upgrade left from 1.0.0, 2.0.0 to 3.0.0: it closes 3 of " + of + "; 1 known of the new version; it is part of what runs (api/a.json and 2 more)."
		if changes := strings.Join(report.HelpfulChanges(good), "\n"); changes != want {
			t.Errorf("got  %s\nwant %s", changes, want)
		}
	}
	issue := report.UpgradeIssue(9, good)
	for _, want := range []string{"- [ ] `left`: `1.0.0, 2.0.0` → `3.0.0` (npm; closes 3, worst: high; 1 known of the new version) in `api/a.json` and 2 more\n",
		"These packages only build or test it:\n- [ ] `probe`: `1.0.0` → `1.1.0` (npm; closes 1, worst: low) in `e2e/a.json`\n"} {
		if !strings.Contains(issue, want) {
			t.Errorf("the plan lacks %q:\n%s", want, issue)
		}
	}
	good.Upgrades = good.Upgrades[1:2]
	if got := report.HelpfulChanges(good); len(got) != 0 {
		t.Errorf("help is %q", got)
	}
}

// TestWeaknessesOfToolsAreCountedApart guards the tally: a package that one file lists for
// more than development runs.
func TestWeaknessesOfToolsAreCountedApart(t *testing.T) {
	if got := report.TallyFindings(planned()); got.N != 4 || got.Development != 1 {
		t.Errorf("got %+v, want 4 with 1 of development", got)
	}
	for _, f := range report.DistinctFindings(planned()) {
		if f.IsDevelopment() != (f.Package.Name == "probe") {
			t.Errorf("%s: development is %v", f.Package.Name, f.IsDevelopment())
		}
	}
}
