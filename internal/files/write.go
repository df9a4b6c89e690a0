package files

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write makes or replaces a file: it is written under another name beside its place and
// renamed when it is whole. A link in its place is replaced and not followed. The folder
// must exist; it is resolved once.
func Write(path string, write func(io.Writer) error) error {
	if err := CheckPath(path); err != nil {
		return err
	}
	folder, name := filepath.Split(path)
	root, err := OpenRoot(cmp.Or(folder, "."))
	if err != nil {
		return err
	}
	defer root.Close()
	return WriteIn(root, name, write)
}

// WriteData is Write of what is at hand.
func WriteData(path string, data []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteIn is Write below an open folder.
func WriteIn(root *os.Root, name string, write func(io.Writer) error) error {
	if name == "" {
		return errors.New("a file to write has no name")
	}
	mode, err := replacedMode(root, name)
	if err != nil {
		return err
	}
	draft := filepath.Join(filepath.Dir(name), DraftName(filepath.Base(name)))
	file, err := root.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	buffer := bufio.NewWriter(file)
	err = write(buffer)
	if err == nil {
		err = buffer.Flush()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = root.Rename(draft, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(draft))
	}
	return nil
}

// DraftName is a new name for the draft of a file: hidden, and not to be guessed.
func DraftName(base string) string { return "." + base + "." + rand.Text()[:12] + ".new" }

// replacedMode is the mode of a file that is made or replaced. Only a file or a link is
// replaced.
func replacedMode(root *os.Root, name string) (fs.FileMode, error) {
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0o644, nil
	case err != nil:
		return 0, err
	case info.Mode().IsRegular():
		return info.Mode().Perm(), nil
	case info.Mode()&fs.ModeSymlink != 0:
		return 0o644, nil
	}
	return 0, &fs.PathError{Op: "write", Path: name, Err: kindOf(info.Mode())}
}

// RefuseLink returns an error where a link, or no folder, stands in the place of a
// folder of ours. A folder that is not there yet is none.
func RefuseLink(folder string) error {
	info, err := os.Lstat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a link, and it is not followed: it could lead to files of others", folder)
	}
	return nil
}

// RefuseSpecial returns an error where something is in the place of a file of ours that
// is no regular file. It looks at the link and not at what is behind it.
func RefuseSpecial(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "open", Path: path, Err: kindOf(info.Mode())}
	}
	return nil
}
