package osv

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/locks"
)

var deprecatedMeasure = observation.Definition{
	ID: observation.InventoryDeprecated, Name: "Deprecated packages", Kind: observation.KindNumber, Unit: observation.UnitPackages, Merge: observation.MergeSum,
	Means: "Distinct packages (name and version) of which a lockfile says that their maintainers gave them up: \"deprecated\" in those of npm " +
		"and pnpm, \"abandoned\" in Composer's. The notice is of the day when the lockfile was written; other lockfiles carry none.",
}

// mostNamed is how many packages the detail of the measure names.
const mostNamed = 10

// deprecated counts and lists the packages of an inventory that a lockfile calls deprecated.
// packages are sorted by path.
func deprecated(files fs.FS, packages []observation.Package, source string, at time.Time) (observation.Measure, []observation.Notice) {
	found := map[observation.Coordinate]string{}
	carriers := 0
	for start := 0; start < len(packages); {
		manifest, end := packages[start].Path, start
		for end < len(packages) && packages[end].Path == manifest {
			end++
		}
		if read, ok := locks.NoticeReader(path.Base(manifest)); ok {
			carriers++
			data, err := fs.ReadFile(files, manifest)
			if err != nil {
				return deprecatedMeasure.UnknownFor(causeOf(err), oneLine(err)), nil
			}
			notices := read(data)
			for _, p := range packages[start:end] {
				if instead, ok := notices.Of(p.Name, p.Version); ok {
					found[p.Coordinate()] = instead
				}
			}
		}
		start = end
	}
	if carriers == 0 {
		return deprecatedMeasure.NotApplicableFor("no lockfile that carries notices of deprecation lists packages"), nil
	}
	m := deprecatedMeasure.Of(len(found), source, at)
	m.Detail = namedDeprecated(found)
	var notices []observation.Notice
	for _, c := range slices.SortedFunc(maps.Keys(found), observation.Coordinate.Compare) {
		notices = append(notices, observation.Notice{Ecosystem: c.Ecosystem, Name: c.Name, Version: c.Version, Instead: found[c], Whole: c.Ecosystem == "Packagist"})
	}
	return m, notices
}

func namedDeprecated(found map[observation.Coordinate]string) string {
	keys := slices.SortedFunc(maps.Keys(found), observation.Coordinate.Compare)
	var names []string
	for _, c := range keys[:min(mostNamed, len(keys))] {
		name := c.Name + " " + c.Version
		if instead := found[c]; instead != "" {
			name += " (use " + instead + ")"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return ""
	}
	text := oneLine(errors.New(strings.Join(names, ", ")))
	if more := len(keys) - len(names); more > 0 {
		return fmt.Sprintf("%s and %d more", text, more)
	}
	return text
}
