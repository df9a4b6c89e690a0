// Package observation holds the types that every stage of the pipeline shares:
// measures in three states, the packages of an inventory, the findings against
// them, and the causes for which something is unknown.
//
// It knows nothing of catalogs, scanners, stores or reports.
package observation

import (
	"encoding/json"
	"fmt"
	"time"
)

// State says whether a measure has a value.
type State string

// The three states of a measure. Unknown is never zero and never bad.
const (
	Measured      State = "measured"
	Unknown       State = "unknown"
	NotApplicable State = "not-applicable"
)

// Cause is the class of reason for which something is unknown. Causes are
// counted in reports, so they form a closed list.
type Cause string

// The causes of an unknown measure or a failed unit of work.
const (
	CauseOffline        Cause = "offline"              // the network was switched off
	CauseNoToken        Cause = "no-token"             // a forge's API needs a token
	CauseMissingObjects Cause = "missing-objects"      // the mirror lacks blobs or trees
	CauseUnsupported    Cause = "unsupported"          // no reader for this kind of input
	CauseNoDatabase     Cause = "no-advisory-database" // no advisories for the ecosystem
	CauseNoVersion      Cause = "no-version"           // a package without a version matches nothing
	CauseNoSource       Cause = "no-source"            // none of the sources that were read states it
	CauseNoRepository   Cause = "no-repository"        // the good names no repository
	CauseBadURL         Cause = "bad-url"              // a URL that is no repository
	CauseNotFound       Cause = "not-found"            // the repository or mirror is not there
	CauseUnreachable    Cause = "unreachable"          // the network or the server failed
	CauseEmpty          Cause = "empty-repository"     // a repository without commits
	CauseNoBranch       Cause = "no-default-branch"    // HEAD points nowhere, other branches exist
	CauseCorrupt        Cause = "corrupt"              // git refuses to read the repository
	CauseBroken         Cause = "broken-input"         // a manifest or record that does not parse
	CauseOverLimit      Cause = "over-limit"           // a limit on time, size or files was met
	CauseScannerFailed  Cause = "scanner-failed"       // a scanner returned an error
	CauseScannerPanic   Cause = "scanner-panic"        // a scanner panicked
	CauseStale          Cause = "stale"                // too old to be valid today
	CauseRemark         Cause = "remark"               // read, though not as it was written: nothing is lost
)

// Bound is how a measured value relates to the value of the whole good when only
// some of its repositories could be read.
type Bound string

// An exact value has the empty bound.
const (
	Exact   Bound = ""
	AtLeast Bound = "at-least" // the true value is this or more
	AtMost  Bound = "at-most"  // the true value is this or less
)

