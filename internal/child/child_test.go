package child

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/registry"
)

func TestMain(m *testing.M) {
	if Requested(os.Args) {
		os.Exit(Main())
	}
	os.Exit(m.Run())
}

func allScanners(t *testing.T) []scanners.Scanner {
	t.Helper()
	all, err := registry.Every()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// ampleTime is the timeout of what is not to meet it: under the race detector the tables of
// the licence scanner alone take ten seconds of CPU, which a busy machine makes minutes.
const ampleTime = 10 * time.Minute

// newPool returns a pool with a Git of its own.
func newPool(t *testing.T, change func(*Options)) (*Pool, *gitrepo.Git) {
	t.Helper()
	all := allScanners(t)
	git, err := gitrepo.New(t.Context(), gitrepo.Options{Offline: true, Wants: scanners.CombinedWants(all)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = git.Close() })
	o := Options{Scratch: git.Scratch(), Scanners: Names(all), Timeout: ampleTime, Jobs: 2}
	if change != nil {
		change(&o)
	}
	pool, err := NewPool(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return pool, git
}

// repository makes a repository with some files.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, gittest.Commit{When: at, Files: gittest.Files(files)})
	return dir
}

var at = time.Date(2026, 6, 30, 23, 59, 59, 0, time.UTC)

// scanAll runs all scanners on a repository.
func scanAll(t *testing.T, reader Reader, dir string) (Opened, []observation.Observation) {
	t.Helper()
	open, err := reader.Open(t.Context(), dir, time.Time{}, ampleTime)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	var results []observation.Observation
	for _, scanner := range allScanners(t) {
		result, err := open.Scan(scanner, catalog.Repository{URL: "https://forge.example/o/r", Host: "forge.example", Owner: "o", Path: "r"}, at)
		if err != nil {
			t.Fatalf("%s: %v", scanner.Name(), err)
		}
		results = append(results, result)
	}
	return open.Opened(), results
}

var ordinary = map[string]string{
	"LICENSE": "MIT License\n", "go.mod": "module forge.example/o/r\n\ngo 1.20\n\nrequire example.org/m v1.2.3\n",
	"Dockerfile": "FROM debian\nRUN apt-get install -y git\n", "build.sh": "#!/bin/sh\ncurl https://example.org | sh\n", ".mailmap": "A <a@b.example>\n",
}

func TestAChildAnswersAsThisProcessWould(t *testing.T) {
	pool, git := newPool(t, nil)
	dir := repository(t, ordinary)
	wantOpened, want := scanAll(t, Inside{Git: git}, dir)
	gotOpened, got := scanAll(t, pool, dir)
	if a, b := encode(t, wantOpened), encode(t, gotOpened); a != b {
		t.Errorf("the child opened\n%s\nthis process\n%s", b, a)
	}
	if a, b := encode(t, want), encode(t, got); a != b {
		t.Errorf("the child found\n%s\nthis process\n%s", b, a)
	}
	for i := range want {
		if (want[i].Packages == nil) != (got[i].Packages == nil) {
			t.Errorf("%s: an inventory without packages is not the same as none", want[i].Scanner)
		}
	}
}

func encode(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOneChildServesManyRepositoriesAtOnce(t *testing.T) {
	pool, _ := newPool(t, nil)
	dirs := []string{repository(t, ordinary), repository(t, map[string]string{"package.json": "{}"})}
	var work sync.WaitGroup
	for _, dir := range append(dirs, dirs...) {
		work.Go(func() { scanAll(t, pool, dir) })
	}
	work.Wait()
	pool.mu.Lock()
	defer pool.mu.Unlock()
	if len(pool.all) != 1 {
		t.Errorf("%d children for four repositories, want one", len(pool.all))
	}
}

func TestErrorsOfTheChildKeepTheirClass(t *testing.T) {
	pool, git := newPool(t, nil)
	empty := gittest.Init(t, t.TempDir())
	for _, dir := range []string{empty.Dir, t.TempDir(), "/nowhere"} {
		_, want := Inside{Git: git}.Open(t.Context(), dir, time.Time{}, ampleTime)
		_, got := pool.Open(t.Context(), dir, time.Time{}, ampleTime)
		if want == nil || got == nil || want.Error() != got.Error() || gitrepo.CauseOf(want) != gitrepo.CauseOf(got) {
			t.Errorf("%s: the child says %v (%s), this process %v (%s)", dir, got, gitrepo.CauseOf(got), want, gitrepo.CauseOf(want))
		}
	}
	for _, want := range []error{&PanicError{"x"}, errors.New("plain"), &gitrepo.Error{Cause: observation.CauseEmpty, Op: "open", Subject: "x", Err: errors.New("y")}} {
		got := failureOf(want).err()
		if got.Error() != want.Error() || gitrepo.CauseOf(got) != gitrepo.CauseOf(want) {
			t.Errorf("%v became %v", want, got)
		}
	}
}

// killed kills the child of a repository and waits until it is gone.
func killed(open Repository) {
	child := open.(*remote).child
	child.kill()
	<-child.done
}

// A child that somebody kills costs no repository its measures: each is read again.
func TestAChildThatDiesIsReplacedAndNothingIsLost(t *testing.T) {
	pool, git := newPool(t, nil)
	dir := repository(t, ordinary)
	_, want := scanAll(t, Inside{Git: git}, dir)
	open, err := pool.Open(t.Context(), dir, time.Time{}, ampleTime)
	if err != nil {
		t.Fatal(err)
	}
	killed(open)
	var got []observation.Observation
	for _, scanner := range allScanners(t) {
		result, err := open.Scan(scanner, catalog.Repository{URL: "https://forge.example/o/r", Host: "forge.example", Owner: "o", Path: "r"}, at)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, result)
	}
	if err := open.Close(); err != nil {
		t.Error(err)
	}
	if encode(t, want) != encode(t, got) {
		t.Error("after the death of the child something else was found")
	}
	scanAll(t, pool, dir)
}

// What dies over one repository alone is that repository's own failure, with its class.
func TestAChildThatDiesAgainIsTheRepositorysFailure(t *testing.T) {
	pool, _ := newPool(t, nil)
	open, err := pool.Open(t.Context(), repository(t, ordinary), time.Time{}, ampleTime)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	r := open.(*remote)
	killed(open)
	scanner := allScanners(t)[0]
	if _, err := open.Scan(scanner, catalog.Repository{URL: "x"}, at); err != nil {
		t.Fatal(err)
	}
	if !r.alone {
		t.Fatal("it was not read alone after the child that it shared had died")
	}
	killed(open)
	_, err = open.Scan(scanner, catalog.Repository{URL: "x"}, at)
	if ended, ok := errors.AsType[*EndedError](err); !ok || ended.Cause != observation.CauseScannerFailed || ended.Lasting {
		t.Fatalf("%v, want an end of another reason than a limit", err)
	}
	if _, err := open.Scan(scanner, catalog.Repository{URL: "x"}, at); err != nil {
		t.Errorf("the next scanner: %v, want a new child", err)
	}
}

func TestTheLimitOnMemoryEndsTheChildAndNotTheRun(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the system has no limit on memory that fits")
	}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("the race detector needs more memory than the limit of this test")
	}
	pool, _ := newPool(t, func(o *Options) { o.Memory, o.Jobs = 300<<20, 1 })
	// Each component of three bytes becomes one of hundreds.
	bill := `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[` + strings.Repeat(`{},`, 2_000_000) + `{}]}`
	open, err := pool.Open(t.Context(), repository(t, map[string]string{"bom.json": bill}), time.Time{}, ampleTime)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	for _, scanner := range allScanners(t) {
		_, err := open.Scan(scanner, catalog.Repository{URL: "x"}, at)
		ended, over := errors.AsType[*EndedError](err)
		reads := strings.HasPrefix(scanner.Name(), "osv") // a replay has the same readers
		switch {
		case reads && (!over || ended.Cause != observation.CauseOverLimit || !ended.Lasting):
			t.Errorf("%s: %v, want over the limit", scanner.Name(), err)
		case !reads && err != nil:
			t.Errorf("%s: %v", scanner.Name(), err)
		}
	}
}

