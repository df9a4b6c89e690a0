//go:build !linux

package gitrepo

import "os"

// setLimits does nothing where a process cannot set the limits of another.
func setLimits(*os.Process, int64, int64) {}
