//go:build !linux

package gitrepo

import "os"

// limit does nothing where a process cannot set the limits of another.
func limit(*os.Process, int64, int64) {}
