package osv

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/requirements"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// ownNames are the names that manifests of a family give themselves, in order.
func (c *coverage) ownNames(family string) []string {
	var names []string
	for key := range c.own {
		if key.family == family {
			names = append(names, key.name)
		}
	}
	slices.Sort(names)
	return names
}

// namedByFile are the endings of manifests that bear the name of what they describe, with
// their families.
var namedByFile = map[string]string{
	".gemspec": manifest.FamilyRuby, ".cabal": manifest.FamilyHaskell, ".podspec": manifest.FamilyApple, ".nimble": manifest.FamilyNim,
	".rockspec": manifest.FamilyLua, ".csproj": manifest.FamilyDotNet, ".fsproj": manifest.FamilyDotNet, ".vbproj": manifest.FamilyDotNet,
	".opam": manifest.FamilyOCaml,
}

var (
	goModule    = lazy.Pattern(`(?m)^module\s+"?([^\s"]+)`)
	swiftTarget = lazy.Pattern(`\bname:\s*"([^"]+)"`)
)

// namesOfProjects are the names by which code of the repository asks for other code of it,
// as the manifests give them, by family.
func namesOfProjects(files fs.FS, found fileSelection, manifests [][]manifestOf) map[string][]string {
	names := map[string][]string{}
	add := func(family, name string) { names[family] = append(names[family], name) }
	addFile := func(name string) {
		if family := namedByFile[path.Ext(name)]; family != "" {
			add(family, strings.TrimSuffix(path.Base(name), path.Ext(name)))
		}
	}
	for _, file := range found.manifests {
		addFile(file.Path)
		if path.Base(file.Path) != "go.mod" || manifest.InForeignFolder(file.Path) {
			continue
		}
		if text, err := fs.ReadFile(files, file.Path); err == nil && file.Size <= maxText {
			for _, match := range goModule().FindAllSubmatch(text, -1) {
				add(manifest.FamilyGo, string(match[1]))
			}
		}
	}
	for _, group := range manifests {
		for _, m := range group {
			addFile(m.file.Path)
			if path.Base(m.file.Path) != "Package.swift" {
				continue
			}
			for _, match := range swiftTarget().FindAllSubmatch(m.text, -1) {
				add(manifest.FamilyApple, string(match[1]))
			}
		}
	}
	return names
}

// withoutInstalledHere leaves out what lists of requirements name at a version and install
// from a folder of the repository, too ("-e ."): it is the repository's own. That holds where
// a manifest in the folder has the name, and for the list that installs it alone, with those
// that it includes: others may take the package of that name from PyPI.
func withoutInstalledHere(files fs.FS, found fileSelection, packages []observation.Package) []observation.Package {
	own, includes := map[string]map[string]bool{}, map[string][]string{}
	for _, file := range found.manifests {
		if !requirements.Is(file.Path) || file.Size > maxText {
			continue
		}
		text, err := fs.ReadFile(files, file.Path)
		if err != nil {
			continue // who reads it notes it
		}
		text, _ = texts.Decode(text)
		includes[file.Path] = requirements.Includes(file.Path, text)
		folders := requirements.Folders(file.Path, text)
		for _, folder := range folders[:min(len(folders), mostFolders)] {
			for _, base := range describePython {
				if text, err := fs.ReadFile(decodedFS{files}, path.Join(folder, base)); err == nil {
					addName(own, file.Path, manifest.OwnPython(base, text))
				}
			}
		}
	}
	installed := map[string]map[string]bool{} // by the list, with what those have that are installed with it
	for name := range includes {
		together := []string{name}
		for i := 0; i < len(together) && len(together) < mostFolders; i++ {
			for _, other := range includes[together[i]] {
				if !slices.Contains(together, other) {
					together = append(together, other)
				}
			}
		}
		for _, other := range together {
			for key := range own[other] {
				for _, list := range together {
					addName(installed, list, key)
				}
			}
		}
	}
	return slices.DeleteFunc(packages, func(p observation.Package) bool {
		return p.Ecosystem == "PyPI" && requirements.Is(p.Path) && installed[p.Path][manifest.NameKey(p.Ecosystem, p.Name)]
	})
}

// mostFolders bounds the folders of which one list of requirements is asked, and the lists
// that are installed with it.
const mostFolders = 100

// describePython are the manifests that give a package of Python its name.
var describePython = []string{"pyproject.toml", "setup.cfg", "setup.py"}

// ownKey is a name as manifests of a family compare it.
type ownKey struct{ family, name string }

