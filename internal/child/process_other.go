//go:build !unix

package child

import (
	"os"
	"syscall"
)

// ownGroup does nothing: there are no process groups. A child ends with its standard
// input.
func ownGroup() *syscall.SysProcAttr { return nil }

// killGroup ends the child.
func (p *process) killGroup() { _ = p.cmd.Process.Kill() }

// self is this program.
func self() (string, error) { return os.Executable() }
