package signals

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// maxManifests bounds how many manifests are read for the names of packages.
const maxManifests = 200

// maxPackageName bounds a name, in bytes: npm's own limit. A longer one is no
// name.
const maxPackageName = 250

// A naming reads the name under which a manifest publishes its package, in
// OSV's spelling; "" where it names none or declares it private.
type manifestFormat struct {
	ecosystem string
	matches   func(file string) bool // in lower case
	name      func(data []byte) (string, error)
}

var manifestFormats = []manifestFormat{
	{"npm", named("package.json"), npmName},
	{"PyPI", named("pyproject.toml"), pyprojectName},
	{"PyPI", named("setup.cfg"), setupName},
	{"Packagist", named("composer.json"), composerName},
	{"crates.io", named("cargo.toml"), crateName},
	{"Go", named("go.mod"), func(data []byte) (string, error) { return modfile.ModulePath(data), nil }},
	{"Maven", named("pom.xml"), mavenName},
	{"RubyGems", func(file string) bool { return path.Ext(file) == ".gemspec" }, gemName},
}

// foreignFolders are folders whose manifests are those of others, or are not meant to
// be published.
var foreignFolders = []string{"node_modules", "vendor", "third_party", "third-party", "example", "examples", "sample", "samples",
	"demo", "demos", "test", "tests", "testdata", "fixtures", "docs", "doc", "website", "template", "templates"}

// namesPackage reports a manifest of the root or of a folder in it that may name
// a package.
func namesPackage(file string) bool {
	folder, base := strings.ToLower(path.Dir(file)), strings.ToLower(path.Base(file))
	if strings.Contains(folder, "/") || slices.Contains(foreignFolders, folder) || strings.HasPrefix(folder, ".") && folder != "." {
		return false
	}
	return slices.ContainsFunc(manifestFormats, func(n manifestFormat) bool { return n.matches(base) })
}

