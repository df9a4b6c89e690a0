// Package files opens, writes and locks the files of this machine that a user or a
// setting names. What it opens is a regular file: a pipe or a device would make the
// program wait for ever. What it writes is made new and renamed into place, so that no
// link in its place is followed. Addresses are no paths.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// StandardInput is the name by which a user asks for standard input.
const StandardInput = "-"

// kindError says what stands in the place of a regular file.
type kindError string

func (e kindError) Error() string { return "it is " + string(e) + ", and a file is wanted" }

// ErrNotFile is an error of Open for what is there and is no regular file.
var ErrNotFile = errors.New("not a regular file")

// Is makes a kindError an ErrNotFile.
func (e kindError) Is(target error) bool { return target == ErrNotFile }

// Open opens a file for reading. It is a regular file or the null device; what is a
// pipe, another device, a socket or a folder is an ErrNotFile. No race between a look at
// the file and its opening can make it wait.
func Open(path string) (*os.File, error) {
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	info, err := os.Stat(path) // to open some devices changes something
	if err != nil {
		return nil, err
	}
	if err := readable(path, info); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDONLY|nonBlock, 0)
	return verified(path, file, err)
}

// OpenIn is Open for a file below an open folder.
func OpenIn(root *os.Root, name string) (*os.File, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if err := readable(name, info); err != nil {
		return nil, err
	}
	file, err := root.OpenFile(name, os.O_RDONLY|nonBlock, 0)
	return verified(name, file, err)
}

// verified looks again at a file that is open.
func verified(path string, file *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = readable(path, info)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func readable(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	if null, err := os.Stat(os.DevNull); err == nil && os.SameFile(null, info) {
		return nil
	}
	return &fs.PathError{Op: "open", Path: path, Err: kindOf(info.Mode())}
}

func kindOf(mode fs.FileMode) kindError {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a link"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// OpenInput is Open, and standard input where the path is "-".
func OpenInput(path string) (io.ReadCloser, error) {
	if path == StandardInput {
		return io.NopCloser(os.Stdin), nil
	}
	return Open(path)
}

// ReadInput reads a whole file, or standard input where the path is "-". One of more
// than limit bytes is an error.
func ReadInput(path string, limit int64) ([]byte, error) {
	file, err := OpenInput(path)
	return readAll(path, file, err, limit)
}

// Read reads a whole file. One of more than limit bytes is an error.
func Read(path string, limit int64) ([]byte, error) {
	file, err := Open(path)
	return readAll(path, file, err, limit)
}

// ReadIn reads a whole file of an open folder. One of more than limit bytes is an error.
func ReadIn(root *os.Root, name string, limit int64) ([]byte, error) {
	file, err := OpenIn(root, name)
	return readAll(name, file, err, limit)
}

func readAll(path string, file io.ReadCloser, err error, limit int64) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return data, err
}

// OpenRoot opens a folder. Unlike os.OpenRoot it does not wait at a pipe.
func OpenRoot(path string) (*os.Root, error) {
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("it is no folder")}
	}
	return os.OpenRoot(path)
}

// tree is the files of a folder, of which only regular ones and folders are opened.
type tree struct {
	fs.FS
	root *os.Root
}

// FS is the files of an open folder, as Open opens them. Links that leave the folder are
// not followed.
func FS(root *os.Root) fs.FS { return tree{root.FS(), root} }

// Open implements fs.FS.
func (t tree) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if info, err := t.root.Stat(filepath.FromSlash(name)); err == nil && info.IsDir() {
		return t.FS.Open(name)
	}
	return OpenIn(t.root, filepath.FromSlash(name))
}

// Stat implements fs.StatFS: it opens nothing.
func (t tree) Stat(name string) (fs.FileInfo, error) { return fs.Stat(t.FS, name) }

// ReadDir implements fs.ReadDirFS.
func (t tree) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(t.FS, name) }

var (
	// addressStart is a scheme at the start of an address. On Windows one letter is a
	// drive.
	addressStart = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]` + schemeLength + `:`)
	// hostStart is a host with a user before it, with or without slashes.
	hostStart = regexp.MustCompile(`^(//)?[^/\\]*:[^/\\]*@|^(//)?[^/\\]*@[^/\\]*:|^//[^/\\]*@`)
)

// IsAddress reports whether a text is an address and not a path: it has a scheme, or a
// user before a host. A path that looks like one is written with ./ before it.
func IsAddress(text string) bool {
	text = strings.TrimFunc(text, func(r rune) bool { return r <= ' ' || r == 0xA0 || r == 0xFEFF || r == '"' || r == '\'' })
	inside := strings.Contains(text, "://") && !strings.HasPrefix(text, ".") && !filepath.IsAbs(text)
	return inside || addressStart.MatchString(text) || hostStart.MatchString(text)
}

// CheckPath returns an error for an address in the place of a path. The error does not
// repeat it, because it may hold a password.
func CheckPath(path string) error {
	if IsAddress(path) {
		return errors.New("an address stands where a path is wanted (a path with a colon is written with ./ before it)")
	}
	if strings.ContainsRune(path, 0) {
		return errors.New("a path has a zero byte")
	}
	return nil
}
