package gitrepo

import (
	"os"

	"golang.org/x/sys/unix"
)

// setLimits bounds the memory and the file size, in bytes, of a process that has
// just started, and of its children. Its error means that the process has ended.
func setLimits(process *os.Process, memory, file int64) {
	for resource, most := range map[int]int64{unix.RLIMIT_AS: memory, unix.RLIMIT_FSIZE: file} {
		_ = unix.Prlimit(process.Pid, resource, &unix.Rlimit{Cur: uint64(most), Max: uint64(most)}, nil)
	}
}
