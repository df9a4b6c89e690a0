// Package report publishes a run: report.json, the site, CSV. It computes no
// verdict and reads no repository.
package report

import (
	"slices"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/exposure"
	"github.com/midspan/midspan/internal/forecast"
	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/serves"
	"github.com/midspan/midspan/internal/succession"
)

// SchemaVersion is the version of report.json; schema.json describes it.
const SchemaVersion = "2.0"

// Document is report.json. The same inputs and as-of give the same bytes: it
// holds no time of day of the run, and every list has a stable order.
type Document struct {
	Schema    string     `json:"$schema"`
	Version   string     `json:"schemaVersion"`
	Generator Generator  `json:"generator"`
	AsOf      time.Time  `json:"asOf"`
	Catalogs  []Catalog  `json:"catalogs"`
	Scanners  []Scanner  `json:"scanners"`
	Advisory  Advisories `json:"advisories"`
	// Definitions describes every measure of the document.
	Definitions []observation.Definition `json:"definitions"`
	// Rules are those by which the goods were assessed, with their sentences.
	Rules []assess.RuleText `json:"rules"`
	// Frame is how their results become levels, stages and scores; nil in a document of
	// an older program.
	Frame     *assess.Frame        `json:"frame,omitempty"`
	Summary   Summary              `json:"summary"`
	Keystones []portfolio.Keystone `json:"keystones"`
	// Blocks are the rotten ones: packages that are left or that one person carries.
	Blocks   []portfolio.Block   `json:"blocks"`
	FixFirst []portfolio.Upgrade `json:"fixFirst"`
	Unfixed  []portfolio.Unfixed `json:"unfixed"`
	// Concentrations count the goods by what the catalog records of them. Endings are
	// what could take the place of those that end, by id.
	Concentrations []portfolio.Concentration `json:"concentrations"`
	Endings        []portfolio.Ending        `json:"endings"`
	// Forecasts is how good the forecasts of earlier runs have been; nil in a document of
	// an older program.
	Forecasts *forecast.Record `json:"forecasts,omitempty"`
	// Measured is what these rules were worth in the past, on other repositories; nil where
	// they are not the embedded ones.
	Measured *backtest.Measured `json:"measured,omitempty"`
	// Change is what differs from the run before of the same catalogs; nil
	// where there is none.
	Change *Change `json:"change,omitempty"`
	// Trend holds the goods' series over the runs kept. It is published as trend.json, not
	// in report.json; nil where no store was read.
	Trend *Trend `json:"-"`
	// SiteAddress is where the pages will be public, with a slash at its end; empty where
	// nobody said. It is for links that have to be absolute, and no part of report.json.
	SiteAddress string `json:"-"`
	// Policies are those that the run was asked, in the order in which they were named.
	Policies []AskedPolicy      `json:"policies,omitempty"`
	Goods    []Good             `json:"goods"` // by id
	Notes    []observation.Note `json:"notes"` // of the run as a whole
}

// Generator names the program that wrote the document.
type Generator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Catalog is one source of goods.
type Catalog struct {
	Name     string `json:"name"`
	Location string `json:"location"`
	Goods    int    `json:"goods"`
	// Fetched is the day on which one at an address was last fetched; empty for others.
	Fetched string `json:"fetched,omitempty"`
}

// Scanner is a scanner that took part, with its version.
type Scanner struct {
	Name          string `json:"name"`
	Version       string `json:"version"`
	Configuration string `json:"configuration,omitempty"`
}

// Advisories describes the database that was matched against. Ecosystems
// with packages but without advisories are listed with zero records.
type Advisories struct {
	// Fingerprint changes when the database does; "none" where there was none.
	Fingerprint string `json:"fingerprint"`
	// Service is the online service that was queried instead of a database.
	Service    string      `json:"service,omitempty"`
	Ecosystems []Ecosystem `json:"ecosystems"`
	// KEVDate is the date of the catalog of known exploited vulnerabilities,
	// empty where none was read.
	KEVDate string `json:"kevDate,omitempty"`
}

// Has reports whether there are advisories of an ecosystem. Where there are
// none, nothing is known of its packages.
func (a Advisories) Has(ecosystem string) bool {
	return a.Service != "" || slices.ContainsFunc(a.Ecosystems, func(e Ecosystem) bool { return e.Name == ecosystem && e.Records > 0 })
}

// Ecosystem is one part of the advisory database.
type Ecosystem struct {
	Name     string    `json:"name"`
	Records  int       `json:"records"`
	State    string    `json:"state,omitempty"` // changes with the advisories of its packages
	Newest   time.Time `json:"newest,omitzero"` // latest "modified" not after as-of
	Packages int       `json:"packages"`        // distinct packages of this ecosystem in the run
}

