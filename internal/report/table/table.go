// Package table makes what the script of the portfolio page loads of the table of all
// goods: small scripts, each of them only once a reader asks for what it holds. A page of
// 100,000 goods begins as quickly as one of ten, and a report that is opened from a disk
// works alike.
//
// The files lie in the folder [Folder], those of the rows in the one of each language, and
// each calls one function of the page with its name, the day of the report, the number of
// goods and a value. Goods are in the order of the table; n is the number of goods, and
// what is unknown is null:
//
//	names.js         {id: n texts, name: n texts, pages: {place: address}, order: n places}
//	facet-ID.js      {terms: [[value, pattern of its name]], of: "1,2;;3"}
//	state.js         {borderline, read: n of 0 and 1, seen: n days, score, low, high: n numbers, levels}
//	column-ID.js     {value: n numbers}, with low, high and level of load and supports, text
//	                 of advisories, and the places of days that are bounds of commit
//	rows-K.js        {rows: [[piece, …], …], pieces: [text, …]}, Block rows of HTML
//
// of holds the places in terms of each good, in base 36. order are the places of the goods
// by name, but for the rules of a language. Days are counted from 1970.
package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// Folder is where the files lie in the folder of a report.
const Folder = "table/"

// Block is how many rows a file of rows holds.
const Block = 100

// Write writes a file of the report.
type Write = func(name string, content func(io.Writer) error) error

// data is what is written of the rows, which are in the order of the table.
type data struct {
	asOf  string
	rows  []report.Row
	goals []string
	write Write
}

// WriteData writes all files but those of the rows; goals are the patterns of the names of
// the development goals.
func WriteData(asOf time.Time, rows []report.Row, goals []string, write Write) error {
	d := data{report.ISODate(asOf), rows, goals, write}
	if err := d.facets(); err != nil {
		return err
	}
	if err := d.file("names", d.names); err != nil {
		return err
	}
	if err := d.file("state", d.state); err != nil {
		return err
	}
	return d.columns()
}

// file writes one file, whose value is an object.
func (d data) file(name string, content func(*object)) error {
	return d.write(Folder+name+".js", func(to io.Writer) error { return call(to, name, d.asOf, len(d.rows), content) })
}

// call writes the call of the page's function.
func call(to io.Writer, name, asOf string, n int, content func(*object)) error {
	w := &object{Writer: bufio.NewWriter(to)}
	fmt.Fprintf(w, "midspanTable(%q,%q,%d,{", name, asOf, n)
	content(w)
	w.text("});\n")
	if w.err != nil {
		return w.err
	}
	return w.Flush()
}

// object writes the parts of an object and keeps the first error.
type object struct {
	*bufio.Writer
	some bool // a part was written
	err  error
}

func (w *object) text(s string) {
	if w.err == nil {
		_, w.err = w.WriteString(s)
	}
}

func (w *object) name(name string) {
	if w.some {
		w.text(",")
	}
	w.some = true
	w.text(`"` + name + `":`)
}

// value writes a value as JSON. A script is no HTML: its signs stay as they are.
func (w *object) value(value any) {
	switch v := value.(type) {
	case nil:
		w.text("null")
		return
	case int:
		w.text(strconv.Itoa(v))
		return
	}
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); w.err == nil {
		w.err = err
	}
	w.text(strings.TrimSuffix(encoded.String(), "\n"))
}

func (w *object) part(name string, value any) {
	w.name(name)
	w.value(value)
}

// list writes a part with a value for each of n.
func (w *object) list(name string, n int, of func(i int) any) {
	w.name(name)
	for i := range n {
		if i == 0 {
			w.text("[")
		} else {
			w.text(",")
		}
		w.value(of(i))
	}
	if n == 0 {
		w.text("[")
	}
	w.text("]")
}

// column writes a part with a value for each good.
func (d data) column(w *object, name string, of func(report.Row) any) {
	w.list(name, len(d.rows), func(i int) any { return of(d.rows[i]) })
}

func (d data) names(w *object) {
	pages := map[int]string{} // of goods whose page is not named by the id
	for i, r := range d.rows {
		if path := report.PagePath(r.ID); path != "goods/"+r.ID+".html" {
			pages[i] = path
		}
	}
	d.column(w, "id", func(r report.Row) any { return r.ID })
	d.column(w, "name", func(r report.Row) any {
		if strings.TrimSpace(r.Name) == "" {
			return ""
		}
		return r.Name
	})
	w.part("pages", pages)
	order := byName(d.rows)
	w.list("order", len(order), func(i int) any { return order[i] })
}

