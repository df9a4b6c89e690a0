package publish

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/report/reporttest"
	"github.com/midspan/midspan/internal/report/terminal"
)

// listings are the packages of a good's findings, and one that nothing affects.
func listings(good report.Good) []export.Listing {
	var all []export.Listing
	for _, scan := range good.Scans {
		list := export.Listing{Repository: scan.Repository.URL, Packages: []observation.Package{{Ecosystem: "npm", Name: "quiet", Version: "1.0.0", PURL: "pkg:npm/quiet@1.0.0", Path: "package-lock.json", Groups: []string{"dev"}}}}
		for _, f := range scan.Findings {
			list.Packages = append(list.Packages, f.Package)
		}
		list.Locks = []observation.Lock{{Path: "package-lock.json", Packages: []observation.Locked{{Name: "quiet", Version: "1.0.0", Graph: observation.GraphWhole,
			Licenses: []string{"MIT", "a licence"}, Digest: "go.sum h1:abc=", Files: []observation.LockedFile{
				{Name: "quiet 1.whl", Hashes: []observation.Hash{{Algorithm: observation.SHA256, Value: strings.Repeat("0a", 32)}}},
				{Hashes: []observation.Hash{{Algorithm: observation.SHA1, Value: strings.Repeat("0b", 20)}}}}}}}}
		all = append(all, list)
	}
	return all
}

// formatsOf writes a document in every format, by the file's name.
func formatsOf(t *testing.T, doc report.Document, results []policy.Result) map[string][]byte {
	t.Helper()
	good := doc.Goods[0]
	return map[string][]byte{
		"sarif.json": reporttest.BytesOf(t, func(w io.Writer) error { return export.WriteSARIF(w, doc, results) }),
		"check.md":   reporttest.BytesOf(t, func(w io.Writer) error { return export.WriteMarkdown(w, doc, results) }),
		"cdx.json":   reporttest.BytesOf(t, func(w io.Writer) error { return export.WriteSBOM(w, doc, good, listings(good)) }),
		"badge.svg":  reporttest.BytesOf(t, export.StageBadge(good).WriteSVG),
		"badge.json": reporttest.BytesOf(t, export.StageBadge(good).WriteJSON),
		"policy.txt": reporttest.BytesOf(t, func(w io.Writer) error { return terminal.WritePolicy(w, results[0], 80, false) }),
		"feed.atom":  reporttest.BytesOf(t, func(w io.Writer) error { return export.WriteFeed(w, report.Cleaned(report.Complete(doc))) }),
	}
}

func TestEveryFormatMatchesItsGoldenFilesTwice(t *testing.T) {
	for _, id := range []string{"clinic-ledger", "open-atlas"} {
		doc := reporttest.OneGood(t, id)
		first, second := formatsOf(t, doc, reporttest.Answered(id)), formatsOf(t, doc, reporttest.Answered(id))
		for name, content := range first {
			reporttest.Golden(t, "formats/"+id+"."+name, content)
			if !bytes.Equal(content, second[name]) {
				t.Errorf("%s of %s differs between two writes", name, id)
			}
		}
	}
}

func TestHostileTextComesOutAsTextInEveryFormat(t *testing.T) {
	for name, text := range reporttest.Extremes {
		t.Run(name, func(t *testing.T) {
			doc := reporttest.Replaced(reporttest.HostileDocument(), text)
			doc.Change.Entered[0].Good, doc.Change.Left[0].Good, doc.Change.Moved[0].Good = text, text+"2", text+"3"
			doc.Goods[0].Verdict.Coverage.Gaps[0].Detail = text
			results := reporttest.Answered(doc.Goods[0].ID)
			results[0].PolicyName, results[0].Name, results[0].Conditions[1].Because, results[0].Conditions[2].Because, results[0].Conditions[1].Title = text, text, text, text, text
			for format, content := range formatsOf(t, doc, results) {
				inspect(t, format, string(content))
			}
			files := written(t, doc)
			inspect(t, "feed.atom", files["feed.atom"])
			cells(t, files["reasons.csv"])
		})
	}
}

