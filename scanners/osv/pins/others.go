package pins

import (
	"bytes"
	"path"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/scanners/osv/manifest"
)

const (
	rubygems = "RubyGems"
	hex      = "Hex"
	hackage  = "Hackage"
	cran     = "CRAN"
	crates   = "crates.io"
)

func otherNames() map[string]reader {
	return map[string]reader{
		"gems.rb": readGemfile, "pluginfile": readGemfile, "appraisals": readGemfile, "mix.exs": readMix,
		"rebar.config": readRebar, "rebar.config.script": readRebar, "rebar.lock": readRebarLock,
		"gleam.toml": readGleam, "manifest.toml": readManifestTOML, "juliamanifest.toml": readManifestTOML, "erlang.mk": readErlangMake,
		"cargo.toml": readCargo, "cabal.project": readCabalProject, "cabal.config": readCabalProject, "stack.yaml": readStack,
		"opam": readOpam, "opam.locked": readOpam, "description": readDescription, "packrat.lock": readPackrat,
	}
}

func otherPattern(_, base string) reader {
	switch extension := path.Ext(base); {
	case extension == ".gemfile", strings.HasPrefix(base, "gemfile"):
		return readGemfile
	case extension == ".gemspec":
		return readGemspec
	case extension == ".cabal":
		return readCabal
	case strings.HasPrefix(base, "stack") && extension == ".yaml":
		return readStack
	case extension == ".opam", strings.HasSuffix(base, ".opam.locked"):
		return readOpam
	case extension == ".r":
		return readRScript
	case strings.HasPrefix(base, "manifest-v") && extension == ".toml":
		return readManifestTOML
	}
	return nil
}

var (
	gemCall    = lazy.Pattern(`^\s*gem[ (]\s*(?:"([^"]+)"|'([^']+)')(.*)$`)
	gemGroup   = lazy.Pattern(`^\s*group[ (]+(.*?)\)?\s*do\b`)
	gemBlock   = lazy.Pattern(`\bdo\b(?:\s*\|[^|]*\|)?\s*$|^\s*(?:if|unless|case|begin)\b`)
	gemInline  = lazy.Pattern(`(?:\bgroups?:|:groups?\s*=>)\s*(\[[^\]]*\]|:\w+|%i\[[^\]]*\])`)
	gemSymbol  = lazy.Pattern(`:?(\w+)`)
	gemQuoted  = lazy.Pattern(`^\s*,\s*\[?\s*(?:"([^"]*)"|'([^']*)')`)
	gemFixed   = lazy.Pattern(`^\s*=?\s*(\d[\w.-]*)\s*$`)
	gemElse    = lazy.Pattern(`(?:\b(?:git|github|gist|bitbucket|path):|:(?:git|github|gist|bitbucket|path)\s*=>)`)
	gemSpec    = lazy.Pattern(`\.add_(runtime_|development_)?dependency[ (]\s*(?:"([^"]+)"|'([^']+)'|%[qQ]?[<\[({]([^>\])}]+)[>\])}](?:\.freeze)?)(?:\.freeze)?(.*)$`)
	gemSources = lazy.Pattern(`\.freeze\b`)
)

// readGemfile reads the calls of gem in a Gemfile, a line or more each.
func readGemfile(m Manifest, l *list) {
	if bytes.Contains(m.Text, []byte("\nGEM\n")) || bytes.HasPrefix(m.Text, []byte("GEM\n")) {
		return // a lockfile, which has a reader
	}
	var blocks []string // the groups of the blocks that are open
	for line := range joinedLines(likeRuby.blank(m.Text)) {
		if match := gemGroup().FindStringSubmatch(line); match != nil {
			blocks = append(blocks, rubyGroup(match[1]))
			continue
		}
		trimmed := strings.TrimSpace(line)
		switch {
		case gemBlock().MatchString(line):
			blocks = append(blocks, "")
		case trimmed == "end" && len(blocks) > 0:
			blocks = blocks[:len(blocks)-1]
		}
		match := gemCall().FindStringSubmatch(line)
		if match == nil {
			continue
		}
		group := strings.Join(blocks, "")
		if inline := gemInline().FindStringSubmatch(match[3]); inline != nil {
			group = rubyGroup(inline[1])
		}
		version := gemVersion(match[3])
		if gemElse().MatchString(match[3]) {
			if strings.Contains(match[3], "path") {
				continue
			}
			version = ""
		}
		l.add(rubygems, match[1]+match[2], version, group)
	}
}

// rubyGroup is "test" or "development" where all groups are such, else the first other one.
func rubyGroup(list string) string {
	last := ""
	for _, match := range gemSymbol().FindAllStringSubmatch(strings.TrimPrefix(list, "%i"), -1) {
		last = match[1]
		if last != "test" && last != "development" && last != "optional" && last != "true" {
			return last
		}
	}
	return last
}

