package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// lockFile stands in a mirror, or in the draft of one. Who fetches holds its
// lock, and so does every git process that is started meanwhile: where Midspan
// was killed, the lock is free when the last of them is gone.
const lockFile = "midspan-lock"

// clonedFile stands in a draft whose clone ended well. What git left of any
// other is not trusted.
const clonedFile = "cloned"

// locked calls do while nobody else fetches into dir, which is there.
func (g *Git) locked(ctx context.Context, from remote, dir string, do func(remote) error) error {
	lock, err := hold(ctx, filepath.Join(dir, lockFile))
	if err != nil {
		return fmt.Errorf("wait for another process that fetches into %s: %w", dir, err)
	}
	defer lock.Close()
	from.lock = lock
	return do(from)
}

// refresh brings a mirror up to date.
func (g *Git) refresh(ctx context.Context, from remote, dir string) error {
	return g.locked(ctx, from, dir, func(from remote) error {
		// Nobody works on a draft any more whose mirror is in its place.
		if err := errors.Join(sweep(dir), os.RemoveAll(draftOf(dir))); err != nil {
			return &Error{observation.CauseCorrupt, "tidy", dir, err}
		}
		return g.update(ctx, from, dir)
	})
}

// draftOf is where a mirror is made.
func draftOf(dir string) string {
	return filepath.Join(filepath.Dir(dir), ".making-"+filepath.Base(dir))
}

// first makes a mirror in a draft beside its place, and moves it there when it
// is whole. A draft that was cloned stays where the rest fails or the process
// dies, and the next try goes on from it: the clone is most of the work.
func (g *Git) first(ctx context.Context, from remote, dir string) error {
	draft := draftOf(dir)
	if err := os.MkdirAll(draft, 0o755); err != nil {
		return err
	}
	return g.locked(ctx, from, draft, func(from remote) error {
		if _, err := os.Stat(dir); err == nil {
			return os.RemoveAll(draft) // another process was faster; its mirror is whole too
		}
		made := filepath.Join(draft, "mirror")
		err := g.draw(ctx, from, draft, made)
		if err == nil {
			err = os.Rename(made, dir)
		}
		if err != nil && resumable(draft, from) {
			return err
		}
		return errors.Join(err, os.RemoveAll(draft))
	})
}

// draw fills a draft, or goes on with one.
func (g *Git) draw(ctx context.Context, from remote, draft, made string) error {
	if resumable(draft, from) {
		err := sweep(made)
		if err == nil {
			err = g.update(ctx, from, made)
		}
		if err != nil && CauseOf(err) == observation.CauseCorrupt {
			// What cannot be gone on with is begun anew by the next try.
			_ = os.Remove(filepath.Join(draft, clonedFile))
		}
		return err
	}
	if err := os.RemoveAll(made); err != nil {
		return err
	}
	if err := g.clone(ctx, from, made); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(draft, clonedFile), []byte(from.address), 0o644); err != nil {
		return err
	}
	return g.complete(ctx, from, made, "")
}

// resumable reports whether a draft holds a clone of the address.
func resumable(draft string, from remote) bool {
	cloned, err := os.ReadFile(filepath.Join(draft, clonedFile))
	return err == nil && string(cloned) == from.address
}

// sweep removes what git processes that were killed left in a mirror: their
// locks, at which every later one would stop, and half of their packs. The
// caller holds the lock of the mirror, so no such process lives.
func sweep(dir string) error {
	objects := filepath.Join(dir, "objects") + string(filepath.Separator)
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		scrap := strings.HasPrefix(path, objects) && (strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-"))
		switch {
		case scrap && entry.IsDir():
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			return fs.SkipDir
		case scrap, !entry.IsDir() && strings.HasSuffix(name, ".lock"): // no reference can be called so
			return os.Remove(path)
		}
		return nil
	})
}
