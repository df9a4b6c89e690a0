package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// trialBytes is how much is written to see whether a disk has room. git removes what it
// could not finish, so a disk that was too small for one repository may have room again
// for others.
const trialBytes = 1 << 20

// IsDiskFull reports whether a disk of this machine caused the error: one that is full,
// over its quota or read-only. Only this system's own errors count, and no text: what git
// writes may come from a server.
func IsDiskFull(err error) bool {
	for _, system := range []error{syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT} {
		if errors.Is(err, system) {
			return true
		}
	}
	return false
}

// TryToWrite writes and removes a file of trialBytes in a folder, or in the nearest one above that
// exists.
func TryToWrite(dir string) error {
	file, err := os.CreateTemp(dir, ".making-trial-")
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
		return TryToWrite(filepath.Dir(dir))
	}
	if err != nil {
		return err
	}
	removed := os.Remove(file.Name()) // while it is open, so that it never stays
	data := make([]byte, trialBytes)
	for i := range data {
		data[i] = byte(i*7 + i>>8)
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Close())
	if removed != nil {
		err = errors.Join(err, os.Remove(file.Name()))
	}
	return err
}