// Measure is a named value with its unit, source and time.
type Measure struct {
	// ID is the measure's name as its Definition declares it, for example
	// "people.contributor-absence-factor".
	ID    string `json:"id"`
	State State  `json:"state"`
	// Value is a float64, bool, string or []string; nil unless State is Measured.
	Value any    `json:"value,omitempty"`
	Unit  string `json:"unit,omitempty"`
	Bound Bound  `json:"bound,omitempty"`
	// Source says where the value was read: a file at a commit, the history,
	// the catalog entry.
	Source string `json:"source,omitempty"`
	// At is the time for which the measure holds, never later than the time
	// at which its source was last seen ("observed until").
	At time.Time `json:"at,omitzero"`
	// Cause and Detail say why a measure is unknown or not applicable. Detail
	// may also qualify a measured value ("read from 1 of 9 repositories").
	Cause  Cause  `json:"cause,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// Number returns the value of a measured number; a bool counts as 0 or 1.
func (m Measure) Number() (float64, bool) {
	if m.State != Measured {
		return 0, false
	}
	switch v := m.Value.(type) {
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// Text returns the value of a measured string.
func (m Measure) Text() (string, bool) {
	s, ok := m.Value.(string)
	return s, ok && m.State == Measured
}

// List returns the value of a measured list.
func (m Measure) List() ([]string, bool) {
	l, ok := m.Value.([]string)
	return l, ok && m.State == Measured
}

// UnmarshalJSON reads a measure back with the Go types that Value documents.
func (m *Measure) UnmarshalJSON(data []byte) error {
	type plain Measure
	if err := json.Unmarshal(data, (*plain)(m)); err != nil {
		return err
	}
	list, ok := m.Value.([]any)
	if !ok {
		return nil
	}
	texts := make([]string, len(list))
	for i, item := range list {
		s, ok := item.(string)
		if !ok {
			return fmt.Errorf("measure %s: list item %d is a %T, want a string", m.ID, i, item)
		}
		texts[i] = s
	}
	m.Value = texts
	return nil
}

// Kind is the type of a measure's value.
type Kind string

// The kinds of value; a number is a float64.
const (
	KindNumber Kind = "number"
	KindBool   Kind = "bool"
	KindText   Kind = "text"
	KindList   Kind = "list"
)

// Merge says how the values of a good's repositories become one value.
type Merge string

// The ways to merge. Where some repositories could not be read, Max, Sum, Any
// and Union leave a lower bound (AtLeast), Min an upper one (AtMost).
const (
	MergeMax   Merge = "max"   // the largest
	MergeMin   Merge = "min"   // the smallest
	MergeSum   Merge = "sum"   // the total
	MergeAny   Merge = "any"   // true where one is true
	MergeUnion Merge = "union" // all items, each once, sorted
	MergeMain  Merge = "main"  // that of the main repository: most human commits in 12 months, then ever
)

// Definition declares a measure: what it means, its unit and where the
// definition comes from. Every scanner declares all that it can yield, so that
// what is missing can be shown.
type Definition struct {
	ID    string `json:"id"`
	Name  string `json:"name"` // for readers: "Contributor absence factor"
	Kind  Kind   `json:"kind"`
	Unit  string `json:"unit,omitempty"` // people, commits, days, releases, points of 10, …
	Merge Merge  `json:"merge"`
	// Means is one sentence: what is counted, over which period.
	Means string `json:"means"`
	// Reference is the published definition (a CHAOSS metric, an OpenSSF
	// check, a DPG Standard indicator), or empty where it is Midspan's own.
	Reference string `json:"reference,omitempty"`
}

// Of returns a measured measure of this definition.
func (d Definition) Of(value any, source string, at time.Time) Measure {
	switch v := value.(type) {
	case int:
		value = float64(v)
	case int64:
		value = float64(v)
	}
	return Measure{ID: d.ID, State: Measured, Value: value, Unit: d.Unit, Source: source, At: at}
}

// UnknownFor returns an unknown measure of this definition.
func (d Definition) UnknownFor(cause Cause, detail string) Measure {
	return Measure{ID: d.ID, State: Unknown, Unit: d.Unit, Cause: cause, Detail: detail}
}

// NotApplicableFor returns a measure that cannot apply ("no workflows to judge").
func (d Definition) NotApplicableFor(detail string) Measure {
	return Measure{ID: d.ID, State: NotApplicable, Unit: d.Unit, Detail: detail}
}

// Note is a remark for a reader about something that was dropped, changed or
// could not be read.
type Note struct {
	Cause   Cause  `json:"cause"`
	Subject string `json:"subject,omitempty"` // the file, URL or plugin meant
	Message string `json:"message"`           // what, where, and what to do
}

// Observation is what one scanner saw in one snapshot.
type Observation struct {
	Scanner  string    `json:"scanner"`
	Version  string    `json:"version"`
	Measures []Measure `json:"measures"`
	// Packages is the inventory. Nil means that the scanner makes none; an
	// inventory without packages is empty, not nil.
	Packages []Package `json:"packages,omitzero"`
	// Checks are posture checks; only a posture scanner fills them.
	Checks []Check `json:"checks,omitempty"`
	// Activity is counted month by month; nil means that the scanner counts none.
	Activity *Activity `json:"activity,omitempty"`
	// Notes say what was skipped or read only in part.
	Notes []Note `json:"notes,omitempty"`
}

// Package is one entry of an inventory. The same package may be in several
// manifests: each is an entry of its own.
type Package struct {
	// Ecosystem is the OSV ecosystem ("npm", "PyPI", "Go"), Name the package's
	// name as OSV spells it, Version as the manifest gives it; an empty
	// version matches no advisory and is counted as unknown.
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
	Version   string `json:"version,omitempty"`
	PURL      string `json:"purl,omitempty"`
	// Path is the manifest, relative to the repository's root.
	Path string `json:"path"`
	// Relation is "direct", "transitive" or "" where the manifest does not say.
	Relation string `json:"relation,omitempty"`
	// Groups are the dependency groups of the manifest ("dev", "test").
	Groups []string `json:"groups,omitempty"`
}

// Relations of a package to the repository that lists it.
const (
	Direct     = "direct"
	Transitive = "transitive"
)

// Check is one posture check: a score from 0 to 10, or unknown.
type Check struct {
	Name string `json:"name"`
	// State is Measured, Unknown (could not run) or NotApplicable (ran, and
	// found nothing to judge).
	State State `json:"state"`
	// Score is 0 to 10; it is valid, and written, only where State is
	// Measured.
	Score   int      `json:"score"`
	Reason  string   `json:"reason,omitempty"`
	Details []string `json:"details,omitempty"` // "warn: .github/workflows/ci.yml:7: …", bounded in number
	Cause   Cause    `json:"cause,omitempty"`
	// Remedy is what to do next, DocURL where it is explained.
	Remedy string `json:"remedy,omitempty"`
	DocURL string `json:"docUrl,omitempty"`
}

// MarshalJSON leaves out the score of a check that has none, so that nobody
// reads an unknown as zero.
func (c Check) MarshalJSON() ([]byte, error) {
	type plain Check
	written := struct {
		plain
		Score *int `json:"score,omitempty"`
	}{plain: plain(c)}
	if c.State == Measured {
		written.Score = &c.Score
	}
	return json.Marshal(written)
}

// Finding is one advisory that affects one package of an inventory.
type Finding struct {
	Package  Package  `json:"package"`
	Advisory string   `json:"advisory"` // the OSV id
	Aliases  []string `json:"aliases,omitempty"`
	Summary  string   `json:"summary,omitempty"`
	// Severity is critical, high, medium, low or unknown; Score the CVSS base
	// score (0 to 10) from Vector, nil where the advisory carries none.
	Severity string   `json:"severity"`
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
	Unmaintained bool      `json:"unmaintained,omitempty"`
	Published    time.Time `json:"published,omitzero"`
	Modified     time.Time `json:"modified,omitzero"`
}
