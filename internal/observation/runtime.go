package observation

// Runtime is what a file of a repository says of the language runtime or operating system
// that the repository runs on.
type Runtime struct {
	// Product is the name that endoflife.date uses: "python", "nodejs", "debian". Java
	// alone is "java": files name the language, and many vendors publish it.
	Product string `json:"product"`
	// Version is the version, the codename or the range as the file writes it. Empty means
	// that the file names the product with a version that could not be read.
	Version string       `json:"version,omitempty"`
	Reading RuntimeRange `json:"reading,omitempty"`
	Path    string       `json:"path"`
}

// RuntimeRange says how the version of a Runtime is to be read.
type RuntimeRange string

// The readings. What is pinned runs; a range only allows.
const (
	RuntimePinned  RuntimeRange = ""        // this version: "3.6.9", or the newest of "3.6"
	RuntimeMinimum RuntimeRange = "minimum" // this version or any later
	// The others are ranges in the syntax of an ecosystem.
	RuntimeNPM      RuntimeRange = "npm"
	RuntimePyPI     RuntimeRange = "PyPI"
	RuntimePoetry   RuntimeRange = "Poetry"
	RuntimeComposer RuntimeRange = "Composer"
)

// String is the runtime for readers, without its file: "python 3.6", "go 1.15 or later",
// "nodejs >=10".
func (r Runtime) String() string {
	switch {
	case r.Version == "":
		return r.Product
	case r.Reading == RuntimeMinimum:
		return r.Product + " " + r.Version + " or later"
	}
	return r.Product + " " + r.Version
}
