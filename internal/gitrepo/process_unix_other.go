//go:build unix && !linux

package gitrepo

import "syscall"

// killOnDeath does nothing where the system has no signal for the death of a parent.
func killOnDeath(*syscall.SysProcAttr) {}