// scanPackages lists the packages that the repository's own manifests name. A
// manifest names what may be published; whether it was, no file states.
func scanPackages(out *measureSet, files *tree) {
	var manifests []string
	for _, paths := range files.files {
		for _, p := range paths {
			if namesPackage(p) {
				manifests = append(manifests, p)
			}
		}
	}
	slices.Sort(manifests)
	names := []string{}
	var unread []error
	for _, p := range manifests[:min(len(manifests), maxManifests)] {
		name, err := files.packageOf(p)
		if err != nil {
			unread = append(unread, err)
		} else if name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 && len(unread) > 0 {
		out.unreadable(observation.IdentityPackages, unread[0])
		return
	}
	m := out.measured(observation.IdentityPackages, names, files.source)
	switch {
	case len(unread) > 0:
		m.Bound, m.Detail = observation.AtLeast, fmt.Sprintf("%d of %d manifests could not be read; the first: %s",
			len(unread), len(manifests), observation.RedactQuoted(unread[0].Error()))
	case len(manifests) > maxManifests:
		m.Bound, m.Detail = observation.AtLeast, fmt.Sprintf("the first %d of %d manifests were read", maxManifests, len(manifests))
	}
}

// packageOf returns "ecosystem:name", or "".
func (t *tree) packageOf(manifest string) (string, error) {
	data, err := t.read(manifest)
	if err != nil {
		return "", err
	}
	name, err := packageIn(manifest, data)
	if err != nil {
		cause := observation.CauseBroken
		if errors.Is(err, nesting.ErrDeep) {
			cause = observation.CauseOverLimit
		}
		return "", &unreadable{cause, fmt.Sprintf("%s: %v", manifest, err)}
	}
	return name, nil
}

// packageIn reads it from the contents of a manifest.
func packageIn(manifest string, data []byte) (string, error) {
	base := strings.ToLower(path.Base(manifest))
	kind := manifestFormats[slices.IndexFunc(manifestFormats, func(n manifestFormat) bool { return n.matches(base) })]
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	name, err := kind.name(data)
	if err != nil {
		return "", err
	}
	// A folder's "utils" would claim a stranger's package.
	if kind.ecosystem == "npm" && path.Dir(manifest) != "." && !strings.HasPrefix(name, "@") && !namesRepository(data) {
		return "", nil
	}
	if name = strings.TrimSpace(name); !packageName().MatchString(name) || len(name) > maxPackageName {
		return "", nil
	}
	return kind.ecosystem + ":" + normalName(kind.ecosystem, name), nil
}

// normalName is a name as inventories spell it; Packagist's are lower case.
func normalName(ecosystem, name string) string {
	if ecosystem == "Packagist" {
		return strings.ToLower(name)
	}
	return observation.NormalName(ecosystem, name)
}

// packageName is what names of all ecosystems are made of. It leaves out
// placeholders ("${project.groupId}") and what is no name at all.
var packageName = lazy.Pattern(`^[A-Za-z0-9@][A-Za-z0-9@._~/:+-]*$`)

func npmName(data []byte) (string, error) {
	var manifest struct {
		Name    any `json:"name"`
		Private any `json:"private"`
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		return "", err
	}
	name, _ := manifest.Name.(string)
	if manifest.Private == true || manifest.Private == "true" {
		return "", nil
	}
	return name, nil
}

// namesRepository reports a package.json that names its repository, as published
// packages do.
func namesRepository(data []byte) bool {
	var manifest struct {
		Repository any `json:"repository"`
	}
	return json.Unmarshal(data, &manifest) == nil && manifest.Repository != nil
}

// composerName leaves out projects, which often keep the name of the skeleton
// that they began with.
func composerName(data []byte) (string, error) {
	var manifest struct {
		Name any `json:"name"`
		Type any `json:"type"`
	}
	err := json.Unmarshal(data, &manifest)
	name, _ := manifest.Name.(string)
	if !strings.Contains(name, "/") || manifest.Type == "project" {
		return "", err // Packagist takes vendor/name only
	}
	return name, err
}

func pyprojectName(data []byte) (string, error) {
	var manifest struct {
		Project struct {
			Name        string
			Classifiers []string
		}
		Tool struct {
			Poetry struct{ Name string }
		}
	}
	if err := nesting.DecodeTOML(data, &manifest); err != nil {
		return "", err
	}
	if slices.ContainsFunc(manifest.Project.Classifiers, func(c string) bool { return strings.HasPrefix(c, "Private ::") }) {
		return "", nil
	}
	return cmp.Or(manifest.Project.Name, manifest.Tool.Poetry.Name), nil
}

// setupName reads name of the section metadata.
func setupName(data []byte) (string, error) {
	section := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, " \t\r\n")
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[] ")
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if ok && section == "metadata" && strings.TrimRight(key, " \t") == "name" {
			return value, nil
		}
	}
	return "", nil
}

func crateName(data []byte) (string, error) {
	var manifest struct {
		Package struct {
			Name    any
			Publish any
		}
	}
	if err := nesting.DecodeTOML(data, &manifest); err != nil {
		return "", err
	}
	name, _ := manifest.Package.Name.(string)
	if registries, ok := manifest.Package.Publish.([]any); manifest.Package.Publish == false || ok && len(registries) == 0 {
		return "", nil
	}
	return name, nil
}

func mavenName(data []byte) (string, error) {
	var project struct {
		GroupID    string `xml:"groupId"`
		ArtifactID string `xml:"artifactId"`
		Parent     struct {
			GroupID string `xml:"groupId"`
		} `xml:"parent"`
	}
	if err := xml.Unmarshal(data, &project); err != nil {
		return "", err
	}
	group := cmp.Or(strings.TrimSpace(project.GroupID), strings.TrimSpace(project.Parent.GroupID))
	if group == "" || project.ArtifactID == "" {
		return "", nil
	}
	return group + ":" + strings.TrimSpace(project.ArtifactID), nil
}

var gemNamePattern = lazy.Pattern(`(?m)^\s*\w+\.name\s*=\s*["']([^"'#]+)["']`)

func gemName(data []byte) (string, error) {
	if found := gemNamePattern().FindSubmatch(data); found != nil {
		return string(found[1]), nil
	}
	return "", nil
}
