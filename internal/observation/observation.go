// Package observation holds the types that every stage of the pipeline shares:
// measures in three states, the packages of an inventory, the findings against
// them, and the causes for which something is unknown.
//
// It knows nothing of catalogs, scanners, stores or reports.
// It imports no other package of Midspan, so that its types can be exported one
// day as they are, for scanners and catalogs of others.
package observation

import "slices"

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
	// Posture is what checks that ask the forge too need of the files; only the posture scanner
	// fills it.
	Posture *PostureFacts `json:"posture,omitempty"`
	// Activity is counted month by month; nil means that the scanner counts none.
	Activity *Activity `json:"activity,omitempty"`
	// Runtimes are the runtimes that files name; only the scanner of them fills them.
	Runtimes []Runtime `json:"runtimes,omitempty"`
	// Accounts are where files say that money for the project comes in; only the scanner of
	// them fills them.
	Accounts []Account `json:"accounts,omitempty"`
	// Notices are what lockfiles say of packages that their makers gave up; only the scanner of
	// inventories fills them.
	Notices []Notice `json:"notices,omitempty"`
	// Past is what was listed before; only the scanner of it fills it. Packages then are those
	// of the whole window, each once, and are no inventory of the snapshot.
	Past *Past `json:"past,omitempty"`
	// Notes say what was skipped or read only in part.
	Notes []Note `json:"notes,omitempty"`
}

// MetLimit reports whether a limit left something of the observation unknown.
func (o Observation) MetLimit() bool {
	return slices.ContainsFunc(o.Measures, func(m Measure) bool { return m.Cause == CauseOverLimit }) ||
		slices.ContainsFunc(o.Checks, func(c Check) bool { return c.Cause == CauseOverLimit }) ||
		slices.ContainsFunc(o.Notes, func(n Note) bool { return n.Cause == CauseOverLimit })
}
