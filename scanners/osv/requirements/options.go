package requirements

import (
	"path"
	"strings"

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

var (
	// In an environment of conda the options stand in a list.
	editableOption = lazy.Pattern(`(?m)^[ \t]*(?:-[ \t]+)?["']?(?:-e|--editable)[ \t=]*["']?([^\s"';]+)|^[ \t]*(?:-[ \t]+)?(\.{1,2}(?:/[^\s;]*)?|file:[^\s;]+)`)
	extras         = lazy.Pattern(`\[[^\]]*\]$`)
)

// Folders are the paths of the repository that a list installs, as it writes them and from
// its own folder: pip takes them from where it is called. What lies there has the name that
// its manifest says; "#egg=name" says it of any folder, of one that is not there, too.
func Folders(name string, text []byte) []string {
	var paths []string
	for _, match := range editableOption().FindAllSubmatch(text, -1) {
		target := string(match[1]) + string(match[2])
		if strings.Contains(target, "+") || strings.Contains(strings.TrimPrefix(target, "file://"), "://") {
			continue // a repository elsewhere
		}
		target, _, _ = strings.Cut(target, "#")
		target = extras().ReplaceAllString(strings.TrimPrefix(strings.TrimPrefix(target, "file:"), "//"), "")
		for _, folder := range []string{path.Join(path.Dir(name), target), path.Clean(target)} {
			if folder != ".." && !strings.HasPrefix(folder, "../") && !strings.HasPrefix(folder, "/") {
				paths = append(paths, folder)
			}
		}
	}
	return paths
}

// IsCompiled reports a list in which a program wrote all that is to be installed.
func IsCompiled(text []byte) bool { return compiledHeader().Match(text) }
