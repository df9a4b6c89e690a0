package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// storedMatch is the JSON that the store keeps for one inventory: the match of its
// distinct packages. The findings have no paths; withPaths adds them.
type storedMatch struct {
	advisory.Result
	// Open counts the vulnerabilities of each package and version, where several
	// advisories of one vulnerability count once. Exploited counts those that are
	// known to be exploited.
	Open, Exploited int
}

// Match is the match stage: it matches every inventory of the run against the advisory
// database. No repository is opened.
func (p *Pipeline) Match(ctx context.Context, run store.Run) error {
	if err := errors.Join(p.store.Lock(), p.openAdvisories(ctx, run)); err != nil {
		return err
	}
	repositories, err := p.repositories(ctx, run)
	if err != nil {
		return err
	}
	p.progress.Stage("match", len(repositories))
	defer p.progress.End()
	for i, repository := range repositories {
		if i%store.Page == 0 {
			var next []string
			for _, r := range repositories[i:min(i+store.Page, len(repositories))] {
				next = append(next, r.URL)
			}
			p.store.ReadAhead(run.ID, next)
		}
		scan, err := p.store.Scan(ctx, run.ID, repository.URL)
		if err != nil {
			return fmt.Errorf("read the scan of %s: %w", repository.URL, err)
		}
		outcome := "no inventory"
		if scan.Inventory != "" {
			if outcome, err = p.matchInventory(ctx, scan.Inventory); err != nil {
				return fmt.Errorf("match %s: %w", repository.URL, err)
			}
		}
		past, _, err := p.pastOf(ctx, scan)
		if err == nil && past != "" {
			_, err = p.matchInventory(ctx, past)
		}
		if err != nil {
			return fmt.Errorf("match the past of %s: %w", repository.URL, err)
		}
		p.progress.Done(repository.URL, outcome)
	}
	return p.store.Advance(ctx, run.ID, store.Matched)
}

