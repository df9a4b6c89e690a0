package osv

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/inventory"
	"github.com/google/osv-scalibr/plugin"
	"github.com/google/osv-scalibr/purl"
	"golang.org/x/net/html/charset"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/locks"
	"github.com/midspan/midspan/scanners/osv/manifest"
)

// dotnetExtractor reads the projects of .NET: .csproj, .fsproj and .vbproj, and what is
// common to those below a folder. A project names what it uses itself. NuGet installs the
// lowest version that a reference allows, so a plain version is the one in use.
type dotnetExtractor struct{}

func newDotnetExtractor(*cpb.PluginConfig) (filesystem.Extractor, error) {
	return dotnetExtractor{}, nil
}

// centralVersions holds the versions of all projects below its folder, and the other files
// may hold references and properties of them.
const centralVersions = "Directory.Packages.props"

var sharedProps = []string{centralVersions, "Directory.Build.props", "Directory.Build.targets"}

// isDotnetProject reports the name of a project, or of what is common to several.
func isDotnetProject(base string) bool {
	switch strings.ToLower(path.Ext(base)) {
	case ".csproj", ".fsproj", ".vbproj":
		return true
	}
	return slices.Contains(sharedProps, base)
}

// Name implements plugin.Plugin.
func (dotnetExtractor) Name() string { return "dotnet/project" }

// Version implements plugin.Plugin.
func (dotnetExtractor) Version() int { return 0 }

// Requirements implements plugin.Plugin.
func (dotnetExtractor) Requirements() *plugin.Capabilities { return &plugin.Capabilities{} }

// FileRequired implements filesystem.Extractor.
func (dotnetExtractor) FileRequired(api filesystem.FileAPI) bool {
	return isDotnetProject(path.Base(api.Path()))
}

// Extract implements filesystem.Extractor. What a packages.lock.json beside a
// project holds is listed there.
func (dotnetExtractor) Extract(_ context.Context, input *filesystem.ScanInput) (inventory.Inventory, error) {
	text, err := io.ReadAll(input.Reader)
	if err != nil {
		return inventory.Inventory{}, err
	}
	project := newMSBuild()
	project.above(input.FS, path.Dir(input.Path), path.Base(input.Path))
	clear(project.references) // those of other files are listed there
	project.hints = nil
	if err := project.add(text); err != nil {
		return inventory.Inventory{}, fmt.Errorf("could not extract: %w", err)
	}
	var found inventory.Inventory
	locked := lockedBeside(input)
	if _, err := fs.Stat(input.FS, path.Join(path.Dir(input.Path), "packages.config")); err != nil {
		project.addHints() // or else they are listed there
	}
	for _, name := range slices.Sorted(maps.Keys(project.references)) {
		if bytes.Contains(locked, []byte(`"`+name+`"`)) {
			continue
		}
		found.Packages = append(found.Packages, &extractor.Package{
			Name: project.references[name].name, Version: project.version(name), PURLType: purl.TypeNuget,
			Locations: []string{input.Path}, Metadata: locks.StatedDirect(),
		})
	}
	return found, nil
}

// lockedBeside is the text of the lock beside a project, in lower case.
func lockedBeside(input *filesystem.ScanInput) []byte {
	if slices.Contains(sharedProps, path.Base(input.Path)) {
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
		if path.Base(file.Path) != centralVersions || checkSize(file.Path, file.Size) != nil || manifest.InForeignFolder(file.Path) {
			continue
		}
		text, err := fs.ReadFile(files, file.Path)
		project := newMSBuild()
		if err != nil || project.add(text) != nil || len(project.central) == 0 {
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

// msbuild is what projects say of packages. Names are in lower case.
type msbuild struct {
	properties map[string]string
	references map[string]packageReference
	central    map[string]string
	hints      []string // paths of assemblies that are referred to
}

type packageReference struct{ name, version string }

func newMSBuild() *msbuild {
	return &msbuild{properties: map[string]string{}, references: map[string]packageReference{}, central: map[string]string{}}
}

// above reads the files that are common to the projects of a folder, the nearest last.
func (m *msbuild) above(files fs.FS, dir, but string) {
	var found []string
	for at := dir; at != "." && at != "/"; at = path.Dir(at) {
		for _, base := range sharedProps {
			if at != dir || base != but {
				found = append(found, path.Join(at, base))
			}
		}
	}
	for _, name := range slices.Backward(found) {
		if text, err := fs.ReadFile(files, name); err == nil {
			_ = m.add(text) // what is broken is noted where it is read for itself
		}
	}
}

// maxXMLDepth bounds how deep elements may be nested.
const maxXMLDepth = 100

// add reads one file.
func (m *msbuild) add(text []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.CharsetReader = charset.NewReaderLabel
	var open []xml.StartElement
	var inside strings.Builder
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && len(open) == 0:
			return nil
		case err != nil:
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(open) == 0 && token.Name.Local != "Project" {
				return errors.New("it is no project of MSBuild")
			}
			if open = append(open, token.Copy()); len(open) > maxXMLDepth {
				return fmt.Errorf("%w: elements in it nest deeper than %d", errTooLarge, maxXMLDepth)
			}
			inside.Reset()
			m.addItem(token)
		case xml.CharData:
			inside.Write(token)
		case xml.EndElement:
			if len(open) == 0 {
				return errors.New("an element ends that did not begin")
			}
			m.addValue(open, strings.TrimSpace(inside.String()))
			inside.Reset()
			open = open[:len(open)-1]
		}
	}
}

// addItem adds what the attributes of an element say.
func (m *msbuild) addItem(element xml.StartElement) {
	attribute := func(name string) string {
		for _, a := range element.Attr {
			if strings.EqualFold(a.Name.Local, name) {
				return strings.TrimSpace(a.Value)
			}
		}
		return ""
	}
	include := attribute("Include")
	version := attribute("VersionOverride")
	if version == "" {
		version = attribute("Version")
	}
	switch element.Name.Local {
	case "PackageReference", "GlobalPackageReference":
		for name := range splitItems(include) {
			m.references[strings.ToLower(name)] = packageReference{name, version}
		}
		for name := range splitItems(attribute("Update")) {
			m.setVersion(name, version)
		}
	case "PackageVersion":
		for name := range splitItems(include + ";" + attribute("Update")) {
			if version != "" {
				m.central[strings.ToLower(name)] = version
			}
		}
	}
}

// splitItems are the names in a list of items.
func splitItems(list string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range strings.SplitSeq(list, ";") {
			if name = strings.TrimSpace(name); name != "" && !strings.ContainsAny(name, "$@%*") && !yield(name) {
				return
			}
		}
	}
}

