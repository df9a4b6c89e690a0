package scanners

import (
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/earlier"
)

// CombinedWants returns the union of what the scanners read of a repository.
func CombinedWants(all []Scanner) gitrepo.Wants {
	var names []string
	var wanted *earlier.Wanted
	for _, scanner := range all {
		names = append(names, scanner.Name()+"@"+scanner.Version())
		if reader, ok := scanner.(EarlierReader); ok {
			more := reader.Earlier()
			if wanted != nil {
				more = wanted.Union(more)
			}
			wanted = &more
		}
	}
	wants := gitrepo.Wants{
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
	if wanted != nil {
		wants.Earlier = wanted
	}
	return wants
}

// LackedObjects reports whether a scanner that reads earlier commits missed some of their
// objects, which a work key does not name: the mirror may hold them by now.
func LackedObjects(scanner Scanner, result Observation) bool {
	_, reads := scanner.(EarlierReader)
	return reads && slices.ContainsFunc(result.Measures, func(m Measure) bool { return m.Cause == CauseMissingObjects })
}
