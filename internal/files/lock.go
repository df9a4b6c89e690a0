package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// retryDelay is the pause between two tries to take a lock.
const retryDelay = 20 * time.Millisecond

// NewLock prepares the lock of a file. What is there and is no regular file is refused: a
// link is not followed, and nobody waits at a pipe.
func NewLock(path string) (*flock.Flock, error) {
	if err := RefuseSpecial(path); err != nil {
		return nil, err
	}
	return flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR|noFollow|nonBlock), flock.SetPermissions(0o644)), nil
}

// Lock waits for the lock of a file until the context ends. The operating system
// releases the lock of a process that died.
func Lock(ctx context.Context, path string) (release func() error, err error) {
	lock, err := NewLock(path)
	if err != nil {
		return nil, err
	}
	if _, err := lock.TryLockContext(ctx, retryDelay); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock.Close, nil
}

// IsReadOnly reports whether an error says that a place cannot be written to.
func IsReadOnly(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// lockName is the lock file of a folder that is written by one process at a time.
const lockName = ".midspan-lock"

// LockFolder waits for the lock of a folder, which need not exist yet: then the lock
// stands beside it. The file of the lock is removed at the end.
func LockFolder(ctx context.Context, folder string) (release func() error, err error) {
	for {
		path := filepath.Join(folder, lockName)
		_, err := os.Stat(folder)
		isNew := errors.Is(err, fs.ErrNotExist)
		if isNew {
			path = filepath.Join(filepath.Dir(folder), "."+filepath.Base(folder)+lockName)
			err = os.MkdirAll(filepath.Dir(folder), 0o755)
		}
		if err != nil {
			return nil, err
		}
		release, valid, err := lockAndLook(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("wait for another run that writes to %s: %w", folder, err)
		}
		if _, err := os.Stat(folder); valid && errors.Is(err, fs.ErrNotExist) == isNew {
			return release, nil
		}
		// Another process removed the file that was locked here, or made the folder.
		if err := release(); err != nil {
			return nil, err
		}
	}
}

// lockAndLook locks a file. It is not valid where another process removed the file
// before the lock was taken. Only who holds the lock removes the file.
func lockAndLook(ctx context.Context, path string) (release func() error, valid bool, err error) {
	lock, err := NewLock(path)
	if err != nil {
		return nil, false, err
	}
	if _, err := lock.TryLockContext(ctx, retryDelay); err != nil {
		return nil, false, errors.Join(err, lock.Close())
	}
	held, heldErr := lock.Stat()
	now, err := os.Lstat(path)
	if errors.Join(heldErr, err) != nil || !os.SameFile(held, now) {
		return lock.Close, false, nil
	}
	return func() error {
		_ = os.Remove(path) // a file that stays is locked again by the next
		return lock.Close()
	}, true, nil
}

// Overwrite writes the contents of a small file in place, also while others read it: on
// Windows a file that is open cannot be replaced. A link in its place is not followed.
func Overwrite(path string, contents string) error {
	if err := RefuseSpecial(path); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|noFollow|nonBlock, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(contents)
	return errors.Join(err, file.Close())
}
