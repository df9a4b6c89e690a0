package osv

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"
	"golang.org/x/net/html/charset"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/msbuild"
)

// pom is what a pom.xml says of itself and of the versions of others.
type pom struct {
	Parent struct {
		mavenName
		RelativePath *string `xml:"relativePath"`
	} `xml:"parent"`
	mavenName
	Properties struct {
		Entries []struct {
			XMLName xml.Name
			Value   string `xml:",chardata"`
		} `xml:",any"`
	} `xml:"properties"`
	Managed []struct {
		mavenName
		Type  string `xml:"type"`
		Scope string `xml:"scope"`
	} `xml:"dependencyManagement>dependencies>dependency"`

	Modules      []string        `xml:"modules>module"`
	Dependencies []pomDependency `xml:"dependencies>dependency"`
	Plugins      []mavenName     `xml:"build>plugins>plugin"`
	Profiles     []struct {
		Modules      []string        `xml:"modules>module"`
		Dependencies []pomDependency `xml:"dependencies>dependency"`
		Plugins      []mavenName     `xml:"build>plugins>plugin"`
	} `xml:"profiles>profile"`

	path       string
	properties map[string]string
	line       []*pom // with its parents, the nearest first
	build      *pom   // another that is built with it, which leads to the first of them
}

type pomDependency struct {
	mavenName
	Scope string `xml:"scope"`
}

// named are the dependencies of a project and of its profiles, and the plugins of its
// build at a version, as if they were dependencies of a test: they run where the project is built.
func (p *pom) named() []pomDependency {
	all, plugins := slices.Clone(p.Dependencies), slices.Clone(p.Plugins)
	for _, profile := range p.Profiles {
		all, plugins = append(all, profile.Dependencies...), append(plugins, profile.Plugins...)
	}
	for _, plugin := range plugins {
		if strings.TrimSpace(plugin.Version) == "" {
			continue // its version stands elsewhere, where it counts
		}
		plugin.Group = firstText(plugin.Group, "org.apache.maven.plugins")
		all = append(all, pomDependency{plugin, "test"})
	}
	return all
}

type mavenName struct {
	Group    string `xml:"groupId"`
	Artifact string `xml:"artifactId"`
	Version  string `xml:"version"`
}

// mavenRepository holds the projects of a repository, to find within it what a pom.xml
// leaves to its parents and to bills of materials. What is kept elsewhere stays unknown.
type mavenRepository struct {
	byPath  map[string]*pom
	byName  map[string]*pom // by group:artifact
	managed map[*pom]map[string]string
}

// Bounds on what is read and followed.
const (
	maxPOMs         = 5000
	maxPropertyText = 1000 // bytes of a name or version
	maxImports      = 20   // bills of materials that name others
)

// within fills in the versions that the repository itself holds, adds what the
// extractor drops because a parent elsewhere in the repository names it, and leaves out
// the repository's own projects. packages are sorted, and stay so. read reports whether
// the extractor could read a file.
func (r *mavenRepository) within(read func(name string) bool, packages []observation.Package) []observation.Package {
	if len(r.byPath) == 0 {
		return packages
	}
	kept, listed := packages[:0], map[[2]string]bool{}
	for _, p := range packages {
		project := r.byPath[p.Path]
		if !isOfPOM(p) || project == nil {
			kept = append(kept, p)
			continue
		}
		listed[[2]string{p.Path, p.Name}] = true
		if r.complete(project, &p) {
			kept = append(kept, p)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.byPath)) {
		project := r.byPath[name]
		for _, d := range project.named() {
			p := observation.Package{Ecosystem: "Maven", Name: r.expand(project, d.Group) + ":" + r.expand(project, d.Artifact),
				Version: r.expand(project, d.Version), Path: name, Relation: observation.Direct}
			if listed[[2]string{name, p.Name}] || strings.Contains(p.Name, "${") || !read(name) {
				continue
			}
			listed[[2]string{name, p.Name}] = true
			if strings.ContainsAny(p.Version, "${}[](),") {
				p.Version = ""
			}
			if scope := strings.TrimSpace(d.Scope); scope != "" && scope != "compile" {
				p.Groups = []string{scope}
			}
			if r.complete(project, &p) {
				kept = append(kept, p)
			}
		}
	}
	slices.SortStableFunc(kept, compareIdentity)
	return kept
}

// complete fills in a version. It is false for a project of the repository.
func (r *mavenRepository) complete(project *pom, p *observation.Package) bool {
	if p.Version == "" {
		p.Version = r.managedVersions(project, 0)[p.Name]
	}
	if defined := r.own(project, p.Name); defined != nil && (p.Version == "" || p.Version == r.name(defined).Version) {
		return false
	}
	group, artifact, ok := strings.Cut(p.Name, ":")
	if ok && p.Version != "" && !strings.Contains(p.PURL, "@") {
		p.PURL = packageurl.NewPackageURL(packageurl.TypeMaven, group, artifact, p.Version, nil, "").ToString()
	}
	return true
}

