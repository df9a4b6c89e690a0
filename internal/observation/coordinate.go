package observation

// Coordinate is a package at a version.
type Coordinate struct {
	Ecosystem string // of OSV: "npm", "PyPI", "Go"
	Name      string // as OSV spells it
	Version   string // as the manifest gives it; empty where it gives none
}

// Coordinate returns the package at its version, without the manifest that lists
// it.
func (p Package) Coordinate() Coordinate { return Coordinate{p.Ecosystem, p.Name, p.Version} }
