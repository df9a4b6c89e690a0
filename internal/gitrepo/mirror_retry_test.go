package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

// intercept puts a server before the origin that may handle requests itself. do returns
// true where it did.
func (s *testOrigin) intercept(t *testing.T, do func(w http.ResponseWriter, r *http.Request, n int) bool) *atomic.Int32 {
	t.Helper()
	origin, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	origin.Path = ""
	proxy := httputil.NewSingleHostReverseProxy(origin)
	requests := new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !do(w, r, int(requests.Add(1))) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL + "/origin.git"
	return requests
}

func reply(code int, header ...string) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		return true
	}
}

func hangUp(w http.ResponseWriter) bool {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		conn.Close()
	}
	return true
}

// raw writes these bytes and closes the connection.
func raw(text string) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		if conn, buffer, err := w.(http.Hijacker).Hijack(); err == nil {
			_, _ = buffer.WriteString(text)
			_ = buffer.Flush()
			conn.Close()
		}
		return true
	}
}

func threeCommits() []gittest.Commit {
	return append(twoCommits(), commit(t0+90000, ada, "more", entry("100644", "a/b/deep.sh", "#!/bin/sh\n")))
}

func TestEachServerResponseHasItsCause(t *testing.T) {
	date := "Mon, 01 Jun 2026 00:00:00 GMT"
	upload := "\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n"
	for _, test := range []struct {
		name      string
		do        func(http.ResponseWriter, *http.Request, int) bool
		want      observation.Cause
		retryable bool
		after     time.Duration
	}{
		{"dropped", func(w http.ResponseWriter, _ *http.Request, _ int) bool { return hangUp(w) }, observation.CauseUnreachable, true, 0},
		{"401", reply(401, "WWW-Authenticate", `Basic realm="x"`), observation.CauseNotFound, false, 0},
		{"403", reply(403), observation.CauseNotFound, false, 0},
		{"403 as a rate limit", reply(403, "X-RateLimit-Remaining", "0", "Retry-After", "9"), observation.CauseUnreachable, true, 9 * time.Second},
		{"404", reply(404), observation.CauseNotFound, false, 0},
		{"410", reply(410), observation.CauseNotFound, false, 0},
		{"451", reply(451), observation.CauseNotFound, false, 0},
		{"429 with seconds", reply(429, "Retry-After", "7"), observation.CauseUnreachable, true, 7 * time.Second},
		{"429 with a date", reply(429, "Date", date, "Retry-After", "Mon, 01 Jun 2026 00:00:30 GMT"), observation.CauseUnreachable, true, 30 * time.Second},
		{"500", reply(500), observation.CauseUnreachable, true, 0},
		{"501", reply(501), observation.CauseUnreachable, false, 0},
		{"502", reply(502), observation.CauseUnreachable, true, 0},
		{"503", reply(503, "Retry-After", "3"), observation.CauseUnreachable, true, 3 * time.Second},
		{"a loop", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			http.Redirect(w, r, r.URL.String(), http.StatusFound)
			return true
		}, observation.CauseUnreachable, false, 0},
		{"a page", raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"), observation.CauseBadURL, false, 0},
		{"a page called git", raw("HTTP/1.1 200 OK" + upload + "Content-Length: 13\r\n\r\n<html></html>"), observation.CauseCorrupt, false, 0},
		{"nothing", raw("HTTP/1.1 200 OK" + upload + "Content-Length: 0\r\n\r\n"), observation.CauseUnreachable, true, 0},
		{"less than it says", raw("HTTP/1.1 200 OK" + upload + "Content-Length: 99\r\n\r\n001e# service=git-upload-pack\n0000"), observation.CauseUnreachable, true, 0},
		{"cut", raw("HTTP/1.1 200 OK" + upload + "\r\n001e# service=git-upload-pack\n000000"), observation.CauseUnreachable, true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newGit(t, Options{AllowPrivate: true})
			o := serveOrigin(t, g, threeCommits()...)
			o.intercept(t, test.do)
			err := g.Mirror(t.Context(), o.url, o.dir)
			if CauseOf(err) != test.want || err == nil {
				t.Errorf("%s, want %s: %v", CauseOf(err), test.want, err)
			}
			if after, retryable := Retryable(err); retryable != test.retryable || after != test.after {
				t.Errorf("retryable %v after %s: %v", retryable, after, err)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(o.dir), "*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(o.dir), ".*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// damaged changes the packs of a fetch on their way.
type damaged struct {
	http.ResponseWriter
	written int
	damage  func(written int, p []byte) []byte
}

func (d *damaged) Write(p []byte) (int, error) {
	q := d.damage(d.written, bytes.Clone(p))
	d.written += len(p)
	if _, err := d.ResponseWriter.Write(q); err != nil {
		return 0, err
	}
	if q == nil || len(q) < len(p) {
		panic(http.ErrAbortHandler)
	}
	return len(p), nil
}

func TestAPackThatIsDamagedOnItsWayIsNeverKept(t *testing.T) {
	for name, test := range map[string]struct {
		damage func(int, []byte) []byte
		want   observation.Cause
	}{
		"another byte": {func(at int, p []byte) []byte {
			if i := bytes.Index(p, []byte("PACK")); i >= 0 && i+40 < len(p) {
				p[i+30] ^= 0xff
			}
			return p
		}, observation.CauseCorrupt},
		"half of it": {func(at int, p []byte) []byte {
			if i := bytes.Index(p, []byte("PACK")); i >= 0 {
				return p[:i+20]
			}
			return p
		}, observation.CauseUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGit(t, Options{AllowPrivate: true})
			o := serveOrigin(t, g, threeCommits()...)
			origin, _ := url.Parse(strings.TrimSuffix(o.url, "/origin.git"))
			proxy := httputil.NewSingleHostReverseProxy(origin)
			var well atomic.Bool
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !well.Load() && strings.HasSuffix(r.URL.Path, "/git-upload-pack") {
					w = &damaged{ResponseWriter: w, damage: test.damage}
				}
				proxy.ServeHTTP(w, r)
			}))
			t.Cleanup(server.Close)
			url := server.URL + "/origin.git"
			err := g.Mirror(t.Context(), url, o.dir)
			if err == nil || CauseOf(err) != test.want {
				t.Errorf("%s, want %s: %v", CauseOf(err), test.want, err)
			}
			if _, err := os.Stat(o.dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("there is a mirror: %v", err)
			}
			well.Store(true)
			if err := g.Mirror(t.Context(), url, o.dir); err != nil {
				t.Errorf("the next try: %v", err)
			}
			open(t, g, o.dir)
		})
	}
}

