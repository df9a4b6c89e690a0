//go:build unix

package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

// crashFixture is a catalog with its repositories and advisories on this machine. The
// repositories have no licence: to recognise one costs each process two seconds.
type crashFixture struct {
	catalog, advisories string
	origins             string
}

// newCrashFixture writes a few repositories, serves them by HTTP with a delay, and
// writes advisories for their packages.
func newCrashFixture(t *testing.T) *crashFixture {
	t.Helper()
	dir := t.TempDir()
	b := &crashFixture{catalog: filepath.Join(dir, "goods.csv"), advisories: filepath.Join(dir, "osv"), origins: filepath.Join(dir, "origins")}
	origin, err := url.Parse(gittest.Serve(t, b.origins))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(origin)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // the client was killed
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Millisecond)
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	catalog := "name,url\n"
	for _, name := range []string{"alder", "birch", "cedar"} {
		bare := filepath.Join(b.origins, "trees", name+".git")
		if err := os.MkdirAll(bare, 0o755); err != nil {
			t.Fatal(err)
		}
		gittest.Run(t, bare, nil, "init", "-q", "--bare", "-b", "main")
		gittest.Run(t, bare, nil, "config", "uploadpack.allowFilter", "true")
		gittest.Run(t, bare, nil, "config", "uploadpack.allowAnySHA1InWant", "true")
		b.addCommits(t, name, 1, 20)
		catalog += fmt.Sprintf("%s,%s/trees/%s.git\n", name, server.URL, name)
	}
	write(t, b.catalog, catalog)
	for ecosystem, name := range map[string]string{"PyPI": "requests", "npm": "lodash"} {
		for i := range 40 {
			write(t, filepath.Join(b.advisories, ecosystem, fmt.Sprintf("TEST-%s-%d.json", ecosystem, i)), fmt.Sprintf(
				`{"id":"TEST-%[1]s-%[3]d","modified":"2026-01-01T00:00:00Z","published":"2025-01-01T00:00:00Z","affected":[{"package":{"ecosystem":%[1]q,"name":"%[2]s%[4]s"},
				"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"9.%[3]d.0"}]}]}]}`, ecosystem, name, i, strings.Repeat("x", i/2)))
		}
	}
	return b
}

