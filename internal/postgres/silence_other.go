//go:build !linux

package postgres

import "syscall"

// boundSilence sets no bound here: the system's own holds.
func boundSilence(_, _ string, _ syscall.RawConn) error { return nil }