func (m *msbuild) setVersion(name, version string) {
	key := strings.ToLower(name)
	if reference, ok := m.references[key]; ok && version != "" {
		m.references[key] = packageReference{reference.name, version}
	}
}

// addValue adds what the text of an element says: a property, or the version of an item.
func (m *msbuild) addValue(open []xml.StartElement, value string) {
	if len(open) < 2 || value == "" {
		return
	}
	element, parent := open[len(open)-1].Name.Local, open[len(open)-2]
	if parent.Name.Local == "PropertyGroup" {
		m.properties[strings.ToLower(element)] = value
		return
	}
	if element == "HintPath" {
		m.hints = append(m.hints, value)
	}
	if element != "Version" && element != "VersionOverride" {
		return
	}
	for _, a := range parent.Attr {
		if a.Name.Local != "Include" && a.Name.Local != "Update" {
			continue
		}
		for name := range splitItems(a.Value) {
			switch parent.Name.Local {
			case "PackageReference", "GlobalPackageReference":
				m.setVersion(name, value)
			case "PackageVersion":
				m.central[strings.ToLower(name)] = value
			}
		}
	}
}

// addHints adds the packages from whose folders assemblies are taken, as projects did before
// they could name packages: "..\packages\Name.1.0.0\lib\net45\Name.dll".
func (m *msbuild) addHints() {
	for _, hint := range m.hints {
		match := packageFolder().FindStringSubmatch(hint)
		if match == nil {
			continue
		}
		if key := strings.ToLower(match[1]); m.references[key].name == "" {
			m.references[key] = packageReference{match[1], match[2]}
		}
	}
}

var (
	packageFolder   = lazy.Pattern(`(?i)(?:^|[\\/])packages[\\/]([a-z_][\w-]*(?:\.[a-z_][\w-]*)*)\.(\d+(?:\.\d+)+(?:-[\w.-]+)?)[\\/]`)
	msbuildProperty = lazy.Pattern(`\$\(([\w.-]+)\)`)
	nugetVersion    = lazy.Pattern(`^v?[0-9]+(?:\.[0-9]+)*(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$`)
)

// maxPropertySteps bounds how often properties that name properties are read.
const maxPropertySteps = 10

// maxVersionText bounds what a version may become by its properties, in bytes.
const maxVersionText = 1000

// version is the version of a reference that NuGet installs; empty where that is not known
// without asking a registry.
func (m *msbuild) version(key string) string {
	text := m.references[key].version
	if text == "" {
		text = m.central[key]
	}
	for range maxPropertySteps {
		if !strings.Contains(text, "$(") || len(text) > maxVersionText {
			break
		}
		text = msbuildProperty().ReplaceAllStringFunc(text, func(use string) string {
			return m.properties[strings.ToLower(use[2:len(use)-1])]
		})
	}
	text = strings.TrimSpace(text)
	if lowest, ok := strings.CutPrefix(text, "["); ok { // "[1.0]", "[1.0,2.0)"
		text, _, _ = strings.Cut(strings.TrimSuffix(lowest, "]"), ",")
		text = strings.TrimSpace(text)
	}
	if !nugetVersion().MatchString(text) {
		return ""
	}
	return text
}
