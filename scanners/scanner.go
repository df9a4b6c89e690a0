// Package scanners holds the contract between the pipeline and whatever reads
// a snapshot. A scanner is a folder beside this file that implements Scanner,
// and a line in package scanners/registry. docs/new-scanner.md is a walk through
// adding one.
//
// A scanner knows no other scanner, no store and no report.
//
// A program outside of this module implements Scanner with the names of this package:
// Definition, Measure, Observation, Snapshot and File are those of internal packages. Package
// midspan runs it.
package scanners

import (
	"context"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/earlier"
	"github.com/midspan/midspan/internal/observation"
)

// Scanner reads one snapshot and returns one observation.
type Scanner interface {
	// Name is the scanner's folder name, for example "maintenance".
	Name() string
	// Version changes whenever the same snapshot and configuration could give
	// another observation; it is part of the work key.
	Version() string
	// Configuration names every setting that changes the result; it is part of
	// the work key. Empty where there is none.
	Configuration() string
	// DependsOnTime reports whether another Input.At could give another
	// observation of the same snapshot; then the day is part of the work key.
	DependsOnTime() bool
	// Definitions lists every measure that Scan can yield, in a stable order.
	Definitions() []observation.Definition
	// Wants is how much Scan needs the contents of a file at HEAD: what no
	// scanner needs is neither fetched nor read. It is called for each file of
	// each tree and depends on nothing but the file.
	Wants(file gitrepo.File) gitrepo.Want
	// Scan reads the snapshot. It returns what it could read: a measure that it
	// cannot read is Unknown with its cause, never left out. An error means
	// that nothing could be read at all. Scan stops when ctx ends.
	Scan(ctx context.Context, in Input) (observation.Observation, error)
}

// PastReader is a scanner that also reads older versions of some files.
type PastReader interface {
	Scanner
	// PastPaths lists the files in the root folder whose older versions Scan
	// reads, among them files that HEAD no longer has.
	PastPaths(files []gitrepo.File) []string
}

// EarlierReader is a scanner that reads more of earlier commits than their root folders.
// Mirrors that Midspan makes hold it where such a scanner is on. A scanner reads what is
// there: in a mirror that lacks it, its measures are unknown (CauseMissingObjects).
type EarlierReader interface {
	Scanner
	// Earlier is what Scan reads of earlier commits.
	Earlier() earlier.Wanted
}

// LockReader is a scanner that also reads what lockfiles say of packages beside their
// names: hashes, licences, and which package needs which. A bill of materials asks for it,
// and no run: it would cost each of them, and be used by few.
type LockReader interface {
	Scanner
	// ReadLocks reads lockfiles of the inventory by their paths. Those that it cannot read
	// are left out.
	ReadLocks(ctx context.Context, snapshot *gitrepo.Snapshot, paths []string) ([]observation.Lock, error)
}

// OwnerReader is a scanner whose observation depends also on the account that owns the
// repository and on Repository.OwnerHosts, which then are part of the work key.
type OwnerReader interface {
	Scanner
	ReadsOwner()
}

// CatalogScanner is a scanner that also reads measures from the catalog entry
// itself, once a good, without any repository.
type CatalogScanner interface {
	Scanner
	// CatalogDefinitions lists the measures that ScanGood yields.
	CatalogDefinitions() []observation.Definition
	// ScanGood also gets what was measured in the good's repositories, to
	// compare what the catalog declares with what was found.
	ScanGood(good catalog.Good, found []observation.Measure, asOf time.Time) []observation.Measure
}

// Input is what a scanner may read.
type Input struct {
	// Repository is the canonical address of what is scanned.
	Repository catalog.Repository
	Snapshot   *gitrepo.Snapshot
	// At is the time for which measures hold: the run's as-of, or the time
	// until which the mirror was observed, whichever is earlier.
	At time.Time
}
