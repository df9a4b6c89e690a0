package export

import (
	"encoding/json"
	"io"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
)

// CardVersion is the version of the file of one good. A later version of the same first
// number only adds fields.
const CardVersion = "1.0"

// Card is what other sites show of a good: the verdict in short, and where the whole of
// it stands.
type Card struct {
	Version string       `json:"schemaVersion"` // CardVersion
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	AsOf    string       `json:"asOf"` // a day, as 2006-01-02
	Stage   assess.Stage `json:"stage"`
	// Possible are the stages that what is unknown leaves open.
	Possible []assess.Stage `json:"possible"`
	Because  string         `json:"because"` // in English
	Lift     []string       `json:"lift"`    // what would lead to a better stage
	Levels   []CardLevel    `json:"levels"`  // of load and of the four supports
	Risk     assess.Risk    `json:"risk"`
	// Findings are the open weaknesses of listed packages; without a number where nothing
	// was matched. Exact says that no more is possible.
	Findings      *int     `json:"findings,omitempty"`
	FindingsExact bool     `json:"findingsExact"`
	Owners        []string `json:"owners"`
	DeployedIn    []string `json:"deployedIn,omitempty"`
	Licences      []string `json:"licences"`
	SDGs          []int    `json:"sdgs"`
	Repositories  []string `json:"repositories"`
	ObservedUntil string   `json:"observedUntil,omitempty"`
	Page          string   `json:"page"` // beside this file
}

// CardLevel is one level, with all that what is unknown leaves open.
type CardLevel struct {
	Of       string         `json:"of"`
	Level    assess.Level   `json:"level"`
	Possible []assess.Level `json:"possible"`
	Score    assess.Range   `json:"score"`
}

// CardPath and BadgePath are where the report holds a good's card and its badge.
func CardPath(id string) string  { return "goods/" + report.SlugOf(id) + ".json" }
func BadgePath(id string) string { return "goods/" + report.SlugOf(id) + ".svg" }

// NewCard is the card of a clean good.
func NewCard(good report.Good, asOf time.Time) Card {
	v, tally := good.Verdict, report.TallyFindings(good)
	card := Card{
		Version: CardVersion, ID: good.ID, Name: good.Name, AsOf: report.ISODate(asOf),
		Stage: v.Stage, Possible: v.Possible, Because: v.Because, Lift: v.Lift, Risk: v.Risk,
		Findings: tally.Count(), FindingsExact: tally.Exact, Owners: owners(good), DeployedIn: good.DeploymentCountries, Licences: good.Licenses, SDGs: good.SDGs,
		ObservedUntil: report.ISODate(v.ObservedUntil), Page: report.SlugOf(good.ID) + ".html",
	}
	for _, p := range report.PillarsInOrder(v) {
		card.Levels = append(card.Levels, CardLevel{Of: p.ID, Level: report.LevelOf(p), Possible: p.Possible, Score: p.Score})
	}
	for _, r := range good.Repositories {
		if address := report.WebURL(r.URL); address != "" {
			card.Repositories = append(card.Repositories, address)
		}
	}
	return card
}

// WriteJSON writes the card; a list of which nothing is known is null.
func (c Card) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(c)
}
