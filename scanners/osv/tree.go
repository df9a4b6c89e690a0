package osv

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	scalibrfs "github.com/google/osv-scalibr/fs"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// mount is the folder under which extractors see the snapshot. They match
// .gitignore files against the path of the folder that holds them, which
// fails for the root itself: so nothing of the snapshot lies in the root.
const mount = "repository"

// tree shows a snapshot to extractors and remembers what could not be read.
// Its folders list manifests only, so that a walk comes by nothing else; every
// file can be opened by its name.
type tree struct {
	inner  scalibrfs.FS
	listed map[string]bool // paths of the manifests and of the folders above them

	mutex  sync.Mutex
	failed map[string]error // by path in the snapshot
}

func newTree(fsys fs.FS, manifests []gitrepo.File) (*tree, error) {
	inner, ok := fsys.(scalibrfs.FS)
	if !ok {
		return nil, errors.New("the snapshot's file system lacks Stat or ReadDir")
	}
	listed := map[string]bool{}
	for _, file := range manifests {
		for name := file.Path; name != "." && !listed[name]; name = path.Dir(name) {
			listed[name] = true
		}
	}
	return &tree{inner: inner, listed: listed, failed: map[string]error{}}, nil
}

// snapshotPath maps a path of an extractor to one of the snapshot.
func snapshotPath(name string) (string, bool) {
	if name == mount {
		return ".", true
	}
	return strings.CutPrefix(name, mount+"/")
}

func (t *tree) recordError(name string, err error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.failed[name] = err
}

// Open implements fs.FS.
func (t *tree) Open(name string) (fs.File, error) {
	inner, ok := snapshotPath(path.Clean(name))
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	file, err := t.inner.Open(inner)
	if err != nil {
		if _, ok := errors.AsType[*gitrepo.Error](err); ok { // a link whose target cannot be read
			t.recordError(inner, err)
		}
		if path.Base(inner) == ".gitignore" {
			// Any other error would end the whole walk.
			err = &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return nil, err
	}
	if tooLarge := t.checkSize(inner, file); tooLarge != nil {
		t.recordError(inner, tooLarge)
		if path.Base(inner) == ".gitignore" {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return oversized{file, tooLarge}, nil
	}
	at, ok := file.(io.ReaderAt)
	if !ok { // a folder, without the method by which it would list itself
		return struct{ fs.File }{file}, nil
	}
	return &recordingFile{File: file, at: at, tree: t, name: inner}, nil
}

// checkSize is an error for a file that is too large to be read.
func (t *tree) checkSize(name string, file fs.File) error {
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return nil // reading it says more
	}
	return checkSize(name, info.Size())
}

// Stat implements fs.StatFS.
func (t *tree) Stat(name string) (fs.FileInfo, error) {
	inner, ok := snapshotPath(path.Clean(name))
	if !ok {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return t.inner.Stat(inner)
}

// ReadDir implements fs.ReadDirFS. It lists the folders that lead to manifests,
// and these.
func (t *tree) ReadDir(name string) ([]fs.DirEntry, error) {
	inner, ok := snapshotPath(path.Clean(name))
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	entries, err := t.inner.ReadDir(inner)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !t.listed[path.Join(inner, e.Name())] }), err
}

// recordingFile notes a failed read under the file's path: extractors wrap errors
// into texts, or drop them.
//
// At its first use it turns a text that is not UTF-8 with line feeds into one.
type recordingFile struct {
	fs.File
	at      io.ReaderAt
	tree    *tree
	name    string
	sniffed bool
	decoded *bytes.Reader // of the text, where it was written otherwise
}

// sniffedBytes are read of a file to see how its text is written.
const sniffedBytes = 4 << 10

// decode looks at the beginning of the file, and reads it all where its text is written
// otherwise than the extractors expect.
func (w *recordingFile) decode() {
	if w.sniffed {
		return
	}
	w.sniffed = true
	head := make([]byte, sniffedBytes)
	n, _ := w.at.ReadAt(head, 0)
	if !texts.IsOdd(head[:n]) {
		return
	}
	info, err := w.File.Stat()
	if err != nil {
		return // reading it says more
	}
	text := make([]byte, info.Size())
	if n, err := w.at.ReadAt(text, 0); err == nil || errors.Is(err, io.EOF) {
		decoded, _ := texts.Decode(text[:n])
		w.decoded = bytes.NewReader(decoded)
	}
}

func (w *recordingFile) record(err error) {
	if err != nil && !errors.Is(err, io.EOF) {
		w.tree.recordError(w.name, err)
	}
}

func (w *recordingFile) Read(p []byte) (int, error) {
	w.decode()
	if w.decoded != nil {
		return w.decoded.Read(p)
	}
	n, err := w.File.Read(p)
	w.record(err)
	return n, err
}

func (w *recordingFile) ReadAt(p []byte, offset int64) (int, error) {
	w.decode()
	if w.decoded != nil {
		return w.decoded.ReadAt(p, offset)
	}
	n, err := w.at.ReadAt(p, offset)
	w.record(err)
	return n, err
}

// Seek implements io.Seeker where the file does.
func (w *recordingFile) Seek(offset int64, whence int) (int64, error) {
	w.decode()
	if w.decoded != nil {
		return w.decoded.Seek(offset, whence)
	}
	seeker, ok := w.File.(io.Seeker)
	if !ok {
		return 0, errors.New("the file cannot seek")
	}
	n, err := seeker.Seek(offset, whence)
	w.record(err)
	return n, err
}
