package catalog

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

const (
	formatCSV = "csv"
	// maxBrokenRows bounds how often a table is read again behind a row that
	// does not parse.
	maxBrokenRows = 100
)

// columns are the names that a table's columns may have, beside the field they
// fill. Case, spaces, dashes, points and underscores do not count.
var columns = map[string]string{
	"giturl": "url", "gitrepository": "url", "gitrepo": "url", "githuburl": "url", "githubrepository": "url", "githubrepo": "url", "gitlaburl": "url",
	"github": "url", "gitlab": "url", "htmlurl": "url", "cloneurl": "url", "httpurltorepo": "url", "repositorylink": "url", "repolink": "url", "sourcecode": "url",
	"sourcecodeurl": "url", "sourceurl": "url", "sourcerepository": "url", "coderepository": "url", "codeurl": "url", "vcsurl": "url", "scmurl": "url",
	"urldudépôt": "url", "dépôt": "url", "codesource": "url", "repositorio": "url", "códigofuente": "url", "repositório": "url", "quellcode": "url",
	"url": "url", "urls": "url", "repository": "url", "repositories": "url", "repo": "url", "repositoryurl": "url", "repourl": "url",
	"id": "id", "name": "name", "projectname": "name", "projectnames": "name", "nom": "name", "nombre": "name",
	"nome": "name", "title": "name", "titre": "name", "título": "name",
	"oneliner": "description", "repolicense": "licence", "aliases": "aliases", "alias": "aliases",
	"description": "description", "website": "website", "homepage": "website",
	"sdgs": "sdgs", "sdg": "sdgs", "sectors": "sectors", "sector": "sectors",
	"type": "type", "types": "type", "status": "status", "stage": "status",
	"licence": "licence", "license": "licence", "licences": "licence", "licenses": "licence",
	"countries": "countries", "country": "countries", "deploymentcountries": "countries", "deploymentcountry": "countries",
	"countriesofdeployment": "countries", "deployedin": "countries", "pays": "countries",
	"paysdedéploiement": "countries", "país": "countries", "países": "countries",
	"developmentcountries": "developmentcountries",
	"main":                 "main", "mainrepository": "main", "mainrepo": "main", "primaryrepository": "main",
	"organization": "organization", "organizations": "organization", "owner": "organization",
	"organisation": "organization", "organisations": "organization",
	"maintainer": "maintainer", "maintainers": "maintainer", "implementer": "implementer", "implementers": "implementer",
	"funder": "funder", "funders": "funder", "fundedby": "funder", "usedby": "usedby", "users": "usedby",
}

// columnName is a header without what does not count.
func columnName(header string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "", ".", "").Replace(strings.ToLower(strings.TrimSpace(header)))
}

func columnOf(header string) string {
	return columns[columnName(header)]
}

var pageStart = regexp.MustCompile(`(?i)^<(!doctype|html|\?xml|!--)`)

// readTableFile reads a table, and rejects what is none of the formats.
func readTableFile(data []byte, name string) (Catalog, error) {
	text := bytes.TrimSpace(data)
	switch {
	case pageStart.Match(text):
		return Catalog{}, errors.New("it is a web page, not a catalog: name the address of the data; a repository is named on the command line or in a csv")
	case bytes.ContainsRune(text[:min(len(text), 4096)], 0):
		return Catalog{}, errors.New("it is a binary file: give JSON, YAML or CSV")
	case strings.EqualFold(path.Ext(name), ".json"):
		return Catalog{}, errors.New("it is not JSON: a catalog in JSON begins with [ or {; fetch it again")
	}
	return readTable(data)
}

// readTable reads a table with a url column, or a plain list of addresses.
// Commas, tabs, semicolons and bars are understood as separators; lines that
// begin with "#" are comments. Rows with the same id, or without one the same
// name, are one good with several repositories.
func readTable(data []byte) (Catalog, error) {
	c := Catalog{Name: formatCSV}
	text, remark := decodeTable(data)
	if remark != "" {
		c.Notes = append(c.Notes, observation.Note{Cause: observation.CauseRemark, Subject: "encoding", Message: remark})
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text, separator := cutSeparatorLine(strings.ReplaceAll(text, "\r", "\n"))
	t, err := c.tableHeader(text, separator)
	if err != nil {
		return c, err
	}
	if t != nil {
		t.read(text)
		if t.added > maxEntries {
			return c, errTooMany()
		}
		return c, nil
	}
	first := firstLine(text)
	if !looksLikeList(first) {
		return c, fmt.Errorf(
			"it is neither JSON, YAML, a list of addresses nor a table with a url column; its first line is %q: name one "+
				"column \"url\"", quote(first))
	}
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		line, _, _ = strings.Cut(" "+line, " #")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if len(c.Goods) == maxEntries {
			return c, errTooMany()
		}
		c.Goods = append(c.Goods, addressGood(line, Declared, Source{Catalog: formatCSV, Entry: fmt.Sprintf("line %d", number)}))
	}
	return c, nil
}

