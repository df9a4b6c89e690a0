package osv

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// unreadNotes notes what the inventory cannot hold: manifests that no lockfile covers, a
// note a kind, languages without a manifest, and submodules, which are other repositories.
// Without these notes, a project that locks nothing would seem to have no packages.
func (s *Scanner) unreadNotes(snapshot *gitrepo.Snapshot, found fileSelection, run *run, packages []observation.Package) []observation.Note {
	covered := newCoverage(run.tree.inner, found.locks, packages)
	for link, target := range found.linked {
		covered.held[link] = covered.held[target]
	}
	read := familiesRead(run, packages)
	manifests := s.readManifests(snapshot, found, covered, read)
	var notes []observation.Note
	for i, kind := range s.kinds {
		if kind.beside() {
			continue
		}
		if paths := lacking(kind, manifests[i], covered); len(paths) > 0 {
			notes = append(notes, kind.note(paths))
		}
	}
	for i, kind := range s.kinds {
		if kind.beside() && len(manifests[i]) > 0 {
			notes = append(notes, kind.noteBeside(lacking(kind, manifests[i], covered), read[kind.family])...)
		}
	}
	notes = append(notes, s.languageNotes(snapshot, found, read)...)
	notes = append(notes, oddPathNotes(found.odd)...)
	if submodules := found.submodules; len(submodules) > 0 {
		slices.Sort(submodules)
		notes = append(notes, observation.Note{Cause: observation.CauseUnsupported, Subject: submodules[0],
			Message: fmt.Sprintf("the packages of %s are not in the inventory: they are repositories of their own; name them in the catalog",
				describePaths(submodules, "the submodule", "submodules"))})
	}
	return notes
}

// readManifests reads what the manifests of all kinds name, and which names are the
// repository's own.
func (s *Scanner) readManifests(snapshot *gitrepo.Snapshot, found fileSelection, covered *coverage, read map[string]bool) [][]manifestOf {
	manifests := make([][]manifestOf, len(s.kinds))
	for i, kind := range s.kinds {
		for _, file := range found.unlocked[i] {
			if inForeignFolder(file.Path) && !isVendorList(file.Path) || isScaffold(file.Path) && !kind.beside() {
				continue
			}
			m := manifestOf{file: file, named: unreadable}
			if kind.reads != nil {
				if text, err := readText(snapshot, file); err == nil {
					m.text, _ = decodeText(text)
					m.named = kind.reads(m.text)
				}
			}
			if m.named.own != "" {
				covered.own[nameKey(ecosystemOf[kind.family], m.named.own)] = true
			}
			if !kind.beside() {
				read[kind.family] = true
			}
			manifests[i] = append(manifests[i], m)
		}
	}
	return manifests
}

// ecosystemOf are the ecosystems by whose rules own names are compared.
var ecosystemOf = map[string]string{familyPython: "PyPI", familyRust: "crates.io"}

// isVendorList is a list of what lies in Go's folder of copies.
func isVendorList(name string) bool {
	return path.Base(name) == "vendor.json" || path.Base(name) == "manifest"
}

// lacking are the paths of manifests that name packages which no lockfile holds.
func lacking(kind manifestKind, manifests []manifestOf, covered *coverage) []string {
	var paths []string
	for _, m := range manifests {
		if m.named.some && !covered.covers(kind, m.file.Path, m.named, m.text) {
			paths = append(paths, m.file.Path)
		}
	}
	return paths
}

// readText reads a file that people write.
func readText(snapshot *gitrepo.Snapshot, file gitrepo.File) ([]byte, error) {
	if file.Size > maxText {
		return nil, fmt.Errorf("%w: %d bytes, more than the %d that are read", errTooLarge, file.Size, maxText)
	}
	return fs.ReadFile(snapshot.FS(), file.Path)
}

func (k manifestKind) note(paths []string) observation.Note {
	slices.Sort(paths)
	return observation.Note{Cause: observation.CauseUnsupported, Subject: paths[0],
		Message: fmt.Sprintf(
			"the packages of %s are not in the inventory: no lockfile holds their versions; %s", describePaths(paths, "the manifest", "manifests"), k.remedy)}
}

// noteBeside notes files that count only where nothing else of their family was read.
func (k manifestKind) noteBeside(paths []string, othersRead bool) []observation.Note {
	switch {
	case len(paths) == 0 || othersRead && k.reads != nil:
		return nil
	case k.reads != nil:
		return []observation.Note{k.note(paths)}
	}
	slices.Sort(paths)
	note := observation.Note{Cause: observation.CauseUnsupported, Subject: paths[0],
		Message: fmt.Sprintf("%s not matched with advisories: what was copied into the repository names no version that is read; %s",
			isOrAre(paths, "the package", "packages"), k.remedy)}
	if othersRead {
		note.Cause = observation.CauseRemark
	}
	return []observation.Note{note}
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

// familiesRead are the families of languages of which a manifest was read.
func familiesRead(run *run, packages []observation.Package) map[string]bool {
	read := map[string]bool{}
	for _, p := range packages {
		read[familyOfEcosystem[p.Ecosystem]] = true
	}
	for name := range run.extracted {
		if !inForeignFolder(name) {
			read[familyOfManifest(path.Base(name))] = true
		}
	}
	return read
}

var familyOfEcosystem = map[string]string{
	"npm": familyJavaScript, "PyPI": familyPython, "Maven": familyJVM, "Go": familyGo, "crates.io": familyRust, "RubyGems": familyRuby,
	"Packagist": familyPHP, "NuGet": familyDotNet, "Pub": familyDart, "Hex": familyBEAM, "Hackage": familyHaskell, "CRAN": familyR,
	"ConanCenter": familyC, "SwiftURL": familyApple,
}

// familyOfManifest is the family of a manifest that an extractor reads, also where it
// lists no package.
func familyOfManifest(base string) string {
	for _, f := range []struct{ family, names string }{
		{familyJavaScript, "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock"},
		{familyPython, "poetry.lock pdm.lock uv.lock Pipfile.lock"},
		{familyJVM, "gradle.lockfile buildscript-gradle.lockfile verification-metadata.xml pom.xml"},
		{familyGo, "go.mod"},
		{familyRust, "Cargo.lock"},
		{familyRuby, "Gemfile.lock gems.locked"},
		{familyPHP, "composer.lock"},
		{familyDotNet, "packages.lock.json packages.config"},
		{familyDart, "pubspec.lock"},
		{familyBEAM, "mix.lock"},
		{familyHaskell, "cabal.project.freeze stack.yaml.lock"},
		{familyR, "renv.lock"},
		{familyC, "conan.lock"},
	} {
		if slices.Contains(strings.Fields(f.names), base) {
			return f.family
		}
	}
	lower := strings.ToLower(base)
	switch {
	case strings.Contains(lower, "requirements") || strings.HasPrefix(base, "pylock."):
		return familyPython
	case path.Ext(base) == ".pom":
		return familyJVM
	case strings.HasSuffix(base, ".deps.json"):
		return familyDotNet
	}
	return ""
}
