package locks

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"
)

// npmLock is a package-lock.json. Few entries of many are decoded.
type npmLock struct {
	Packages     map[string]json.RawMessage `json:"packages"`
	Dependencies map[string]json.RawMessage `json:"dependencies"` // of version 1
}

// npmEntry is what an entry of a lock tells of the package's source.
type npmEntry struct {
	Name, Version string
	Link          bool
}

// folders are the packages that are folders of the repository: members of a workspace,
// and what is linked. A package that is installed from elsewhere too is none.
func (l npmLock) folders() map[nameVersion]bool {
	local := map[nameVersion]bool{}
	for place, raw := range l.Packages {
		inside := strings.Contains(place, "node_modules/")
		if place == "" || inside && !bytes.Contains(raw, []byte(`"link"`)) {
			continue
		}
		var entry npmEntry
		if json.Unmarshal(raw, &entry) != nil || inside && !entry.Link {
			continue
		}
		name := entry.Name
		if name == "" {
			name = npmPlaceName(place)
		}
		local[nameVersion{name, entry.Version}] = true
	}
	if len(local) == 0 {
		return nil
	}
	names := map[string]bool{}
	for p := range local {
		names[p.name] = true
	}
	for place, raw := range l.Packages {
		if !strings.Contains(place, "node_modules/") || !names[npmPlaceName(place)] && !bytes.Contains(raw, []byte(`"name"`)) {
			continue
		}
		var entry npmEntry
		if json.Unmarshal(raw, &entry) == nil && !entry.Link {
			if entry.Name == "" {
				entry.Name = npmPlaceName(place)
			}
			delete(local, nameVersion{entry.Name, entry.Version})
		}
	}
	return local
}

// npmPlaceName is the name of a package by its folder: "@scope/name", or "name".
func npmPlaceName(place string) string {
	name := path.Base(place)
	if scope := path.Base(path.Dir(place)); strings.HasPrefix(scope, "@") {
		return scope + "/" + name
	}
	return name
}

// npmFolders are the relations of a lock of version 1, which tells folders of the
// repository only ("version": "file:lib").
func npmFolders(entries map[string]json.RawMessage) relations {
	local := map[string]bool{}
	collectNpmFolders(entries, local, 0)
	if len(local) == 0 {
		return nil
	}
	return func(name, version string) relation {
		if version == "" && local[name] {
			return own
		}
		return unstated
	}
}

// maxNpmDepth bounds how deep dependencies in a lock of version 1 may be nested.
const maxNpmDepth = 100

func collectNpmFolders(entries map[string]json.RawMessage, local map[string]bool, depth int) {
	for name, raw := range entries {
		if depth > maxNpmDepth || !bytes.Contains(raw, []byte(`"file:`)) {
			continue
		}
		var entry struct {
			Version      string
			Dependencies map[string]json.RawMessage
		}
		if json.Unmarshal(raw, &entry) != nil {
			continue
		}
		if strings.HasPrefix(entry.Version, "file:") && !isArchive(entry.Version) {
			local[name] = true
		}
		collectNpmFolders(entry.Dependencies, local, depth+1)
	}
}

// isArchive reports whether an address names an archive: another's package may be kept
// in the repository so.
func isArchive(address string) bool {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "::")
	for _, ending := range []string{".tgz", ".tar.gz", ".tar", ".zip", ".whl", ".gz"} {
		if strings.HasSuffix(strings.ToLower(address), ending) {
			return true
		}
	}
	return false
}

// isFolderSpec reports a spec of npm, Yarn or Bun that names a folder.
func isFolderSpec(spec string) bool {
	protocol, address, found := strings.Cut(spec, ":")
	switch {
	case !found:
		return false
	case protocol == "workspace", protocol == "portal", protocol == "link":
		return true
	}
	return protocol == "file" && !isArchive(address)
}

// yarnFolders are the entries of a yarn.lock that are folders of the repository.
func yarnFolders(entries []yarnEntry) map[nameVersion]bool {
	local := map[nameVersion]bool{}
	for _, entry := range entries {
		if entry.isFolder() {
			local[entry.key()] = true
		}
	}
	for _, entry := range entries {
		if !entry.isFolder() {
			delete(local, entry.key())
		}
	}
	return local
}

// bunRelations tells the members of a workspace from packages: the extractor leaves
// their folders in place of versions.
func bunRelations(folder, string) relations {
	return func(_, version string) relation {
		if isFolderSpec(version) {
			return own
		}
		return unstated
	}
}
