package gitrepo

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// endLeftovers kills what is left of git processes, and of the programs that they
// started, whose Midspan has died. They are known by their HOME, which is a scratch folder
// that nobody has locked any more.
func endLeftovers() {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range processes {
		if info, err := os.Stat(process); err != nil || !isOwn(info) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(process))
		if err != nil || pid == os.Getpid() {
			continue
		}
		endLeftover(process, pid)
	}
}

func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}

// endLeftover kills one process if it is a leftover. A handle is opened first, so that
// what is killed is what was looked at, even where its number is given to another.
func endLeftover(process string, pid int) {
	handle, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return
	}
	defer unix.Close(handle)
	environment, err := os.ReadFile(filepath.Join(process, "environ"))
	if err != nil {
		return
	}
	home := ""
	for variable := range bytes.SplitSeq(environment, []byte{0}) {
		if value, ok := bytes.CutPrefix(variable, []byte("HOME=")); ok {
			home = string(value)
		}
	}
	if !filepath.IsAbs(home) || !strings.HasPrefix(filepath.Base(home), scratchPrefix) {
		return
	}
	// A process in a container has its own files.
	root := filepath.Join(process, "root")
	if _, err := os.Stat(root); err != nil || isHeld(filepath.Join(root, home, lockFileName)) {
		return
	}
	_ = unix.PidfdSendSignal(handle, unix.SIGKILL, nil, 0) // it may have ended
}

// isHeld reports whether a process holds the lock of a file, or that this is not known.
func isHeld(path string) bool {
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	defer file.Close()
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil
}