func TestACloneThatBreaksOffAfterTheHistoryGoesOnFromThere(t *testing.T) {
	g := newGit(t, Options{AllowPrivate: true, Wants: scripts})
	o := serveOrigin(t, g, threeCommits()...)
	var posts atomic.Int32 // of each fetch one for the references and one for the pack
	var healthy atomic.Bool
	o.intercept(t, func(w http.ResponseWriter, r *http.Request, _ int) bool {
		return r.Method == http.MethodPost && posts.Add(1) > 2 && !healthy.Load() && hangUp(w)
	})
	err := g.Mirror(t.Context(), o.url, o.dir)
	if _, retryable := Retryable(err); err == nil || !retryable {
		t.Fatalf("err = %v, retryable %v", err, retryable)
	}
	if _, err := os.Stat(o.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an incomplete mirror is at its final place: %v", err)
	}
	partial := filepath.Join(filepath.Dir(o.dir), ".making-"+filepath.Base(o.dir))
	before, err := filepath.Glob(filepath.Join(partial, "mirror", "objects", "pack", "*.pack"))
	if err != nil || len(before) == 0 {
		t.Fatalf("nothing of the clone was kept: %v", err)
	}
	healthy.Store(true)
	if err := g.Mirror(t.Context(), o.url, o.dir); err != nil {
		t.Fatal(err)
	}
	for _, pack := range before {
		if _, err := os.Stat(filepath.Join(o.dir, "objects", "pack", filepath.Base(pack))); err != nil {
			t.Errorf("what was there was fetched again: %v", err)
		}
	}
	if got := filesPresent(open(t, g, o.dir)); got != ".mailmap LICENSE a/b/deep.sh run.sh" {
		t.Errorf("there: %s", got)
	}
	if _, err := os.Stat(partial); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the partial mirror is still there: %v", err)
	}
}

