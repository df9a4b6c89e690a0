package scanners

import (
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
)

// CombinedWants returns the union of what the scanners read of a repository.
func CombinedWants(all []Scanner) gitrepo.Wants {
	var names []string
	for _, scanner := range all {
		names = append(names, scanner.Name()+"@"+scanner.Version())
	}
	return gitrepo.Wants{
		Name: strings.Join(names, " "),
		Contents: func(file gitrepo.File) gitrepo.Want {
			strongest := gitrepo.Unwanted
			for _, scanner := range all {
				strongest = max(strongest, scanner.Wants(file))
				if strongest == gitrepo.Needed {
					break
				}
			}
			return strongest
		},
		Past: func(files []gitrepo.File) []string {
			var paths []string
			for _, scanner := range all {
				if reader, ok := scanner.(PastReader); ok {
					paths = append(paths, reader.PastPaths(files)...)
				}
			}
			return paths
		},
	}
}
