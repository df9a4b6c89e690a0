package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/files"
)

// lockStore locks the store for this process and removes the unfinished repositories of
// processes that were killed. Those of the cache have locks of their own.
func (p *Pipeline) lockStore() error {
	if err := p.store.Lock(); err != nil {
		return err
	}
	return removeUnfinishedMirrors(filepath.Join(p.cfg.Store, "sample"))
}

// lockAdvisories waits for the lock of the advisories in the cache and removes the
// unfinished indexes and downloads of processes that were killed: whoever makes one holds
// this lock. In a cache that cannot be written to there is nothing to lock.
func lockAdvisories(ctx context.Context, cfg config.Config, now time.Time) (release func() error, err error) {
	err = os.MkdirAll(cfg.Cache, 0o755)
	if err == nil {
		release, err = files.Lock(ctx, filepath.Join(cfg.Cache, "advisories.lock"))
	}
	if files.IsReadOnly(err) {
		return func() error { return nil }, nil
	}
	if err != nil {
		return nil, fmt.Errorf("take the advisories in %s: %w", cfg.Cache, err)
	}
	if err := removeUnfinishedIndexes(cfg.Cache, now); err != nil {
		return nil, errors.Join(err, release())
	}
	return release, nil
}

// removeUnfinishedMirrors removes unfinished repositories below a folder, except clones:
// the next fetch continues those, and checks whether another process works on them.
func removeUnfinishedMirrors(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !entry.IsDir():
			return nil
		case strings.HasPrefix(entry.Name(), ".making-") && !strings.HasSuffix(entry.Name(), ".git"):
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			return fs.SkipDir
		case strings.HasPrefix(entry.Name(), ".making-"):
			return fs.SkipDir
		}
		if _, err := os.Stat(filepath.Join(path, "HEAD")); err == nil { // a repository
			return fs.SkipDir
		}
		return nil
	})
}

// removeUnfinishedIndexes removes unfinished indexes and downloads that are older than a
// day. Younger ones may belong to an older Midspan, which has no lock; none takes a day.
func removeUnfinishedIndexes(folder string, now time.Time) error {
	var errs []error
	for _, pattern := range []string{".advisories-*", "osv*/.fetching-*", "osv*/*/.fetching-*"} {
		paths, _ := filepath.Glob(filepath.Join(folder, filepath.FromSlash(pattern)))
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > 24*time.Hour {
				errs = append(errs, os.RemoveAll(path))
			}
		}
	}
	return errors.Join(errs...)
}
