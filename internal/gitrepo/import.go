package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/midspan/midspan/internal/observation"
)

// Import writes a new bare repository at dir from a git fast-import stream. A
// repository that exists already is left as it is. The repository is made in a
// temporary folder and renamed to dir at the end, so dir is never incomplete.
func (g *Git) Import(ctx context.Context, dir string, stream io.Reader) error {
	return g.build(dir, "import", dir, func(temp string) error {
		if _, err := g.run(ctx, "", nil, nil, "init", "-q", "--bare", "--template=", "--initial-branch=main", temp); err != nil {
			return err
		}
		// Partial clones are made of it, as of a server's repositories.
		if _, err := g.run(ctx, temp, nil, nil, "config", "uploadpack.allowFilter", "true"); err != nil {
			return err
		}
		if _, err := g.run(ctx, temp, nil, nil, "config", "uploadpack.allowAnySHA1InWant", "true"); err != nil {
			return err
		}
		_, err := g.run(ctx, temp, nil, stream, "fast-import", "--quiet", "--date-format=raw")
		return err
	})
}

// build makes a folder under a temporary name and renames it when make is
// done, so that dir is never incomplete.
func (g *Git) build(dir, op, subject string, make func(temp string) error) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), ".making-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if err := make(temp); err != nil {
		if _, typed := errors.AsType[*Error](err); typed || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		return &Error{observation.CauseCorrupt, op, subject, err}
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	if err := os.Rename(temp, dir); err != nil {
		if _, statErr := os.Stat(dir); statErr == nil {
			return nil // another process was faster; its folder is complete too
		}
		return fmt.Errorf("%s %s: %w", op, subject, err)
	}
	return nil
}
