package pipeline

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockStore locks the store for this process and removes unfinished files of processes
// that were killed.
func (p *Pipeline) lockStore() error {
	if err := p.store.Lock(); err != nil {
		return err
	}
	return errors.Join(removeUnfinishedMirrors(filepath.Join(p.cfg.Store, "mirrors")), removeUnfinishedMirrors(filepath.Join(p.cfg.Store, "sample")),
		removeUnfinishedIndexes(p.cfg.Store, p.now()))
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
		case strings.HasPrefix(entry.Name(), ".making-"), isRepository(path):
			return fs.SkipDir
		}
		return nil
	})
}

func isRepository(path string) bool {
	_, err := os.Stat(filepath.Join(path, "HEAD"))
	return err == nil
}

// removeUnfinishedIndexes removes unfinished indexes and downloads that are older than a
// day. Younger ones may belong to another process; none takes a day.
func removeUnfinishedIndexes(folder string, now time.Time) error {
	var errs []error
	for _, pattern := range []string{".advisories-*", "osv/.fetching-*", "osv/*/.fetching-*"} {
		paths, _ := filepath.Glob(filepath.Join(folder, filepath.FromSlash(pattern)))
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > 24*time.Hour {
				errs = append(errs, os.RemoveAll(path))
			}
		}
	}
	return errors.Join(errs...)
}
