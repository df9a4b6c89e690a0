package gitrepo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

func digestOf(t *testing.T, dir string) string {
	t.Helper()
	state, ok := ReadMirrorState(dir)
	if !ok {
		return ""
	}
	return state.Digest
}

// A run does not open a mirror whose state is as it was, so every change of a reference
// is a change of the state, wherever git keeps it.
func TestEveryReferenceBelongsToTheStateOfAMirror(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	git := func(args ...string) { t.Helper(); gittest.Run(t, dir, nil, args...) }
	git("tag", "releases/v1.0.0")
	before := digestOf(t, dir)
	if before == "" || before != digestOf(t, dir) {
		t.Fatalf("state %q, then %q", before, digestOf(t, dir))
	}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"a tag", func() { git("tag", "v2") }},
		{"a tag in a folder of tags", func() { git("tag", "releases/v2.0.0") }},
		{"a tag in a folder of folders", func() { git("tag", "a/b/c/d/v1") }},
		{"a tag that moves", func() { git("tag", "-f", "releases/v2.0.0", "HEAD~1") }},
		{"a branch", func() { git("branch", "topic/x", "HEAD~1") }},
		{"another kind of reference", func() { git("update-ref", "refs/custom/deep/x", "HEAD") }},
		{"packing them", func() { git("pack-refs", "--all") }},
		{"a tag beside packed ones", func() { git("tag", "releases/v3.0.0") }},
		{"packing again", func() { git("pack-refs", "--all") }},
		{"a packed tag that moves", func() {
			rewrite(t, filepath.Join(dir, "packed-refs"), func(text string) string { return strings.Replace(text, "v3.0.0", "v3.0.1", 1) })
		}},
		{"a tag that goes", func() { git("tag", "-d", "releases/v1.0.0") }},
		{"a tag that moves in place", func() {
			git("update-ref", "refs/tags/in/place", "HEAD")
			before = digestOf(t, dir)
			oid := strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", "HEAD~1"))
			rewrite(t, filepath.Join(dir, "refs", "tags", "in", "place"), func(string) string { return oid + "\n" })
		}},
		{"an object in a folder of objects", func() { git("hash-object", "-w", "-t", "tree", "/dev/null") }},
	} {
		step.do()
		after := digestOf(t, dir)
		if after == before || after == "" {
			t.Errorf("%s is not seen", step.name)
		}
		before = after
	}
}

// rewrite changes a file in place and leaves its time as it was: copies of mirrors keep
// the times of what they were copied from.
func rewrite(t *testing.T, path string, change func(string) string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, []byte(change(string(text))), 0o600)
	}
	if err == nil {
		err = os.Chtimes(path, info.ModTime(), info.ModTime())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Where what belongs to a mirror cannot be seen from its own files, the mirror is opened
// each time.
func TestTheStateIsUnknownWhereReferencesLieElsewhere(t *testing.T) {
	g := newGit(t, Options{})
	origin := importRepo(t, g, twoCommits()...)
	for name, change := range map[string]func(dir string){
		"references in tables of tomorrow": func(dir string) {
			gittest.Run(t, dir, nil, "config", "extensions.refStorage", "elsewhere:///srv/refs")
		},
		"objects of another repository": func(dir string) {
			write(t, filepath.Join(dir, "objects", "info", "alternates"), filepath.Join(origin, "objects")+"\n")
		},
		"a link among the references": func(dir string) {
			link(t, filepath.Join(origin, "refs", "tags"), filepath.Join(dir, "refs", "tags", "more"))
		},
		"references that are a link": func(dir string) {
			if err := os.RemoveAll(filepath.Join(dir, "refs")); err != nil {
				t.Fatal(err)
			}
			link(t, filepath.Join(origin, "refs"), filepath.Join(dir, "refs"))
		},
		"packed references that are a link": func(dir string) {
			_ = os.Remove(filepath.Join(dir, "packed-refs"))
			link(t, filepath.Join(origin, "HEAD"), filepath.Join(dir, "packed-refs"))
		},
		"a linked work tree": func(dir string) { write(t, filepath.Join(dir, "commondir"), "../x\n") },
		"packs that are a link": func(dir string) {
			if err := os.Rename(filepath.Join(dir, "objects", "pack"), filepath.Join(dir, "packs")); err != nil {
				t.Fatal(err)
			}
			link(t, filepath.Join(dir, "packs"), filepath.Join(dir, "objects", "pack"))
		},
	} {
		dir := filepath.Join(t.TempDir(), "m.git")
		gittest.Run(t, t.TempDir(), nil, "clone", "-q", "--bare", "--no-local", origin, dir)
		if digestOf(t, dir) == "" {
			t.Fatal("a plain mirror has no state")
		}
		change(dir)
		if got := digestOf(t, dir); got != "" {
			t.Errorf("%s: the state is %s", name, got)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Skip(err)
	}
}

// Tables of references (git 2.45 and later) are files that are looked at as well.
func TestTablesOfReferencesBelongToTheState(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	gittest.Run(t, dir, nil, "config", "extensions.refStorage", "reftable")
	tables := filepath.Join(dir, "reftable")
	if err := os.Mkdir(tables, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(tables, "tables.list"), "0x1-0x1-a.ref\n")
	before := digestOf(t, dir)
	rewrite(t, filepath.Join(tables, "tables.list"), func(string) string { return "0x1-0x1-b.ref\n" })
	if after := digestOf(t, dir); before == "" || after == before {
		t.Errorf("state %q, then %q", before, after)
	}
}

// In a work tree, files that were committed do not stand for git's own.
func TestTheStateOfAWorkTreeIsThatOfItsGitFolder(t *testing.T) {
	g := newGit(t, Options{})
	tree := filepath.Join(t.TempDir(), "tree")
	gittest.Run(t, t.TempDir(), nil, "clone", "-q", "--no-local", importRepo(t, g, twoCommits()...), tree)
	write(t, filepath.Join(tree, "HEAD"), "ref: refs/heads/main\n")
	before := digestOf(t, tree)
	gittest.Run(t, tree, nil, "tag", "releases/v9")
	if after := digestOf(t, tree); before == "" || after == before {
		t.Errorf("state %q, then %q", before, after)
	}
}
