package osv

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"

	"github.com/midspan/midspan/scanners/osv/requirements"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// withoutConstraints leaves out the files that files of requirements name as their
// constraints ("-c"). One that is installed as well stays: it is included by another, is
// called requirements.txt, or was compiled.
func withoutConstraints(snapshot *gitrepo.Snapshot, found *fileSelection) {
	constraints, installed := map[string]bool{}, map[string]bool{}
	for _, files := range append([][]gitrepo.File{found.manifests}, found.unlocked...) {
		for _, file := range files {
			if !requirements.Is(file.Path) || requirements.IsConstraints(file.Path) {
				continue
			}
			text, err := readText(snapshot, file)
			if err != nil {
				continue // who reads it notes it
			}
			text, _ = texts.Decode(text)
			for _, name := range requirements.Constraints(file.Path, text) {
				constraints[name] = true
			}
			for _, name := range requirements.Includes(file.Path, text) {
				installed[name] = true
			}
			if path.Base(file.Path) == "requirements.txt" || requirements.IsCompiled(text) || hasSource(snapshot, file.Path) {
				installed[file.Path] = true
			}
		}
	}
	isConstraint := func(file gitrepo.File) bool {
		return constraints[file.Path] && !installed[file.Path] && requirements.Is(file.Path) && !requirements.IsConstraints(file.Path)
	}
	found.manifests = slices.DeleteFunc(found.manifests, isConstraint)
	for i := range found.unlocked {
		found.unlocked[i] = slices.DeleteFunc(found.unlocked[i], isConstraint)
	}
}

// hasSource reports a file beside which the source stands from which it was compiled.
func hasSource(snapshot *gitrepo.Snapshot, name string) bool {
	_, err := fs.Stat(snapshot.FS(), strings.TrimSuffix(name, path.Ext(name))+".in")
	return err == nil && path.Ext(name) != ".in"
}
