package observation

// Notice is what a lockfile says of a package that its makers gave up.
type Notice struct {
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
	Version   string `json:"version"`
	// Instead is the package that the notice names in its place, or empty.
	Instead string `json:"instead,omitempty"`
	// Whole means that the whole package was given up, and not this version of it (Composer).
	Whole bool `json:"whole,omitempty"`
}
