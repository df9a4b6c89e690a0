package locks

import "github.com/midspan/midspan/internal/observation"

// Stated is what an extractor of Midspan says of a package beside its name and version. It
// is kept as the package's metadata.
type Stated struct {
	Ecosystem string // where the library has no name for it
	groups    []string
	relation  relation
}

// StatedDirect marks a package that the project itself names.
func StatedDirect() Stated { return Stated{relation: direct} }

// DepGroups implements osv.DepGroups.
func (s Stated) DepGroups() []string { return s.groups }

// Own reports a package that the repository itself defines.
func (s Stated) Own() bool { return s.relation&own != 0 }

// Set writes how the project depends on a package into an entry of the inventory.
func (s Stated) Set(p *observation.Package) { s.relation.set(p) }
