package pins

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
)

// condaFile is the archive of a package of conda that holds a package of Python: its build
// says so ("py39_0", "pyhd8ed1ab_0"), and such packages bear PyPI's names.
var condaFile = lazy.Pattern(`^([\w.-]+)-([\w.!+]+)-[\w.]*py(?:hd?[0-9a-f]|th|[23]\d*|\d+)[\w.]*\.(?:tar\.bz2|conda)$`)

// addCondaURL adds the package of Python that an address is of.
func (l *list) addCondaURL(address, group string) {
	address, _, _ = strings.Cut(strings.TrimSpace(address), "#")
	if match := condaFile().FindStringSubmatch(address[strings.LastIndexByte(address, '/')+1:]); match != nil && match[1] != "python" {
		l.add(pypi, match[1], match[2], group)
	}
}

// readExplicit reads a list of the archives of an environment.
func readExplicit(m Manifest, l *list) {
	for line := range strings.Lines(string(m.Text)) {
		if line = strings.TrimSpace(line); strings.Contains(line, "://") && line[0] != '#' {
			l.addCondaURL(line, "")
		}
	}
}

// readCondaLock reads a lock of conda-lock, which lists the packages of conda and of pip.
func readCondaLock(m Manifest, l *list) {
	var lock struct {
		Package []struct{ Name, Version, Manager, URL, Category string } `yaml:"package"`
	}
	if strings.Contains(string(m.Text), "@EXPLICIT") {
		readExplicit(m, l)
		return
	}
	if yaml.Unmarshal(m.Text, &lock) != nil {
		return
	}
	for _, p := range lock.Package {
		group := p.Category
		if group == "main" {
			group = ""
		}
		if p.Manager == "pip" {
			l.add(pypi, p.Name, p.Version, group)
			continue
		}
		l.addCondaURL(p.URL, group)
	}
}

// readPixiLock reads the packages of a pixi.lock: those of PyPI and those of conda.
func readPixiLock(m Manifest, l *list) {
	var lock struct {
		Packages []struct{ Kind, Name, Version, Conda, URL, PyPI string } `yaml:"packages"`
	}
	if yaml.Unmarshal(m.Text, &lock) != nil {
		return
	}
	for _, p := range lock.Packages {
		switch {
		case p.PyPI != "" || p.Kind == "pypi":
			l.add(pypi, p.Name, p.Version, "")
		default:
			l.addCondaURL(p.Conda+p.URL, "")
		}
	}
}

// readPixi reads the packages of PyPI that a pixi.toml names.
func readPixi(m Manifest, l *list) {
	var tables map[string]any
	if nesting.DecodeTOML(m.Text, &tables) == nil {
		l.addPyPITables(tables, "", 0)
	}
}

func (l *list) addPyPITables(tables map[string]any, group string, depth int) {
	for key, value := range tables {
		inner, _ := value.(map[string]any)
		switch {
		case key == "pypi-dependencies":
			l.addNamed(inner, group)
		case key == "feature":
			for name, value := range inner {
				feature, _ := value.(map[string]any)
				l.addPyPITables(feature, name, depth+1)
			}
		case inner != nil && depth < 4:
			l.addPyPITables(inner, group, depth+1)
		}
	}
}
