package osv

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"

	"github.com/midspan/midspan/scanners/osv/purpose"
)

// codeEndings are the endings of files that run, or that programs are linked with.
var codeEndings = map[string]bool{
	".c": true, ".cc": true, ".cpp": true, ".cxx": true, ".h": true, ".hh": true, ".hpp": true, ".m": true, ".mm": true, ".swift": true,
	".js": true, ".mjs": true, ".cjs": true, ".jsx": true, ".ts": true, ".tsx": true, ".coffee": true, ".py": true, ".rb": true, ".php": true, ".pl": true,
	".go": true, ".rs": true, ".java": true, ".kt": true, ".scala": true, ".cs": true, ".fs": true, ".vb": true, ".lua": true, ".r": true, ".jl": true,
	".jar": true, ".war": true, ".aar": true, ".dll": true, ".so": true, ".a": true, ".dylib": true, ".wasm": true, ".whl": true, ".gem": true, ".nupkg": true,
}

// listedBy tells vendor folders whose contents a lockfile beside them lists. sign is part
// of a path in the folder that the tool writes there.
var listedBy = []struct{ sign, lock string }{
	{"modules.txt", "go.mod"},
	{"autoload.php", "composer.lock"},
	{"composer/installed.json", "composer.lock"},
	{".cargo-checksum.json", "Cargo.lock"},
	{"cache/", "Gemfile.lock"},
	{"bundle/", "Gemfile.lock"},
}

// vendoredNotes notes copies of other projects' code that no lockfile lists. Advisories
// are matched to names and versions, and a copy has neither.
func vendoredNotes(files []gitrepo.File) []observation.Note {
	tracked := map[string]bool{}
	copies := map[string]map[string]bool{} // by vendor folder, the projects in it
	listed := map[string]bool{}            // vendor folders that a lockfile may list, by path and lock
	for _, file := range files {
		tracked[file.Path] = true
		folder, inside, ok := purpose.CutVendorFolder(file.Path)
		if !ok || file.Mode == gitrepo.ModeGitlink {
			continue
		}
		for _, by := range listedBy {
			if strings.HasPrefix(inside, by.sign) || path.Base(inside) == by.sign {
				listed[path.Join(path.Dir(folder), by.lock)+"\x00"+folder] = true
			}
		}
		if !codeEndings[strings.ToLower(path.Ext(inside))] {
			continue
		}
		if copies[folder] == nil {
			copies[folder] = map[string]bool{}
		}
		project, _, _ := strings.Cut(inside, "/")
		copies[folder][project] = true
	}
	for by := range listed {
		lock, folder, _ := strings.Cut(by, "\x00")
		if tracked[lock] {
			delete(copies, folder)
		}
	}
	n := 0
	for _, projects := range copies {
		n += len(projects)
	}
	if n == 0 {
		return nil
	}
	first := slices.Sorted(maps.Keys(copies))[0]
	return []observation.Note{{Cause: observation.CauseUnsupported, Subject: first,
		Message: fmt.Sprintf("copies of other projects' code are not in the inventory, because a copy names no package and no version: %s in %s; %s",
			scanners.Count(n, "file or folder", "files and folders"), describePaths(slices.Sorted(maps.Keys(copies)), "the folder", "folders"),
			"commit an SBOM (CycloneDX or SPDX)")}}
}
