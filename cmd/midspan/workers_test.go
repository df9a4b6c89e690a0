//go:build unix

package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/postgres/postgrestest"
)

// TestWorkersOnPostgreSQLWriteTheReportOfOneMachineOnSQLite runs over repositories of a
// server: alone, with two workers, and with two of which one is killed while it works.
func TestWorkersOnPostgreSQLWriteTheReportOfOneMachineOnSQLite(t *testing.T) {
	b := newCrashFixture(t)
	server := postgrestest.Start(t)
	defer server.Close()
	alone := t.TempDir()
	if out, err := b.command(alone).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := reportFiles(t, filepath.Join(alone, "out"))
	for _, test := range []struct {
		name string
		kill bool
	}{{"two workers", false}, {"one of two is killed", true}} {
		t.Run(test.name, func(t *testing.T) {
			address := server.Database(t)
			var workers []*exec.Cmd
			for range 2 {
				workers = append(workers, startWorker(t, address))
			}
			dir := t.TempDir()
			cmd := b.command(dir, "--store="+address, "--cache=cache")
			var output bytes.Buffer
			cmd.Stdout, cmd.Stderr = &output, &output
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if test.kill {
				time.Sleep(time.Second)
				_ = workers[0].Process.Kill()
			}
			if err := cmd.Wait(); err != nil {
				t.Fatalf("%v\n%s", err, output.String())
			}
			got := reportFiles(t, filepath.Join(dir, "out"))
			for name, text := range want {
				if got[name] != text {
					t.Errorf("%s is not as of one machine", name)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d files, want %d", len(got), len(want))
			}
		})
	}
}

func startWorker(t *testing.T, address string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("midspan", "worker", "--allow-private", "--store="+address, "--cache=cache", "--jobs=1")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "TMPDIR="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	return cmd
}

// reportFiles are the files of a report by name, without the list that Midspan keeps of
// them, which holds a stamp.
func reportFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".midspan") {
			return err
		}
		text, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