// A library in the middle of a file looks at no context: its process is killed, and the
// failure is remembered, for the same file would take as long again.
func TestWorkThatDoesNotStopIsKilled(t *testing.T) {
	pool, _ := newPool(t, func(o *Options) { o.Grace = time.Millisecond })
	bill := `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[` + strings.Repeat(`{"type":"library","name":"a"},`, 500_000) + `{}]}`
	dir := repository(t, map[string]string{"bom.json": bill})
	i := slices.IndexFunc(allScanners(t), func(s scanners.Scanner) bool { return s.Name() == "osv" })
	var open Repository
	var child *process
	var err error
	// On a busy machine the time may end before the library has the text: then the work
	// stops when it is asked to. It begins again with more time, and is opened anew for that:
	// what was stopped once stays stopped.
	for allowed := 50 * time.Millisecond; ; allowed *= 2 {
		if open, err = pool.Open(t.Context(), dir, time.Time{}, ampleTime); err != nil {
			t.Fatal(err)
		}
		r := open.(*remote)
		child = r.child
		var cancel context.CancelFunc
		r.ctx, cancel = context.WithTimeout(t.Context(), allowed)
		defer cancel()
		_, err = open.Scan(allScanners(t)[i], catalog.Repository{URL: "x"}, at)
		if _, ended := errors.AsType[*EndedError](err); ended || err == nil || allowed > time.Minute {
			break
		}
		open.Close()
	}
	defer open.Close()
	if ended, ok := errors.AsType[*EndedError](err); !ok || ended.Cause != observation.CauseOverLimit || !ended.Lasting {
		t.Errorf("%v, want over the limit", err)
	}
	select {
	case <-child.done:
	default:
		t.Error("the child was not killed")
	}
	if _, err := open.Scan(allScanners(t)[0], catalog.Repository{URL: "x"}, at); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the next scanner: %v, want that the time is over", err)
	}
	scanAll(t, pool, repository(t, ordinary))
}

