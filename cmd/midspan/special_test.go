//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

// runAlone runs the program in a folder with nothing in its environment but a home, and
// returns its exit code and what it printed. A run that does not end is killed.
func runAlone(t *testing.T, dir string, env []string, args ...string) (code int, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "midspan", args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(dir, "home"), "TMPDIR=" + t.TempDir(), "MIDSPAN_AS_OF=2026-06-30"}, env...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		t.Errorf("midspan %q did not end: %s", args, out)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(out)
	}
	if err != nil {
		t.Fatalf("midspan %q: %v", args, err)
	}
	return 0, string(out)
}

// specialFolder has a table of one repository, a work tree, and a pipe, a link to it, a
// socket and a link to an endless device.
func specialFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	bare := filepath.Join(dir, "given", "tool")
	gittest.Import(t, bare, gittest.Commit{When: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Files: gittest.Files(map[string]string{"requirements.txt": "requests==2.19.0\n"})})
	gittest.Run(t, dir, nil, "clone", "-q", bare, filepath.Join(dir, "work"))
	write(t, filepath.Join(dir, "goods.csv"), "name,url\ntool,https://forge.example/o/tool\n")
	write(t, filepath.Join(dir, "osv", "PyPI", "TEST-1.json"), `{"id":"TEST-1","modified":"2026-01-01T00:00:00Z",
		"affected":[{"package":{"ecosystem":"PyPI","name":"requests"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}`)
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Skip(err) // the folder's path is too long for a socket
	}
	t.Cleanup(func() { socket.Close() })
	err = errors.Join(syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600), os.Symlink("pipe", filepath.Join(dir, "link")), os.Symlink("/dev/zero", filepath.Join(dir, "endless")))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestNoPipeDeviceOrSocketIsWaitedFor names one wherever a file can be named, and puts
// one wherever a file is looked for.
func TestNoPipeDeviceOrSocketIsWaitedFor(t *testing.T) {
	dir := specialFolder(t)
	run := []string{"run", "--offline", "--quiet", "--catalog=goods.csv", "--mirror=given/{name}"}
	for _, special := range []string{"pipe", "link", "socket", "endless"} {
		for _, args := range [][]string{
			{"run", "--offline", "--quiet", "--catalog=" + special},
			append(run, "--config="+special), append(run, "--rules="+special), append(run, "--store="+special), append(run, "--out="+special), append(run, "--cache="+special),
			{"check", "work", "--offline", "--policy=" + special}, {"policy", special}, {"check", special, "--offline"},
			{"advisories", "import", special}, {"sbom", "--to=" + special},
		} {
			if code, output := runAlone(t, dir, nil, args...); code != exitError && code != exitUsage {
				t.Errorf("midspan %q: exit code %d: %s", args, code, output)
			}
		}
		if code, output := runAlone(t, dir, []string{"MIDSPAN_CONFIG=" + special}, "config"); code != exitUsage {
			t.Errorf("MIDSPAN_CONFIG=%s: exit code %d: %s", special, code, output)
		}
		// A database that cannot be read makes findings unknown.
		if code, output := runAlone(t, dir, nil, append(run, "--advisories="+special, "--store=s1", "--out=o1")...); code != exitGaps {
			t.Errorf("--advisories=%s: exit code %d: %s", special, code, output)
		}
	}
	if code, output := runAlone(t, dir, nil, append(run, "--advisories=osv", "--store=sound", "--out=sound-report")...); code != 0 {
		t.Fatalf("with files alone: exit code %d: %s", code, output)
	}
}

// TestNoPipeInTheFoldersThatAreReadIsWaitedFor puts a pipe in the place of each file that
// is looked for in a folder.
func TestNoPipeInTheFoldersThatAreReadIsWaitedFor(t *testing.T) {
	for name, want := range map[string][]int{
		"store/midspan.db": {exitError}, "store/midspan.db.run": {exitError}, "store/midspan.db.lock": {exitError}, "store/midspan.db-wal": {exitError},
		"store/advisories.lock": {exitError}, "store/mirrors": {0, exitGaps}, "store/osv": {0, exitGaps},
		"osv/kev.json": {0, exitGaps}, "osv/PyPI/all.zip": {exitGaps}, "osv/PyPI/TEST-2.json": {0, exitGaps}, "osv/npm/all.zip": {0, exitGaps}, "osv/kev.json.fetched": {0, exitGaps},
		"osv/PyPI/all.zip.fetched": {0, exitGaps}, "report/.midspan-report.json": {exitError}, "report/index.html": {exitError}, "report/.midspan-lock": {exitError},
		"midspan.yaml": {exitUsage}, "home/.config/midspan/midspan.yaml": {exitUsage},
		"catalog/publiccode.yml": {exitError}, "catalog/nominees/x.json": {exitError}, "catalog/a/publiccode.yaml": {exitError},
	} {
		dir := specialFolder(t)
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), syscall.Mkfifo(path, 0o600)); err != nil {
			t.Fatal(err)
		}
		catalog := "goods.csv"
		if strings.HasPrefix(name, "catalog/") {
			catalog = "catalog"
		}
		code, output := runAlone(t, dir, nil, "run", "--offline", "--quiet", "--catalog="+catalog, "--mirror=given/{name}", "--advisories=osv", "--store=store", "--out=report")
		if code != want[0] && code != want[len(want)-1] {
			t.Errorf("a pipe at %s: exit code %d, want %v: %s", name, code, want, output)
		}
	}
}