// firstLine is the first line that is neither blank nor a comment.
func firstLine(text string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return ""
}

// looksLikeList reports whether a line can be the first of a plain list: an
// address, or one word that a note can explain.
func looksLikeList(line string) bool {
	words, prose := addresses(line)
	return len(words) > 0 && (prose || looksLikeAddress(words[0]) || bareHost.MatchString(words[0]) || scpLike.MatchString(words[0]))
}

func splitLine(line string, comma rune) []string {
	reader := csv.NewReader(strings.NewReader(line))
	reader.Comma, reader.TrimLeadingSpace, reader.LazyQuotes = comma, true, true
	cells, err := reader.Read()
	if err != nil {
		return nil
	}
	return cells
}

// table is a table on the way to becoming a catalog.
type table struct {
	catalog *Catalog
	header  []string
	columns []string // the fields that the cells fill, "" for none
	comma   rune
	goods   map[string]*row // by id or name
	added   int             // rows, also those that are no good of their own
}

// row is a good and the notes of its rows.
type row struct {
	index int // in the catalog's goods
	notes *entryNotes
	more  *merging // where it has several rows
}

func (t *table) read(text string) {
	t.noteUnknownColumns()
	t.rows(text)
	t.finish()
}

func (t *table) finish() {
	for _, r := range t.goods {
		g := &t.catalog.Goods[r.index]
		g.Name = cmp.Or(g.Name, g.repositoryName()) // only the url is required: no fault
		g.finish(r.notes, "")
	}
}

func (t *table) noteUnknownColumns() {
	var unknown []string
	for i, header := range t.header {
		if t.columns[i] == "" && strings.TrimSpace(header) != "" {
			unknown = append(unknown, quote(header))
		}
	}
	if len(unknown) > 0 {
		t.catalog.Notes = append(t.catalog.Notes, observation.Note{
			Cause: observation.CauseRemark, Subject: "header",
			Message: fmt.Sprintf("columns that are not known were not read: %s", quote(strings.Join(unknown, ", "))),
		})
	}
}

// rows reads row by row. A quote that is never closed swallows the rest of the
// file, so reading starts again on the line after a row that does not parse.
func (t *table) rows(text string) {
	base, sawHeader := 0, false
	for broken := 0; ; {
		reader := csv.NewReader(strings.NewReader(text))
		reader.Comma, reader.Comment, reader.TrimLeadingSpace, reader.FieldsPerRecord = t.comma, '#', true, -1
		failed := t.records(reader, base, &sawHeader)
		if failed == 0 {
			return
		}
		if broken++; broken > maxBrokenRows {
			t.catalog.drop(fmt.Sprintf("line %d", base+failed), "and all after it were not read: more than %d rows do not parse", maxBrokenRows)
			return
		}
		t.catalog.drop(fmt.Sprintf("line %d", base+failed), "does not parse: look at its quotes")
		text = afterLine(text, failed)
		base += failed
	}
}

// records reads until the end, and returns 0, or until a row that does not
// parse, and returns its first line.
func (t *table) records(reader *csv.Reader, base int, sawHeader *bool) int {
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return 0
		}
		if problem, ok := errors.AsType[*csv.ParseError](err); ok {
			return problem.StartLine
		}
		if err != nil {
			return 0 // a reader over a string has no other error
		}
		line, _ := reader.FieldPos(0)
		if !*sawHeader {
			*sawHeader = true
			continue
		}
		if t.added++; t.added > maxEntries {
			return 0 // the table is refused
		}
		t.add(cells, fmt.Sprintf("line %d", base+line))
	}
}

func afterLine(text string, lines int) string {
	for range lines {
		_, rest, ok := strings.Cut(text, "\n")
		if !ok {
			return ""
		}
		text = rest
	}
	return text
}

// add turns one row into a good, or into one more repository of an earlier one.
func (t *table) add(cells []string, line string) {
	fields := t.fields(cells)
	if len(fields) == 0 {
		return
	}
	notes := &entryNotes{subject: line}
	if len(cells) > len(t.header) {
		notes.add(observation.CauseBroken, "",
			"%s has %d cells, the header %d: the last ones were not read; quote cells that hold a separator", line, len(cells), len(t.header))
	}
	good := tableGood(record{notes, fields, ""}, line)
	t.put(tableKey(good, line), good, notes)
}

