package signals_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/signals"
)

func TestScanReadsNothingThatItDoesNotWant(t *testing.T) {
	seesTheSame(t, repository(t, files{
		"LICENSE": mit, "main.go": "package main", "docs/LICENSE": "other", "license.old": "older",
	}, files{
		"LICENSE": removed, "COPYING": "link:legal/mit.txt", "Copying.GPL": "GNU", "legal/mit.txt": mit, "LICENSES/MIT.txt": mit, "LICENSES/deep/x": "x",
		"ReadMe.md": "# Thing\n**DEPRECATED**\n", "docs/readme.txt": "hidden by the first", ".GitHub/funding.yml": "github: [a]",
		".well-known/funding.json": `{"funding": {"plans": [{"status": "active"}]}}`, "package.json": `{"funding": "https://x.invalid"}`,
		"publiccode.yml": "name: x\nurl: https://x.invalid/x\ndevelopmentStatus: obsolete\n",
		"SECURITY.md":    "by mail", "docs/GOVERNANCE.md": "we all", ".github/workflows/ci.yml": "on: push", "deep/er/package.json": "{}",
	}), "legal/mit.txt")
}

// Over real repositories, where they are at hand.
func TestScanOfRealRepositoriesReadsNothingThatItDoesNotWant(t *testing.T) {
	mirrors, err := filepath.Glob(os.Getenv("MIDSPAN_TEST_MIRRORS"))
	if err != nil || len(mirrors) == 0 {
		t.Skip("set MIDSPAN_TEST_MIRRORS to a pattern that names bare repositories, such as '/srv/mirrors/*/repo'")
	}
	for _, dir := range mirrors {
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) { seesTheSame(t, dir) })
	}
}

// seesTheSame scans a repository, and again in a copy that holds its history
// and the trees of HEAD, but of its contents only those that are wanted, those
// of the past that are wanted, and the targets of links.
func seesTheSame(t *testing.T, dir string, linked ...string) {
	t.Helper()
	whole, snapshot := observationJSON(t, dir)
	var blobs []string
	for _, file := range snapshot.Files() {
		if file.Size >= 0 && (signals.New().Wants(file) == gitrepo.Needed || slices.Contains(linked, file.Path)) {
			blobs = append(blobs, file.OID)
		}
	}
	past, err := snapshot.Changes(t.Context(), signals.New().PastPaths(snapshot.Files())...)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range past {
		if change.OID != "" {
			blobs = append(blobs, change.OID)
		}
	}
	if part, _ := observationJSON(t, partial(t, dir, blobs)); whole != part {
		t.Errorf("the whole repository gives\n%s\nand its wanted files\n%s", whole, part)
	}
}

func observationJSON(t *testing.T, dir string) (string, *gitrepo.Snapshot) {
	t.Helper()
	runner, err := gitrepo.New(t.Context(), gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = runner.Close() })
	snapshot, err := runner.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = snapshot.Close() })
	seen, err := signals.New().Scan(t.Context(), scanners.Input{Snapshot: snapshot, At: asOf})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(seen, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text), snapshot
}

// partial makes a bare repository of all commits, their root trees, the trees
// of HEAD and some blobs.
func partial(t *testing.T, dir string, blobs []string) string {
	t.Helper()
	list := func(filter string, more ...string) string {
		return gittest.Run(t, dir, nil, append([]string{"rev-list", "--objects", "--no-object-names", "--filter=" + filter, "--missing=allow-any", "HEAD"}, more...)...)
	}
	objects := list("tree:1") + list("blob:none", "--max-count=1") + strings.Join(blobs, "\n") + "\n"
	pack := gittest.Run(t, dir, []byte(objects), "pack-objects", "-q", "--stdout")
	copied := filepath.Join(t.TempDir(), "part.git")
	gittest.Run(t, "", nil, "init", "-q", "--bare", "--initial-branch=main", copied)
	gittest.Run(t, copied, []byte(pack), "index-pack", "--stdin")
	head := strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", "HEAD"))
	gittest.Run(t, copied, nil, "update-ref", "refs/heads/main", head)
	return copied
}
