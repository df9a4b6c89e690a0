package osv

import (
	"fmt"
	"io/fs"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/gitsource"
)

// gitNotes says of which lockfiles packages come from git: their versions are claims.
func gitNotes(files fs.FS, manifests []gitrepo.File) []observation.Note {
	var paths []string
	for _, file := range manifests {
		if !gitsource.Known(file.Path) {
			continue
		}
		if text, err := fs.ReadFile(decodedFS{files}, file.Path); err == nil && gitsource.In(file.Path, text) {
			paths = append(paths, file.Path)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	return []observation.Note{{Cause: observation.CauseRemark, Subject: paths[0],
		Message: fmt.Sprintf("packages of %s come from git: they are matched by the version that the lockfile gives, which is what the package said of itself "+
			"at that commit, and not at all where it gives none", describePaths(paths, "the lockfile", "lockfiles"))}}
}
