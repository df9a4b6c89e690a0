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
	"github.com/midspan/midspan/internal/store"
)

// storedMatch is what the store keeps of one inventory: the match of its distinct
// packages. The findings hold no path of a manifest; findingsAt adds it.
type storedMatch struct {
	advisory.Result
	// Open counts the vulnerabilities of each package at a version, however many
	// advisories name one. Exploited counts those that are known to be exploited.
	Open, Exploited int
}

// Match is the match stage: it matches every inventory of the run with the advisories.
// No repository is opened.
func (p *Pipeline) Match(ctx context.Context, run store.Run) error {
	if err := p.openAdvisories(ctx, run); err != nil {
		return err
	}
	repositories, err := p.repositories(ctx, run)
	if err != nil {
		return err
	}
	p.progress.Stage("match", len(repositories))
	defer p.progress.End()
	for _, repository := range repositories {
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
		p.progress.Done(repository.URL, outcome)
	}
	return p.store.Advance(ctx, run.ID, store.Matched)
}

// matchInventory matches the inventory under a work key unless that is done already,
// and describes the outcome.
func (p *Pipeline) matchInventory(ctx context.Context, key string) (string, error) {
	state, err := p.matchStateFor(ctx, key)
	if err != nil {
		return "", err
	}
	done, err := p.store.Answer(ctx, key, state)
	if err == nil || !errors.Is(err, store.ErrNone) {
		return findingsText(done.Findings), err
	}
	inventory, err := p.store.Inventory(ctx, key)
	if err != nil {
		return "", err
	}
	if last, err := p.store.LastState(ctx, key); err == nil {
		unchanged, err := p.unchangedSince(ctx, inventory, last, state)
		if err != nil {
			return "", err
		}
		if unchanged {
			done, err := p.store.RepeatMatch(ctx, key, last, state)
			return findingsText(done.Findings), err
		}
	} else if !errors.Is(err, store.ErrNone) {
		return "", err
	}
	result, err := p.source.Match(ctx, inventory.Packages)
	if err != nil {
		return "", err
	}
	match := newStoredMatch(result)
	return findingsText(match.Open), p.store.PutMatch(ctx, key, state, match.Open, match)
}

func findingsText(findings int) string { return fmt.Sprintf("%d findings", findings) }

// matchStateFor identifies all that a match of an inventory depends on beside the
// inventory: the state of the advisories of each of its ecosystems, and the program. A
// change of one ecosystem leaves the matches of other inventories valid.
func (p *Pipeline) matchStateFor(ctx context.Context, key string) (string, error) {
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

// matchState is what a match depends on. An ecosystem of which the source has no
// advisories has the empty state.
type matchState struct {
	Build      string            `json:"build"`
	Ecosystems map[string]string `json:"ecosystems"`
}

// unchangedSince reports whether an inventory's match is still the one of an earlier
// state: no advisory of its packages was added, removed or changed since.
func (p *Pipeline) unchangedSince(ctx context.Context, inventory store.Inventory, before, now string) (bool, error) {
	var was, is matchState
	if json.Unmarshal([]byte(before), &was) != nil || json.Unmarshal([]byte(now), &is) != nil || was.Build != is.Build {
		return false, nil // the match of another program
	}
	changed := map[string]func(string) bool{}
	for name, state := range is.Ecosystems {
		since := was.Ecosystems[name]
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

// baseNames are the sorted names of ecosystems as databases have them: "Debian" for
// "Debian:12".
func baseNames(ecosystems []string) []string {
	names := make([]string, len(ecosystems))
	for i, ecosystem := range ecosystems {
		names[i], _, _ = strings.Cut(ecosystem, ":")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// newStoredMatch counts what a match found.
func newStoredMatch(result advisory.Result) storedMatch {
	match := storedMatch{Result: result}
	for _, group := range observation.Groups(result.Findings) {
		match.Open++
		if slices.ContainsFunc(group, func(f observation.Finding) bool { return f.Exploited != nil && *f.Exploited }) {
			match.Exploited++
		}
	}
	return match
}

// identity distinguishes packages, wherever they are listed.
func identity(p observation.Package) [3]string { return [3]string{p.Ecosystem, p.Name, p.Version} }

// findingsAt repeats each finding for every entry of the inventory that lists its
// package. The result is that of a match of all entries.
func (m storedMatch) findingsAt(entries []observation.Package) []observation.Finding {
	of := map[[3]string][]observation.Finding{}
	for _, finding := range m.Findings {
		of[identity(finding.Package)] = append(of[identity(finding.Package)], finding)
	}
	var all []observation.Finding
	for _, entry := range entries {
		for _, finding := range of[identity(entry)] {
			finding.Package = entry
			all = append(all, finding)
		}
	}
	return advisory.NewResult(all, nil).Findings
}