// gemVersion is the version that the requirements behind a name fix, or "".
func gemVersion(rest string) string {
	for {
		match := gemQuoted().FindStringSubmatch(rest)
		if match == nil {
			return ""
		}
		if fixed := gemFixed().FindStringSubmatch(match[1] + match[2]); fixed != nil {
			return fixed[1]
		}
		rest = rest[len(match[0]):]
	}
}

// joinedLines are lines, with those that end in a comma or backslash joined to the next.
func joinedLines(text []byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		joined := ""
		for line := range strings.Lines(string(text)) {
			line = joined + strings.TrimRight(line, " \t\r\n")
			if open := strings.HasSuffix(line, ",") || strings.HasSuffix(line, `\`); open && len(line) < 10_000 {
				joined = strings.TrimSuffix(line, `\`) + " "
				continue
			}
			joined = ""
			if !yield(line) {
				return
			}
		}
		if joined != "" {
			yield(joined)
		}
	}
}

func readGemspec(m Manifest, l *list) {
	for line := range joinedLines(likeRuby.blank(m.Text)) {
		match := gemSpec().FindStringSubmatch(line)
		if match == nil {
			continue
		}
		group := ""
		if match[1] == "development_" {
			group = "development"
		}
		l.add(rubygems, match[2]+match[3]+match[4], gemVersion(gemSources().ReplaceAllString(match[5], "")), group)
	}
}

var (
	mixEntry   = lazy.Pattern(`\{\s*:(\w+)\s*,\s*(?:"([^"]*)")?([^{}]*)\}`)
	mixOnly    = lazy.Pattern(`\bonly:\s*(\[[^\]]*\]|:\w+)`)
	mixRenamed = lazy.Pattern(`\bhex:\s*:(\w+)`)
	mixDeps    = lazy.Pattern(`\bdefp?\s+\w*deps\w*\b`)
)

// readMix reads the entries of the functions of a mix.exs that list dependencies.
func readMix(m Manifest, l *list) {
	text := likeRuby.blank(m.Text)
	var entries []byte
	for _, at := range mixDeps().FindAllIndex(text, mostBlocks) {
		body := text[at[1]:min(len(text), at[1]+longestCall)]
		if open := bytes.IndexByte(body, '['); open >= 0 {
			entries = append(append(entries, likeRuby.enclosed(text[at[1]+open:])...), '\n')
		}
	}
	for _, match := range mixEntry().FindAllSubmatch(entries, -1) {
		rest := string(match[3])
		if strings.Contains(rest, "in_umbrella:") || strings.Contains(rest, "path:") || len(match[2]) == 0 && !strings.Contains(rest, "git") {
			continue
		}
		name, group := string(match[1]), ""
		if renamed := mixRenamed().FindStringSubmatch(rest); renamed != nil {
			name = renamed[1]
		}
		if only := mixOnly().FindStringSubmatch(rest); only != nil {
			group = rubyGroup(only[1])
			if group == "prod" || strings.Contains(only[1], ":prod") {
				group = ""
			}
		}
		l.add(hex, name, wholeVersion(string(match[2])), group)
	}
}

var (
	rebarDeps    = lazy.Pattern(`\{\s*(?:deps|plugins|project_plugins)\s*,\s*\[`)
	rebarEntry   = lazy.Pattern(`^\{\s*'?([a-z][\w@]*)'?\s*,\s*"([^"]*)"\s*(\}|,\s*\{\s*pkg\s*,\s*'?(\w+)'?\s*\})`)
	rebarFromGit = lazy.Pattern(`<<"([^"]+)">>\s*,\s*\{\s*git`)
	rebarLocked  = lazy.Pattern(`\{\s*pkg\s*,\s*<<"([^"]+)">>\s*,\s*<<"([^"]+)">>`)
)

// readRebar reads the lists of a rebar.config.
func readRebar(m Manifest, l *list) {
	text := likeErlang.blank(m.Text)
	for _, at := range rebarDeps().FindAllIndex(text, mostBlocks) {
		group := ""
		if bytes.Contains(text[at[0]:at[1]], []byte("plugins")) {
			group = "dev"
		}
		for _, entry := range likeErlang.elements(likeErlang.enclosed(text[at[1]-1:])) {
			match := rebarEntry().FindSubmatch(entry)
			if match == nil {
				continue // from a repository, or without a version
			}
			name := string(match[1])
			if len(match[4]) > 0 {
				name = string(match[4])
			}
			l.add(hex, name, wholeVersion(string(match[2])), group)
		}
	}
}

func readRebarLock(m Manifest, l *list) {
	for _, match := range rebarLocked().FindAllSubmatch(m.Text, -1) {
		l.add(hex, string(match[1]), string(match[2]), "")
	}
	for _, match := range rebarFromGit().FindAllSubmatch(m.Text, -1) {
		l.add(hex, string(match[1]), "", "") // of a repository, at no version
	}
}

func readGleam(m Manifest, l *list) {
	var manifest map[string]any
	if nesting.DecodeTOML(m.Text, &manifest) != nil {
		return
	}
	for section, group := range map[string]string{"dependencies": "", "dev-dependencies": "dev", "dev_dependencies": "dev"} {
		table, _ := manifest[section].(map[string]any)
		for name, value := range table {
			if constraint, ok := value.(string); ok {
				l.add(hex, name, wholeVersion(constraint), group)
			}
		}
	}
}

// readManifestTOML reads the lockfile of Gleam, or that of Julia, which has the same name.
func readManifestTOML(m Manifest, l *list) {
	var lock map[string]any
	if nesting.DecodeTOML(m.Text, &lock) != nil {
		return
	}
	if packages := tables(lock["packages"]); packages != nil {
		for _, p := range packages {
			if name, _ := p["name"].(string); p["source"] == "hex" {
				version, _ := p["version"].(string)
				l.add(hex, name, version, "")
			}
		}
		return
	}
	if deps, ok := lock["deps"].(map[string]any); ok {
		lock = deps
	}
	for name, value := range lock {
		for _, p := range tables(value) {
			if version, ok := p["version"].(string); ok && p["git-tree-sha1"] != nil && p["path"] == nil && p["repo-url"] == nil {
				l.add("Julia", name, version, "")
			}
		}
	}
}

// tables are the tables of a list in TOML.
func tables(value any) []map[string]any {
	if list, ok := value.([]map[string]any); ok {
		return list
	}
	var found []map[string]any
	list, _ := value.([]any)
	for _, entry := range list {
		if table, ok := entry.(map[string]any); ok {
			found = append(found, table)
		}
	}
	return found
}

var erlangMake = lazy.Pattern(`(?m)^dep_(\w+)\s*=\s*hex\s+(\d[\w.-]*)`)

func readErlangMake(m Manifest, l *list) {
	for _, match := range erlangMake().FindAllSubmatch(m.Text, -1) {
		l.add(hex, string(match[1]), wholeVersion(string(match[2])), "")
	}
}

// readCargo reads a Cargo.toml, in which "=1.2.3" fixes a version.
func readCargo(m Manifest, l *list) {
	var manifest map[string]any
	if nesting.DecodeTOML(m.Text, &manifest) == nil {
		l.addCargo(manifest, 0)
	}
}

func (l *list) addCargo(table map[string]any, depth int) {
	groups := map[string]string{"dependencies": "", "build-dependencies": "", "build_dependencies": "", "dev-dependencies": "dev", "dev_dependencies": "dev"}
	for key, value := range table {
		inner, ok := value.(map[string]any)
		group, isList := groups[key]
		switch {
		case !ok || depth > 3:
		case isList:
			for name, value := range inner {
				constraint, _ := value.(string)
				entry, isTable := value.(map[string]any)
				if isTable {
					constraint, _ = entry["version"].(string)
				}
				if entry["path"] != nil || entry["workspace"] == true {
					continue
				}
				if renamed, ok := entry["package"].(string); ok {
					name = renamed
				}
				version := ""
				if fixed, found := strings.CutPrefix(strings.TrimSpace(constraint), "="); found && entry["git"] == nil {
					version = wholeVersion(fixed)
				}
				l.add(crates, name, version, group)
			}
		case key == "target" || key == "workspace" || depth > 0 && key != "package":
			l.addCargo(inner, depth+1)
		}
	}
}

var (
	cabalSection = lazy.Pattern(`(?i)^(library|executable|test-suite|benchmark|common|foreign-library|flag|source-repository)\b`)
	cabalEntry   = lazy.Pattern(`^\s*([A-Za-z][\w-]*)(?::\S+)?\s*(.*?)\s*$`)
	cabalFixed   = lazy.Pattern(`^==\s*(\d+(?:\.\d+)*)$`)
)

func (l *list) addCabal(entry, group string) {
	match := cabalEntry().FindStringSubmatch(strings.TrimPrefix(strings.TrimSpace(entry), "any."))
	if match == nil || match[2] != "" && !strings.ContainsAny(match[2][:1], "=<>^({&-") || strings.HasPrefix(match[2], "+") {
		return
	}
	version := ""
	if fixed := cabalFixed().FindStringSubmatch(match[2]); fixed != nil {
		version = fixed[1]
	}
	if version != "" || !manifest.IsBase(hackage, match[1]) {
		l.add(hackage, match[1], version, group)
	}
}