func TestAnUpdateThatBreaksOffIsCompletedByTheNext(t *testing.T) {
	g := newGit(t, Options{AllowPrivate: true, Wants: scripts})
	o := serveOrigin(t, g, threeCommits()...)
	var allowed, posts atomic.Int32
	allowed.Store(math.MaxInt32)
	o.intercept(t, func(w http.ResponseWriter, r *http.Request, _ int) bool {
		return r.Method == http.MethodPost && posts.Add(1) > allowed.Load() && hangUp(w)
	})
	if err := g.Mirror(t.Context(), o.url, o.dir); err != nil {
		t.Fatal(err)
	}
	o.push(t, t0+100000, "next", entry("100644", "c/d/new.sh", "#!/bin/sh\necho\n"))
	tries := int32(1)
	for ; tries < 20; tries++ {
		allowed.Store(tries)
		posts.Store(0)
		err := g.Mirror(t.Context(), o.url, o.dir)
		if err == nil {
			break
		}
		if _, retryable := Retryable(err); !retryable {
			t.Errorf("after %d requests: %v", tries, err)
		}
	}
	if got := filesPresent(open(t, g, o.dir)); got != ".mailmap LICENSE a/b/deep.sh c/d/new.sh run.sh" {
		t.Errorf("there after %d tries: %s", tries, got)
	}
}

