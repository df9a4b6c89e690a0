package osv

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/requirements"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// ownKeys are the names that manifests of the repository give themselves, in order.
func (c *coverage) ownKeys() []string { return slices.Sorted(maps.Keys(c.own)) }

// namedByFile are the endings of manifests that bear the name of what they describe.
var namedByFile = strings.Fields(".gemspec .cabal .podspec .nimble .rockspec .csproj .fsproj .vbproj .opam")

var (
	goModule    = lazy.Pattern(`(?m)^module\s+"?([^\s"]+)`)
	swiftTarget = lazy.Pattern(`\bname:\s*"([^"]+)"`)
)

// namesOfProjects are the names by which code of the repository asks for other code of it,
// as the manifests give them.
func namesOfProjects(files fs.FS, found fileSelection, manifests [][]manifestOf) []string {
	var names []string
	for _, file := range found.manifests {
		if slices.Contains(namedByFile, path.Ext(file.Path)) {
			names = append(names, strings.TrimSuffix(path.Base(file.Path), path.Ext(file.Path)))
		}
		if path.Base(file.Path) != "go.mod" || manifest.InForeignFolder(file.Path) {
			continue
		}
		if text, err := fs.ReadFile(files, file.Path); err == nil && file.Size <= maxText {
			for _, match := range goModule().FindAllSubmatch(text, -1) {
				names = append(names, string(match[1]))
			}
		}
	}
	for _, group := range manifests {
		for _, m := range group {
			if slices.Contains(namedByFile, path.Ext(m.file.Path)) {
				names = append(names, strings.TrimSuffix(path.Base(m.file.Path), path.Ext(m.file.Path)))
			}
			if path.Base(m.file.Path) != "Package.swift" {
				continue
			}
			for _, match := range swiftTarget().FindAllSubmatch(m.text, -1) {
				names = append(names, string(match[1]))
			}
		}
	}
	return names
}

// withoutInstalledHere leaves out what lists of requirements name at a version and install
// from a folder of the repository, too ("-e ."): it is the repository's own.
func withoutInstalledHere(files fs.FS, found fileSelection, packages []observation.Package) []observation.Package {
	own := map[string]bool{}
	for _, file := range found.manifests {
		if !requirements.Is(file.Path) || file.Size > maxText {
			continue
		}
		text, err := fs.ReadFile(files, file.Path)
		if err != nil {
			continue // who reads it notes it
		}
		text, _ = texts.Decode(text)
		folders, names := requirements.Folders(file.Path, text)
		for _, name := range names {
			own[manifest.NameKey("PyPI", name)] = true
		}
		for _, folder := range folders[:min(len(folders), mostFolders)] {
			for _, base := range []string{"pyproject.toml", "setup.cfg", "setup.py"} {
				if text, err := fs.ReadFile(decodedFS{files}, path.Join(folder, base)); err == nil {
					own[manifest.OwnPython(base, text)] = true
				}
			}
		}
	}
	return slices.DeleteFunc(packages, func(p observation.Package) bool {
		return p.Ecosystem == "PyPI" && requirements.Is(p.Path) && own[manifest.NameKey(p.Ecosystem, p.Name)]
	})
}

// mostFolders bounds the folders of which one list of requirements is asked.
const mostFolders = 100
