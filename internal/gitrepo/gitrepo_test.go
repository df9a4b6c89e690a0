package gitrepo

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

// newGit returns a Git that may talk to this machine.
func newGit(t testing.TB, opts Options) *Git {
	t.Helper()
	opts.AllowPrivate = true
	g, err := New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

func entry(mode, path, data string) gittest.File {
	return gittest.File{Mode: mode, Path: path, Data: data}
}

func commit(seconds int64, author, message string, files ...gittest.File) gittest.Commit {
	return gittest.Commit{Author: author, When: time.Unix(seconds, 0), Message: message, Files: files}
}

const (
	ada  = "Ada <ada@one.example>"
	ada2 = "A. Lovelace <ada@two.example>"
	t0   = 1_700_000_000
)

// importRepo makes a bare repository from commits.
func importRepo(t testing.TB, g *Git, commits ...gittest.Commit) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "origin.git")
	if err := g.Import(t.Context(), dir, strings.NewReader(gittest.Stream(commits...))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func twoCommits() []gittest.Commit {
	second := commit(t0+86400, ada2, "two", entry("100644", "LICENSE", "Apache\n"), entry("100755", "run.sh", "#!/bin/sh\n"),
		entry("100644", ".mailmap", "Ada <ada@one.example> <ada@two.example>\n"))
	second.Tags = []gittest.Tag{{Name: "v1.0", Tagger: ada, Message: "x", When: time.Unix(t0+90000, 0)}}
	return []gittest.Commit{commit(t0, ada, "one", entry("100644", "LICENSE", "MIT\n"), entry("100644", "src/main.go", "package main\n")), second}
}

func open(t testing.TB, g *Git, dir string) *Snapshot {
	t.Helper()
	s, err := g.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestSnapshotShowsTheTreeOfHead(t *testing.T) {
	g := newGit(t, Options{})
	s := open(t, g, importRepo(t, g, twoCommits()...))
	if err := fstest.TestFS(s.FS(), "LICENSE", "src/main.go", "run.sh", ".mailmap"); err != nil {
		t.Error(err)
	}
	data, err := fs.ReadFile(s.FS(), "LICENSE")
	if err != nil || string(data) != "Apache\n" {
		t.Errorf("LICENSE = %q, %v", data, err)
	}
	file, err := s.FS().Open("src/main.go")
	if err != nil {
		t.Fatal(err)
	}
	part := make([]byte, 4)
	if _, err := file.(io.ReaderAt).ReadAt(part, 8); err != nil || string(part) != "main" {
		t.Errorf("ReadAt = %q, %v", part, err)
	}
}

func TestHistoryIsMergedByMailmapAndTagsCarryTheTaggersDate(t *testing.T) {
	g := newGit(t, Options{})
	s := open(t, g, importRepo(t, g, twoCommits()...))
	var emails []string
	for commit, err := range s.History(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		emails = append(emails, commit.Email)
	}
	if !slices.Equal(emails, []string{"ada@one.example", "ada@one.example"}) {
		t.Errorf("e-mails = %v", emails)
	}
	tags, err := s.Tags()
	if err != nil || len(tags) != 1 || tags[0].Name != "v1.0" || !tags[0].Created.Equal(time.Unix(t0+90000, 0)) {
		t.Errorf("tags = %v, %v", tags, err)
	}
}

func TestChangesListTheVersionsOfAFileNewestFirst(t *testing.T) {
	g := newGit(t, Options{})
	s := open(t, g, importRepo(t, g, twoCommits()...))
	changes, err := s.Changes(t.Context(), "LICENSE", "COPYING")
	if err != nil || len(changes) != 2 {
		t.Fatalf("changes = %v, %v", changes, err)
	}
	old, err := s.ReadBlob(changes[1].OID)
	if err != nil || string(old) != "MIT\n" {
		t.Errorf("first licence = %q, %v", old, err)
	}
}

func TestHistoryEndedEarlyLeavesNoProcess(t *testing.T) {
	g := newGit(t, Options{})
	s := open(t, g, importRepo(t, g, twoCommits()...))
	for range s.History(t.Context()) {
		break
	}
	for _, err := range s.History(t.Context()) {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestLinksAreFollowedInsideTheTreeOnly(t *testing.T) {
	g := newGit(t, Options{})
	s := open(t, g, importRepo(t, g, commit(t0, ada, "links", entry("100644", "docs/real.md", "text"),
		entry("120000", "README.md", "docs/real.md"), entry("120000", "d", "docs"),
		entry("120000", "out", "../../etc/passwd"), entry("120000", "abs", "/etc/passwd"),
		entry("120000", "loop", "loop"), entry("160000", "module", strings.Repeat("1", 40)))))
	for name, want := range map[string]string{"README.md": "text", "d/real.md": "text"} {
		if data, err := fs.ReadFile(s.FS(), name); err != nil || string(data) != want {
			t.Errorf("%s = %q, %v", name, data, err)
		}
	}
	for _, name := range []string{"out", "abs", "loop"} {
		if _, err := fs.ReadFile(s.FS(), name); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if children, err := fs.ReadDir(s.FS(), "module"); err != nil || len(children) != 0 {
		t.Errorf("submodule = %v, %v", children, err)
	}
}

func TestPathThatIsNotUTF8IsNotedAndLeftOut(t *testing.T) {
	g := newGit(t, Options{})
	s := open(t, g, importRepo(t, g, commit(t0, ada, "x", entry("100644", "caf\xe9.txt", "x"), entry("100644", "ok.txt", "x"))))
	if len(s.Files()) != 2 || len(s.Notes()) != 1 || s.Notes()[0].Cause != observation.CauseUnsupported {
		t.Errorf("files = %v, notes = %v", s.Files(), s.Notes())
	}
	if err := fstest.TestFS(s.FS(), "ok.txt"); err != nil {
		t.Error(err)
	}
}

func TestMissingBlobIsReportedAndTheRestIsRead(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...) // few objects: fast-import leaves them loose
	s := open(t, g, dir)
	oid := oidOf(t, s, "LICENSE")
	if err := os.Remove(filepath.Join(dir, "objects", oid[:2], oid[2:])); err != nil {
		t.Fatal(err)
	}
	s = open(t, g, dir)
	if len(s.Notes()) != 1 || s.Notes()[0].Message != "of 4 files that are read, 1 are missing from the mirror; what they hold is unknown" {
		t.Errorf("notes = %v", s.Notes())
	}
	_, err := fs.ReadFile(s.FS(), "LICENSE")
	if CauseOf(err) != observation.CauseMissingObjects {
		t.Errorf("err = %v", err)
	}
	if _, err := fs.ReadFile(s.FS(), "run.sh"); err != nil {
		t.Error(err)
	}
}

func oidOf(t testing.TB, s *Snapshot, path string) string {
	t.Helper()
	for _, f := range s.Files() {
		if f.Path == path {
			return f.OID
		}
	}
	t.Fatalf("no %s", path)
	return ""
}

func TestBlobOverTheLimitIsNotReadIntoMemory(t *testing.T) {
	g := newGit(t, Options{MaxBlob: 10})
	s := open(t, g, importRepo(t, g, commit(t0, ada, "x", entry("100644", "big", strings.Repeat("x", 11)), entry("100644", "small", "x"))))
	if _, err := fs.ReadFile(s.FS(), "big"); CauseOf(err) != observation.CauseOverLimit {
		t.Errorf("err = %v", err)
	}
	if data, err := fs.ReadFile(s.FS(), "small"); err != nil || string(data) != "x" {
		t.Errorf("small = %q, %v", data, err)
	}
}

func TestEachBrokenRepositoryHasItsFailureClass(t *testing.T) {
	g := newGit(t, Options{})
	empty := filepath.Join(t.TempDir(), "empty")
	gittest.Run(t, "", nil, "init", "-q", "--bare", empty)
	noBranch := importRepo(t, g, twoCommits()...)
	gittest.Run(t, "", nil, "-C", noBranch, "symbolic-ref", "HEAD", "refs/heads/gone")
	headless := importRepo(t, g, twoCommits()...)
	if err := errors.Join(os.RemoveAll(filepath.Join(headless, "objects")), os.Mkdir(filepath.Join(headless, "objects"), 0o755)); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]observation.Cause{
		empty:                                 observation.CauseEmpty,
		noBranch:                              observation.CauseNoBranch,
		headless:                              observation.CauseMissingObjects,
		t.TempDir():                           observation.CauseCorrupt,
		filepath.Join(t.TempDir(), "nowhere"): observation.CauseNotFound,
	} {
		if _, err := g.Open(t.Context(), dir); CauseOf(err) != want {
			t.Errorf("%s: cause %q, want %q (%v)", dir, CauseOf(err), want, err)
		}
	}
}

func TestMirrorNamesWhatIsWrongWithARemote(t *testing.T) {
	g := newGit(t, Options{})
	root := t.TempDir()
	gittest.Run(t, "", nil, "init", "-q", "--bare", filepath.Join(root, "empty.git"))
	origin := importRepo(t, g, twoCommits()...)
	gittest.Run(t, "", nil, "-C", origin, "symbolic-ref", "HEAD", "refs/heads/gone")
	gittest.Run(t, "", nil, "clone", "-q", "--mirror", origin, filepath.Join(root, "nobranch.git"))
	gittest.Run(t, "", nil, "-C", filepath.Join(root, "nobranch.git"), "symbolic-ref", "HEAD", "refs/heads/gone")
	base := gittest.Serve(t, root)
	for url, want := range map[string]observation.Cause{
		base + "/empty.git":                observation.CauseEmpty,
		base + "/nobranch.git":             observation.CauseNoBranch,
		base + "/nothing.git":              observation.CauseNotFound,
		"http://127.0.0.1:1/x.git":         observation.CauseUnreachable,
		"ext::sh -c touch% /tmp/pwned":     observation.CauseBadURL,
		"--upload-pack=touch /tmp/pwned":   observation.CauseBadURL,
		"file://" + root + "/nobranch.git": observation.CauseBadURL,
	} {
		dir := filepath.Join(t.TempDir(), "mirror.git")
		err := g.Mirror(t.Context(), url, dir)
		if CauseOf(err) != want {
			t.Errorf("%s: cause %q, want %q (%v)", url, CauseOf(err), want, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s left a mirror behind", url)
		}
	}
}

func TestPrivateAddressesAreRefusedUnlessAllowed(t *testing.T) {
	g, err := New(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	for _, url := range []string{"http://127.0.0.1/x.git", "http://[::1]/x.git", "https://10.1.2.3/x", "http://169.254.169.254/x", "http://[::ffff:127.0.0.1]/x"} {
		if err := g.Mirror(t.Context(), url, filepath.Join(t.TempDir(), "m")); CauseOf(err) != observation.CauseBadURL {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestOfflineUsesWhatIsThereAndFetchesNothing(t *testing.T) {
	online := newGit(t, Options{})
	origin := importRepo(t, online, twoCommits()...)
	url := gittest.Serve(t, filepath.Dir(origin)) + "/origin.git"
	dir := filepath.Join(t.TempDir(), "mirror.git")
	offline := newGit(t, Options{Offline: true})
	if err := offline.Mirror(t.Context(), url, dir); CauseOf(err) != observation.CauseOffline {
		t.Errorf("err = %v", err)
	}
	if err := online.Mirror(t.Context(), url, dir); err != nil {
		t.Fatal(err)
	}
	if err := offline.Mirror(t.Context(), url, dir); err != nil {
		t.Errorf("an existing mirror was refused offline: %v", err)
	}
}

func TestRewriteServesAnAddressFromAFolder(t *testing.T) {
	plain := newGit(t, Options{})
	origin := importRepo(t, plain, twoCommits()...)
	g := newGit(t, Options{Offline: true, Rewrite: map[string]string{"https://samples.example/": filepath.Dir(origin) + "/"}})
	dir := filepath.Join(t.TempDir(), "mirror.git")
	if err := g.Mirror(t.Context(), "https://samples.example/origin.git", dir); err != nil {
		t.Fatal(err)
	}
	if s := open(t, g, dir); len(s.Notes()) != 0 {
		t.Errorf("notes %v", s.Notes())
	}
	// Nothing is spared by leaving out what a look back needs.
	if out := gittest.Run(t, dir, nil, "rev-list", "--objects", "--all", "--missing=print"); strings.Contains("\n"+out, "\n?") {
		t.Errorf("parts of its history are not there: %s", out)
	}
}

func TestShallowHistoryIsReported(t *testing.T) {
	g := newGit(t, Options{})
	origin := importRepo(t, g, twoCommits()...)
	dir := filepath.Join(t.TempDir(), "shallow")
	gittest.Run(t, "", nil, "clone", "-q", "--depth=1", "file://"+origin, dir)
	s := open(t, g, dir)
	if !s.Shallow() {
		t.Error("a shallow clone was not recognised")
	}
	count := 0
	for _, err := range s.History(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		count++
	}
	if count != 1 {
		t.Errorf("%d commits", count)
	}
}

func TestNothingThatARepositoryConfiguresIsExecuted(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	trap := filepath.Join(t.TempDir(), "sprung")
	for _, key := range []string{"core.fsmonitor", "core.sshCommand", "core.pager", "core.askPass", "diff.external", "gpg.program", "uploadpack.packObjectsHook"} {
		gittest.Run(t, "", nil, "-C", dir, "config", key, "touch "+trap+";")
	}
	gittest.Run(t, "", nil, "-C", dir, "config", "log.showSignature", "true")
	s := open(t, g, dir)
	for _, err := range s.History(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Tags(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Changes(t.Context(), "LICENSE"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(trap); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something in the repository's configuration ran")
	}
}

func TestObservedUntilIsTheMirrorsAgeNotToday(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	seen := time.Unix(t0+500000, 0)
	for _, name := range []string{"HEAD", "packed-refs", "FETCH_HEAD"} {
		_ = os.Chtimes(filepath.Join(dir, name), seen, seen)
	}
	if got := open(t, g, dir).ObservedUntil(); !got.Equal(seen) {
		t.Errorf("observed until %v, want %v", got, seen)
	}
	before := time.Unix(t0-500000, 0)
	for _, name := range []string{"HEAD", "packed-refs", "FETCH_HEAD"} {
		_ = os.Chtimes(filepath.Join(dir, name), before, before)
	}
	if got := open(t, g, dir).ObservedUntil(); !got.Equal(time.Unix(t0+86400, 0)) {
		t.Errorf("observed until %v, want the day of the commit", got)
	}
}

func FuzzParseTreeEntry(f *testing.F) {
	f.Add("100644 blob 0123456789012345678901234567890123456789      12\ta/b")
	f.Add("160000 commit 0123456789012345678901234567890123456789       -\tsub")
	f.Fuzz(func(t *testing.T, entry string) { _, _ = parseTreeEntry(entry) })
}

func FuzzParseCommit(f *testing.F) {
	f.Add("a\nb c\n1\n2\nname\nmail")
	f.Fuzz(func(t *testing.T, record string) { _, _ = ParseCommit(record) })
}
