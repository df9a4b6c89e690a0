package report

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
)

// oneGood is the document of a check.
func oneGood(t *testing.T, id string) Document {
	t.Helper()
	doc := everyState()
	for _, good := range doc.Goods {
		if good.ID == id {
			doc.Goods = []Good{good}
			return doc
		}
	}
	t.Fatalf("no good %s", id)
	return doc
}

// answered is a result with every outcome.
func answered(good string) []policy.Result {
	return []policy.Result{{Policy: "ours", PolicyName: "What we ask", Good: good, Name: "A good", Outcome: policy.Fail, Conditions: []policy.ConditionResult{
		{ID: "licence", Title: "It has a licence", Outcome: policy.Pass, Because: "Licence file: yes; wanted yes."},
		{ID: "alive", Title: "It is alive", Outcome: policy.Fail, Because: "Days since the last commit: 400 days; wanted at most 183.", Remedy: "Commit."},
		{ID: "issues", Title: "Issues are answered", Outcome: policy.Unknown, Because: "The issue tracker is not read."},
	}}}
}

// listings are the packages of a good's findings, and one that nothing affects.
func listings(good Good) []Listing {
	var all []Listing
	for _, scan := range good.Scans {
		list := Listing{Repository: scan.Repository.URL, Packages: []observation.Package{{Ecosystem: "npm", Name: "quiet", Version: "1.0.0", PURL: "pkg:npm/quiet@1.0.0", Path: "package-lock.json", Groups: []string{"dev"}}}}
		for _, f := range scan.Findings {
			list.Packages = append(list.Packages, f.Package)
		}
		all = append(all, list)
	}
	return all
}

