package report

import (
	"encoding/json"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
)

// The script of the portfolio page, and the data that it asks for once a reader
// comes to the table of all goods. Both are files of the report's folder: a page
// opened from a disk may load a script from beside it, but may read nothing else.
const (
	scriptName = "portfolio.js"
	dataName   = "portfolio-data.js"
)

// scripts are those of the pages that have one.
var scripts = map[string][]string{"portfolio": {scriptName}}

// dataVariable is where the script finds the data.
const dataVariable = "midspanGoods"

// tableData is what the script knows of the table of all goods.
type tableData struct {
	AsOf    string      `json:"asOf"`    // as on the page: data of another report is not taken
	Columns []string    `json:"columns"` // of the CSV file of what is shown, named as in goods.csv
	Facets  []facet     `json:"facets"`
	Goods   []tableGood `json:"goods"` // in the order of the table's rows
}

// facet is one thing that a catalog or Midspan says of goods. Stage comes first.
type facet struct {
	ID    string     `json:"id"`
	Title string     `json:"title"`
	Terms [][]string `json:"terms"` // value in addresses, and the text shown where it is another
}

// tableGood is a row of the table.
type tableGood struct {
	Cells []string `json:"c"` // by Columns
	Keys  []any    `json:"k"` // to sort by: one for each column from the stage on, null where unknown
	Terms [][]int  `json:"t"` // by Facets: places in its terms; empty where nothing is said
}

// facetTitles are the facets of the catalog, in their order.
var facetTitles = [...][2]string{
	{"sdg", "Goal (SDG)"}, {"sector", "Sector"}, {"country", "Deployed in"}, {"organization", "Organization"}, {"licence", "Licence"},
}

// shownColumns are those of goods.csv that stand in the table in some form.
var shownColumns = []string{
	"id", "name", "stage", "borderline", "load_level", "load_score", "people_level", "people_score", "momentum_level", "momentum_score",
	"upkeep_level", "upkeep_score", "funding_level", "funding_score", "score", "score_low", "score_high", "coverage",
	"observed_until", "last_human_commit", "advisories", "advisories_as_text",
}

// facts are what a row keeps for the script.
type facts struct {
	cells []string                   // by shownColumns, clean
	terms [len(facetTitles)][]string // by facetTitles, clean
}

// newFacts takes the cells of a good in goods.csv.
func newFacts(good catalog.Good, csvRow []string) facts {
	var f facts
	for _, column := range shownColumns {
		f.cells = append(f.cells, cleanText(csvRow[slices.Index(goodsHeader, column)]))
	}
	for _, n := range good.SDGs {
		f.terms[0] = append(f.terms[0], strconv.Itoa(n))
	}
	var organizations []string
	for _, o := range good.Organizations {
		organizations = append(organizations, o.Name)
	}
	for i, names := range [][]string{good.Sectors, good.DeploymentCountries, organizations, good.Licenses} {
		for _, name := range names {
			if name = strings.Join(strings.Fields(cleanText(name)), " "); name != "" {
				f.terms[i+1] = append(f.terms[i+1], cut(name, 120))
			}
		}
	}
	return f
}

// writeTableData writes the data of rows that stand in the order of the table.
func writeTableData(w io.Writer, asOf time.Time, rows []row) error {
	data := tableData{AsOf: isoDate(asOf), Columns: shownColumns, Goods: make([]tableGood, len(rows))}
	stages := facet{ID: "stage", Title: "Stage"}
	for _, stage := range stageOrder {
		stages.Terms = append(stages.Terms, []string{string(stage), english.stageWord(stage)})
	}
	data.Facets = append(data.Facets, stages)
	for i, r := range rows {
		place := slices.Index(stageOrder[:], assess.Stage(stageClass(r.Verdict.Stage)))
		data.Goods[i] = tableGood{Cells: r.facts.cells, Keys: sortKeys(r, place), Terms: [][]int{{place}}}
	}
	for i, title := range facetTitles {
		terms, places := dictionary(rows, i)
		data.Facets = append(data.Facets, facet{ID: title[0], Title: title[1], Terms: terms})
		for j := range rows {
			data.Goods[j].Terms = append(data.Goods[j].Terms, places[j])
		}
	}
	encoded, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "var "+dataVariable+"="+string(encoded)+";\n")
	return err
}

// dictionary returns the terms of one facet over all rows, and for each row the
// places of its own. Spellings that differ in case alone are one term, told in the
// spelling that comes first by its bytes: capitals before small letters.
func dictionary(rows []row, facet int) (terms [][]string, places [][]int) {
	spelled := map[string]string{}
	for _, r := range rows {
		for _, term := range r.facts.terms[facet] {
			if key := strings.ToLower(term); spelled[key] == "" || term < spelled[key] {
				spelled[key] = term
			}
		}
	}
	keys := make([]string, 0, len(spelled))
	for key := range spelled {
		keys = append(keys, key)
	}
	number := func(key string) int { n, _ := strconv.Atoi(key); return n }
	sort.Slice(keys, func(i, j int) bool {
		if a, b := number(keys[i]), number(keys[j]); a != b {
			return a < b
		}
		return keys[i] < keys[j]
	})
	place := make(map[string]int, len(keys))
	terms = make([][]string, len(keys))
	for i, key := range keys {
		place[key] = i
		terms[i] = []string{spelled[key]}
		if title := groupTitle(facetTitles[facet][0], spelled[key]); title != spelled[key] {
			terms[i] = append(terms[i], title)
		}
	}
	places = make([][]int, len(rows))
	for i, r := range rows {
		places[i] = []int{}
		for _, term := range r.facts.terms[facet] {
			places[i] = append(places[i], place[strings.ToLower(term)])
		}
		slices.Sort(places[i])
		places[i] = slices.Compact(places[i])
	}
	return terms, places
}

// sortKeys are what the columns of the table are sorted by, from the stage on.
// What the table calls unknown has no key.
func sortKeys(r row, stage int) []any {
	keys := []any{stage}
	for _, pillar := range append([]assess.Pillar{r.Verdict.Load}, r.Supports[:]...) {
		known := levelOf(pillar) != assess.LevelUnknown
		keys = append(keys, scoreKey(known, pillar.Score))
	}
	read := !r.Unread()
	keys = append(keys, scoreKey(read, r.Verdict.Score), dayKey(isoDate(r.LastCommit)), nil, nil)
	if read {
		if n, err := strconv.Atoi(r.facts.cells[slices.Index(shownColumns, "advisories")]); err == nil {
			keys[len(keys)-2] = n
		}
		keys[len(keys)-1] = math.Round(100 * r.Verdict.Coverage.Share)
	}
	return keys
}

func scoreKey(known bool, score assess.Range) any {
	if !known || !scored(score) {
		return nil
	}
	return math.Round(*score.Score)
}

// dayKey is a day as a number, null where there is none.
func dayKey(iso string) any {
	day, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return nil
	}
	return day.Unix() / (24 * 60 * 60)
}

func writeScript(w io.Writer) error {
	script, err := templateFiles.ReadFile("templates/" + scriptName)
	if err != nil {
		return err
	}
	_, err = w.Write(script)
	return err
}
