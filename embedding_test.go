package midspan_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan"
)

// A module of its own adds a scanner and a catalog format with nothing but the public API:
// it is built beside this module and run on a repository.
func TestAModuleOutsideAddsAScannerAndACatalogFormat(t *testing.T) {
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(in, program string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Dir = in
		cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(dir, "go.work"), "GOFLAGS=-trimpath", "CGO_ENABLED=0", "GIT_CONFIG_GLOBAL="+os.DevNull)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v: %s", program, strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	write("go.work", fmt.Sprintf("go 1.26.0\n\nuse (\n\t%q\n\t%q\n)\n", root, filepath.Join(root, "examples", "embedding")))
	program := filepath.Join(dir, "embedding")
	run(filepath.Join(root, "examples", "embedding"), "go", "build", "-o", program, ".")

	write("mirrors/one/ACCESSIBILITY.md", "We test with a screen reader.\n")
	write("mirrors/two/README.md", "Nothing.\n")
	for _, name := range []string{"one", "two"} {
		in := filepath.Join(dir, "mirrors", name)
		run(in, "git", "init", "-q")
		run(in, "git", "add", "-A")
		run(in, "git", "-c", "user.name=Dev", "-c", "user.email=dev@team.example", "commit", "-q", "-m", "first")
	}
	write("goods.adoc", "= Goods\n\n* https://forge.example/o/one[One]\n* https://forge.example/o/two.git[Two]\n* ext::sh -c id[Three]\n")
	if out := run(dir, program, "goods.adoc"); !strings.HasPrefix(out, "2 of 2 repositories read: ") {
		t.Errorf("it prints %q", out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "report", "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Goods []struct {
			Name     string
			Measures []struct {
				ID    string
				Value any
			}
		}
	}
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	found := map[string]any{}
	for _, good := range document.Goods {
		for _, m := range good.Measures {
			if m.ID == "accessibility.statement" {
				found[good.Name] = m.Value
			}
		}
	}
	if len(document.Goods) != 3 || found["One"] != true || found["Two"] != false {
		t.Errorf("of %d goods the measure is %v, want true of One and false of Two", len(document.Goods), found)
	}
}

func TestRunWantsAClockAndFolders(t *testing.T) {
	for name, o := range map[string]midspan.Options{
		"no clock":  {Store: t.TempDir(), Report: t.TempDir()},
		"no store":  {Now: time.Now, Report: t.TempDir()},
		"no report": {Now: time.Now, Store: t.TempDir()},
	} {
		if _, err := midspan.Run(t.Context(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