func TestStandardInputIsReadWhereItIsAskedFor(t *testing.T) {
	dir := specialFolder(t)
	cmd := exec.Command("midspan", "catalog", "show", "--catalog=-", "--store=store")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader("name,url\ntool,https://forge.example/o/tool\n")
	if out, err := cmd.Output(); err != nil || !strings.Contains(string(out), "https://forge.example/o/tool") {
		t.Errorf("a catalog: %v: %s", err, out)
	}
	cmd = exec.Command("midspan", "config", "--config=-")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader("limit: 7\nstore: s\n")
	if out, err := cmd.Output(); err != nil || !strings.Contains(string(out), "limit: 7") {
		t.Errorf("settings: %v: %s", err, out)
	}
}

// TestAddressesInThePlaceOfPathsAreRefusedAndNotRepeated gives each setting of a path an
// address with a password. Only the store may be at an address, of PostgreSQL: nothing
// answers at this one, and its password is not repeated either.
func TestAddressesInThePlaceOfPathsAreRefusedAndNotRepeated(t *testing.T) {
	dir := specialFolder(t)
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("HOME", filepath.Join(dir, "home"))
	t.Setenv("MIDSPAN_AS_OF", "2026-06-30")
	const secret = "hunter2"
	for _, address := range []string{"postgres://u:" + secret + "@h/d", "Postgres://u:" + secret + "@h/d", " postgres:u:" + secret + "@h/d", "//u:" + secret + "@h/d", "u:" + secret + "@h/d",
		"https:/u:" + secret + "@h/d", "git@" + secret + ":d", "s3://" + secret + "@b", "x=postgres://u:" + secret + "@h"} {
		for _, setting := range []string{"store", "out", "cache", "rules", "config", "mirror", "advisories", "catalog"} {
			value := address
			if setting == "mirror" {
				value += "/{name}"
			}
			wantRun, wantConfig := exitUsage, exitUsage
			if setting == "store" && strings.HasPrefix(strings.ToLower(value), "postgres://") {
				wantRun, wantConfig = exitError, 0
			}
			for _, c := range []struct {
				want int
				args []string
			}{{wantRun, []string{"run", "--offline", "--" + setting + "=" + value}}, {wantConfig, []string{"config", "--" + setting + "=" + value}}} {
				code, output := runInside(t, nil, c.args...)
				if code != c.want || strings.Contains(output, secret) {
					t.Errorf("midspan %q: exit code %d, want %d: %s", c.args, code, c.want, output)
				}
			}
			variable := "MIDSPAN_" + strings.ToUpper(setting) + "=" + value
			if code, output := runInside(t, []string{variable}, "config"); code != wantConfig || strings.Contains(output, secret) {
				t.Errorf("%s: exit code %d: %s", variable, code, output)
			}
		}
		for _, args := range [][]string{{"check", "work", "--policy=" + address}, {"check", "work", "--badge=" + address + ".svg"}, {"sbom", "--to=" + address},
			{"advisories", "import", address}, {"policy", address}, {"policy", "adoption", address + ".json"}, {"diff", address + ".json"}} {
			if code, output := runInside(t, nil, args...); code != exitUsage && code != exitError || strings.Contains(output, secret) {
				t.Errorf("midspan %q: exit code %d: %s", args, code, output)
			}
		}
	}
	os.RemoveAll(filepath.Join(dir, ".midspan")) // what sbom and diff work on
	os.RemoveAll(filepath.Join(dir, "home"))
	if after, err := os.ReadDir(dir); err != nil || len(after) != len(before) {
		t.Errorf("something was made: %v, %v", after, err)
	}
}

// runInside is runAlone in the process and the folder of the test, for commands that are
// refused: hundreds of processes would take most of the time. env are variables of this
// command alone.
func runInside(t *testing.T, env []string, args ...string) (code int, output string) {
	t.Helper()
	for _, variable := range env {
		name, value, _ := strings.Cut(variable, "=")
		if err := os.Setenv(name, value); err != nil {
			t.Fatal(err)
		}
		defer os.Unsetenv(name)
	}
	var printed bytes.Buffer
	code = execute(t.Context(), args, &printed, &printed, time.Now)
	return code, printed.String()
}

// TestWithoutAHomeACheckStillWorks has no folder for a cache.
func TestWithoutAHomeACheckStillWorks(t *testing.T) {
	dir := specialFolder(t)
	for _, env := range [][]string{{"HOME="}, {"XDG_CACHE_HOME=relative"}} {
		code, output := runAlone(t, dir, env, "check", "work", "--offline", "--quiet")
		if code != exitGaps || !strings.Contains(output, "you have no folder for a cache") {
			t.Errorf("%q: exit code %d: %s", env, code, output)
		}
		if _, err := os.Lstat(filepath.Join(dir, "relative")); err == nil {
			t.Error("a relative cache was made")
		}
	}
	if code, output := runAlone(t, dir, []string{"HOME="}, "advisories", "import", "osv", "--quiet"); code != 0 {
		t.Errorf("advisories without a home: exit code %d: %s", code, output)
	}
}
