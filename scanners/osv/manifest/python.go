package manifest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
)

var requirementName = lazy.Pattern(`^\s*([A-Za-z0-9][\w.-]*)`)

// requirementNames are the names of requirements as Python writes them.
func requirementNames(requirements []string) Named {
	var names []string
	for _, requirement := range requirements {
		if match := requirementName().FindStringSubmatch(requirement); match != nil {
			names = append(names, match[1])
		}
	}
	result := named("PyPI", names)
	result.Some = len(requirements) > 0
	return result
}

// pyprojectNames reads what a pyproject.toml names, in all its groups.
func pyprojectNames(text []byte) Named {
	var manifest struct {
		Project struct {
			Name         string           `toml:"name"`
			Dependencies []any            `toml:"dependencies"`
			Optional     map[string][]any `toml:"optional-dependencies"`
			Dynamic      []any            `toml:"dynamic"`
		} `toml:"project"`
		Groups map[string][]any `toml:"dependency-groups"`
		Tool   map[string]any   `toml:"tool"`
	}
	if nesting.DecodeTOML(text, &manifest) != nil {
		return Unreadable
	}
	var requirements []string
	add := func(list []any) {
		for _, entry := range list {
			if requirement, ok := entry.(string); ok {
				requirements = append(requirements, requirement)
			}
		}
	}
	add(manifest.Project.Dependencies)
	for _, list := range manifest.Project.Optional {
		add(list)
	}
	for _, list := range manifest.Groups {
		add(list)
	}
	collectTool(manifest.Tool, nil, &requirements)
	result := requirementNames(requirements)
	result.Own = cmp.Or(manifest.Project.Name, poetryName(manifest.Tool))
	result.Local = localSources(manifest.Tool)
	// A project's extras may name the project itself.
	result.Names = slices.DeleteFunc(result.Names, func(name string) bool { return name == NameKey("PyPI", result.Own) })
	if slices.Contains(manifest.Project.Dynamic, any("dependencies")) || slices.Contains(manifest.Project.Dynamic, any("optional-dependencies")) {
		result.Some = true
	}
	return result
}

// hatchNames reads a hatch.toml, which holds what a pyproject.toml has as tool.hatch.
func hatchNames(text []byte) Named {
	var settings map[string]any
	if nesting.DecodeTOML(text, &settings) != nil {
		return Unreadable
	}
	var requirements []string
	collectTool(map[string]any{"hatch": settings}, nil, &requirements)
	return requirementNames(requirements)
}

// poetryName is the name that a project of Poetry gives itself.
func poetryName(tool map[string]any) string {
	poetry, _ := tool["poetry"].(map[string]any)
	name, _ := poetry["name"].(string)
	return name
}

// localSources are the names that uv takes from the repository (tool.uv.sources).
func localSources(tool map[string]any) []string {
	uv, _ := tool["uv"].(map[string]any)
	sources, _ := uv["sources"].(map[string]any)
	var names []string
	for name, how := range sources {
		if entry, _ := how.(map[string]any); entry["path"] != nil || entry["workspace"] == true {
			names = append(names, NameKey("PyPI", name))
		}
	}
	slices.Sort(names)
	return names
}

// toolTables are the tables in which Poetry, PDM, uv, Hatch, Flit and pixi name packages.
var toolTables = []string{"dependencies", "dev-dependencies", "requires", "requires-extra", "extra-dependencies", "pypi-dependencies"}

func collectTool(table map[string]any, path []string, requirements *[]string) {
	if len(path) > 5 {
		return
	}
	for key, value := range table {
		if len(path) == 0 && !slices.Contains([]string{"poetry", "pdm", "uv", "hatch", "flit", "pixi"}, key) {
			continue
		}
		inner, isTable := value.(map[string]any)
		switch {
		case isTable && slices.Contains(toolTables, key):
			addTool(inner, requirements)
		case isTable:
			collectTool(inner, append(path, key), requirements)
		case slices.Contains(toolTables, key):
			addToolList(value, requirements)
		}
	}
}

// addTool takes names that are keys (Poetry), or lists by the name of a group (PDM).
func addTool(table map[string]any, requirements *[]string) {
	for key, value := range table {
		entry, _ := value.(map[string]any)
		_, isList := value.([]any)
		switch {
		case isList && !isPoetryList(value):
			addToolList(value, requirements)
		case strings.EqualFold(key, "python"), entry["path"] != nil, entry["workspace"] == true:
		default:
			*requirements = append(*requirements, key)
		}
	}
}

// isPoetryList is a list of one package's versions by platform.
func isPoetryList(value any) bool {
	list, _ := value.([]any)
	if len(list) == 0 {
		return false
	}
	_, ok := list[0].(map[string]any)
	return ok
}

func addToolList(value any, requirements *[]string) {
	list, _ := value.([]any)
	for _, entry := range list {
		if requirement, ok := entry.(string); ok {
			*requirements = append(*requirements, requirement)
		}
	}
}

