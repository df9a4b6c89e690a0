//go:build !unix

package gitrepo

import "os/exec"

// killGroupOnCancel does nothing where there are no process groups.
func killGroupOnCancel(*exec.Cmd) {}

// canGuard reports whether a guard can end process groups.
const canGuard = false

func ownSession(*exec.Cmd) {}
