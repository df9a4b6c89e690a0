package osv

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/osv-scalibr/extractor/filesystem"

	"github.com/midspan/midspan/internal/gitrepo"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/msbuild"
	"github.com/midspan/midspan/scanners/osv/pins"
	"github.com/midspan/midspan/scanners/osv/requirements"
)

// fileSelection sorts the files of a tree by what Scan does with them, in one pass
// over their names.
type fileSelection struct {
	manifests   []gitrepo.File        // that an extractor requires
	unlocked    [][]gitrepo.File      // by kind, in the order of Scanner.unlocked
	locks       map[string]bool       // paths of files that may hold the versions of an unlocked manifest
	links       []gitrepo.File        // symbolic links that bear the name of a manifest
	linked      map[string]string     // the files to which links lead that are not read twice, by link
	sources     [][]gitrepo.File      // of code that runs, in the order of code.languages
	odd         []string              // paths of manifests that no reader can open
	submodules  []string              // paths
	ignoreFiles []gitrepo.File        // osv-scanner.toml
	panics      map[string]panicError // of extractors' FileRequired, by path
}

func (s *Scanner) selectFiles(files []gitrepo.File) fileSelection {
	found := fileSelection{unlocked: make([][]gitrepo.File, len(s.kinds)), locks: map[string]bool{}, linked: map[string]string{},
		sources: make([][]gitrepo.File, len(s.code.languages))}
	guard := panics{byPath: map[string]panicError{}}
	for _, file := range files {
		base := path.Base(file.Path)
		switch {
		case file.Mode == gitrepo.ModeGitlink:
			found.submodules = append(found.submodules, file.Path)
			continue
		case !fs.ValidPath(file.Path) || !utf8.ValidString(file.Path):
			if s.isNamed(file.Path, base) {
				found.odd = append(found.odd, file.Path)
			}
			continue
		case file.Mode == gitrepo.ModeSymlink:
			if s.isNamed(file.Path, base) {
				found.links = append(found.links, file)
			}
			continue
		case s.lockNames[base]:
			found.locks[file.Path] = true
		case base == ignoreFile:
			found.ignoreFiles = append(found.ignoreFiles, file)
		}
		if language := s.code.of(file.Path); language >= 0 {
			found.sources[language] = append(found.sources[language], file)
		}
		if s.manifest(file, base, &guard) {
			found.manifests = append(found.manifests, file)
		} else if kind := s.index.Of(file.Path); kind >= 0 {
			found.unlocked[kind] = append(found.unlocked[kind], file)
		}
	}
	found.panics = guard.byPath
	return found
}

// isNamed reports whether a file bears the name of a manifest.
func (s *Scanner) isNamed(name, base string) bool {
	return s.mayBeRead(name, base) || s.index.Of(name) >= 0
}

// mayBeRead is false where no extractor can require the file.
func (s *Scanner) mayBeRead(name, base string) bool {
	return mayBeManifest(base) || requirements.Installs(name) || s.mayBeAlias(name)
}

// manifest reports whether an extractor requires the file.
func (s *Scanner) manifest(file gitrepo.File, base string, guard *panics) bool {
	if !s.mayBeRead(file.Path, base) {
		return false
	}
	api := fileAPI{path: path.Join(mount, file.Path), info: fileInfo{file}}
	return slices.ContainsFunc(s.extractors, func(e filesystem.Extractor) bool {
		return panicGuard{Extractor: e, panics: guard}.FileRequired(api)
	})
}

// mayBeManifest is false where no extractor can require a file with the base
// name: it spares nearly all files the FileRequired of thirty extractors. A test
// compares it with theirs.
func mayBeManifest(base string) bool {
	switch base {
	case "conan.lock", "pubspec.lock", "packages.config", "packages.lock.json", "mix.lock", "go.mod",
		"cabal.project.freeze", "stack.yaml.lock", "gradle.lockfile", "buildscript-gradle.lockfile",
		"verification-metadata.xml", "pom.xml", "bun.lock", "package-lock.json", "npm-shrinkwrap.json",
		"pnpm-lock.yaml", "yarn.lock", "composer.lock", "pdm.lock", "Pipfile.lock", "poetry.lock",
		"uv.lock", "renv.lock", "Gemfile.lock", "gems.locked", "Cargo.lock", "Package.resolved":
		return true
	}
	if msbuild.IsProject(base) {
		return true
	}
	switch path.Ext(base) {
	case ".pom":
		return true
	case ".txt":
		return strings.Contains(base, "requirements")
	case ".toml":
		return strings.HasPrefix(base, "pylock.")
	case ".json":
		if strings.HasSuffix(base, ".deps.json") {
			return true
		}
	}
	return isSBOMName(strings.ToLower(base))
}

// isSBOMName matches the names of SBOMs, in lower case.
func isSBOMName(base string) bool {
	return base == "bom.json" || base == "bom.xml" || strings.Contains(base, ".cdx.") || strings.Contains(base, ".spdx")
}

// companionFiles are files that are read beside manifests.
var companionFiles = []string{
	".gitignore", ignoreFile, "go.sum", "npm-shrinkwrap.json",
	"package.json", "composer.json", "Pipfile", "pyproject.toml", "gems.rb",
	"pnpm-workspace.yaml", "lerna.json", "gradle.properties",
}

// Wants implements scanners.Scanner: a mirror need not hold the contents of
// files that Scan does not read. It goes by names alone, and treats a symbolic
// link as a file.
//
// Two files cannot be recognised by their names: one that a requirements.txt
// includes ("-r") while neither its folder nor its own name holds
// "requirements" or "constraints", and one that a pom.xml calls its parent and
// that has no "pom" in its name. Where such a file, or what a link points to,
// is missing from the mirror, the observation notes it as missing.
func (s *Scanner) Wants(file gitrepo.File) gitrepo.Want {
	base := path.Base(file.Path)
	if file.Mode == gitrepo.ModeGitlink {
		return gitrepo.Unwanted
	}
	if s.mayBeRead(file.Path, base) || slices.Contains(companionFiles, base) || mayBeIncluded(file.Path, base) {
		return gitrepo.Needed
	}
	if kind := s.index.Of(file.Path); kind >= 0 && !manifest.InForeignFolder(file.Path) {
		switch {
		case s.kinds[kind].Beside() && s.kinds[kind].Reads == nil && pins.Reads(file.Path):
			return gitrepo.IfThere // its name may say enough
		case s.kinds[kind].Reads != nil || pins.Reads(file.Path):
			return gitrepo.Needed
		}
	}
	if s.code.of(file.Path) >= 0 {
		return gitrepo.IfThere // for what it imports, where no manifest says it
	}
	return gitrepo.Unwanted
}

// mayBeIncluded matches the usual names of files that a requirements.txt includes,
// and of parents of a pom.xml.
func mayBeIncluded(name, base string) bool {
	switch path.Ext(base) {
	case ".txt", ".in", ".pip":
		return strings.Contains(strings.ToLower(name), "require") || strings.Contains(strings.ToLower(base), "constraint")
	case ".xml":
		return strings.Contains(strings.ToLower(base), "pom")
	}
	return false
}
