//go:build unix && !linux

package child

import (
	"os"
	"syscall"
)

// ownGroup puts a child in a process group of its own, which a Ctrl-C at the terminal does
// not reach. It ends with its standard input.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends the child's process group.
func (p *process) killGroup() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }

// self is this program.
func self() (string, error) { return os.Executable() }
