// Package replay reads which packages the main line of a repository listed in the last 24
// months: at every commit that changed a manifest or a lockfile, with the readers of package
// osv. What did not change is read once. docs/replay.md says what is made of it.
//
// It runs where the setting replay asks for it: reading lockfiles of two years costs more
// than all else that a run does.
package replay

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/earlier"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv"
)

// Name is the scanner's name.
const Name = "osv/replay"

// revision counts the changes of this package that change what it yields.
const revision = "1"

// Months is how far back it reads.
const Months = 24

// People tell apart who made commits; see maintenance.People, which implements it.
type People interface {
	// Of returns the number of who bears a name and an address; false where it is a machine.
	Of(name, address string) (int32, bool)
	// Final gives the number that holds once all was read.
	Final(person int32) int32
}

// Scanner reads the packages of the last 24 months.
type Scanner struct {
	people  func(catalog.Repository) People
	readers func() *osv.Scanner
}

var (
	_ scanners.OwnerReader   = (*Scanner)(nil)
	_ scanners.EarlierReader = (*Scanner)(nil)
)

// New returns the scanner. people begins to tell apart those of a repository.
func New(people func(catalog.Repository) People) *Scanner {
	return &Scanner{people: people, readers: sync.OnceValue(osv.New)}
}

// Name implements scanners.Scanner.
func (*Scanner) Name() string { return Name }

// Version implements scanners.Scanner: the readers are those of osv.
func (*Scanner) Version() string { return revision + " osv " + (*osv.Scanner)(nil).Version() }

// Configuration implements scanners.Scanner; there is none.
func (*Scanner) Configuration() string { return "" }

// DependsOnTime implements scanners.Scanner: the window ends at Input.At.
func (*Scanner) DependsOnTime() bool { return true }

// ReadsOwner implements scanners.OwnerReader: some machines bear the owner's name.
func (*Scanner) ReadsOwner() {}

// Wants implements scanners.Scanner: what HEAD holds is wanted as by osv.
func (s *Scanner) Wants(file gitrepo.File) gitrepo.Want {
	if file.Mode != gitrepo.ModeGitlink && s.isRead(file.Path) {
		return gitrepo.Needed
	}
	return gitrepo.Unwanted
}

// Earlier implements scanners.EarlierReader.
func (s *Scanner) Earlier() earlier.Wanted {
	return earlier.Wanted{LineMonths: Months, Files: s.isRead}
}

func (s *Scanner) isRead(path string) bool {
	part, beside := s.readers().Part(path)
	return part != "" || beside
}

var (
	commitsMeasure = observation.Definition{ID: observation.ReplayCommits, Name: "Commits that changed what is listed", Kind: observation.KindNumber,
		Unit: observation.UnitCommits, Merge: observation.MergeSum,
		Means: "Commits of the main line in the last 24 months that changed which packages are listed."}
	versionsMeasure = observation.Definition{ID: observation.ReplayVersions, Name: "Packages listed in two years", Kind: observation.KindNumber,
		Unit: observation.UnitPackages, Merge: observation.MergeSum,
		Means: "Packages (name and version) that the main line listed in the last 24 months."}
)

// Definitions implements scanners.Scanner.
func (*Scanner) Definitions() []observation.Definition {
	return []observation.Definition{commitsMeasure, versionsMeasure}
}

// Scan implements scanners.Scanner. Where the history, its trees or a lockfile are missing,
// every measure is unknown.
func (s *Scanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	result := observation.Observation{Scanner: Name, Version: s.Version()}
	past, err := s.read(ctx, in)
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	if err != nil {
		detail := "the lockfiles of 24 months cannot be read: " + err.Error()
		for _, d := range s.Definitions() {
			result.Measures = append(result.Measures, d.UnknownFor(gitrepo.CauseOf(err), detail))
		}
		return result, nil
	}
	result.Past, result.Packages = &past, []observation.Package{}
	for _, p := range past.Packages {
		result.Packages = append(result.Packages, observation.Package{Ecosystem: p.Ecosystem, Name: p.Name, Version: p.Version})
	}
	source := fmt.Sprintf("lockfiles in the git history of %.12s", in.Snapshot.Commit())
	commits, versions := commitsMeasure.Of(len(past.Changes), source, in.At), versionsMeasure.Of(len(past.Packages), source, in.At)
	if past.Unread > 0 {
		detail := scanners.Count(past.Unread, "state of a manifest", "states of manifests") + " could not be read and counts as the one before"
		commits.Bound, commits.Detail = observation.AtLeast, detail
		versions.Bound, versions.Detail = observation.AtLeast, detail
	}
	result.Measures = []observation.Measure{commits, versions}
	return result, nil
}

// read reads the main line. Errors carry their cause (see gitrepo.CauseOf).
func (s *Scanner) read(ctx context.Context, in scanners.Input) (observation.Past, error) {
	if in.Snapshot.Shallow() {
		return observation.Past{}, &gitrepo.Error{Cause: observation.CauseMissingObjects, Op: "read the history of", Subject: in.Snapshot.Commit(),
			Err: errors.New("it was cut off (a shallow clone); fetch the whole history")}
	}
	from := in.At.AddDate(0, -Months, 0)
	line, err := earlier.Read(ctx, in.Snapshot, from, s.isRead)
	if err != nil {
		return observation.Past{}, err
	}
	tape := newTape(s.people(in.Repository), from, in.At)
	tape.past.Begun = line.Base.OID == ""
	parts := newParts(s.readers(), in.Snapshot)
	if err := parts.apply(ctx, line.Files); err != nil {
		return observation.Past{}, err
	}
	tape.begin(parts.listed)
	for _, step := range line.Steps {
		if step.Commit.Committed.After(in.At) {
			break
		}
		if err := parts.apply(ctx, step.Changes); err != nil {
			return observation.Past{}, err
		}
		tape.add(step.Commit, parts.listed)
	}
	tape.past.Unread = parts.unread
	return tape.finish(parts.names), nil
}

// maxBytes bounds the manifests that are read of one repository, in bytes, each state of a
// part once: it bounds the time that the readers take.
const maxBytes = 1 << 30

func tooMuch(commit string) error {
	return &gitrepo.Error{Cause: observation.CauseOverLimit, Op: "read the lockfiles of", Subject: commit,
		Err: fmt.Errorf("their states of 24 months have more than %d bytes", maxBytes)}
}
