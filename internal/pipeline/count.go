package pipeline

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// counts gathers the summary of a document while its goods pass by.
type counts struct {
	summary  report.Summary
	seen     map[string]bool            // repositories: several goods may share one
	packages map[string]map[pinned]bool // distinct packages by ecosystem
	coverage float64                    // sum of shares
	covered  int

	findings, exploited int
}

// pinned is a package at a version.
type pinned struct{ name, version string }

func newCounts() *counts {
	return &counts{
		summary: report.Summary{Failed: map[string]int{}, Stages: map[assess.Stage]int{}, Unmatched: map[string]int{}},
		seen:    map[string]bool{}, packages: map[string]map[pinned]bool{},
	}
}

func (c *counts) good(verdict assess.Verdict, hasRepository bool) {
	c.summary.Goods++
	c.summary.Stages[verdict.Stage]++
	if verdict.Borderline != nil {
		c.summary.Borderline++
	}
	if hasRepository {
		c.coverage += verdict.Coverage.Share
		c.covered++
		c.summary.Coverage = math.Round(1000*c.coverage/float64(c.covered)) / 1000
	}
}

func (c *counts) repository(scan report.Scan, all seen) {
	if c.seen[scan.Repository.URL] {
		return
	}
	c.seen[scan.Repository.URL] = true
	c.summary.Repositories++
	if scan.Failure != nil {
		c.summary.Failed[string(scan.Failure.Cause)]++
		return
	}
	c.summary.Scanned++
	c.findings += len(all.match.Findings)
	for _, finding := range all.match.Findings {
		if finding.Exploited != nil && *finding.Exploited {
			c.exploited++
		}
	}
	for _, unmatched := range all.match.Unmatched {
		c.summary.Unmatched[string(unmatched.Cause)] += unmatched.Packages
	}
	for _, p := range all.packages {
		if c.packages[p.Ecosystem] == nil {
			c.packages[p.Ecosystem] = map[pinned]bool{}
		}
		if key := (pinned{p.Name, p.Version}); !c.packages[p.Ecosystem][key] {
			c.packages[p.Ecosystem][key] = true
			c.summary.Packages++
		}
	}
}

// of returns the summary. What there was no database for stays unknown.
func (c *counts) of(advisories report.Advisories) report.Summary {
	if slices.ContainsFunc(advisories.Ecosystems, func(e report.Ecosystem) bool { return e.Packages > 0 && advisories.Has(e.Name) }) {
		c.summary.Findings = &c.findings
		if advisories.KEVDate != "" {
			c.summary.Exploited = &c.exploited
		}
	}
	return c.summary
}

// scanEntry is the part of the document that speaks of one repository.
func (p *Pipeline) scanEntry(repository catalog.Repository, all seen) report.Scan {
	entry := report.Scan{
		Repository: repository, Outcome: report.Scanned, Failure: all.scan.Failure, Commit: all.scan.Commit,
		ObservedUntil: all.scan.ObservedUntil, Measures: all.measures, Findings: all.match.Findings, Notes: all.scan.Notes,
		Inventory: inventoryOf(all),
	}
	for _, one := range all.observations {
		entry.Checks = append(entry.Checks, one.Checks...)
	}
	switch {
	case entry.Failure != nil:
		// Every measure is unknown for the one reason that the failure gives.
		entry.Outcome, entry.Measures = report.Failed, nil
	case Lost(entry.Notes) > 0:
		entry.Outcome = report.Partial
	}
	return entry
}

// inventoryOf counts packages by ecosystem; one that stands in two manifests
// counts once for each version.
func inventoryOf(all seen) []report.Inventory {
	noDatabase := map[string]bool{}
	for _, unmatched := range all.match.Unmatched {
		if unmatched.Cause == observation.CauseNoDatabase {
			noDatabase[unmatched.Ecosystem] = true
		}
	}
	direct := map[string]map[pinned]bool{} // ecosystem, then package: is it direct somewhere
	for _, pkg := range all.packages {
		if direct[pkg.Ecosystem] == nil {
			direct[pkg.Ecosystem] = map[pinned]bool{}
		}
		key := pinned{pkg.Name, pkg.Version}
		direct[pkg.Ecosystem][key] = direct[pkg.Ecosystem][key] || pkg.Relation == observation.Direct
	}
	list := []report.Inventory{}
	for _, ecosystem := range sortedKeys(direct) {
		entry := report.Inventory{Ecosystem: ecosystem, Packages: len(direct[ecosystem]), Matched: !noDatabase[ecosystem]}
		for key, isDirect := range direct[ecosystem] {
			if isDirect {
				entry.Direct++
			}
			if key.version == "" {
				entry.NoVersion++
			}
		}
		list = append(list, entry)
	}
	return list
}

// describeAdvisories lists the ecosystems of the database, and those of the
// run's packages that it lacks.
func (p *Pipeline) describeAdvisories(ctx context.Context, run store.Run, c *counts) (report.Advisories, error) {
	info, err := p.advisories.Info(ctx, run.AsOf)
	if err != nil {
		return report.Advisories{}, fmt.Errorf("describe the advisory database: %w", err)
	}
	service := ""
	if p.online() {
		service = onlineService
	}
	described := report.Advisories{Fingerprint: p.databaseID, Service: service, KEVDate: info.KEVDate, Ecosystems: []report.Ecosystem{}}
	known := map[string]report.Ecosystem{}
	for _, one := range info.Ecosystems {
		known[one.Name] = report.Ecosystem{Name: one.Name, Records: one.Records, Newest: one.Newest, Packages: len(c.packages[one.Name])}
	}
	for name, packages := range c.packages {
		if _, ok := known[name]; !ok {
			known[name] = report.Ecosystem{Name: name, Packages: len(packages)}
		}
	}
	for _, name := range sortedKeys(known) {
		described.Ecosystems = append(described.Ecosystems, known[name])
	}
	return described, nil
}
