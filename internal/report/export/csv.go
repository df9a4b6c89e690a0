// Package export writes a document in the formats that other programs read: CSV, SARIF,
// CycloneDX, Markdown, badges and a feed, a file a format. All are in English.
package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/serves"
)

// GoodsHeader is the first row of goods.csv, which has a row a good. An unknown
// number is an empty cell, never a zero; its level is "unknown". A level of which only
// bounds are known is named as such ("at least fair"); the columns level_low and level_high
// hold the lowest and the highest level that is possible, score_low and score_high the
// range of the score. All four are empty where nothing is known. The last two columns name
// those whose number, day or list is a lower or an upper bound.
var GoodsHeader = []string{
	"id", "name", "stage", "borderline", "because",
	"load_level", "load_level_low", "load_level_high", "load_score", "load_score_low", "load_score_high",
	"people_level", "people_level_low", "people_level_high", "people_score", "people_score_low", "people_score_high",
	"momentum_level", "momentum_level_low", "momentum_level_high", "momentum_score", "momentum_score_low", "momentum_score_high",
	"upkeep_level", "upkeep_level_low", "upkeep_level_high", "upkeep_score", "upkeep_score_low", "upkeep_score_high",
	"funding_level", "funding_level_low", "funding_level_high", "funding_score", "funding_score_low", "funding_score_high",
	"score", "score_low", "score_high", "coverage", "observed_until", "last_human_commit",
	"repositories", "repositories_read", "advisories", "advisories_as_text", "exploited",
	"sdgs", "types", "licences", "website", "repository",
	"succession", "remaining_share", "second_share", "third_share", "retained", "organizations_active", "people_named", "teams_named",
	"funding_evidence", "risk_level", "risk_score", "owners", "developed_in", "deployed_in",
	"functions_on_one_person", "functions_alone", "functions_not_seen",
	"standards", "services_named", "first_organization_share", "card_fields", "data_commits",
	"at_least", "at_most",
}

func GoodRow(good report.Good, tally report.Tally) []string {
	v := good.Verdict
	cells := []string{good.ID, good.Name, string(v.Stage), strconv.FormatBool(v.Borderline != nil), v.Because}
	for _, pillar := range report.PillarsInOrder(v) {
		cells = append(cells, pillarCells(pillar)...)
	}
	coverage := ""
	if v.Coverage.Measured+v.Coverage.Unknown > 0 {
		coverage = strconv.FormatFloat(v.Coverage.Share, 'f', 2, 64)
	}
	cells = append(cells, scoreCell(v.Score.Score), scoreCell(&v.Score.Low), scoreCell(&v.Score.High),
		coverage, report.ISODate(v.ObservedUntil), report.ISODate(report.LastCommitDay(good).Time))
	first := ""
	if len(good.Repositories) > 0 {
		first = good.Repositories[0].URL
	}
	goals := make([]string, len(good.SDGs))
	for i, n := range good.SDGs {
		goals[i] = strconv.Itoa(n)
	}
	cells = append(cells, strconv.Itoa(len(good.Scans)), strconv.Itoa(tally.Read), countCell(tally.Count()), report.English.TallyText(tally),
		countCell(tally.ExploitedCount()),
		strings.Join(goals, " "), strings.Join(good.Types, " "), strings.Join(good.Licenses, " "), good.Website, first)
	s := good.Succession
	cells = append(cells, string(s.Depth), numberCell(s.Remaining), numberCell(s.Second), numberCell(s.Third), numberCell(s.Retained),
		numberCell(s.Organizations), numberCell(s.People), numberCell(s.Teams), string(v.Backing.Evidence), string(v.Risk.Level), scoreCell(v.Risk.Score),
		strings.Join(owners(good), "; "), strings.Join(good.DevelopmentCountries, "; "), strings.Join(good.DeploymentCountries, "; "),
		functionCount(good), strings.Join(functionNames(functions.SeenIn(good.Measures).Alone), " "),
		strings.Join(functionNames(functions.SeenIn(good.Measures).Unknown), " "))
	facts := serves.FactsIn(good.Measures)
	cells = append(cells, strings.Join(facts.Interfaces, "; "), strings.Join(facts.Services, "; "), numberCell(facts.FirstShare),
		strings.Join(facts.CardFields, "; "), numberCell(facts.DataCommits))
	bounds := boundsOf(good, tally)
	return append(cells, boundedColumns(cells, bounds, observation.AtLeast), boundedColumns(cells, bounds, observation.AtMost))
}

// measuredColumns are the columns of goods.csv that hold the value of one measure.
var measuredColumns = map[string]string{
	"retained": observation.PeopleRetainedContributors12m, "organizations_active": observation.PeopleOrganizations12m,
	"people_named": observation.GovernancePeopleNamed, "teams_named": observation.GovernanceTeamsNamed,
	"functions_on_one_person": observation.FunctionsOnOnePerson, "standards": observation.EvidenceInterfaces,
	"services_named": observation.EvidenceServices, "data_commits": observation.DataCommits12m,
}

// boundsOf are those of the columns that are not exact.
func boundsOf(good report.Good, tally report.Tally) map[string]observation.Bound {
	bounds := map[string]observation.Bound{"last_human_commit": report.LastCommitDay(good).Bound}
	if !tally.Exact {
		bounds["advisories"], bounds["exploited"] = observation.AtLeast, observation.AtLeast
	}
	for column, id := range measuredColumns {
		m, _ := observation.Find(good.Measures, id)
		bounds[column] = m.Bound
	}
	return bounds
}

