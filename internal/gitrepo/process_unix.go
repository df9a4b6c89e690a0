//go:build unix

package gitrepo

import (
	"os/exec"
	"syscall"
)

// killGroup makes the end of the context end git's own children too.
func killGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
