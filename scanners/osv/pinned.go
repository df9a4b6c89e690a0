package osv

import (
	"path"

	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/pins"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// complete reads the locks that no extractor reads. What they hold covers manifests, as
// with other locks.
func (c *coverage) complete(manifests [][]manifestOf) []observation.Package {
	var all []observation.Package
	for _, group := range manifests {
		for i := range group {
			m := &group[i]
			if !pins.Complete(m.file.Path) || path.Base(m.file.Path) == "modules.txt" && c.locks[path.Join(path.Dir(m.file.Path), "../go.mod")] {
				continue
			}
			listed := c.namedBy(m)
			m.complete = len(listed) > 0 && !pins.HasOtherSources(m.file.Path, m.text)
			for _, p := range listed {
				addName(c.held, p.Path, manifest.NameKey(p.Ecosystem, p.Name))
			}
			all = append(all, listed...)
		}
	}
	return all
}

// pinned are the packages that manifests name, without those that a lockfile of their kind
// holds and those that the repository itself defines.
func (c *coverage) pinned(kind manifest.Kind, manifests []manifestOf) []observation.Package {
	var all []observation.Package
	for i := range manifests {
		for _, p := range c.namedBy(&manifests[i]) {
			if key := manifest.NameKey(p.Ecosystem, p.Name); !c.isOwnPin(kind, manifests[i], p, key) && !c.heldAbove(kind, p, key) {
				all = append(all, p)
			}
		}
	}
	return all
}

// namedBy are the packages of a manifest; none where the library that reads its format
// does not survive it.
func (c *coverage) namedBy(m *manifestOf) (packages []observation.Package) {
	defer func() {
		if recover() != nil {
			packages = nil
		}
	}()
	packages = pins.Of(pins.Manifest{Path: m.file.Path, Text: m.text, Read: func(name string) []byte {
		text, err := c.read(name)
		if err != nil {
			return nil
		}
		text, _ = texts.Decode(text)
		return text
	}})
	for i := range packages {
		withoutAddress(&packages[i])
		withoutSecrets(&packages[i])
	}
	return packages
}

// heldAbove reports whether a lockfile beside or above a manifest holds a package.
func (c *coverage) heldAbove(kind manifest.Kind, p observation.Package, key string) bool {
	if c.isOtherPin(p) {
		return false
	}
	for dir := path.Dir(p.Path); ; dir = path.Dir(dir) {
		if p.Ecosystem == "PyPI" && c.beside[dir][key] {
			return true
		}
		for _, lock := range kind.Locks {
			if c.held[path.Join(dir, lock)][key] {
				return true
			}
		}
		if dir == "." {
			return false
		}
	}
}
