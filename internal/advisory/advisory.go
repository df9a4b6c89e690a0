// Package advisory keeps a database of OSV advisories on disk and matches the
// packages of an inventory against it.
//
// A folder in the OSV layout (<Ecosystem>/all.zip or <Ecosystem>/*.json, and
// kev.json beside them) is turned by Build into one index file. Open and Match
// read that file only, so a match costs a look-up a package and touches no
// record that it does not need.
//
// # Which advisory affects which version
//
// Match answers as osv-scanner v2.3.3 does on the same inventory and database:
// the order of versions is that of osv-scalibr's package semantic, a version
// that an advisory lists is affected whatever its ranges say, a range is
// walked event by event from "introduced" to "fixed" or "last_affected",
// "limit" events are not read, withdrawn records are skipped, and an advisory
// of one ecosystem's archive never speaks for another ecosystem.
//
// It answers otherwise, on purpose, where osv-scanner would hide something or
// claim what it cannot know:
//
//   - A package without a version is unknown, unless no advisory speaks of it
//     at any version. osv-scanner drops it without a word, or calls it affected
//     by everything if the manifest names a commit.
//   - An ecosystem without advisories is unknown, not clean.
//   - A version that the ecosystem's order refuses is unknown where a range
//     would have to decide. osv-scanner panics.
//   - A GIT range does not end an advisory entry: the ranges behind it count.
//   - Package names of PyPI records are normalised like those of manifests.
//   - A record with a field that is unknown or of the wrong type stays, as far
//     as it can be read.
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
	// Notes say what of the source could not be read.
	Notes []observation.Note
}

// Ecosystem describes the part of a database that covers one ecosystem.
type Ecosystem struct {
	Name string
	// Records counts the advisories that can match, Malware those of them that
	// report a malicious package (MAL-), Packages the distinct package names.
	Records, Malware, Packages int
	// Withdrawn records were left out; Broken ones could not be read, or only
	// in part.
	Withdrawn, Broken int
	// Newest is the latest day on which a record was modified, zero where no
	// record says.
	Newest time.Time
	// Reused is true where Build took the ecosystem over from the index before.
	Reused bool
}

// Progress is what Build reports while it works.
type Progress struct {
	Ecosystem   string
	Done, Total int // records
}
