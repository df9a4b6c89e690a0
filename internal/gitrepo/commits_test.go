package gitrepo

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

func TestACommitIsOpenedWhereverHeadIs(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	first := strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", "main~1"))
	s, err := g.OpenCommit(t.Context(), dir, first)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if paths := filesPresent(s); paths != "LICENSE src/main.go" || !s.Committed().Equal(time.Unix(t0, 0)) {
		t.Errorf("%s of %s", paths, s.Committed())
	}
	for _, id := range []string{"", first[:10], "main~1", "--all", strings.Repeat("0", 40), strings.ToUpper(first)} {
		if s, err := g.OpenCommit(t.Context(), dir, id); err == nil {
			t.Errorf("%q is opened", id)
			_ = s.Close()
		}
	}
}

// touched lists what Touched calls: a commit by its subject, a path after its commit.
func touched(t *testing.T, s *Snapshot, from, until int64) ([]string, error) {
	t.Helper()
	var seen []string
	err := s.Touched(t.Context(), time.Unix(from, 0), time.Unix(until, 0),
		func(c Commit) error { seen = append(seen, c.Subject+": "+c.Body); return nil },
		func(path string) error { seen = append(seen, "  "+path); return nil })
	return seen, err
}

func TestTouchedFilesAreThoseOfTheCommitsOfAWindow(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g,
		commit(t0, ada, "before", entry("100644", "a", "1\n")),
		commit(t0+10, ada, "first\n\nWhy.", entry("100644", "a", "2\n"), entry("100644", "odd \"name\"\ttab", "x\n")),
		commit(t0+20, ada, "moved", entry("D", "a", ""), entry("100644", "b", "2\n")),
		commit(t0+30, ada, "nothing"),
		commit(t0+40, ada, "after", entry("100644", "c", "3\n")))
	s := open(t, g, dir)
	seen, err := touched(t, s, t0+10, t0+30)
	want := []string{"nothing: ", "moved: ", "  a", "  b", "first: Why.", "  a", "  odd \"name\"\ttab"}
	if err != nil || !slices.Equal(seen, want) {
		t.Errorf("%q, %v", seen, err)
	}
	stopped := errors.New("enough")
	if err := s.Touched(t.Context(), time.Unix(t0, 0), time.Unix(t0+40, 0), func(Commit) error { return stopped }, nil); err != stopped {
		t.Errorf("the error of the caller is %v", err)
	}
}

func TestAWindowWithoutItsTreesIsAnErrorAndFetchesNothing(t *testing.T) {
	g := newGit(t, Options{})
	dir := filepath.Join(t.TempDir(), "mirror.git")
	gittest.Import(t, dir, commit(t0, ada, "one", entry("100644", "folder/a", "1\n")), commit(t0+10, ada, "two", entry("100644", "folder/a", "2\n")))
	tree := strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", "main~1:folder"))
	if err := os.Remove(filepath.Join(dir, gittest.Loose(tree))); err != nil {
		t.Fatal(err)
	}
	gittest.Run(t, dir, nil, "remote", "add", "origin", "file:///nowhere") // a lazy fetch would ask it
	gittest.Run(t, dir, nil, "config", "remote.origin.promisor", "true")
	if _, err := touched(t, open(t, g, dir), t0, t0+10); CauseOf(err) != observation.CauseMissingObjects {
		t.Errorf("the cause is %q: %v", CauseOf(err), err)
	}
}

func TestATagNamesWhoSetItWhereItIsAnnotated(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	gittest.Run(t, dir, nil, "tag", "light", "main~1")
	tags, err := open(t, g, dir).SignedTags(t.Context())
	want := []SignedTag{
		{Tag: Tag{Name: "light", Created: time.Unix(t0, 0).UTC()}},
		{Tag: Tag{Name: "v1.0", Created: time.Unix(t0+90000, 0).UTC()}, Annotated: true, Tagger: "Ada", Email: "ada@one.example"},
	}
	if err != nil || !slices.Equal(tags, want) {
		t.Errorf("%+v, %v", tags, err)
	}
}

func TestNewerWorkOnOtherBranchesIsKnownWhereAMirrorHasThem(t *testing.T) {
	g := newGit(t, Options{})
	aside := commit(t0+200000, ada2, "aside", entry("100644", "x", "1\n"))
	aside.Branch = "work"
	older := commit(t0-5, ada2, "older", entry("100644", "x", "1\n"))
	older.Branch = "old"
	both := append([]gittest.Commit{older, aside}, twoCommits()...)
	newer, known := open(t, g, importRepo(t, g, both...)).Branches()
	if !known || len(newer) != 1 || newer[0].Email != "ada@two.example" || !newer[0].Committed.Equal(time.Unix(t0+200000, 0)) {
		t.Errorf("%+v, %t", newer, known)
	}
	if newer, known := open(t, g, importRepo(t, g, twoCommits()...)).Branches(); known || newer != nil {
		t.Errorf("of a single branch: %+v, %t", newer, known)
	}
}

func TestCommitTimesAreThoseOfTheHistory(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	times := func(s *Snapshot) (all []int64) {
		for at, err := range s.CommitTimes(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, at.Unix())
		}
		return all
	}
	s, want := open(t, g, dir), []int64{t0 + 86400, t0}
	for range 2 { // from git, and from what was read
		if got := times(s); !slices.Equal(got, want) {
			t.Errorf("%d", got)
		}
		for _, err := range s.History(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestPacksAreCountedInARepositoryAndInAWorkTree(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	gittest.Run(t, dir, nil, "repack", "-q", "-a", "-d")
	bare := PackedBytes(dir)
	tree := t.TempDir()
	link(t, dir, filepath.Join(tree, ".git"))
	if bare == 0 || PackedBytes(tree) != bare || PackedBytes(t.TempDir()) != 0 {
		t.Errorf("%d bytes, %d in a work tree", bare, PackedBytes(tree))
	}
}
