package pins

import (
	"bufio"
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
)

const pypi = "PyPI"

func pythonNames() map[string]reader {
	return map[string]reader{
		"pyproject.toml": readPyproject, "setup.py": readSetup, "setup.cfg": readSetupCfg, "pixi.lock": readPixiLock, "pixi.toml": readPixi,
		"buildout.cfg": readBuildout, "versions.cfg": readBuildout, "anaconda-project.yml": readConda, "anaconda-project.yaml": readConda,
		"spec-file.txt": readExplicit, "hatch.toml": readHatch,
	}
}

// pythonPattern comes last: files of requirements have names of many kinds.
func pythonPattern(lower, base string) reader {
	extension := path.Ext(base)
	isYAML := extension == ".yml" || extension == ".yaml"
	switch {
	case strings.HasPrefix(base, "pipfile"), extension == ".pipfile":
		return readPipfile
	case strings.Contains(base, "conda-lock") && isYAML, strings.HasPrefix(base, "conda-") && extension == ".lock":
		return readCondaLock
	case extension == ".txt" && (strings.HasPrefix(base, "explicit") || strings.HasPrefix(base, "conda-")):
		return readExplicit
	case isYAML && (strings.Contains(base, "environment") || strings.HasPrefix(base, "conda") || strings.Contains(base, "env") ||
		strings.Contains(lower, "envs/") || strings.Contains(lower, "environments/")):
		return readConda
	case slices.Contains([]string{".txt", ".in", ".pip", ".lock", ".lst", ".req"}, extension),
		extension == "" && (strings.Contains(base, "require")), strings.HasPrefix(base, "requirements."):
		return readRequirements
	}
	return nil
}

// requirement is a name, its extras and its constraints, as PEP 508 has them.
var requirement = lazy.Pattern(`^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(?:\(\s*([^)]*?)\s*\)|([^;@]*?))\s*(?:@\s*\S.*?)?(?:;.*)?$`)

var (
	pythonExact   = lazy.Pattern(`^===?\s*v?([0-9][\w.+!-]*)$`)
	pythonClause  = lazy.Pattern(`^(?:===?|[<>~!]=|[<>])\s*[\w.*+!-]+$`)
	pythonOption  = lazy.Pattern(`\s--?\w[\w-]*[= ].*$`)
	pythonComment = lazy.Pattern(`(?:^|\s)#.*$`)
)

// addRequirement adds one requirement of Python, and says whether it is one.
func (l *list) addRequirement(text, group string) bool {
	match := requirement().FindStringSubmatch(strings.TrimSpace(text))
	if match == nil {
		return false
	}
	version := ""
	for clause := range strings.SplitSeq(match[2]+match[3], ",") {
		clause = strings.TrimSpace(clause)
		if clause != "" && !pythonClause().MatchString(clause) {
			return false
		}
		if exact := pythonExact().FindStringSubmatch(clause); exact != nil && !strings.HasSuffix(exact[1], ".") {
			version = exact[1]
		}
	}
	l.add(pypi, match[1], version, group)
	return true
}

