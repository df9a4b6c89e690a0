package gitrepo

import (
	"os"

	"golang.org/x/sys/unix"
)

// limit bounds the memory and the files of a process that has just begun, and
// of those that it starts. A process that is over already has no need of it.
func limit(process *os.Process, memory, file int64) {
	for resource, most := range map[int]int64{unix.RLIMIT_AS: memory, unix.RLIMIT_FSIZE: file} {
		_ = unix.Prlimit(process.Pid, resource, &unix.Rlimit{Cur: uint64(most), Max: uint64(most)}, nil)
	}
}
