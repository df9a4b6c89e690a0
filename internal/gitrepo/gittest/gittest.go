// Package gittest runs git for tests and serves repositories to them by git's
// own HTTP server.
package gittest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Run runs git in dir with no configuration of the user's and returns what it
// printed. The test ends where git fails.
func Run(t testing.TB, dir string, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(stdin)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// Serve offers every repository below root by smart HTTP on this machine and
// returns the address of root.
func Serve(t testing.TB, root string) string {
	t.Helper()
	server := httptest.NewServer(Handler(t, root))
	t.Cleanup(server.Close)
	return server.URL
}

// Handler serves every repository below root by smart HTTP. Where git came
// without its HTTP server the test is skipped, or fails if MIDSPAN_TEST_STRICT
// is set.
func Handler(t testing.TB, root string) http.Handler {
	t.Helper()
	core, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(strings.TrimSpace(string(core)), "git-http-backend")
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("MIDSPAN_TEST_STRICT") != "" {
			t.Fatalf("git-http-backend is needed: %v", err)
		}
		t.Skipf("git came without git-http-backend, so clones over HTTP are not tested: %v", err)
	}
	return &cgi.Handler{Path: program, Stderr: io.Discard, Env: []string{
		"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
	}}
}