// boundedColumns names the columns of a row that have a value with a bound.
func boundedColumns(cells []string, bounds map[string]observation.Bound, bound observation.Bound) string {
	var names []string
	for i, cell := range cells {
		if cell != "" && bounds[GoodsHeader[i]] == bound {
			names = append(names, GoodsHeader[i])
		}
	}
	return strings.Join(names, " ")
}

// functionCount is how many functions rest on one person.
func functionCount(good report.Good) string {
	m, _ := observation.Find(good.Measures, observation.FunctionsOnOnePerson)
	n, known := m.Number()
	if !known {
		return ""
	}
	return numberCell(&n)
}

func functionNames(in functions.Set) []string {
	var names []string
	for _, f := range functions.All() {
		if in.Has(f) {
			names = append(names, string(f))
		}
	}
	return names
}

// owners are the names of those who own a good. A person is not among them.
func owners(good report.Good) []string {
	var names []string
	for _, o := range good.Owners() {
		if !o.IsPerson() {
			names = append(names, o.Name)
		}
	}
	return names
}

// pillarCells are level and score of load or a support, with their bounds.
func pillarCells(p assess.Pillar) []string {
	low, high := report.LevelBounds(p)
	cells := []string{report.English.LevelText(p), string(low), string(high), scoreCell(p.Score.Score)}
	if low == "" {
		return append(cells, "", "")
	}
	return append(cells, scoreCell(&p.Score.Low), scoreCell(&p.Score.High))
}

// countCell is empty where the number is unknown.
func countCell(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// numberCell is empty where the number is unknown.
func numberCell(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(math.Round(*f*1000)/1000, 'f', -1, 64)
}

// FindingsHeader is the first row of findings.csv, which has a row for each
// place that lists an affected package. What the maintainer answered is among them: its
// answer says so (a status of OpenVEX).
var FindingsHeader = []string{
	"good", "name", "stage", "repository", "path", "ecosystem", "package", "version", "relation", "development",
	"advisory", "aliases", "severity", "score", "fixed_in", "exploited", "malicious", "published", "summary", "epss", "epss_day", "answer",
}

func FindingRows(good report.Good) [][]string {
	var rows [][]string
	for _, i := range report.DistinctFindings(good) {
		likely, day := "", ""
		if i.EPSS != nil {
			likely, day = strconv.FormatFloat(i.EPSS.Probability, 'f', -1, 64), i.EPSS.Day
		}
		answer := ""
		if i.Answer != nil {
			answer = string(i.Answer.Status)
		}
		for _, p := range i.Places {
			rows = append(rows, []string{
				good.ID, good.Name, string(good.Verdict.Stage), p.Repository, p.Path,
				i.Package.Ecosystem, i.Package.Name, i.Package.Version, i.Relation, strconv.FormatBool(p.Development),
				i.Advisory, strings.Join(i.Aliases, " "), string(i.Severity), scoreCell(i.Score), i.FixedIn,
				report.English.ExploitedText(i), strconv.FormatBool(i.Malicious), report.ISODate(i.Published), i.Summary, likely, day, answer,
			})
		}
	}
	return rows
}

// ReasonsHeader is the first row of reasons.csv, which has a row for each reason
// of a stage ("stage"), of the evidence of funding ("evidence") and of the level of load or
// a support, strongest first.
var ReasonsHeader = []string{
	"good", "name", "stage", "of", "rank", "rule", "measure", "value", "bound", "operator", "threshold", "unit",
	"strength", "source", "at", "reason", "clears", "concern",
}

func ReasonRows(good report.Good) [][]string {
	var rows [][]string
	add := func(of string, reasons []assess.Reason) {
		for i, r := range reasons {
			rows = append(rows, []string{
				good.ID, good.Name, string(good.Verdict.Stage), of, strconv.Itoa(i + 1), r.Rule, r.Measure,
				plainCell(r.Value), string(r.Bound), r.Operator, plainCell(r.Threshold), string(r.Unit),
				strconv.FormatFloat(r.Strength, 'f', -1, 64), r.Source, report.ISODate(r.At), r.Sentence, r.Clears, strconv.FormatBool(r.Concern),
			})
		}
	}
	add("stage", good.Verdict.Reasons)
	add("evidence", good.Verdict.Backing.Sources)
	for _, p := range good.Verdict.Pillars() {
		add(p.ID, p.Reasons)
	}
	return rows
}

// plainCell writes a number or a text as it is; what there is not is empty.
func plainCell(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

func scoreCell(score *float64) string {
	if score == nil {
		return ""
	}
	return strconv.FormatFloat(*score, 'f', 1, 64)
}

// WriteCSV writes rows as RFC 4180 wants them. Every cell is guarded: a text
// that a spreadsheet would read as a formula gets an apostrophe before it.
func WriteCSV(w io.Writer, rows ...[]string) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, cells := range rows {
		guarded := make([]string, len(cells))
		for i, cell := range cells {
			guarded[i] = guardCell(cell)
		}
		if err := out.Write(guarded); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// guardCell cleans a cell and keeps it from being read as a formula. Full-width
// signs count: spreadsheets in some locales read them as the plain ones.
func guardCell(cell string) string {
	if cell == "" {
		return ""
	}
	cleaned := report.CleanText(cell)
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) || cleaned != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(cleaned)[0]) {
		return "'" + cleaned
	}
	return cleaned
}
