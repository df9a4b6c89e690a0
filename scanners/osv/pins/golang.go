package pins

import (
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
)

// The lists of packages that Go had before its modules.

func goNames() map[string]reader {
	return map[string]reader{
		"gopkg.lock": readGopkg, "gopkg.toml": readGopkg, "glide.lock": readGlide, "glide.yaml": readGlide, "godeps.json": readGodeps, "vendor.json": readGovendor,
		"vendor.conf": readVendorConf, "trash.conf": readVendorConf, "godeps": readVendorConf, "modules.txt": readVendorModules,
	}
}

var goTag = lazy.Pattern(`^v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)(?:\+incompatible)?$`)
var goDescribed = lazy.Pattern(`-\d+-g[0-9a-f]+$`)

// addGo adds the module of an import path at a tag. A commit is no version, and neither is
// what git says of one behind a tag ("v1.0.0-5-g0123abc").
func (l *list) addGo(path, tag string) {
	parts := strings.Split(path, "/")
	if !strings.Contains(parts[0], ".") || strings.ContainsAny(path, " \t@") {
		return
	}
	switch parts[0] {
	case "github.com", "bitbucket.org", "gitlab.com", "golang.org":
		parts = parts[:min(len(parts), 3)]
	case "gopkg.in":
		if len(parts) > 2 && !strings.Contains(parts[1], ".v") {
			parts = parts[:3]
		} else {
			parts = parts[:min(len(parts), 2)]
		}
	}
	version := ""
	if match := goTag().FindStringSubmatch(strings.TrimSpace(tag)); match != nil && !goDescribed().MatchString(tag) {
		version = match[1]
	}
	l.add("Go", strings.Join(parts, "/"), version, "")
}

// readGopkg reads a Gopkg.lock, or the constraints of a Gopkg.toml, of which "=" fixes one.
func readGopkg(m Manifest, l *list) {
	type entry struct{ Name, Version string }
	var file struct {
		Projects, Constraint, Override []entry
	}
	if nesting.DecodeTOML(m.Text, &file) != nil {
		return
	}
	for _, p := range file.Projects {
		l.addGo(p.Name, p.Version)
	}
	for _, p := range append(file.Constraint, file.Override...) {
		version, fixed := strings.CutPrefix(strings.TrimSpace(p.Version), "=")
		if !fixed {
			version = ""
		}
		l.addGo(p.Name, version)
	}
}

// readGlide reads a glide.lock or a glide.yaml.
func readGlide(m Manifest, l *list) {
	type entry struct{ Name, Package, Version string }
	var file struct {
		Imports     []entry `yaml:"imports"`
		TestImports []entry `yaml:"testImports"`
		Import      []entry `yaml:"import"`
	}
	if yaml.Unmarshal(m.Text, &file) != nil {
		return
	}
	for _, list := range [][]entry{file.Imports, file.TestImports, file.Import} {
		for _, p := range list {
			l.addGo(p.Name+p.Package, strings.TrimPrefix(strings.TrimSpace(p.Version), "="))
		}
	}
}

func readGodeps(m Manifest, l *list) {
	var file struct {
		Deps []struct{ ImportPath, Comment string }
	}
	if json.Unmarshal(m.Text, &file) == nil {
		for _, p := range file.Deps {
			l.addGo(p.ImportPath, p.Comment)
		}
	}
}

func readGovendor(m Manifest, l *list) {
	var file struct {
		Package []struct{ Path, Origin, Version, VersionExact string }
	}
	if json.Unmarshal(m.Text, &file) != nil {
		return
	}
	for _, p := range file.Package {
		if p.VersionExact == "" && strings.Count(p.Version, ".") == 2 {
			p.VersionExact = p.Version
		}
		if p.Origin == "" { // else it is a copy of another path
			l.addGo(p.Path, p.VersionExact)
		}
	}
}

// readVendorConf reads a path and a tag a line.
func readVendorConf(m Manifest, l *list) {
	for line := range strings.Lines(string(likePython.blank(m.Text))) {
		if fields := strings.Fields(line); len(fields) >= 2 && !strings.HasPrefix(fields[0], "-") {
			l.addGo(fields[0], fields[1])
		}
	}
}

// readVendorModules reads the list that Go writes beside copied modules: "# path version".
func readVendorModules(m Manifest, l *list) {
	for line := range strings.Lines(string(m.Text)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != "#" || !strings.Contains(fields[1], ".") {
			continue
		}
		version := ""
		if match := goTag().FindStringSubmatch(fields[2]); match != nil && len(fields) == 3 { // else it is replaced
			version = match[1]
		}
		l.add("Go", fields[1], version, "")
	}
}
