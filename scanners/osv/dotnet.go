package osv

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/inventory"
	"github.com/google/osv-scalibr/plugin"
	"github.com/google/osv-scalibr/purl"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/locks"
	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/msbuild"
)

// dotnetExtractor reads the projects of .NET. A project names what it uses itself.
type dotnetExtractor struct{}

func newDotnetExtractor(*cpb.PluginConfig) (filesystem.Extractor, error) {
	return dotnetExtractor{}, nil
}

// Name implements plugin.Plugin.
func (dotnetExtractor) Name() string { return "dotnet/project" }

// Version implements plugin.Plugin.
func (dotnetExtractor) Version() int { return 0 }

// Requirements implements plugin.Plugin.
func (dotnetExtractor) Requirements() *plugin.Capabilities { return &plugin.Capabilities{} }

// FileRequired implements filesystem.Extractor.
func (dotnetExtractor) FileRequired(api filesystem.FileAPI) bool {
	return msbuild.IsProject(path.Base(api.Path()))
}

// Extract implements filesystem.Extractor. What a packages.lock.json beside a
// project holds is listed there.
func (dotnetExtractor) Extract(_ context.Context, input *filesystem.ScanInput) (inventory.Inventory, error) {
	text, err := io.ReadAll(input.Reader)
	if err != nil {
		return inventory.Inventory{}, err
	}
	_, listed := fs.Stat(input.FS, path.Join(path.Dir(input.Path), "packages.config")) // what assemblies are from is listed there
	packages, err := msbuild.Read(input.FS, input.Path, text, listed != nil)
	if err != nil {
		return inventory.Inventory{}, fmt.Errorf("could not extract: %w", err)
	}
	var found inventory.Inventory
	locked := lockedBeside(input)
	for _, p := range packages {
		if bytes.Contains(locked, []byte(`"`+strings.ToLower(p.Name)+`"`)) {
			continue
		}
		for _, version := range p.Versions {
			found.Packages = append(found.Packages, &extractor.Package{
				Name: p.Name, Version: version, PURLType: purl.TypeNuget, Locations: []string{input.Path}, Metadata: locks.StatedDirect(),
			})
		}
	}
	return found, nil
}

// lockedBeside is the text of the lock beside a project, in lower case.
func lockedBeside(input *filesystem.ScanInput) []byte {
	if msbuild.IsShared(path.Base(input.Path)) {
		return nil
	}
	text, err := fs.ReadFile(input.FS, path.Join(path.Dir(input.Path), "packages.lock.json"))
	if err != nil {
		return nil
	}
	return bytes.ToLower(text)
}

// unusedVersionsNotes notes central files of versions below which no project lists a
// package: those that use them are of a kind without a reader.
func unusedVersionsNotes(files fs.FS, manifests []gitrepo.File, packages []observation.Package) []observation.Note {
	var paths []string
	for _, file := range manifests {
		dir := path.Dir(file.Path)
		if path.Base(file.Path) != msbuild.CentralVersions || checkSize(file.Path, file.Size) != nil || manifest.InForeignFolder(file.Path) {
			continue
		}
		text, err := fs.ReadFile(files, file.Path)
		if err != nil || !msbuild.GivesVersions(text) {
			continue // what is broken is noted where it is read for itself
		}
		if !slices.ContainsFunc(packages, func(p observation.Package) bool {
			return p.Ecosystem == "NuGet" && (dir == "." || strings.HasPrefix(p.Path, dir+"/"))
		}) {
			paths = append(paths, file.Path)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	slices.Sort(paths)
	return []observation.Note{{Cause: observation.CauseUnsupported, Subject: paths[0],
		Message: fmt.Sprintf("the packages of %s are not in the inventory: no project that is read uses these versions; commit packages.lock.json",
			describePaths(paths, "the manifest", "manifests"))}}
}
