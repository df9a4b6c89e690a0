package observation

import "time"

// Finding is one advisory that affects one package of an inventory.
type Finding struct {
	Package  Package  `json:"package"`
	Advisory string   `json:"advisory"` // the OSV id
	Aliases  []string `json:"aliases,omitempty"`
	Summary  string   `json:"summary,omitempty"`
	// Severity is critical, high, medium, low or unknown; Score the CVSS base
	// score (0 to 10) from Vector, nil where the advisory carries none.
	Severity Severity `json:"severity"`
	Score    *float64 `json:"score,omitempty"`
	Vector   string   `json:"vector,omitempty"`
	// FixedIn is the lowest fixed version above the package's, or empty where
	// the advisory names none.
	FixedIn string `json:"fixedIn,omitempty"`
	// Exploited is true where an alias is in CISA's KEV catalog, false
	// where that catalog was read and does not list it, nil where no KEV
	// catalog was read.
	Exploited *bool `json:"exploited,omitempty"`
	// Malicious marks MAL- records: the package itself is the attack.
	Malicious bool `json:"malicious,omitempty"`
	// Unmaintained marks records that say that nobody maintains the package
	// (RustSec's "informational": "unmaintained").
	Unmaintained bool `json:"unmaintained,omitempty"`
	// DependsOnToolchain marks findings of Go's standard library: a go.mod names the
	// lowest version that may build the program, not the one that does.
	DependsOnToolchain bool `json:"dependsOnToolchain,omitempty"`

	Published time.Time `json:"published,omitzero"`
	Modified  time.Time `json:"modified,omitzero"`
}
