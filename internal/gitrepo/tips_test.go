package gitrepo

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

func tagsOf(t *testing.T, s *Snapshot) string {
	t.Helper()
	tags, err := s.Tags()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tag := range tags {
		names = append(names, tag.Name)
	}
	return strings.Join(names, " ")
}

// tagBeside adds to an origin a branch that main does not reach, with tags on it.
func (s testOrigin) tagBeside(t *testing.T, tags ...string) {
	t.Helper()
	one := commit(t0+95000, ada, "release", entry("100644", "RELEASE", "x"))
	one.Branch = "release"
	for _, tag := range tags {
		one.Tags = append(one.Tags, gittest.Tag{Name: tag})
	}
	gittest.Import(t, s.origin, one)
}

// TestTagsOfOtherBranchesComeWithTheFirstFetch counts requests too: these tags take none of
// their own.
func TestTagsOfOtherBranchesComeWithTheFirstFetch(t *testing.T) {
	for want, tags := range map[string][]string{"v1.0": nil, "v1.0 v9.0": {"v9.0"}} {
		g := newGit(t, Options{AllowPrivate: true, Wants: scripts})
		o := serveOrigin(t, g, threeCommits()...)
		o.tagBeside(t, tags...)
		requests := o.intercept(t, func(http.ResponseWriter, *http.Request, int) bool { return false })
		if got := tagsOf(t, o.mirror(t, g)); got != want {
			t.Errorf("the first run sees %q, want %q", got, want)
		}
		if n := requests.Load(); n != 7 { // three for the first of three fetches, and two for each other
			t.Errorf("%d requests", n)
		}
		if got := tagsOf(t, o.mirror(t, g)); got != want {
			t.Errorf("the second run sees %q, want %q", got, want)
		}
	}
}

func TestTagsThatTheOriginDeletedOrRenamedFollowIt(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	o := serveOrigin(t, g, twoCommits()...)
	o.tagBeside(t, "v2", "v3")
	if got := tagsOf(t, o.mirror(t, g)); got != "v1.0 v2 v3" {
		t.Fatalf("tags %q", got)
	}
	gittest.Run(t, o.origin, nil, "tag", "-d", "v2", "v3")
	gittest.Run(t, o.origin, nil, "tag", "v2/0", "release")
	s := o.mirror(t, g)
	if got := tagsOf(t, s); got != "v1.0 v2/0" || s.Commit() == "" {
		t.Errorf("tags %q at %s", got, s.Commit())
	}
}

func TestAHeadThatNamesNoBranchIsFollowed(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	o := serveOrigin(t, g, threeCommits()...)
	first := strings.TrimSpace(gittest.Run(t, o.origin, nil, "rev-parse", "main~2"))
	last := strings.TrimSpace(gittest.Run(t, o.origin, nil, "rev-parse", "main"))
	for _, commit := range []string{first, first, last} {
		gittest.Run(t, o.origin, nil, "update-ref", "--no-deref", "HEAD", commit)
		if got := o.mirror(t, g).Commit(); got != commit {
			t.Errorf("read %s, want %s", got, commit)
		}
	}
	// Mirrors of before hold such a HEAD themselves.
	gittest.Run(t, o.dir, nil, "update-ref", "--no-deref", "HEAD", first)
	if got := o.mirror(t, g).Commit(); got != last {
		t.Errorf("read %s, want %s", got, last)
	}
}

func TestAMirrorWhoseHeadIsNothingIsCorruptAndNamesNoFolder(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	o := serveOrigin(t, g, twoCommits()...)
	o.mirror(t, g)
	if err := os.WriteFile(filepath.Join(o.dir, "HEAD"), []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := g.Mirror(t.Context(), o.url, o.dir)
	if CauseOf(err) != observation.CauseCorrupt || strings.Contains(err.Error(), o.dir) {
		t.Errorf("%s: %v", CauseOf(err), err)
	}
}

func TestARepositoryOfAnotherObjectFormatIsMirrored(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	root := t.TempDir()
	gittest.Run(t, root, nil, "init", "-q", "--bare", "--initial-branch=main", "--object-format=sha256", "origin.git")
	origin := filepath.Join(root, "origin.git")
	gittest.Import(t, origin, twoCommits()...)
	gittest.Run(t, origin, nil, "config", "uploadpack.allowFilter", "true")
	gittest.Run(t, origin, nil, "config", "uploadpack.allowAnySHA1InWant", "true")
	o := testOrigin{origin, gittest.Serve(t, root) + "/origin.git", filepath.Join(t.TempDir(), "mirror.git")}
	for range 2 {
		if s := o.mirror(t, g); len(s.Commit()) != 64 || filesPresent(s) != ".mailmap LICENSE run.sh" {
			t.Errorf("%s: %s", s.Commit(), filesPresent(s))
		}
	}
}
