package forge

import (
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// answer is what a forge said of a repository, in the form in which it is kept. It holds
// counts and times, and nobody's login, name or address. A pointer is nil where the forge
// did not say.
type answer struct {
	Forge string `json:"forge"` // GitHub, GitLab, Gitea
	// Place is "owner/name" as the forge writes it; MovedTo the address to which it leads
	// from another one.
	Place   string `json:"place,omitempty"`
	MovedTo string `json:"movedTo,omitempty"`
	Gone    bool   `json:"gone,omitempty"`

	// Active is when anything last happened there, where the forge tells.
	Active         time.Time `json:"active,omitzero"`
	Archived       *bool     `json:"archived,omitempty"`
	ArchivedAt     time.Time `json:"archivedAt,omitzero"`
	Disabled       *bool     `json:"disabled,omitempty"`
	Empty          *bool     `json:"empty,omitempty"`
	Branch         *string   `json:"branch,omitempty"`
	Fork           *bool     `json:"fork,omitempty"`
	ForkOf         string    `json:"forkOf,omitempty"` // an address; empty where the parent is not visible
	License        *string   `json:"license,omitempty"`
	SecurityPolicy *bool     `json:"securityPolicy,omitempty"`
	Sponsors       *bool     `json:"sponsors,omitempty"`
	Stars          *int      `json:"stars,omitempty"`
	Forks          *int      `json:"forks,omitempty"`
	Releases       *releases `json:"releases,omitempty"`
	// ReleasesFailure says why Releases could not be read.
	ReleasesFailure *observation.Note `json:"releasesFailure,omitempty"`
	Security        *security         `json:"security,omitempty"`

	Issues  tracker `json:"issues"`
	Changes tracker `json:"changes"`
	// Responders are the people who answered in Issues and Changes; nil where the forge
	// was not asked who answered what.
	Responders *int `json:"responders,omitempty"`
	// RespondersAtLeast means that not all of what was said was read.
	RespondersAtLeast bool `json:"respondersAtLeast,omitempty"`
	// Notes say what the forge would not tell.
	Notes []observation.Note `json:"notes,omitempty"`

	partial bool // what could not be read was taken from an earlier answer, or is missing
}

// withoutLists is the answer whose lists could not be read. Those of an earlier answer
// stand in for them, with their own time.
func (a answer) withoutLists(last answer, failure observation.Note) answer {
	a.partial = true
	if last.Forge == a.Forge && last.Issues.read() && last.Changes.read() {
		a.Issues, a.Changes, a.Responders, a.RespondersAtLeast = last.Issues, last.Changes, last.Responders, last.RespondersAtLeast
		return a
	}
	a.Issues.Failure, a.Changes.Failure = &failure, &failure
	if a.Issues.Off {
		a.Issues.Failure = nil
	}
	return a
}

// read reports whether a list was read at some time, or is switched off.
func (t tracker) read() bool { return t.Off || t.Failure == nil && !t.Asked.IsZero() }

// releases are the days of the newest releases with files.
type releases struct {
	WithAssets []time.Time `json:"withAssets"`
	// Since is the day of the oldest release that was looked at, where there are more;
	// zero where all were.
	Since time.Time `json:"since,omitzero"`
}

// security is what a forge says of the reporting of vulnerabilities. It is asked apart, and
// not each time.
type security struct {
	// Asked is when; zero where it never was.
	Asked time.Time `json:"asked,omitzero"`
	// Private tells whether vulnerabilities can be reported in private.
	Private *bool `json:"private,omitempty"`
	// Advisories are how many the project published, of the newest that were read; More
	// means that there are others.
	Advisories *int `json:"advisories,omitempty"`
	More       bool `json:"more,omitempty"`
	// Failures say why one of the two is nil: of the reporting, and of the advisories.
	PrivateFailure    *observation.Note `json:"privateFailure,omitempty"`
	AdvisoriesFailure *observation.Note `json:"advisoriesFailure,omitempty"`
}

// tracker is what was asked of issues, or of changes. Only what people opened counts.
type tracker struct {
	// Off means that the repository has no issues, by its settings.
	Off bool `json:"off,omitempty"`
	// Asked is when the rest was read; zero where it never was. An unchanged list is not
	// read again, and Asked moves on.
	Asked time.Time `json:"asked,omitzero"`
	// Total and Updated tell whether anything changed: how many there are, and the newest
	// change of one.
	Total   int       `json:"total"`
	Updated time.Time `json:"updated,omitzero"`
	// Opened are the newest, at most newest of them. Since is the time of the oldest that
	// was looked at, where there are older ones; zero where there are none.
	Opened []item    `json:"opened,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	// Closed are the times at which some were closed, complete from ClosedSince on; zero
	// where all are there.
	Closed      []time.Time `json:"closed,omitempty"`
	ClosedSince time.Time   `json:"closedSince,omitzero"`
	// AnswersFailure says why it is not known who answered.
	AnswersFailure *observation.Note `json:"answersFailure,omitempty"`
	// OutsideAtMost means that the forge did not tell who is of the project: some of those
	// who count as from outside may be.
	OutsideAtMost bool `json:"outsideAtMost,omitempty"`
	// Failure says why nothing of it could be read this time.
	Failure *observation.Note `json:"failure,omitempty"`
}

// item is an issue or a change.
type item struct {
	Opened   time.Time `json:"opened"`
	Answered time.Time `json:"answered,omitzero"` // the first word of somebody else
	Closed   time.Time `json:"closed,omitzero"`
	// SilentUntil is how far the events were read, where all of them were the author's
	// own and there are more.
	SilentUntil time.Time `json:"silentUntil,omitzero"`
	Swept       bool      `json:"swept,omitempty"`   // a program closed it
	Outside     bool      `json:"outside,omitempty"` // its author is not of the project, as far as is known
}

// same reports whether a list is as it was when it was last read. One of which the forge
// does not say how many there are never is.
func (t tracker) same(last tracker) bool {
	return t.Total >= 0 && last.Failure == nil && !last.Asked.IsZero() && t.Off == last.Off && t.Total == last.Total && t.Updated.Equal(last.Updated)
}

// since is the first moment of the 12 months before a time.
func since(asked time.Time) time.Time { return asked.AddDate(-1, 0, 0) }

// inWindow are the items that were opened in the 12 months before a time.
func (t tracker) inWindow(asked time.Time) []item {
	var inside []item
	for _, i := range t.Opened {
		if !i.Opened.Before(since(asked)) && !i.Opened.After(asked) {
			inside = append(inside, i)
		}
	}
	return inside
}
