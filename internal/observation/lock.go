package observation

// Lock is what one lockfile says of packages beside what an inventory keeps. It is read
// for a bill of materials, and stored nowhere.
type Lock struct {
	Path     string   `json:"path"` // as in Package.Path
	Packages []Locked `json:"packages"`
}

// Locked is what a lockfile says of one package.
type Locked struct {
	// Name and Version are those of the inventory.
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	// Files are the archives that a registry has of this version. One of them is
	// installed: most ecosystems have one, PyPI one for each kind of machine.
	Files []LockedFile `json:"files,omitempty"`
	// Digest is what the lockfile holds in place of a hash of a file, with its name
	// before it ("go.sum h1:…"). Nobody can compare it with a file.
	Digest string `json:"digest,omitempty"`
	// Licenses are as they are written: expressions of SPDX, or names. Where there are
	// several, whoever uses the package may choose.
	Licenses []string `json:"licenses,omitempty"`
	// Needs are the packages of the same lockfile that this one needs.
	Needs []NameVersion `json:"needs,omitempty"`
	// Graph says how much of what the package needs is in Needs.
	Graph Graph `json:"graph,omitempty"`
}

// LockedFile is one archive of a package with its hashes.
type LockedFile struct {
	// Name is empty where a version has one archive only.
	Name   string `json:"name,omitempty"`
	Hashes []Hash `json:"hashes"`
}

// Hash is a hash of a file, in lower-case hexadecimal digits.
type Hash struct {
	Algorithm HashAlgorithm `json:"algorithm"`
	Value     string        `json:"value"`
}

// HashAlgorithm names a hash function as SPDX does.
type HashAlgorithm string

// The hash functions that lockfiles use. Others are not read.
const (
	MD5    HashAlgorithm = "MD5"
	SHA1   HashAlgorithm = "SHA1"
	SHA256 HashAlgorithm = "SHA256"
	SHA384 HashAlgorithm = "SHA384"
	SHA512 HashAlgorithm = "SHA512"
)

// NameVersion is a package of a lockfile, which has one ecosystem.
type NameVersion struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// Graph says how far a lockfile tells what a package needs.
type Graph string

// The states of a graph.
const (
	GraphUnknown Graph = ""       // the format does not tell, or the file could not be read
	GraphPartly  Graph = "partly" // something that it needs could not be found in the lockfile
	GraphWhole   Graph = "whole"  // all that it needs is listed
)
