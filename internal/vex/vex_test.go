package vex

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

var finding = observation.Finding{Advisory: "GHSA-aaaa-bbbb-cccc", Aliases: []string{"CVE-2024-1"},
	Package: observation.Package{Ecosystem: "npm", Name: "@scope/ws", Version: "7.4.6",
		PURL: "pkg:npm/%40scope/ws@7.4.6?arch=any"}}

const here = "https://github.com/acme/tool"

// tool is a good with one repository.
var tool = Target{Good: "acme-tool", Aliases: []string{"Q1"}, Repository: here, Given: func(name string) bool { return name == "acme" }}

// answers are those of a document.
func answers(doc Document) *Answers {
	a := &Answers{digest: "x"}
	a.add(doc, source{})
	a.reindex()
	return a
}

func statement(name string, status string, products ...Product) Statement {
	return Statement{Vulnerability: Vulnerability{Name: name}, Status: status, Justification: "vulnerable_code_not_present", Products: products}
}

// TestAnAnswerIsMatchedByProductAndVulnerability goes through the ways in which a document
// may name them.
func TestAnAnswerIsMatchedByProductAndVulnerability(t *testing.T) {
	package746 := Product{ID: "pkg:npm/%40scope/ws@7.4.6"}
	for name, c := range map[string]struct {
		said Statement
		want bool
	}{
		"package":                    {statement("CVE-2024-1", "not_affected", package746), true},
		"package of any version":     {statement("GHSA-aaaa-bbbb-cccc", "fixed", Product{ID: "pkg:npm/%40scope/ws"}), true},
		"identifier":                 {statement("cve-2024-1", "fixed", Product{Identifiers: map[string]string{"purl": package746.ID}}), true},
		"repository":                 {statement("CVE-2024-1", "fixed", Product{ID: here + ".git"}), true},
		"purl of the forge":          {statement("CVE-2024-1", "fixed", Product{ID: "pkg:github/acme/tool@0123", Subcomponents: []Product{package746}}), true},
		"purl as it is written":      {statement("CVE-2024-1", "fixed", Product{ID: "pkg:npm/%40scope/ws@7.4.6?arch=any"}), true},
		"good":                       {statement("CVE-2024-1", "fixed", Product{ID: "Acme-Tool", Subcomponents: []Product{package746}}), true},
		"another id of the good":     {statement("CVE-2024-1", "fixed", Product{ID: "Q1"}), true},
		"another version":            {statement("CVE-2024-1", "fixed", Product{ID: "pkg:npm/%40scope/ws@8.0.0"}), false},
		"another ecosystem":          {statement("CVE-2024-1", "fixed", Product{ID: "pkg:pypi/ws@7.4.6"}), false},
		"another repository":         {statement("CVE-2024-1", "fixed", Product{ID: "https://github.com/acme/other"}), false},
		"another part of repository": {statement("CVE-2024-1", "fixed", Product{ID: here, Subcomponents: []Product{{ID: "pkg:npm/left@1"}}}), false},
		"another vulnerability":      {statement("CVE-2024-2", "fixed", package746), false},
		"no product":                 {statement("CVE-2024-1", "fixed"), false},
	} {
		got := answers(Document{Author: "Maintainers", Statements: []Statement{c.said}}).ForOneGood().Apply(tool, []observation.Finding{finding})[0]
		if got.IsAnswered() != c.want {
			t.Errorf("%s: answered %v, want %v", name, got.IsAnswered(), c.want)
		}
		if finding.Answer != nil {
			t.Fatal("the findings that were given are changed")
		}
	}
}

