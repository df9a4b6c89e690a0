package osv

import (
	"bytes"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// poetryRelations reads the pyproject.toml. Where the lock names no groups (before
// version 2.1), what is only in the table of a group is for that group.
func poetryRelations(dir folder, manifest string) relations {
	data, ok := dir.read("pyproject.toml")
	var project struct {
		Project struct {
			Dependencies []string            `toml:"dependencies"`
			Optional     map[string][]string `toml:"optional-dependencies"`
		} `toml:"project"`
		Tool struct {
			Poetry struct {
				Dependencies map[string]any `toml:"dependencies"`
				Dev          map[string]any `toml:"dev-dependencies"`
				Group        map[string]struct {
					Dependencies map[string]any `toml:"dependencies"`
				} `toml:"group"`
			} `toml:"poetry"`
		} `toml:"tool"`
	}
	if !ok || nesting.DecodeTOML(data, &project) != nil {
		return nil
	}
	named, tools := map[string]bool{}, map[string]bool{}
	poetry := project.Tool.Poetry
	addPyPINames(named, poetry.Dependencies)
	addPyPINames(tools, poetry.Dev)
	for name, group := range poetry.Group {
		if forDevelopment := (observation.Package{Groups: []string{name}}).Use() == observation.ForDevelopment; forDevelopment {
			addPyPINames(tools, group.Dependencies)
		} else {
			addPyPINames(named, group.Dependencies)
		}
	}
	lists := [][]string{project.Project.Dependencies}
	for _, list := range project.Project.Optional {
		lists = append(lists, list)
	}
	for _, requirement := range slices.Concat(lists...) {
		end := strings.IndexAny(requirement, " [<>=!~;(@")
		if end < 0 {
			end = len(requirement)
		}
		named[observation.NormalName("PyPI", requirement[:end])] = true
	}
	if len(named)+len(tools) == 0 {
		return nil
	}
	lock, _ := dir.read(manifest)
	grouped := bytes.Contains(lock, []byte("\ngroups = ["))
	return func(name, _ string) relation {
		switch {
		case named[name] || tools[name] && grouped:
			return direct
		case tools[name]:
			return directForDevelopment
		}
		return transitive
	}
}

// addPyPINames adds the names of tables, as PyPI normalises them.
func addPyPINames(names map[string]bool, tables ...map[string]any) {
	for _, table := range tables {
		for name := range table {
			names[observation.NormalName("PyPI", name)] = true
		}
	}
}

// pipfileRelations reads the Pipfile.
func pipfileRelations(dir folder, _ string) relations {
	data, ok := dir.read("Pipfile")
	var project struct {
		Packages map[string]any `toml:"packages"`
		Dev      map[string]any `toml:"dev-packages"`
	}
	if !ok || nesting.DecodeTOML(data, &project) != nil {
		return nil
	}
	named := map[string]bool{}
	addPyPINames(named, project.Packages, project.Dev)
	return byName(named)
}
