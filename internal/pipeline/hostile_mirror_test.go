package pipeline

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

// wrapProgram puts a program of this name before the real one, which it starts with
// another environment.
func wrapProgram(t *testing.T, name, environment string) {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\n%s exec %q \"$@\"\n", environment, program)
	if err := os.WriteFile(filepath.Join(folder, name), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestHostileMirrorOfAnotherUserIsReadAndRunsNothing(t *testing.T) {
	g := newHostileEnv(t)
	wrapProgram(t, "git", "GIT_TEST_ASSUME_DIFFERENT_OWNER=1") // git's own way to test this
	cases := []hostileCase{
		{"of-another-user", func(g *hostileEnv, r *gittest.Repository) { plainRepository(r); r.File("config", g.markerConfig()) }, "scanned"},
		{"of-another-user-promises", func(g *hostileEnv, r *gittest.Repository) { plainRepository(r); r.File("config", g.promisor()) }, "scanned"},
	}
	g.checkCases(cases, g.runCases(testConfig(t), cases))
}

// A given mirror is chosen by the user, so links out of its folder are followed, as git
// follows them. No repository that is fetched can contain such a link.
func TestGivenMirrorIsReadWhereItsFolderPoints(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "real.git")
	commit := plainRepository(gittest.Init(t, elsewhere))
	clear := func(r *gittest.Repository) {
		if err := os.RemoveAll(r.Dir); err != nil {
			r.T.Fatal(err)
		}
	}
	cases := []hostileCase{
		{"a-link", func(_ *hostileEnv, r *gittest.Repository) {
			clear(r)
			if err := os.Symlink(elsewhere, r.Dir); err != nil {
				r.T.Fatal(err)
			}
		}, "scanned"},
		{"a-file", func(_ *hostileEnv, r *gittest.Repository) {
			clear(r)
			r.File(".git", "gitdir: "+elsewhere+"\n")
		}, "scanned"},
		{"a-work-tree", func(_ *hostileEnv, r *gittest.Repository) {
			clear(r)
			real := &gittest.Repository{T: r.T, Dir: elsewhere}
			r.File(".git", "gitdir: "+elsewhere+"/worktrees/w\n")
			real.File("worktrees/w/HEAD", "ref: refs/heads/main\n")
			real.File("worktrees/w/commondir", "../..\n")
			real.File("worktrees/w/gitdir", r.Dir+"/.git\n")
		}, "scanned"},
		{"alternates", func(_ *hostileEnv, r *gittest.Repository) {
			r.File("objects/info/alternates", elsewhere+"/objects\n")
			r.Main(commit)
		}, "scanned"},
	}
	g := newHostileEnv(t)
	goods := g.runCases(testConfig(t), cases)
	g.checkCases(cases, goods)
	for name, good := range goods {
		if good.Scans[0].Commit != commit {
			t.Errorf("%s: commit %s", name, good.Scans[0].Commit)
		}
	}
}
