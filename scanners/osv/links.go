package osv

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
)

// resolveLinks sorts the symbolic links that bear the name of a manifest. One that leads to
// a file of the repository is read like it, but where that file is read itself. One that
// leads nowhere holds no packages, and is noted.
func (s *Scanner) resolveLinks(snapshot *gitrepo.Snapshot, found *fileSelection, guard *panics) []observation.Note {
	read := map[string]bool{}
	for _, file := range found.manifests {
		read[file.Path] = true
	}
	var notes []observation.Note
	for _, link := range found.links {
		info, err := fs.Stat(snapshot.FS(), link.Path)
		if err != nil {
			if !manifest.InForeignFolder(link.Path) {
				notes = append(notes, danglingNote(link.Path, err))
			}
			continue
		}
		target, ok := info.Sys().(gitrepo.File)
		if !ok || info.IsDir() {
			continue
		}
		base := path.Base(link.Path)
		if s.lockNames[base] {
			found.locks[link.Path] = true
		}
		found.linked[link.Path] = target.Path
		file := gitrepo.File{Path: link.Path, Mode: target.Mode, Size: target.Size, OID: target.OID}
		switch {
		case read[target.Path] && path.Base(target.Path) == base:
		case s.manifest(file, base, guard):
			delete(found.linked, link.Path)
			found.manifests = append(found.manifests, file)
		case path.Base(target.Path) != base:
			if kind := s.index.Of(link.Path); kind >= 0 {
				found.unlocked[kind] = append(found.unlocked[kind], file)
			}
		}
	}
	slices.SortFunc(found.manifests, func(a, b gitrepo.File) int {
		switch {
		case a.Path < b.Path:
			return -1
		case a.Path > b.Path:
			return 1
		}
		return 0
	})
	return notes
}

func danglingNote(name string, err error) observation.Note {
	cause := observation.CauseBroken
	if c := causeOf(err); c == observation.CauseMissingObjects {
		cause = c
	}
	return observation.Note{Cause: cause, Subject: name,
		Message: fmt.Sprintf("the packages of %s are not in the inventory: it is a link that leads to no file of the repository; commit the file itself", name)}
}
