//go:build !unix

package gitrepo

import "os/exec"

// killGroup does nothing where there are no process groups.
func killGroup(*exec.Cmd) {}
