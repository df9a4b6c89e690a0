package pipeline

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/catalog"
)

// TestAWorkTreeFindsItsEntry goes through the ways in which a work tree says who it is.
func TestAWorkTreeFindsItsEntry(t *testing.T) {
	entries := catalog.FromURLs([]string{"https://github.com/acme/tool", "https://github.com/acme/other"}).Goods
	p := newPipeline(t, testConfig(t))
	for name, c := range map[string]struct {
		files map[string]string
		want  string // what is said
		found bool
	}{
		"remote":           {map[string]string{".git/config": "[remote \"origin\"]\n\turl = git@github.com:Acme/Tool.git\n"}, "found by remote origin", true},
		"origin first":     {map[string]string{".git/config": "[remote \"a\"]\n\turl = https://github.com/acme/other\n[remote \"origin\"]\n\turl = https://x:y@github.com/acme/tool\n"}, "found by remote origin", true},
		"a fork":           {map[string]string{".git/config": "[remote \"origin\"]\n\turl = https://github.com/me/tool\n[remote \"upstream\"]\n\turl = https://github.com/acme/tool\n"}, "found by remote upstream", true},
		"further tree":     {nil, "remote origin", true},
		"publiccode":       {map[string]string{".git/config": "", "publiccode.yml": "publiccodeYmlVersion: '0.4'\nname: Tool\nurl: https://github.com/acme/tool\n"}, "found by publiccode.yml", true},
		"another":          {map[string]string{".git/config": "[remote \"origin\"]\n\turl = https://github.com/me/mine\n"}, "no entry for https://github.com/me/mine", false},
		"none":             {map[string]string{".git/config": ""}, "not known", false},
		"a broken setting": {map[string]string{".git/config": "[remote \"origin"}, "not known", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range c.files {
				path := filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.files == nil {
				dir = furtherTree(t, dir)
			}
			checked := catalog.FromURLs([]string{dir}).Goods[0]
			good, said := p.ownEntry(t.Context(), entries, checked)
			if !strings.Contains(said, c.want) || strings.Contains(said, "x:y") {
				t.Errorf("it says %q, want %q", said, c.want)
			}
			if found := good.ID != checked.ID; found != c.found || good.Repositories[0].URL != dir {
				t.Errorf("it is %s at %s", good.ID, good.Repositories[0].URL)
			}
		})
	}
}

// furtherTree makes a repository with a remote and a second work tree of it, and returns
// that.
func furtherTree(t *testing.T, dir string) string {
	t.Helper()
	first, further := filepath.Join(dir, "main"), filepath.Join(dir, "further")
	for _, args := range [][]string{
		{"init", "-q", first}, {"-C", first, "remote", "add", "origin", "https://github.com/acme/tool"},
		{"-C", first, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "first"},
		{"-C", first, "worktree", "add", "-q", "--detach", further},
	} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v: %s", args, err, out)
		}
	}
	return further
}