func isOfPOM(p observation.Package) bool {
	return p.Ecosystem == "Maven" && namesPOM(p.Path)
}

// namesPOM reports the name of a manifest of Maven, also under its other names.
func namesPOM(name string) bool {
	base := strings.ToLower(path.Base(name))
	return isPOM(base) || path.Ext(base) == ".xml" && strings.Contains(base, "pom") && !hasOwnReader(base)
}

func readMaven(files fs.FS, manifests []gitrepo.File) *mavenRepository {
	r := &mavenRepository{byPath: map[string]*pom{}, byName: map[string]*pom{}, managed: map[*pom]map[string]string{}}
	for _, file := range manifests {
		if !namesPOM(file.Path) || len(r.byPath) >= maxPOMs || checkSize(file.Path, file.Size) != nil {
			continue
		}
		text, err := fs.ReadFile(files, file.Path)
		if err != nil {
			continue // the extractor's note says it
		}
		decoder := xml.NewDecoder(bytes.NewReader(text))
		decoder.CharsetReader = charset.NewReaderLabel
		project := &pom{path: file.Path}
		if decoder.Decode(project) != nil {
			continue
		}
		project.properties = make(map[string]string, len(project.Properties.Entries))
		for _, entry := range project.Properties.Entries {
			project.properties[entry.XMLName.Local] = strings.TrimSpace(entry.Value)
		}
		r.byPath[file.Path] = project
	}
	names := slices.Sorted(maps.Keys(r.byPath))
	for _, name := range names {
		r.byPath[name].line = r.lineOf(r.byPath[name])
	}
	for _, name := range names {
		project := r.byPath[name]
		if own := r.name(project); r.byName[own.Group+":"+own.Artifact] == nil {
			r.byName[own.Group+":"+own.Artifact] = project
		}
	}
	for _, name := range names { // now that parents can be found by their names
		r.byPath[name].line = r.lineOf(r.byPath[name])
	}
	r.joinBuilds(names)
	return r
}

// parent finds the project that another names as its parent.
func (r *mavenRepository) parent(p *pom) *pom {
	if p.Parent.Artifact == "" {
		return nil
	}
	relative := "../pom.xml"
	if p.Parent.RelativePath != nil {
		relative = strings.TrimSpace(*p.Parent.RelativePath)
	}
	for _, at := range []string{path.Join(path.Dir(p.path), relative), path.Join(path.Dir(p.path), relative, "pom.xml")} {
		if found := r.byPath[at]; relative != "" && found != nil && found != p && strings.TrimSpace(found.Artifact) == strings.TrimSpace(p.Parent.Artifact) {
			return found
		}
	}
	found := r.byName[strings.TrimSpace(p.Parent.Group)+":"+strings.TrimSpace(p.Parent.Artifact)]
	if found == p {
		return nil
	}
	return found
}

func (r *mavenRepository) lineOf(p *pom) []*pom {
	var line []*pom
	for ; p != nil && len(line) < maxParents && !slices.Contains(line, p); p = r.parent(p) {
		line = append(line, p)
	}
	return line
}