// inspect holds a file to its format, and to what no reader may be shown.
func inspect(t *testing.T, format, content string) {
	t.Helper()
	for _, bad := range []string{"\x00", "\x1b", "\x07", "\x7f", "\u0085", "\u202e", "\u2066", "\xff"} {
		if strings.Contains(content, bad) {
			t.Errorf("%s holds %q", format, bad)
		}
	}
	switch {
	case format == "sarif.json":
		validSARIF(t, []byte(content))
	case format == "cdx.json":
		validCycloneDX(t, []byte(content))
	case format == "feed.atom":
		validAtom(t, []byte(content))
	case format == "badge.svg":
		validXML(t, []byte(content))
		if strings.Contains(content, "<script") {
			t.Error("the badge holds a script")
		}
	case format == "badge.json":
		var badge export.Badge
		if err := json.Unmarshal([]byte(content), &badge); err != nil || badge.SchemaVersion != 1 || badge.Message == "" || badge.Label == "" {
			t.Errorf("the badge is %+v, %v", badge, err)
		}
	case format == "check.md":
		harmlessMarkdown(t, content)
	}
}

// harmlessMarkdown refuses markup and links that did not come from Midspan.
func harmlessMarkdown(t *testing.T, content string) {
	t.Helper()
	link := regexp.MustCompile(`(^|[^\\])\]\(([^)]*)\)`)
	for _, m := range link.FindAllStringSubmatch(content, -1) {
		if !strings.HasPrefix(m[2], "https://osv.dev/vulnerability/") {
			t.Errorf("Markdown holds the link %q", m[0])
		}
	}
	rest := strings.NewReplacer("<sub>", "", "</sub>", "", "https://osv.dev", "", "@<!-- -->", "", "#<!-- -->", "").Replace(content)
	for _, bad := range []string{"<", "://", "www.", "@", "`", "${{"} {
		if strings.Contains(rest, bad) {
			t.Errorf("Markdown holds %q", bad)
		}
	}
	columns := 0
	for line := range strings.Lines(content) {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		if n := strings.Count(line, "|"); columns == 0 {
			columns = n
		} else if n != columns {
			t.Errorf("a row has %d cells, its header %d: %s", n-1, columns-1, line)
		}
	}
}

// validSARIF reads SARIF as the library does, which fills in what is absent; validFormats
// holds the bytes themselves to the schema.
func validSARIF(t *testing.T, content []byte) {
	t.Helper()
	log, err := sarif.FromBytes(content)
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Validate(); err != nil {
		t.Errorf("SARIF: %v", err)
	}
	for _, result := range log.Runs[0].Results {
		place := result.Locations[0].PhysicalLocation
		uri := *place.ArtifactLocation.URI
		if strings.HasPrefix(uri, "/") || strings.Contains(uri, "..") || strings.Contains(uri, ":") {
			t.Errorf("a result stands at %q", uri)
		}
		if result.PartialFingerprints["midspan/v1"] == "" || *place.Region.StartLine < 1 {
			t.Errorf("a result has no fingerprint or no line: %v", result)
		}
		if result.Kind == "pass" || *log.Runs[0].Tool.Driver.Rules[result.RuleIndex].ID != *result.RuleID {
			t.Errorf("a result of %s is a pass, or names another rule", *result.RuleID)
		}
	}
}

// validCycloneDX holds a bill to the schema that comes with the library.
func validCycloneDX(t *testing.T, content []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if err := cycloneDX(t).Validate(value); err != nil {
		t.Errorf("CycloneDX: %v", err)
	}
	refs := map[string]bool{}
	var bill struct {
		Components []struct {
			Ref string `json:"bom-ref"`
		}
		Vulnerabilities []struct{ Affects []struct{ Ref string } }
	}
	if err := json.Unmarshal(content, &bill); err != nil {
		t.Fatal(err)
	}
	for _, c := range bill.Components {
		if refs[c.Ref] {
			t.Errorf("the reference %q stands twice", c.Ref)
		}
		refs[c.Ref] = true
	}
	for _, v := range bill.Vulnerabilities {
		for _, a := range v.Affects {
			if !refs[a.Ref] {
				t.Errorf("an advisory affects %q, which is not there", a.Ref)
			}
		}
	}
}

var cycloneDXSchema *jsonschema.Schema

func cycloneDX(t *testing.T) *jsonschema.Schema {
	t.Helper()
	if cycloneDXSchema != nil {
		return cycloneDXSchema
	}
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatalf("find the schema beside its library: %v", err)
	}
	compiler := jsonschema.NewCompiler()
	const base = "http://cyclonedx.org/schema/"
	for name, file := range map[string]string{"bom-1.6.schema.json": "", "spdx.schema.json": "", "jsf-0.82.schema.json": "jsf-0.82.schemax.json"} {
		data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "schema", cmp.Or(file, name)))
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(base+name, value); err != nil {
			t.Fatal(err)
		}
	}
	if cycloneDXSchema, err = compiler.Compile(base + "bom-1.6.schema.json"); err != nil {
		t.Fatal(err)
	}
	return cycloneDXSchema
}

