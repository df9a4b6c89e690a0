package osv

import (
	"bytes"
	"cmp"
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
	project.addAbove(input.FS, path.Dir(input.Path), path.Base(input.Path))
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
		for _, version := range project.versions(name) {
			found.Packages = append(found.Packages, &extractor.Package{
				Name: project.references[name].name, Version: version, PURLType: purl.TypeNuget,
				Locations: []string{input.Path}, Metadata: locks.StatedDirect(),
			})
		}
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

// msbuild is what projects say of packages. Names are in lower case. A project that is built
// for several frameworks may give a package several versions, each under a condition.
type msbuild struct {
	properties map[string]string
	references map[string]packageReference
	central    map[string][]string
	hints      []string // paths of assemblies that are referred to

	above map[string]string // the properties of the files above the one that is read
	given map[string]bool   // central versions that this file gave
	child string            // the version that stands inside the item that is read
}

type packageReference struct {
	name     string
	versions []string // as they are written
}

func newMSBuild() *msbuild {
	return &msbuild{properties: map[string]string{}, references: map[string]packageReference{}, central: map[string][]string{}}
}

// addAbove reads the files that are common to the projects of a folder, the nearest last.
func (m *msbuild) addAbove(files fs.FS, dir, but string) {
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
	m.above, m.given = maps.Clone(m.properties), map[string]bool{}
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
			if isPackageItem(token) {
				m.child = ""
			}
		case xml.CharData:
			inside.Write(token)
		case xml.EndElement:
			if len(open) == 0 {
				return errors.New("an element ends that did not begin")
			}
			m.addValue(open, strings.TrimSpace(inside.String()))
			if isPackageItem(open[len(open)-1]) {
				m.addItem(open)
			}
			inside.Reset()
			open = open[:len(open)-1]
		}
	}
}

// isPackageItem reports an item that names packages.
func isPackageItem(element xml.StartElement) bool {
	return slices.Contains([]string{"PackageReference", "GlobalPackageReference", "PackageVersion"}, element.Name.Local)
}

// attribute is the value of an attribute, or "".
func attribute(element xml.StartElement, name string) string {
	for _, a := range element.Attr {
		if strings.EqualFold(a.Name.Local, name) {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// isConditional reports what counts under a condition only, its own or that of what is around it.
func isConditional(open []xml.StartElement) bool {
	return slices.ContainsFunc(open, func(e xml.StartElement) bool {
		return e.Name.Local == "When" || e.Name.Local == "Otherwise" || attribute(e, "Condition") != ""
	})
}

// addItem adds what an item says, the last of those that are open.
func (m *msbuild) addItem(open []xml.StartElement) {
	item := open[len(open)-1]
	version := cmp.Or(attribute(item, "VersionOverride"), m.child, attribute(item, "Version"))
	isCentral, conditional := item.Name.Local == "PackageVersion", isConditional(open)
	for name := range splitItems(attribute(item, "Include")) {
		key := strings.ToLower(name)
		if isCentral {
			m.setCentral(key, version, !m.given[key])
		} else {
			m.references[key] = packageReference{cmp.Or(m.references[key].name, name), addVersion(m.references[key].versions, version)}
		}
	}
	for name := range splitItems(attribute(item, "Update")) {
		key := strings.ToLower(name)
		reference, ok := m.references[key]
		switch {
		case version == "":
		case isCentral:
			m.setCentral(key, version, !conditional)
		case ok && conditional:
			m.references[key] = packageReference{reference.name, addVersion(reference.versions, version)}
		case ok:
			m.references[key] = packageReference{reference.name, []string{version}}
		}
	}
}

// setCentral adds a version of the central file, or puts it in the place of those before it.
func (m *msbuild) setCentral(key, version string, alone bool) {
	if version == "" {
		return
	}
	before := m.central[key]
	if alone {
		before = nil
	}
	m.central[key], m.given[key] = addVersion(before, version), true
}

// mostVersions bounds the versions of one package in a project.
const mostVersions = 20

// addVersion adds a version as it is written. Of more than are kept one stays unknown.
func addVersion(versions []string, version string) []string {
	if len(versions) >= mostVersions {
		version = unsure
	}
	if slices.Contains(versions, version) {
		return versions
	}
	return append(versions, version)
}

// unsure stands where no version is known, though one is given: it is none.
const unsure = "?"

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

// addValue adds what the text of an element says: a property, or the version of an item.
func (m *msbuild) addValue(open []xml.StartElement, value string) {
	if len(open) < 2 || value == "" {
		return
	}
	element, parent := open[len(open)-1].Name.Local, open[len(open)-2]
	switch {
	case parent.Name.Local == "PropertyGroup":
		m.setProperty(strings.ToLower(element), value, isConditional(open))
	case element == "HintPath":
		m.hints = append(m.hints, value)
	case element == "VersionOverride", element == "Version" && m.child == "":
		m.child = value
	}
}

// setProperty keeps the value of a property. One that has two in a file has none: which counts
// is for a condition to say. A file nearer to the project gives it another.
func (m *msbuild) setProperty(name, value string, conditional bool) {
	known, ok := m.properties[name]
	above, isAbove := m.above[name]
	if ok && known != value && (conditional || !isAbove || known != above) {
		value = unsure
	}
	m.properties[name] = value
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
			m.references[key] = packageReference{match[1], []string{match[2]}}
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

// versions are those of a package that NuGet installs; one is empty where it is not known
// without asking a registry.
func (m *msbuild) versions(key string) []string {
	var all []string
	for _, version := range m.references[key].versions {
		written := []string{version}
		if central := m.central[key]; version == "" && len(central) > 0 {
			written = central
		}
		for _, text := range written {
			all = append(all, m.version(text))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// version is the version that NuGet installs for a text.
func (m *msbuild) version(text string) string {
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
