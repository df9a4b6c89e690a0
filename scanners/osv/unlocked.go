package osv

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// unlockedManifest is a kind of manifest that names dependencies by ranges. The
// extractors read what was resolved, so its packages are in the inventory only
// where a lockfile is in the same folder or in one above.
type unlockedManifest struct {
	// name is the manifest's name, or its ending where it begins with ".".
	name string
	// locks are the names of files that hold its packages at their versions.
	// Without any, no reader of this kind exists.
	locks []string
	// names reports whether the text names a dependency at all.
	names func(data []byte) bool
	// remedy is how to make the packages known.
	remedy string
}

var (
	npmLocks    = []string{"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"}
	pythonLocks = []string{"poetry.lock", "pdm.lock", "uv.lock", "pylock.toml", "Pipfile.lock", "requirements.txt"}
	gradleLocks = []string{"gradle.lockfile", "buildscript-gradle.lockfile", "gradle/verification-metadata.xml"}
)

const (
	commitLock   = "commit the lockfile"
	publishSBOM  = "commit an SBOM (CycloneDX or SPDX), for there is no reader of such files"
	lockPython   = "commit the lockfile of uv, Poetry or PDM"
	gradleRemedy = "switch dependency locking on and commit gradle.lockfile"
)

// unlockedKinds lists the manifests of the ecosystems that goods are made in.
func unlockedKinds() []unlockedManifest {
	gradle := matches(`(?m)^\s*(?:api|compile|classpath|implementation|kapt|ksp|\w+(?:Implementation|Api|Only|Classpath|Processor))\b\s*[( "'\t]`)
	conda := matches(`(?m)^dependencies:`)
	return []unlockedManifest{
		{"package.json", npmLocks, inJSON(anyName, "dependencies", "devDependencies", "optionalDependencies"), commitLock},
		{"bower.json", nil, inJSON(anyName, "dependencies"), publishSBOM},
		{"composer.json", []string{"composer.lock"}, inJSON(isComposerPackage, "require", "require-dev"), commitLock},
		{"Gemfile", []string{"Gemfile.lock"}, matches(`(?m)^\s*gem[ (]`), commitLock},
		{"pyproject.toml", pythonLocks, pyprojectNames, lockPython},
		{"setup.py", pythonLocks, matches(`install_requires`), lockPython},
		{"setup.cfg", pythonLocks, matches(`(?m)^install_requires`), lockPython},
		{"Pipfile", pythonLocks, matches(`(?m)^\[(?:dev-)?packages\]\s*\n+\s*[\w"]`), commitLock},
		{"environment.yml", pythonLocks, conda, lockPython},
		{"environment.yaml", pythonLocks, conda, lockPython},
		{"DESCRIPTION", []string{"renv.lock"}, matches(`(?m)^(?:Depends|Imports|LinkingTo|Suggests):`), "commit renv.lock"},
		{"build.gradle", gradleLocks, gradle, gradleRemedy},
		{"build.gradle.kts", gradleLocks, gradle, gradleRemedy},
		{"build.sbt", nil, matches(`libraryDependencies`), publishSBOM},
		{"Cargo.toml", []string{"Cargo.lock"}, matches(`(?m)^\[(?:.+\.)?(?:dev-|build-)?dependencies`), commitLock},
		{"mix.exs", []string{"mix.lock"}, matches(`\{:\w+,`), commitLock},
		{"pubspec.yaml", []string{"pubspec.lock"}, matches(`(?m)^dependencies:`), commitLock},
		{"elm.json", nil, matches(`"direct"`), publishSBOM},
		{"Package.swift", []string{"Package.resolved"}, matches(`\.package\(`), publishSBOM},
		{"Podfile", nil, matches(`(?m)^\s*pod\s`), publishSBOM},
	}
}

// foreignFolders are folders whose manifests are other projects' or tests' input.
var foreignFolders = []string{"node_modules", "bower_components", "vendor", "third_party", "testdata", "fixtures"}

