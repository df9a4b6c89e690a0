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

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// problems are the paths that could not be read, with the cause and the error.
func (r *run) problems() map[string]problem {
	found := map[string]problem{}
	for name, err := range r.extracted {
		if err != nil {
			found[name] = problem{causeOf(err), err}
		}
	}
	for name, err := range r.tree.failed {
		found[name] = problem{causeOf(err), err}
	}
	for name, err := range r.panics.byPath {
		name, _ = snapshotPath(name)
		found[name] = problem{observation.CauseScannerPanic, err}
	}
	return found
}

type problem struct {
	cause observation.Cause
	err   error
}

func causeOf(err error) observation.Cause {
	if _, ok := errors.AsType[*gitrepo.Error](err); ok {
		return gitrepo.CauseOf(err)
	}
	if overLimit(err) {
		return observation.CauseOverLimit
	}
	if _, ok := errors.AsType[partError](err); ok {
		return observation.CauseUnsupported
	}
	return observation.CauseBroken
}

// broken counts the manifests among the problems.
func (r *run) broken() int {
	n := 0
	for name, p := range r.problems() {
		if _, ok := r.extracted[name]; ok && p.cause != observation.CauseUnsupported {
			n++
		}
	}
	return n
}

// advice is what to do about a manifest, by cause.
var advice = map[observation.Cause]string{
	observation.CauseBroken:         "correct the file, or check that it is a manifest at all",
	observation.CauseMissingObjects: "fetch the mirror again with this file's contents",
	observation.CauseOverLimit:      "raise the limit if the file is a real manifest",
	observation.CauseScannerPanic:   "report it to osv-scalibr with the file",
	observation.CauseCorrupt:        "check the mirror with git fsck",
}

func (r *run) notes() []observation.Note {
	problems := r.problems()
	notes := partNotes(problems)
	for _, name := range slices.Sorted(maps.Keys(problems)) {
		p := problems[name]
		if p.cause == observation.CauseUnsupported {
			continue
		}
		if path.Base(name) == ".gitignore" && errors.Is(p.err, errTooLarge) {
			notes = append(notes, observation.Note{Cause: p.cause, Subject: name,
				Message: fmt.Sprintf("the manifests that %s hides are in the inventory: %s", name, oneLine(p.err))})
			continue
		}
		notes = append(notes, observation.Note{Cause: p.cause, Subject: name,
			Message: fmt.Sprintf("the packages of %s are not, or not all, in the inventory: %s; %s", name, oneLine(p.err), advice[p.cause])})
	}
	return notes
}

// oneLine makes an error of a library fit to be shown, without what it quotes of
// a file.
func oneLine(err error) string {
	return observation.OneLine(strings.ReplaceAll(observation.RedactQuoted(err.Error()), mount+"/", ""))
}

// gitignored notes the manifests that are tracked and yet named by a .gitignore.
func (r *run) gitignored(manifests []gitrepo.File) []observation.Note {
	var notes []observation.Note
	for _, file := range manifests {
		if _, read := r.extracted[file.Path]; read {
			continue
		}
		if _, known := r.panics.byPath[path.Join(mount, file.Path)]; known {
			continue
		}
		notes = append(notes, observation.Note{Cause: observation.CauseNoSource, Subject: file.Path,
			Message: fmt.Sprintf(
				"the manifest %s is tracked but a .gitignore hides it; osv-scanner skips such files, and so does the "+
					"inventory: take it out of .gitignore if it counts", file.Path)})
	}
	return notes
}

// ignoreFile is osv-scanner's configuration in a repository.
const ignoreFile = "osv-scanner.toml"

// ignoreFileNotes notes what the repository configures osv-scanner to ignore.
func ignoreFileNotes(snapshot *gitrepo.Snapshot, files []gitrepo.File) []observation.Note {
	var notes []observation.Note
	for _, file := range files {
		notes = append(notes, observation.Note{Cause: observation.CauseRemark, Subject: file.Path,
			Message: "the repository asks scanners to overlook something, which is reported and not obeyed: " + ignoredNames(snapshot, file)})
	}
	return notes
}

func ignoredNames(snapshot *gitrepo.Snapshot, file gitrepo.File) string {
	data, err := readText(snapshot, file)
	if err != nil {
		return oneLine(err)
	}
	var config struct {
		IgnoredVulns []struct {
			ID string `toml:"id"`
		}
		PackageOverrides []struct {
			Name   string `toml:"name"`
			Ignore bool   `toml:"ignore"`
		}
	}
	if err := nesting.DecodeTOML(data, &config); err != nil {
		return "the file does not parse: " + oneLine(err)
	}
	var names []string
	for _, v := range config.IgnoredVulns {
		names = append(names, v.ID)
	}
	for _, p := range config.PackageOverrides {
		if p.Ignore {
			names = append(names, "package "+p.Name)
		}
	}
	if len(names) == 0 {
		return "it names no advisory and no package"
	}
	return oneLine(errors.New(strings.Join(names, ", ")))
}

// fileAPI is what extractors can read about a file before they open it.
type fileAPI struct {
	path string // as extractors see it
	info fs.FileInfo
}

func (a fileAPI) Path() string               { return a.path }
func (a fileAPI) Stat() (fs.FileInfo, error) { return a.info, nil }

// fileInfo shows an entry of a git tree as an fs.FileInfo.
type fileInfo struct{ file gitrepo.File }

func (i fileInfo) Name() string       { return path.Base(i.file.Path) }
func (i fileInfo) Size() int64        { return max(0, i.file.Size) }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return false }
func (i fileInfo) Sys() any           { return nil }
func (i fileInfo) Mode() fs.FileMode {
	if i.file.Mode == gitrepo.ModeExecutable {
		return 0o555
	}
	return 0o444
}
