package site

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
)

// dataVariable is where the script finds the data.
const dataVariable = "midspanGoods"

// catalogFacets are what the catalog records of goods that they can be filtered by, in
// their order; their titles are patterns of package language. The stage comes before
// them.
var catalogFacets = [...]struct {
	id, title string
	of        func(catalog.Good) []string
}{
	{"sdg", "Goal (SDG)", func(g catalog.Good) []string {
		var numbers []string
		for _, n := range g.SDGs {
			numbers = append(numbers, strconv.Itoa(n))
		}
		return numbers
	}},
	{"sector", "Sector", func(g catalog.Good) []string { return g.Sectors }},
	{"country", "Deployed in", func(g catalog.Good) []string { return g.DeploymentCountries }},
	{"organization", "Organization", func(g catalog.Good) []string {
		var names []string
		for _, o := range g.Organizations {
			if !o.IsPerson() {
				names = append(names, o.Name)
			}
		}
		return names
	}},
	{"licence", "Licence", func(g catalog.Good) []string { return g.Licenses }},
}

// terms are those of a good in a facet of the catalog.
func terms(good report.Good, facet int) []string {
	var all []string
	for _, name := range catalogFacets[facet].of(good.Good) {
		if name = strings.Join(strings.Fields(name), " "); name != "" {
			all = append(all, report.Cut(name, 120))
		}
	}
	return all
}

// facet is a property of goods that can be filtered by.
type facet struct {
	ID    string     `json:"id"`
	Title string     `json:"title"`
	Terms [][]string `json:"terms"` // value in addresses, and the pattern of its name where that is another
	Of    [][]int    `json:"of"`    // of each good, places in Terms; empty where the catalog has none. Left out for the stage
}

// The terms of the data: ids, as in addresses and files, and the patterns that the
// script fills in the language of a page.
var (
	levels  = assess.LevelsFromTop()
	pillars = assess.PillarIDs()
)

// writeTableData writes the data of rows, which are in the order of the table: a list
// for each property of goods.
func writeTableData(to io.Writer, asOf time.Time, rows []report.Row) error {
	w := dataWriter{Writer: bufio.NewWriter(to), rows: rows}
	pages := map[int]string{} // of goods whose page is not named by the id
	for i, r := range rows {
		if path := report.PagePath(r.ID); path != "goods/"+r.ID+".html" {
			pages[i] = path
		}
	}
	w.text("var " + dataVariable + "={")
	w.part(`"asOf":`, report.ISODate(asOf)) // as on the page: data of another report is not taken
	w.part(`,"page":`, firstRows)
	w.part(`,"levels":`, levelTexts())
	w.part(`,"pages":`, pages)
	w.part(`,"facets":`, facetsOf(rows))
	w.text(`,"goods":{`)
	w.goods()
	w.text("}};\n")
	return w.done()
}

// dataWriter writes JavaScript and keeps the first error.
type dataWriter struct {
	*bufio.Writer
	rows []report.Row
	err  error
}

func (w *dataWriter) text(s string) {
	if w.err == nil {
		_, w.err = w.WriteString(s)
	}
}

// part writes a name and a value. A script is no HTML: its signs stay as they are.
func (w *dataWriter) part(name string, value any) {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); w.err == nil {
		w.err = err
	}
	w.text(name + strings.TrimSuffix(encoded.String(), "\n"))
}

// column writes one property of every good.
func (w *dataWriter) column(name string, of func(report.Row) any) {
	values := make([]any, len(w.rows))
	for i, r := range w.rows {
		values[i] = of(r)
	}
	before := ","
	if name == "id" { // the first
		before = ""
	}
	w.part(before+`"`+name+`":`, values)
}

func (w *dataWriter) done() error {
	if w.err != nil {
		return w.err
	}
	return w.Flush()
}

