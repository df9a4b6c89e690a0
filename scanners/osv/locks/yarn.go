package locks

import (
	"encoding/json"
	"strings"
)

// yarnRelations needs the package.json beside the lock, and those of the members
// of a workspace. Not all members may be found, so there what none names is
// unstated.
func yarnRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	if !ok {
		return nil
	}
	entries := yarnEntries(string(data))
	local := yarnFolders(entries)
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
	resolved := yarnResolved(entries, wanted)
	used := yarnUses(entries, wanted, local)
	return func(name, version string) relation {
		key := nameVersion{name, version}
		needed, ok := resolved[key]
		switch {
		case local[key]:
			return own
		case used != nil && (used.running[key] || used.developing[key]):
			return used.relation(key)
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

// yarnEntry is an entry of a yarn.lock: what it resolves ("name@spec"), to which version,
// and what that needs, written likewise. Yarn 1 has the address of the archive with its
// hash and mostly an integrity, later ones have a checksum.
type yarnEntry struct {
	specs                         []string
	version                       string
	needs                         []string
	resolved, integrity, checksum string
}

func (e yarnEntry) key() nameVersion { return nameVersion{yarnName(e.specs[0]), e.version} }

// isFolder reports an entry that is a folder of the repository.
func (e yarnEntry) isFolder() bool {
	for _, spec := range e.specs {
		if _, rest := cutNpmSpec(spec); isFolderSpec(rest) {
			return true
		}
	}
	return false
}

// yarnEntries reads the entries of a yarn.lock of any version.
func yarnEntries(lock string) []yarnEntry {
	var entries []yarnEntry
	var open yarnEntry
	needs := false // a table of dependencies is open
	end := func() {
		if len(open.specs) > 0 && open.version != "" {
			entries = append(entries, open)
		}
		open, needs = yarnEntry{}, false
	}
	for line := range strings.Lines(lock) {
		text := strings.TrimSpace(line)
		depth := len(line) - len(strings.TrimLeft(line, " "))
		head, isHead := strings.CutSuffix(text, ":")
		switch {
		case text == "" || text[0] == '#':
		case depth == 0:
			if end(); isHead && head != "__metadata" {
				for spec := range strings.SplitSeq(strings.ReplaceAll(head, `"`, ""), ",") {
					open.specs = append(open.specs, strings.TrimSpace(spec))
				}
			}
		case depth > 2:
			if needs {
				open.needs = append(open.needs, yarnNeed(text))
			}
		default:
			needs = text == "dependencies:" || text == "optionalDependencies:"
			open.set(text)
		}
	}
	end()
	return entries
}

// set reads a line that is of no table.
func (e *yarnEntry) set(line string) {
	end := strings.IndexAny(line, ": ")
	if end < 0 {
		return
	}
	var field *string
	switch line[:end] {
	case "version":
		field = &e.version
	case "resolved":
		field = &e.resolved
	case "integrity":
		field = &e.integrity
	case "checksum":
		field = &e.checksum
	default:
		return
	}
	if *field == "" {
		*field = strings.Trim(line[end:], `: "`)
	}
}

// yarnNeed reads a line of a table: `name "^1"` of Yarn 1, `"@s/name": "npm:^1"` of later
// ones.
func yarnNeed(line string) string {
	name, rest := line, ""
	if quoted, ok := strings.CutPrefix(line, `"`); ok {
		name, rest, _ = strings.Cut(quoted, `"`)
	} else if i := strings.IndexAny(line, ": "); i > 0 {
		name, rest = line[:i], line[i:]
	}
	return name + "@" + strings.Trim(rest, `: "`)
}

// plainYarnSpec is "name@spec" without the protocol that is the default.
func plainYarnSpec(spec string) string { return strings.Replace(spec, "@npm:", "@", 1) }

// yarnResolved finds the versions to which wanted "name@spec" were resolved, and whether
// one of them is needed to run. Names are those of the packages, not their aliases.
func yarnResolved(entries []yarnEntry, wanted map[string]bool) map[nameVersion]bool {
	resolved := map[nameVersion]bool{}
	for _, entry := range entries {
		for _, spec := range entry.specs {
			if needed, ok := wanted[plainYarnSpec(spec)]; ok {
				key := nameVersion{yarnName(spec), entry.version}
				resolved[key] = resolved[key] || needed
			}
		}
	}
	return resolved
}

// yarnGraph tells by name and version what is reached from what runs, and from what is
// for development.
type yarnGraph struct{ named, running, developing map[nameVersion]bool }

func (g yarnGraph) relation(key nameVersion) relation {
	r := transitive
	if g.named[key] {
		r = direct
	}
	if g.running[key] {
		return r | needed
	}
	return r | forDevelopment
}

// yarnUses follows what is wanted through a lock. It is nil where the lock holds a package
// that nothing wants, or under another spec than the one that is wanted: then a member of
// the workspace is not known, or a spec was put in the place of another, and what seems to
// be for development may run.
func yarnUses(entries []yarnEntry, wanted map[string]bool, local map[nameVersion]bool) *yarnGraph {
	bySpec, held := map[string]int{}, map[string]bool{}
	for i, entry := range entries {
		for _, spec := range entry.specs {
			bySpec[plainYarnSpec(spec)] = i
			name, _ := cutNpmSpec(spec)
			held[name] = held[name] || !entry.isFolder()
		}
	}
	g := &yarnGraph{map[nameVersion]bool{}, map[nameVersion]bool{}, map[nameVersion]bool{}}
	whole := true
	for _, part := range []struct {
		needed  bool
		reached map[nameVersion]bool
	}{{true, g.running}, {false, g.developing}} {
		var queue []string
		for spec, needed := range wanted {
			if needed == part.needed {
				queue = append(queue, spec)
			}
		}
		first, seen := len(queue), map[int]bool{}
		for n := 0; n < len(queue); n++ {
			i, ok := bySpec[queue[n]]
			if !ok {
				name, _ := cutNpmSpec(queue[n])
				whole = whole && !held[name] // another spec stands in its place; or it is a peer, or a folder
				continue
			}
			key := entries[i].key()
			if n < first {
				g.named[key] = true
			}
			if seen[i] || local[key] { // what a folder needs its package.json says
				continue
			}
			seen[i], part.reached[key] = true, true
			for _, need := range entries[i].needs {
				queue = append(queue, plainYarnSpec(need))
			}
		}
	}
	for _, entry := range entries {
		key := entry.key()
		whole = whole && (g.running[key] || g.developing[key] || local[key])
	}
	if !whole {
		return nil
	}
	return g
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
