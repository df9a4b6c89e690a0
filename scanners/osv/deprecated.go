package osv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

var deprecatedMeasure = observation.Definition{
	ID: observation.InventoryDeprecated, Name: "Deprecated packages", Kind: observation.KindNumber, Unit: observation.UnitPackages, Merge: observation.MergeSum,
	Means: "Distinct packages (name and version) of which a lockfile says that their maintainers gave them up: \"deprecated\" in those of npm " +
		"and pnpm, \"abandoned\" in Composer's. The notice is of the day when the lockfile was written; other lockfiles carry none.",
}

// noticeReaders read the notices of the lockfiles that carry them, by base name: by
// package, with what replaces it where that is said.
func noticeReaders() map[string]func([]byte) map[nameVersion]string {
	return map[string]func([]byte) map[nameVersion]string{
		"package-lock.json":   npmNotices,
		"npm-shrinkwrap.json": npmNotices,
		"pnpm-lock.yaml":      pnpmNotices,
		"composer.lock":       composerNotices,
	}
}

// mostNamed is how many packages the detail of the measure names.
const mostNamed = 10

// deprecated counts the packages of an inventory that a lockfile calls deprecated.
// packages are sorted by path.
func deprecated(files fs.FS, packages []observation.Package, source string, at time.Time) observation.Measure {
	readers := noticeReaders()
	found := map[observation.Coordinate]string{}
	carriers := 0
	for start := 0; start < len(packages); {
		manifest, end := packages[start].Path, start
		for end < len(packages) && packages[end].Path == manifest {
			end++
		}
		if read, ok := readers[path.Base(manifest)]; ok {
			carriers++
			data, err := fs.ReadFile(files, manifest)
			if err != nil {
				return deprecatedMeasure.UnknownFor(causeOf(err), oneLine(err))
			}
			notices := read(data)
			for _, p := range packages[start:end] {
				if instead, ok := notices[nameVersion{p.Name, p.Version}]; ok {
					found[p.Coordinate()] = instead
				}
			}
		}
		start = end
	}
	if carriers == 0 {
		return deprecatedMeasure.NotApplicableFor("no lockfile that carries notices of deprecation lists packages")
	}
	m := deprecatedMeasure.Of(len(found), source, at)
	m.Detail = namedDeprecated(found)
	return m
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

// npmNotices reads lockfiles of version 2 and 3; those of version 1 carry no notices.
func npmNotices(lock []byte) map[nameVersion]string {
	notices := map[nameVersion]string{}
	var file npmLock
	if !bytes.Contains(lock, []byte(`"deprecated"`)) || json.Unmarshal(lock, &file) != nil {
		return notices
	}
	for place, raw := range file.Packages {
		if !bytes.Contains(raw, []byte(`"deprecated"`)) {
			continue
		}
		var entry struct {
			Name, Version string
			Deprecated    any
		}
		if json.Unmarshal(raw, &entry) != nil || entry.Deprecated == nil || entry.Deprecated == false || entry.Deprecated == "" {
			continue
		}
		if entry.Name == "" {
			entry.Name = npmPlaceName(place)
		}
		notices[nameVersion{entry.Name, entry.Version}] = ""
	}
	return notices
}

// pnpmNotices reads the lines of a pnpm-lock.yaml: a key of packages, and deprecated below
// it. Decoding the whole again would cost more than all else.
func pnpmNotices(lock []byte) map[nameVersion]string {
	notices := map[nameVersion]string{}
	key := ""
	for line := range bytes.Lines(lock) {
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case strings.HasPrefix(text, "  ") && !strings.HasPrefix(text, "   ") && strings.HasSuffix(text, ":"):
			key = strings.Trim(strings.TrimSuffix(text[2:], ":"), `'"`)
		case strings.HasPrefix(text, "    deprecated: ") && key != "":
			version := 9.0
			if strings.HasPrefix(key, "/") {
				version = 5
				if strings.Contains(strings.TrimPrefix(key, "/@"), "@") {
					version = 6
				}
			}
			if name, at, err := pnpmNameVersion(key, version); err == nil && name != "" {
				notices[nameVersion{name, at}] = ""
			}
		}
	}
	return notices
}

// composerNotices reads "abandoned": true, or the name of what replaces the package.
func composerNotices(lock []byte) map[nameVersion]string {
	type entry struct {
		Name, Version string
		Abandoned     any
	}
	var file struct {
		Packages    []entry `json:"packages"`
		PackagesDev []entry `json:"packages-dev"`
	}
	notices := map[nameVersion]string{}
	if !bytes.Contains(lock, []byte(`"abandoned"`)) || json.Unmarshal(lock, &file) != nil {
		return notices
	}
	for _, p := range append(file.Packages, file.PackagesDev...) {
		switch abandoned := p.Abandoned.(type) {
		case string:
			notices[nameVersion{p.Name, p.Version}] = abandoned
		case bool:
			if abandoned {
				notices[nameVersion{p.Name, p.Version}] = ""
			}
		}
	}
	return notices
}
