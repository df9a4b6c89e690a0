package earlier_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/earlier"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

var newest = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// months is a commit so many months before newest.
func months(back int, files ...gittest.File) gittest.Commit {
	return gittest.Commit{When: newest.AddDate(0, -back, 0), Files: files}
}

func isLock(path string) bool { return strings.HasSuffix(path, ".lock") }

func git(t *testing.T, options gitrepo.Options) *gitrepo.Git {
	t.Helper()
	g, err := gitrepo.New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

func open(t *testing.T, g *gitrepo.Git, dir string) *gitrepo.Snapshot {
	t.Helper()
	s, err := g.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// history is 40 months of one lockfile and one source.
func history() []gittest.Commit {
	var all []gittest.Commit
	for back := 40; back >= 0; back -= 4 {
		text := fmt.Sprint(back)
		all = append(all, months(back, gittest.File{Path: "a/b/x.lock", Data: text}, gittest.File{Path: "src/deep/x.go", Data: "go " + text}))
	}
	return all
}

func TestTheMainLineIsWhatAVisitorSaw(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, months(30, gittest.File{Path: "old.lock", Data: "1"}, gittest.File{Path: "x.go", Data: "1"}))
	gittest.Import(t, dir, months(8, gittest.File{Path: "x.go", Data: "2"}))
	side := months(7, gittest.File{Path: "side.lock", Data: "1"})
	side.Branch = "side"
	gittest.Import(t, dir, side)
	stream := fmt.Sprintf("commit refs/heads/main\ncommitter A <a@a.example> %d +0000\ndata 1\nm\nfrom refs/heads/main^0\nmerge refs/heads/side^0\nM 644 inline side.lock\ndata 1\n1\n\n",
		newest.AddDate(0, -6, 0).Unix())
	gittest.Run(t, dir, []byte(stream), "fast-import", "--quiet")
	gittest.Import(t, dir, months(5, gittest.File{Mode: "D", Path: "old.lock"}, gittest.File{Path: "a/\xff.lock", Data: "1"}))
	g := git(t, gitrepo.Options{})
	line, err := earlier.Read(t.Context(), open(t, g, dir), newest.AddDate(0, -24, 0), isLock)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range line.Files {
		got = append(got, fmt.Sprintf("base %s %d", f.Path, f.Size))
	}
	for _, step := range line.Steps {
		for _, f := range step.Changes {
			got = append(got, fmt.Sprintf("%s %q %v", step.Commit.Committed.Format("2006-01"), f.Path, f.OID != ""))
		}
	}
	want := []string{"base old.lock 1", `2025-09 "side.lock" true`, `2025-10 "a/\xff.lock" true`, `2025-10 "old.lock" false`}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAHistoryThatBeganLaterHasNoBase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, months(3, gittest.File{Path: "x.lock", Data: "1"}))
	line, err := earlier.Read(t.Context(), open(t, git(t, gitrepo.Options{}), dir), newest.AddDate(0, -24, 0), isLock)
	if err != nil || line.Base.OID != "" || len(line.Files) != 0 || len(line.Steps) != 1 {
		t.Errorf("%+v, %v", line, err)
	}
}

// mirror clones an origin with what is wanted of earlier commits; nil wants nothing.
func mirror(t *testing.T, origin string, wanted gitrepo.Earlier, dir string) *gitrepo.Snapshot {
	t.Helper()
	g := git(t, gitrepo.Options{AllowPrivate: true, Wants: gitrepo.Wants{Name: fmt.Sprintf("%T", wanted), Earlier: wanted,
		Contents: func(gitrepo.File) gitrepo.Want { return gitrepo.Unwanted }}})
	if err := g.Mirror(t.Context(), gittest.Serve(t, filepath.Dir(origin))+"/origin.git", dir); err != nil {
		t.Fatal(err)
	}
	return open(t, g, dir)
}

func origin(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "origin.git")
	gittest.Import(t, dir, history()...)
	gittest.Run(t, dir, nil, "config", "uploadpack.allowFilter", "true")
	gittest.Run(t, dir, nil, "config", "uploadpack.allowAnySHA1InWant", "true")
	return dir
}

// touched counts the files that commits of so many months changed.
func touched(t *testing.T, s *gitrepo.Snapshot, back int) (int, error) {
	t.Helper()
	n := 0
	err := s.Touched(t.Context(), newest.AddDate(0, -back, 0), newest, func(gitrepo.Commit) error { return nil }, func(string) error { n++; return nil })
	return n, err
}

func TestAMirrorHoldsWhatIsWantedOfEarlierCommitsAndNoMore(t *testing.T) {
	from := origin(t)
	for name, c := range map[string]struct {
		wanted         gitrepo.Earlier
		year, twoYears bool // whether all commits of 12 months can be compared, and the main line of 24 be read
		lock           bool // whether the contents of old lockfiles are there
	}{
		"nothing":        {nil, false, false, false},
		"trees":          {earlier.Wanted{Months: 12}, true, false, false},
		"the line":       {earlier.Wanted{LineMonths: 24, Files: isLock}, true, true, true}, // there is nothing but the line
		"both by Union":  {earlier.Wanted{Months: 12}.Union(earlier.Wanted{LineMonths: 24, Files: isLock}), true, true, true},
		"line, no files": {earlier.Wanted{LineMonths: 24}, true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := mirror(t, from, c.wanted, filepath.Join(t.TempDir(), "m.git"))
			if n, err := touched(t, s, 12); (err == nil) != c.year || c.year && n != 8 {
				t.Errorf("12 months: %d files, %v", n, err)
			} else if err != nil && gitrepo.CauseOf(err) != observation.CauseMissingObjects {
				t.Errorf("12 months: %v", err)
			}
			if n, err := touched(t, s, 39); err == nil {
				t.Errorf("39 months came along: %d files", n)
			}
			line, err := earlier.Read(t.Context(), s, newest.AddDate(0, -24, 0), isLock)
			if (err == nil) != c.twoYears {
				t.Fatalf("24 months: %v", err)
			}
			for _, f := range line.Files {
				if (f.Size >= 0) != c.lock {
					t.Errorf("%s has %d bytes", f.Path, f.Size)
				}
			}
			all, _ := earlier.Read(t.Context(), s, newest.AddDate(0, -24, 0), func(string) bool { return true })
			for _, step := range all.Steps[:max(0, len(all.Steps)-1)] {
				for _, f := range step.Changes {
					if strings.HasSuffix(f.Path, ".go") && f.Size >= 0 {
						t.Errorf("the source %s of an earlier commit came along", f.Path)
					}
				}
			}
		})
	}
}

func TestAMirrorMadeForLessIsCompleted(t *testing.T) {
	from, dir := origin(t), filepath.Join(t.TempDir(), "m.git")
	mirror(t, from, nil, dir)
	s := mirror(t, from, earlier.Wanted{Months: 12}, dir)
	if n, err := touched(t, s, 12); err != nil || n != 8 {
		t.Errorf("%d files, %v", n, err)
	}
	gittest.Import(t, from, gittest.Commit{When: newest.Add(time.Hour), Files: []gittest.File{{Path: "src/deep/y.go", Data: "y"}}})
	gittest.Import(t, from, gittest.Commit{When: newest.Add(2 * time.Hour), Files: []gittest.File{{Path: "src/deep/y.go", Data: "z"}}})
	s = mirror(t, from, earlier.Wanted{Months: 12}, dir)
	if n, err := touched(t, s, 12); err != nil || n != 8 {
		t.Errorf("after a push: %d files, %v", n, err)
	}
}