// A child ends with its parent, however that ends: its standard input ends.
func TestAChildEndsWithItsInput(t *testing.T) {
	pool, _ := newPool(t, nil)
	open, err := pool.Open(t.Context(), repository(t, ordinary), time.Time{}, ampleTime)
	if err != nil {
		t.Fatal(err)
	}
	child := open.(*remote).child
	_ = child.in.Close()
	select {
	case <-child.done:
	case <-time.After(10 * time.Second):
		t.Fatal("the child is still there")
	}
	child.killed.Do(func() { t.Error("it can still be killed, when its number may be another process's") })
	_ = open.Close()
}

func TestMessagesAreBounded(t *testing.T) {
	var buffer bytes.Buffer
	if err := write(&buffer, answer{Failure: &failure{Text: strings.Repeat("x", 100)}}, 50); !errors.Is(err, errTooLong) || buffer.Len() > 0 {
		t.Errorf("%v, and %d bytes written", err, buffer.Len())
	}
	if err := write(&buffer, request{Kind: greet}, maxRequest); err != nil {
		t.Fatal(err)
	}
	if err := read(bytes.NewReader(buffer.Bytes()), &request{}, 5); !errors.Is(err, errTooLong) {
		t.Errorf("%v, want too long", err)
	}
	if err := read(strings.NewReader("\xff\xff\xff\xff{}"), &request{}, maxRequest); !errors.Is(err, errTooLong) {
		t.Errorf("%v, want too long", err)
	}
}

func TestClosingThePoolEndsItsChildren(t *testing.T) {
	pool, _ := newPool(t, nil)
	open, err := pool.Open(t.Context(), repository(t, ordinary), time.Time{}, ampleTime)
	if err != nil {
		t.Fatal(err)
	}
	child := open.(*remote).child
	_ = pool.Close()
	select {
	case <-child.done:
	case <-time.After(10 * time.Second):
		t.Fatal("the child is still there")
	}
	if _, err := pool.Open(t.Context(), "x", time.Time{}, ampleTime); err == nil {
		t.Error("a closed pool opened a repository")
	}
	_ = open.Close()
}