// Summary counts what the first screen shows.
type Summary struct {
	Goods        int `json:"goods"`
	Repositories int `json:"repositories"`
	Scanned      int `json:"scanned"`
	// Moved counts repositories to which the forge leads from the address in the catalog.
	Moved      int                  `json:"moved,omitempty"`
	Failed     map[string]int       `json:"failed"` // failure class to number of repositories
	Stages     map[assess.Stage]int `json:"stages"`
	Borderline int                  `json:"borderline"`
	Coverage   float64              `json:"coverage"` // mean share over goods with a repository
	Packages   int                  `json:"packages"`
	// Findings is nil where no package could be matched, Exploited where no
	// catalog of known exploited vulnerabilities was read.
	Findings  *int `json:"findings,omitempty"`
	Exploited *int `json:"exploited,omitempty"`
	// FindingsAtLeast is set where there may be more of both: not everything could be read
	// and matched.
	FindingsAtLeast bool `json:"findingsAtLeast,omitempty"`
	// Unmatched counts packages that could not be matched, by cause.
	Unmatched map[string]int `json:"unmatched"`
}

// Change is the difference from an earlier run. Every list is ordered by the
// id of the good; a good is in one list at most.
type Change struct {
	Since   time.Time `json:"since"`   // as-of of the earlier run
	Entered []Move    `json:"entered"` // into the messy middle
	Left    []Move    `json:"left"`    // out of the messy middle
	Moved   []Move    `json:"moved"`   // between two other stages
	// FirstRead are goods of which nothing was read in the earlier run, NoLongerRead those
	// of which nothing is read in this one: that is no move of theirs.
	FirstRead    []Move `json:"firstRead"`
	NoLongerRead []Move `json:"noLongerRead"`
	// NewRules are goods whose other stage the present rules give for what was measured in
	// the earlier run, too.
	NewRules []Move `json:"newRules"`
	Added    []Move `json:"added"`   // first seen: not in the earlier run, and From is empty
	Removed  []Move `json:"removed"` // no longer in the catalog: To is empty
}

// Move is a good that changed its stage.
type Move struct {
	Good string       `json:"good"`
	Name string       `json:"name"`
	From assess.Stage `json:"from,omitempty"`
	To   assess.Stage `json:"to,omitempty"`
}

// Good is one good with all that is known of it.
type Good struct {
	catalog.Good
	Verdict  assess.Verdict        `json:"verdict"`
	Measures []observation.Measure `json:"measures"` // merged over the repositories, by id
	// Succession is how much of the work would remain if the most active person left.
	Succession succession.Succession `json:"succession"`
	// Functions is what a portfolio keeps of who carries which function of the upkeep; the
	// measures hold it in report.json.
	Functions functions.Seen `json:"-"`
	// Facts is what a portfolio keeps of whom it serves and how it can be left.
	Facts serves.Facts `json:"-"`
	// Upgrades close findings of this good: what runs before what only develops, and
	// what closes most first.
	Upgrades []portfolio.Upgrade `json:"upgrades"`
	// Activity is what went on in all repositories, month by month.
	Activity observation.Activity `json:"activity"`
	Scans    []Scan               `json:"scans"` // one for each repository
	// Policies are the answers to the policies of the document, in their order.
	Policies []PolicyAnswer `json:"policies,omitempty"`
	// Replays say how fast holes were closed in each repository that was replayed.
	Replays []exposure.Replay `json:"replays,omitempty"`
}

// Scan is what was seen of one repository.
type Scan struct {
	Repository catalog.Repository `json:"repository"`
	// Outcome is scanned, partial (something could not be read), failed.
	Outcome       string            `json:"outcome"`
	Failure       *observation.Note `json:"failure,omitempty"`
	Commit        string            `json:"commit,omitempty"`
	ObservedUntil time.Time         `json:"observedUntil,omitzero"`
	// MovedTo is the address to which the forge leads from the one in the catalog; empty
	// where it did not say that the repository moved.
	MovedTo   string                `json:"movedTo,omitempty"`
	Measures  []observation.Measure `json:"measures"`
	Checks    []observation.Check   `json:"checks"`
	Inventory []Inventory           `json:"inventory"`
	Findings  []observation.Finding `json:"findings"`
	Notes     []observation.Note    `json:"notes"`
}

// Outcomes of a repository.
const (
	Scanned = "scanned"
	Partial = "partial"
	Failed  = "failed"
)

// Inventory counts the packages of one ecosystem in one repository.
type Inventory struct {
	Ecosystem string `json:"ecosystem"`
	Packages  int    `json:"packages"`
	Direct    int    `json:"direct"`
	NoVersion int    `json:"noVersion"`
	// Matched is false where the database has no advisories of the ecosystem.
	Matched bool `json:"matched"`
}
