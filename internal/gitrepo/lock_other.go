//go:build !unix || aix || solaris

package gitrepo

import (
	"context"
	"os"
)

// locking says whether hold locks.
const locking = false

// hold returns the file open, without a lock.
func hold(_ context.Context, path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
}
