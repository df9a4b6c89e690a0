//go:build unix && !aix && !solaris

package gitrepo

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// canLock reports whether lockFile locks.
const canLock = true

// lockFile waits for the lock of a file and returns it open. A link is not followed, and
// nobody waits at a pipe. The lock is
// released when the file is closed here and in each process that inherited it.
func lockFile(ctx context.Context, path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
