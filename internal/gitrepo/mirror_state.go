package gitrepo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// MirrorState is what can be read of a mirror without starting git.
type MirrorState struct {
	// Digest is a hash of the folder's path, its references and its packs, in
	// hex. While it stays the same, so do HEAD, the tags and the objects.
	Digest string
	// FetchedAt is the time of the last fetch from the origin, as the times of
	// the mirror's files show it. A commit may be younger.
	FetchedAt time.Time
}

// ReadMirrorState reads a bare repository or a work tree with a .git folder. It
// reports false where dir is neither, and for a linked work tree: these need Open.
func ReadMirrorState(dir string) (MirrorState, bool) {
	gitDir, err := filepath.Abs(dir)
	if err != nil {
		return MirrorState{}, false
	}
	head, err := readSmall(filepath.Join(gitDir, "HEAD"))
	if err != nil {
		gitDir = filepath.Join(gitDir, ".git")
		if head, err = readSmall(filepath.Join(gitDir, "HEAD")); err != nil {
			return MirrorState{}, false
		}
	}
	if _, err := os.Stat(filepath.Join(gitDir, "commondir")); err == nil {
		return MirrorState{}, false
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\n%s\n", gitDir, head)
	if ref, ok := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: "); ok && filepath.IsLocal(ref) {
		target, _ := readSmall(filepath.Join(gitDir, ref)) // packed where it is not there
		fmt.Fprintf(hash, "%s\n", target)
	}
	for _, name := range []string{"packed-refs", "reftable", "refs/tags", "shallow", "objects", "objects/pack", "objects/info/alternates"} {
		if info, err := os.Stat(filepath.Join(gitDir, filepath.FromSlash(name))); err == nil {
			fmt.Fprintf(hash, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return MirrorState{Digest: hex.EncodeToString(hash.Sum(nil)[:16]), FetchedAt: lastFetch(gitDir)}, true
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
