package pipeline

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/publish"
	"github.com/midspan/midspan/internal/vex"
)

// TestAnAnswerHoldsForTheGoodThatItNames runs two goods with the same finding.
func TestAnAnswerHoldsForTheGoodThatItNames(t *testing.T) {
	cfg := testConfig(t)
	cfg.Advisories = writeAdvisories(t)
	template, root := writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"requirements.txt": requirements}),
		"two": commitStream(map[string]string{"requirements.txt": "\n" + requirements})})
	cfg.Mirror = template
	const product, bare = `{"@id": "https://forge.example/o/one", "subcomponents": [{"@id": "pkg:pypi/requests"}]}`, `{"@id": "pkg:pypi/requests@2.19.0"}`
	for name, c := range map[string]struct {
		product, good, folder string
		answered              []bool // of each good
		note                  bool
	}{
		"repository":       {product, "", "", []bool{true, false}, false},
		"package alone":    {bare, "", "", []bool{false, false}, true},
		"given for a good": {bare, "o-two=", "", []bool{false, true}, false},
		"file in the good": {bare, "", filepath.Join(root, "o+one", "repo"), []bool{true, false}, false},
	} {
		folder := c.folder
		if folder == "" {
			folder = t.TempDir()
		}
		file := filepath.Join(folder, "answers.json")
		if err := os.WriteFile(file, []byte(`{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": {"name": "TEST-1"},
			"products": [`+c.product+`], "status": "not_affected", "impact_statement": "not called"}]}`), 0o600); err != nil {
			t.Fatal(err)
		}
		answers, err := vex.Open([]string{c.good + file})
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(t.Context(), cfg, "test", time.Now, Silent{}, WithAnswers(answers))
		if err != nil {
			t.Fatal(err)
		}
		doc := runWith(t, p, "https://forge.example/o/one", "https://forge.example/o/two").Document
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		open := 0
		for i, good := range doc.Goods {
			tally := report.TallyFindings(good)
			if (tally.Answered == 1) != c.answered[i] || tally.N+tally.Answered != 1 {
				t.Errorf("%s: of %s %d are open, %d answered", name, good.ID, tally.N, tally.Answered)
			}
			if len(good.Upgrades) != tally.N {
				t.Errorf("%s: of %s %d are open, and %d upgrades close some", name, good.ID, tally.N, len(good.Upgrades))
			}
			open += tally.N
		}
		if n := doc.Summary.Findings; n == nil || *n != open {
			t.Errorf("%s: the summary counts %v, and %d are open", name, n, open)
		}
		closes := 0
		for _, u := range doc.FixFirst {
			closes += u.Closes
		}
		if closes != open {
			t.Errorf("%s: upgrades close %d over all goods, and %d are open", name, closes, open)
		}
		said := false
		for _, note := range doc.Notes {
			said = said || strings.Contains(note.Message, "1 of 1 statements name no good")
		}
		if said != c.note {
			t.Errorf("%s: it is said that a statement names no good: %v", name, said)
		}
		if n, of := publish.Holds(cfg.Out); n != 2 || of == "" {
			t.Errorf("%s: the folder holds %d goods of %q", name, n, of)
		}
	}
}

// TestACheckTakesAnswersForWhereItWasClonedFrom: the maintainers' document names the
// address that others know, and not the folder of this machine.
func TestACheckTakesAnswersForWhereItWasClonedFrom(t *testing.T) {
	cfg := testConfig(t)
	cfg.Advisories = writeAdvisories(t)
	_, root := writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"requirements.txt": requirements})})
	tree := filepath.Join(root, "o+one", "repo")
	file := filepath.Join(t.TempDir(), "answers.json")
	if err := os.WriteFile(file, []byte(`{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": {"name": "TEST-1"},
		"products": [{"@id": "pkg:github/o/one"}], "status": "fixed"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	answers, err := vex.Open([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	for want, remote := range []string{"https://github.com/o/other.git", "https://github.com/o/one.git"} {
		if out, err := exec.Command("git", "--git-dir", tree, "config", "remote.origin.url", remote).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		doc, _, err := Check(t.Context(), cfg, "test", time.Now, Silent{}, tree, WithAnswers(answers))
		if err != nil {
			t.Fatal(err)
		}
		if tally := report.TallyFindings(doc.Goods[0]); tally.Answered != want {
			t.Errorf("cloned from %s, %d findings are answered, want %d", remote, tally.Answered, want)
		}
	}
}
