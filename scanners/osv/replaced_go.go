package osv

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/midspan/midspan/internal/observation"
)

// withReplacedModules lists the modules that a go.mod replaces by a fork or by a folder,
// without a version: what the fork or the folder mended of the module is unknown, and no
// advisory names the fork. A folder is no package of its own.
func withReplacedModules(files fs.FS, packages []observation.Package) []observation.Package {
	result := []observation.Package{} // not nil: an inventory of no packages is one
	for start := 0; start < len(packages); {
		manifest, end := packages[start].Path, start
		for end < len(packages) && packages[end].Path == manifest {
			end++
		}
		if path.Base(manifest) == "go.mod" {
			result = append(result, namedByOrigin(files, manifest, packages[start:end])...)
		} else {
			result = append(result, packages[start:end]...)
		}
		start = end
	}
	return result
}

// namedByOrigin adds to the packages of one go.mod what they replace.
func namedByOrigin(files fs.FS, manifest string, packages []observation.Package) []observation.Package {
	data, err := fs.ReadFile(files, manifest)
	if err != nil {
		return packages
	}
	parsed, err := modfile.Parse(manifest, data, nil)
	if err != nil {
		return packages
	}
	result := slices.DeleteFunc(slices.Clone(packages), func(p observation.Package) bool {
		return p.Ecosystem == "Go" && modfile.IsDirectoryPath(p.Name)
	})
	for _, r := range parsed.Replace {
		if r.New.Path == r.Old.Path {
			continue // another version of the module
		}
		// The replacement stands in the list only where the module is required.
		i := slices.IndexFunc(packages, func(p observation.Package) bool {
			return p.Ecosystem == "Go" && p.Name == r.New.Path && p.Version == strings.TrimPrefix(r.New.Version, "v")
		})
		if i < 0 || !requires(parsed, r) {
			continue
		}
		result = append(result, observation.Package{
			Ecosystem: "Go", Name: r.Old.Path, PURL: "pkg:golang/" + r.Old.Path, Path: manifest, Relation: packages[i].Relation,
		})
	}
	slices.SortStableFunc(result, compareIdentity)
	return slices.CompactFunc(result, func(a, b observation.Package) bool { return compareIdentity(a, b) == 0 })
}

// requires reports whether a replacement has an effect.
func requires(file *modfile.File, replaced *modfile.Replace) bool {
	return slices.ContainsFunc(file.Require, func(r *modfile.Require) bool {
		return r.Mod.Path == replaced.Old.Path && (replaced.Old.Version == "" || replaced.Old.Version == r.Mod.Version)
	})
}
