package reporttest

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// Golden compares got with a file in testdata.
func Golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update to write it", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from its golden file: look at it, then run with -update and read the difference in version control", name)
	}
}

func Compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Replaced puts a text in the place of the fixture's own hostile one.
func Replaced(doc report.Document, text string) report.Document {
	data, _ := json.Marshal(doc)
	was, _ := json.Marshal(Hostile)
	now, _ := json.Marshal(text)
	var changed report.Document
	if err := json.Unmarshal(bytes.ReplaceAll(data, was, now), &changed); err != nil {
		panic(err) // a test's own mistake
	}
	return changed
}

// OneGood is the document of a check.
func OneGood(t *testing.T, id string) report.Document {
	t.Helper()
	doc := EveryState()
	for _, good := range doc.Goods {
		if good.ID == id {
			doc.Goods = []report.Good{good}
			return doc
		}
	}
	t.Fatalf("no good %s", id)
	return doc
}

// Answered is a result with every outcome.
func Answered(good string) []policy.Result {
	return []policy.Result{{Policy: "ours", PolicyName: "What we ask", Good: good, Name: "A good", Outcome: policy.Fail, Conditions: []policy.ConditionResult{
		{ID: "licence", Title: "It has a licence", Outcome: policy.Pass, Because: "Licence file: yes; wanted yes."},
		{ID: "alive", Title: "It is alive", Outcome: policy.Fail, Because: "Days since the last commit: 400 days; wanted at most 183.", Remedy: "Commit."},
		{ID: "issues", Title: "Issues are answered", Outcome: policy.Unknown, Because: "The issue tracker is not read."},
	}}}
}

func BytesOf(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Extremes are names that break what does not expect them.
var Extremes = map[string]string{
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
	"everything":    Hostile,
}
