package osv

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/pins"
)

// place is a folder and a family of languages.
type place struct{ folder, family string }

// unreadLock is a lockfile that no extractor reads, and how to make its packages known.
type unreadLock struct{ path, remedy string }

// unreadLocks are the lockfiles of which not all packages are in the inventory.
func (s *Scanner) unreadLocks(manifests [][]manifestOf) map[place]unreadLock {
	found := map[place]unreadLock{}
	for i, kind := range s.kinds {
		for _, m := range manifests[i] {
			if isUnreadLock(m.file.Path) && !m.complete {
				found[place{path.Dir(m.file.Path), kind.Family}] = unreadLock{m.file.Path, kind.Remedy}
			}
		}
	}
	return found
}

// isUnreadLock reports the path of a lockfile by its name, where an extractor does not read it.
func isUnreadLock(name string) bool {
	base := strings.ToLower(path.Base(name))
	return pins.IsLock(name) || slices.Contains([]string{".lock", ".lockb", ".resolved", ".lockfile"}, path.Ext(base)) ||
		strings.Contains(base, "-lock.") || strings.Contains(base, ".lock.") || base == "dub.selections.json"
}

// lackingNotes are the notes on manifests of one kind of which packages are missing: the
// lockfiles that have no reader, the manifests beside such a lockfile, and all others.
// listed are the packages that they name themselves.
func lackingNotes(k manifest.Kind, without []manifestOf, listed []observation.Package, unread map[place]unreadLock) []observation.Note {
	var locks, others []string
	byLock := map[unreadLock][]string{}
	for _, name := range pathsOfManifests(without) {
		lock := unread[place{path.Dir(name), k.Family}]
		switch {
		case isUnreadLock(name):
			locks = append(locks, name)
		case lock.path != "":
			byLock[lock] = append(byLock[lock], name)
		default:
			others = append(others, name)
		}
	}
	var notes []observation.Note
	if len(locks) > 0 {
		notes = append(notes, lackingNote(describePaths(locks, "the lockfile", "lockfiles"), locks, listed,
			"no reader takes them from such a lockfile", "no reader takes all from such a lockfile", k.Remedy))
	}
	for lock, paths := range byLock {
		because := "no reader takes all from the lockfile " + lock.path
		notes = append(notes, lackingNote(describePaths(paths, "the manifest", "manifests"), paths, listed, because, because, lock.remedy))
	}
	if len(others) > 0 {
		notes = append(notes, lackingNote(describePaths(others, "the manifest", "manifests"), others, listed, "no lockfile holds their versions",
			"no lockfile holds what they need, and to which versions ranges lead", k.Remedy))
	}
	return notes
}

// lackingNote is a note on manifests of which no packages are listed (none says why), or not
// all (some says why).
func lackingNote(described string, paths []string, listed []observation.Package, none, some, remedy string) observation.Note {
	which, because := "not in the inventory", none
	if slices.ContainsFunc(listed, func(p observation.Package) bool { return slices.Contains(paths, p.Path) }) {
		which, because = "not all in the inventory", some
	}
	return observation.Note{Cause: observation.CauseUnsupported, Subject: paths[0],
		Message: fmt.Sprintf("the packages of %s are %s: %s; %s", described, which, because, remedy)}
}
