package scanners_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

// This file is the walk of docs/new-scanner.md: a scanner of decision records.

var (
	recordsMeasure = observation.Definition{
		ID: "decisions.records", Name: "Decision records", Kind: observation.KindNumber,
		Unit: observation.UnitFiles, Merge: observation.MergeSum,
		Means:     "Markdown files in the folder docs/decisions, each of which records a decision.",
		Reference: "https://adr.github.io/",
	}
	acceptedMeasure = observation.Definition{
		ID: "decisions.accepted", Name: "Decisions accepted", Kind: observation.KindNumber,
		Unit: observation.UnitFiles, Merge: observation.MergeSum,
		Means:     "Decision records with a line \"Status: accepted\".",
		Reference: "https://adr.github.io/",
	}
)

// decisions counts decision records. The zero value is ready.
type decisions struct{}

func (decisions) Name() string          { return "decisions" }
func (decisions) Version() string       { return "1" } // raise it when a snapshot would give another result
func (decisions) Configuration() string { return "" }  // nothing can be set
func (decisions) DependsOnTime() bool   { return false }

func (decisions) Definitions() []observation.Definition {
	return []observation.Definition{recordsMeasure, acceptedMeasure}
}

// Wants asks for the contents of the decision records alone.
func (decisions) Wants(file gitrepo.File) gitrepo.Want {
	if isRecord(file) {
		return gitrepo.Needed
	}
	return gitrepo.Unwanted
}

func isRecord(file gitrepo.File) bool {
	return file.Mode == gitrepo.ModeFile && path.Dir(file.Path) == "docs/decisions" && path.Ext(file.Path) == ".md"
}

func (d decisions) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	records, accepted := 0, 0
	var failed error
	for _, file := range in.Snapshot.Files() {
		if !isRecord(file) {
			continue
		}
		records++
		text, err := fs.ReadFile(in.Snapshot.FS(), file.Path)
		if err != nil {
			failed = err // a mirror need not hold every file
		}
		if bytes.Contains(text, []byte("\nStatus: accepted\n")) {
			accepted++
		}
	}
	source := fmt.Sprintf("files of %.12s", in.Snapshot.Commit())
	acceptedValue := acceptedMeasure.Of(accepted, source, in.At)
	switch {
	case records == 0:
		acceptedValue = acceptedMeasure.NotApplicableFor("no decision records")
	case failed != nil:
		acceptedValue = acceptedMeasure.UnknownFor(gitrepo.CauseOf(failed), failed.Error())
	}
	return observation.Observation{
		Scanner: d.Name(), Version: d.Version(),
		Measures: []observation.Measure{recordsMeasure.Of(records, source, in.At), acceptedValue},
	}, ctx.Err()
}

var day = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func TestDecisionsAreCounted(t *testing.T) {
	accepted, proposed := "# Use git\n\nStatus: accepted\n", "# Use tea\n\nStatus: proposed\n"
	for _, c := range []struct {
		name              string
		texts             map[string]string // of the folder docs/decisions
		missing           bool              // the mirror lacks the contents
		records, accepted any
	}{
		{"two", map[string]string{"1.md": accepted, "2.md": proposed, "notes.txt": accepted}, false, 2.0, 1.0},
		{"none", nil, false, 0.0, observation.NotApplicable},
		{"missing contents", map[string]string{"1.md": accepted}, true, 1.0, observation.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := repository(t, c.texts, c.missing)
			seen := scannertest.Scan(t, decisions{}, dir, day)
			for i, want := range []any{c.records, c.accepted} {
				m := seen.Measures[i]
				if m.Value != want && any(m.State) != want {
					t.Errorf("%s is %s %v (%s), want %v", m.ID, m.State, m.Value, m.Detail, want)
				}
			}
		})
	}
}

func TestDecisionsReadsNothingThatItDoesNotWant(t *testing.T) {
	dir := repository(t, map[string]string{"1.md": "\nStatus: accepted\n", "notes.txt": "none"}, false)
	scannertest.CheckWants(t, decisions{}, dir, day)
}

// repository makes a repository whose folder docs/decisions holds the texts.
func repository(t *testing.T, texts map[string]string, missing bool) string {
	r := gittest.Init(t, filepath.Join(t.TempDir(), "repository.git"))
	var records []gittest.Entry
	for name, text := range texts {
		oid := "0123456789abcdef0123456789abcdef01234567" // of no object
		if !missing {
			oid = r.Blob(text)
		}
		records = append(records, gittest.Entry{Mode: "100644", Name: name, OID: oid})
	}
	folder := r.Tree(gittest.Entry{Mode: "40000", Name: "decisions", OID: r.Tree(records...)})
	tree := r.Tree(gittest.Entry{Mode: "40000", Name: "docs", OID: folder})
	r.Commit(tree, "Dev <dev@team.example> 1767225600 +0000", "one")
	return r.Dir
}

func ExampleScanner() {
	var s scanners.Scanner = decisions{}
	for _, d := range s.Definitions() {
		fmt.Printf("%s: %s, in %s\n", d.ID, d.Name, d.Unit)
	}
	for _, name := range []string{"docs/decisions/0001-use-git.md", "README.md"} {
		want := s.Wants(gitrepo.File{Path: name, Mode: gitrepo.ModeFile})
		fmt.Println(name, want == gitrepo.Needed)
	}
	// Output:
	// decisions.records: Decision records, in files
	// decisions.accepted: Decisions accepted, in files
	// docs/decisions/0001-use-git.md true
	// README.md false
}
