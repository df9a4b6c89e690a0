// Package msbuild reads which packages the projects of .NET name, at which versions: .csproj,
// .fsproj and .vbproj, and what is common to those below a folder. NuGet installs the lowest
// version that a reference allows, so a plain version is the one in use.
package msbuild

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
)

// CentralVersions holds the versions of all projects below its folder, and the other files
// may hold references and properties of them.
const CentralVersions = "Directory.Packages.props"

var sharedProps = []string{CentralVersions, "Directory.Build.props", "Directory.Build.targets"}

// IsProject reports the name of a project, or of what is common to several.
func IsProject(base string) bool {
	switch strings.ToLower(path.Ext(base)) {
	case ".csproj", ".fsproj", ".vbproj":
		return true
	}
	return IsShared(base)
}

// IsShared reports the name of what is common to the projects below a folder.
func IsShared(base string) bool { return slices.Contains(sharedProps, base) }

// Package is one that a project names.
type Package struct {
	Name     string
	Versions []string // that NuGet installs; one is empty where it is not known without asking a registry
}

// Read reads the packages that a project names itself, by name. hints also counts those from
// whose folders it takes assemblies.
func Read(files fs.FS, name string, text []byte, hints bool) ([]Package, error) {
	p := newProject()
	p.addAbove(files, path.Dir(name), path.Base(name))
	clear(p.references) // those of other files are listed there
	p.hints = nil
	if err := p.add(text); err != nil {
		return nil, err
	}
	if hints {
		p.addHints()
	}
	var all []Package
	for _, key := range slices.Sorted(maps.Keys(p.references)) {
		all = append(all, Package{p.references[key].name, p.versions(key)})
	}
	return all, nil
}

// GivesVersions reports a file that gives versions to packages of projects.
func GivesVersions(text []byte) bool {
	p := newProject()
	return p.add(text) == nil && len(p.central) > 0
}

// project is what projects say of packages. Names are in lower case. A project that is built
// for several frameworks may give a package several versions, each under a condition.
type project struct {
	properties map[string]string
	references map[string]reference
	central    map[string][]string
	hints      []string // paths of assemblies that are referred to

	above map[string]string // the properties of the files above the one that is read
	given map[string]bool   // central versions that this file gave
	child string            // the version that stands inside the item that is read
}

type reference struct {
	name     string
	versions []string // as they are written
}

func newProject() *project {
	return &project{properties: map[string]string{}, references: map[string]reference{}, central: map[string][]string{}}
}

// addAbove reads the files that are common to the projects of a folder, the nearest last.
func (p *project) addAbove(files fs.FS, dir, but string) {
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
			_ = p.add(text) // what is broken is noted where it is read for itself
		}
	}
}

// maxXMLDepth bounds how deep elements may be nested.
const maxXMLDepth = 100

// add reads one file.
func (p *project) add(text []byte) error {
	p.above, p.given = maps.Clone(p.properties), map[string]bool{}
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
				return fmt.Errorf("%w: elements in it nest deeper than %d", nesting.ErrDeep, maxXMLDepth)
			}
			inside.Reset()
			if isPackageItem(token) {
				p.child = ""
			}
		case xml.CharData:
			inside.Write(token)
		case xml.EndElement:
			if len(open) == 0 {
				return errors.New("an element ends that did not begin")
			}
			p.addValue(open, strings.TrimSpace(inside.String()))
			if isPackageItem(open[len(open)-1]) {
				p.addItem(open)
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
func (p *project) addItem(open []xml.StartElement) {
	item := open[len(open)-1]
	version := cmp.Or(attribute(item, "VersionOverride"), p.child, attribute(item, "Version"))
	isCentral, conditional := item.Name.Local == "PackageVersion", isConditional(open)
	for name := range splitItems(attribute(item, "Include")) {
		key := strings.ToLower(name)
		if isCentral {
			p.setCentral(key, version, !p.given[key])
		} else {
			p.references[key] = reference{cmp.Or(p.references[key].name, name), addVersion(p.references[key].versions, version)}
		}
	}
	for name := range splitItems(attribute(item, "Update")) {
		key := strings.ToLower(name)
		known, ok := p.references[key]
		switch {
		case version == "":
		case isCentral:
			p.setCentral(key, version, !conditional)
		case ok && conditional:
			p.references[key] = reference{known.name, addVersion(known.versions, version)}
		case ok:
			p.references[key] = reference{known.name, []string{version}}
		}
	}
}

// setCentral adds a version of the central file, or puts it in the place of those before it.
func (p *project) setCentral(key, version string, alone bool) {
	if version == "" {
		return
	}
	before := p.central[key]
	if alone {
		before = nil
	}
	p.central[key], p.given[key] = addVersion(before, version), true
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
func (p *project) addValue(open []xml.StartElement, value string) {
	if len(open) < 2 || value == "" {
		return
	}
	element, parent := open[len(open)-1].Name.Local, open[len(open)-2]
	switch {
	case parent.Name.Local == "PropertyGroup":
		p.setProperty(strings.ToLower(element), value, isConditional(open))
	case element == "HintPath":
		p.hints = append(p.hints, value)
	case element == "VersionOverride", element == "Version" && p.child == "":
		p.child = value
	}
}

// setProperty keeps the value of a property. One that has two in a file has none: which counts
// is for a condition to say. A file nearer to the project gives it another.
func (p *project) setProperty(name, value string, conditional bool) {
	known, ok := p.properties[name]
	above, isAbove := p.above[name]
	if ok && known != value && (conditional || !isAbove || known != above) {
		value = unsure
	}
	p.properties[name] = value
}

// addHints adds the packages from whose folders assemblies are taken, as projects did before
// they could name packages: "..\packages\Name.1.0.0\lib\net45\Name.dll".
func (p *project) addHints() {
	for _, hint := range p.hints {
		match := packageFolder().FindStringSubmatch(hint)
		if match == nil {
			continue
		}
		if key := strings.ToLower(match[1]); p.references[key].name == "" {
			p.references[key] = reference{match[1], []string{match[2]}}
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
func (p *project) versions(key string) []string {
	var all []string
	for _, version := range p.references[key].versions {
		written := []string{version}
		if central := p.central[key]; version == "" && len(central) > 0 {
			written = central
		}
		for _, text := range written {
			all = append(all, p.version(text))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// version is the version that NuGet installs for a text.
func (p *project) version(text string) string {
	for range maxPropertySteps {
		if !strings.Contains(text, "$(") || len(text) > maxVersionText {
			break
		}
		text = msbuildProperty().ReplaceAllStringFunc(text, func(use string) string {
			return p.properties[strings.ToLower(use[2:len(use)-1])]
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
