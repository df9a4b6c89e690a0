package gitrepo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// scratchPrefix begins the names of scratch folders.
const scratchPrefix = "midspan-git-"

// newScratch makes a temporary folder for this process and locks it, ends what is left of
// processes that were killed, and removes their folders.
func newScratch(ctx context.Context) (dir string, lock *os.File, err error) {
	if dir, err = os.MkdirTemp("", scratchPrefix); err != nil {
		return "", nil, err
	}
	if lock, err = lockFile(ctx, filepath.Join(dir, lockFileName)); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	endLeftovers()
	return dir, lock, removeStaleScratch(ctx, dir)
}

// removeStaleScratch removes the folders beside dir that no process has locked. A
// process may not have locked a folder yet that is younger than a minute.
func removeStaleScratch(ctx context.Context, dir string) error {
	own, err := os.Stat(dir)
	if err != nil || !canLock {
		return err
	}
	noWait, cancel := context.WithCancel(ctx)
	cancel() // a lock that is held is an error at once
	others, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), scratchPrefix+"*"))
	for _, other := range others {
		path := filepath.Join(other, lockFileName)
		if info, err := os.Lstat(path); err != nil || own.ModTime().Sub(info.ModTime()) < time.Minute {
			continue
		}
		lock, err := lockFile(noWait, path)
		if err != nil {
			continue // its process is running, or it is another user's
		}
		_ = os.RemoveAll(other)
		_ = lock.Close()
	}
	return nil
}
