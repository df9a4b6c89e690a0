package osv

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/pins"
	"github.com/midspan/midspan/scanners/osv/requirements"
)

// coverage tells which manifests a lockfile covers: it holds each package that they name,
// and stands beside them or belongs to a workspace that lists them. A lockfile that is
// empty, cannot be read or belongs to another project covers none.
type coverage struct {
	files     fs.FS
	locks     map[string]bool            // paths of what may be a lockfile
	held      map[string]map[string]bool // names by the manifest that lists them
	beside    map[string]map[string]bool // names of Python packages by the folder whose manifests list them
	own       map[ownKey][]manifestOf    // manifests by the names that they give themselves
	local     map[string][]string        // names that projects of Python take from folders, by the folder of the project
	within    map[[3]string]bool         // whether those of a kind in a folder are also a manifest's
	members   map[string][]string        // the members that the workspace of a folder lists
	installed map[string][]string        // folders that lists of requirements install, by the folder of the list

	versions map[observation.Coordinate]bool // of Python, wherever they are listed
	seen     map[string]bool                 // lists of requirements
}

func newCoverage(files fs.FS, locks map[string]bool, packages []observation.Package) *coverage {
	c := &coverage{files: files, locks: locks, held: map[string]map[string]bool{}, beside: map[string]map[string]bool{}, own: map[ownKey][]manifestOf{},
		local: map[string][]string{}, within: map[[3]string]bool{}, members: map[string][]string{}, installed: map[string][]string{},
		versions: map[observation.Coordinate]bool{}, seen: map[string]bool{}}
	for _, p := range packages {
		name := manifest.NameKey(p.Ecosystem, p.Name)
		addName(c.held, p.Path, name)
		if p.Ecosystem == "PyPI" {
			c.versions[p.Coordinate()] = true
			dir := path.Dir(p.Path)
			if strings.HasPrefix(path.Base(dir), "require") {
				addName(c.beside, path.Dir(dir), name)
			}
			addName(c.beside, dir, name)
			c.addInstalled(p.Path)
		}
	}
	return c
}

// addInstalled adds the folders that a list of requirements installs.
func (c *coverage) addInstalled(name string) {
	if c.seen[name] || !requirements.Is(name) {
		return
	}
	c.seen[name] = true
	text, err := c.read(name)
	if err != nil {
		return
	}
	folders := requirements.Folders(name, text)
	dir := path.Dir(name)
	if strings.HasPrefix(path.Base(dir), "require") {
		dir = path.Dir(dir)
	}
	c.installed[dir] = append(c.installed[dir], folders...)
}

func addName(sets map[string]map[string]bool, key, name string) {
	if sets[key] == nil {
		sets[key] = map[string]bool{}
	}
	sets[key][name] = true
}

// covers reports whether a lockfile holds what the manifest names.
func (c *coverage) covers(kind manifest.Kind, m manifestOf) bool {
	name, named, text := m.file.Path, m.named, m.text
	home := path.Dir(name)
	if source, ok := strings.CutSuffix(name, ".in"); ok && kind.Family == manifest.FamilyPython {
		if c.isCompiled(c.held[source+".txt"], named) {
			return true
		}
		if !c.holdsPins(name, text) {
			return false
		}
	}
	project := home
	if kind.Family == manifest.FamilyPython {
		project = projectOf(home)
	}
	for dir := home; ; dir = path.Dir(dir) {
		isOwn := func(name string) bool { return c.isOwn(kind, m, dir, name) }
		if kind.Family == manifest.FamilyPython && len(kind.Locks) > 1 && holds(c.beside[dir], named, isOwn) &&
			(dir == home || dir == project || c.installs(dir, home)) {
			return true
		}
		for _, lock := range kind.Locks {
			file := path.Join(dir, lock)
			if c.locks[file] && holds(c.held[file], named, isOwn) && (dir == home || dir == project || c.reaches(kind, dir, file, name, named, text)) {
				return true
			}
		}
		if dir == "." {
			return false
		}
	}
}

// projectOf is the folder of the project whose requirements stand in a folder of their own.
func projectOf(folder string) string {
	parts := strings.Split(folder, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "require") {
			return path.Join(".", path.Join(parts[:i]...))
		}
	}
	return folder
}

// isCompiled reports whether a file holds what was resolved of its source. It need not hold
// all: pip-compile leaves out setuptools, and what the platform does not need.
func (c *coverage) isCompiled(held map[string]bool, named manifest.Named) bool {
	count := 0
	for _, name := range named.Names {
		if held[name] {
			count++
		}
	}
	return len(held) > 0 && 2*count >= len(named.Names)
}

