package ledger

import (
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// answer is what ledgers said of the accounts that the files of a repository name, in the
// form in which it is kept.
type answer struct {
	Asked       time.Time    `json:"asked"`
	Collectives []collective `json:"collectives,omitempty"`
	Manifests   []manifest   `json:"manifests,omitempty"`
	// Unread says why files may name more accounts; nil where they do not.
	Unread *observation.Note `json:"unread,omitempty"`

	partial bool // some could not be asked
}

// collective is an account at Open Collective.
type collective struct {
	// Name is that in addresses; empty where the account is a person's.
	Name  string    `json:"name,omitempty"`
	Asked time.Time `json:"asked"`
	// Kind is COLLECTIVE, PROJECT, EVENT, FUND, ORGANIZATION or another of the platform's
	// types of accounts; empty where there is no such account.
	Kind string `json:"kind,omitempty"`
	// Parent is the collective to which a project or an event belongs.
	Parent string `json:"parent,omitempty"`
	// Received is what came in contributions and added funds in the 12 months before Asked,
	// nil where the platform did not say.
	Received      *amount `json:"received,omitempty"`
	Contributions *int    `json:"contributions,omitempty"`
	// Failure says why nothing is known.
	Failure *observation.Note `json:"failure,omitempty"`
}

// amount is a sum of money.
type amount struct {
	Value    float64 `json:"value"`
	Currency string  `json:"currency"` // ISO 4217; empty where it is not said
}

// manifest is a funding.json elsewhere.
type manifest struct {
	// Key stands for its address, which may hold a person's name.
	Key   string    `json:"key"`
	Asked time.Time `json:"asked"`
	// Own means that the manifest names the repository as a project of its own, and that its
	// makers' site stands behind it. Why says what is lacking.
	Own     bool     `json:"own"`
	Why     string   `json:"why,omitempty"`
	History []income `json:"history,omitempty"`
	// Unsaid is how many years of its history give no income.
	Unsaid int    `json:"unsaid,omitempty"`
	Plans  []plan `json:"plans,omitempty"` // that are active

	Failure *observation.Note `json:"failure,omitempty"`
}

// income is what came in a year.
type income struct {
	Year int `json:"year"`
	amount
}

// plan is money that is sought.
type plan struct {
	amount
	Frequency string `json:"frequency,omitempty"` // "monthly", "one-time"
}

// orStale is why nothing is known of what was last asked on a day: it failed then, or that is
// before oldest.
func orStale(failure *observation.Note, asked, oldest time.Time, what string) *observation.Note {
	if failure == nil && asked.Before(oldest) {
		return &observation.Note{Cause: observation.CauseStale, Message: what + " on " + asked.UTC().Format(time.DateOnly)}
	}
	return failure
}