// matchInventory matches the inventory under a work key, unless that is done, and
// returns the outcome for the progress.
func (p *Pipeline) matchInventory(ctx context.Context, key string) (string, error) {
	state, err := p.advisoryState(ctx, key)
	if err != nil {
		return "", err
	}
	summary, err := p.store.MatchSummary(ctx, key, state)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		if err != nil {
			return "", err
		}
		return p.outcome(ctx, key, state, summary.Findings)
	}
	inventory, err := p.store.Inventory(ctx, key)
	if err != nil {
		return "", err
	}
	if last, err := p.store.LastState(ctx, key); err == nil {
		valid, err := p.stillValid(ctx, inventory, last, state)
		if err != nil {
			return "", err
		}
		if valid {
			summary, err := p.store.CopyMatch(ctx, key, last, state)
			if err != nil {
				return "", err
			}
			return p.outcome(ctx, key, state, summary.Findings)
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	result, err := p.source.Match(ctx, inventory.Packages)
	if err != nil {
		return "", err
	}
	match := newStoredMatch(result)
	if err := p.store.PutMatch(ctx, key, state, match.Open, match); err != nil {
		return "", err
	}
	return p.outcome(ctx, key, state, match.Open)
}

// outcome says what a match gave. It says that nothing was found of what was matched only.
func (p *Pipeline) outcome(ctx context.Context, key, state string, findings int) (string, error) {
	if findings > 0 {
		return fmt.Sprintf("%d findings", findings), nil
	}
	var s matchState
	if err := json.Unmarshal([]byte(state), &s); err != nil {
		return "", fmt.Errorf("read the state of a match: %w", err)
	}
	if len(s.Ecosystems) == 0 {
		return "no packages to match", nil
	}
	var match storedMatch
	if err := p.store.Match(ctx, key, state, &match); err != nil {
		return "", err
	}
	unmatched := 0
	for _, u := range match.Unmatched {
		unmatched += u.Packages
	}
	if unmatched == 0 {
		return "0 findings", nil
	}
	inventory, err := p.store.Inventory(ctx, key)
	if err != nil {
		return "", err
	}
	distinct := map[observation.Coordinate]bool{}
	for _, one := range inventory.Packages {
		distinct[one.Coordinate()] = true
	}
	if unmatched >= len(distinct) {
		return "not matched", nil
	}
	return fmt.Sprintf("0 findings, %d packages not matched", unmatched), nil
}

// advisoryState names everything but the inventory that a match depends on: the state of
// the advisories of each of its ecosystems, and the program. So a change in one
// ecosystem does not invalidate the matches of the others.
func (p *Pipeline) advisoryState(ctx context.Context, key string) (string, error) {
	ecosystems, err := p.store.Ecosystems(ctx, key)
	if err != nil {
		return "", fmt.Errorf("read the ecosystems of inventory %s: %w", key, err)
	}
	state := matchState{Build: p.build, Ecosystems: map[string]string{}}
	for _, name := range baseNames(ecosystems) {
		state.Ecosystems[name] = p.source.State(name)
	}
	text, err := json.Marshal(state)
	return string(text), err
}

// matchState is the decoded form of it. An ecosystem of which the source has no
// advisories has an empty state.
type matchState struct {
	Build      string            `json:"build"`
	Ecosystems map[string]string `json:"ecosystems"`
}

// stillValid reports whether an inventory's match is what it was in an earlier state:
// since then no advisory of its packages was added, removed or changed.
func (p *Pipeline) stillValid(ctx context.Context, inventory store.Inventory, before, now string) (bool, error) {
	var earlier, current matchState
	if json.Unmarshal([]byte(before), &earlier) != nil || json.Unmarshal([]byte(now), &current) != nil || earlier.Build != current.Build {
		return false, nil // the match of another program
	}
	changed := map[string]func(string) bool{}
	for name, state := range current.Ecosystems {
		since := earlier.Ecosystems[name]
		if since == state {
			continue
		}
		if since == "" || state == "" {
			return false, nil
		}
		names, err := p.source.ChangedSince(ctx, name, since)
		if err != nil || names == nil {
			return false, err
		}
		changed[name] = names
	}
	return !slices.ContainsFunc(inventory.Packages, func(p observation.Package) bool {
		base, _, _ := strings.Cut(p.Ecosystem, ":")
		names := changed[base]
		return names != nil && names(p.Name)
	}), nil
}

// baseNames reduces ecosystems to the names that a database uses: "Debian:12" becomes
// "Debian".
func baseNames(ecosystems []string) []string {
	names := make([]string, len(ecosystems))
	for i, ecosystem := range ecosystems {
		names[i], _, _ = strings.Cut(ecosystem, ":")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// newStoredMatch counts the findings of a match.
func newStoredMatch(result advisory.Result) storedMatch {
	match := storedMatch{Result: result}
	for _, group := range observation.Groups(result.Findings) {
		match.Open++
		match.Exploited += report.BoolToInt(isExploited(group))
	}
	return match
}

// isExploited reports whether a weakness is known to be exploited, by one of the findings on
// it.
func isExploited(group []observation.Finding) bool {
	return slices.ContainsFunc(group, func(f observation.Finding) bool { return f.Exploited != nil && *f.Exploited })
}

// withPaths gives each finding the entries of the inventory that list its package: the
// result equals a match of all entries.
func (m storedMatch) withPaths(entries []observation.Package) []observation.Finding {
	of := map[observation.Coordinate][]observation.Finding{}
	for _, finding := range m.Findings {
		of[finding.Package.Coordinate()] = append(of[finding.Package.Coordinate()], finding)
	}
	var all []observation.Finding
	for _, entry := range entries {
		for _, finding := range of[entry.Coordinate()] {
			finding.Package = entry
			all = append(all, finding)
		}
	}
	return advisory.NewResult(all, nil).Findings
}
