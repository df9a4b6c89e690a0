//go:build unix && !aix && !solaris

package gitrepo

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestALockOfAMirrorFollowsNoLinkAndWaitsAtNoPipe has both in the place of a lock.
func TestALockOfAMirrorFollowsNoLinkAndWaitsAtNoPipe(t *testing.T) {
	dir := t.TempDir()
	link, pipe := filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := errors.Join(os.Symlink("nothing", link), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	if lock, err := lockFile(t.Context(), link); err == nil {
		lock.Close()
		t.Error("a link was locked")
	}
	if _, err := os.Lstat(filepath.Join(dir, "nothing")); err == nil {
		t.Error("a file was made through a link")
	}
	if lock, err := lockFile(t.Context(), pipe); err == nil {
		lock.Close() // what counts is that nobody waited
	}
}
