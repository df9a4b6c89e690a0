//go:build !unix || aix || solaris

package gitrepo

import (
	"context"
	"os"
)

// canLock reports whether lockFile locks.
const canLock = false

// lockFile returns the file open, without a lock.
func lockFile(_ context.Context, path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
}
