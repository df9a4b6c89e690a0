package gitrepo

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// reference is a branch or a tag.
type reference struct {
	name    string
	created string // of a tag: the tagger's date, or the committer's; in seconds
	newest  string // of a branch: the date of its commit, in seconds
	author  string
	email   string
}

// readReferences reads tags and branches, with one process of git where none of them
// leads to a commit that the mirror lacks.
func (s *Snapshot) readReferences(ctx context.Context) {
	all, err := s.references(ctx, "refs/tags", "refs/heads", "refs/remotes")
	if err == nil {
		isTag := func(r reference) bool { return strings.HasPrefix(r.name, "refs/tags/") }
		s.setTags(slices.DeleteFunc(slices.Clone(all), func(r reference) bool { return !isTag(r) }))
		s.setBranches(slices.DeleteFunc(all, isTag))
		return
	}
	if tags, err := s.references(ctx, "refs/tags"); err == nil {
		s.setTags(tags)
	} else {
		s.tagsErr = cmp.Or[error](ctx.Err(), &Error{causeOfOutput(err, observation.CauseMissingObjects), "read the tags of", s.gitDir, err})
	}
	if branches, err := s.references(ctx, "refs/heads", "refs/remotes"); err == nil {
		s.setBranches(branches)
	}
}

// references lists the references below prefixes, in the order of their names.
func (s *Snapshot) references(ctx context.Context, prefixes ...string) ([]reference, error) {
	out, err := s.runOnRefs(ctx, append([]string{"for-each-ref",
		"--format=%(refname)%00%(creatordate:unix)%00%(committerdate:unix)%00%(authorname)%00%(authoremail:trim)"}, prefixes...)...)
	if err != nil {
		return nil, err
	}
	var all []reference
	for line := range strings.Lines(string(out)) {
		if f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\x00", 5); len(f) == 5 {
			all = append(all, reference{f[0], f[1], f[2], f[3], f[4]})
		}
	}
	return all, nil
}

func (s *Snapshot) setTags(tags []reference) {
	for _, r := range tags {
		s.tags = append(s.tags, Tag{Name: strings.TrimPrefix(r.name, "refs/tags/"), Created: unixTime(r.created)})
	}
}

// maxBranches bounds the branches that are looked at: those with the newest commits.
const maxBranches = 50

func (s *Snapshot) setBranches(branches []reference) {
	seconds := func(r reference) uint64 {
		n, _ := strconv.ParseUint(r.newest, 10, 64) // zero where there is no date, as for git
		return n
	}
	slices.SortStableFunc(branches, func(a, b reference) int { return cmp.Compare(seconds(b), seconds(a)) })
	names := map[string]bool{}
	for _, r := range branches[:min(len(branches), maxBranches)] {
		name := branchOf(r.name)
		if name != "HEAD" {
			names[name] = true
		}
		if name == "gh-pages" { // pages are made of other branches
			continue
		}
		if c := (Commit{Committed: unixTime(r.newest), Author: r.author, Email: r.email}); c.Committed.After(s.committed) {
			s.branches = append(s.branches, c)
		}
	}
	s.branchesKnown = len(names) > 1
}

// branchOf is the branch that a reference names, at home or at a remote.
func branchOf(ref string) string {
	if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		return name
	}
	_, name, _ := strings.Cut(strings.TrimPrefix(ref, "refs/remotes/"), "/")
	return name
}