// addCommits adds commits to a repository, the first of them numbered from.
func (b *crashFixture) addCommits(t *testing.T, name string, from, count int) {
	t.Helper()
	commits := make([]gittest.Commit, count)
	for n := range commits {
		i := from + n
		commits[n] = gittest.Commit{
			Author: fmt.Sprintf("Dev %d <dev%d@team.example>", i%3, i%3), When: time.Date(2026, 1, 1+7*i, 0, 0, 0, 0, time.UTC), Message: "work",
			Files: gittest.Files(map[string]string{
				"README.md": fmt.Sprintf("# %s %d\n", name, i), "requirements.txt": fmt.Sprintf("requests==2.%d.0\n", i%9),
				"web/package-lock.json": fmt.Sprintf(`{"name":%q,"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.%d"}}}`, name, i%9),
				"src/main.py":           strings.Repeat("import requests\n", i),
			}),
		}
	}
	gittest.Import(t, filepath.Join(b.origins, "trees", name+".git"), commits...)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// command returns a run in a folder of its own, with progress as lines.
func (b *crashFixture) command(dir string, more ...string) *exec.Cmd {
	cmd := exec.Command("midspan", append([]string{"run", "--catalog=" + b.catalog, "--advisories=" + b.advisories, "--allow-private", "--as-of=2026-06-30", "--store=store", "--out=out", "--jobs=2"}, more...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// progressLine is a line of progress with its time.
type progressLine struct {
	line string
	at   time.Duration
}

// killPoint is when to kill: this long after this many lines of progress.
type killPoint struct {
	lines   int
	after   time.Duration
	keepGit bool           // the git processes are not killed
	signal  syscall.Signal // sent in place of SIGKILL, to the process alone; 0 kills
}

// runResult is a run that was killed, or that ended before.
type runResult struct {
	killed bool
	stage  string // the last line that it wrote before
	events []progressLine
	took   time.Duration
	ended  time.Duration // from the signal to the end
	code   int
	output string
}

// runAndKill starts a run and kills it at the kill point, or never where it is nil.
func (b *crashFixture) runAndKill(t *testing.T, dir string, when *killPoint, more ...string) runResult {
	t.Helper()
	cmd := b.command(dir, more...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(stderr); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	a := runResult{stage: "start"}
	var due <-chan time.Time
	var signalled time.Time
	killedCode := 1
	if when == nil || when.signal == 0 {
		killedCode = -1 // by a signal: no exit code
	}
	for open := true; open; {
		if when != nil && due == nil && len(a.events) >= when.lines {
			due = time.After(when.after)
		}
		select {
		case line, more := <-lines:
			if open = more; more {
				if !a.killed {
					a.stage, _, _ = strings.Cut(line, " ")
				}
				a.events = append(a.events, progressLine{line, time.Since(start)})
				a.output += line + "\n"
			}
		case <-due:
			signalled = time.Now()
			if when.signal != 0 {
				_ = cmd.Process.Signal(when.signal) // it may be over
			} else {
				kill(cmd.Process.Pid, when.keepGit)
			}
			a.killed, when, due = true, nil, nil
		}
	}
	_ = cmd.Wait() // killed on purpose, or its exit code is looked at
	a.took = time.Since(start)
	a.code = cmd.ProcessState.ExitCode()
	a.ended = time.Since(signalled)
	a.killed = a.killed && a.code == killedCode
	a.output += stdout.String()
	return a
}

// kill ends a process group with SIGKILL. git runs in process groups of its own, which
// are killed too, or left running.
func kill(pid int, keepGit bool) {
	victims := []int{pid}
	if !keepGit {
		victims = append(victims, descendants(pid)...)
	}
	for _, victim := range victims {
		_ = syscall.Kill(-victim, syscall.SIGKILL) // it may have ended, or be in another group
		_ = syscall.Kill(victim, syscall.SIGKILL)
	}
}

// descendants lists the processes below one, as far as /proc tells.
func descendants(pid int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// "pid (name) state parent": the name may contain anything.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		child, err1 := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, err2 := strconv.Atoi(fields[1])
		if err := errors.Join(err1, err2); err == nil {
			children[parent] = append(children[parent], child)
		}
	}
	all := children[pid]
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// stamp matches the part of a report that depends on when it was written.
var stamp = regexp.MustCompile(`"stamp": "[0-9a-f]*"`)

// readFiles reads all files below a folder by their paths.
func readFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = stamp.ReplaceAllString(string(text), "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// compareFiles compares two folders byte for byte.
func compareFiles(t *testing.T, want, got map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if text, ok := got[name]; !ok || text != want[name] {
			t.Errorf("%s is not what an undisturbed run writes (there: %v)", name, ok)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is written by no undisturbed run", name)
		}
	}
}

// storedUnits lists the finished units of work in a store with their row ids: a unit
// that is written again gets another row id.
func storedUnits(t *testing.T, store string) map[string]string {
	t.Helper()
	// A copy is read, so that the store stays as the killed process left it.
	copied := t.TempDir()
	found, _ := filepath.Glob(filepath.Join(store, "midspan.db*"))
	for _, path := range found {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(copied, filepath.Base(path)), string(text))
	}
	if len(found) == 0 {
		return nil
	}
	db, err := sql.Open("sqlite", filepath.Join(copied, "midspan.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var integrity string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&integrity); err != nil || integrity != "ok" {
		t.Errorf("the store is damaged: %s, %v", integrity, err)
	}
	all := map[string]string{}
	for _, query := range []string{
		"SELECT 'observation ' || work_key, rowid || ' ' || took_ms FROM observations",
		"SELECT 'inventory ' || work_key, rowid FROM inventories",
		"SELECT 'match ' || work_key || ' ' || state, rowid FROM matches",
	} {
		rows, err := db.Query(query)
		if err != nil {
			if strings.Contains(err.Error(), "no such table") {
				continue // it was killed before the first table
			}
			t.Fatal(err)
		}
		for rows.Next() {
			var unit, rowID string
			if err := rows.Scan(&unit, &rowID); err != nil {
				t.Fatal(err)
			}
			all[unit] = rowID
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// checkIntact fails where a mirror or an advisory index that the next run would use is
// damaged or incomplete.
func checkIntact(t *testing.T, store string, cloned bool) {
	t.Helper()
	mirrors, _ := filepath.Glob(filepath.Join(store, "mirrors", "*", "*", "[^.]*.git")) // unfinished ones begin with a dot
	for _, mirror := range mirrors {
		head := strings.TrimSpace(gittest.Run(t, mirror, nil, "rev-parse", "HEAD"))
		gittest.Run(t, mirror, nil, "-c", "gc.auto=0", "rev-list", "--quiet", "--missing=allow-any", "--objects", "HEAD")
		mark, err := os.ReadFile(filepath.Join(mirror, "midspan-whole"))
		if cloned && (err != nil || !strings.HasPrefix(string(mark), head)) {
			t.Errorf("%s stands in its place and is not whole: %q, %v", mirror, mark, err)
		}
	}
	indexes, _ := filepath.Glob(filepath.Join(store, "advisories-*.db"))
	for _, index := range indexes {
		db, err := sql.Open("sqlite", "file:"+index+"?mode=ro&immutable=1")
		if err != nil {
			t.Fatal(err)
		}
		var integrity string
		if err := db.QueryRow("PRAGMA integrity_check").Scan(&integrity); err != nil || integrity != "ok" {
			t.Errorf("the index %s is damaged: %s, %v", index, integrity, err)
		}
		db.Close()
	}
}

// scenario is a folder to start from, with the expected output.
type scenario struct {
	name     string
	before   string            // the folder of an earlier run, or empty
	sections []section         // of an undisturbed run
	want     map[string]string // what that one writes
}

// runUndisturbed records a run that is not killed.
func (b *crashFixture) runUndisturbed(t *testing.T, name, before string) scenario {
	t.Helper()
	dir := t.TempDir()
	if before != "" {
		if err := os.CopyFS(dir, os.DirFS(before)); err != nil {
			t.Fatal(err)
		}
	}
	a := b.runAndKill(t, dir, nil)
	if a.code != 0 && a.code != exitGaps {
		t.Fatalf("exit code %d: %s", a.code, a.output)
	}
	return scenario{name, before, sectionsOf(a), readFiles(t, filepath.Join(dir, "out"))}
}

// section is a part of a run; it begins with a line of progress.
type section struct {
	lines int
	took  time.Duration
}

// sectionsOf splits a run where its stages begin: fetching and scanning (twice, so that
// it is chosen more often), the advisory index, matching, assessing and publishing.
func sectionsOf(a runResult) []section {
	var all []section
	from, lines, stage := time.Duration(0), 0, "scan"
	for i, e := range a.events {
		next, _, _ := strings.Cut(e.line, " ")
		if next == stage {
			continue
		}
		all = append(all, section{lines, e.at - from})
		from, lines, stage = e.at, i+1, next
	}
	all = append(all, section{lines, a.took - from})
	return append(all, all[0])
}

// chooseKillPoint chooses when to kill.
func (c scenario) chooseKillPoint(random *rand.Rand) *killPoint {
	section := c.sections[random.IntN(len(c.sections))]
	// Earlier times are likelier, because a run that continues another has less to do.
	fraction := random.Float64() * random.Float64()
	return &killPoint{lines: section.lines, after: time.Duration(fraction * float64(section.took)), keepGit: random.IntN(2) == 0}
}

// TestKilledAtAnyMomentTheNextRunEndsAsIfNothingHadHappened kills a run again
// and again until one comes to its end, and then begins anew, until it has
// killed 50 times. MIDSPAN_CRASH_SEED repeats the choice of moments,
// MIDSPAN_CRASH_KILLS changes their number.
func TestKilledAtAnyMomentTheNextRunEndsAsIfNothingHadHappened(t *testing.T) {
	seed, kills := envNumber(t, "MIDSPAN_CRASH_SEED", 20260630), envNumber(t, "MIDSPAN_CRASH_KILLS", 50)
	if testing.Short() {
		kills = min(kills, 8)
	}
	t.Logf("seed %d, %d kills", seed, kills)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	b := newCrashFixture(t)
	earlier := t.TempDir()
	if a := b.runAndKill(t, earlier, nil, "--as-of=2026-06-01"); a.code != 0 && a.code != exitGaps {
		t.Fatalf("exit code %d: %s", a.code, a.output)
	}
	b.addCommits(t, "birch", 21, 2)
	b.addCommits(t, "cedar", 21, 1)
	write(t, filepath.Join(b.advisories, "npm", "TEST-NEW.json"), `{"id":"TEST-NEW","modified":"2026-06-02T00:00:00Z","published":"2026-06-02T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"lodash"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}`)
	scenarios := []scenario{b.runUndisturbed(t, "first run", ""), b.runUndisturbed(t, "update", earlier)}
	killsByStage, rounds := map[string]int{}, 0
	for killed := 0; killed < kills; rounds++ {
		s := scenarios[rounds%len(scenarios)]
		killed += b.play(t, s, random, kills-killed, killsByStage)
		if t.Failed() {
			t.Fatalf("after %d kills, seed %d", killed, seed)
		}
	}
	t.Logf("%d runs were brought to their end; kills by the line before: %v", rounds, killsByStage)
}

func envNumber(t *testing.T, name string, fallback int) int {
	t.Helper()
	text, ok := os.LookupEnv(name)
	if !ok {
		return fallback
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return number
}

// killsPerRun is the largest number of kills before a run may end.
const killsPerRun = 6

// play kills a run again and again until it ends, and checks the store after each kill
// and the output at the end. It returns the number of kills.
func (b *crashFixture) play(t *testing.T, s scenario, random *rand.Rand, most int, killsByStage map[string]int) int {
	t.Helper()
	dir := t.TempDir()
	if s.before != "" {
		if err := os.CopyFS(dir, os.DirFS(s.before)); err != nil {
			t.Fatal(err)
		}
	}
	store := filepath.Join(dir, "store")
	done := storedUnits(t, store)
	killed := 0
	for {
		var when *killPoint
		if killed < min(most, killsPerRun) {
			when = s.chooseKillPoint(random)
		}
		a := b.runAndKill(t, dir, when)
		if a.killed {
			killed++
			killsByStage[a.stage]++
			checkIntact(t, store, s.before == "")
		}
		now := storedUnits(t, store)
		for unit, place := range done {
			if now[unit] != place {
				t.Errorf("%s: %s was done again: at %s, and now %q", s.name, unit, place, now[unit])
			}
		}
		done = now
		if a.killed {
			continue
		}
		if a.code != 0 && a.code != exitGaps {
			t.Fatalf("%s, after %d kills: exit code %d: %s", s.name, killed, a.code, a.output)
		}
		break
	}
	compareFiles(t, s.want, readFiles(t, filepath.Join(dir, "out")))
	for _, pattern := range []string{"*/*/*.git/*.lock", "*/*/*.git/refs/*/*.lock", "*/*/*.git/objects/pack/tmp_*", "*/*/.making-*"} {
		if left, _ := filepath.Glob(filepath.Join(store, "mirrors", filepath.FromSlash(pattern))); len(left) > 0 {
			t.Errorf("%s: left behind: %v", s.name, left)
		}
	}
	return killed
}

// TestAFullOrReadOnlyDiskIsSaidAndDamagesNothing works on small disks in memory,
// which only root or a user namespace can mount.
func TestAFullOrReadOnlyDiskIsSaidAndDamagesNothing(t *testing.T) {
	unshare := []string{"unshare", "--user", "--map-root-user", "--mount"}
	if os.Getuid() == 0 {
		unshare = []string{"unshare", "--mount"}
	}
	probe := append(slices.Clone(unshare), "mount", "-t", "tmpfs", "none", t.TempDir())
	if out, err := exec.Command(probe[0], probe[1:]...).CombinedOutput(); err != nil {
		t.Skipf("no small disk can be mounted here, so a full disk is not tested: %v: %s", err, out)
	}
	b := newCrashFixture(t)
	plain := t.TempDir()
	if a := b.runAndKill(t, plain, nil); a.code != 0 && a.code != exitGaps {
		t.Fatalf("exit code %d: %s", a.code, a.output)
	}
	want := readFiles(t, filepath.Join(plain, "out"))
	for _, test := range []struct{ name, disk, options string }{
		{"no room for the tables", "store", "size=64k"},
		{"little room in the store", "store", "size=400k"},
		{"more room in the store", "store", "size=700k"},
		{"almost enough room in the store", "store", "size=900k"},
		{"no room for the report", "out", "size=200k"},
		{"a store that is read only", "store", "ro"},
		{"a report's folder that is read only", "out", "ro"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"store", "out"} {
				if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			run := b.command(dir)
			script := append(slices.Clone(unshare), "sh", "-c", `
				mount -t tmpfs -o "$OPTIONS" none "$DISK" || exit 99
				"$@" >said 2>&1; echo $? >code
				mount -o remount,rw,size=500m "$DISK" || exit 99
				"$@" >again 2>&1; echo $? >code2
				cp -r out result`, "sh")
			cmd := exec.Command(script[0], append(script[1:], run.Args...)...)
			cmd.Dir, cmd.Env = dir, append(run.Env, "DISK="+test.disk, "OPTIONS="+test.options)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			all := readFiles(t, dir)
			switch code := strings.TrimSpace(all["code"]); {
			case code == "1" && namesDiskError(all["said"]):
			case (code == "0" || code == "3") && strings.HasPrefix(test.name, "almost"): // it may do
			default:
				t.Errorf("exit code %s: %s", code, all["said"])
			}
			t.Logf("it says: %s", lastLine(all["said"]))
			if code := strings.TrimSpace(all["code2"]); code != "0" && code != "3" {
				t.Errorf("the next run: exit code %s: %s", code, all["again"])
			}
			compareFiles(t, want, readFiles(t, filepath.Join(dir, "result")))
		})
	}
}

func namesDiskError(output string) bool {
	output = strings.ToLower(output)
	return slices.ContainsFunc([]string{"no space left", "disk is full", "read-only"}, func(part string) bool { return strings.Contains(output, part) })
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func TestAFileInTheWayIsNamed(t *testing.T) {
	b := newCrashFixture(t)
	for _, name := range []string{"store", "out"} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, name), "mine")
		a := b.runAndKill(t, dir, nil)
		if a.code != exitError || !strings.Contains(a.output, name) {
			t.Errorf("%s: exit code %d: %s", name, a.code, a.output)
		}
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != "mine" {
			t.Errorf("%s was damaged: %q, %v", name, text, err)
		}
	}
}

// The first run is killed at the end.
func TestASecondRunSaysThatTheStoreIsInUseUntilTheFirstIsGone(t *testing.T) {
	b := newCrashFixture(t)
	dir := t.TempDir()
	first := b.command(dir)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	claim := filepath.Join(dir, "store", "midspan.db.run.process")
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if text, err := os.ReadFile(claim); err == nil && string(text) == strconv.Itoa(first.Process.Pid) {
			break
		}
	}
	if err := first.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	a := b.runAndKill(t, dir, nil, "--out=other")
	if a.code != exitError || !strings.Contains(a.output, fmt.Sprintf("in use by another run (process %d)", first.Process.Pid)) {
		t.Errorf("beside the first: exit code %d: %s", a.code, a.output)
	}
	kill(first.Process.Pid, true)
	_ = first.Wait()
	if a := b.runAndKill(t, dir, nil); a.code != 0 && a.code != exitGaps {
		t.Errorf("after its death: exit code %d: %s", a.code, a.output)
	}
}

// TestInterruptedItEndsSoonAndKeepsWhatIsDone logs how long the end took. It sets no
// limit, because a busy machine may take longer.
func TestInterruptedItEndsSoonAndKeepsWhatIsDone(t *testing.T) {
	b := newCrashFixture(t)
	story := b.runUndisturbed(t, "interrupted", "")
	dir := t.TempDir()
	store := filepath.Join(dir, "store")
	var done map[string]string
	for _, in := range story.sections[:len(story.sections)-1] {
		when := &killPoint{lines: in.lines, after: in.took / 2, signal: syscall.SIGINT}
		a := b.runAndKill(t, dir, when)
		switch {
		case !a.killed:
			t.Logf("it was over before the interrupt after %d lines", in.lines)
		case a.code != exitError || !strings.Contains(a.output, "interrupted; what was finished is kept"):
			t.Errorf("exit code %d: %s", a.code, a.output)
		default:
			t.Logf("interrupted after %q, it ended within %s", a.stage, a.ended.Round(time.Millisecond))
		}
		now := storedUnits(t, store)
		for unit, place := range done {
			if now[unit] != place {
				t.Errorf("%s was done again", unit)
			}
		}
		done = now
	}
	if a := b.runAndKill(t, dir, nil); a.code != 0 && a.code != exitGaps {
		t.Errorf("exit code %d: %s", a.code, a.output)
	}
	compareFiles(t, story.want, readFiles(t, filepath.Join(dir, "out")))
}