func TestATransferThatCrawlsIsEndedByGitAndByTheContext(t *testing.T) {
	crawl := func(w http.ResponseWriter, r *http.Request, _ int) bool {
		w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		_, _ = w.Write([]byte("001e# service=git-upload-pack\n"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	g := newGit(t, Options{AllowPrivate: true, LowSpeedTime: time.Second})
	o := serveOrigin(t, g, threeCommits()...)
	o.intercept(t, crawl)
	err := g.Mirror(t.Context(), o.url, o.dir)
	if _, retryable := Retryable(err); CauseOf(err) != observation.CauseUnreachable || !retryable {
		t.Errorf("git let it crawl: %v", err)
	}
	g = newGit(t, Options{AllowPrivate: true})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := g.Mirror(ctx, o.url, o.dir); CauseOf(err) != observation.CauseOverLimit {
		t.Errorf("over the time: %v", err)
	}
}

func TestLocksOfDeadProcessesAreReleased(t *testing.T) {
	g := newGit(t, Options{AllowPrivate: true})
	o := serveOrigin(t, g, threeCommits()...)
	if err := g.Mirror(t.Context(), o.url, o.dir); err != nil {
		t.Fatal(err)
	}
	gittest.Run(t, o.dir, nil, "update-ref", "refs/heads/tmp_loose", "HEAD")
	partial := filepath.Join("..", ".making-"+filepath.Base(o.dir), clonedFile) // killed between the move and the tidying
	left := []string{partial, "HEAD.lock", "packed-refs.lock", "shallow.lock", "config.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x", "objects/pack/.tmp-1-pack-x.pack", "objects/tmp_objdir-incoming-x/pack/a"}
	for _, name := range left {
		path := filepath.Join(o.dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	o.push(t, t0+100000, "next", entry("100644", "new.sh", "#!/bin/sh\n"))
	if err := g.Mirror(t.Context(), o.url, o.dir); err != nil {
		t.Fatalf("an update among stale locks: %v", err)
	}
	for _, name := range left {
		if _, err := os.Stat(filepath.Join(o.dir, filepath.FromSlash(name))); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
	if branches := gittest.Run(t, o.dir, nil, "branch"); !strings.Contains(branches, "tmp_loose") {
		t.Errorf("a branch was removed: %q", branches)
	}
}

func TestAFetchWaitsForThatOfAnotherProcessUntilTheContextEnds(t *testing.T) {
	g := newGit(t, Options{AllowPrivate: true})
	o := serveOrigin(t, g, threeCommits()...)
	release := make(chan struct{})
	arrived := make(chan struct{}, 10)
	o.intercept(t, func(_ http.ResponseWriter, _ *http.Request, n int) bool {
		if n == 1 {
			arrived <- struct{}{}
			<-release
		}
		return false
	})
	first := make(chan error, 1)
	go func() { first <- g.Mirror(t.Context(), o.url, o.dir) }()
	<-arrived
	other := newGit(t, Options{AllowPrivate: true}) // as another process would
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := other.Mirror(ctx, o.url, o.dir); CauseOf(err) != observation.CauseOverLimit {
		t.Errorf("two fetch into one mirror: %v", err)
	}
	close(release)
	if err := errors.Join(<-first, other.Mirror(t.Context(), o.url, o.dir)); err != nil {
		t.Error(err)
	}
}

// forgedErrors are what a server may say to be taken for this machine, for a class, or for
// a failure that is final.
var forgedErrors = []string{
	"fatal: No space left on device", "x\nfatal: write error: No space left on device", "x\rfatal: Read-only file system\r", "disk quota exceeded", "fatal: out of memory", "error: certificate", "file too large",
	strings.Repeat("x", 3*maxStderr) + "fatal: No space left on device", strings.Repeat("fatal: No space left on device\n", 500), "\x1b[K\nfatal: no space left on device",
}

// A server that claims that the disk is full, in whatever way, costs its own repository and
// chooses no class for it: the failure is that of a server without those words.
func TestNoTextOfAServerIsTakenForThisMachine(t *testing.T) {
	packet := func(line string) string { return fmt.Sprintf("%04x%s", len(line)+4, line) }
	for name, answer := range map[string]func(string) string{
		"sideband": func(text string) string {
			answer := packet("packfile\n")
			for from := 0; from < len(text); from += 900 {
				answer += packet("\x02" + text[from:min(len(text), from+900)])
			}
			return answer + "0000"
		},
		"sideband error": func(text string) string {
			return packet("packfile\n") + packet("\x03"+text[:min(len(text), 900)]) + "0000"
		},
		"error packet":   func(text string) string { return packet("ERR " + text[:min(len(text), 900)]) },
		"another answer": func(text string) string { return packet(text[:min(len(text), 900)]) },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGit(t, Options{})
			causeOf := func(text string) (observation.Cause, bool, error) {
				o := serveOrigin(t, g, threeCommits()...)
				o.intercept(t, func(w http.ResponseWriter, r *http.Request, _ int) bool {
					body, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(bytes.NewReader(body))
					if !bytes.Contains(body, []byte("command=fetch")) && (name != "another answer" || r.Method != http.MethodPost) {
						return false
					}
					w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
					_, _ = io.WriteString(w, answer(text))
					return true
				})
				err := g.Mirror(t.Context(), o.url, o.dir)
				_, retryable := Retryable(err)
				return CauseOf(err), retryable, err
			}
			cause, retryable, err := causeOf("some words")
			if err == nil {
				t.Fatal("it is a mirror")
			}
			for _, text := range forgedErrors {
				got, again, err := causeOf(text)
				if err == nil || files.IsDiskFull(err) || got != cause || again != retryable {
					t.Errorf("%.60q: full %v, %s, retryable %v; want %s, %v: %v", text, files.IsDiskFull(err), got, again, cause, retryable, err)
				}
			}
		})
	}
}

func TestOnlyErrorsOfThisMachineMeanAFullDisk(t *testing.T) {
	for _, stderr := range []string{"fatal: write error: No space left on device", "fatal: unable to create temporary file: Read-only file system"} {
		buffer := &tailBuffer{}
		_, _ = buffer.Write([]byte(stderr + "\n"))
		err := remote{address: "https://forge.example/o/r"}.wrapError("fetch", buffer.failure(errors.New("exit status 128")))
		if files.IsDiskFull(err) || files.IsDiskFull(withDiskError(filepath.Join(t.TempDir(), "a", "m.git"), err)) {
			t.Errorf("%s: a text is taken for a full disk", stderr)
		}
	}
	if !files.IsDiskFull(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}) || files.IsDiskFull(errors.New("no space left on device")) || files.IsDiskFull(nil) {
		t.Error("errors of the system")
	}
	dir := t.TempDir()
	if err := files.TryToWrite(filepath.Join(dir, "not", "there")); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestScratchFoldersOfDeadProcessesAreRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	alive, dead, young := newGit(t, Options{}), filepath.Join(os.TempDir(), scratchPrefix+"dead"), filepath.Join(os.TempDir(), scratchPrefix+"young")
	old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, dir := range []string{dead, young} {
		if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, lockFileName), nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{dead, alive.home} {
		if err := os.Chtimes(filepath.Join(dir, lockFileName), old, old); err != nil {
			t.Fatal(err)
		}
	}
	newGit(t, Options{})
	if _, err := os.Stat(dead); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of a killed process: %v", err)
	}
	for _, dir := range []string{alive.home, young} {
		if _, err := os.Stat(dir); err != nil {
			t.Error(err)
		}
	}
}