func bytesOf(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// formatsOf writes a document in every format, by the file's name.
func formatsOf(t *testing.T, doc Document, results []policy.Result) map[string][]byte {
	t.Helper()
	good := doc.Goods[0]
	return map[string][]byte{
		"sarif.json": bytesOf(t, func(w io.Writer) error { return WriteSARIF(w, doc, results) }),
		"check.md":   bytesOf(t, func(w io.Writer) error { return WriteMarkdown(w, doc, results) }),
		"cdx.json":   bytesOf(t, func(w io.Writer) error { return WriteSBOM(w, doc, good, listings(good)) }),
		"badge.svg":  bytesOf(t, StageBadge(good).WriteSVG),
		"badge.json": bytesOf(t, StageBadge(good).WriteJSON),
		"policy.txt": bytesOf(t, func(w io.Writer) error { return WritePolicy(w, results[0], 80, false) }),
		"feed.atom":  bytesOf(t, func(w io.Writer) error { return writeFeed(w, cleaned(complete(doc))) }),
	}
}

func TestEveryFormatMatchesItsGoldenFilesTwice(t *testing.T) {
	for _, id := range []string{"clinic-ledger", "open-atlas"} {
		doc := oneGood(t, id)
		first, second := formatsOf(t, doc, answered(id)), formatsOf(t, doc, answered(id))
		for name, content := range first {
			golden(t, "formats/"+id+"."+name, content)
			if !bytes.Equal(content, second[name]) {
				t.Errorf("%s of %s differs between two writes", name, id)
			}
		}
	}
}

// extremes are names that break what does not expect them.
var extremes = map[string]string{
	"markup":        `<script>alert(1)</script>&amp;"'` + "`",
	"markdown":      "](http://evil.example) [a](b) ![x](y) # h\n\n- item | cell | `code` **b** @everyone www.evil.example ~~s~~ <b>",
	"template":      "{{.}} {0} ${{ secrets.X }} %s %d",
	"right to left": "\u202egnp.exe\u202c \u2066abc\u2069 مرحبا",
	"emoji":         "👩‍👩‍👧‍👦 🏳️‍🌈",
	"controls":      "a\x00b\x07c\x1b[31md\u0085e\x7f",
	"not UTF-8":     "a\xff\xfeb",
	"long":          strings.Repeat("long words ", 50),
	"one long word": strings.Repeat("w", 500),
	"empty":         "",
	"formula":       "=HYPERLINK(\"http://evil.example\")",
	"a path":        "../../../etc/passwd",
	"an address":    "javascript:alert(1)",
	"everything":    hostile,
}

func TestHostileTextComesOutAsTextInEveryFormat(t *testing.T) {
	for name, text := range extremes {
		t.Run(name, func(t *testing.T) {
			doc := replaced(hostileDocument(), text)
			doc.Change.Entered[0].Good, doc.Change.Left[0].Good, doc.Change.Moved[0].Good = text, text+"2", text+"3"
			doc.Goods[0].Verdict.Coverage.Gaps[0].Detail = text
			results := answered(doc.Goods[0].ID)
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

// replaced puts a text in the place of the fixture's own hostile one.
func replaced(doc Document, text string) Document {
	data, _ := json.Marshal(doc)
	was, _ := json.Marshal(hostile)
	now, _ := json.Marshal(text)
	var changed Document
	if err := json.Unmarshal(bytes.ReplaceAll(data, was, now), &changed); err != nil {
		panic(err) // a test's own mistake
	}
	return changed
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
		var badge Badge
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

func validSARIF(t *testing.T, content []byte) {
	t.Helper()
	log, err := sarif.FromBytes(content, sarif.WithStrictValidation())
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
		if result.PartialFingerprints[fingerprint] == "" || *place.Region.StartLine < 1 {
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
	doc := everyState()
	doc.Change = nil
	content := written(t, doc)["feed.atom"]
	validAtom(t, []byte(content))
	if strings.Contains(content, "<entry>") {
		t.Error("there is an entry where nothing changed")
	}
}

func TestTheFeedHoldsEveryChangeOfStageAndNoNewGood(t *testing.T) {
	doc := everyState()
	doc.Change.Moved = []Move{{"cold-chain", "Cold Chain", assess.Fading, assess.Dormant}}
	content := written(t, doc)["feed.atom"]
	validAtom(t, []byte(content))
	if n := strings.Count(content, "<entry>"); n != 3 {
		t.Errorf("%d entries, want those that entered, left and moved", n)
	}
}

func TestNoFormatNamesAPathOfThisMachineAndNoneCallsUnknownAPass(t *testing.T) {
	doc := oneGood(t, "clinic-ledger")
	doc.Goods[0].Repositories[0].URL = "/home/somebody/src/ledger"
	doc.Goods[0].Scans[0].Repository.URL = "/home/somebody/src/ledger"
	doc.Goods[0].Scans[0].Notes = append(doc.Goods[0].Scans[0].Notes, observation.Note{Cause: observation.CauseBroken, Message: "read /home/somebody/src/ledger/go.mod: it does not parse"})
	for name, content := range formatsOf(t, doc, answered("clinic-ledger")) {
		if strings.Contains(string(content), "/home/") {
			t.Errorf("%s names a path of this machine", name)
		}
		if strings.Contains(string(content), `"kind": "pass"`) {
			t.Errorf("%s holds a pass", name)
		}
	}
}

func TestAResultKeepsItsFingerprintWhenItsWordsChange(t *testing.T) {
	prints := func(change func(*observation.Finding)) string {
		doc := oneGood(t, "clinic-ledger")
		scan := &doc.Goods[0].Scans[0]
		scan.Findings = append([]observation.Finding(nil), scan.Findings...)
		change(&scan.Findings[0])
		log, err := sarif.FromBytes(bytesOf(t, func(w io.Writer) error { return WriteSARIF(w, doc, nil) }))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range log.Runs[0].Results {
			if *r.RuleID == scan.Findings[0].Advisory {
				return r.PartialFingerprints[fingerprint]
			}
		}
		t.Fatal("the finding is no result")
		return ""
	}
	same := prints(func(*observation.Finding) {})
	if got := prints(func(f *observation.Finding) { f.Package.Version, f.Summary, f.Severity = "0.0.1", "new words", "low" }); got != same {
		t.Error("a new version of the package makes it another result")
	}
	if got := prints(func(f *observation.Finding) { f.Package.Path = "elsewhere/package-lock.json" }); got == same {
		t.Error("another manifest is the same result")
	}
}

func TestAFileOfAResultStaysInTheRepository(t *testing.T) {
	for file, want := range map[string]string{
		"go.mod": "go.mod", "a/b c.txt": "a/b%20c.txt", "a:b": "a%3Ab", "": wholeRepository, "/etc/passwd": wholeRepository,
		"../x": wholeRepository, "a/../../x": wholeRepository, `..\x`: wholeRepository, "ü/<x>": "%C3%BC/%3Cx%3E", "a%2e": "a%252e",
	} {
		if got := fileURI(file); got != want {
			t.Errorf("%q is %q, want %q", file, got, want)
		}
	}
}

func TestAnSBOMNamesWhatItsListOfAdvisoriesRestsOn(t *testing.T) {
	doc := oneGood(t, "open-atlas")
	content := string(bytesOf(t, func(w io.Writer) error { return WriteSBOM(w, doc, doc.Goods[0], nil) }))
	validCycloneDX(t, []byte(content))
	for _, want := range []string{`"value": "unknown"`, `"aggregate": "incomplete"`} {
		if !strings.Contains(content, want) {
			t.Errorf("the bill does not say %s", want)
		}
	}
}

func TestPolicyResultsFitTheirWidthInColourToo(t *testing.T) {
	for name, text := range extremes {
		r := answered("a-good")[0]
		r.Name, r.PolicyName, r.Good, r.Conditions[1].Title, r.Conditions[1].Because = text, text, text, text, text
		var out bytes.Buffer
		table := NewPolicyTable(&out, 60, true)
		if err := errors.Join(WritePolicy(&out, r, 60, true), table.Add(r), table.End()); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(ansi.ReplaceAllString(out.String(), "")) {
			if w := runewidth.StringWidth(strings.TrimRight(line, "\n")); w > 60 {
				t.Errorf("%s: %d columns: %s", name, w, line)
			}
		}
	}
}
