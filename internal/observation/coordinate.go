package observation

import "cmp"

// Coordinate is a package at a version.
type Coordinate struct {
	Ecosystem string // of OSV: "npm", "PyPI", "Go"
	Name      string // as OSV spells it
	Version   string // as the manifest gives it; empty where it gives none
}

// Coordinate returns the package at its version, without the manifest that lists
// it.
func (p Package) Coordinate() Coordinate { return Coordinate{p.Ecosystem, p.Name, p.Version} }

// Compare orders coordinates by ecosystem, name and version, as texts.
func (c Coordinate) Compare(other Coordinate) int {
	return cmp.Or(cmp.Compare(c.Ecosystem, other.Ecosystem), cmp.Compare(c.Name, other.Name), cmp.Compare(c.Version, other.Version))
}
