package publish

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// What holds a file to its format:
//
//	report.json   its own schema, schema.json, which is itself held to its draft
//	SARIF 2.1.0   the schema of OASIS, as the library go-sarif brings it
//	CycloneDX 1.6 the schema of CycloneDX, as its library brings it
//	Atom          the rules of RFC 4287, by hand: its RELAX NG grammar has no validator in Go
//	CSV           encoding/csv, which demands RFC 4180's quotes and rows of one length
//	badge.json    the fields of the endpoint badge of shields.io, as a schema below
//	SVG, HTML     encoding/xml; a browser, in the tests of the pages
//
// Each has a test below or beside it that a spoilt file does not pass.

// sarifSchema is the schema of OASIS for SARIF 2.1.0, as its text stands in the
// library's source.
var sarifSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif").Output()
	if err != nil {
		return nil, fmt.Errorf("find the schema beside its library: %w", err)
	}
	source, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	literal, ok := source.Scope.Lookup("schema").Decl.(*ast.ValueSpec).Values[0].(*ast.BasicLit)
	if !ok {
		return nil, fmt.Errorf("the library has no schema where it had one")
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return nil, err
	}
	return compileSchema("https://docs.oasis-open.org/sarif/schema.json", text)
})

func compileSchema(name, text string) (*jsonschema.Schema, error) { return compilePart(name, "", text) }

// compilePart compiles what a pointer names in a schema.
func compilePart(name, pointer, text string) (*jsonschema.Schema, error) {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(name, value); err != nil {
		return nil, err
	}
	return compiler.Compile(name + pointer)
}

// badgeSchema is what https://shields.io/badges/endpoint-badge takes.
var badgeSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	return compileSchema("badge.json", `{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
		"required": ["schemaVersion", "label", "message"],
		"properties": {
			"schemaVersion": {"const": 1}, "label": {"type": "string"}, "message": {"type": "string", "minLength": 1},
			"color": {"type": "string", "pattern": "^([a-z]+|#?[0-9a-fA-F]{3}([0-9a-fA-F]{3})?)$"}, "labelColor": {"type": "string"},
			"isError": {"type": "boolean"}, "namedLogo": {"type": "string"}, "logoSvg": {"type": "string"}, "logoColor": {"type": "string"},
			"logoWidth": {"type": "number"}, "logoSize": {"type": "string"}, "style": {"enum": ["flat", "flat-square", "plastic", "for-the-badge", "social"]}, "cacheSeconds": {"type": "integer", "minimum": 300}
		}}`)
})

// against holds JSON to a schema.
func against(schema func() (*jsonschema.Schema, error), content []byte) error {
	s, err := schema()
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		return err
	}
	return s.Validate(value)
}

const atomSpace = "http://www.w3.org/2005/Atom"

// atomCounts is how often RFC 4287 lets an element stand in a feed (4.1.1) and in
// an entry (4.1.2): at least, at most; 0 is any number.
var atomCounts = map[string]map[string][2]int{
	"feed": {"author": {1, 0}, "category": {}, "contributor": {}, "generator": {0, 1}, "icon": {0, 1}, "id": {1, 1}, "link": {}, "logo": {0, 1},
		"rights": {0, 1}, "subtitle": {0, 1}, "title": {1, 1}, "updated": {1, 1}, "entry": {}},
	"entry": {"author": {}, "category": {}, "content": {0, 1}, "contributor": {}, "id": {1, 1}, "link": {}, "published": {0, 1},
		"rights": {0, 1}, "source": {0, 1}, "summary": {0, 1}, "title": {1, 1}, "updated": {1, 1}},
	"author": {"name": {1, 1}, "uri": {0, 1}, "email": {0, 1}},
}

// element is a node of an Atom document.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// atomFaults gives what of RFC 4287 a document breaks.
func atomFaults(content []byte) []string {
	var feed element
	if err := xml.Unmarshal(content, &feed); err != nil {
		return []string{err.Error()}
	}
	if feed.XMLName != (xml.Name{Space: atomSpace, Local: "feed"}) {
		return []string{fmt.Sprintf("its root is %v", feed.XMLName)}
	}
	return elementFaults(feed)
}

