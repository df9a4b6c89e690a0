package pipeline

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/unread"
	"github.com/midspan/midspan/internal/store"
)

// summary counts the goods of a document one by one.
type summary struct {
	result   report.Summary
	seen     map[string]bool               // repositories; several goods may share one
	packages map[string]map[[2]string]bool // distinct names and versions by ecosystem
	coverage float64                       // sum of the goods' shares
	covered  int

	findings, exploited int
}

func newSummary() *summary {
	return &summary{
		result: report.Summary{Failed: map[string]int{}, Stages: map[assess.Stage]int{}, Unmatched: map[string]int{}},
		seen:   map[string]bool{}, packages: map[string]map[[2]string]bool{},
	}
}

// addGood adds a good; its findings are those of its repositories.
func (s *summary) addGood(verdict assess.Verdict, findings observation.Measure, hasRepository bool) {
	s.result.Goods++
	isCounted := findings.State == observation.NotApplicable || findings.State == observation.Measured && findings.Bound == observation.Exact
	s.result.FindingsAtLeast = s.result.FindingsAtLeast || !isCounted
	s.result.Stages[verdict.Stage]++
	if verdict.Borderline != nil {
		s.result.Borderline++
	}
	if hasRepository {
		s.coverage += verdict.Coverage.Share
		s.covered++
		s.result.Coverage = math.Round(1000*s.coverage/float64(s.covered)) / 1000
	}
}

func (s *summary) addRepository(scan report.Scan, l matchedInventory) {
	if s.seen[scan.Repository.URL] {
		return
	}
	s.seen[scan.Repository.URL] = true
	s.result.Repositories++
	s.result.Moved += report.BoolToInt(scan.MovedTo != "")
	if scan.Failure != nil {
		s.result.Failed[string(scan.Failure.Cause)]++
		return
	}
	s.result.Scanned++
	answered, exploited := countAnswered(scan.Findings)
	s.findings += l.match.Open - answered
	s.exploited += l.match.Exploited - exploited
	for _, unmatched := range l.match.Unmatched {
		s.result.Unmatched[string(unmatched.Cause)] += unmatched.Packages
	}
	for _, p := range l.inventory.Packages {
		if s.packages[p.Ecosystem] == nil {
			s.packages[p.Ecosystem] = map[[2]string]bool{}
		}
		if key := [2]string{p.Name, p.Version}; !s.packages[p.Ecosystem][key] {
			s.packages[p.Ecosystem][key] = true
			s.result.Packages++
		}
	}
}

// finish returns the summary. Counts of findings stay unknown without a database.
func (s *summary) finish(advisories report.Advisories) report.Summary {
	if slices.ContainsFunc(advisories.Ecosystems, func(e report.Ecosystem) bool { return e.Packages > 0 && advisories.Has(e.Name) }) {
		s.result.Findings = &s.findings
		if advisories.KEVDate != "" {
			s.result.Exploited = &s.exploited
		}
	}
	return s.result
}

// scanEntry builds the part of the document about one repository, without what is read
// from observations.
func scanEntry(repository catalog.Repository, state repoState, l matchedInventory) report.Scan {
	entry := report.Scan{
		Repository: repository, Outcome: report.Scanned, Failure: state.scan.Failure, Commit: state.scan.Commit,
		ObservedUntil: state.scan.ObservedUntil, Findings: l.match.Findings, Notes: state.scan.Notes, Inventory: inventoryOf(l),
	}
	for _, live := range state.live {
		entry.Notes = append(slices.Clone(entry.Notes), live.Notes...)
		if moved, is := observation.Find(live.Measures, observation.ForgeMovedTo); is && moved.State == observation.Measured {
			entry.MovedTo, _ = moved.Value.(string)
		}
	}
	switch {
	case entry.Failure != nil:
		entry.Outcome = report.Failed
	case unread.Count(entry.Notes) > 0:
		entry.Outcome = report.Partial
	}
	return entry
}

// inventoryOf counts the distinct packages of each ecosystem.
func inventoryOf(l matchedInventory) []report.Inventory {
	noDatabase := map[string]bool{}
	for _, unmatched := range l.match.Unmatched {
		if unmatched.Cause == observation.CauseNoDatabase {
			noDatabase[unmatched.Ecosystem] = true
		}
	}
	list := []report.Inventory{}
	for _, p := range l.inventory.Packages {
		if len(list) == 0 || list[len(list)-1].Ecosystem != p.Ecosystem { // sorted by ecosystem
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

// describeAdvisories lists the ecosystems of the database, and the ecosystems of the
// run's packages that it lacks.
func (p *Pipeline) describeAdvisories(ctx context.Context, run store.Run, s *summary) (report.Advisories, error) {
	info, err := p.source.Info(ctx, run.AsOf)
	if err != nil {
		return report.Advisories{}, fmt.Errorf("describe the advisory database: %w", err)
	}
	described := report.Advisories{Fingerprint: p.source.Fingerprint(), Service: info.Service, KEVDate: info.KEVDate, Ecosystems: []report.Ecosystem{}}
	known := map[string]report.Ecosystem{}
	for _, state := range info.Ecosystems {
		known[state.Name] = report.Ecosystem{Name: state.Name, Records: state.Records, State: p.source.State(state.Name), Newest: state.Newest,
			Packages: len(s.packages[state.Name])}
	}
	for name, packages := range s.packages {
		if _, ok := known[name]; !ok {
			known[name] = report.Ecosystem{Name: name, Packages: len(packages)}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		described.Ecosystems = append(described.Ecosystems, known[name])
	}
	return described, nil
}

// Gaps lists the gaps of a matched run by kind.
func (p *Pipeline) Gaps(ctx context.Context, run store.Run) ([]unread.Gap, error) {
	list, summary := unread.New(slices.Concat(run.Notes, p.source.Notes())), newSummary()
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return nil, err
		}
		states, err := p.loadStates(ctx, run, good)
		if err != nil {
			return nil, fmt.Errorf("good %s: %w", good.ID, err)
		}
		one := report.Good{Good: good.Good}
		for i, state := range states {
			var l matchedInventory // its match alone: packages are not counted
			if state.advisoryState != "" {
				if err := p.store.Match(ctx, state.scan.Inventory, state.advisoryState, &l.match); err != nil {
					return nil, fmt.Errorf("read the match of %s: %w", state.scan.URL, err)
				}
			}
			one.Scans = append(one.Scans, scanEntry(good.Repositories[i], state, l))
			summary.addRepository(one.Scans[i], l)
		}
		list.AddGood(one)
	}
	return list.Finish(summary.result), nil
}
