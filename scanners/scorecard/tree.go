package scorecard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/licensefile"
	"github.com/midspan/midspan/internal/observation"
)

const (
	// headSize is how many bytes of each file Binary-Artifacts reads.
	headSize = 1024
	// maxSearched bounds the files that are searched for a trace of fuzzing
	// during the pass; a larger one is left to the check itself.
	maxSearched = 16 << 20
	// maxKept bounds the contents that one scan keeps in memory; those beyond
	// are read again when a check opens them.
	maxKept = 128 << 20
	// maxText bounds the scripts, recipes and settings that a check hands to a parser.
	// People write them; a larger one is something else, and no parser bounds what it
	// needs.
	maxText = 1 << 20
)

// errTooLarge is the error for a file over maxText.
func errTooLarge(size int64) error {
	return &gitrepo.Error{Cause: observation.CauseOverLimit, Op: "read", Subject: "file",
		Err: fmt.Errorf("%d bytes, more than the %d that are read of a script or a recipe", size, maxText)}
}

// tree holds the files of a snapshot and what one pass over their contents
// found.
type tree struct {
	snapshot   *gitrepo.Snapshot
	paths      []string // in the order of a walk: "a/b" stands before "a.txt"
	needed     []string // those of paths whose names do not decide their type
	byPath     map[string]treeFile
	blobs      map[string]*blob // by object id
	memoryLeft int64            // bytes that may still be kept
}

// treeFile is a file, or a symbolic link that leads to one.
type treeFile struct {
	oid  string
	want gitrepo.Want
	err  error // of a link whose target is unknown
}

// blob is what the pass kept of one object.
type blob struct {
	head  []byte // nil, like whole, where it was not kept
	whole []byte
	err   error
	size  int64
	keep  bool // a path, or the first line, needs the whole contents
	// sources are the extensions of source files with these contents.
	sources []string
	// mayFuzz is false once the object was searched for a fuzzer in vain.
	mayFuzz bool
}

// listTree lists what a checkout would show: submodules are empty folders,
// links that lead to a folder, out of the tree or nowhere are left out.
func listTree(snapshot *gitrepo.Snapshot) *tree {
	t := &tree{snapshot: snapshot, byPath: map[string]treeFile{}, blobs: map[string]*blob{}, memoryLeft: maxKept}
	for _, file := range snapshot.Files() {
		if file.Mode == gitrepo.ModeGitlink || !isCheckoutPath(file.Path) {
			continue
		}
		if _, twice := t.byPath[file.Path]; twice {
			continue // a crafted tree; the first counts
		}
		entry := treeFile{oid: file.OID, want: wants(file.Path)}
		if file.Mode == gitrepo.ModeSymlink {
			var ok bool
			if entry, ok = resolveLink(snapshot, file.Path); !ok {
				continue
			}
		}
		t.paths = append(t.paths, file.Path)
		t.byPath[file.Path] = entry
		t.registerBlob(file.Path, entry)
	}
	sortInWalkOrder(t.paths)
	for _, name := range t.paths {
		if file := t.byPath[name]; file.err != nil || file.want == gitrepo.Needed {
			t.needed = append(t.needed, name)
		}
	}
	return t
}

// wanted lists the files that are opened.
func (t *tree) wanted() []string { return t.needed }

// ownLicences lists the files but for licences of others, which Scorecard would take for the
// repository's.
func (t *tree) ownLicences() []string {
	return slices.DeleteFunc(slices.Clone(t.paths), licensefile.IsOfOthers)
}

// isCheckoutPath refuses paths that a checkout would refuse. Bytes that are not
// UTF-8 are no reason.
func isCheckoutPath(name string) bool {
	if !fs.ValidPath(strings.ToValidUTF8(name, "\uFFFD")) {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.EqualFold(part, ".git") {
			return false
		}
	}
	return true
}

func resolveLink(snapshot *gitrepo.Snapshot, link string) (treeFile, bool) {
	info, err := fs.Stat(snapshot.FS(), link)
	if err != nil {
		// Only a link whose own text is missing may be a file.
		if failure, ok := errors.AsType[*gitrepo.Error](err); ok {
			return treeFile{err: failure}, true
		}
		return treeFile{}, false
	}
	file, ok := info.Sys().(gitrepo.File)
	if !ok || info.IsDir() {
		return treeFile{}, false
	}
	return treeFile{oid: file.OID, want: max(wants(link), wants(file.Path))}, true
}

// sortInWalkOrder puts paths in the order in which a walk meets them, folder by
// folder by name, because some checks stop at the first file that fits.
func sortInWalkOrder(paths []string) {
	for i := range paths {
		paths[i] = strings.ReplaceAll(paths[i], "/", "\x00")
	}
	slices.Sort(paths)
	for i := range paths {
		paths[i] = strings.ReplaceAll(paths[i], "\x00", "/")
	}
}