func elementFaults(e element) []string {
	var faults []string
	fault := func(format string, args ...any) {
		faults = append(faults, e.XMLName.Local+": "+fmt.Sprintf(format, args...))
	}
	if e.XMLName.Space != atomSpace {
		fault("is of %q", e.XMLName.Space)
	}
	counts := map[string]int{}
	for _, child := range e.Children {
		counts[child.XMLName.Local]++
		if _, there := atomCounts[e.XMLName.Local][child.XMLName.Local]; !there {
			fault("holds %s", child.XMLName.Local)
		}
		faults = append(faults, elementFaults(child)...)
	}
	for name, n := range atomCounts[e.XMLName.Local] {
		if counts[name] < n[0] || n[1] > 0 && counts[name] > n[1] {
			fault("holds %d times %s", counts[name], name)
		}
	}
	switch e.XMLName.Local {
	case "updated", "published": // 3.3: RFC 3339, with capitals
		if _, err := time.Parse(time.RFC3339, e.Text); err != nil || strings.ContainsAny(e.Text, "tz") {
			fault("is %q", e.Text)
		}
	case "id", "uri": // an IRI, absolute
		if !regexp.MustCompile(`^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^` + "`" + `]+$`).MatchString(e.Text) {
			fault("is %q", e.Text)
		}
	case "link":
		if e.attr("href") == "" || strings.ContainsAny(e.attr("href"), " <>\"") {
			fault("leads to %q", e.attr("href"))
		}
	case "title", "summary", "subtitle", "content":
		if !slices.Contains([]string{"", "text", "html"}, e.attr("type")) || len(e.Children) > 0 {
			fault("is of the type %q", e.attr("type"))
		}
	case "entry": // 4.1.2: without content there is an alternate link
		alternate := slices.ContainsFunc(e.Children, func(c element) bool {
			return c.XMLName.Local == "link" && (c.attr("rel") == "" || c.attr("rel") == "alternate")
		})
		if counts["content"] == 0 && !alternate {
			fault("has neither content nor an alternate link")
		}
	}
	return faults
}

// csvFault says what of RFC 4180 a file breaks: rows of one length with quotes
// where they belong, ended as one system ends them.
func csvFault(content string) error {
	rows, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	if err != nil {
		return err
	}
	if len(rows) == 0 || slices.Contains(rows[0], "") {
		return fmt.Errorf("its head is %q", rows)
	}
	if sorted := slices.Sorted(slices.Values(rows[0])); len(slices.Compact(sorted)) != len(rows[0]) {
		return fmt.Errorf("two columns have one name: %q", rows[0])
	}
	if !strings.HasSuffix(content, "\n") {
		return fmt.Errorf("its last row does not end")
	}
	return nil
}

