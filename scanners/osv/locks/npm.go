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
	var lock npmLock
	if !dir.decode(manifest, json.Unmarshal, &lock) {
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

// cutNpmSpec cuts "@scope/name@spec" after the name.
func cutNpmSpec(spec string) (name, rest string) {
	at := strings.IndexByte(strings.TrimPrefix(spec, "@"), '@')
	if at < 0 {
		return spec, ""
	}
	at += len(spec) - len(strings.TrimPrefix(spec, "@"))
	return spec[:at], spec[at+1:]
}
