package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/midspan/midspan/internal/child"
)

var update = flag.Bool("update", false, "write what the commands print into the transcripts")

func TestMain(m *testing.M) {
	if child.Requested(os.Args) { // of a command that a test calls in its own process
		os.Exit(child.Main())
	}
	testscript.Main(m, map[string]func(){"midspan": main})
}

// TestTranscripts runs every script in testdata: a manual that cannot be out of date.
// Besides testscript's own commands a script may use
//
//	exits CODE midspan ARG...    run, and require that exit code
//	repository DIR               write a git repository with one commit of DIR's files
//	within COLUMNS               require that no line of the last output is wider
//
// Those of readSample begin with a store in which the sample was read: their run of it is
// as a first one, and takes a quarter of its time. The transcript of run has a first one.
func TestTranscripts(t *testing.T) {
	store := sampleStore(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("MIDSPAN_AS_OF", "2026-06-30")
			env.Setenv("HOME", env.WorkDir)
			if !slices.Contains(readSample, strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")) {
				return nil
			}
			from, err := store()
			if err != nil {
				return err
			}
			return os.CopyFS(filepath.Join(env.WorkDir, ".midspan"), os.DirFS(from))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "repository": repository, "within": within},
	})
}

// readSample are transcripts that run the sample for what they show of it.
var readSample = []string{"formats", "policy", "sbom"}

// sampleStore reads the sample once, when it is first asked for the store of that.
func sampleStore(t *testing.T) func() (store string, err error) {
	dir := t.TempDir()
	return sync.OnceValues(func() (string, error) {
		cmd := exec.Command("midspan", "run", "--quiet")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "MIDSPAN_AS_OF=2026-06-30", "HOME="+dir)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != exitGaps {
			return "", fmt.Errorf("read the sample: %w: %s", err, out)
		}
		return filepath.Join(dir, ".midspan"), nil
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func repository(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: repository DIR")
	}
	dir := ts.MkAbs(args[0])
	for _, git := range [][]string{
		{"init", "-q", "-b", "main"}, {"add", "-A"},
		{"-c", "user.name=Dev", "-c", "user.email=dev@team.example", "commit", "-q", "-m", "first"},
	} {
		cmd := exec.Command("git", git...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE=2026-06-01T00:00:00Z", "GIT_COMMITTER_DATE=2026-06-01T00:00:00Z", "GIT_CONFIG_GLOBAL=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			ts.Fatalf("git %v: %v: %s", git, err, out)
		}
	}
}

// within requires that no line of the last output is wider.
func within(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: within COLUMNS")
	}
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > most {
			ts.Fatalf("%d columns: %s", n, line)
		}
	}
}

// TestEveryCommandHasATranscript keeps the manual whole.
func TestEveryCommandHasATranscript(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	var all strings.Builder
	for _, script := range scripts {
		data, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, command := range (&app{}).root().Commands() {
		if !strings.Contains(all.String(), "midspan "+command.Name()) {
			t.Errorf("no transcript shows midspan %s", command.Name())
		}
	}
}
