package gitrepo

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

// scripts needs shell scripts, reads Go where it is, and reads no other file.
var scripts = Wants{
	Name: "scripts",
	Contents: func(f File) Want {
		switch filepath.Ext(f.Path) {
		case ".sh":
			return Needed
		case ".go":
			return IfThere
		}
		return Unwanted
	},
	Past: func([]File) []string { return []string{"LICENSE"} },
}

// testOrigin is an origin that a server offers, and where its mirror is made.
type testOrigin struct {
	origin, url, dir string
}

func serveOrigin(t *testing.T, g *Git, commits ...gittest.Commit) testOrigin {
	t.Helper()
	origin := importRepo(t, g, commits...)
	return testOrigin{origin, gittest.Serve(t, filepath.Dir(origin)) + "/origin.git", filepath.Join(t.TempDir(), "mirror.git")}
}

// push adds a commit to the origin's main branch.
func (s testOrigin) push(t *testing.T, seconds int64, message string, files ...gittest.File) {
	t.Helper()
	gittest.Import(t, s.origin, commit(seconds, ada, message, files...))
}

func (s testOrigin) mirror(t *testing.T, g *Git) *Snapshot {
	t.Helper()
	if err := g.Mirror(t.Context(), s.url, s.dir); err != nil {
		t.Fatal(err)
	}
	return open(t, g, s.dir)
}

// filesPresent lists the files of HEAD whose contents the mirror holds.
func filesPresent(s *Snapshot) string {
	var paths []string
	for _, f := range s.Files() {
		if f.Size >= 0 {
			paths = append(paths, f.Path)
		}
	}
	return strings.Join(paths, " ")
}

func TestMirrorBringsHistoryTreesAndTheWantedFilesOnly(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	deep := commit(t0+90000, ada, "deep", entry("100644", "a/b/c/deep.sh", "#!/bin/sh\n"), entry("100644", "a/b/image.png", "png"), entry("120000", "link", "run.sh"))
	o := serveOrigin(t, g, append(twoCommits(), deep)...)
	s := o.mirror(t, g)
	if got := filesPresent(s); got != ".mailmap LICENSE a/b/c/deep.sh link run.sh" {
		t.Errorf("there: %s", got)
	}
	if len(s.Files()) != 7 || len(s.Notes()) != 0 {
		t.Errorf("files %v, notes %v", s.Files(), s.Notes())
	}
	changes, err := s.Changes(t.Context(), "LICENSE")
	if err != nil || len(changes) != 2 {
		t.Fatalf("changes = %v, %v", changes, err)
	}
	for _, change := range changes {
		if _, err := s.ReadBlob(change.OID); err != nil {
			t.Errorf("a version of a file that is read through history: %v", err)
		}
	}
	commits := 0
	for _, err := range s.History(t.Context()) {
		if commits++; err != nil {
			t.Fatal(err)
		}
	}
	if commits != 3 {
		t.Errorf("%d commits", commits)
	}
	if _, err := fs.ReadFile(s.FS(), "src/main.go"); CauseOf(err) != observation.CauseMissingObjects {
		t.Errorf("a file that nobody needs came along or was fetched on demand: %v", err)
	}
}

func TestMirrorWithoutWantsHoldsEveryFileOfHead(t *testing.T) {
	g := newGit(t, Options{})
	o := serveOrigin(t, g, twoCommits()...)
	s := o.mirror(t, g)
	if got := filesPresent(s); got != ".mailmap LICENSE run.sh src/main.go" {
		t.Errorf("there: %s", got)
	}
	changes, err := s.Changes(t.Context(), "LICENSE")
	if err != nil || len(changes) != 2 {
		t.Fatalf("changes = %v, %v", changes, err)
	}
	if _, err := s.ReadBlob(changes[1].OID); CauseOf(err) != observation.CauseMissingObjects {
		t.Errorf("an old version came along or was fetched on demand: %v", err)
	}
}

func TestMirrorUpdatesFollowTheOriginAndBringOnlyWhatIsNew(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	commits := twoCommits()
	for i := range 50 {
		commits = append(commits, commit(t0+int64(90000+i), ada, "folders", entry("100644", fmt.Sprintf("d/%d/x.sh", i), fmt.Sprint(i))))
	}
	o := serveOrigin(t, g, commits...)
	first := o.mirror(t, g).Commit()
	before := len(packFiles(o.dir))
	if s := o.mirror(t, g); s.Commit() != first || len(packFiles(o.dir)) != before {
		t.Errorf("an unchanged origin changed the mirror")
	}
	o.push(t, t0+200000, "three", entry("100644", "d/7/new/y.sh", "new"))
	s := o.mirror(t, g)
	if data, err := fs.ReadFile(s.FS(), "d/7/new/y.sh"); err != nil || string(data) != "new" {
		t.Errorf("the new file = %q, %v", data, err)
	}
	if len(s.Notes()) != 0 {
		t.Errorf("notes %v", s.Notes())
	}
	// A commit with its root tree, three trees below it, one file.
	if got := gittest.Run(t, o.dir, nil, "cat-file", "--batch-all-objects", "--batch-check", "--unordered"); strings.Count(got, " tree ") > 2+51+51+1+4 {
		t.Errorf("%d trees came", strings.Count(got, " tree "))
	}
}

