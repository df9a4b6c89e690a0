package gitrepo

import "syscall"

// killOnDeath makes the system kill a process when this one dies, whatever it dies of. The
// processes that git starts are not killed by that: see guard.
func killOnDeath(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }
