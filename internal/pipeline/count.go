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

func (c *counts) repository(scan report.Scan, l listing) {
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
	c.findings += l.match.Open
	c.exploited += l.match.Exploited
	for _, unmatched := range l.match.Unmatched {
		c.summary.Unmatched[string(unmatched.Cause)] += unmatched.Packages
	}
	for _, p := range l.inventory.Packages {
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

// scanEntry is the part of the document that speaks of one repository, without
// what the observations tell.
func scanEntry(repository catalog.Repository, from seen, l listing) report.Scan {
	entry := report.Scan{
		Repository: repository, Outcome: report.Scanned, Failure: from.scan.Failure, Commit: from.scan.Commit,
		ObservedUntil: from.scan.ObservedUntil, Findings: l.match.Findings, Notes: from.scan.Notes, Inventory: inventoryOf(l),
	}
	switch {
	case entry.Failure != nil:
		entry.Outcome = report.Failed
	case Lost(entry.Notes) > 0:
		entry.Outcome = report.Partial
	}
	return entry
}

// inventoryOf counts the distinct packages by ecosystem.
func inventoryOf(l listing) []report.Inventory {
	noDatabase := map[string]bool{}
	for _, unmatched := range l.match.Unmatched {
		if unmatched.Cause == observation.CauseNoDatabase {
			noDatabase[unmatched.Ecosystem] = true
		}
	}
	list := []report.Inventory{}
	for _, p := range l.inventory.Packages {
		if len(list) == 0 || list[len(list)-1].Ecosystem != p.Ecosystem { // they come by ecosystem
			list = append(list, report.Inventory{Ecosystem: p.Ecosystem, Matched: !noDatabase[p.Ecosystem]})
		}
		entry := &list[len(list)-1]
		entry.Packages++
		if p.Relation == observation.Direct {
			entry.Direct++
		}
		if p.Version == "" {
			entry.NoVersion++
		}
	}
	return list
}

// describeAdvisories lists the ecosystems of the database, and those of the
// run's packages that it lacks.
func (p *Pipeline) describeAdvisories(ctx context.Context, run store.Run, c *counts) (report.Advisories, error) {
	info, err := p.source.Info(ctx, run.AsOf)
	if err != nil {
		return report.Advisories{}, fmt.Errorf("describe the advisory database: %w", err)
	}
	described := report.Advisories{Fingerprint: p.source.Fingerprint(), Service: info.Service, KEVDate: info.KEVDate, Ecosystems: []report.Ecosystem{}}
	known := map[string]report.Ecosystem{}
	for _, one := range info.Ecosystems {
		known[one.Name] = report.Ecosystem{Name: one.Name, Records: one.Records, State: p.source.State(one.Name), Newest: one.Newest, Packages: len(c.packages[one.Name])}
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
