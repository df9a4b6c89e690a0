// Package runtimes reads on which language runtimes and operating systems a repository
// says that it runs: the base images of Dockerfiles, the version files of version
// managers, and what manifests ask of the runtime.
//
// It reads no time and no data about ends of support: package endoflife holds what is read
// here against them, and no repository is read again when those data change.
package runtimes

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

const (
	version = "2"
	// maxFile bounds one file, in bytes; these are written by hand.
	maxFile = 1 << 20
	// maxFiles bounds the files that are read of one repository.
	maxFiles = 2000
	// maxVersion bounds a version or a range, in bytes.
	maxVersion = 100
)

var declaredMeasure = observation.Definition{
	ID: observation.RuntimesDeclared, Name: "Runtimes named", Kind: observation.KindList, Merge: observation.MergeUnion,
	Means: "Language runtimes and operating systems that files name with a version: base images of Dockerfiles, files of version managers " +
		"(.nvmrc, .python-version, .tool-versions and the like), and what manifests ask for. Tests, examples, documentation and copied code do not count.",
}

// Scanner reads runtimes. The zero value is ready.
type Scanner struct{}

// Name implements scanners.Scanner.
func (Scanner) Name() string { return "runtimes" }

// Version implements scanners.Scanner.
func (Scanner) Version() string { return version }

// Configuration implements scanners.Scanner.
func (Scanner) Configuration() string { return "" }

// DependsOnTime implements scanners.Scanner.
func (Scanner) DependsOnTime() bool { return false }

// Definitions implements scanners.Scanner.
func (Scanner) Definitions() []observation.Definition {
	return []observation.Definition{declaredMeasure}
}

// Wants implements scanners.Scanner.
func (Scanner) Wants(file gitrepo.File) gitrepo.Want {
	if readerOf(file) != nil && file.Size <= maxFile {
		return gitrepo.Needed
	}
	return gitrepo.Unwanted
}

// otherFolders hold files that do not say what the product runs on.
var otherFolders = []string{
	"test", "tests", "__tests__", "testing", "e2e", "fixture", "fixtures", "__fixtures__", "testdata", "test-data", "test_data", "spec",
	"doc", "docs", "documentation", "example", "examples", "sample", "samples", "demo", "demos", "bench", "benchmark", "benchmarks",
	"vendor", "vendored", "third_party", "third-party", "node_modules", "bower_components", ".devcontainer", ".github", ".gitlab", ".circleci",
}

// readerOf is the reader for a file, or nil.
func readerOf(file gitrepo.File) reader {
	if file.Mode == gitrepo.ModeGitlink || !fs.ValidPath(file.Path) {
		return nil
	}
	name := strings.ToLower(file.Path)
	read := readerOfName(path.Base(name))
	if read == nil || path.Dir(name) != "." && slices.ContainsFunc(strings.Split(path.Dir(name), "/"), isOther) {
		return nil
	}
	return read
}

func isOther(folder string) bool { return slices.Contains(otherFolders, folder) }

// Scan implements scanners.Scanner.
func (s Scanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	seen := observation.Observation{Scanner: s.Name(), Version: s.Version()}
	read, left := 0, 0
	var failed error
	for _, file := range in.Snapshot.Files() {
		reader := readerOf(file)
		if reader == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return observation.Observation{}, err
		}
		if read++; read > maxFiles {
			left++
			continue
		}
		text, err := readFile(in.Snapshot.FS(), file)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if text == nil {
			continue
		}
		found, err := reader(text)
		if err != nil {
			seen.Notes = append(seen.Notes, observation.Note{Cause: observation.CauseBroken, Subject: file.Path,
				Message: fmt.Sprintf("what %s says of the runtime was not read: %s", file.Path, observation.RedactQuoted(err.Error()))})
			failed = errors.Join(failed, fmt.Errorf("%s could not be read", file.Path))
			continue
		}
		seen.Runtimes = append(seen.Runtimes, cleaned(found, file.Path)...)
	}
	if left > 0 {
		failed = errors.Join(failed, &gitrepo.Error{Cause: observation.CauseOverLimit, Op: "read", Subject: in.Snapshot.Commit(),
			Err: fmt.Errorf("%d of %d files that may name a runtime were not read", left, read)})
	}
	source := fmt.Sprintf("files of %.12s", in.Snapshot.Commit())
	seen.Measures = []observation.Measure{declared(seen.Runtimes, failed, source, in)}
	return seen, nil
}

// readFile reads a file, or the one to which a link leads. The text is nil where the link
// leads to a folder, or to a file that is read under its own name.
func readFile(files fs.FS, file gitrepo.File) ([]byte, error) {
	target := file
	if file.Mode == gitrepo.ModeSymlink {
		info, err := fs.Stat(files, file.Path)
		if _, ok := errors.AsType[*gitrepo.Error](err); err != nil && !ok {
			err = &gitrepo.Error{Cause: observation.CauseBroken, Op: "follow", Subject: file.Path, Err: err}
		}
		if err != nil {
			return nil, err
		}
		var isFile bool
		if target, isFile = info.Sys().(gitrepo.File); !isFile || info.IsDir() ||
			path.Base(target.Path) == path.Base(file.Path) && readerOf(target) != nil {
			return nil, nil
		}
	}
	if target.Size > maxFile {
		return nil, &gitrepo.Error{Cause: observation.CauseOverLimit, Op: "read", Subject: file.Path, Err: fmt.Errorf("more than %d bytes", maxFile)}
	}
	text, err := fs.ReadFile(files, file.Path)
	if text == nil {
		text = []byte{}
	}
	return text, err
}

// cleaned gives runtimes their path, and drops versions that are too long to be any.
func cleaned(found []observation.Runtime, name string) []observation.Runtime {
	for i := range found {
		found[i].Path = name
		if version := strings.TrimSpace(found[i].Version); len(version) <= maxVersion {
			found[i].Version = version
		} else {
			found[i].Version = ""
		}
	}
	return found
}

// declared is the measure of what was read. Where a file could not be read, it is a lower
// bound.
func declared(runtimes []observation.Runtime, failed error, source string, in scanners.Input) observation.Measure {
	names := []string{}
	for _, r := range runtimes {
		names = append(names, r.String()+" ("+r.Path+")")
	}
	slices.Sort(names)
	names = slices.Compact(names)
	switch {
	case failed != nil && len(names) == 0:
		return declaredMeasure.UnknownFor(gitrepo.CauseOf(failed), failed.Error())
	case len(names) == 0:
		return declaredMeasure.NotApplicableFor("no file names a runtime")
	}
	m := declaredMeasure.Of(names, source, in.At)
	if failed != nil {
		m.Bound, m.Detail = observation.AtLeast, failed.Error()
	}
	return m
}
