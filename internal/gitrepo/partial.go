package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
)

// lockFileName is the lock file of a mirror, or of a partial one. A fetch holds
// its lock, and so does each git process that the fetch starts. Where Midspan was
// killed, the lock is released when the last of these processes has ended.
const lockFileName = "midspan-lock"

// clonedFile marks a partial mirror whose clone succeeded. It holds the address.
// Without it, what git left behind is not trusted.
const clonedFile = "cloned"

// withLock calls do while it holds the lock of dir, which must exist.
func (g *Git) withLock(ctx context.Context, from remote, dir string, do func(remote) error) error {
	lock, err := lockFile(ctx, filepath.Join(dir, lockFileName))
	if err != nil {
		return fmt.Errorf("wait for another process that fetches into %s: %w", dir, err)
	}
	defer lock.Close()
	if !isSame(lock) {
		return errReplaced
	}
	from.lock = lock
	return do(from)
}

// errReplaced says that a folder was removed by whoever held its lock before: what is
// there now has to be looked at anew.
var errReplaced = errors.New("the mirror was replaced")

// refresh brings a mirror up to date.
func (g *Git) refresh(ctx context.Context, from remote, dir string) error {
	return g.withLock(ctx, from, dir, func(from remote) error {
		if !g.hasOrigin(ctx, dir, from.address) {
			// What it holds came from elsewhere, tags and all: nothing of it is kept.
			return errors.Join(os.RemoveAll(dir), errReplaced)
		}
		// A partial mirror is of no use once the mirror exists.
		if err := errors.Join(removeStaleLocks(dir), os.RemoveAll(partialPath(dir))); err != nil {
			return &Error{observation.CauseCorrupt, "tidy", dir, err}
		}
		return g.update(ctx, from, dir)
	})
}

// partialPath is the folder in which a new mirror is made.
func partialPath(dir string) string {
	return filepath.Join(filepath.Dir(dir), ".making-"+filepath.Base(dir))
}

// cloneNew makes a mirror in a partial folder beside dir, and renames it to dir
// when it is complete. Where the clone succeeded but the rest failed or the
// process was killed, the folder is kept and the next attempt resumes from it:
// the clone is most of the work.
func (g *Git) cloneNew(ctx context.Context, from remote, dir string) error {
	partial := partialPath(dir)
	if err := os.MkdirAll(partial, 0o755); err != nil {
		return err
	}
	return g.withLock(ctx, from, partial, func(from remote) error {
		if _, err := os.Stat(dir); err == nil {
			return os.RemoveAll(partial) // another process was faster; its mirror is complete too
		}
		mirror := filepath.Join(partial, "mirror")
		err := g.fillPartial(ctx, from, partial, mirror)
		if err == nil {
			err = os.Rename(mirror, dir)
		}
		if err != nil && resumable(partial, from) {
			return err
		}
		return errors.Join(err, os.RemoveAll(partial))
	})
}

// fillPartial clones into a partial mirror, or resumes one.
func (g *Git) fillPartial(ctx context.Context, from remote, partial, mirror string) error {
	if resumable(partial, from) {
		err := removeStaleLocks(mirror)
		if err == nil {
			err = g.update(ctx, from, mirror)
		}
		if err != nil && CauseOf(err) == observation.CauseCorrupt {
			// It cannot be resumed: the next attempt starts again.
			_ = os.Remove(filepath.Join(partial, clonedFile))
		}
		return err
	}
	if err := os.RemoveAll(mirror); err != nil {
		return err
	}
	if err := g.clone(ctx, from, mirror); err != nil {
		return err
	}
	if err := files.WriteData(filepath.Join(partial, clonedFile), []byte(from.address)); err != nil {
		return err
	}
	return g.complete(ctx, from, mirror, "")
}

// resumable reports whether a partial mirror holds a clone of the address.
func resumable(partial string, from remote) bool {
	cloned, err := os.ReadFile(filepath.Join(partial, clonedFile))
	return err == nil && string(cloned) == from.address
}

// removeStaleLocks removes the lock files and temporary objects that killed git
// processes left in a mirror. git would refuse to work with these locks. The
// caller holds the lock of the mirror, so no such process is running.
func removeStaleLocks(dir string) error {
	objects := filepath.Join(dir, "objects") + string(filepath.Separator)
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		temporary := strings.HasPrefix(path, objects) && (strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-"))
		switch {
		case temporary && entry.IsDir():
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			return fs.SkipDir
		case temporary, !entry.IsDir() && strings.HasSuffix(name, ".lock"): // no reference can have that name
			return os.Remove(path)
		}
		return nil
	})
}
