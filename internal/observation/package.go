package observation

// Package is one entry of an inventory. The same package may be in several
// manifests: each is an entry of its own.
type Package struct {
	// Ecosystem is the OSV ecosystem ("npm", "PyPI", "Go"), Name the package's
	// name as OSV spells it, Version as the manifest gives it; an empty
	// version matches no advisory and is counted as unknown.
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
	Version   string `json:"version,omitempty"`
	PURL      string `json:"purl,omitempty"`
	// Path is the manifest, relative to the repository's root.
	Path string `json:"path"`
	// Relation is "direct", "transitive" or "" where the manifest does not say.
	Relation string `json:"relation,omitempty"`
	// Groups are the dependency groups of the manifest ("dev", "test").
	Groups []string `json:"groups,omitempty"`
}

// Relations of a package to the repository that lists it.
const (
	Direct     = "direct"
	Transitive = "transitive"
)
