package osv

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// A reader of relations knows which packages of one manifest are direct. It
// returns nil where the files do not say: nothing is guessed.
type relationReader func(dir folder, manifest string) relations

// relations tells whether the package is direct, transitive or untold ("").
type relations func(name, version string) string

// directTool is said of a direct package that the project asks for only to
// develop, where the lockfile names no groups.
const directTool = "direct, for development"

// developmentGroup stands for the table of a manifest that its lockfile does not
// name.
const developmentGroup = "dev"

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

// relate fills in the relation of packages, which are sorted by path, and the
// group of those that a lockfile leaves without one and the manifest beside it
// asks for only to develop.
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
					if p.Relation = tell(p.Name, p.Version); p.Relation == directTool {
						p.Relation = observation.Direct
						p.Groups = union(p.Groups, []string{developmentGroup})
					}
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

// needed adds the names of what is asked for to run, be it by what uses it.
func (d dependencies) needed(names map[string]bool) {
	for _, table := range []map[string]string{d.Dependencies, d.OptionalDependencies, d.PeerDependencies} {
		for name := range table {
			names[name] = true
		}
	}
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

// yarnRelations needs the package.json beside the lock, and those of the members
// of a workspace. Not all members may be found: what none asks for is untold there.
func yarnRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	project, found := dir.read("package.json")
	var root struct {
		Workspaces workspaces `json:"workspaces"`
		dependencies
	}
	if !ok || !found || json.Unmarshal(project, &root) != nil {
		return nil
	}
	asking := append(root.Workspaces.members(dir), root.dependencies)
	needed, wanted := map[string]bool{}, map[string]bool{}
	for _, asked := range asking {
		asked.needed(needed)
	}
	for _, asked := range asking {
		for name, spec := range asked.all() {
			wanted[name+"@"+strings.TrimPrefix(spec, "npm:")] = needed[name]
		}
	}
	direct := yarnDirect(string(data), wanted)
	return func(name, version string) string {
		needed, ok := direct[[2]string{name, version}]
		switch {
		case ok && needed:
			return observation.Direct
		case ok:
			return directTool
		case len(root.Workspaces) > 0 || version == "":
			return ""
		}
		return observation.Transitive
	}
}

// workspaces are the patterns of the folders of a workspace's members.
type workspaces []string

// UnmarshalJSON implements json.Unmarshaler. What is neither a list nor an object
// with one is a workspace whose members are not known.
func (w *workspaces) UnmarshalJSON(data []byte) error {
	var list []string
	var object struct{ Packages []string }
	if json.Unmarshal(data, &list) != nil && json.Unmarshal(data, &object) != nil {
		list = []string{""}
	}
	*w = append(list, object.Packages...)
	return nil
}

// maxPatterns bounds the patterns of a workspace that are looked for.
const maxPatterns = 100

// members are the dependencies of the members that can be read.
func (w workspaces) members(root folder) []dependencies {
	var all []dependencies
	for _, pattern := range w[:min(maxPatterns, len(w))] {
		found, err := fs.Glob(root.files, path.Join(root.name, pattern, "package.json"))
		if err != nil {
			continue // no pattern that path.Match knows
		}
		for _, name := range found {
			data, err := fs.ReadFile(root.files, name)
			var member dependencies
			if err == nil && json.Unmarshal(data, &member) == nil {
				all = append(all, member)
			}
		}
	}
	return all
}

