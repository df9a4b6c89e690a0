package docs

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readAction is action.yml.
func readAction(t *testing.T) action {
	t.Helper()
	text, err := os.ReadFile("../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var definition action
	decode(t, string(text), &definition)
	return definition
}

// What the cache of the action brought is used for the commit and the release of which it was
// built, and for no other; a branch is built each time.
func TestTheActionBuildsTheCommitThatItIsPinnedBy(t *testing.T) {
	r := newRunner(t)
	values := map[string]string{"runner.temp": r.temp, "runner.os": "Linux", "github.action_path": r.bin, "github.run_id": "1", "inputs.version": ""}
	one, other := strings.Repeat("1", 40), strings.Repeat("2", 40)
	keys := map[string]bool{}
	for _, c := range []struct {
		ref    string
		builds int // in all
	}{{one, 1}, {one, 1}, {other, 2}, {one, 3}, {"main", 4}, {"main", 5}, {"v1.2.3", 6}, {"v1.2.3", 6}, {"latest", 7}, {"", 8}} {
		values["inputs.version || github.action_ref"] = c.ref
		for _, s := range readAction(t).Runs.Steps {
			if strings.HasPrefix(s.Uses, "actions/cache@") {
				keys[r.fill(fmt.Sprint(s.With["key"]), values)] = true // refuses what holds another action's ref here
			}
			if s.Name != "Commit" && s.Name != "Install" {
				continue
			}
			if code := r.run(s, nil, values); code != 0 {
				t.Fatalf("%s ends with %d", s.Name, code)
			}
			if s.ID != "" {
				r.readOutputs(s.ID, values)
			}
		}
		text, err := os.ReadFile(filepath.Join(r.bin, "installs"))
		if got := bytes.Count(text, []byte("\n")); err != nil || got != c.builds {
			t.Errorf("at %q it was built %d times, want %d (%v)", c.ref, got, c.builds, err)
		}
	}
	if len(keys) != 6 {
		t.Errorf("six refs have the keys %v", keys)
	}
}

// A workflow builds with the newest Go that is known to it: that of the toolchain line, or the
// newest patch. What setup-go finds first on a runner may be years older.
func TestWorkflowsBuildWithACurrentGo(t *testing.T) {
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^toolchain go1\.\d+\.\d+$`).Match(module) {
		t.Error("go.mod has no toolchain line: setup-go would install the lowest Go that builds it")
	}
	files, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "../action.yml", "ci.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range strings.Split(string(text), "uses: actions/setup-go@")[1:] {
			with, _, _ := strings.Cut(use, "- ")
			if !strings.Contains(with, "go-version-file: go.mod\n") && !strings.Contains(with, "check-latest: true\n") {
				t.Errorf("%s takes whatever Go it finds", file)
			}
		}
	}
}
