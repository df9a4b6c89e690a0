package osv

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"golang.org/x/mod/modfile"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/observation"
)

// A reader of relations knows which packages of one manifest are direct. It
// returns nil where the files do not say: nothing is guessed.
type relationReader func(dir folder, manifest string) relations

// relations tells whether the package is direct, transitive or untold ("").
type relations func(name, version string) string

// relationReaders are by the base name of the manifest. Others do not tell
// direct packages from transitive ones, or not without running something.
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
		"pom.xml":             pomRelations,
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

// relate fills in the relation of packages, which are sorted by path.
func relate(files fs.FS, packages []observation.Package) {
	readers := relationReaders()
	for start := 0; start < len(packages); {
		manifest := packages[start].Path
		end := start
		for end < len(packages) && packages[end].Path == manifest {
			end++
		}
		if read, ok := readers[path.Base(manifest)]; ok {
			if tell := read(folder{files, path.Dir(manifest)}, path.Base(manifest)); tell != nil {
				for i := range packages[start:end] {
					p := &packages[start+i]
					p.Relation = tell(p.Name, p.Version)
				}
			}
		}
		start = end
	}
}

// byName calls the named packages direct and all others transitive.
func byName(direct map[string]bool) relations {
	return func(name, _ string) string {
		if direct[name] {
			return observation.Direct
		}
		return observation.Transitive
	}
}

// byVersion is for lockfiles that may hold several versions of a package, of
// which only one is direct.
func byVersion(direct map[[2]string]bool) relations {
	return func(name, version string) string {
		switch {
		case direct[[2]string{name, version}]:
			return observation.Direct
		case version == "":
			return ""
		}
		return observation.Transitive
	}
}

// dependencies are the tables of a package.json, or of an entry of its lock.
type dependencies struct {
	Dependencies         map[string]string `json:"dependencies"`
	DevDependencies      map[string]string `json:"devDependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`
	PeerDependencies     map[string]string `json:"peerDependencies"`
}

func (d dependencies) all() map[string]string {
	all := map[string]string{}
	for _, table := range []map[string]string{d.PeerDependencies, d.OptionalDependencies, d.DevDependencies, d.Dependencies} {
		for name, spec := range table {
			all[name] = spec
		}
	}
	return all
}

// npmRelations reads lockfiles of version 2 and 3: those of version 1 do not
// say what the project itself asked for.
func npmRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	var lock struct {
		// Few entries of many are looked into.
		Packages map[string]json.RawMessage `json:"packages"`
	}
	if !ok || json.Unmarshal(data, &lock) != nil || len(lock.Packages) == 0 {
		return nil
	}
	direct := map[[2]string]bool{}
	for place, raw := range lock.Packages {
		if place != "" && strings.Contains(place, "node_modules/") {
			continue // a package, not the project or a workspace of it
		}
		var project dependencies
		if json.Unmarshal(raw, &project) != nil {
			return nil
		}
		for name := range project.all() {
			raw, ok := lock.Packages[path.Join(place, "node_modules", name)]
			if !ok {
				raw, ok = lock.Packages["node_modules/"+name]
			}
			if !ok {
				continue
			}
			var entry struct{ Name, Version string }
			if json.Unmarshal(raw, &entry) != nil {
				return nil
			}
			if entry.Name != "" { // an alias
				name = entry.Name
			}
			direct[[2]string{name, entry.Version}] = true
		}
	}
	return byVersion(direct)
}

// yarnRelations needs the package.json beside the lock. In a workspace the
// other members' direct packages stand elsewhere: what is not found is untold.
func yarnRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	project, found := dir.read("package.json")
	var asked struct {
		Workspaces json.RawMessage `json:"workspaces"`
		dependencies
	}
	if !ok || !found || json.Unmarshal(project, &asked) != nil {
		return nil
	}
	wanted := map[string]bool{}
	for name, spec := range asked.all() {
		wanted[name+"@"+strings.TrimPrefix(spec, "npm:")] = true
	}
	tell := byVersion(yarnDirect(string(data), wanted))
	if len(asked.Workspaces) == 0 {
		return tell
	}
	return func(name, version string) string {
		if tell(name, version) == observation.Direct {
			return observation.Direct
		}
		return ""
	}
}

// yarnDirect finds the versions to which wanted "name@spec" were resolved, in
// a yarn.lock of any version.
func yarnDirect(lock string, wanted map[string]bool) map[[2]string]bool {
	direct := map[[2]string]bool{}
	var names []string // wanted names of the entry at hand
	for line := range strings.Lines(lock) {
		text := strings.TrimSpace(line)
		if head, ok := strings.CutSuffix(text, ":"); ok && line[0] != ' ' {
			names = names[:0]
			for spec := range strings.SplitSeq(strings.ReplaceAll(head, `"`, ""), ",") {
				spec = strings.Replace(strings.TrimSpace(spec), "@npm:", "@", 1)
				if at := strings.LastIndexByte(spec, '@'); at > 0 && wanted[spec] {
					names = append(names, spec[:at])
				}
			}
			continue
		}
		version, ok := strings.CutPrefix(text, "version")
		if !ok || len(version) == 0 || (version[0] != ' ' && version[0] != ':') {
			continue
		}
		for _, name := range names {
			direct[[2]string{name, strings.Trim(version, `: "`)}] = true
		}
		names = names[:0]
	}
	return direct
}

func goRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	if !ok {
		return nil
	}
	file, err := modfile.ParseLax(manifest, data, nil)
	if err != nil {
		return nil
	}
	known := map[string]string{}
	for _, r := range file.Require {
		known[r.Mod.Path] = observation.Direct
		if r.Indirect {
			known[r.Mod.Path] = observation.Transitive
		}
	}
	full, err := modfile.Parse(manifest, data, nil) // replace directives are read in the main module only
	if err == nil {
		for _, r := range full.Replace {
			if relation, ok := known[r.Old.Path]; ok {
				known[r.New.Path] = relation
			}
		}
	}
	return func(name, _ string) string { return known[name] }
}

// rubyRelations reads the section DEPENDENCIES of a Gemfile.lock.
func rubyRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	_, section, found := strings.Cut(string(data), "\nDEPENDENCIES\n")
	if !ok || !found {
		return nil
	}
	direct := map[string]bool{}
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "  ") {
			break
		}
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		direct[strings.TrimSuffix(name, "!")] = true
	}
	return byName(direct)
}

func composerRelations(dir folder, _ string) relations {
	data, ok := dir.read("composer.json")
	var asked struct {
		Require    map[string]string `json:"require"`
		RequireDev map[string]string `json:"require-dev"`
	}
	if !ok || json.Unmarshal(data, &asked) != nil {
		return nil
	}
	direct := map[string]bool{}
	for _, table := range []map[string]string{asked.Require, asked.RequireDev} {
		for name := range table {
			direct[strings.ToLower(name)] = true
		}
	}
	tell := byName(direct)
	return func(name, version string) string { return tell(strings.ToLower(name), version) }
}

func poetryRelations(dir folder, _ string) relations {
	data, ok := dir.read("pyproject.toml")
	var project struct {
		Project struct {
			Dependencies []string            `toml:"dependencies"`
			Optional     map[string][]string `toml:"optional-dependencies"`
		} `toml:"project"`
		Tool struct {
			Poetry struct {
				Dependencies map[string]any `toml:"dependencies"`
				Dev          map[string]any `toml:"dev-dependencies"`
				Group        map[string]struct {
					Dependencies map[string]any `toml:"dependencies"`
				} `toml:"group"`
			} `toml:"poetry"`
		} `toml:"tool"`
	}
	if !ok || toml.Unmarshal(data, &project) != nil {
		return nil
	}
	direct := map[string]bool{}
	poetry := project.Tool.Poetry
	tables := []map[string]any{poetry.Dependencies, poetry.Dev}
	for _, group := range poetry.Group {
		tables = append(tables, group.Dependencies)
	}
	addPython(direct, tables...)
	lists := [][]string{project.Project.Dependencies}
	for _, list := range project.Project.Optional {
		lists = append(lists, list)
	}
	for _, requirement := range slices.Concat(lists...) {
		end := strings.IndexAny(requirement, " [<>=!~;(@")
		if end < 0 {
			end = len(requirement)
		}
		direct[advisory.NormalName("PyPI", requirement[:end])] = true
	}
	if len(direct) == 0 {
		return nil
	}
	return byName(direct)
}

func addPython(direct map[string]bool, tables ...map[string]any) {
	for _, table := range tables {
		for name := range table {
			direct[advisory.NormalName("PyPI", name)] = true
		}
	}
}

func pipfileRelations(dir folder, _ string) relations {
	data, ok := dir.read("Pipfile")
	var asked struct {
		Packages map[string]any `toml:"packages"`
		Dev      map[string]any `toml:"dev-packages"`
	}
	if !ok || toml.Unmarshal(data, &asked) != nil {
		return nil
	}
	direct := map[string]bool{}
	addPython(direct, asked.Packages, asked.Dev)
	return byName(direct)
}

// cargoRelations: the packages without a source are the project's own, and
// what they name is direct ("time", or "time 0.1.43" where there are several).
func cargoRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	var lock struct {
		Package []struct {
			Name, Version, Source string
			Dependencies          []string
		} `toml:"package"`
	}
	if !ok || toml.Unmarshal(data, &lock) != nil {
		return nil
	}
	named := map[string]bool{}
	own := map[[2]string]bool{}
	for _, p := range lock.Package {
		if p.Source != "" {
			continue
		}
		own[[2]string{p.Name, p.Version}] = true
		for _, dependency := range p.Dependencies {
			fields := strings.Fields(dependency)
			named[strings.Join(fields[:min(2, len(fields))], " ")] = true
		}
	}
	return func(name, version string) string {
		switch {
		case own[[2]string{name, version}]:
			return "" // the project itself
		case named[name] || named[name+" "+version]:
			return observation.Direct
		}
		return observation.Transitive
	}
}

// pomRelations: a pom.xml, with its parents, declares direct packages only.
func pomRelations(folder, string) relations {
	return func(string, string) string { return observation.Direct }
}