// yarnDirect finds the versions to which wanted "name@spec" were resolved, in
// a yarn.lock of any version, and whether one of them is needed to run.
func yarnDirect(lock string, wanted map[string]bool) map[[2]string]bool {
	direct := map[[2]string]bool{}
	names := map[string]bool{} // wanted names of the entry at hand
	for line := range strings.Lines(lock) {
		text := strings.TrimSpace(line)
		if head, ok := strings.CutSuffix(text, ":"); ok && line[0] != ' ' {
			clear(names)
			for spec := range strings.SplitSeq(strings.ReplaceAll(head, `"`, ""), ",") {
				spec = strings.Replace(strings.TrimSpace(spec), "@npm:", "@", 1)
				if needed, ok := wanted[spec]; ok {
					name := spec[:strings.LastIndexByte(spec, '@')]
					names[name] = names[name] || needed
				}
			}
			continue
		}
		version, ok := strings.CutPrefix(text, "version")
		if !ok || len(version) == 0 || (version[0] != ' ' && version[0] != ':') {
			continue
		}
		for name, needed := range names {
			key := [2]string{name, strings.Trim(version, `: "`)}
			direct[key] = direct[key] || needed
		}
		clear(names)
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

// rubyRelations reads the section DEPENDENCIES of a Gemfile.lock. It names no
// groups: those stand in the Gemfile.
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
	gemfile, _ := dir.read("Gemfile")
	tools := gemTools(string(gemfile))
	return func(name, _ string) string {
		switch {
		case direct[name] && tools[name]:
			return directTool
		case direct[name]:
			return observation.Direct
		}
		return observation.Transitive
	}
}

var (
	gemLine   = regexp.MustCompile(`^gem[ (]+["']([^"']+)["']`)
	gemGroups = regexp.MustCompile(`(?:^groups?[ (]|[ ,(]:?groups?(?::| *=>))(.*)`)
	gemSymbol = regexp.MustCompile(`:["']?(\w+)|["'](\w+)["']`)
	gemBlock  = regexp.MustCompile(`^(?:if|unless|case|begin|def|while)\b|\bdo(?: *\|.*\|)?$`)
)

// gemTools are the gems that a Gemfile names in groups of development only. A
// Gemfile is a program: its lines are read, nothing is run, and one whose blocks
// do not close tells nothing.
func gemTools(gemfile string) map[string]bool {
	tools, needed := map[string]bool{}, map[string]bool{}
	var blocks [][]string // the groups of each block at hand
	for line := range strings.Lines(gemfile) {
		text, _, _ := strings.Cut(strings.TrimSpace(line), " #")
		text = strings.TrimSpace(text)
		var groups []string
		if said := gemGroups.FindStringSubmatch(text); said != nil {
			for _, symbol := range gemSymbol.FindAllStringSubmatch(said[1], -1) {
				groups = append(groups, symbol[1]+symbol[2])
			}
		}
		switch gem := gemLine.FindStringSubmatch(text); {
		case gem != nil:
			in := observation.Package{Groups: slices.Concat(append(blocks, groups)...)}
			if in.Use() == observation.ForDevelopment {
				tools[gem[1]] = true
			} else {
				needed[gem[1]] = true
			}
		case strings.HasPrefix(text, "#"):
		case gemBlock.MatchString(text):
			blocks = append(blocks, groups)
		case text == "end" && len(blocks) == 0:
			return nil
		case text == "end":
			blocks = blocks[:len(blocks)-1]
		}
	}
	if len(blocks) > 0 {
		return nil
	}
	maps.DeleteFunc(tools, func(name string, _ bool) bool { return needed[name] })
	return tools
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

// poetryRelations reads the pyproject.toml. Where the lock names no groups (before
// version 2.1), what stands in a table of a group alone is for that group.
func poetryRelations(dir folder, manifest string) relations {
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
	if !ok || nesting.DecodeTOML(data, &project) != nil {
		return nil
	}
	direct, tools := map[string]bool{}, map[string]bool{}
	poetry := project.Tool.Poetry
	addPython(direct, poetry.Dependencies)
	addPython(tools, poetry.Dev)
	for name, group := range poetry.Group {
		if forDevelopment := (observation.Package{Groups: []string{name}}).Use() == observation.ForDevelopment; forDevelopment {
			addPython(tools, group.Dependencies)
		} else {
			addPython(direct, group.Dependencies)
		}
	}
	lists := [][]string{project.Project.Dependencies}
	for _, list := range project.Project.Optional {
		lists = append(lists, list)
	}
	for _, requirement := range slices.Concat(lists...) {
		end := strings.IndexAny(requirement, " [<>=!~;(@")
		if end < 0 {
			end = len(requirement)
		}
		direct[observation.NormalName("PyPI", requirement[:end])] = true
	}
	if len(direct)+len(tools) == 0 {
		return nil
	}
	lock, _ := dir.read(manifest)
	grouped := bytes.Contains(lock, []byte("\ngroups = ["))
	return func(name, _ string) string {
		switch {
		case direct[name] || tools[name] && grouped:
			return observation.Direct
		case tools[name]:
			return directTool
		}
		return observation.Transitive
	}
}

func addPython(direct map[string]bool, tables ...map[string]any) {
	for _, table := range tables {
		for name := range table {
			direct[observation.NormalName("PyPI", name)] = true
		}
	}
}

func pipfileRelations(dir folder, _ string) relations {
	data, ok := dir.read("Pipfile")
	var asked struct {
		Packages map[string]any `toml:"packages"`
		Dev      map[string]any `toml:"dev-packages"`
	}
	if !ok || nesting.DecodeTOML(data, &asked) != nil {
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
	if !ok || nesting.DecodeTOML(data, &lock) != nil {
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
