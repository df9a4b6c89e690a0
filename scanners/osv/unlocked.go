package osv

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/pins"
	"github.com/midspan/midspan/scanners/osv/requirements"
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
	read := familiesRead(run, packages)
	manifests := s.readManifests(snapshot, found, covered, read)
	named := covered.complete(manifests)
	unreadLocks := s.unreadLocks(manifests)
	var notes []observation.Note
	for i, kind := range s.kinds {
		if kind.Beside() {
			continue
		}
		if without := lacking(kind, manifests[i], covered); len(without) > 0 {
			listed := covered.pinned(kind, without)
			notes = append(notes, lackingNotes(kind, without, listed, unreadLocks)...)
			named = append(named, listed...)
		}
	}
	for i, kind := range s.kinds {
		if kind.Beside() && len(manifests[i]) > 0 {
			listed, noted := covered.copies(kind, lacking(kind, manifests[i], covered), read[kind.Family])
			notes, named = append(notes, noted...), append(named, listed...)
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
	return named, notes
}

// readManifests reads what the manifests of all kinds name, and which names are the
// repository's own.
func (s *Scanner) readManifests(snapshot *gitrepo.Snapshot, found fileSelection, covered *coverage, read map[string]bool) [][]manifestOf {
	manifests := make([][]manifestOf, len(s.kinds))
	for i, kind := range s.kinds {
		for _, file := range found.unlocked[i] {
			if manifest.InForeignFolder(file.Path) && !isVendorList(file.Path) || manifest.IsScaffold(file.Path) && !kind.Beside() {
				continue
			}
			m := manifestOf{file: file, named: manifest.Unreadable}
			if kind.Reads != nil || pins.Reads(file.Path) {
				if text, err := readText(snapshot, file); err == nil {
					m.text, _ = decodeText(text)
					if kind.Reads != nil {
						m.named = kind.Reads(m.text)
					}
				}
			}
			if m.named.Own != "" {
				covered.own[manifest.NameKey(ecosystemOf[kind.Family], m.named.Own)] = true
			}
			if !kind.Beside() {
				read[kind.Family] = true
			}
			manifests[i] = append(manifests[i], m)
		}
	}
	return manifests
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
		if m.named.Some && !m.complete && !covered.covers(kind, m.file.Path, m.named, m.text) {
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

// readText reads a file that people write, or a lock that no extractor reads.
func readText(snapshot *gitrepo.Snapshot, file gitrepo.File) ([]byte, error) {
	limit := int64(maxText)
	if pins.IsLock(file.Path) {
		limit = maxYAML
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

// familiesRead are the families of languages of which a manifest was read.
func familiesRead(run *run, packages []observation.Package) map[string]bool {
	read := map[string]bool{}
	for _, p := range packages {
		read[familyOfEcosystem[p.Ecosystem]] = true
	}
	for name := range run.extracted {
		if !manifest.InForeignFolder(name) {
			read[familyOfManifest(name)] = true
		}
	}
	return read
}

var familyOfEcosystem = map[string]string{
	"npm":         manifest.FamilyJavaScript,
	"PyPI":        manifest.FamilyPython,
	"Maven":       manifest.FamilyJVM,
	"Go":          manifest.FamilyGo,
	"crates.io":   manifest.FamilyRust,
	"RubyGems":    manifest.FamilyRuby,
	"Packagist":   manifest.FamilyPHP,
	"NuGet":       manifest.FamilyDotNet,
	"Pub":         manifest.FamilyDart,
	"Hex":         manifest.FamilyBEAM,
	"Hackage":     manifest.FamilyHaskell,
	"CRAN":        manifest.FamilyR,
	"ConanCenter": manifest.FamilyC,
	"SwiftURL":    manifest.FamilyApple,
}

// familyOfManifest is the family of a manifest that an extractor reads, also where it
// lists no package.
func familyOfManifest(name string) string {
	base := path.Base(name)
	for _, f := range []struct{ family, names string }{
		{manifest.FamilyJavaScript, "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock"},
		{manifest.FamilyPython, "poetry.lock pdm.lock uv.lock Pipfile.lock"},
		{manifest.FamilyJVM, "gradle.lockfile buildscript-gradle.lockfile verification-metadata.xml pom.xml"},
		{manifest.FamilyGo, "go.mod"},
		{manifest.FamilyRust, "Cargo.lock"},
		{manifest.FamilyRuby, "Gemfile.lock gems.locked"},
		{manifest.FamilyPHP, "composer.lock"},
		{manifest.FamilyDotNet, "packages.lock.json packages.config"},
		{manifest.FamilyApple, "Package.resolved"},
		{manifest.FamilyDart, "pubspec.lock"},
		{manifest.FamilyBEAM, "mix.lock"},
		{manifest.FamilyHaskell, "cabal.project.freeze stack.yaml.lock"},
		{manifest.FamilyR, "renv.lock"},
		{manifest.FamilyC, "conan.lock"},
	} {
		if slices.Contains(strings.Fields(f.names), base) {
			return f.family
		}
	}
	switch {
	case requirements.Installs(name) || strings.HasPrefix(base, "pylock."):
		return manifest.FamilyPython
	case path.Ext(base) == ".pom":
		return manifest.FamilyJVM
	case strings.HasSuffix(base, ".deps.json"), isDotnetProject(base):
		return manifest.FamilyDotNet
	}
	return ""
}
