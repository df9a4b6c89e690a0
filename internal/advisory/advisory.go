// Package advisory keeps a database of OSV advisories on disk and matches the
// packages of an inventory against it.
//
// Build turns a folder in the OSV layout (<Ecosystem>/all.zip or <Ecosystem>/*.json,
// and kev.json beside them) into one index file. Open and Match read only that file: a
// match is one look-up for each package, and reads no other record.
//
// # Which advisory affects which version
//
// Match gives the results of osv-scanner v2.3.3 on the same inventory and database:
//
//   - The order of versions is that of osv-scalibr's package semantic.
//   - A version that an advisory lists is affected, whatever its ranges are.
//   - The events of a range apply in order, from "introduced" to "fixed" or
//     "last_affected". "limit" events are not read.
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
//     decide. osv-scanner panics.
//   - A GIT range does not end an advisory entry: the ranges after it count.
//   - Package names of PyPI records are normalised like those of manifests.
//   - A record with a field that is unknown or of the wrong type is kept, as far as it
//     can be read.
//
// The package knows nothing of repositories, goods or reports.
package advisory

import (
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// Info describes a database.
type Info struct {
	// Source is the folder from which it was built.
	Source     string
	Ecosystems []Ecosystem // by name
	// KEVDate is the release date of the catalog of known exploited
	// vulnerabilities ("2025-08-25"), KEVEntries its size. The date is empty
	// where no catalog was read: then whether something is exploited is unknown.
	KEVDate    string
	KEVEntries int
	// Notes list what could not be read of the source.
	Notes []observation.Note
}

// Ecosystem describes the part of a database that covers one ecosystem.
type Ecosystem struct {
	Name string
	// Records counts the advisories that can match, Malware those of them that
	// report a malicious package (MAL-), Packages the distinct package names.
	Records, Malware, Packages int
	// Withdrawn counts records that were left out, Broken those that could not be
	// read, or only in part.
	Withdrawn, Broken int
	// Newest is the latest time at which a record was modified, zero where no record
	// has one.
	Newest time.Time
	// Reused is true where Build kept the ecosystem of the previous index.
	Reused bool
}

// Progress is what Build reports while it works.
type Progress struct {
	Ecosystem   string
	Done, Total int // records
}