// put adds a good, or what it says to an earlier one of the same key.
func (t *table) put(key string, good Good, notes *entryNotes) {
	if have, ok := t.goods[key]; ok {
		have.notes.append(notes.notes...)
		if have.more == nil {
			have.more = newMerging(&t.catalog.Goods[have.index])
		}
		have.more.add(&t.catalog.Goods[have.index], good, have.notes)
		return
	}
	t.goods[key] = &row{index: len(t.catalog.Goods), notes: notes}
	t.catalog.Goods = append(t.catalog.Goods, good)
}

func tableKey(g Good, line string) string {
	switch {
	case g.ID != "":
		return "id " + g.ID
	case g.Name != "":
		return "name " + strings.ToLower(g.Name)
	}
	return line
}

// fields gives the cells the names of their columns; empty cells are left out.
func (t *table) fields(cells []string) map[string]any {
	fields := map[string]any{}
	for i, cell := range cells[:min(len(cells), len(t.header))] {
		column := t.columns[i]
		if column == "" || strings.TrimSpace(cell) == "" {
			continue
		}
		if have, ok := fields[column].(string); ok {
			cell = have + ";" + cell
		}
		fields[column] = cell
	}
	return fields
}

func tableGood(r record, line string) Good {
	g := Good{
		ID:                   slug(redact.Text(r.text("id"))),
		Name:                 r.text("name"),
		Aliases:              r.cell("aliases"),
		Description:          r.text("description"),
		Website:              r.webAddress(r.text("website"), "website"),
		Types:                types(r.cell("type")),
		Licenses:             licenses(r.cell("licence")),
		SDGs:                 r.goals(strings.FieldsFunc(redact.Text(r.text("sdgs")), func(c rune) bool { return strings.ContainsRune(";,|", c) })),
		Sectors:              r.cell("sectors"),
		Status:               r.text("status"),
		DeploymentCountries:  r.cell("countries"),
		DevelopmentCountries: r.cell("developmentcountries"),
		UsedBy:               r.cell("usedby"),
		FundedBy:             r.cell("funder"),
		Sources:              []Source{{Catalog: formatCSV, Entry: line}},
	}
	for _, column := range []struct{ name, role string }{{"organization", ""}, {"owner", "owner"}, {"maintainer", "maintainer"}, {"implementer", "implementer"}} {
		for _, name := range r.cell(column.name) {
			if namesPerson(name) {
				name = Person
			}
			g.Organizations = append(g.Organizations, Organization{Name: name, Role: column.role})
		}
	}
	r.tableRepositories(&g)
	if g.Name == "" && len(g.Repositories) == 0 {
		g.Name = cmp.Or(quoteTyped(r.text("url")), r.text("id"), line)
	}
	return g
}

// tableRepositories reads the columns of addresses.
func (r record) tableRepositories(g *Good) {
	if r.has("url") {
		g.addRepositories(r.entryNotes, r.text("url"), "", Declared)
	}
	if len(g.Repositories) == 0 && r.has("claimed") {
		g.addRepositories(r.entryNotes, r.text("claimed"), "", Claimed)
	}
	for i, address := range r.texts("candidates") { // a website, or else the first repository
		if _, _, err := ParseRepository(address, Claimed); err == nil {
			g.addRepositories(r.entryNotes, address, "", Claimed)
			break
		}
		if i == 0 {
			g.Website = cmp.Or(g.Website, r.webAddress(address, "link"))
		}
	}
	if r.has("main") {
		g.nameMain(r.entryNotes, r.text("main"))
	}
}

// cell reads the texts of a list, or those between semicolons. An empty cell gives nil
// (unknown). A cell with "none" or "-" gives an empty list (there are none).
func (r record) cell(column string) []string {
	if value, _ := r.find(column); value != nil {
		if _, isList := value.([]any); isList {
			return r.texts(column)
		}
	}
	text := redact.Text(r.text(column)) // before a secret comes apart
	if text == "" {
		return nil
	}
	items := []string{}
	if lower := strings.ToLower(text); lower == "none" || lower == "-" {
		return items
	}
	var once distinct[string]
	for item := range strings.SplitSeq(text, ";") {
		if item = strings.TrimSpace(item); item != "" && len(items) < maxItems {
			items = once.add(items, item)
		}
	}
	return items
}
