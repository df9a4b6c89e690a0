package osv

import (
	"io/fs"
	"path"

	"github.com/midspan/midspan/internal/observation"
)

// relation is how a project depends on a package that its lockfile lists.
type relation uint8

const (
	unstated             relation = iota // the files do not state it
	transitive                           // a dependency of a dependency
	direct                               // the project itself names it
	directForDevelopment                 // direct, for development only, and the lockfile names no groups
)

// set writes the relation into an entry of the inventory.
func (r relation) set(p *observation.Package) {
	switch r {
	case transitive:
		p.Relation = observation.Transitive
	case direct:
		p.Relation = observation.Direct
	case directForDevelopment:
		p.Relation = observation.Direct
		p.Groups = union(p.Groups, []string{developmentGroup})
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
		"go.mod":              goRelations,
		"Gemfile.lock":        rubyRelations,
		"composer.lock":       composerRelations,
		"poetry.lock":         poetryRelations,
		"Pipfile.lock":        pipfileRelations,
		"Cargo.lock":          cargoRelations,
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

// relate fills in the relation of packages, which are sorted by path, and the
// group of those that a lockfile leaves without one and the manifest beside it
// needs only to develop.
func relate(files fs.FS, packages []observation.Package) {
	readers := relationReaders()
	for start := 0; start < len(packages); {
		manifest := packages[start].Path
		end := start
		for end < len(packages) && packages[end].Path == manifest {
			end++
		}
		if read, ok := readers[path.Base(manifest)]; ok {
			if relationOf := read(folder{files, path.Dir(manifest)}, path.Base(manifest)); relationOf != nil {
				for i := range packages[start:end] {
					p := &packages[start+i]
					relationOf(p.Name, p.Version).set(p)
				}
			}
		}
		start = end
	}
}

// byName makes the named packages direct and all others transitive.
func byName(named map[string]bool) relations {
	return func(name, _ string) relation {
		if named[name] {
			return direct
		}
		return transitive
	}
}

// nameVersion is a package in a lockfile that may hold several versions of it.
type nameVersion struct{ name, version string }
