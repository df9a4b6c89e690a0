package gitrepo

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// MirrorState is what can be read of a mirror without starting git.
type MirrorState struct {
	// Digest is a hash of the folder's path, all its references and its objects' folders,
	// in hex. While it stays the same, so do HEAD, the tags and the objects.
	Digest string
	// FetchedAt is the time of the last fetch from the origin, as the times of
	// the mirror's files show it. A commit may be younger.
	FetchedAt time.Time
}

// ReadMirrorState reads a bare repository or a work tree with a .git folder. It
// reports false where dir is neither, and where what belongs to the mirror lies elsewhere
// or in a way that only git knows (a linked work tree, objects of another repository,
// links among the references): these need Open.
func ReadMirrorState(dir string) (MirrorState, bool) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return MirrorState{}, false
	}
	gitDir := gitFolder(abs)
	head, err := readSmall(filepath.Join(gitDir, "HEAD"))
	if err != nil {
		return MirrorState{}, false
	}
	for _, elsewhere := range []string{"commondir", "objects/info/alternates"} {
		if _, err := os.Lstat(filepath.Join(gitDir, filepath.FromSlash(elsewhere))); err == nil {
			return MirrorState{}, false
		}
	}
	d := digest{sha256.New()}
	fmt.Fprintf(d, "%s\n%s\n", gitDir, head)
	if ref, ok := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: "); ok && filepath.IsLocal(ref) {
		target, _ := readSmall(filepath.Join(gitDir, ref)) // packed where it is not there
		fmt.Fprintf(d, "%s\n", target)
	}
	if !d.addConfig(gitDir) || !d.addReferences(gitDir) || !d.addFolder(filepath.Join(gitDir, "objects")) {
		return MirrorState{}, false
	}
	d.addFile(filepath.Join(gitDir, "shallow"))
	return MirrorState{Digest: hex.EncodeToString(d.Sum(nil)[:16]), FetchedAt: lastFetch(gitDir)}, true
}

// digest is a hash of the files of a mirror.
type digest struct{ hash.Hash }

// maxReferences bounds the files of references that are looked at without git, and
// maxRead the bytes that are read of one file: of a larger one, size and time count.
const (
	maxReferences = 20_000
	maxRead       = 1 << 20
)

// refStorage is the setting of where references are kept.
var refStorage = regexp.MustCompile(`(?i)refstorage\s*=\s*"?([^\s"#;]*)`)

// addConfig adds the configuration. It reports false where references are kept in a way
// that is not known here.
func (d digest) addConfig(gitDir string) bool {
	path := filepath.Join(gitDir, "config")
	text, err := readShort(path, maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil {
		return false
	}
	fmt.Fprintf(d, "config %d %s\n", len(text), text)
	for _, storage := range refStorage.FindAllSubmatch(text, -1) {
		if kind := strings.ToLower(string(storage[1])); kind != "files" && kind != "reftable" {
			return false
		}
	}
	return true
}

// addReferences adds all references: packed, loose in folders of any depth, and in tables.
func (d digest) addReferences(gitDir string) bool {
	if !d.addFile(filepath.Join(gitDir, "packed-refs")) {
		return false
	}
	count := 0
	for _, folder := range []string{"refs", "reftable"} {
		err := filepath.WalkDir(filepath.Join(gitDir, folder), func(path string, entry fs.DirEntry, err error) error {
			if count++; err != nil || count > maxReferences {
				return cmp.Or(err, errTooMany)
			}
			if entry.IsDir() {
				fmt.Fprintf(d, "%s/\n", path)
				return nil
			}
			if !d.addFile(path) {
				return errTooMany
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

var errTooMany = errors.New("more than is looked at without git")

// addFile adds a file by name, size, time and, where it is not large, contents. What is
// not there counts as that. It reports false for a link, a pipe or a device.
func (d digest) addFile(path string) bool {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	fmt.Fprintf(d, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
	if info.Size() > maxRead {
		return true
	}
	text, err := readShort(path, maxRead)
	if err != nil {
		return false
	}
	_, _ = d.Write(text) // a hash takes everything
	return true
}

// addFolder adds the folder of objects and the folders in it, by name and time.
func (d digest) addFolder(path string) bool {
	entries, err := os.ReadDir(path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || info.Mode()&fs.ModeSymlink != 0 {
			return false
		}
		fmt.Fprintf(d, "%s %d %d\n", entry.Name(), info.Size(), info.ModTime().UnixNano())
	}
	return true
}

// readSmall reads a file of a few lines. A hostile mirror may have a pipe, a
// device or gigabytes in its place.
func readSmall(path string) ([]byte, error) { return readShort(path, 4096) }

// readShort is readSmall with another limit, in bytes.
func readShort(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s is no short file", path)
	}
	return os.ReadFile(path)
}

// lastFetch is the newest modification time of the files that git writes when it
// fetches or moves HEAD; zero where there are none.
func lastFetch(gitDir string) time.Time {
	var newest time.Time
	for _, name := range []string{"HEAD", "packed-refs", "FETCH_HEAD", filepath.Join("logs", "HEAD")} {
		if info, err := os.Stat(filepath.Join(gitDir, name)); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	return newest
}

// PackedBytes is the size of a repository's packs, or 0 where it has none: a
// rough measure of how long it takes to read.
func PackedBytes(dir string) int64 {
	var total int64
	for _, pack := range append(packFiles(dir), packFiles(filepath.Join(dir, ".git"))...) {
		if info, err := pack.Info(); err == nil {
			total += info.Size()
		}
	}
	return total
}

// packFiles lists the packs of a .git folder; none where it cannot be read.
func packFiles(gitDir string) []os.DirEntry {
	entries, _ := os.ReadDir(filepath.Join(gitDir, "objects", "pack"))
	return slices.DeleteFunc(entries, func(e os.DirEntry) bool { return filepath.Ext(e.Name()) != ".pack" })
}
