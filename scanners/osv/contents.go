package osv

import (
	"context"
	"io/fs"
	"path"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv/locks"
	"github.com/midspan/midspan/scanners/osv/texts"
)

var _ scanners.LockReader = (*Scanner)(nil)

// ReadLocks implements scanners.LockReader. A lockfile at which a reader panics is left
// out, as one is that cannot be read.
func (s *Scanner) ReadLocks(ctx context.Context, snapshot *gitrepo.Snapshot, paths []string) ([]observation.Lock, error) {
	var all []observation.Lock
	for _, name := range paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if lock, ok := contentsOf(decodedFS{snapshot.FS()}, name); ok {
			all = append(all, lock)
		}
	}
	return all, nil
}

func contentsOf(files fs.FS, name string) (lock observation.Lock, ok bool) {
	defer func() {
		if recover() != nil {
			lock, ok = observation.Lock{}, false
		}
	}()
	return locks.Contents(files, name)
}

// decodedFS reads files as extractors do: within the limits on size, as UTF-8.
type decodedFS struct{ fs.FS }

// ReadFile implements fs.ReadFileFS.
func (d decodedFS) ReadFile(name string) ([]byte, error) {
	name = path.Clean(name)
	info, err := fs.Stat(d.FS, name)
	if err != nil {
		return nil, err
	}
	if err := checkSize(name, info.Size()); err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(d.FS, name)
	if err != nil {
		return nil, err
	}
	text, _ = texts.Decode(text)
	return text, nil
}
