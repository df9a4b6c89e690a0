package locks

import (
	"io/fs"
	"path"
	"strings"

	"github.com/midspan/midspan/internal/nesting"
)

// cargoPackage is one of a Cargo.lock. Without a source it is the repository's own.
type cargoPackage struct {
	Name, Version, Source string
	Dependencies          []string
}

func (p cargoPackage) key() string { return p.Name + " " + p.Version }

// cargoRelations reads the lockfile: packages without a source are the repository's
// own, and what they name is direct ("time", or "time 0.1.43" where there are several).
// What their manifests name for development alone, with all that comes with it, does not run.
func cargoRelations(dir folder, manifest string) relations {
	var lock struct{ Package []cargoPackage }
	if !dir.decode(manifest, nesting.DecodeTOML, &lock) {
		return nil
	}
	versions := map[string][]string{}
	for _, p := range lock.Package {
		versions[p.Name] = append(versions[p.Name], p.key())
	}
	graph := dependencyGraph{}
	for _, p := range lock.Package {
		for _, dependency := range p.Dependencies {
			graph[p.key()] = append(graph[p.key()], cargoKeys(versions, dependency)...)
		}
	}
	developing := cargoDevelopment(dir)
	local, named := map[string]bool{}, roots{}
	for _, p := range lock.Package {
		if p.Source != "" {
			continue
		}
		local[p.key()] = true
		for _, dependency := range p.Dependencies {
			keys := cargoKeys(versions, dependency)
			if developing[p.Name][cargoName(dependency)] {
				named.developing = append(named.developing, keys...)
			} else {
				named.running = append(named.running, keys...)
			}
		}
	}
	for key := range local {
		delete(graph, key) // what a member needs is told apart above
	}
	for _, p := range lock.Package {
		if p.Source != "" {
			delete(local, p.key()) // a registry has one of the same name and version
		}
	}
	uses := graph.usesOf(named)
	return func(name, version string) relation {
		key := name + " " + version
		if local[key] {
			return own
		}
		return uses.relation(key)
	}
}

// cargoName is the name in an entry of "dependencies": "time 0.1.43 (registry+…)".
func cargoName(dependency string) string {
	name, _, _ := strings.Cut(dependency, " ")
	return strings.ReplaceAll(name, "_", "-")
}

// cargoKeys are the packages that an entry of "dependencies" means.
func cargoKeys(versions map[string][]string, dependency string) []string {
	if fields := strings.Fields(dependency); len(fields) > 1 {
		return []string{fields[0] + " " + fields[1]}
	}
	return versions[dependency]
}

// mostMembers bounds how many manifests of a workspace are read.
const mostMembers = 500

// cargoDevelopment are what the manifests of a workspace name for development alone, by the
// name of the member. Of a manifest that is not found nothing is development.
func cargoDevelopment(dir folder) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	seen := map[string]bool{}
	queue := []string{dir.name}
	for len(queue) > 0 && len(seen) < mostMembers {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		var manifest map[string]any
		if !(folder{dir.files, at}).decode("Cargo.toml", nesting.DecodeTOML, &manifest) {
			continue
		}
		named := map[string]bool{} // for development alone
		for _, folder := range readCargoTables(manifest, named) {
			queue = append(queue, path.Join(at, folder))
		}
		if p, ok := manifest["package"].(map[string]any); ok {
			name, _ := p["name"].(string)
			all[name] = named
		}
		workspace, _ := manifest["workspace"].(map[string]any)
		members, _ := workspace["members"].([]any)
		for _, member := range members {
			if pattern, ok := member.(string); ok {
				found, _ := fs.Glob(dir.files, path.Join(at, pattern))
				queue = append(queue, found...)
			}
		}
	}
	return all
}

// readCargoTables reads the dependencies of a manifest, also those of its targets, sets true
// for what is named for development alone, and returns the folders of packages at a path.
func readCargoTables(manifest map[string]any, named map[string]bool) (folders []string) {
	tables := []map[string]any{manifest}
	targets, _ := manifest["target"].(map[string]any)
	for _, target := range targets {
		if table, ok := target.(map[string]any); ok {
			tables = append(tables, table)
		}
	}
	for _, table := range tables {
		for _, section := range []string{"dev-dependencies", "dev_dependencies", "dependencies", "build-dependencies", "build_dependencies"} {
			entries, _ := table[section].(map[string]any)
			for name, how := range entries {
				entry, _ := how.(map[string]any)
				if renamed, ok := entry["package"].(string); ok {
					name = renamed
				}
				if at, ok := entry["path"].(string); ok {
					folders = append(folders, at)
				}
				name = strings.ReplaceAll(name, "_", "-")
				runs, known := named[name]
				named[name] = strings.HasPrefix(section, "dev") && (!known || runs)
			}
		}
	}
	return folders
}
