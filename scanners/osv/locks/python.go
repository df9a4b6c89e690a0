package locks

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// poetryProject is the part of a pyproject.toml that names dependencies for Poetry.
type poetryProject struct {
	Project struct {
		Dependencies []string            `toml:"dependencies"`
		Optional     map[string][]string `toml:"optional-dependencies"`
	} `toml:"project"`
	Groups map[string][]any `toml:"dependency-groups"`
	Tool   struct {
		Poetry struct {
			Dependencies map[string]any `toml:"dependencies"`
			Dev          map[string]any `toml:"dev-dependencies"`
			Group        map[string]struct {
				Dependencies map[string]any `toml:"dependencies"`
			} `toml:"group"`
		} `toml:"poetry"`
	} `toml:"tool"`
}

// roots are the names of what the project names, as PyPI normalises them.
func (p poetryProject) roots() roots {
	var r roots
	r.add("", pypiNames(p.Tool.Poetry.Dependencies)...)
	r.add(developmentGroup, pypiNames(p.Tool.Poetry.Dev)...)
	for name, group := range p.Tool.Poetry.Group {
		r.add(name, pypiNames(group.Dependencies)...)
	}
	r.add("", requirementNames(p.Project.Dependencies)...)
	for name, list := range p.Project.Optional {
		r.add(name, requirementNames(list)...)
	}
	for name, list := range p.Groups {
		for _, requirement := range list {
			if text, ok := requirement.(string); ok { // else it includes another group
				r.add(name, requirementNames([]string{text})...)
			}
		}
	}
	return r
}

// poetryEntry is a package of a poetry.lock.
type poetryEntry struct {
	Name         string
	Version      string
	Category     string
	Dependencies map[string]any
	Source       struct{ Type string }
}

// poetryRelations reads the pyproject.toml. Where the lock names no groups (before
// version 2.1), what only a group of development needs is for development.
func poetryRelations(dir folder, manifest string) relations {
	text, _ := dir.read(manifest)
	var lock struct{ Package []poetryEntry }
	if nesting.DecodeTOML(text, &lock) != nil {
		return nil
	}
	graph, known, local := dependencyGraph{}, map[string]relation{}, places{}
	for _, p := range lock.Package {
		name := observation.NormalName("PyPI", p.Name)
		graph[name] = append(graph[name], pypiNames(p.Dependencies)...)
		if IsDevelopmentGroup(p.Category) {
			known[name] |= forDevelopment
		}
		local.add(name, p.Version, p.Source.Type == "directory")
	}
	var project poetryProject
	data, ok := dir.read("pyproject.toml")
	from := roots{}
	if ok && nesting.DecodeTOML(data, &project) == nil {
		from = project.roots()
	}
	if len(from.running)+len(from.developing) == 0 {
		return func(name, version string) relation { return known[name] | local.relation(name, version) }
	}
	grouped := bytes.Contains(text, []byte("\ngroups = [")) || bytes.Contains(text, []byte("\ncategory = "))
	found := graph.usesOf(from)
	return func(name, version string) relation {
		r := found.relation(name)
		if grouped {
			r &= direct | transitive
		}
		return r | known[name] | local.relation(name, version)
	}
}

// uvEntry is a package of a uv.lock.
type uvEntry struct {
	Name         string
	Version      string
	Source       struct{ Editable, Directory, Virtual string }
	Dependencies []uvReference
	Optional     map[string][]uvReference `toml:"optional-dependencies"`
	Dev          map[string][]uvReference `toml:"dev-dependencies"`
}

type uvReference struct{ Name, Version string }

func (e uvEntry) own() bool { return e.Source.Editable+e.Source.Directory+e.Source.Virtual != "" }

// uvRelations reads the groups of a uv.lock, which names them at the members of the
// workspace only.
func uvRelations(dir folder, manifest string) relations {
	var lock struct{ Package []uvEntry }
	if !dir.decode(manifest, nesting.DecodeTOML, &lock) {
		return nil
	}
	graph, from, local := dependencyGraph{}, roots{}, places{}
	versions := map[string][]string{}
	for _, p := range lock.Package {
		versions[p.Name] = append(versions[p.Name], p.Version)
	}
	keys := func(list []uvReference) []string {
		var keys []string
		for _, r := range list {
			found := versions[r.Name]
			if r.Version != "" {
				found = []string{r.Version}
			}
			for _, version := range found {
				keys = append(keys, uvKey(r.Name, version))
			}
		}
		return keys
	}
	for _, p := range lock.Package {
		local.add(p.Name, p.Version, p.own())
		if p.own() {
			from.add("", keys(p.Dependencies)...)
			for _, groups := range []map[string][]uvReference{p.Optional, p.Dev} {
				for name, list := range groups {
					from.add(name, keys(list)...)
				}
			}
			continue
		}
		key := uvKey(p.Name, p.Version)
		graph[key] = append(graph[key], keys(p.Dependencies)...)
		for _, list := range p.Optional {
			graph[key] = append(graph[key], keys(list)...)
		}
	}
	if !local.any() {
		return nil
	}
	found := graph.usesOf(from)
	return func(name, version string) relation {
		if r := local.relation(name, version); r != unstated {
			return r
		}
		return found.relation(uvKey(name, version))
	}
}