// valid holds each file of a report's folder to its format.
func valid(t *testing.T, files map[string]string) {
	t.Helper()
	for name, content := range files {
		var err error
		switch ext := filepath.Ext(name); {
		case name == manifestName: // for the program alone
		case name == "report.json":
			err = against(func() (*jsonschema.Schema, error) { return reporttest.Compiled(t), nil }, []byte(content))
		case name == export.TrendName:
			err = against(func() (*jsonschema.Schema, error) {
				return compilePart("schema.json", "#/$defs/trend", string(report.Schema()))
			}, []byte(content))
		case name == "schema.json":
			_, err = compileSchema("schema.json", content)
		case strings.Contains(name, "goods/") && ext == ".json":
			decoder := json.NewDecoder(strings.NewReader(content))
			decoder.DisallowUnknownFields()
			err = decoder.Decode(&export.Card{})
		case ext == ".json":
			err = fmt.Errorf("nobody knows its schema")
		case ext == ".atom":
			if faults := atomFaults([]byte(content)); len(faults) > 0 {
				err = fmt.Errorf("%s", strings.Join(faults, "; "))
			}
		case ext == ".csv":
			err = csvFault(content)
			cells(t, content)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryFileOfAReportIsValidInItsFormat(t *testing.T) {
	for name, doc := range map[string]report.Document{
		"every state": reporttest.EveryState(), "nothing": {Generator: report.Generator{Name: "Midspan"}, AsOf: reporttest.AsOf}, "many": reporttest.ManyGoods(60), "every field": reporttest.HostileDocument(),
	} {
		t.Run(name, func(t *testing.T) { valid(t, written(t, doc)) })
	}
	for _, id := range []string{"clinic-ledger", "open-atlas"} {
		t.Run(id, func(t *testing.T) { validFormats(t, formatsOf(t, reporttest.OneGood(t, id), reporttest.Answered(id))) })
	}
}

func TestACatalogOfStrangeTextsGivesValidFiles(t *testing.T) {
	for name, text := range strange {
		t.Run(name, func(t *testing.T) {
			doc := strangeCatalog(text)
			valid(t, written(t, doc))
			doc.Goods = doc.Goods[1:2]
			validFormats(t, formatsOf(t, doc, reporttest.Answered(doc.Goods[0].ID)))
		})
	}
}

// validFormats holds the files of one good to their formats, as they stand and
// not as a library has read them.
func validFormats(t *testing.T, files map[string][]byte) {
	t.Helper()
	for format, content := range files {
		inspect(t, format, string(content))
	}
	if err := against(sarifSchema, files["sarif.json"]); err != nil {
		t.Errorf("SARIF: %v", err)
	}
	if err := against(badgeSchema, files["badge.json"]); err != nil {
		t.Errorf("badge: %v", err)
	}
	if faults := atomFaults(files["feed.atom"]); len(faults) > 0 {
		t.Errorf("Atom: %q", faults)
	}
}

func TestASpoiltFileIsNotValid(t *testing.T) {
	files := formatsOf(t, reporttest.OneGood(t, "clinic-ledger"), reporttest.Answered("clinic-ledger"))
	spoil := func(format, old, new string) []byte {
		t.Helper()
		was := string(files[format])
		if !strings.Contains(was, old) {
			t.Fatalf("%s holds no %q", format, old)
		}
		return []byte(strings.Replace(was, old, new, 1))
	}
	for _, s := range [][2]string{{`"version": "2.1.0"`, `"version": "2.0.0"`}, {`"results"`, `"outcomes"`}, {`"level": "`, `"level": "very `}, {`"ruleIndex": `, `"ruleIndex": -2`}} {
		if against(sarifSchema, spoil("sarif.json", s[0], s[1])) == nil {
			t.Errorf("SARIF with %s is valid", s[1])
		}
	}
	for _, s := range [][2]string{{`"schemaVersion":`, `"schemaVersion":1`}, {`"message"`, `"text"`}, {`"label"`, `"colour"`}} {
		if against(badgeSchema, spoil("badge.json", s[0], s[1])) == nil {
			t.Errorf("a badge with %s is valid", s[1])
		}
	}
	for _, s := range [][2]string{{"<id>", "<id>not an address "}, {"<updated>20", "<updated>on 20"}, {"<entry>", "<entry><mood>good</mood>"}, {"<author>", "<contributor>"}, {"<name>", "<name>x</name><name>"}, {`href="`, `href="a b`}, {" xmlns=", " xmlns:a="}} {
		spoilt := spoil("feed.atom", s[0], s[1])
		if s[0] == "<author>" {
			spoilt = bytes.Replace(spoilt, []byte("</author>"), []byte("</contributor>"), 1)
		}
		if len(atomFaults(spoilt)) == 0 {
			t.Errorf("a feed with %s is valid", s[1])
		}
	}
	for _, spoilt := range []string{"", "a,b\n1\n", "a,b\n1,\"2\n", "a,a\n1,2\n", "a,b\n1,2", "a,\n1,2\n", "a,b\n1,x\"y\"\n"} {
		if csvFault(spoilt) == nil {
			t.Errorf("%q is valid CSV", spoilt)
		}
	}
}

// The files that a run of the program writes are valid too.
func TestEveryFileOfTheSampleIsValidInItsFormat(t *testing.T) {
	everyPage(t)
	if reports.sample != nil {
		t.Fatal(reports.sample)
	}
	valid(t, readAll(t, filepath.Join(reports.dir, "sample")))
}

func TestNoFileOfAReportHoldsAPathOfTheMachine(t *testing.T) {
	const secret = "/home/someone/keeps/it-here"
	note := observation.Note{Cause: observation.CauseNotFound, Subject: secret, Message: "no mirror at " + secret + ": give one"}
	doc := reporttest.EveryState()
	doc.Catalogs[0].Location = secret
	doc.Notes = append(doc.Notes, note)
	failed := report.Scan{Outcome: report.Failed, Failure: &note, Notes: []observation.Note{note}}
	failed.Measures = []observation.Measure{{ID: "x", State: observation.Unknown, Detail: note.Message}}
	doc.Goods[0].Scans = []report.Scan{failed}
	doc.Goods[0].Measures = failed.Measures
	doc.Goods[0].Verdict.Coverage.Gaps = []assess.Gap{{Measure: "x", Detail: note.Message}}
	for name, content := range written(t, doc) {
		if strings.Contains(content, "/home/") {
			t.Errorf("%s holds a path of the machine", name)
		}
	}
	if note.Subject != secret {
		t.Error("the document that was given was changed")
	}
}