// goods writes the cells of the rows. Scores are as they are shown, days are counted
// from 1970, and what is unknown is null.
func (w *dataWriter) goods() {
	w.column("id", func(r report.Row) any { return r.ID })
	w.column("name", func(r report.Row) any {
		if strings.TrimSpace(r.Name) == "" {
			return ""
		}
		return r.Name
	})
	w.column("stage", func(r report.Row) any {
		return slices.Index(report.StageOrder[:], report.KnownStage(r.Verdict.Stage))
	})
	w.column("borderline", func(r report.Row) any { return report.BoolToInt(r.Verdict.Borderline != nil) })
	w.column("read", func(r report.Row) any { return report.BoolToInt(!r.Unread()) })
	w.column("seen", func(r report.Row) any { return dayNumber(r.Verdict.ObservedUntil) })
	w.column("commit", func(r report.Row) any { return dayNumber(r.LastCommit) })
	for i, id := range pillars {
		pillar := func(r report.Row) assess.Pillar {
			if i == 0 {
				return r.Verdict.Load
			}
			return r.Supports[i-1]
		}
		bound := func(of func(assess.Range) any) func(report.Row) any {
			return func(r report.Row) any {
				if report.PossibleLevels(pillar(r)) == nil || report.IsBlank(pillar(r).Score) {
					return nil
				}
				return of(pillar(r).Score)
			}
		}
		w.column(id+"Level", func(r report.Row) any { return levelNumber(pillar(r)) })
		w.column(id, bound(scoreNumber))
		w.column(id+"Low", bound(func(r assess.Range) any { return math.Round(r.Low) }))
		w.column(id+"High", bound(func(r assess.Range) any { return math.Round(r.High) }))
	}
	w.column("score", func(r report.Row) any { return scoreNumber(r.Verdict.Score) })
	w.column("low", func(r report.Row) any { return math.Round(r.Verdict.Score.Low) })
	w.column("high", func(r report.Row) any { return math.Round(r.Verdict.Score.High) })
	w.column("risk", func(r report.Row) any { return riskNumber(r.Verdict.Risk) })
	w.column("coverage", func(r report.Row) any {
		if r.Verdict.Coverage.Measured+r.Verdict.Coverage.Unknown == 0 {
			return nil
		}
		return math.Round(1000*r.Verdict.Coverage.Share) / 1000
	})
	w.column("advisories", func(r report.Row) any {
		if kind := r.Findings.Kind(); kind == "unknown" || kind == "no packages" {
			return nil
		}
		return r.Findings.N
	})
	w.column("advisoriesText", func(r report.Row) any { return report.English.TallyText(r.Findings) })
}

// levelNumber is the place in levelTexts of what is known of a level: a bit for each
// level that is possible.
func levelNumber(p assess.Pillar) int {
	n := 0
	for i, level := range levels {
		if slices.Contains(report.PossibleLevels(p), level) {
			n |= 1 << i
		}
	}
	return n
}

// levelTexts are what can be known of a level: its name, the lowest and the highest level
// that is possible, both empty where nothing is known.
func levelTexts() [][3]string {
	texts := make([][3]string, 1<<len(levels))
	for n := range texts {
		pillar := assess.Pillar{Level: assess.LevelUnknown}
		for i, level := range levels {
			if n&(1<<i) != 0 {
				pillar.Possible = append(pillar.Possible, level)
			}
		}
		low, high := report.LevelBounds(pillar)
		texts[n] = [3]string{report.English.LevelText(pillar), string(low), string(high)}
	}
	return texts
}

func dayNumber(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return int(math.Floor(float64(t.Unix()) / (24 * 60 * 60)))
}

// scoreNumber is a score as it is shown.
func scoreNumber(r assess.Range) any {
	if !report.HasScore(r) || math.IsNaN(*r.Score) {
		return nil
	}
	return math.Round(*r.Score)
}

// riskNumber is the score of a risk, or what is certain of it.
func riskNumber(r assess.Risk) any {
	switch r.Level {
	case assess.RiskLow, assess.RiskRaised, assess.RiskHigh:
		if r.Score != nil {
			return math.Round(*r.Score)
		}
		return math.Round(r.Low)
	}
	return nil
}

// facetsOf is what the rows can be filtered by.
func facetsOf(rows []report.Row) []facet {
	facets := []facet{{ID: "stage", Title: "Stage"}}
	for _, stage := range report.StageOrder {
		facets[0].Terms = append(facets[0].Terms, []string{string(stage), report.English.StageName(stage)})
	}
	for i, f := range catalogFacets {
		list, places := facetTerms(rows, i)
		facets = append(facets, facet{f.id, f.title, list, places})
	}
	return facets
}

