package osv

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/pins"
	"github.com/midspan/midspan/scanners/osv/purpose"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// unread are the packages that manifests name which no lockfile covers, and notes on what
// the inventory cannot hold: those manifests, a note a kind, languages without a manifest,
// and submodules, which are other repositories. Without these notes, a project that locks
// nothing would seem to have no packages.
func (s *Scanner) unread(snapshot *gitrepo.Snapshot, found fileSelection, run *run, packages []observation.Package) (
	[]observation.Package, []observation.Note) {
	covered := newCoverage(run.tree.inner, found.locks, packages)
	for link, target := range found.linked {
		covered.held[link] = covered.held[target]
	}
	asked := familiesOf(run, packages)
	manifests := s.readManifests(snapshot, found, covered, asked)
	projects := sync.OnceValue(func() map[string][]string { return namesOfProjects(run.tree.inner, found, manifests) })
	asked.own = func(family string) []string { return slices.Concat(covered.ownNames(family), projects()[family]) }
	named := covered.complete(manifests)
	unreadLocks := s.unreadLocks(manifests)
	var notes []observation.Note
	for i, kind := range s.kinds {
		if kind.Beside() {
			continue
		}
		if without := run.withoutForeign(lacking(kind, manifests[i], covered)); len(without) > 0 {
			listed := covered.pinned(kind, without)
			notes = append(notes, lackingNotes(kind, without, listed, unreadLocks)...)
			named = append(named, listed...)
		}
	}
	for i, kind := range s.kinds {
		if kind.Beside() && len(manifests[i]) > 0 {
			listed, noted := covered.copies(kind, run.withoutForeign(lacking(kind, manifests[i], covered)), asked.read[kind.Family])
			notes, named = append(notes, noted...), append(named, listed...)
		}
	}
	notes = append(notes, s.languageNotes(snapshot, found, asked)...)
	notes = append(notes, oddPathNotes(found.odd)...)
	if submodules := found.submodules; len(submodules) > 0 {
		slices.Sort(submodules)
		notes = append(notes, observation.Note{Cause: observation.CauseUnsupported, Subject: submodules[0],
			Message: fmt.Sprintf("the packages of %s are not in the inventory: they are repositories of their own; name them in the catalog",
				describePaths(submodules, "the submodule", "submodules"))})
	}
	return named, notes
}

// readManifests reads what the manifests of all kinds name, and which names are the
// repository's own.
func (s *Scanner) readManifests(snapshot *gitrepo.Snapshot, found fileSelection, covered *coverage, asked families) [][]manifestOf {
	manifests := make([][]manifestOf, len(s.kinds))
	for i, kind := range s.kinds {
		for _, file := range found.unlocked[i] {
			if manifest.InForeignFolder(file.Path) && !isVendorList(file.Path) || manifest.IsScaffold(file.Path) && !kind.Beside() {
				continue
			}
			m := manifestOf{file: file, named: manifest.Unreadable}
			if kind.Reads != nil || pins.Reads(file.Path) {
				m.read(snapshot, kind)
			}
			covered.addOwn(kind.Family, m)
			if !kind.Beside() {
				asked.read[kind.Family] = true
				asked.named[kind.Family] = asked.named[kind.Family] || m.named.Some && purpose.GroupOfFolders(file.Path) == ""
			}
			manifests[i] = append(manifests[i], m)
		}
	}
	return manifests
}

// read reads what a manifest names. A text that is no manifest may name some.
func (m *manifestOf) read(snapshot *gitrepo.Snapshot, kind manifest.Kind) {
	text, err := readText(snapshot, m.file)
	if err != nil {
		return
	}
	text, _ = texts.Decode(text)
	if m.foreign = texts.Foreign(m.file.Path, text); m.foreign != nil {
		return
	}
	m.text = text
	if kind.Reads != nil {
		m.named = kind.Reads(text)
	}
}

