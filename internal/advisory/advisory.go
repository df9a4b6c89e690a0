// Package advisory finds the advisories that affect the packages of an inventory, and
// counts them as measures. A Source is a database (an index that the package osvdb
// builds), OSV's online service, or none.
//
// # Which advisory affects which version
//
// Database.Match gives the results of osv-scanner v2.3.3 on the same inventory and database:
//
//   - The order of versions is that of osv-scalibr's package semantic.
//   - A version that an advisory lists is affected, whatever its ranges are.
//   - The events of a range apply in order, from "introduced" to "fixed" or
//     "last_affected".
//   - Withdrawn records are skipped.
//   - An advisory in one ecosystem's archive does not count for another ecosystem.
//
// It differs on purpose where osv-scanner would hide something or claim what it cannot
// know:
//
//   - A package without a version is unknown, unless no advisory names it at any
//     version. osv-scanner drops it silently, or calls it affected by everything if
//     the manifest names a commit.
//   - An ecosystem without advisories is unknown, not clean.
//   - A version that the ecosystem's order refuses is unknown where a range would
//     decide. osv-scanner panics. So is a text that names no place in that order: a
//     word, a branch, a range, a commit.
//   - A record that names the package and does not say which versions it affects leaves
//     the package undecided. It has neither versions nor ranges, or GIT ranges alone, a
//     range of an unknown kind, a range without "introduced" or with a version that
//     cannot be placed, or it was withdrawn at no past time.
//   - A version above all limits of a range is not affected, as OSV's schema says.
//   - A GIT range does not end an advisory entry: the ranges after it count.
//   - Package names of PyPI and Packagist records are normalised like those of manifests.
//   - A record with a field that is unknown or of the wrong type is kept, as far as it
//     can be read.
//
// The package knows nothing of repositories, goods or reports.
package advisory

import (
	"context"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
)

// Matcher finds the advisories that affect packages. It stops when ctx ends.
type Matcher interface {
	Match(ctx context.Context, packages []observation.Package) (Result, error)
}

// Source is a Matcher that knows the state of its data. Database, Service and None
// implement it.
type Source interface {
	Matcher
	// UnlistedMatcher returns a function that finds the advisories of packages which no
	// inventory lists, such as newer versions. It is nil where that would need requests.
	UnlistedMatcher(ctx context.Context) func([]observation.Package) ([]observation.Finding, error)
	// Fingerprint changes whenever a match could give another result.
	Fingerprint() string
	// State is a fingerprint of one ecosystem, by its base name ("npm"). It is empty
	// where the source has no advisories of the ecosystem.
	State(ecosystem string) string
	// ChangedSince returns which packages of an ecosystem may have other advisories than
	// at the time when its state was since. The function is nil where that is unknown.
	ChangedSince(ctx context.Context, ecosystem, since string) (func(name string) bool, error)
	// Info describes the source. Dates after asOf are left out.
	Info(ctx context.Context, asOf time.Time) (Info, error)
	// Notes list what of the source could not be read, and why it could not match.
	Notes() []observation.Note
	Close() error
}

// Info describes a source.
type Info struct {
	osvdb.Info
	// Service is the name of an online service, empty for a database.
	Service string
}