// holdsPins reports whether the versions are listed that a source of requirements fixes:
// it may be another's than the one of the file that stands beside it.
func (c *coverage) holdsPins(name string, text []byte) bool {
	return !slices.ContainsFunc(pins.Of(pins.Manifest{Path: name, Text: text}), c.isOtherPin)
}

// isOtherPin reports a version that a source of requirements fixes and nothing else lists.
func (c *coverage) isOtherPin(p observation.Package) bool {
	return p.Version != "" && path.Ext(p.Path) == ".in" && !c.versions[p.Coordinate()]
}

// holds reports whether a lockfile has all names but the repository's own, or any where they
// are not known.
func holds(held map[string]bool, named manifest.Named, isOwn func(name string) bool) bool {
	return (len(held) > 0 || named.Names != nil) && !slices.ContainsFunc(named.Names, func(name string) bool { return !held[name] && !isOwn(name) })
}

// reaches reports whether a lockfile is also that of a folder below its own.
func (c *coverage) reaches(kind manifest.Kind, dir, lock, name string, named manifest.Named, text []byte) bool {
	home, stem := path.Dir(name), strings.TrimSuffix(path.Base(name), path.Ext(name))
	member := strings.TrimPrefix(home, dir+"/")
	switch kind.Family {
	case manifest.FamilyJavaScript:
		return c.listed(dir, member) || c.mentions(lock, `"`+member+`"`, "\n  "+member+":", "\n  '"+member+"':", "@workspace:"+member)
	case manifest.FamilyPHP:
		return c.listed(dir, member)
	case manifest.FamilyRust:
		return c.listed(dir, member) || named.Own != "" && c.lists(lock, regexp.QuoteMeta(named.Own))
	case manifest.FamilyDart:
		return c.listed(dir, member) || bytes.Contains(text, []byte("resolution: workspace"))
	case manifest.FamilyBEAM:
		data, err := c.read(path.Join(dir, "mix.exs"))
		apps := umbrella().FindSubmatch(data)
		return err == nil && apps != nil && strings.HasPrefix(member, strings.Trim(string(apps[1]), "./")+"/")
	case manifest.FamilyJVM:
		return path.Base(lock) == "verification-metadata.xml"
	case manifest.FamilyHaskell:
		return true
	case manifest.FamilyPython:
		return named.Names != nil && (c.listed(dir, member) || c.mentions(lock, `"`+member+`"`, `"./`+member+`"`))
	case manifest.FamilyGo:
		return path.Base(home) == "vendor" && kind.Patterns == manifest.VendorModules
	case manifest.FamilyRuby:
		// Bundler marks what comes from a folder, and names the folder.
		return kind.Patterns == "*.gemspec" && named.Names != nil &&
			(c.mentions(lock, "\n  remote: "+member+"\n", "\n  remote: "+member+"\r") || c.mentions(lock, "\n  "+stem+"!\n", "\n  "+stem+"!\r"))
	}
	return false
}

// umbrella is the folder of the apps of an umbrella project of Elixir.
var umbrella = lazy.Pattern(`apps_path:\s*"([^"]+)"`)

// lists reports whether a Cargo.lock has a package of a name (a pattern) that comes from no
// registry: a member, or a folder that one names.
func (c *coverage) lists(lock, name string) bool {
	data, err := c.read(lock)
	if err != nil {
		return false
	}
	entry, err := regexp.Compile(`(?m)^name = "` + name + `"\r?\nversion = "[^"\n]*"\r?\n(source = )?`)
	return err == nil && slices.ContainsFunc(entry.FindAllSubmatch(data, -1), func(match [][]byte) bool { return len(match[1]) == 0 })
}

// installs reports whether a list of requirements of a folder installs another folder: it is
// that one's, too.
func (c *coverage) installs(dir, home string) bool {
	return slices.Contains(c.installed[dir], home)
}

// mentions reports whether a file holds one of the texts.
func (c *coverage) mentions(name string, texts ...string) bool {
	data, err := c.read(name)
	return err == nil && slices.ContainsFunc(texts, func(text string) bool { return bytes.Contains(data, []byte(text)) })
}

// read reads a file of the snapshot within its bound.
func (c *coverage) read(name string) ([]byte, error) {
	info, err := fs.Stat(c.files, name)
	if err != nil {
		return nil, err
	}
	if err := checkSize(name, info.Size()); err != nil {
		return nil, err
	}
	return fs.ReadFile(c.files, name)
}

// listed reports whether the workspace of a folder lists a member.
func (c *coverage) listed(dir, member string) bool {
	patterns, known := c.members[dir]
	if !known {
		patterns = c.workspace(dir)
		c.members[dir] = patterns
	}
	found := false
	for _, pattern := range patterns {
		excluded := strings.HasPrefix(pattern, "!")
		pattern = strings.Trim(strings.TrimPrefix(strings.TrimPrefix(pattern, "!"), "./"), "/")
		steps := maxSteps
		if matchFolders(strings.Split(pattern, "/"), strings.Split(member, "/"), &steps) {
			found = !excluded
		}
	}
	return found
}

