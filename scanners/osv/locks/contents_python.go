package locks

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// pipfileEntry is a package of a Pipfile.lock.
type pipfileEntry struct {
	Version string
	Hashes  []string
}

// pipfileContents reads the hashes of a Pipfile.lock, each that of one archive.
func pipfileContents(dir folder, manifest string) []observation.Locked {
	var lock struct {
		Default, Develop map[string]pipfileEntry
	}
	if !dir.decode(manifest, json.Unmarshal, &lock) {
		return nil
	}
	var packages []observation.Locked
	for _, table := range []map[string]pipfileEntry{lock.Default, lock.Develop} {
		for name, entry := range table {
			p := observation.Locked{Name: observation.NormalName("PyPI", name), Version: strings.TrimLeft(entry.Version, "=")}
			for _, hash := range entry.Hashes {
				p.Files = append(p.Files, prefixedFile("", hash)...)
			}
			packages = append(packages, p)
		}
	}
	return packages
}

// poetryFile is an archive as a poetry.lock lists it.
type poetryFile struct{ File, Hash string }

// poetryContents reads a poetry.lock. Poetry locks what its markers could ask for: a need
// with a marker that is not in the lock is none of the project's.
func poetryContents(dir folder, manifest string) []observation.Locked {
	var lock struct {
		Package []struct {
			Name, Version string
			Dependencies  map[string]any
			Files         []poetryFile
		}
		Metadata struct{ Files map[string][]poetryFile } // before version 2
	}
	if !dir.decode(manifest, nesting.DecodeTOML, &lock) {
		return nil
	}
	names, entries := oneOf{}, map[string]int{}
	for _, p := range lock.Package {
		name := observation.NormalName("PyPI", p.Name)
		names.add(name, observation.NameVersion{Name: name, Version: p.Version})
		entries[name]++
	}
	var packages []observation.Locked
	for _, entry := range lock.Package {
		name := observation.NormalName("PyPI", entry.Name)
		p := observation.Locked{Name: name, Version: entry.Version}
		files := entry.Files
		if files == nil && entries[name] == 1 { // else they are those of several versions
			files = lock.Metadata.Files[entry.Name]
		}
		for _, file := range files {
			p.Files = append(p.Files, prefixedFile(file.File, file.Hash)...)
		}
		n := newNeeder()
		for need, constraint := range entry.Dependencies {
			need = observation.NormalName("PyPI", need)
			if found, ok := names.find(need); ok || entries[need] > 0 || !isConditional(constraint) {
				n.add(found, ok)
			}
		}
		n.set(&p)
		packages = append(packages, p)
	}
	return packages
}

// isConditional reports a need of a poetry.lock that is optional or has a marker, in each
// of its forms where it has several.
func isConditional(constraint any) bool {
	switch c := constraint.(type) {
	case map[string]any:
		_, marked := c["markers"]
		return marked || c["optional"] == true
	case []map[string]any:
		return len(c) > 0 && !slices.ContainsFunc(c, func(one map[string]any) bool { return !isConditional(one) })
	case []any:
		return len(c) > 0 && !slices.ContainsFunc(c, func(one any) bool { return !isConditional(one) })
	}
	return false
}

// uvFile is an archive as a uv.lock lists it: at an address, or at a path.
type uvFile struct{ URL, Path, Hash string }

// uvContents reads a uv.lock.
func uvContents(dir folder, manifest string) []observation.Locked {
	var lock struct {
		Package []struct {
			uvEntry
			Sdist  uvFile
			Wheels []uvFile
		}
	}
	if !dir.decode(manifest, nesting.DecodeTOML, &lock) {
		return nil
	}
	names, all := oneOf{}, map[observation.NameVersion]bool{}
	for _, p := range lock.Package {
		at := observation.NameVersion{Name: observation.NormalName("PyPI", p.Name), Version: p.Version}
		names.add(at.Name, at)
		all[at] = true
	}
	var packages []observation.Locked
	for _, entry := range lock.Package {
		if entry.own() {
			continue
		}
		p := observation.Locked{Name: observation.NormalName("PyPI", entry.Name), Version: entry.Version}
		for _, file := range append(entry.Wheels, entry.Sdist) {
			p.Files = append(p.Files, prefixedFile(file.URL+file.Path, file.Hash)...)
		}
		n := newNeeder()
		lists := [][]uvReference{entry.Dependencies}
		for _, list := range entry.Optional { // of the extras that the project asks for
			lists = append(lists, list)
		}
		for _, list := range lists {
			for _, r := range list {
				at := observation.NameVersion{Name: observation.NormalName("PyPI", r.Name), Version: r.Version}
				ok := all[at]
				if r.Version == "" {
					at, ok = names.find(at.Name)
				}
				n.add(at, ok)
			}
		}
		n.set(&p)
		packages = append(packages, p)
	}
	return packages
}