func TestAChildGetsNoTokenAndNoMoreThanItNeeds(t *testing.T) {
	t.Setenv("GITHUB_TOKEN", "secret")
	t.Setenv("HTTPS_PROXY", "http://u:secret@proxy.example")
	for _, entry := range environment() {
		if slices.Contains([]string{"GITHUB_TOKEN=secret", "HTTPS_PROXY=http://u:secret@proxy.example"}, entry) {
			t.Error(entry)
		}
	}
}

func TestTheRunsEndIsNoFailureOfTheRepository(t *testing.T) {
	pool, _ := newPool(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	open, err := pool.Open(ctx, repository(t, ordinary), time.Time{}, ampleTime)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	cancel()
	if _, err := open.Scan(allScanners(t)[0], catalog.Repository{URL: "x"}, at); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the end of the run", err)
	}
}

func TestAChildOpensARepositoryAsItStood(t *testing.T) {
	pool, git := newPool(t, nil)
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, gittest.Commit{When: at.AddDate(-1, 0, 0), Files: gittest.Files(ordinary)},
		gittest.Commit{When: at, Files: gittest.Files(map[string]string{"README": "later"})})
	then := at.AddDate(0, -1, 0)
	for _, reader := range []Reader{Inside{Git: git}, pool} {
		open, err := reader.Open(t.Context(), dir, then, ampleTime)
		if err != nil {
			t.Fatal(err)
		}
		if got := open.Opened(); !got.Committed.Equal(at.AddDate(-1, 0, 0)) || !got.ObservedUntil.Equal(then) {
			t.Errorf("%T opened %+v", reader, got)
		}
		if err := open.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestLockfilesAreReadAtTheCommitThatWasScanned: by this process and by a child, wherever
// the branch is by now.
func TestLockfilesAreReadAtTheCommitThatWasScanned(t *testing.T) {
	pool, git := newPool(t, nil)
	dir := filepath.Join(t.TempDir(), "r.git")
	files := map[string]string{"broken/package-lock.json": "{"}
	var paths []string
	for i := range 2*maxPaths + 1 {
		name := fmt.Sprintf("p%02d/package-lock.json", i)
		files[name] = `{"lockfileVersion": 3, "packages": {"node_modules/left": {"version": "1.0.0", "license": "MIT"}}}`
		paths = append(paths, name)
	}
	gittest.Import(t, dir, gittest.Commit{When: at.AddDate(-1, 0, 0), Files: gittest.Files(files)},
		gittest.Commit{When: at, Files: gittest.Files(map[string]string{"p00/package-lock.json": "{}"})})
	for _, reader := range []Reader{Inside{Git: git, Scanners: allScanners(t)}, pool} {
		then, err := reader.Open(t.Context(), dir, at.AddDate(0, -1, 0), ampleTime)
		if err != nil {
			t.Fatal(err)
		}
		open, err := reader.OpenCommit(t.Context(), dir, then.Opened().Commit, ampleTime)
		if err != nil {
			t.Fatal(err)
		}
		locks, err := open.Locks(append(paths, "broken/package-lock.json", "gone/yarn.lock"))
		if err != nil || len(locks) != len(paths) {
			t.Fatalf("%T read %d lockfiles of %d: %v", reader, len(locks), len(paths), err)
		}
		for i, lock := range locks {
			if p := lock.Packages; lock.Path != paths[i] || len(p) != 1 || p[0].Name != "left" || !slices.Equal(p[0].Licenses, []string{"MIT"}) {
				t.Errorf("%T read %+v", reader, lock)
			}
		}
		for _, no := range []string{strings.Repeat("0", 40), "HEAD"} {
			if other, err := reader.OpenCommit(t.Context(), dir, no, ampleTime); err == nil {
				t.Errorf("%T opened %s", reader, no)
				_ = other.Close()
			}
		}
		if err := errors.Join(then.Close(), open.Close()); err != nil {
			t.Error(err)
		}
	}
}
