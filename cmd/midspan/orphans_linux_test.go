package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// stallingForges are two servers whose answers never end, and a catalog of as many of
// their repositories as are fetched at once.
func stallingForges(t *testing.T) (catalog string, requests *atomic.Int32) {
	t.Helper()
	requests = &atomic.Int32{}
	catalog = filepath.Join(t.TempDir(), "goods.csv")
	text := "name,url\n"
	for i := range 2 {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = w.Write([]byte("001e# service=git-upload-pack\n"))
			w.(http.Flusher).Flush()
			requests.Add(1)
			<-r.Context().Done()
		}))
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", i+1))
		if err != nil {
			t.Skip(err)
		}
		server.Listener.Close()
		server.Listener = listener
		server.Start()
		t.Cleanup(server.Close)
		for j := range 4 {
			text += fmt.Sprintf("good %d %d,%s/o/r%d.git\n", i, j, server.URL, j)
		}
	}
	write(t, catalog, text)
	return catalog, requests
}

// gitProcesses are the processes whose home is a scratch folder below a folder: git, and
// what git started.
func gitProcesses(folder string) []int {
	var found []int
	paths, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err == nil && bytes.Contains(text, []byte("HOME="+folder+"/midspan-git-")) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			found = append(found, pid)
		}
	}
	return found
}

// waitFor waits until something is true, for as long as a busy machine may need.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// However the process ends, the transfers that it began end with it: git, and the programs
// that git started.
func TestNoGitProcessOutlivesTheRun(t *testing.T) {
	for name, sent := range map[string]syscall.Signal{"hang-up": syscall.SIGHUP, "interrupt": syscall.SIGINT, "termination": syscall.SIGTERM, "quit": syscall.SIGQUIT, "kill": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			catalog, requests := stallingForges(t)
			dir := t.TempDir()
			cmd := exec.Command("midspan", "run", "--catalog="+catalog, "--allow-private", "--store=store", "--out=out")
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "TMPDIR="+dir)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			var said bytes.Buffer
			cmd.Stderr = &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "eight requests", func() bool { return requests.Load() >= 8 })
			alive := gitProcesses(dir)
			if len(alive) < 16 {
				t.Fatalf("%d git processes for eight transfers", len(alive))
			}
			if err := cmd.Process.Signal(sent); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // its exit code is looked at
			waitFor(t, "the end of all git processes", func() bool { return len(gitProcesses(dir)) == 0 })
			if sent == syscall.SIGHUP && (cmd.ProcessState.ExitCode() != exitError || !strings.Contains(said.String(), "interrupted; what was finished is kept")) {
				t.Errorf("exit code %d: %s", cmd.ProcessState.ExitCode(), said.String())
			}
		})
	}
}

// nohup keeps a run alive when the terminal is closed.
func TestAHangUpThatIsIgnoredStaysIgnored(t *testing.T) {
	catalog, requests := stallingForges(t)
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", `trap '' HUP; exec "$@"`, "sh", "midspan", "run", "--catalog="+catalog, "--allow-private", "--store=store", "--out=out")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "TMPDIR="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	waitFor(t, "a request", func() bool { return requests.Load() > 0 })
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "SigIgn:\t")
	ignored, err := strconv.ParseUint(strings.TrimSpace(rest[:16]), 16, 64)
	if err != nil || ignored&(1<<(uint(syscall.SIGHUP)-1)) == 0 {
		t.Errorf("ignored signals %x, %v", ignored, err)
	}
}