// withoutForeign leaves out what is no manifest, and keeps it as what could not be read.
func (r *run) withoutForeign(manifests []manifestOf) []manifestOf {
	return slices.DeleteFunc(manifests, func(m manifestOf) bool {
		if m.foreign != nil {
			r.extracted[m.file.Path] = errors.Join(r.extracted[m.file.Path], m.foreign)
		}
		return m.foreign != nil
	})
}

// ecosystemOf are the ecosystems by whose rules own names are compared.
var ecosystemOf = map[string]string{manifest.FamilyPython: "PyPI", manifest.FamilyRust: "crates.io"}

// isVendorList is a list of what lies in Go's folder of copies.
func isVendorList(name string) bool {
	return path.Base(name) == "vendor.json" || path.Base(name) == "manifest" || path.Base(name) == "modules.txt"
}

// lacking are the manifests that name packages which no lockfile holds.
func lacking(kind manifest.Kind, manifests []manifestOf, covered *coverage) []manifestOf {
	var without []manifestOf
	for _, m := range manifests {
		if m.named.Some && !m.complete && !covered.covers(kind, m) {
			without = append(without, m)
		}
	}
	return without
}

func pathsOfManifests(manifests []manifestOf) []string {
	var paths []string
	for _, m := range manifests {
		paths = append(paths, m.file.Path)
	}
	slices.Sort(paths)
	return paths
}

// readText reads a file that people write, a lock that no extractor reads, or a notebook.
func readText(snapshot *gitrepo.Snapshot, file gitrepo.File) ([]byte, error) {
	limit := int64(maxText)
	switch {
	case pins.IsLock(file.Path):
		limit = maxYAML
	case strings.EqualFold(path.Ext(file.Path), ".ipynb"):
		limit = maxNotebook
	}
	if file.Size > limit {
		return nil, fmt.Errorf("%w: %d bytes, more than the %d that are read", errTooLarge, file.Size, limit)
	}
	return fs.ReadFile(snapshot.FS(), file.Path)
}

// copies are the packages and notes of files that count only where nothing else of their
// family was read: constraints, and copied packages.
func (c *coverage) copies(k manifest.Kind, without []manifestOf, othersRead bool) ([]observation.Package, []observation.Note) {
	if len(without) == 0 || othersRead && k.Reads != nil {
		return nil, nil
	}
	listed := c.pinned(k, without)
	if k.Reads != nil {
		return listed, lackingNotes(k, without, listed, nil)
	}
	paths := slices.DeleteFunc(pathsOfManifests(without), func(name string) bool {
		return slices.ContainsFunc(listed, func(p observation.Package) bool { return p.Path == name })
	})
	if len(paths) == 0 {
		return listed, nil
	}
	note := observation.Note{Cause: observation.CauseUnsupported, Subject: paths[0],
		Message: fmt.Sprintf("%s not matched with advisories: what was copied into the repository names no version that is read; %s",
			isOrAre(paths, "the package", "packages"), k.Remedy)}
	if othersRead {
		note.Cause = observation.CauseRemark
	}
	return listed, []observation.Note{note}
}

func isOrAre(paths []string, one, many string) string {
	if len(paths) == 1 {
		return describePaths(paths, one, many) + " is"
	}
	return describePaths(paths, one, many) + " are"
}

// describePaths is "the manifest a/x", or "3 manifests, the first a/x,".
func describePaths(paths []string, one, many string) string {
	if len(paths) == 1 {
		return one + " " + paths[0]
	}
	return fmt.Sprintf("%d %s, the first %s,", len(paths), many, paths[0])
}

// oddPathNotes notes manifests whose paths no reader can open.
func oddPathNotes(paths []string) []observation.Note {
	if len(paths) == 0 {
		return nil
	}
	slices.Sort(paths)
	for i, name := range paths {
		paths[i] = observation.OneLine(strings.ToValidUTF8(name, "\ufffd"))
	}
	return []observation.Note{{Cause: observation.CauseBroken, Subject: paths[0],
		Message: fmt.Sprintf("the packages of %s are not in the inventory: no reader can open such a path; give it another name",
			describePaths(paths, "the manifest", "manifests"))}}
}