// name is a project's own name, with what it has from its parent.
func (r *mavenRepository) name(p *pom) mavenName {
	return mavenName{
		Group:    r.expand(p, firstText(p.Group, p.Parent.Group)),
		Artifact: r.expand(p, p.Artifact),
		Version:  r.expand(p, firstText(p.Version, p.Parent.Version)),
	}
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

// expand puts the values of properties in their places. What names one that the
// repository does not hold stays as it is.
func (r *mavenRepository) expand(p *pom, text string) string {
	text = strings.TrimSpace(text)
	for range maxImports {
		before, rest, found := strings.Cut(text, "${")
		name, after, ends := strings.Cut(rest, "}")
		if !found || !ends || len(text) > maxPropertyText {
			break
		}
		value := r.property(p, name)
		if value == "" {
			break
		}
		text = before + value + after
	}
	return text
}

func (r *mavenRepository) property(p *pom, name string) string {
	switch strings.TrimPrefix(strings.TrimPrefix(name, "project."), "pom.") {
	case "version":
		return firstText(p.Version, p.Parent.Version)
	case "groupId":
		return firstText(p.Group, p.Parent.Group)
	case "artifactId":
		return firstText(p.Artifact)
	case "parent.version":
		return firstText(p.Parent.Version)
	case "parent.groupId":
		return firstText(p.Parent.Group)
	}
	for _, project := range p.line {
		if value, ok := project.properties[name]; ok {
			return value
		}
	}
	return ""
}

// managedVersions are the versions that a project and its parents give to others, and
// the bills of materials of the repository that they import.
func (r *mavenRepository) managedVersions(p *pom, depth int) map[string]string {
	if known, ok := r.managed[p]; ok || depth > maxImports {
		return known
	}
	versions := map[string]string{}
	r.managed[p] = versions // a circle finds what is known by then
	var imported []*pom
	for _, project := range p.line {
		for _, entry := range project.Managed {
			name, version := r.expand(p, entry.Group)+":"+r.expand(p, entry.Artifact), r.expand(p, entry.Version)
			if isImport(entry.Scope) {
				if bom := r.ownImport(p, name, version); bom != nil {
					imported = append(imported, bom)
				}
				continue
			}
			if _, known := versions[name]; !known && version != "" && !strings.ContainsAny(version, "${}[](),") {
				versions[name] = version
			}
		}
	}
	for _, bom := range imported {
		for name, version := range r.managedVersions(bom, depth+1) {
			if _, known := versions[name]; !known {
				versions[name] = version
			}
		}
	}
	return versions
}

func isImport(scope string) bool { return strings.TrimSpace(scope) == "import" }

// own is the project of the repository that another means by a name, or nil: both are built
// together, or are of one group. A project elsewhere in the repository may have the name of
// a stranger's.
func (r *mavenRepository) own(project *pom, name string) *pom {
	defined := r.byName[name]
	if defined == nil || defined.first() != project.first() && r.name(defined).Group != r.name(project).Group {
		return nil
	}
	return defined
}

// first is the first of the projects that are built together.
func (p *pom) first() *pom {
	for p.build != nil {
		p = p.build
	}
	return p
}

// joinBuilds joins the projects that are built together: one names the other as its parent or
// as a module.
func (r *mavenRepository) joinBuilds(names []string) {
	join := func(a, b *pom) {
		if a, b = a.first(), b.first(); a != b {
			b.build = a
		}
	}
	for _, name := range names {
		project := r.byPath[name]
		for _, parent := range project.line {
			join(project, parent)
		}
		modules := slices.Clone(project.Modules)
		for _, profile := range project.Profiles {
			modules = append(modules, profile.Modules...)
		}
		for _, module := range modules {
			at := path.Join(path.Dir(project.path), strings.TrimSpace(module))
			for _, found := range []*pom{r.byPath[at], r.byPath[path.Join(at, "pom.xml")]} {
				if found != nil {
					join(project, found)
				}
			}
		}
	}
}

// ownImport is the bill of materials of the repository that a project means by a name and a
// version, or nil.
func (r *mavenRepository) ownImport(project *pom, name, version string) *pom {
	if bom := r.own(project, name); bom != nil && version == r.name(bom).Version {
		return bom
	}
	return nil
}

// withoutOwnImports takes the bills of materials that the repository itself holds off the
// parts that were left out: their versions are known.
func (r *mavenRepository) withoutOwnImports(extracted map[string]error) {
	for name, project := range r.byPath {
		parts, ok := errors.AsType[partError](extracted[name])
		if !ok {
			continue
		}
		for _, entry := range project.Managed {
			name, version := r.expand(project, entry.Group)+":"+r.expand(project, entry.Artifact), r.expand(project, entry.Version)
			if isImport(entry.Scope) && r.ownImport(project, name, version) != nil {
				parts[importedBills]--
			}
		}
		maps.DeleteFunc(parts, func(_ string, n int) bool { return n <= 0 })
		if len(parts) == 0 {
			extracted[name] = nil
		}
	}
}

// unresolvedNotes notes the manifests that name direct packages only: what these bring
// with them is in no file of the repository, so the counts are lower bounds.
func unresolvedNotes(packages []observation.Package) []observation.Note {
	var notes []observation.Note
	for _, kind := range []struct {
		message string
		of      func(observation.Package) bool
	}{
		{"the packages that the dependencies of %s need are not in the inventory: Maven resolves them from its registry; commit an SBOM (CycloneDX or SPDX)", isOfPOM},
		{"the packages that the dependencies of %s need are not in the inventory: NuGet resolves them from its registry; commit packages.lock.json",
			func(p observation.Package) bool {
				return p.Ecosystem == "NuGet" && msbuild.IsProject(path.Base(p.Path))
			}},
	} {
		var paths []string
		for _, p := range packages {
			if kind.of(p) && p.Use() != observation.ForDevelopment && (len(paths) == 0 || paths[len(paths)-1] != p.Path) {
				paths = append(paths, p.Path)
			}
		}
		if len(paths) > 0 {
			notes = append(notes, observation.Note{Cause: observation.CauseUnsupported, Subject: paths[0],
				Message: fmt.Sprintf(kind.message, describePaths(paths, "the manifest", "manifests"))})
		}
	}
	return notes
}