func TestMirrorFollowsAnotherBranchAtTheOrigin(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	o := serveOrigin(t, g, twoCommits()...)
	o.mirror(t, g)
	o.push(t, t0+200000, "three", entry("100644", "new.sh", "new"))
	gittest.Run(t, "", nil, "-C", o.origin, "branch", "-m", "main", "next")
	gittest.Run(t, "", nil, "-C", o.origin, "symbolic-ref", "HEAD", "refs/heads/next")
	if data, err := fs.ReadFile(o.mirror(t, g).FS(), "new.sh"); err != nil || string(data) != "new" {
		t.Errorf("new.sh = %q, %v", data, err)
	}
}

func TestUpdateThatBrokeOffIsCompletedByTheNext(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	o := serveOrigin(t, g, twoCommits()...)
	o.mirror(t, g)
	o.push(t, t0+200000, "three", entry("100644", "late.sh", "late"))
	// The branch came, and nothing after it.
	gittest.Run(t, o.dir, nil, "fetch", "-q", historyFilter, "origin", "+main:main")
	if got := filesPresent(open(t, g, o.dir)); strings.Contains(got, "late.sh") {
		t.Fatalf("the update did not break off: %s", got)
	}
	if got := filesPresent(o.mirror(t, g)); !strings.Contains(got, "late.sh") {
		t.Errorf("there: %s", got)
	}
}

func TestMirrorMadeForOtherWantsIsCompleted(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	o := serveOrigin(t, g, twoCommits()...)
	o.mirror(t, g)
	all := newGit(t, Options{Wants: Wants{Name: "all"}})
	if got := filesPresent(o.mirror(t, all)); got != ".mailmap LICENSE run.sh src/main.go" {
		t.Errorf("there: %s", got)
	}
}

func TestMirrorOfManyPacksIsPackedAnew(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	o := serveOrigin(t, g, twoCommits()...)
	o.mirror(t, g)
	for i := range maxPacks / 2 {
		o.push(t, t0+int64(200000+i), "more", entry("100644", fmt.Sprintf("%d.sh", i), fmt.Sprint(i)))
		o.mirror(t, g)
	}
	if n := len(packFiles(o.dir)); n > maxPacks {
		t.Errorf("%d packs", n)
	}
	s := open(t, g, o.dir)
	if len(s.Notes()) != 0 || !strings.Contains(filesPresent(s), fmt.Sprintf("%d.sh", maxPacks/2-1)) {
		t.Errorf("there: %s, notes %v", filesPresent(s), s.Notes())
	}
}

func TestServerWithoutPartialClonesSendsAllAndAllIsRead(t *testing.T) {
	g := newGit(t, Options{Wants: scripts})
	o := serveOrigin(t, g, twoCommits()...)
	gittest.Run(t, "", nil, "-C", o.origin, "config", "uploadpack.allowFilter", "false")
	if got := filesPresent(o.mirror(t, g)); got != ".mailmap LICENSE run.sh src/main.go" {
		t.Errorf("there: %s", got)
	}
}

func TestLimitsOfOneRepositoryAreReported(t *testing.T) {
	g := newGit(t, Options{MaxFiles: 2})
	dir := importRepo(t, g, commit(t0, ada, "x", entry("100644", "a", "aaaa"), entry("100644", "b", "bbbb"), entry("100644", "c", "cccc")))
	if _, err := g.Open(t.Context(), dir); CauseOf(err) != observation.CauseOverLimit || !strings.Contains(err.Error(), "3 files, over the limit of 2") {
		t.Errorf("err = %v", err)
	}
	g = newGit(t, Options{MaxBytes: 9})
	s := open(t, g, dir)
	read := map[string]error{}
	for _, f := range s.Files() {
		_, read[f.Path] = fs.ReadFile(s.FS(), f.Path)
	}
	if read["a"] != nil || read["b"] != nil || CauseOf(read["c"]) != observation.CauseOverLimit {
		t.Errorf("read %v", read)
	}
	var oids []string
	for _, f := range s.Files() {
		oids = append(oids, f.OID)
	}
	var refused int
	if err := s.EachBlob(t.Context(), oids, func(o Object) error {
		if o.Err != nil && CauseOf(o.Err) == observation.CauseOverLimit {
			refused++
		}
		return nil
	}); err != nil || refused != 1 {
		t.Errorf("%d refused, %v", refused, err)
	}
}
