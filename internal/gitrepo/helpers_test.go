package gitrepo

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestATokenIsTakenFromTheUsersHelperAlone configures a helper for the user, and another one
// in the repository in whose folder the program stands.
func TestATokenIsTakenFromTheUsersHelperAlone(t *testing.T) {
	folder := t.TempDir()
	helper := func(name, script string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	configured := func(helper string) {
		path := filepath.Join(folder, "gitconfig")
		if err := os.WriteFile(path, []byte("[credential]\n\thelper = "+helper+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("GIT_CONFIG_GLOBAL", path)
		t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	}
	good := helper("good", `test "$1" = get || exit 0; grep -q '^host=forge.example$' && { echo username=ann; echo password=secret; }`)
	hostile := filepath.Join(folder, "tree")
	for _, args := range [][]string{{"init", "-q", hostile}, {"-C", hostile, "config", "credential.helper", helper("hostile", "echo ran >"+filepath.Join(folder, "ran"))}} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	t.Chdir(hostile)
	for name, c := range map[string]struct{ helper, host, want string }{
		"what the helper has":     {good, "forge.example", "secret"},
		"another host":            {good, "other.example", ""},
		"no helper":               {"", "forge.example", ""},
		"a helper that fails":     {helper("fails", "echo password-of-ann >&2; exit 1"), "forge.example", ""},
		"a helper without a word": {helper("silent", "exit 0"), "forge.example", ""},
		"a host with a line":      {good, "forge.example\nhost=other.example", ""},
		"no host":                 {good, "", ""},
	} {
		configured(c.helper)
		token, err := Credential(t.Context(), c.host)
		if token != c.want || (err == nil) != (c.want != "") || err != nil && strings.Contains(err.Error(), "password-of-ann") {
			t.Errorf("%s: %q, %v", name, token, err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "ran")); err == nil {
		t.Error("a helper that the repository names was started")
	}
}
