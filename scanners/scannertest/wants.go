package scannertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/scanners"
)

// CheckWants fails where a scanner reads contents that it does not want. It scans
// a repository, and again a copy that holds the history and the trees of HEAD, but
// of the contents only those that the scanner wants, and the files named in
// linked, to which symbolic links lead.
func CheckWants(t *testing.T, s scanners.Scanner, dir string, at time.Time, linked ...string) {
	t.Helper()
	snapshot := Open(t, dir)
	var blobs []string
	for _, file := range snapshot.Files() {
		if file.Size >= 0 && (s.Wants(file) == gitrepo.Needed || slices.Contains(linked, file.Path)) {
			blobs = append(blobs, file.OID)
		}
	}
	if reader, ok := s.(scanners.PastReader); ok {
		past, err := snapshot.Changes(t.Context(), reader.PastPaths(snapshot.Files())...)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range past {
			if change.OID != "" {
				blobs = append(blobs, change.OID)
			}
		}
	}
	whole, part := observationJSON(t, s, dir, at), observationJSON(t, s, PartialCopy(t, dir, blobs), at)
	if whole != part {
		t.Errorf("the whole repository gives\n%s\nand its wanted files\n%s", whole, part)
	}
}

// CheckWantsOfMirrors does so with the bare repositories that the environment
// names, and skips the test where it names none.
func CheckWantsOfMirrors(t *testing.T, s scanners.Scanner, at time.Time) {
	t.Helper()
	mirrors, err := filepath.Glob(os.Getenv("MIDSPAN_TEST_MIRRORS"))
	if err != nil || len(mirrors) == 0 {
		t.Skip("set MIDSPAN_TEST_MIRRORS to a pattern that names bare repositories, such as '/srv/mirrors/*/repo'")
	}
	for _, dir := range mirrors {
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) { CheckWants(t, s, dir, at) })
	}
}

func observationJSON(t *testing.T, s scanners.Scanner, dir string, at time.Time) string {
	t.Helper()
	text, err := json.MarshalIndent(Scan(t, s, dir, at), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// PartialCopy makes a bare repository of all commits, their root trees, the trees
// of HEAD and some blobs.
func PartialCopy(t *testing.T, dir string, blobs []string) string {
	t.Helper()
	list := func(filter string, more ...string) string {
		args := []string{"rev-list", "--objects", "--no-object-names", "--filter=" + filter, "--missing=allow-any", "HEAD"}
		return gittest.Run(t, dir, nil, append(args, more...)...)
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
