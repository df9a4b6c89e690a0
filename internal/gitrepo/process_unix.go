//go:build unix

package gitrepo

import (
	"os/exec"
	"syscall"
)

// killGroupOnCancel makes the end of the context kill git's child processes too, and the
// end of this process kill git where the system can do that.
func killGroupOnCancel(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	killOnDeath(cmd.SysProcAttr)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// ownSession keeps the signals of a terminal from a process.
func ownSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// canGuard reports whether a guard can end process groups.
const canGuard = true