// readRequirements reads a list of requirements, a line each.
func readRequirements(m Manifest, l *list) {
	group := ""
	for _, word := range strings.FieldsFunc(path.Base(m.Path), func(r rune) bool { return strings.ContainsRune("._-", r) }) {
		if slices.Contains([]string{"dev", "test", "tests", "docs", "lint"}, strings.ToLower(word)) {
			group = strings.ToLower(word)
		}
	}
	scanner, joined := bufio.NewScanner(bytes.NewReader(m.Text)), ""
	for scanner.Scan() {
		line := joined + scanner.Text()
		if before, found := strings.CutSuffix(strings.TrimRight(line, " \t\r"), `\`); found && len(line) < 10_000 {
			joined = before
			continue
		}
		joined = ""
		line = strings.TrimSpace(pythonOption().ReplaceAllString(pythonComment().ReplaceAllString(line, ""), ""))
		if line != "" && line[0] != '-' {
			l.addRequirement(line, group)
		}
	}
}

// pyproject are the parts of a pyproject.toml that name packages.
type pyproject struct {
	Project struct {
		Dependencies []any            `toml:"dependencies"`
		Optional     map[string][]any `toml:"optional-dependencies"`
	} `toml:"project"`
	Groups map[string][]any `toml:"dependency-groups"`
	Build  struct {
		Requires []any `toml:"requires"`
	} `toml:"build-system"`
	Tool map[string]any `toml:"tool"`
}

func readPyproject(m Manifest, l *list) {
	var p pyproject
	if nesting.DecodeTOML(m.Text, &p) != nil {
		return
	}
	l.addRequirements(p.Project.Dependencies, "")
	for group, requirements := range p.Project.Optional {
		l.addRequirements(requirements, group)
	}
	for group, requirements := range p.Groups {
		l.addRequirements(requirements, group)
	}
	l.addRequirements(p.Build.Requires, "dev")
	for _, tool := range []string{"poetry", "pdm", "uv", "hatch", "flit"} {
		l.addTool(p.Tool[tool], "", 0)
	}
	pixi, _ := p.Tool["pixi"].(map[string]any)
	l.addPyPITables(pixi, "", 0)
}

func readHatch(m Manifest, l *list) {
	var settings map[string]any
	if nesting.DecodeTOML(m.Text, &settings) == nil {
		l.addTool(settings, "", 0)
	}
}

func (l *list) addRequirements(requirements []any, group string) {
	for _, entry := range requirements {
		if text, ok := entry.(string); ok { // else it includes another group
			l.addRequirement(text, group)
		}
	}
}

// addTool adds what the tables of a tool name: lists of requirements, or names as keys. The
// group is the name of the table around them.
func (l *list) addTool(value any, group string, depth int) {
	table, _ := value.(map[string]any)
	if depth > 5 {
		return
	}
	for key, value := range table {
		requirements, isList := value.([]any)
		inner, isTable := value.(map[string]any)
		switch key {
		case "dependencies", "requires", "extra-dependencies":
			l.addRequirements(requirements, group)
			l.addNamed(inner, group)
		case "dev-dependencies", "requires-extra":
			if isList {
				l.addRequirements(requirements, "dev")
				continue
			}
			for name, value := range inner {
				if requirements, ok := value.([]any); ok && len(requirements) > 0 {
					l.addRequirements(requirements, name)
				}
			}
			l.addNamed(inner, "dev")
		case "group", "envs", "feature", "features":
			for name, value := range inner {
				l.addTool(value, name, depth+1)
			}
		default:
			if isTable && key != "sources" && key != "scripts" {
				l.addTool(inner, group, depth+1)
			}
		}
	}
}

// addNamed adds packages whose names are keys, as Poetry, pixi and Pipenv write them.
func (l *list) addNamed(table map[string]any, group string) {
	for name, value := range table {
		if strings.EqualFold(name, "python") {
			continue
		}
		switch value := value.(type) {
		case string:
			l.add(pypi, name, poetryVersion(value), group)
		case map[string]any:
			version, _ := value["version"].(string)
			if value["path"] == nil && value["workspace"] != true && value["editable"] != true {
				l.add(pypi, name, poetryVersion(version), group)
			}
		default: // versions by platform
			if len(tables(value)) > 0 {
				l.add(pypi, name, "", group)
			}
		}
	}
}

var plainPython = lazy.Pattern(`^[0-9]+(?:\.[0-9]+)*(?:\.?(?:a|b|c|rc|post|dev|alpha|beta)\.?[0-9]*)*(?:\+[\w.]+)?$`)

// poetryVersion is the version that a constraint of Poetry fixes: "1.2" is that version alone.
func poetryVersion(constraint string) string {
	version := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(constraint), "= "))
	if strings.HasPrefix(strings.TrimSpace(constraint), "=") && pythonExact().MatchString("=="+version) || plainPython().MatchString(version) {
		return version
	}
	return ""
}

// readPipfile reads each table of packages. Pipenv fixes a version by "==" alone.
func readPipfile(m Manifest, l *list) {
	var tables map[string]any
	if nesting.DecodeTOML(m.Text, &tables) != nil {
		return
	}
	for group, value := range tables {
		table, _ := value.(map[string]any)
		if slices.Contains([]string{"requires", "scripts", "pipenv", "source"}, group) {
			continue
		}
		name := map[string]string{"packages": "", "dev-packages": "dev"}
		as, known := name[group]
		if !known {
			as = group
		}
		for name, value := range table {
			constraint, isText := value.(string)
			entry, _ := value.(map[string]any)
			if !isText {
				constraint, _ = entry["version"].(string)
			}
			if entry["path"] != nil || entry["editable"] == true {
				continue
			}
			version := ""
			if exact := pythonExact().FindStringSubmatch(strings.TrimSpace(constraint)); exact != nil {
				version = exact[1]
			}
			l.add(pypi, name, version, as)
		}
	}
}

var (
	setupCall   = lazy.Pattern(`\b(install_requires|tests_require|setup_requires|extras_require|requires)\s*=\s*`)
	setupKeyed  = lazy.Pattern(`["'](install_requires|tests_require|setup_requires|extras_require)["']\s*:\s*`)
	setupAssign = `(?m)^[ \t]*%s\s*(?::[^=\n]+)?=\s*`
	setupText   = lazy.Pattern(`"((?:[^"\\\n])*)"|'((?:[^'\\\n])*)'`)
	pythonCall  = lazy.Pattern(`\w\s*\($`)
	setupExtra  = lazy.Pattern(`^\s*:`)
	setupName   = lazy.Pattern(`^[A-Za-z_]\w*`)
)

// readSetup reads the lists of a setup.py: literal ones, and names that one list is given to.
func readSetup(m Manifest, l *list) {
	text := likePython.blank(m.Text)
	for _, pattern := range []func() *regexp.Regexp{setupCall, setupKeyed} {
		for _, at := range pattern().FindAllSubmatchIndex(text, mostBlocks) {
			group := ""
			switch string(text[at[2]:at[3]]) {
			case "tests_require":
				group = "test"
			case "setup_requires":
				group = "dev"
			}
			l.addPythonLists(text, text[at[1]:], group)
		}
	}
}

// addPythonLists adds the texts of a list or of the lists in a table.
func (l *list) addPythonLists(all, value []byte, group string) {
	inside := likePython.enclosed(value)
	if inside == nil && len(value) > 0 {
		quoted := value[:min(len(value), longestBlock)]
		if length := likePython.quotedAt(quoted); length > 0 { // one text, a requirement a line
			for line := range strings.Lines(strings.Trim(string(quoted[:length]), `"'`)) {
				l.addRequirement(line, group)
			}
			return
		}
	}
	if inside == nil {
		name := setupName().Find(value)
		if name == nil {
			return
		}
		assigned := regexp.MustCompile(strings.Replace(setupAssign, "%s", regexp.QuoteMeta(string(name)), 1)).FindAllIndex(all, 2)
		if len(assigned) != 1 {
			return
		}
		if inside = likePython.enclosed(all[assigned[0][1]:]); inside == nil {
			return
		}
	}
	for _, at := range setupText().FindAllSubmatchIndex(inside, -1) {
		if setupExtra().Match(inside[at[1]:]) {
			continue // the name of an extra
		}
		before := bytes.TrimRight(inside[:at[0]], " \t\r\n")
		if len(before) > 0 && bytes.IndexByte([]byte(",[({:"), before[len(before)-1]) < 0 || pythonCall().Match(before[max(0, len(before)-longestCall):]) {
			continue // part of an expression
		}
		if after := bytes.TrimLeft(inside[at[1]:], " \t\r\n"); len(after) > 0 && bytes.IndexByte([]byte(",])}"), after[0]) < 0 {
			continue
		}
		l.addRequirement(strings.Trim(string(inside[at[0]:at[1]]), `"'`), group)
	}
}

// readSetupCfg reads the requirements in the sections of a setup.cfg.
func readSetupCfg(m Manifest, l *list) {
	section, key := "", ""
	for line := range strings.Lines(string(m.Text)) {
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
			continue
		case line[0] == '[':
			section, key = strings.Trim(trimmed, "[] "), ""
			continue
		case line[0] != ' ' && line[0] != '\t':
			var found bool
			key, trimmed, found = strings.Cut(trimmed, "=")
			if key = strings.TrimSpace(key); !found {
				continue
			}
		}
		group := map[string]string{"tests_require": "test", "setup_requires": "dev"}[key]
		isList := section == "options" && slices.Contains([]string{"install_requires", "tests_require", "setup_requires"}, key)
		if section == "options.extras_require" {
			group, isList = key, true
		}
		if trimmed = strings.TrimSpace(trimmed); isList && trimmed != "" && !strings.HasPrefix(trimmed, "file:") && !strings.HasPrefix(trimmed, "attr:") {
			l.addRequirement(trimmed, group)
		}
	}
}

// readBuildout reads the versions that a buildout pins.
func readBuildout(m Manifest, l *list) {
	section := ""
	for line := range strings.Lines(string(m.Text)) {
		line = strings.TrimSpace(pythonComment().ReplaceAllString(strings.TrimRight(line, "\r\n"), ""))
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[] ")
		}
		if name, version, found := strings.Cut(line, "="); found && section == "versions" && !strings.HasSuffix(name, "+") {
			l.add(pypi, strings.TrimSpace(name), poetryVersion(strings.TrimSpace(version)), "")
		}
	}
}

// readConda reads what pip installs in an environment of conda. Packages of conda are not
// PyPI's: their names are of many languages, and no advisory names them.
func readConda(m Manifest, l *list) {
	var environment struct {
		Dependencies []any `yaml:"dependencies"`
		Packages     []any `yaml:"packages"`
	}
	if yaml.Unmarshal(m.Text, &environment) != nil {
		return
	}
	for _, entry := range append(environment.Dependencies, environment.Packages...) {
		table, _ := entry.(map[string]any)
		requirements, _ := table["pip"].([]any)
		l.addRequirements(requirements, "")
	}
}