// registerBlob registers an object of which contents are read.
func (t *tree) registerBlob(name string, file treeFile) {
	if file.err != nil || file.want == gitrepo.Unwanted {
		return
	}
	b := t.blobs[file.oid]
	if b == nil {
		b = &blob{mayFuzz: true}
		t.blobs[file.oid] = b
	}
	b.keep = b.keep || readsWhole(name)
	extension := strings.ToLower(path.Ext(name))
	if _, source := fuzzLiterals[extension]; source && !slices.Contains(b.sources, extension) {
		b.sources = append(b.sources, extension)
	}
}

// readAll reads every wanted file once. What it could not read is known to each blob;
// the note is of a pass that ended early, after which checks read file by
// file.
func (t *tree) readAll(ctx context.Context) *observation.Note {
	var oids []string
	seen := map[string]bool{}
	for _, name := range t.paths {
		file := t.byPath[name]
		if t.blobs[file.oid] != nil && !seen[file.oid] {
			seen[file.oid] = true
			oids = append(oids, file.oid)
		}
	}
	buffer := make([]byte, 0, 64<<10)
	err := t.snapshot.EachBlob(ctx, oids, func(object gitrepo.Object) error {
		var err error
		buffer, err = t.loadBlob(object, buffer[:0])
		return err
	})
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return &observation.Note{Cause: gitrepo.CauseOf(err), Subject: t.snapshot.Commit(),
		Message: fmt.Sprintf("not all files could be read: %s; check the mirror with git fsck or fetch it again", observation.OneLine(err.Error()))}
}

// loadBlob keeps of one object what the checks will read.
func (t *tree) loadBlob(object gitrepo.Object, buffer []byte) ([]byte, error) {
	b := t.blobs[object.OID]
	if b.head, b.whole, b.err = nil, nil, object.Err; b.err != nil {
		b.mayFuzz = true
		return buffer, nil
	}
	buffer, err := readUpTo(object, buffer, headSize)
	if err != nil {
		return buffer, err
	}
	b.size, b.keep = object.Size, b.keep || isScript(buffer)
	b.head = t.keepCopy(buffer)
	if object.Size <= headSize {
		b.whole = b.head
	}
	if (!b.keep && len(b.sources) == 0) || object.Size > maxSearched {
		return buffer, nil
	}
	if buffer, err = readUpTo(object, buffer, object.Size); err != nil {
		return buffer, err
	}
	b.mayFuzz = mentionsFuzzer(buffer, b.sources)
	if b.whole == nil && (b.keep || (b.mayFuzz && len(b.sources) > 0)) {
		b.whole = t.keepCopy(buffer)
	}
	return buffer, nil
}

// keepCopy copies contents into memory while memoryLeft allows, and returns nil
// after.
func (t *tree) keepCopy(data []byte) []byte {
	size := int64(len(data))
	if size > t.memoryLeft {
		return nil
	}
	t.memoryLeft -= size
	return append([]byte{}, data...) // not nil, even where empty
}

// readUpTo extends buffer to size bytes, or to all where there are less.
func readUpTo(r io.Reader, buffer []byte, size int64) ([]byte, error) {
	have := len(buffer)
	more := int(size) - have
	if more <= 0 {
		return buffer, nil
	}
	buffer = slices.Grow(buffer, more)[:have+more]
	n, err := io.ReadFull(r, buffer[have:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return buffer[:have+n], err
}

func isScript(head []byte) bool { return len(head) > 1 && head[0] == '#' && head[1] == '!' }

// headOfLarge returns the first bytes of a file over maxText, where they are known.
func (t *tree) headOfLarge(file treeFile) []byte {
	if b := t.blobs[file.oid]; file.err == nil && b != nil && b.err == nil && b.size > maxText {
		return b.head
	}
	return nil
}

// contents returns a file, or only its first bytes to a check that reads no
// more.
func (t *tree) contents(name string, file treeFile, firstBytesOnly bool) ([]byte, error) {
	if file.err != nil {
		return nil, file.err
	}
	b := t.blobs[file.oid]
	switch {
	case b == nil:
		return t.snapshot.ReadBlob(file.oid)
	case b.err != nil:
		return nil, b.err
	case b.size > maxText && (readsWhole(name) || isShell(name, b.head)):
		return nil, errTooLarge(b.size)
	case b.whole != nil:
		return b.whole, nil
	case firstBytesOnly && b.head != nil && !b.keep:
		return b.head, nil
	}
	return t.snapshot.ReadBlob(file.oid)
}