func (d data) state(w *object) {
	d.column(w, "borderline", func(r report.Row) any { return report.BoolToInt(r.Verdict.Borderline != nil) })
	d.column(w, "read", func(r report.Row) any { return report.BoolToInt(!r.Unread()) })
	d.column(w, "seen", func(r report.Row) any { return dayNumber(r.Verdict.ObservedUntil) })
	d.column(w, "score", func(r report.Row) any { return scoreNumber(r.Verdict.Score) })
	d.column(w, "low", func(r report.Row) any { return rounded(r.Verdict.Score.Low) })
	d.column(w, "high", func(r report.Row) any { return rounded(r.Verdict.Score.High) })
	w.part("levels", LevelTexts())
}

// columns writes a file for each column that the table can be sorted by. Scores are as
// they are shown.
func (d data) columns() error {
	for i, id := range assess.PillarIDs() {
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
		err := d.file("column-"+id, func(w *object) {
			d.column(w, "value", bound(scoreNumber))
			d.column(w, "low", bound(func(r assess.Range) any { return rounded(r.Low) }))
			d.column(w, "high", bound(func(r assess.Range) any { return rounded(r.High) }))
			d.column(w, "level", func(r report.Row) any { return LevelNumber(pillar(r)) })
		})
		if err != nil {
			return err
		}
	}
	for _, one := range []struct {
		id string
		of func(report.Row) any
	}{
		{"commit", func(r report.Row) any { return dayNumber(r.LastCommit.Time) }},
		{"risk", func(r report.Row) any { return riskNumber(r.Verdict.Risk) }},
		{"coverage", coverageNumber},
		{"advisories", func(r report.Row) any {
			if n := r.Findings.Count(); n != nil {
				return *n
			}
			return nil
		}},
	} {
		err := d.file("column-"+one.id, func(w *object) {
			d.column(w, "value", one.of)
			switch one.id {
			case "advisories":
				d.column(w, "text", func(r report.Row) any { return report.English.TallyText(r.Findings) })
			case "commit":
				w.part("atLeast", d.daysWith(observation.AtLeast))
				w.part("atMost", d.daysWith(observation.AtMost))
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// daysWith are the places of the goods whose day of the last commit has a bound.
func (d data) daysWith(bound observation.Bound) []int {
	places := []int{}
	for i, r := range d.rows {
		if r.LastCommit.Bound == bound {
			places = append(places, i)
		}
	}
	return places
}

func coverageNumber(r report.Row) any {
	if r.Verdict.Coverage.Measured+r.Verdict.Coverage.Unknown == 0 {
		return nil
	}
	return math.Round(1000*r.Verdict.Coverage.Share) / 1000
}

var digits = regexp.MustCompile(`[0-9]+`)

// byName returns the places of rows by their names, as most languages would have them:
// what a language does otherwise the script mends.
func byName(rows []report.Row) []int {
	keys, places := make([]string, len(rows)), make([]int, len(rows))
	for i, r := range rows {
		name := r.Name
		if name == "" {
			name = r.ID
		}
		keys[i] = digits.ReplaceAllStringFunc(strings.ToLower(name), func(n string) string { return strings.Repeat("0", max(0, 12-len(n))) + n })
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return strings.Compare(keys[a], keys[b]) })
	return places
}

// LevelNumber is the place in LevelTexts of what is known of a level: a bit for each
// level that is possible.
func LevelNumber(p assess.Pillar) int {
	n := 0
	for i, level := range assess.LevelsFromTop() {
		if slices.Contains(report.PossibleLevels(p), level) {
			n |= 1 << i
		}
	}
	return n
}

// LevelTexts are what can be known of a level: its name, the lowest and the highest level
// that is possible, both empty where nothing is known.
func LevelTexts() [][3]string {
	levels := assess.LevelsFromTop()
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

// rounded is a number as it is shown.
func rounded(n float64) any { return int(math.Round(n)) }

// scoreNumber is a score as it is shown.
func scoreNumber(r assess.Range) any {
	if !report.HasScore(r) || math.IsNaN(*r.Score) {
		return nil
	}
	return rounded(*r.Score)
}

// riskNumber is the score of a risk, or what is certain of it.
func riskNumber(r assess.Risk) any {
	switch r.Level {
	case assess.RiskLow, assess.RiskRaised, assess.RiskHigh:
		if r.Score != nil {
			return rounded(*r.Score)
		}
		return rounded(r.Low)
	}
	return nil
}
