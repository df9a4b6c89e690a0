//go:build !unix

package files

const (
	// nonBlock and noFollow are unknown to the system: what is opened is looked at
	// before.
	nonBlock = 0
	noFollow = 0
	// schemeLength leaves one letter to drives.
	schemeLength = "+"
)
