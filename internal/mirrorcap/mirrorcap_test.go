package mirrorcap

import (
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sizes are the contents of the file "size" in each mirror.
func sizes(dir string) int64 {
	text, _ := os.ReadFile(filepath.Join(dir, "size"))
	n, _ := strconv.ParseInt(string(text), 10, 64)
	return n
}

func makeMirror(t *testing.T, root, name string, size int, fetched time.Time) string {
	t.Helper()
	dir := filepath.Join(root, "h.example", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{"HEAD": "ref: refs/heads/main", "size": strconv.Itoa(size)} {
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, fetched, fetched); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTheMirrorsThatWereUsedLeastRecentlyGoFirst(t *testing.T) {
	root := t.TempDir()
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a, b, c := makeMirror(t, root, "a.git", 40, day), makeMirror(t, root, "b.git", 40, day.Add(time.Hour)), makeMirror(t, root, "c.git", 40, day.Add(2*time.Hour))
	k, err := Open(root, 100, sizes)
	if err != nil {
		t.Fatal(err)
	}
	inUse := k.Use(b, "b")
	k.Use(a, "a")() // so that b is the oldest, and in use, and c comes after it
	if gone, err := k.Tidy(); err != nil || !reflect.DeepEqual(gone, []string(nil)) {
		t.Errorf("gone: %v, %v", gone, err)
	}
	if _, err := os.Stat(c); !os.IsNotExist(err) {
		t.Errorf("%s is there: %v", c, err)
	}
	inUse()
	d := makeMirror(t, root, "d.git", 90, day)
	k.Use(d, "d")()
	if gone, err := k.Tidy(); err != nil || !reflect.DeepEqual(gone, []string{"b", "a"}) || k.Bytes() != 90 {
		t.Errorf("gone: %v, %v; %d bytes are left", gone, err, k.Bytes())
	}
	if entries, _ := os.ReadDir(filepath.Join(root, "h.example")); len(entries) != 1 {
		t.Errorf("left: %v", entries)
	}
}

// TestAMirrorWithTheLongestNameGoesToo has a name as long as file systems allow, and what a
// process left that was killed while it removed a mirror.
func TestAMirrorWithTheLongestNameGoesToo(t *testing.T) {
	root := t.TempDir()
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	makeMirror(t, root, strings.Repeat("a", 251)+".git", 40, day)
	makeMirror(t, root, leavingName, 40, day)
	k, err := Open(root, 1, sizes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Tidy(); err != nil || k.Bytes() != 0 {
		t.Errorf("%v; %d bytes are left", err, k.Bytes())
	}
	if entries, _ := os.ReadDir(filepath.Join(root, "h.example")); len(entries) != 0 {
		t.Errorf("left: %v", entries)
	}
}

func TestWithoutALimitNothingGoes(t *testing.T) {
	root := t.TempDir()
	k, err := Open(root, 0, sizes)
	if err != nil {
		t.Fatal(err)
	}
	k.Use(makeMirror(t, root, "a.git", 1<<40, time.Now()), "a")()
	if gone, err := k.Tidy(); err != nil || len(gone) != 0 {
		t.Errorf("gone: %v, %v", gone, err)
	}
}
