// Package mirrorcap keeps the folder of mirrors of a worker under a size: the mirrors that
// were used least recently go first. One process at a time may do that in a folder.
package mirrorcap

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Keeper knows the mirrors of a folder. It is safe for concurrent use.
type Keeper struct {
	mu     sync.Mutex
	root   string
	limit  int64
	size   func(dir string) int64
	total  int64
	turn   int64 // grows with each use
	mirror map[string]*mirror
}

type mirror struct {
	url    string // empty where it was not used yet
	bytes  int64
	turn   int64 // of its last use
	inHand int
}

// Open looks at the mirrors below a folder. limit is the most bytes of them all, 0 is no
// limit; size returns the bytes of a mirror.
func Open(root string, limit int64, size func(dir string) int64) (*Keeper, error) {
	k := &Keeper{root: root, limit: limit, size: size, mirror: map[string]*mirror{}}
	if limit == 0 {
		return k, nil
	}
	type found struct {
		dir  string
		when int64
	}
	var all []found
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.IsDir() {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".making-") {
			return fs.SkipDir
		}
		info, err := os.Stat(filepath.Join(path, "HEAD"))
		if err != nil {
			return nil
		}
		when := info.ModTime().UnixNano()
		if fetched, err := os.Stat(filepath.Join(path, "FETCH_HEAD")); err == nil {
			when = max(when, fetched.ModTime().UnixNano())
		}
		all = append(all, found{path, when})
		return fs.SkipDir
	})
	if err != nil {
		return nil, fmt.Errorf("look at the mirrors in %s: %w", root, err)
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Or(cmp.Compare(a.when, b.when), cmp.Compare(a.dir, b.dir)) })
	for _, one := range all {
		k.turn++
		k.mirror[one.dir] = &mirror{bytes: size(one.dir), turn: k.turn}
		k.total += k.mirror[one.dir].bytes
	}
	return k, nil
}

// Use says that the mirror of an address is in use until release is called; till then it
// stays.
func (k *Keeper) Use(dir, url string) (release func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one := k.mirror[dir]
	if one == nil {
		one = &mirror{}
		k.mirror[dir] = one
	}
	k.turn++
	one.turn, one.url = k.turn, url
	one.inHand++
	return sync.OnceFunc(func() { k.done(dir) })
}

func (k *Keeper) done(dir string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one := k.mirror[dir]
	one.inHand--
	if k.limit == 0 {
		if one.inHand == 0 {
			delete(k.mirror, dir)
		}
		return
	}
	now := k.size(dir)
	k.total += now - one.bytes
	one.bytes = now
	if now == 0 && one.inHand == 0 {
		delete(k.mirror, dir)
	}
}

// Tidy removes mirrors until those that stay are under the limit, and returns the
// addresses of those that went, where they are known. A mirror that is in use is not among
// them.
func (k *Keeper) Tidy() (gone []string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.limit > 0 && k.total > k.limit {
		oldest := ""
		for dir, one := range k.mirror {
			if one.inHand == 0 && (oldest == "" || one.turn < k.mirror[oldest].turn) {
				oldest = dir
			}
		}
		if oldest == "" {
			return gone, nil
		}
		if err := k.remove(oldest); err != nil {
			return gone, fmt.Errorf("make room for mirrors: %w", err)
		}
		if url := k.mirror[oldest].url; url != "" {
			gone = append(gone, url)
		}
		k.total -= k.mirror[oldest].bytes
		delete(k.mirror, oldest)
	}
	return gone, nil
}

// leavingName is the name of a folder while it is removed, one at a time. It is short
// whatever the name before, and with no .git behind it no clone that goes on later.
const leavingName = ".making-leaving"

// remove removes a folder below the root. It is renamed first: nobody reads half of it.
func (k *Keeper) remove(dir string) error {
	below, err := filepath.Rel(k.root, dir)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(k.root)
	if err != nil {
		return err
	}
	defer root.Close()
	leaving := filepath.Join(filepath.Dir(below), leavingName)
	if err := errors.Join(root.RemoveAll(leaving), root.Rename(below, leaving)); err != nil {
		return err
	}
	return root.RemoveAll(leaving)
}

// Bytes is the size of all mirrors; 0 without a limit.
func (k *Keeper) Bytes() int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.total
}