var (
	setupKey    = lazy.Pattern(`\b(?:install_requires|extras_require|tests_require|setup_requires)\b`)
	setupList   = lazy.Pattern(`\b(?:install_requires|tests_require)\s*=\s*\[([^\[\]]*)\]`)
	setupQuoted = lazy.Pattern(`["']([^"']+)["']`)
)

var (
	setupOwn    = lazy.Pattern(`(?s)\bsetup\s*\(.*?\bname\s*=\s*["']([\w.-]+)["']`)
	setupCfgOwn = lazy.Pattern(`(?ms)^\[metadata\][^\[]*?^name[ \t]*=[ \t]*([\w.-]+)`)
)

// firstMatch is what the group of a pattern holds, or "".
func firstMatch(pattern *regexp.Regexp, text []byte) string {
	if match := pattern.FindSubmatch(text); match != nil {
		return string(match[1])
	}
	return ""
}

// setupNames reads a setup.py: names where the lists are plain.
func setupNames(text []byte) Named {
	result := setupLists(text)
	result.Own = firstMatch(setupOwn(), text)
	return result
}

func setupLists(text []byte) Named {
	keys := len(setupKey().FindAll(text, -1))
	if keys == 0 {
		return Named{}
	}
	lists := setupList().FindAllSubmatch(text, -1)
	var requirements []string
	for _, list := range lists {
		for _, quoted := range setupQuoted().FindAllSubmatch(list[1], -1) {
			requirements = append(requirements, string(quoted[1]))
		}
	}
	result := requirementNames(requirements)
	if keys > len(lists) {
		return Unreadable
	}
	return result
}

var setupCfgSection = lazy.Pattern(`(?m)^(?:install_requires|tests_require|setup_requires)[ \t]*=(.*(?:\r?\n(?:[ \t]+.*|[ \t]*))*)|` +
	`^\[options\.extras_require\][ \t]*\r?\n((?:[^\[\r\n].*\r?\n?|\r?\n)*)`)

// setupCfgNames reads a setup.cfg.
func setupCfgNames(text []byte) Named {
	var requirements []string
	for _, section := range setupCfgSection().FindAllSubmatch(text, -1) {
		lines := strings.Split(string(section[1]), "\n")
		for _, line := range strings.Split(string(section[2]), "\n") {
			if _, after, found := strings.Cut(line, "="); found && line[0] != ' ' && line[0] != '\t' {
				line = after
			}
			lines = append(lines, line)
		}
		for _, line := range lines {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				requirements = append(requirements, line)
			}
		}
	}
	result := requirementNames(requirements)
	result.Own = firstMatch(setupCfgOwn(), text)
	if slices.ContainsFunc(requirements, func(r string) bool { return strings.HasPrefix(r, "file:") || strings.HasPrefix(r, "attr:") }) {
		result.Names = nil
	}
	return result
}

// OwnPython is the name that a manifest of Python gives what it describes, as PyPI has it, or "".
func OwnPython(base string, text []byte) string {
	reads := map[string]func([]byte) Named{"setup.py": setupNames, "setup.cfg": setupCfgNames, "pyproject.toml": pyprojectNames}[base]
	if reads == nil {
		return ""
	}
	return NameKey("PyPI", reads(text).Own)
}

// pipfileNames reads a Pipfile: each table is a group of packages but for a few.
func pipfileNames(text []byte) Named {
	var manifest map[string]any
	if nesting.DecodeTOML(text, &manifest) != nil {
		return Unreadable
	}
	var names []string
	for group, value := range manifest {
		table, _ := value.(map[string]any)
		if slices.Contains([]string{"requires", "scripts", "pipenv", "source"}, group) {
			continue
		}
		for name, how := range table {
			entry, _ := how.(map[string]any)
			if entry["path"] == nil {
				names = append(names, name)
			}
		}
	}
	return named("PyPI", names)
}

var requirementLine = lazy.Pattern(`(?m)^[ \t]*(?:-[re][ \t]*\S|(?:git|hg|svn|bzr)\+\S|https?://\S|\{[{%]|--(?:requirement|editable)\b|` +
	`([A-Za-z0-9][\w.-]*)(?:\[[\w, .-]*\])?[ \t]*(?:(?:[=<>~!]=|[<>@])[ \t]*\S.*)?(?:[;#].*)?\r?$)`)

// requirementsNames reads a file of requirements under a name that no reader takes. Names
// of another file, to which it leads, are that file's.
func requirementsNames(text []byte) Named {
	var requirements []string
	some := false
	for _, match := range requirementLine().FindAllSubmatch(text, -1) {
		some = true
		if len(match[1]) > 0 {
			requirements = append(requirements, string(match[1]))
		}
	}
	result := requirementNames(requirements)
	result.Some = some
	return result
}
