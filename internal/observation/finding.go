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
	// EPSS is how likely it is to be exploited; nil where no scores were read, and where
	// they have none for it.
	EPSS *Likelihood `json:"epss,omitempty"`
	// Malicious marks MAL- records: the package itself is the attack.
	Malicious bool `json:"malicious,omitempty"`
	// Unmaintained marks records that say that nobody maintains the package
	// (RustSec's "informational": "unmaintained").
	Unmaintained bool `json:"unmaintained,omitempty"`
	// DependsOnToolchain marks findings of Go's standard library: a go.mod names the
	// lowest version that may build the program, not the one that does.
	DependsOnToolchain bool `json:"dependsOnToolchain,omitempty"`

	// Answer is what the maintainer says of it; nil where there is no answer.
	Answer *Answer `json:"answer,omitempty"`

	Published time.Time `json:"published,omitzero"`
	Modified  time.Time `json:"modified,omitzero"`
}

// Likelihood is a score of FIRST's Exploit Prediction Scoring System
// (https://www.first.org/epss/).
type Likelihood struct {
	// Probability is that of an exploitation within 30 days, between 0 and 1.
	Probability float64 `json:"probability"`
	// Day is the day of the score, as 2026-11-29. A later day has another one.
	Day string `json:"day"`
}

// AnswerStatus is what a maintainer says of a finding, in the words of OpenVEX.
type AnswerStatus string

// The statuses of OpenVEX.
const (
	NotAffected        AnswerStatus = "not_affected"
	Affected           AnswerStatus = "affected"
	Fixed              AnswerStatus = "fixed"
	UnderInvestigation AnswerStatus = "under_investigation"
)

// Answer is what a maintainer says of a finding, in a file that the user names.
type Answer struct {
	Status        AnswerStatus `json:"status"`
	Justification string       `json:"justification,omitempty"` // one of OpenVEX's list
	Statement     string       `json:"statement,omitempty"`     // in words
	Author        string       `json:"author,omitempty"`
	At            time.Time    `json:"at,omitzero"`
}

// IsAnswered reports whether the maintainer says that nothing is left to do: the finding
// is counted apart from the open ones, and is still shown.
func (f Finding) IsAnswered() bool {
	return f.Answer != nil && (f.Answer.Status == NotAffected || f.Answer.Status == Fixed)
}
