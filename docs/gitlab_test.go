package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The include of ci.md, read by gitlab-ci-local: it knows GitLab's schema, finds the
// component in its repository and puts the inputs in. `make validators` brings it.
func TestGitLabComponentPassesTheValidator(t *testing.T) {
	validators := os.Getenv("MIDSPAN_VALIDATORS")
	if validators == "" {
		t.Skip("MIDSPAN_VALIDATORS names no folder of validators: make validators")
	}
	component, err := os.ReadFile("../templates/midspan.yml")
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
	run := func(program string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "HOME="+dir)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	local := filepath.Join(validators, "node_modules", "gitlab-ci-local", "src", "index.js")
	preview := func(include, component string) (string, error) {
		t.Helper()
		write(".gitlab-ci.yml", include)
		write("templates/midspan.yml", component)
		for _, git := range []string{"init -q -b main", "add -A", "-c user.name=Dev -c user.email=dev@team.example commit -q -m one"} {
			if out, err := run("git", strings.Fields(git)...); err != nil {
				t.Fatalf("git %s: %s", git, out)
			}
		}
		_, _ = run("git", "remote", "add", "origin", "https://gitlab.com/midspan/midspan.git") // there the second time
		return run("node", local, "--preview")
	}
	// A version of another server would be fetched; the commit of this one is at hand.
	include := strings.Replace(yamlBlocks(t, "GitLab CI")[0], "@VERSION", "@$CI_COMMIT_SHA", 1)
	out, err := preview(include, string(component))
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"json schema validated", "\nmidspan:\n", "MIDSPAN_ECOSYSTEMS: npm,PyPI", "POLICIES: adoption", "cmd/midspan@VERSION"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	// It is a judge that can say no.
	if out, err := preview(include, strings.Replace(string(component), "when: always", "when: now and then", 1)); err == nil {
		t.Errorf("a component that GitLab would refuse passes:\n%s", out)
	}
}
