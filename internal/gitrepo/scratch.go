package gitrepo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

const scratchName = "midspan-git-"

// newScratch makes a folder for this process alone and holds its lock, and
// removes those of processes that were killed.
func newScratch(ctx context.Context) (dir string, lock *os.File, err error) {
	if dir, err = os.MkdirTemp("", scratchName); err != nil {
		return "", nil, err
	}
	if lock, err = hold(ctx, filepath.Join(dir, lockFile)); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, lock, sweepScratch(ctx, dir)
}

// sweepScratch removes the folders beside dir whose lock nobody holds. One that
// is younger than a minute may be about to take its lock.
func sweepScratch(ctx context.Context, dir string) error {
	own, err := os.Stat(dir)
	if err != nil || !locking {
		return err
	}
	tried, stop := context.WithCancel(ctx)
	stop() // no lock is waited for
	others, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), scratchName+"*"))
	for _, other := range others {
		path := filepath.Join(other, lockFile)
		if info, err := os.Stat(path); err != nil || own.ModTime().Sub(info.ModTime()) < time.Minute {
			continue
		}
		lock, err := hold(tried, path)
		if err != nil {
			continue // it lives, or is another user's
		}
		_ = os.RemoveAll(other)
		_ = lock.Close()
	}
	return nil
}
