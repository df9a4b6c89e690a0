package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// folder makes files and links: "name" a file with its own name in it, "name/" a folder,
// "name -> target" a link.
func folder(t *testing.T, entries ...string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name, target, link := strings.Cut(entry, " -> ")
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		switch {
		case link:
			err = os.Symlink(target, path)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		default:
			err = os.WriteFile(path, []byte(name), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func writeText(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func TestOnlyRegularFilesAndTheNullDeviceAreOpened(t *testing.T) {
	dir := folder(t, "file", "folder/", "link -> file", "to-pipe -> pipe", "null -> "+os.DevNull)
	makePipe(t, filepath.Join(dir, "pipe"))
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	root, err := OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, want := range map[string]string{
		"file": "", "link": "", "folder": "a folder", "pipe": "a pipe", "to-pipe": "a pipe", "socket": "a socket", "none": "no such file",
	} {
		for how, open := range map[string]func() (io.Closer, error){
			"path": func() (io.Closer, error) { return Open(filepath.Join(dir, name)) },
			"root": func() (io.Closer, error) { return OpenIn(root, name) },
		} {
			file, err := open()
			if err == nil {
				file.Close()
			}
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s by %s: %v, want %q", name, how, err, want)
			}
			if strings.HasPrefix(want, "a ") && !errors.Is(err, ErrNotFile) {
				t.Errorf("%s by %s: %v is not ErrNotFile", name, how, err)
			}
		}
	}
	for path, want := range map[string]string{os.DevNull: "", filepath.Join(dir, "null"): "", "/dev/zero": "a device"} {
		data, err := Read(path, 10)
		if (err == nil) != (want == "") || len(data) > 0 {
			t.Errorf("%s: %q, %v", path, data, err)
		}
	}
	tree := FS(root)
	if data, err := fs.ReadFile(tree, "file"); err != nil || string(data) != "file" {
		t.Errorf("a file of the tree: %q, %v", data, err)
	}
	if _, err := tree.Open("pipe"); !errors.Is(err, ErrNotFile) {
		t.Errorf("a pipe of the tree: %v", err)
	}
	if entries, err := fs.ReadDir(tree, "."); err != nil || len(entries) != 7 {
		t.Errorf("the tree: %v, %v", entries, err)
	}
	if _, err := OpenRoot(filepath.Join(dir, "pipe")); err == nil {
		t.Error("a pipe was opened as a folder")
	}
}

func TestAFileThatIsLargerThanItMayBeIsAnError(t *testing.T) {
	path := filepath.Join(folder(t, "file"), "file")
	if _, err := Read(path, 3); err == nil {
		t.Error("a file of 4 bytes was read where 3 are the limit")
	}
}

func TestAddressesAreNoPaths(t *testing.T) {
	for _, address := range []string{
		"postgres://u:p@h/db", "postgres:u:p@h", "POSTGRES://h", " postgres://u:p@h", "\u00a0postgres://h", "\"postgres://h\"", "https:/u:p@h", "file:///x",
		"//u:p@h/x", "//u@h/x", "git@h:o/r", "u:secret@h/a", "x=postgres://u:p@h", "s3://k:s@b", "jdbc:postgresql://h", "mailto:x", "a+b.c-d:x",
	} {
		if err := CheckPath(address); err == nil || strings.Contains(err.Error(), "u:p") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q as a path: %v", address, err)
		}
		for how, err := range map[string]error{
			"open":    func() error { _, err := Open(address); return err }(),
			"write":   Write(address, writeText("")),
			"resolve": func() error { _, err := Resolve(address); return err }(),
			"root":    func() error { _, err := OpenRoot(address); return err }(),
		} {
			if err == nil || strings.Contains(err.Error(), "@") {
				t.Errorf("%s of %q: %v", how, address, err)
			}
		}
	}
	for _, path := range []string{"", "a", "./a:b", "../a:b", "/srv/a:b", "/srv/x@y:z/", "a/b:c", "a/b@c", "osv.dev", "a@b", "-", "/srv/{owner}+{name}"} {
		if err := CheckPath(path); err != nil {
			t.Errorf("%q as a path: %v", path, err)
		}
	}
}

func TestWhatIsWrittenReplacesALinkAndIsWhole(t *testing.T) {
	dir := folder(t, "victim", "x.svg -> victim", "old", "folder/")
	for _, name := range []string{"x.svg", "old", "new"} {
		if err := Write(filepath.Join(dir, name), writeText("ours")); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(data) != "ours" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if err := Write(filepath.Join(dir, "folder"), writeText("ours")); err == nil {
		t.Error("a folder was replaced")
	}
	broken := errors.New("broken off")
	if err := Write(filepath.Join(dir, "old"), func(w io.Writer) error { io.WriteString(w, "half"); return broken }); !errors.Is(err, broken) {
		t.Errorf("an error of who writes: %v", err)
	}
	for name, want := range map[string]string{"victim": "victim", "old": "ours"} {
		if data, _ := os.ReadFile(filepath.Join(dir, name)); string(data) != want {
			t.Errorf("%s holds %q, want %q", name, data, want)
		}
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 5 {
		t.Errorf("drafts were left: %v", entries)
	}
}

func TestALockAndItsNumberFollowNoLink(t *testing.T) {
	dir := folder(t, "victim", "lock -> victim", "to-nothing -> nothing")
	makePipe(t, filepath.Join(dir, "pipe"))
	for _, name := range []string{"lock", "to-nothing", "pipe"} {
		path := filepath.Join(dir, name)
		if _, err := NewLock(path); err == nil {
			t.Errorf("%s was taken for a lock", name)
		}
		if _, err := Lock(t.Context(), path); err == nil {
			t.Errorf("%s was locked", name)
		}
		if err := Overwrite(path, "1"); err == nil {
			t.Errorf("%s was written to", name)
		}
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "victim")); string(data) != "victim" {
		t.Errorf("the victim holds %q", data)
	}
	if _, err := os.Lstat(filepath.Join(dir, "nothing")); err == nil {
		t.Error("a file was made through a link")
	}
}

func TestTheRepositoryAroundAFolderIsFoundWithoutGit(t *testing.T) {
	dir := folder(t, "work/.git/HEAD", "work/.git/objects/", "work/.git/refs/", "work/a/b/", "linked/.git", "linked/a/", "bare/HEAD", "bare/objects/", "bare/refs/", "none/a/",
		"work/bare/HEAD", "work/bare/objects/", "work/bare/refs/", "work/bare/config", "way -> work/a")
	t.Setenv("HOME", filepath.Join(dir, "home"))
	for from, want := range map[string][]string{
		"work": {"work"}, "work/a/b": {"work"}, "work/.git": {"work"}, "work/.git/objects": {"work"}, "linked/a": {"linked"}, "bare": {"bare"}, "bare/refs": {"bare"},
		"none": nil, "work/bare": {"work/bare", "work"}, "way": {"work"}, "missing": nil,
	} {
		var got []string
		for _, tree := range Trees(filepath.Join(dir, from)) {
			name, _ := filepath.Rel(dir, tree)
			got = append(got, filepath.ToSlash(name))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s lies in %q, want %q", from, got, want)
		}
	}
	t.Setenv("HOME", filepath.Join(dir, "work"))
	if got := Trees(filepath.Join(dir, "work", "bare")); len(got) != 1 {
		t.Errorf("a bare repository at home lies in %q", got)
	}
}

func TestWhatLeadsThroughAFolderIsInsideIt(t *testing.T) {
	dir := folder(t, "tree/a/file", "tree/out -> ../other", "other/file", "in -> tree/a", "round -> tree/out", "circle -> circle", "deep/x -> ../in")
	for path, want := range map[string]bool{
		"tree": true, "tree/a/file": true, "tree/none/x": true, "tree/out/file": true, "in/file": true, "round/file": true, "deep/x/file": true,
		"other/file": false, "tree2": false, "": false, "tree/../other": false,
	} {
		got, err := Inside(filepath.Join(dir, path), filepath.Join(dir, "tree"))
		if err != nil || got != want {
			t.Errorf("%s inside: %v, %v", path, got, err)
		}
	}
	if _, err := Inside(filepath.Join(dir, "circle"), filepath.Join(dir, "tree")); err == nil {
		t.Error("a circle of links was followed")
	}
	if got, err := Inside(filepath.Join(dir, "not/there"), filepath.Join(dir, "not")); err != nil || !got {
		t.Errorf("inside a folder that is not there: %v, %v", got, err)
	}
}

func TestAFolderIsWrittenByOneAtATime(t *testing.T) {
	for _, exists := range []bool{true, false} {
		dir := filepath.Join(t.TempDir(), "out")
		if exists {
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		release, err := LockFolder(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if _, err := LockFolder(short, dir); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second lock: %v", err)
		}
		cancel()
		got := make(chan error)
		go func() {
			release, err := LockFolder(t.Context(), dir)
			if err == nil {
				err = release()
			}
			got <- err
		}()
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(release(), <-got); err != nil {
			t.Error(err)
		}
		for _, at := range []string{dir, filepath.Dir(dir)} {
			if entries, _ := os.ReadDir(at); len(entries) != map[string]int{dir: 0, filepath.Dir(dir): 1}[at] {
				t.Errorf("%s holds %v", at, entries)
			}
		}
	}
}
