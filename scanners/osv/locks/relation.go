// Package locks reads what lockfiles, with the manifests beside them, state of packages
// beside names and versions: how a project depends on each, whether it runs or only builds
// and tests, and which the repository itself defines.
package locks

import (
	"io/fs"
	"path"
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// relation is how a project depends on a package that its lockfile lists. It is a set:
// what the files state of one package.
type relation uint8

const (
	transitive     relation = 1 << iota // a dependency of a dependency
	direct                              // the project itself names it
	forDevelopment                      // it only builds or tests, and the lockfile names no groups
	needed                              // it runs: groups of development in the lockfile are those of others
	own                                 // the repository itself defines it: it is no package of a registry

	unstated             relation = 0 // the files do not state it
	directForDevelopment          = direct | forDevelopment
)

// set writes the relation into an entry of the inventory.
func (r relation) set(p *observation.Package) {
	switch {
	case r&direct != 0:
		p.Relation = observation.Direct
	case r&transitive != 0:
		p.Relation = observation.Transitive
	}
	switch {
	case r&forDevelopment != 0:
		p.Groups = append(slices.Clone(p.Groups), developmentGroup)
		slices.Sort(p.Groups)
		p.Groups = slices.Compact(p.Groups)
	case r&needed != 0 && p.Use() == observation.ForDevelopment:
		p.Groups = nil
	}
}

// developmentGroup is the group of a package that is for development where its
// lockfile names no groups.
const developmentGroup = "dev"

// relations returns the relation of a package of one lockfile.
type relations func(name, version string) relation

// A relationReader reads the relations of one manifest. It returns nil where the
// files do not state them: nothing is guessed.
type relationReader func(dir folder, manifest string) relations

// relationReaders are by the base name of the manifest. Other formats do not
// distinguish direct packages from transitive ones, or not without running
// something.
func relationReaders() map[string]relationReader {
	return map[string]relationReader{
		"package-lock.json":   npmRelations,
		"npm-shrinkwrap.json": npmRelations,
		"yarn.lock":           yarnRelations,
		"bun.lock":            bunRelations,
		"go.mod":              goRelations,
		"Gemfile.lock":        rubyRelations,
		"gems.locked":         rubyRelations,
		"composer.lock":       composerRelations,
		"poetry.lock":         poetryRelations,
		"pdm.lock":            pdmRelations,
		"pylock.toml":         pylockRelations,
		"uv.lock":             uvRelations,
		"Pipfile.lock":        pipfileRelations,
		"Cargo.lock":          cargoRelations,
		"pubspec.lock":        pubRelations,
		"packages.lock.json":  nugetLockRelations,
		// A pom.xml, with its parents, declares direct packages only.
		"pom.xml": func(folder, string) relations { return func(string, string) relation { return direct } },
	}
}

// folder reads files beside a manifest.
type folder struct {
	files fs.FS
	name  string
}

func (f folder) read(base string) ([]byte, bool) {
	data, err := fs.ReadFile(f.files, path.Join(f.name, base))
	return data, err == nil
}

// decode reads a file beside a manifest into a value, and reports whether that went well.
func (f folder) decode(base string, decode func(data []byte, into any) error, into any) bool {
	data, ok := f.read(base)
	return ok && decode(data, into) == nil
}

// Relate fills in the relation of packages, which are sorted by path, and the
// group of those that a lockfile leaves without one and the manifest beside it
// needs only to develop. It leaves out what the repository itself defines: the name of
// a member of a workspace may be that of a stranger's package in a registry.
func Relate(files fs.FS, packages []observation.Package) []observation.Package {
	readers := relationReaders()
	kept := make([]observation.Package, 0, len(packages))
	for start := 0; start < len(packages); {
		manifest := packages[start].Path
		end := start
		for end < len(packages) && packages[end].Path == manifest {
			end++
		}
		var relationOf relations
		if read, ok := readers[path.Base(manifest)]; ok {
			relationOf = read(folder{files, path.Dir(manifest)}, path.Base(manifest))
		}
		for _, p := range packages[start:end] {
			if relationOf != nil {
				r := relationOf(p.Name, p.Version)
				if r&own != 0 {
					continue
				}
				r.set(&p)
			}
			kept = append(kept, p)
		}
		start = end
	}
	return kept
}

// nameVersion is a package in a lockfile that may hold several versions of it.
type nameVersion struct{ name, version string }
