package pins

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/scanners/osv/manifest"
)

// readCabal reads the dependencies of the parts of a package.
func readCabal(m Manifest, l *list) {
	group, indent, field := "", 0, ""
	flush := func() {
		for entry := range strings.SplitSeq(field, ",") {
			if strings.TrimSpace(entry) != "" {
				l.addCabal(entry, group)
			}
		}
		field = ""
	}
	for line := range strings.Lines(string(m.Text)) {
		line = strings.TrimRight(line, " \t\r\n")
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "--") {
			continue
		}
		at := len(line) - len(strings.TrimLeft(line, " \t"))
		if field != "" && at > indent {
			field += " " + trimmed
			continue
		}
		flush()
		if match := cabalSection().FindString(line); match != "" {
			if group = ""; match == "test-suite" || match == "benchmark" {
				group = "test"
			}
		}
		if name, value, found := strings.Cut(trimmed, ":"); found && strings.EqualFold(strings.TrimSpace(name), "build-depends") {
			field, indent = value+" ", at
		}
	}
	flush()
}

var cabalConstraints = lazy.Pattern(`(?mi)^[ \t]*constraints:[ \t]*((?:.*\r?\n?)(?:[ \t]+\S.*\r?\n?)*)`)

// readCabalProject reads the versions to which a project holds its packages.
func readCabalProject(m Manifest, l *list) {
	for _, match := range cabalConstraints().FindAllSubmatch(m.Text, -1) {
		for entry := range strings.SplitSeq(string(match[1]), ",") {
			if strings.Contains(entry, "==") {
				l.addCabal(strings.Join(strings.Fields(entry), " "), "")
			}
		}
	}
}

var stackEntry = lazy.Pattern(`^([A-Za-z][\w-]*?)-(\d+(?:\.\d+)*)(?:@.*)?$`)

// readStack reads the packages that a stack.yaml adds to its snapshot.
func readStack(m Manifest, l *list) {
	var file struct {
		Extra []any `yaml:"extra-deps"`
	}
	if yaml.Unmarshal(m.Text, &file) != nil {
		return
	}
	for _, entry := range file.Extra {
		text, _ := entry.(string)
		if match := stackEntry().FindStringSubmatch(strings.TrimSpace(text)); match != nil {
			l.add(hackage, match[1], match[2], "")
		}
	}
}

// addHpack adds the lists of a package.yaml of Haskell.
func (l *list) addHpack(table map[string]any, group string, depth int) {
	for key, value := range table {
		inner, _ := value.(map[string]any)
		switch {
		case key == "dependencies":
			entries, _ := value.([]any)
			for _, entry := range entries {
				text, _ := entry.(string)
				l.addCabal(text, group)
			}
		case depth > 3:
		case key == "tests" || key == "benchmarks":
			l.addHpack(inner, "test", depth+1)
		case inner != nil && (depth > 0 || key == "library" || key == "executables" || key == "executable" || key == "internal-libraries"):
			l.addHpack(inner, group, depth+1)
		}
	}
}

var (
	opamField = lazy.Pattern(`(?m)^(?:depends|depopts):\s*\[`)
	opamEntry = lazy.Pattern(`"([A-Za-z0-9_+.-]+)"\s*(?:\{([^{}]*)\})?`)
	opamFixed = lazy.Pattern(`(?:^|&)\s*=\s*"([^"]+)"\s*(?:$|&)`)
)

func readOpam(m Manifest, l *list) {
	text := likeRuby.blank(m.Text)
	for _, at := range opamField().FindAllIndex(text, mostBlocks) {
		for _, match := range opamEntry().FindAllSubmatch(likeRuby.enclosed(text[at[1]-1:]), -1) {
			version, group := "", ""
			if fixed := opamFixed().FindSubmatch(match[2]); fixed != nil {
				version = string(fixed[1])
			}
			if strings.Contains(string(match[2]), "with-test") {
				group = "test"
			}
			l.add("opam", string(match[1]), version, group)
		}
	}
}

var (
	rField   = lazy.Pattern(`(?m)^(Depends|Imports|LinkingTo|Suggests|Enhances):((?:.*\r?\n?)(?:[ \t]+.*\r?\n?)*)`)
	rEntry   = lazy.Pattern(`^([A-Za-z][\w.]*)\s*(?:\(\s*(==)?[^)\d]*([\w.-]*)\s*\))?$`)
	rInstall = lazy.Pattern(`\binstall_version\s*\(\s*(?:package\s*=\s*)?["']([\w.]+)["']\s*,\s*(?:version\s*=\s*)?["'](\d[\w.-]*)["']`)
	rCall    = lazy.Pattern(`\brenv::install\s*\(\s*|\bpak::(?:pkg_install|pak)\s*\(\s*`)
	rPinned  = lazy.Pattern(`["']([A-Za-z][\w.]*)@(\d[\w.-]*)["']`)
)

func readDescription(m Manifest, l *list) {
	for _, field := range rField().FindAllSubmatch(m.Text, -1) {
		group := ""
		if name := string(field[1]); name == "Suggests" || name == "Enhances" {
			group = "test"
		}
		for entry := range strings.SplitSeq(string(field[2]), ",") {
			match := rEntry().FindStringSubmatch(strings.TrimSpace(entry))
			if match == nil || manifest.IsBase(cran, match[1]) {
				continue
			}
			version := ""
			if match[2] == "==" {
				version = match[3]
			}
			l.add(cran, match[1], version, group)
		}
	}
}

// readRScript reads the packages that a script installs at a version.
func readRScript(m Manifest, l *list) {
	text := likePython.blank(m.Text)
	for _, match := range rInstall().FindAllSubmatch(text, -1) {
		l.add(cran, string(match[1]), string(match[2]), "")
	}
	for _, at := range rCall().FindAllIndex(text, mostBlocks) {
		open := at[0] + strings.IndexByte(string(text[at[0]:at[1]]), '(')
		for _, match := range rPinned().FindAllSubmatch(likePython.enclosed(text[open:]), -1) {
			l.add(cran, string(match[1]), string(match[2]), "")
		}
	}
}

// readPackrat reads the records of a packrat.lock. What does not come from CRAN is named
// without a version: another project may bear the name.
func readPackrat(m Manifest, l *list) {
	record := map[string]string{}
	flush := func() {
		version := record["Version"]
		if source := record["Source"]; source != "" && source != "CRAN" {
			version = ""
		}
		l.add(cran, record["Package"], version, "")
		record = map[string]string{}
	}
	for line := range strings.Lines(string(m.Text)) {
		name, value, found := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case found:
			record[name] = strings.TrimSpace(value)
		case record["Package"] != "":
			flush()
		}
	}
	flush()
}