// mostOfOneName bounds the manifests of one name that are asked for where they belong.
const mostOfOneName = 20

// addOwn adds the name that a manifest gives what lies in its folder.
func (c *coverage) addOwn(family string, m manifestOf) {
	key := ownKey{family, manifest.NameKey(ecosystemOf[family], m.named.Own)}
	if m.named.Own != "" && len(c.own[key]) < mostOfOneName {
		c.own[key] = append(c.own[key], m)
	}
	if len(m.named.Local) > 0 {
		dir := path.Dir(m.file.Path)
		c.local[dir] = append(c.local[dir], m.named.Local...)
	}
}

// isOwn reports whether a manifest means code of the repository by a name, where it is not in
// the lock of a folder: the lock is also that of a manifest of this name. A manifest elsewhere
// in the repository may have the name of a stranger's package.
func (c *coverage) isOwn(kind manifest.Kind, m manifestOf, dir, name string) bool {
	return c.isSelf(kind, m, name) || c.isLocal(kind, m, name) ||
		slices.ContainsFunc(c.own[ownKey{kind.Family, name}], func(o manifestOf) bool {
			return path.Dir(o.file.Path) != path.Dir(m.file.Path) && c.belongs(kind, dir, o)
		})
}

// isOwnPin reports whether a package that a manifest names is taken from the repository: from
// a folder that the manifest installs, or from the workspace of both.
func (c *coverage) isOwnPin(kind manifest.Kind, m manifestOf, p observation.Package, name string) bool {
	if c.isLocal(kind, m, name) || p.Version == "" && c.isSelf(kind, m, name) {
		return true
	}
	same := c.own[ownKey{kind.Family, name}]
	switch {
	case len(same) == 0, kind.Family == manifest.FamilyRust: // Cargo takes by its path alone what lies here
		return false
	case kind.Family == manifest.FamilyPython:
		folders := requirements.Folders(m.file.Path, m.text)
		return slices.ContainsFunc(same, func(o manifestOf) bool { return slices.Contains(folders, path.Dir(o.file.Path)) })
	}
	return slices.ContainsFunc(same, func(o manifestOf) bool {
		if path.Dir(o.file.Path) == path.Dir(m.file.Path) || p.Version != "" && o.named.Version != "" && p.Version != o.named.Version {
			return false
		}
		for dir := path.Dir(m.file.Path); ; dir = path.Dir(dir) {
			if c.belongs(kind, dir, m) && c.belongs(kind, dir, o) {
				return true
			}
			if dir == "." {
				return false
			}
		}
	})
}

// isSelf reports a project of Python that names itself, as its extras do ("mine[test]").
func (c *coverage) isSelf(kind manifest.Kind, m manifestOf, name string) bool {
	return kind.Family == manifest.FamilyPython && slices.Contains(describePython, path.Base(m.file.Path)) &&
		slices.ContainsFunc(c.own[ownKey{kind.Family, name}], func(o manifestOf) bool { return path.Dir(o.file.Path) == path.Dir(m.file.Path) })
}

// isLocal reports what a manifest, or the workspace that lists its folder, takes from a folder.
func (c *coverage) isLocal(kind manifest.Kind, m manifestOf, name string) bool {
	if slices.Contains(m.named.Local, name) {
		return true
	}
	for dir := path.Dir(m.file.Path); kind.Family == manifest.FamilyPython && dir != "."; {
		dir = path.Dir(dir)
		if slices.Contains(c.local[dir], name) && c.listed(dir, below(dir, path.Dir(m.file.Path))) {
			return true
		}
	}
	return false
}

// below is the path of a folder from one above it.
func below(dir, folder string) string { return strings.TrimPrefix(folder, dir+"/") }

// belongs reports whether the locks and the workspace of a folder are also those of a manifest.
func (c *coverage) belongs(kind manifest.Kind, dir string, m manifestOf) bool {
	home := path.Dir(m.file.Path)
	switch {
	case dir == home:
		return true
	case kind.Family == manifest.FamilyPython && c.installs(dir, home):
		return true
	case dir != "." && !strings.HasPrefix(home, dir+"/"):
		return false
	case kind.Family == manifest.FamilyPython:
		return c.listed(dir, below(dir, home))
	}
	key := [3]string{kind.Patterns, dir, m.file.Path}
	known, ok := c.within[key]
	if !ok {
		known = slices.ContainsFunc(kind.Locks, func(lock string) bool {
			return c.reaches(kind, dir, path.Join(dir, lock), m.file.Path, m.named, m.text)
		})
		c.within[key] = known
	}
	return known
}
