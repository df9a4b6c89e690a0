// Package osvdb builds and keeps an index of OSV advisories on disk.
//
// Update fetches OSV's export into a folder. Build turns such a folder, which holds
// <Ecosystem>/all.zip or <Ecosystem>/*.json and kev.json beside them, into one index
// file. Open reads that file only: a look-up of a package reads no other record.
//
// Its subpackages read zip archives and OSV records. The package advisory matches
// packages with what the index holds.
package osvdb

import (
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// Info describes an index.
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

// NewestDay is the day of the newest record ("2025-08-25"), empty where none has one.
func (i Info) NewestDay() string {
	var newest time.Time
	for _, e := range i.Ecosystems {
		if e.Newest.After(newest) {
			newest = e.Newest
		}
	}
	if newest.IsZero() {
		return ""
	}
	return newest.Format(time.DateOnly)
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