// maxSteps bounds the comparison of a pattern with a path.
const maxSteps = 10_000

// matchFolders compares a path with a pattern in which "**" stands for any folders.
func matchFolders(pattern, name []string, steps *int) bool {
	*steps--
	switch {
	case *steps < 0:
		return false
	case len(pattern) == 0:
		return len(name) == 0
	case pattern[0] == "**":
		for i := range len(name) + 1 {
			if matchFolders(pattern[1:], name[i:], steps) {
				return true
			}
		}
		return false
	case len(name) == 0:
		return false
	}
	ok, _ := path.Match(pattern[0], name[0])
	return ok && matchFolders(pattern[1:], name[1:], steps)
}

var pnpmPackages = lazy.Pattern(`(?m)^packages:[ \t]*\r?\n((?:[ \t]*-.*\r?\n?|[ \t]*#.*\r?\n?|[ \t]*\r?\n)*)`)

// workspace reads the patterns of members that the files of a folder list.
func (c *coverage) workspace(dir string) []string {
	var patterns []string
	for _, base := range []string{"package.json", "lerna.json", "composer.json"} {
		if data, err := c.read(path.Join(dir, base)); err == nil {
			patterns = append(patterns, workspaceInJSON(data)...)
		}
	}
	for _, base := range []string{"pnpm-workspace.yaml", "melos.yaml"} {
		data, err := c.read(path.Join(dir, base))
		if err != nil {
			continue
		}
		if section := pnpmPackages().FindSubmatch(append(data, '\n')); section != nil {
			for line := range strings.Lines(string(section[1])) {
				line, _, _ = strings.Cut(line, " #")
				if _, item, found := strings.Cut(line, "-"); found {
					patterns = append(patterns, strings.Trim(strings.TrimSpace(item), `"'`))
				}
			}
		}
	}
	if data, err := c.read(path.Join(dir, "Cargo.toml")); err == nil {
		var listed struct {
			Workspace struct {
				Members []string `toml:"members"`
				Exclude []string `toml:"exclude"`
			} `toml:"workspace"`
		}
		if nesting.DecodeTOML(data, &listed) == nil {
			patterns = append(patterns, listed.Workspace.Members...)
			for _, excluded := range listed.Workspace.Exclude {
				patterns = append(patterns, "!"+excluded)
			}
		}
	}
	if data, err := c.read(path.Join(dir, "pyproject.toml")); err == nil {
		var listed struct {
			Tool struct {
				UV struct {
					Workspace struct {
						Members []string `toml:"members"`
						Exclude []string `toml:"exclude"`
					} `toml:"workspace"`
				} `toml:"uv"`
			} `toml:"tool"`
		}
		if nesting.DecodeTOML(data, &listed) == nil {
			patterns = append(patterns, listed.Tool.UV.Workspace.Members...)
			for _, excluded := range listed.Tool.UV.Workspace.Exclude {
				patterns = append(patterns, "!"+excluded)
			}
		}
	}
	return patterns
}

// workspaceInJSON reads the members in package.json, lerna.json or composer.json.
func workspaceInJSON(data []byte) []string {
	var listed struct {
		Workspaces   json.RawMessage `json:"workspaces"`
		Packages     []string        `json:"packages"`
		Repositories json.RawMessage `json:"repositories"`
		Extra        struct {
			Merge struct {
				Include, Require []string
			} `json:"merge-plugin"`
		} `json:"extra"`
	}
	_ = json.Unmarshal(data, &listed)
	patterns := listed.Packages
	var list []string
	var object struct{ Packages []string }
	if json.Unmarshal(listed.Workspaces, &list) == nil {
		patterns = append(patterns, list...)
	} else if json.Unmarshal(listed.Workspaces, &object) == nil {
		patterns = append(patterns, object.Packages...)
	}
	type repository struct{ Type, URL string }
	var repositories []repository
	var byName map[string]repository
	if json.Unmarshal(listed.Repositories, &repositories) != nil && json.Unmarshal(listed.Repositories, &byName) == nil {
		for _, r := range byName {
			repositories = append(repositories, r)
		}
	}
	for _, r := range repositories {
		if r.Type == "path" {
			patterns = append(patterns, r.URL)
		}
	}
	for _, include := range append(listed.Extra.Merge.Include, listed.Extra.Merge.Require...) {
		patterns = append(patterns, path.Dir(include))
	}
	return patterns
}

// manifestOf is one manifest that was read for what it names.
type manifestOf struct {
	file  gitrepo.File
	named manifest.Named
	text  []byte

	complete bool  // all that it lists is in the inventory
	foreign  error // why its text is no manifest
}