func TestTheNewestAnswerCounts(t *testing.T) {
	product := Product{ID: here}
	older, newer := statement("CVE-2024-1", "not_affected", product), statement("CVE-2024-1", "affected", product)
	older.Timestamp, newer.Timestamp = time.Unix(1, 0), time.Unix(2, 0)
	if got := answers(Document{Statements: []Statement{newer, older}}).Apply(tool, []observation.Finding{finding})[0]; got.IsAnswered() || got.Answer.Status != observation.Affected {
		t.Errorf("the answer is %+v", got.Answer)
	}
	if got := (*Answers)(nil).Apply(tool, []observation.Finding{finding}); got[0].Answer != nil {
		t.Error("nobody answered")
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	var out, again bytes.Buffer
	doc := Document{Timestamp: time.Unix(1, 0).UTC(), Statements: []Statement{statement("CVE-2024-1", "not_affected", Product{ID: here})}}
	if err := Encode(&out, doc); err != nil {
		t.Fatal(err)
	}
	if err := Encode(&again, doc); err != nil || again.String() != out.String() {
		t.Errorf("it is written differently: %v", err)
	}
	file := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := Open([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Apply(tool, []observation.Finding{finding})[0]; !got.IsAnswered() || a.Digest() == "" {
		t.Errorf("the answer is %+v", got.Answer)
	}
}

func TestWhatIsNoAnswerIsRefusedByName(t *testing.T) {
	const head = `{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": {"name": "CVE-2024-1"}, "products": [], `
	for text, want := range map[string]string{
		`[]`:                                 "no OpenVEX document",
		`{"@context": "x"}`:                  "begins with",
		head + `"status": "no"}]}`:           "there is no status",
		head + `"status": "not_affected"}]}`: "needs a justification",
		head + `"status": "not_affected", "justification": "we say so"}]}`:            "there is no justification",
		`{"@context": "https://openvex.dev/ns", "statements": [{"status": "fixed"}]}`: "names no vulnerability",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestAPackageAloneAnswersOnlyWhereItsGoodIsKnown: the statement of one maintainer does not
// answer for all goods that use the package.
func TestAPackageAloneAnswersOnlyWhereItsGoodIsKnown(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "answers.json")
	var text bytes.Buffer
	if err := Encode(&text, Document{Statements: []Statement{
		statement("CVE-2024-1", "not_affected", Product{ID: "pkg:npm/%40scope/ws"}), statement("CVE-2024-9", "fixed", Product{ID: "https://github.com/acme/other"})}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	inside, outside := tool, tool
	inside.Folder, outside.Folder = dir, t.TempDir()
	for name, c := range map[string]struct {
		argument string
		alone    bool
		target   Target
		want     bool
		unnamed  int
	}{
		"of many goods":                {file, false, tool, false, 2},
		"of one good":                  {file, true, tool, true, 1},
		"given for the good":           {"acme=" + file, false, tool, true, 1},
		"given for another":            {"other=" + file, false, tool, false, 2},
		"in the good's own repository": {file, false, inside, true, 1},
		"in no repository":             {file, false, outside, false, 2},
	} {
		a, err := Open([]string{c.argument})
		if err != nil {
			t.Fatal(err)
		}
		if c.alone {
			a = a.ForOneGood()
		}
		if got := a.Apply(c.target, []observation.Finding{finding})[0]; got.IsAnswered() != c.want {
			t.Errorf("%s: answered %v, want %v", name, got.IsAnswered(), c.want)
		}
		if unnamed, all := a.CountUnnamed([]Target{c.target}); unnamed != c.unnamed || all != 2 {
			t.Errorf("%s: %d of %d statements name no good, want %d", name, unnamed, all, c.unnamed)
		}
	}
}

// TestManyAnswersAreLookedUp: a portfolio's document has a statement for each finding, and
// each finding asks for its own. Without an index this test takes minutes.
func TestManyAnswersAreLookedUp(t *testing.T) {
	const n = 20_000
	doc := Document{}
	findings := make([]observation.Finding, n)
	for i := range n {
		id := fmt.Sprintf("CVE-2024-%d", i)
		products := []Product{{ID: here, Subcomponents: []Product{{ID: "pkg:npm/left@1"}}}, {ID: "https://github.com/acme/other"}}
		doc.Statements = append(doc.Statements, statement(id, "fixed", products...))
		findings[i] = observation.Finding{Advisory: "GHSA-" + id, Aliases: []string{id}, Package: observation.Package{Ecosystem: "npm", Name: "left", Version: "1"}}
	}
	began := time.Now()
	for i, f := range answers(doc).Apply(tool, findings) {
		if !f.IsAnswered() {
			t.Fatalf("finding %d is not answered", i)
		}
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}
