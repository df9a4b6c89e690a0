package locks

import (
	"encoding/json"
	"io/fs"
	"path"
	"strings"
)

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

// needed adds the names of what is needed to run, also by what uses the package.
func (d dependencies) needed(names map[string]bool) {
	for _, table := range []map[string]string{d.Dependencies, d.OptionalDependencies, d.PeerDependencies} {
		for name := range table {
			names[name] = true
		}
	}
}

// npmRelations reads lockfiles of version 2 and 3: those of version 1 do not
// state what the project itself names.
func npmRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	var lock npmLock
	if !ok || json.Unmarshal(data, &lock) != nil {
		return nil
	}
	if len(lock.Packages) == 0 {
		return npmFolders(lock.Dependencies)
	}
	named := map[nameVersion]bool{}
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
			named[nameVersion{name, entry.Version}] = true
		}
	}
	local := lock.folders()
	return func(name, version string) relation {
		switch {
		case local[nameVersion{name, version}]:
			return own
		case named[nameVersion{name, version}]:
			return direct
		case version == "":
			return unstated
		}
		return transitive
	}
}

// yarnRelations needs the package.json beside the lock, and those of the members
// of a workspace. Not all members may be found, so there what none names is
// unstated.
func yarnRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	if !ok {
		return nil
	}
	local := yarnFolders(string(data))
	manifestText, found := dir.read("package.json")
	var root struct {
		Workspaces workspaces `json:"workspaces"`
		dependencies
	}
	if !found || json.Unmarshal(manifestText, &root) != nil {
		if len(local) == 0 {
			return nil
		}
		return func(name, version string) relation {
			if local[nameVersion{name, version}] {
				return own
			}
			return unstated
		}
	}
	projects := append(root.Workspaces.members(dir), root.dependencies)
	needed, wanted := map[string]bool{}, map[string]bool{}
	for _, project := range projects {
		project.needed(needed)
	}
	for _, project := range projects {
		for name, spec := range project.all() {
			wanted[name+"@"+strings.TrimPrefix(spec, "npm:")] = needed[name]
		}
	}
	resolved := yarnResolved(string(data), wanted)
	return func(name, version string) relation {
		key := nameVersion{name, version}
		needed, ok := resolved[key]
		switch {
		case local[key]:
			return own
		case ok && needed:
			return direct
		case ok:
			return directForDevelopment
		case len(root.Workspaces) > 0 || version == "":
			return unstated
		}
		return transitive
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

// maxPatterns bounds the patterns of a workspace that are expanded.
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

// yarnResolved finds the versions to which wanted "name@spec" were resolved, in
// a yarn.lock of any version, and whether one of them is needed to run. Names are those
// of the packages, not their aliases.
func yarnResolved(lock string, wanted map[string]bool) map[nameVersion]bool {
	resolved := map[nameVersion]bool{}
	yarnEntries(lock, func(specs []string, version string) {
		for _, spec := range specs {
			if needed, ok := wanted[strings.Replace(spec, "@npm:", "@", 1)]; ok {
				key := nameVersion{yarnName(spec), version}
				resolved[key] = resolved[key] || needed
			}
		}
	})
	return resolved
}

// yarnEntries calls entry with what each entry of a yarn.lock resolves ("name@spec"),
// and to which version.
func yarnEntries(lock string, entry func(specs []string, version string)) {
	var specs []string
	for line := range strings.Lines(lock) {
		text := strings.TrimSpace(line)
		if head, ok := strings.CutSuffix(text, ":"); ok && line[0] != ' ' {
			specs = specs[:0]
			for spec := range strings.SplitSeq(strings.ReplaceAll(head, `"`, ""), ",") {
				specs = append(specs, strings.TrimSpace(spec))
			}
			continue
		}
		version, ok := strings.CutPrefix(text, "version")
		if !ok || len(version) == 0 || (version[0] != ' ' && version[0] != ':') || len(specs) == 0 {
			continue
		}
		entry(specs, strings.Trim(version, `: "`))
		specs = specs[:0]
	}
}

// yarnName is the name of the package that "name@spec" resolves to: "b" of
// "alias@npm:b@^1".
func yarnName(spec string) string {
	name, rest := cutNpmSpec(spec)
	if other, ok := strings.CutPrefix(rest, "npm:"); ok && strings.Contains(other, "@") {
		name, _ = cutNpmSpec(other)
	}
	return name
}

// cutNpmSpec cuts "@scope/name@spec" after the name.
func cutNpmSpec(spec string) (name, rest string) {
	at := strings.IndexByte(strings.TrimPrefix(spec, "@"), '@')
	if at < 0 {
		return spec, ""
	}
	at += len(spec) - len(strings.TrimPrefix(spec, "@"))
	return spec[:at], spec[at+1:]
}
