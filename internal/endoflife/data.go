// Package endoflife reads the data of endoflife.date, and holds the runtimes that a
// repository names against them: which had reached the end of their support on a day.
//
// The data are files that midspan advisories update or the user brings; this package fetches
// nothing. What they do not say is unknown.
package endoflife

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/files"
)

// Names below an advisory folder under which the data are looked for: the whole document,
// or a folder of files of single products.
const (
	FileName   = "endoflife.json"
	folderName = "endoflife"
)

// maxFile bounds one file of data, in bytes; the whole document is under 4 MB.
const maxFile = 64 << 20

// Data are the cycles of products, by the names of endoflife.date. The zero value says
// nothing.
type Data struct {
	// Day is the day of the data: where they say when they were made, that day, and
	// otherwise the day of the newest release that they know, which is no later.
	Day      time.Time
	products map[string][]cycle
}

// cycle is a line of releases that one date ends.
type cycle struct {
	name     string // "3.6"
	codename string // "buster", the first word in lower case
	ends     time.Time
	// over says whether support had ended on the day of the data, where there is no date;
	// nil means that the data do not say.
	over *bool
}

// Info describes data.
type Info struct {
	Day      time.Time `json:"day"`
	Products int       `json:"products"`
}

// Info describes the data.
func (d Data) Info() Info { return Info{d.Day, len(d.products)} }

// Digest names what the data say.
func (d Data) Digest() string {
	if len(d.products) == 0 {
		return ""
	}
	text, _ := json.Marshal(d.document()) // of strings alone
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// document is the answer of endoflife.date's API v1 to /api/v1/products/full, of whose
// members these are read. Source:
// https://github.com/endoflife-date/endoflife.date/blob/master/api_v1/openapi.yml.
type document struct {
	Generated string          `json:"generated_at"` // RFC 3339
	Result    json.RawMessage `json:"result"`       // a list of products, or one
}

type product struct {
	Name     string    `json:"name"`
	Releases []release `json:"releases"`
}

type release struct {
	Name     string `json:"name"`
	Codename string `json:"codename,omitempty"`
	Latest   struct {
		Date string `json:"date,omitempty"`
	} `json:"latest,omitzero"`
	IsEol   *bool  `json:"isEol,omitempty"`
	EolFrom string `json:"eolFrom,omitempty"` // 2006-01-02; the support ends with this day
}

// oldCycle is an element of the answer of the old API to /api/<product>.json. Source:
// https://github.com/endoflife-date/endoflife.date/blob/master/assets/openapi.yml.
type oldCycle struct {
	Cycle    any    `json:"cycle"` // a text, or a number
	Codename string `json:"codename"`
	Eol      any    `json:"eol"` // a day, or whether support has ended
	Latest   string `json:"latestReleaseDate"`
}

// Find returns the path of the data in an advisory folder, or "" where there are none.
func Find(folder string) string {
	for _, name := range []string{FileName, folderName} {
		if info, err := os.Lstat(filepath.Join(folder, name)); err == nil && info.IsDir() == (name == folderName) {
			return filepath.Join(folder, name)
		}
	}
	return ""
}

// Read reads a file of either API, or a folder of such files. One of the old API must
// bear the name of its product: python.json.
func Read(path string) (Data, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Data{}, err
	}
	names := []string{path}
	if info.IsDir() {
		if names, err = filepath.Glob(filepath.Join(globEscape(path), "*.json")); err != nil {
			return Data{}, err
		}
	}
	d := Data{products: map[string][]cycle{}}
	for _, name := range names {
		if err := d.add(name); err != nil {
			return Data{}, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	if len(d.products) == 0 {
		return Data{}, &fs.PathError{Op: "read", Path: path, Err: errors.New("no product of endoflife.date")}
	}
	return d, nil
}

// globEscape escapes what has a meaning in a pattern.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

func (d *Data) add(name string) error {
	text, err := files.Read(name, maxFile)
	if err != nil {
		return err
	}
	var products []product
	var made string
	if strings.HasPrefix(strings.TrimSpace(string(text)), "[") {
		var one product
		if one, err = oldProduct(strings.TrimSuffix(filepath.Base(name), ".json"), text); err == nil {
			products = []product{one}
		}
	} else {
		products, made, err = parse(text)
	}
	if err != nil {
		return fmt.Errorf("not a document of endoflife.date: %w", err)
	}
	newest, _ := time.Parse(time.DateOnly, first(made, len(time.DateOnly)))
	for _, p := range products {
		if p.Name == "" || len(p.Releases) == 0 {
			continue
		}
		var cycles []cycle
		for _, r := range p.Releases {
			c := cycle{name: r.Name, over: r.IsEol}
			c.codename, _, _ = strings.Cut(strings.ToLower(r.Codename), " ")
			if c.ends, err = parseDay(r.EolFrom); err != nil {
				return fmt.Errorf("%s %s: %w", p.Name, r.Name, err)
			}
			if latest, err := parseDay(r.Latest.Date); err == nil && made == "" && latest.After(newest) {
				newest = latest
			}
			cycles = append(cycles, c)
		}
		d.products[p.Name] = cycles
	}
	if newest.After(d.Day) {
		d.Day = newest
	}
	return nil
}

// parse reads a document of API v1.
func parse(text []byte) (products []product, made string, err error) {
	var all document
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, "", err
	}
	if err := json.Unmarshal(all.Result, &products); err == nil {
		return products, all.Generated, nil
	}
	var one product
	if err := json.Unmarshal(all.Result, &one); err != nil {
		return nil, "", errors.New("its result is neither a list of products nor one")
	}
	return []product{one}, all.Generated, nil
}

// oldProduct reads a document of the old API.
func oldProduct(name string, text []byte) (product, error) {
	var cycles []oldCycle
	if err := json.Unmarshal(text, &cycles); err != nil {
		return product{}, err
	}
	p := product{Name: name}
	for _, c := range cycles {
		if c.Cycle == nil {
			return product{}, errors.New("an element without a cycle")
		}
		r := release{Name: fmt.Sprint(c.Cycle), Codename: c.Codename}
		r.Latest.Date = c.Latest
		switch eol := c.Eol.(type) {
		case bool:
			r.IsEol = &eol
		case string:
			r.EolFrom = eol
		}
		p.Releases = append(p.Releases, r)
	}
	return p, nil
}

func parseDay(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, first(text, len(time.DateOnly)))
}

// first is at most the first n bytes of a text.
func first(text string, n int) string { return text[:min(n, len(text))] }

// document is the data as Read reads them, in a stable order.
func (d Data) document() any {
	var products []product
	for name, cycles := range d.products {
		p := product{Name: name}
		for _, c := range cycles {
			r := release{Name: c.name, Codename: c.codename, IsEol: c.over}
			if !c.ends.IsZero() {
				r.EolFrom = c.ends.Format(time.DateOnly)
			}
			p.Releases = append(p.Releases, r)
		}
		products = append(products, p)
	}
	slices.SortFunc(products, func(a, b product) int { return cmp.Compare(a.Name, b.Name) })
	return map[string]any{"generated_at": d.Day.Format(time.DateOnly), "result": products}
}

// Write writes the data to a file that Read reads.
func (d Data) Write(path string) error {
	text, err := json.Marshal(d.document())
	if err != nil {
		return err
	}
	return files.WriteData(path, text)
}