// facetTerms returns the terms of one facet over all rows, and for each row the
// places of its own. Spellings that differ in case alone are one term, in the
// spelling that comes first by its bytes: capitals before small letters.
func facetTerms(rows []report.Row, facet int) (list [][]string, places [][]int) {
	spelled := map[string]string{}
	for _, r := range rows {
		for _, term := range terms(r.Good, facet) {
			if key := strings.ToLower(term); spelled[key] == "" || term < spelled[key] {
				spelled[key] = term
			}
		}
	}
	number := func(key string) int { n, _ := strconv.Atoi(key); return n }
	keys := slices.SortedFunc(maps.Keys(spelled), func(a, b string) int { return cmp.Or(number(a)-number(b), cmp.Compare(a, b)) })
	place := make(map[string]int, len(keys))
	list = make([][]string, len(keys))
	for i, key := range keys {
		place[key] = i
		list[i] = []string{spelled[key]}
		if n := number(key); catalogFacets[facet].id == "sdg" && 1 <= n && n <= len(goals) {
			list[i] = append(list[i], goals[n-1])
		}
	}
	places = make([][]int, len(rows))
	for i, r := range rows {
		places[i] = []int{}
		for _, term := range terms(r.Good, facet) {
			places[i] = append(places[i], place[strings.ToLower(term)])
		}
		slices.Sort(places[i])
		places[i] = slices.Compact(places[i])
	}
	return list, places
}

// scriptMessage matches the patterns that a script fills.
var scriptMessage = regexp.MustCompile(`\btranslate\("((?:[^"\\]|\\.)*)"`)

// scriptPatterns are the patterns that the scripts of a page fill, those of its data
// among them.
func scriptPatterns(page string) ([]string, error) {
	var patterns []string
	for _, name := range scripts[page] {
		script, err := templateFiles.ReadFile("templates/" + name)
		if err != nil {
			return nil, err
		}
		for _, match := range scriptMessage.FindAllStringSubmatch(string(script), -1) {
			var pattern string
			if err := json.Unmarshal([]byte(`"`+match[1]+`"`), &pattern); err != nil {
				return nil, fmt.Errorf("%s fills %q: %w", name, match[1], err)
			}
			patterns = append(patterns, pattern)
		}
	}
	if page == "portfolio" {
		patterns = append(patterns, dataPatterns()...)
	}
	slices.Sort(patterns)
	return slices.Compact(patterns), nil
}

// dataPatterns are those of the terms in the data of the table.
func dataPatterns() []string {
	patterns := append([]string{"Stage"}, goals[:]...)
	for _, f := range catalogFacets {
		patterns = append(patterns, f.title)
	}
	for _, stage := range report.StageOrder {
		patterns = append(patterns, report.English.StageName(stage))
	}
	return patterns
}

// scriptTranslations are the translated patterns of the scripts of each page, as JSON. In
// English, and where nothing is translated, there are none.
func (w pageLocalizer) scriptTranslations() (map[string]string, error) {
	all := map[string]string{}
	for page := range scripts {
		patterns, err := scriptPatterns(page)
		if err != nil {
			return nil, err
		}
		translated := map[string]string{}
		for _, pattern := range patterns {
			if text := w.Pattern(pattern); text != pattern {
				translated[pattern] = text
			}
		}
		if len(translated) == 0 {
			continue
		}
		encoded, err := json.Marshal(translated)
		if err != nil {
			return nil, err
		}
		all[page] = string(encoded)
	}
	return all, nil
}

func writeShared(w io.Writer, name string) error {
	content, err := templateFiles.ReadFile("templates/" + name)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// ScriptPatterns are all patterns that the scripts of the site fill, and those of the
// terms in their data. The pages hold their translations.
func ScriptPatterns() ([]string, error) {
	var all []string
	for page := range scripts {
		patterns, err := scriptPatterns(page)
		if err != nil {
			return nil, err
		}
		all = append(all, patterns...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