func uvKey(name, version string) string {
	return observation.NormalName("PyPI", name) + " " + version
}

// pdmRelations tells folders of the repository from packages.
func pdmRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	var lock struct {
		Package []struct {
			Name    string
			Version string
			Path    string
		}
	}
	if !ok || !bytes.Contains(data, []byte("\npath = ")) && !bytes.Contains(data, []byte("\neditable = ")) || nesting.DecodeTOML(data, &lock) != nil {
		return nil
	}
	local := places{}
	for _, p := range lock.Package {
		local.add(p.Name, p.Version, p.Path != "" && !isArchive(p.Path))
	}
	return local.relations()
}

// pylockRelations tells folders of the repository from packages (PEP 751).
func pylockRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	var lock struct {
		Packages []struct {
			Name      string
			Version   string
			Directory map[string]any
		}
	}
	if !ok || !bytes.Contains(data, []byte("directory")) || nesting.DecodeTOML(data, &lock) != nil {
		return nil
	}
	local := places{}
	for _, p := range lock.Packages {
		local.add(p.Name, p.Version, p.Directory != nil)
	}
	return local.relations()
}

// places tells of the packages of a lock whether each lies in a folder of the repository. One
// that the lock takes from elsewhere, too, at the same version, is a package as others.
type places map[nameVersion]bool

func (l places) add(name, version string, isFolder bool) {
	key := nameVersion{observation.NormalName("PyPI", name), version}
	if before, known := l[key]; known {
		isFolder = isFolder && before
	}
	l[key] = isFolder
}

func (l places) any() bool {
	for _, isFolder := range l {
		if isFolder {
			return true
		}
	}
	return false
}

func (l places) relation(name, version string) relation {
	if l[nameVersion{name, version}] {
		return own
	}
	return unstated
}

func (l places) relations() relations {
	if !l.any() {
		return nil
	}
	return l.relation
}

// requirementNames are the names of requirements ("a[b]>=1; c").
func requirementNames(requirements []string) []string {
	var names []string
	for _, requirement := range requirements {
		end := strings.IndexAny(requirement, " [<>=!~;(@")
		if end < 0 {
			end = len(requirement)
		}
		names = append(names, observation.NormalName("PyPI", requirement[:end]))
	}
	return names
}

// pypiNames are the names in a table, as PyPI normalises them.
func pypiNames(table map[string]any) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(table)) {
		names = append(names, observation.NormalName("PyPI", name))
	}
	return names
}

// pipfileRelations reads the Pipfile, and in the lock which packages are folders of the
// repository.
func pipfileRelations(dir folder, manifest string) relations {
	local := pipenvFolders(dir, manifest)
	data, ok := dir.read("Pipfile")
	var project struct {
		Packages map[string]any `toml:"packages"`
		Dev      map[string]any `toml:"dev-packages"`
	}
	if !ok || nesting.DecodeTOML(data, &project) != nil {
		return local.relations()
	}
	named := map[string]bool{}
	for _, name := range append(pypiNames(project.Packages), pypiNames(project.Dev)...) {
		named[name] = true
	}
	return func(name, version string) relation {
		switch {
		case local[nameVersion{name, version}]:
			return own
		case named[name]:
			return direct
		}
		return transitive
	}
}

func pipenvFolders(dir folder, manifest string) places {
	data, ok := dir.read(manifest)
	type entry struct{ Version, Path string }
	var lock struct {
		Default, Develop map[string]entry
	}
	if !ok || !bytes.Contains(data, []byte(`"path"`)) || json.Unmarshal(data, &lock) != nil {
		return nil
	}
	local := places{}
	for _, list := range []map[string]entry{lock.Default, lock.Develop} {
		for name, entry := range list {
			local.add(name, strings.TrimPrefix(entry.Version, "=="), entry.Path != "" && !isArchive(entry.Path))
		}
	}
	return local
}
