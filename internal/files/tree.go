package files

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Tree returns the repository that holds a folder: the nearest folder with a .git in it,
// or that is bare. It does not ask git, because the configuration of a repository may name
// another folder. Where the path is no folder of a repository, ok is false.
func Tree(folder string) (top string, ok bool) {
	full, err := Resolve(folder)
	if err != nil {
		return "", false
	}
	if info, err := os.Stat(full); err != nil || !info.IsDir() {
		return "", false
	}
	for top = full; ; top = filepath.Dir(top) {
		switch {
		case has(top, ".git"):
			return top, true
		case filepath.Base(top) != ".git" && has(top, "HEAD", "objects", "refs"):
			return top, true
		case top == filepath.Dir(top):
			return "", false
		}
	}
}

// Trees lists the work trees that a folder belongs to: its own, and the one in which a
// bare repository lies, which may have come with it. The user's home, and what holds it,
// counts only where it is read itself.
func Trees(folder string) []string {
	top, ok := Tree(folder)
	if !ok {
		return nil
	}
	around, ok := Tree(filepath.Dir(top))
	if !ok || has(top, ".git") {
		return []string{top}
	}
	if home, err := os.UserHomeDir(); err == nil {
		if inside, err := Inside(home, around); err != nil || inside {
			return []string{top}
		}
	}
	return []string{top, around}
}

// has reports whether all the names are in a folder.
func has(folder string, names ...string) bool {
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(folder, name)); err != nil {
			return false
		}
	}
	return true
}

// maxLinks bounds the links that a path leads through, as kernels do.
const maxLinks = 40

// Inside reports whether a path is a folder, lies in it, or leads through it by a link.
// Neither need exist.
func Inside(path, folder string) (bool, error) {
	full, err := filepath.Abs(folder)
	if err != nil {
		return false, err
	}
	name := resolve(full)
	home, _ := os.Stat(full) // nil where it does not exist
	places, err := places(path)
	if err != nil {
		return false, err
	}
	for _, place := range places {
		for at := place; ; at = filepath.Dir(at) {
			info, err := os.Stat(at)
			if at == name || err == nil && home != nil && os.SameFile(info, home) {
				return true, nil
			}
			if at == filepath.Dir(at) {
				break
			}
		}
	}
	return false, nil
}

// places lists a path and what it becomes with each link that it leads through.
func places(path string) ([]string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	list := []string{path}
	for {
		next, found := followOne(path)
		if !found {
			return append(list, resolve(path)), nil
		}
		if len(list) > maxLinks {
			return nil, fmt.Errorf("%s leads through more than %d links", list[0], maxLinks)
		}
		path = next
		list = append(list, path)
	}
}

// Resolve is a path, absolute and without links as far as it exists.
func Resolve(path string) (string, error) {
	if err := CheckPath(path); err != nil {
		return "", err
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return resolve(full), nil
}

// resolve is an absolute path as the system sees it, as far as it exists.
func resolve(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil || path == filepath.Dir(path) {
		return resolved
	}
	return filepath.Join(resolve(filepath.Dir(path)), filepath.Base(path))
}

// followOne replaces the first link in a path by its target.
func followOne(path string) (next string, found bool) {
	volume := filepath.VolumeName(path)
	at := volume + string(filepath.Separator)
	parts := strings.Split(strings.Trim(path[len(volume):], string(filepath.Separator)), string(filepath.Separator))
	for i, part := range parts {
		here := filepath.Join(at, part)
		info, err := os.Lstat(here)
		if err != nil {
			return "", false // it is not there, or nobody can read it
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = here
			continue
		}
		target, err := os.Readlink(here)
		if err != nil {
			return "", false
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(at, target)
		}
		return filepath.Join(append([]string{target}, parts[i+1:]...)...), true
	}
	return "", false
}

// CheckFolderIn returns an error where the folder of a path below top is reached through
// a link.
func CheckFolderIn(path, top string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	for at := filepath.Dir(path); at != filepath.Dir(at); at = filepath.Dir(at) {
		if here, err := os.Stat(at); err == nil {
			if home, err := os.Stat(top); err == nil && os.SameFile(here, home) {
				return nil
			}
		}
		if err := RefuseLink(at); err != nil {
			return err
		}
	}
	return nil
}
