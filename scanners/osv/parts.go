package osv

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/midspan/midspan/internal/observation"
)

// partError is of parts of a manifest for which there is no reader, counted.
type partError map[string]int

func (e partError) Error() string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(e)) {
		parts = append(parts, fmt.Sprintf("%s (%d)", what, e[what]))
	}
	return "there is no reader for " + strings.Join(parts, ", ")
}

// importedBills are the parts of a pom.xml that import the versions of others.
const importedBills = "imported bills of materials"

// checkParts is an error for what a manifest names and its extractor leaves out without a
// word.
func checkParts(name string, text []byte) error {
	var parts partError
	switch base := path.Base(name); {
	case isPOM(base):
		parts = pomParts(text)
	case base == "renv.lock":
		parts = renvParts(text)
	case base == "Pipfile.lock":
		parts = pipfileParts(text)
	}
	if len(parts) == 0 {
		return nil
	}
	return parts
}

// partNotes notes the manifests of which parts were left out, in one note a name.
func partNotes(problems map[string]problem) []observation.Note {
	sums, paths := map[string]partError{}, map[string][]string{}
	for name, p := range problems {
		parts, ok := errors.AsType[partError](p.err)
		if !ok || p.cause != observation.CauseUnsupported {
			continue
		}
		base := path.Ext(name)
		if sums[base] == nil {
			sums[base] = partError{}
		}
		paths[base] = append(paths[base], name)
		for what, n := range parts {
			sums[base][what] += n
		}
	}
	var notes []observation.Note
	for _, base := range slices.Sorted(maps.Keys(sums)) {
		slices.Sort(paths[base])
		notes = append(notes, observation.Note{Cause: observation.CauseUnsupported, Subject: paths[base][0],
			Message: fmt.Sprintf("the packages of %s are not all in the inventory: %s; commit an SBOM (CycloneDX or SPDX) beside what is read",
				describePaths(paths[base], "the manifest", "manifests"), sums[base].Error())})
	}
	return notes
}

// pomParts counts the plugins at a version, whose own packages no file names, and the bills of
// materials that a pom.xml imports.
func pomParts(text []byte) partError {
	decoder := xml.NewDecoder(strings.NewReader(string(text)))
	decoder.Strict, decoder.Entity = false, xml.HTMLEntity
	decoder.CharsetReader = charset.NewReaderLabel
	var open []string
	parts := partError{}
	value := ""
	for {
		token, err := decoder.Token()
		if err != nil {
			return parts // the extractor's own error says it
		}
		switch token := token.(type) {
		case xml.StartElement:
			open, value = append(open, token.Name.Local), ""
		case xml.CharData:
			if len(open) < 9 {
				value += string(token)
			}
		case xml.EndElement:
			if len(open) == 0 {
				return parts
			}
			switch within := strings.Join(open[:min(len(open), 9)], "/"); within {
			case "project/build/plugins/plugin/version", "project/profiles/profile/build/plugins/plugin/version":
				parts["what the plugins of the build need"]++
			case "project/dependencyManagement/dependencies/dependency/scope":
				if strings.TrimSpace(value) == "import" {
					parts[importedBills]++
				}
			}
			open, value = open[:len(open)-1], ""
		}
	}
}

// renvParts counts the packages of an renv.lock that are not of CRAN.
func renvParts(text []byte) partError {
	var lock struct {
		Packages map[string]struct{ Package, Repository string }
	}
	if json.Unmarshal(text, &lock) != nil {
		return nil // the extractor's own error says it
	}
	parts := partError{}
	for _, p := range lock.Packages {
		if !slices.Contains([]string{"CRAN", "RSPM", "PPM", "P3M"}, p.Repository) {
			parts["packages that do not come from CRAN"]++
		}
	}
	return parts
}

// pipfileParts counts the packages of a Pipfile.lock that have no version, which come from a
// repository or an address. Those of a path are the repository's own.
func pipfileParts(text []byte) partError {
	var lock map[string]map[string]json.RawMessage
	_ = json.Unmarshal(text, &lock) // the extractor's own error says it; groups stand beside other values
	parts := partError{}
	for group, packages := range lock {
		for _, raw := range packages {
			var entry struct {
				Version, Path string
			}
			if group != "_meta" && json.Unmarshal(raw, &entry) == nil && entry.Version == "" && entry.Path == "" {
				parts["packages that come from no registry"]++
			}
		}
	}
	return parts
}
