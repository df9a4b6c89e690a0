package osv

import (
	"context"
	"path"
	"slices"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/msbuild"
	"github.com/midspan/midspan/scanners/osv/purpose"
	"github.com/midspan/midspan/scanners/osv/requirements"
)

// Part names what a file of an earlier commit is read together with, so that what did not
// change is read once. A part is one lockfile, by its path, or all files of a kind that name
// one another: "pom.xml", "requirements.txt" and "projects of .NET". beside is true for a file
// that is read beside manifests. Neither is set for a file that no reader of manifests opens.
func (s *Scanner) Part(name string) (part string, beside bool) {
	base := path.Base(name)
	switch {
	case manifest.InForeignFolder(name) && base == "package.json":
		return "", false
	case slices.Contains(companionFiles, base):
		return "", true
	case namesPOM(name):
		return "pom.xml", false
	case msbuild.IsProject(base):
		return "projects of .NET", false
	case requirements.Is(name):
		return "requirements.txt", false
	case mayBeIncluded(name, base):
		if path.Ext(base) == ".xml" {
			return "pom.xml", false
		}
		return "requirements.txt", false
	case s.manifest(gitrepo.File{Path: name, Mode: gitrepo.ModeFile}, base, &panics{byPath: map[string]panicError{}}):
		return name, false
	}
	return "", false
}

// ReadPart lists the packages of a part of an earlier commit, as Scan lists those that
// manifests and lockfiles hold. It leaves out what Scan adds from files without a lockfile and
// what links lead to. whole is false where a file could not be read.
func (s *Scanner) ReadPart(ctx context.Context, snapshot *gitrepo.Snapshot) (packages []observation.Package, whole bool, err error) {
	read, err := s.list(ctx, snapshot)
	if err != nil {
		return nil, false, err
	}
	for i := range read.inventory {
		withoutAddress(&read.inventory[i])
	}
	purpose.Mark(read.inventory)
	return read.inventory, read.run.broken() == 0, nil
}
