// Package mirror says where the mirror of a repository lies: in the store, or where the
// user's templates point. A catalog names repositories, and so chooses these paths: each
// is below the folder of its own host, or where the user's template leads, and no two
// repositories share one.
package mirror

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/midspan/midspan/catalog"
)

// ErrNoPlace says that a repository's address gives no folder for its mirror.
var ErrNoPlace = errors.New("its path leaves the folder of its host")

// unfinished begins the names of folders that are not whole yet (internal/gitrepo). No
// mirror has such a name.
const unfinished = ".making-"

// maxName is the longest name of a folder, in bytes: with ".git" behind it and ".making-"
// before it, file systems allow no more.
const maxName = 240

// Place is the folder of a repository's mirror below the folder of all mirrors: first the
// folder of the host, then the path in it. Different repositories have different places.
func Place(repository catalog.Repository) (host, below string, err error) {
	host = folderName(repository.Host)
	if strings.Trim(host, ".") == "" || !filepath.IsLocal(host) || strings.ContainsAny(host, `/\`) || !repository.HasPlainParts() {
		return "", "", ErrNoPlace
	}
	var parts []string
	if repository.Owner != "" {
		for _, owner := range strings.Split(repository.Owner, "/") {
			parts = append(parts, folderName(owner))
		}
	}
	below = filepath.Join(append(parts, folderName(repository.Path)+".git")...)
	if !filepath.IsLocal(below) {
		return "", "", ErrNoPlace
	}
	return host, below, nil
}

// folderName is a name as the name of a folder. Names that mean something to Midspan are
// written in another way, and no two names in the same.
func folderName(name string) string {
	folder := strings.ReplaceAll(name, "%", "%25")
	if len(folder) >= len(unfinished) && strings.EqualFold(folder[:len(unfinished)], unfinished) {
		folder = "%2E" + folder[1:]
	}
	if len(folder) <= maxName {
		return folder
	}
	sum := sha256.Sum256([]byte(name))
	return strings.ToValidUTF8(folder[:maxName/2], "") + "%~" + hex.EncodeToString(sum[:16])
}

// Check looks whether a place below the folder of all mirrors is what it seems: a link in
// it may lead inside the folder of its host, and nowhere else. What is not there yet is
// in order.
func Check(mirrors, host, below string) error {
	root, err := os.OpenRoot(mirrors)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	info, err := root.Lstat(host)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", filepath.Join(mirrors, host))
	}
	if err != nil {
		return err
	}
	folder, err := root.OpenRoot(host)
	if err != nil {
		return err
	}
	defer folder.Close()
	if _, err := folder.Stat(below); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrNoPlace, err)
	}
	return nil
}
