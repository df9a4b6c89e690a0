package gitrepo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

// What git keeps beside the objects to find them sooner is not needed to read them. A
// mirror in which it is damaged, or lies, is read as one without it.
func TestDamagedIndexesOverPacksHideNothing(t *testing.T) {
	for name, damage := range map[string]func(text []byte) []byte{
		"no index":              func([]byte) []byte { return []byte("x") },
		"empty":                 func([]byte) []byte { return nil },
		"cut":                   func(text []byte) []byte { return text[:len(text)/2] },
		"another byte":          func(text []byte) []byte { text[len(text)/2] ^= 0xff; return text },
		"zeros":                 func(text []byte) []byte { clear(text[20:]); return text },
		"other version":         func(text []byte) []byte { text[4] = 9; return text },
		"of another repository": nil,
	} {
		for _, index := range []string{"pack/multi-pack-index", "info/commit-graph"} {
			t.Run(name+" "+filepath.Base(index), func(t *testing.T) {
				g := newGit(t, Options{})
				dir := importRepo(t, g, twoCommits()...)
				gittest.Run(t, dir, nil, "repack", "-q", "-a", "-d")
				gittest.Import(t, dir, commit(t0+200000, ada, "three", entry("100644", "new.txt", "new\n")))
				gittest.Run(t, dir, nil, "repack", "-q", "-d")
				gittest.Run(t, dir, nil, "multi-pack-index", "write")
				gittest.Run(t, dir, nil, "commit-graph", "write", "--reachable")
				path := filepath.Join(dir, "objects", filepath.FromSlash(index))
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if damage == nil {
					other := importRepo(t, g, twoCommits()...)
					gittest.Run(t, other, nil, "repack", "-q", "-a", "-d")
					gittest.Run(t, other, nil, "multi-pack-index", "write")
					gittest.Run(t, other, nil, "commit-graph", "write", "--reachable")
					if text, err = os.ReadFile(filepath.Join(other, "objects", filepath.FromSlash(index))); err != nil {
						t.Fatal(err)
					}
				} else {
					text = damage(text)
				}
				if err := os.Chmod(path, 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, text, 0o600); err != nil {
					t.Fatal(err)
				}
				s := open(t, g, dir)
				if got := filesPresent(s); got != ".mailmap LICENSE new.txt run.sh src/main.go" {
					t.Errorf("files %s", got)
				}
				commits := 0
				for _, err := range s.History(t.Context()) {
					if commits++; err != nil {
						t.Fatal(err)
					}
				}
				if tags, err := s.Tags(); commits != 3 || len(tags) != 1 || err != nil {
					t.Errorf("%d commits, %d tags, %v", commits, len(tags), err)
				}
				for _, f := range s.Files() {
					if _, err := s.ReadBlob(f.OID); err != nil {
						t.Errorf("%s: %v", f.Path, err)
					}
				}
			})
		}
	}
}
