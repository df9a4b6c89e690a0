package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// maxSymlinks bounds a chain of symbolic links, as kernels do.
const maxSymlinks = 40

// treeFS is the file system of a snapshot's tree. It holds no contents.
type treeFS struct {
	snapshot *Snapshot
	nodes    map[string]*node
}

type node struct {
	name string
	file File // zero for a folder
	// size is what Stat reports. Callers allocate memory for it, so it is at most
	// one byte over MaxBlob, whatever size the object declares.
	size     int64
	dir      bool
	children []*node
}

func newTreeFS(s *Snapshot) (*treeFS, error) {
	t := &treeFS{snapshot: s, nodes: map[string]*node{".": {name: ".", dir: true}}}
	duplicates := 0
	for _, file := range s.files {
		if pathProblem(file.Path) != "" {
			continue
		}
		if !t.add(file) {
			duplicates++
		}
		if limit := s.git.opts.MaxFiles; len(t.nodes) > len(s.files)+1+limit {
			return nil, &Error{observation.CauseOverLimit, "read the tree of", s.gitDir,
				fmt.Errorf("more folders than the limit of %d files; --max-files allows more", limit)}
		}
	}
	if duplicates > 0 {
		s.notes = append(s.notes, observation.Note{Cause: observation.CauseBroken, Subject: s.commit,
			Message: fmt.Sprintf("the tree names %d paths a second time; only the first was read", duplicates)})
	}
	for _, n := range t.nodes {
		slices.SortFunc(n.children, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	}
	return t, nil
}

// add adds a file, unless its path is taken: a crafted tree may list one twice.
func (t *treeFS) add(file File) bool {
	if _, exists := t.nodes[file.Path]; exists {
		return false
	}
	size := min(max(0, file.Size), t.snapshot.git.opts.MaxBlob+1)
	n := &node{name: path.Base(file.Path), file: file, size: size, dir: file.Mode == ModeGitlink}
	parent := t.folder(path.Dir(file.Path))
	if parent == nil {
		return false
	}
	parent.children = append(parent.children, n)
	t.nodes[file.Path] = n
	return true
}

// folder returns the node of a folder and makes it where needed; nil where the
// path is a file already.
func (t *treeFS) folder(name string) *node {
	if n, ok := t.nodes[name]; ok {
		if n.dir {
			return n
		}
		return nil
	}
	parent := t.folder(path.Dir(name))
	if parent == nil {
		return nil
	}
	n := &node{name: path.Base(name), dir: true}
	parent.children = append(parent.children, n)
	t.nodes[name] = n
	return n
}

// find follows symbolic links, also in the middle of a path, inside the tree.
func (t *treeFS) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n, err := t.walk(name, 0)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return n, nil
}

var errLoop = errors.New("too many levels of symbolic links")

func (t *treeFS) walk(name string, hops int) (*node, error) {
	if hops > maxSymlinks {
		return nil, errLoop
	}
	if n, ok := t.nodes[name]; ok {
		if n.file.Mode == ModeSymlink {
			return t.follow(name, "", hops)
		}
		return n, nil
	}
	// One of the folders on the way may be a link.
	for i := range len(name) {
		if name[i] != '/' {
			continue
		}
		if n, ok := t.nodes[name[:i]]; ok && n.file.Mode == ModeSymlink {
			return t.follow(name[:i], name[i+1:], hops)
		}
	}
	return nil, fs.ErrNotExist
}

func (t *treeFS) follow(link, rest string, hops int) (*node, error) {
	if t.nodes[link].file.Size > maxPath {
		return nil, errors.New("the symbolic link is longer than any path")
	}
	target, err := t.snapshot.ReadBlob(t.nodes[link].file.OID)
	if err != nil {
		return nil, err
	}
	next := path.Join(path.Dir(link), string(target), rest)
	if path.IsAbs(string(target)) || !fs.ValidPath(next) {
		return nil, errors.New("the symbolic link leaves the repository")
	}
	return t.walk(next, hops+1)
}

// Open implements fs.FS.
func (t *treeFS) Open(name string) (fs.File, error) {
	n, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.dir {
		return &openDir{info: n.info(), entries: n.children}, nil
	}
	// Contents are read at the first Read: walkers open many files only to
	// stat them.
	return &openFile{tree: t, path: name, node: n}, nil
}

// Stat implements fs.StatFS.
func (t *treeFS) Stat(name string) (fs.FileInfo, error) {
	n, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	return n.info(), nil
}

// ReadFile implements fs.ReadFileFS. The caller may change the bytes.
func (t *treeFS) ReadFile(name string) ([]byte, error) {
	n, err := t.find("read", name)
	if err != nil {
		return nil, err
	}
	data, err := t.contents("read", name, n)
	return bytes.Clone(data), err
}

// ReadDir implements fs.ReadDirFS.
func (t *treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !n.dir {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a folder")}
	}
	return entries(n.children), nil
}

func (t *treeFS) contents(op, name string, n *node) ([]byte, error) {
	if n.dir {
		return nil, &fs.PathError{Op: op, Path: name, Err: errors.New("is a folder")}
	}
	if n.file.Size < 0 {
		return nil, &fs.PathError{Op: op, Path: name, Err: &Error{observation.CauseMissingObjects, "read object", n.file.OID, errors.New("missing from the mirror")}}
	}
	data, err := t.snapshot.ReadBlob(n.file.OID)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return data, nil
}

func entries(children []*node) []fs.DirEntry {
	list := make([]fs.DirEntry, len(children))
	for i, child := range children {
		list[i] = fs.FileInfoToDirEntry(child.info())
	}
	return list
}

type nodeInfo struct{ *node }

func (n *node) info() fs.FileInfo { return nodeInfo{n} }

func (i nodeInfo) Name() string       { return i.name }
func (i nodeInfo) Size() int64        { return i.size }
func (i nodeInfo) ModTime() time.Time { return time.Time{} } // git keeps none
func (i nodeInfo) IsDir() bool        { return i.dir }
func (i nodeInfo) Sys() any           { return i.file }
func (i nodeInfo) Mode() fs.FileMode {
	switch {
	case i.dir:
		return fs.ModeDir | 0o555
	case i.file.Mode == ModeSymlink:
		return fs.ModeSymlink | 0o444
	case i.file.Mode == ModeExecutable:
		return 0o555
	}
	return 0o444
}

// openFile reads its contents at the first use.
type openFile struct {
	tree   *treeFS
	path   string
	node   *node
	reader *bytes.Reader
}

func (f *openFile) load() error {
	if f.reader != nil {
		return nil
	}
	data, err := f.tree.contents("read", f.path, f.node)
	if err != nil {
		return err
	}
	f.reader = bytes.NewReader(data)
	return nil
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.node.info(), nil }
func (f *openFile) Close() error               { return nil }

func (f *openFile) Read(p []byte) (int, error) {
	if err := f.load(); err != nil {
		return 0, err
	}
	return f.reader.Read(p)
}

func (f *openFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.load(); err != nil {
		return 0, err
	}
	return f.reader.ReadAt(p, off)
}

func (f *openFile) Seek(offset int64, whence int) (int64, error) {
	if err := f.load(); err != nil {
		return 0, err
	}
	return f.reader.Seek(offset, whence)
}

type openDir struct {
	info    fs.FileInfo
	entries []*node
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.Name(), Err: errors.New("is a folder")}
}

func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		rest := entries(d.entries)
		d.entries = nil
		return rest, nil
	}
	if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	part := entries(d.entries[:n])
	d.entries = d.entries[n:]
	return part, nil
}
