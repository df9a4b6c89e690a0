package requirements

import (
	"path"

	"github.com/midspan/midspan/internal/lazy"
)

var (
	constraintOption = lazy.Pattern(`(?m)^[ \t]*(?:-c|--constraint)[ \t=]*([^\s#]+)`)
	includeOption    = lazy.Pattern(`(?m)^[ \t]*(?:-r|--requirement)[ \t=]*([^\s#]+)`)
	compiledHeader   = lazy.Pattern(`(?m)^\s*#.*(?:pip-compile|pip compile|\bvia\b)`)
)

// Includes are the paths that a list of requirements includes ("-r"). Options name paths
// relative to the folder of the list.
func Includes(name string, text []byte) []string {
	return targets(name, includeOption().FindAllSubmatch(text, -1))
}

// Constraints are the paths that a list names as constraints ("-c").
func Constraints(name string, text []byte) []string {
	return targets(name, constraintOption().FindAllSubmatch(text, -1))
}

func targets(name string, matches [][][]byte) []string {
	var paths []string
	for _, match := range matches {
		paths = append(paths, path.Join(path.Dir(name), string(match[1])))
	}
	return paths
}

// IsCompiled reports a list in which a program wrote all that is to be installed.
func IsCompiled(text []byte) bool { return compiledHeader().Match(text) }