func validXML(t *testing.T, content []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(content))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("no XML: %v", err)
		}
	}
}

// validAtom asks what RFC 4287 demands of a feed and of its entries.
func validAtom(t *testing.T, content []byte) {
	t.Helper()
	type link struct {
		Href string `xml:"href,attr"`
	}
	var feed struct {
		XMLName            xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID, Title, Updated string
		Author             struct {
			Name string `xml:"name"`
		} `xml:"author"`
		IDs     string `xml:"id"`
		T       string `xml:"title"`
		U       string `xml:"updated"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Link    link   `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(content, &feed); err != nil {
		t.Fatalf("no feed: %v", err)
	}
	demand := func(id, title, updated string) {
		t.Helper()
		if !strings.HasPrefix(id, "tag:") || strings.ContainsAny(id, " \t\n<>") || strings.TrimSpace(title) == "" {
			t.Errorf("id %q, title %q", id, title)
		}
		if _, err := time.Parse(time.RFC3339, updated); err != nil {
			t.Error(err)
		}
	}
	demand(feed.IDs, feed.T, feed.U)
	seen := map[string]bool{}
	for _, e := range feed.Entries {
		demand(e.ID, e.Title, e.Updated)
		if seen[e.ID] || !strings.HasPrefix(e.Link.Href, "goods/") {
			t.Errorf("the entry %q stands twice, or leads to %q", e.ID, e.Link.Href)
		}
		seen[e.ID] = true
	}
}

// cells refuses cells that a spreadsheet would compute.
func cells(t *testing.T, content string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a cell begins as a formula: %q", cell)
			}
		}
	}
}

func TestAFeedWithoutChangesIsValid(t *testing.T) {
	doc := reporttest.EveryState()
	doc.Change = nil
	content := written(t, doc)["feed.atom"]
	validAtom(t, []byte(content))
	if strings.Contains(content, "<entry>") {
		t.Error("there is an entry where nothing changed")
	}
}

func TestTheFeedHoldsEveryChangeOfStageAndNoNewGood(t *testing.T) {
	doc := reporttest.EveryState()
	doc.Change.Moved = []report.Move{{Good: "cold-chain", Name: "Cold Chain", From: assess.Fading, To: assess.Dormant}}
	content := written(t, doc)["feed.atom"]
	validAtom(t, []byte(content))
	if n := strings.Count(content, "<entry>"); n != 5 {
		t.Errorf("%d entries, want those that entered, left, moved, were first read, and stand elsewhere by new rules", n)
	}
}

func TestNoFormatNamesAPathOfThisMachineAndNoneCallsUnknownAPass(t *testing.T) {
	doc := reporttest.OneGood(t, "clinic-ledger")
	doc.Goods[0].Repositories[0].URL = "/home/somebody/src/ledger"
	doc.Goods[0].Scans[0].Repository.URL = "/home/somebody/src/ledger"
	doc.Goods[0].Scans[0].Notes = append(doc.Goods[0].Scans[0].Notes, observation.Note{Cause: observation.CauseBroken, Message: "read /home/somebody/src/ledger/go.mod: it does not parse"})
	for name, content := range formatsOf(t, doc, reporttest.Answered("clinic-ledger")) {
		if strings.Contains(string(content), "/home/") {
			t.Errorf("%s names a path of this machine", name)
		}
		if strings.Contains(string(content), `"kind": "pass"`) {
			t.Errorf("%s holds a pass", name)
		}
	}
}

func TestAnSBOMNamesWhatItsListOfAdvisoriesRestsOn(t *testing.T) {
	doc := reporttest.OneGood(t, "open-atlas")
	content := string(reporttest.BytesOf(t, func(w io.Writer) error { return export.WriteSBOM(w, doc, doc.Goods[0], nil) }))
	validCycloneDX(t, []byte(content))
	for _, want := range []string{`"value": "unknown"`, `"aggregate": "incomplete"`} {
		if !strings.Contains(content, want) {
			t.Errorf("the bill does not say %s", want)
		}
	}
}
