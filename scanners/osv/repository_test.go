package osv_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/scannertest"
)

// at is the clock of these tests.
var at = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// commit makes a repository of files, by path, with one commit.
func commit(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "add", "-f", "-A")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "one")
	return dir
}

func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func scan(t *testing.T, dir string) observation.Observation {
	t.Helper()
	return scannertest.Scan(t, osv.New(), dir, at)
}

// lockfiles reads one manifest of each kind, by path.
func lockfiles(t testing.TB) map[string]string {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "lockfiles.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, file := range archive.Files {
		files[file.Name] = string(file.Data)
	}
	return files
}

// export writes what of a snapshot can be read into a folder, as a checkout
// without history.
func export(t *testing.T, snapshot *gitrepo.Snapshot) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range snapshot.Files() {
		if file.Size < 0 || !fs.ValidPath(file.Path) {
			continue
		}
		data, err := snapshot.ReadBlob(file.OID)
		if err != nil {
			continue
		}
		target := filepath.Join(dir, filepath.FromSlash(file.Path))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if file.Mode == gitrepo.ModeSymlink {
			err = os.Symlink(string(data), target)
		} else {
			err = os.WriteFile(target, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
