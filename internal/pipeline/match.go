package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/midspan/midspan/catalog"
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
	for page := range slices.Chunk(repositories, store.Page) {
		if err := p.matchPage(ctx, run, page); err != nil {
			return err
		}
	}
	return p.store.Advance(ctx, run.ID, store.Matched)
}

// findingsAtOnce are held in memory, at a kilobyte or two each, before they are stored.
const findingsAtOnce = 5000

// matchPage matches what some repositories list, and stores what is new in one transaction.
func (p *Pipeline) matchPage(ctx context.Context, run store.Run, page []catalog.Repository) error {
	urls, outcomes := make([]string, len(page)), make([]string, len(page))
	for i, repository := range page {
		urls[i] = repository.URL
	}
	p.store.ReadAhead(run.ID, urls)
	made, findings := make([]store.NewMatch, 0, len(page)), 0
	for i, url := range urls {
		scan, err := p.store.Scan(ctx, run.ID, url)
		if err != nil {
			return fmt.Errorf("read the scan of %s: %w", url, err)
		}
		outcomes[i] = "no inventory"
		var one, before *store.NewMatch
		if scan.Inventory != "" {
			if outcomes[i], one, err = p.matchInventory(ctx, scan.Inventory); err != nil {
				return fmt.Errorf("match %s: %w", url, err)
			}
		}
		past, _, err := p.pastOf(ctx, scan)
		if err == nil && past != "" {
			_, before, err = p.matchInventory(ctx, past)
		}
		if err != nil {
			return fmt.Errorf("match the past of %s: %w", url, err)
		}
		for _, added := range []*store.NewMatch{one, before} {
			if added != nil {
				made, findings = append(made, *added), findings+added.Findings
			}
		}
		if findings > findingsAtOnce {
			if err := p.store.PutMatches(ctx, made); err != nil {
				return fmt.Errorf("store matches: %w", err)
			}
			made, findings = made[:0], 0
		}
	}
	if err := p.store.PutMatches(ctx, made); err != nil {
		return fmt.Errorf("store matches: %w", err)
	}
	for i, url := range urls {
		p.progress.Done(url, outcomes[i])
	}
	return nil
}

// matchInventory matches the inventory under a work key. It returns the outcome for the
// progress, and what is to be stored: nil where that is done.
func (p *Pipeline) matchInventory(ctx context.Context, key string) (string, *store.NewMatch, error) {
	state, err := p.advisoryState(ctx, key)
	if err != nil {
		return "", nil, err
	}
	match, err := p.stored(ctx, key, state)
	isStored := err == nil
	switch {
	case isStored && match.Open > 0:
		return textOfMatch(store.Inventory{}, match), nil, nil
	case !isStored && !errors.Is(err, store.ErrNotFound):
		return "", nil, err
	}
	inventory, err := p.store.Inventory(ctx, key)
	if err != nil || isStored {
		return textOfMatch(inventory, match), nil, err
	}
	last, err := p.store.LastState(ctx, key)
	if err == nil {
		valid, err := p.stillValid(ctx, inventory, last, state)
		if err == nil && valid {
			match, err = p.stored(ctx, key, last)
		}
		if err != nil || valid {
			return textOfMatch(inventory, match), &store.NewMatch{Key: key, State: state, From: last}, err
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return "", nil, err
	}
	result, err := p.source.Match(ctx, inventory.Packages)
	match = newStoredMatch(result)
	return textOfMatch(inventory, match), &store.NewMatch{Key: key, State: state, Findings: match.Open, Match: match}, err
}

// stored is a match that was made, or store.ErrNotFound: how much it found, and the rest
// only where that is nothing.
func (p *Pipeline) stored(ctx context.Context, key, state string) (match storedMatch, err error) {
	summary, err := p.store.MatchSummary(ctx, key, state)
	if err != nil || summary.Findings > 0 {
		return storedMatch{Open: summary.Findings}, err
	}
	return match, p.store.Match(ctx, key, state, &match)
}

// textOfMatch says what a match gave. It says that nothing was found of what was matched only.
func textOfMatch(inventory store.Inventory, match storedMatch) string {
	unmatched := 0
	for _, u := range match.Unmatched {
		unmatched += u.Packages
	}
	distinct := map[observation.Coordinate]bool{}
	for _, one := range inventory.Packages {
		distinct[one.Coordinate()] = true
	}
	switch {
	case match.Open > 0:
		return fmt.Sprintf("%d findings", match.Open)
	case len(distinct) == 0:
		return "no packages to match"
	case unmatched == 0:
		return "0 findings"
	case unmatched >= len(distinct):
		return "not matched"
	}
	return fmt.Sprintf("0 findings, %d packages not matched", unmatched)
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