// unreadNotes notes what the inventory cannot hold: manifests without a lockfile, a
// note a kind, and submodules, which are other repositories. Without these
// notes, a project that locks nothing would seem to have no packages.
func (s *Scanner) unreadNotes(snapshot *gitrepo.Snapshot, found fileSelection) []observation.Note {
	var notes []observation.Note
	for i, kind := range s.unlocked {
		var paths []string
		for _, file := range found.unlocked[i] {
			if kind.lacksLockfile(snapshot, file, found.locks) {
				paths = append(paths, file.Path)
			}
		}
		if len(paths) > 0 {
			notes = append(notes, kind.note(paths))
		}
	}
	if submodules := found.submodules; len(submodules) > 0 {
		slices.Sort(submodules)
		notes = append(notes, observation.Note{Cause: observation.CauseUnsupported, Subject: submodules[0],
			Message: fmt.Sprintf("the packages of %s are not in the inventory: they are repositories of their own; name them in the catalog",
				describePaths(submodules, "the submodule", "submodules"))})
	}
	return notes
}

// lacksLockfile reports whether the file names dependencies that no lockfile
// holds. A file that cannot be read counts as one that does.
func (u unlockedManifest) lacksLockfile(snapshot *gitrepo.Snapshot, file gitrepo.File, tracked map[string]bool) bool {
	for part := range strings.SplitSeq(path.Dir(file.Path), "/") {
		if slices.Contains(foreignFolders, strings.ToLower(part)) {
			return false
		}
	}
	for dir := path.Dir(file.Path); ; dir = path.Dir(dir) {
		if slices.ContainsFunc(u.locks, func(lock string) bool { return tracked[path.Join(dir, lock)] }) {
			return false
		}
		if dir == "." {
			break
		}
	}
	data, err := readText(snapshot, file)
	return err != nil || u.names(data)
}

// readText reads a file that people write.
func readText(snapshot *gitrepo.Snapshot, file gitrepo.File) ([]byte, error) {
	if file.Size > maxText {
		return nil, fmt.Errorf("%w: %d bytes, more than the %d that are read", errTooLarge, file.Size, maxText)
	}
	return fs.ReadFile(snapshot.FS(), file.Path)
}

func (u unlockedManifest) note(paths []string) observation.Note {
	slices.Sort(paths)
	return observation.Note{Cause: observation.CauseUnsupported, Subject: paths[0],
		Message: fmt.Sprintf(
			"the packages of %s are not in the inventory: no lockfile holds their versions; %s", describePaths(paths, "the manifest", "manifests"), u.remedy)}
}

// describePaths is "the manifest a/x", or "3 manifests, the first a/x".
func describePaths(paths []string, one, many string) string {
	if len(paths) == 1 {
		return one + " " + paths[0]
	}
	return fmt.Sprintf("%d %s, the first %s,", len(paths), many, paths[0])
}

func matches(pattern string) func([]byte) bool {
	return regexp.MustCompile(pattern).Match
}

// inJSON reports whether one of the objects of a JSON manifest has a name that
// counts. What does not parse counts as if it had.
func inJSON(counts func(name string) bool, objects ...string) func([]byte) bool {
	return func(data []byte) bool {
		var manifest map[string]json.RawMessage
		if json.Unmarshal(data, &manifest) != nil {
			return true
		}
		for _, object := range objects {
			var names map[string]any
			if manifest[object] == nil {
				continue
			}
			if json.Unmarshal(manifest[object], &names) != nil {
				return true
			}
			for name := range names {
				if counts(name) {
					return true
				}
			}
		}
		return false
	}
}

func anyName(string) bool { return true }

// isComposerPackage is false for names of the platform: "php", "ext-json".
func isComposerPackage(name string) bool { return strings.Contains(name, "/") }

func pyprojectNames(data []byte) bool {
	var manifest struct {
		Project struct {
			Dependencies []any `toml:"dependencies"`
			Dynamic      []any `toml:"dynamic"`
		} `toml:"project"`
		Tool struct {
			Poetry struct {
				Dependencies map[string]any `toml:"dependencies"`
			} `toml:"poetry"`
		} `toml:"tool"`
	}
	if nesting.DecodeTOML(data, &manifest) != nil {
		return true // what does not parse may name some
	}
	poetry := manifest.Tool.Poetry.Dependencies
	delete(poetry, "python")
	return len(manifest.Project.Dependencies) > 0 || slices.Contains(manifest.Project.Dynamic, any("dependencies")) || len(poetry) > 0
}
