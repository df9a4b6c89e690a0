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

// Sight is what can be told of a mirror without starting git.
type Sight struct {
	// State names the folder, its references and its packs: while it stays the
	// same, so do HEAD, the tags and the objects.
	State string
	// Seen is when the mirror last looked at its origin, as far as its files
	// tell; a commit may be younger.
	Seen time.Time
}

// Look sees a bare repository or a work tree with a .git folder. It reports
// false where dir is neither, or a linked work tree: open it to know.
func Look(dir string) (Sight, bool) {
	gitDir, err := filepath.Abs(dir)
	if err != nil {
		return Sight{}, false
	}
	head, err := readSmall(filepath.Join(gitDir, "HEAD"))
	if err != nil {
		gitDir = filepath.Join(gitDir, ".git")
		if head, err = readSmall(filepath.Join(gitDir, "HEAD")); err != nil {
			return Sight{}, false
		}
	}
	if _, err := os.Stat(filepath.Join(gitDir, "commondir")); err == nil {
		return Sight{}, false
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
	return Sight{State: hex.EncodeToString(hash.Sum(nil)[:16]), Seen: lastLook(gitDir)}, true
}

// readSmall reads a file of a few lines. A mirror may hold anything in its
// place: a pipe that never ends, a device, gigabytes.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > 4096 {
		return nil, fmt.Errorf("%s is no short file", path)
	}
	return os.ReadFile(path)
}

// lastLook is the newest change of the files that git touches when it fetches
// or moves HEAD; zero where there are none.
func lastLook(gitDir string) time.Time {
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
	for _, pack := range append(packs(dir), packs(filepath.Join(dir, ".git"))...) {
		if info, err := pack.Info(); err == nil {
			total += info.Size()
		}
	}
	return total
}

// packs lists the packs of a .git folder; none where it cannot be read.
func packs(gitDir string) []os.DirEntry {
	entries, _ := os.ReadDir(filepath.Join(gitDir, "objects", "pack"))
	return slices.DeleteFunc(entries, func(e os.DirEntry) bool { return filepath.Ext(e.Name()) != ".pack" })
}
