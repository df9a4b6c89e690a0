package manifest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// Named are what a manifest names.
type Named struct {
	Some  bool     // it names a package at all
	Names []string // as a lockfile lists them; nil where the text does not say them plainly
	Own   string   // the name that the manifest gives itself
	// Version is that which the manifest gives itself, where it says it plainly.
	Version string
	Local   []string // of the names those that lie in the repository
}

// named are dependencies of which all names are known.
func named(ecosystem string, names []string) Named {
	result := Named{Some: len(names) > 0}
	for _, name := range names {
		result.Names = append(result.Names, NameKey(ecosystem, name))
	}
	slices.Sort(result.Names)
	result.Names = slices.Compact(result.Names)
	return result
}

// NameKey is a name as it is compared between a manifest and its lockfile.
func NameKey(ecosystem, name string) string {
	name = strings.ToLower(observation.NormalName(ecosystem, name))
	if ecosystem == "crates.io" {
		name = strings.ReplaceAll(name, "_", "-")
	}
	return name
}

// Unreadable is the answer for a text that does not parse: it may name some.
var Unreadable = Named{Some: true}

// matches reports whether the text matches, without reading names.
func matches(pattern string) func([]byte) Named {
	expression := lazy.Pattern(pattern)
	return func(text []byte) Named { return Named{Some: expression().Match(text)} }
}

// captured reads the names that the group of a pattern holds.
func captured(ecosystem string, expression *regexp.Regexp, text []byte) Named {
	var names []string
	for _, match := range expression.FindAllSubmatch(text, -1) {
		names = append(names, string(match[1]))
	}
	return named(ecosystem, names)
}

// gemNames reads a Gemfile or a gemspec, without what is for some platforms only. What
// they name by other means than a plain line is not seen.
func gemNames(pattern string) func([]byte) Named {
	expression := lazy.Pattern(pattern)
	return func(text []byte) Named {
		var names []string
		some := false
		for line := range strings.Lines(string(text)) {
			match := expression().FindStringSubmatch(line)
			some = some || match != nil
			if match != nil && !strings.Contains(line, "platform") && !strings.Contains(line, " if ") && !strings.Contains(line, "install_if") &&
				!strings.Contains(line, "path:") {
				names = append(names, match[1])
			}
		}
		result := named("RubyGems", names)
		result.Some = some
		return result
	}
}

// inJSON reads the names in some objects of a JSON manifest. What does not parse counts as
// if it had names.
func inJSON(ecosystem string, counts func(name string, value any) bool, objects ...string) func([]byte) Named {
	return func(text []byte) Named {
		var manifest map[string]json.RawMessage
		if json.Unmarshal(text, &manifest) != nil {
			return Unreadable
		}
		var all []string
		for _, object := range objects {
			var names map[string]any
			if manifest[object] == nil || isEmptyList(manifest[object]) {
				continue
			}
			if json.Unmarshal(manifest[object], &names) != nil {
				return Unreadable
			}
			for name, value := range names {
				if counts(name, value) {
					all = append(all, aliased(name, value))
				}
			}
		}
		result := named(ecosystem, all)
		_ = json.Unmarshal(manifest["name"], &result.Own)
		_ = json.Unmarshal(manifest["version"], &result.Version)
		return result
	}
}

// isEmptyList is true for "[]", as which PHP writes an empty object.
func isEmptyList(value json.RawMessage) bool { return strings.TrimSpace(string(value)) == "[]" }

// aliased is the name of the package that an entry of package.json stands for
// ("npm:name@range"), by which lockfiles list it.
func aliased(name string, value any) string {
	text, _ := value.(string)
	target, found := strings.CutPrefix(text, "npm:")
	if !found {
		return name
	}
	if at := strings.LastIndexByte(target, '@'); at > 0 {
		target = target[:at]
	}
	return target
}

func anyName(string, any) bool { return true }

// isComposerPackage is false for names of the platform: "php", "ext-json".
func isComposerPackage(name string, _ any) bool { return strings.Contains(name, "/") }

// npmNames reads package.json without what lies in the repository itself.
func npmNames(text []byte) Named {
	result := inJSON("npm", func(_ string, value any) bool {
		version, _ := value.(string)
		for _, local := range []string{"file:", "link:", "workspace:", "portal:", "./", "../", "~/"} {
			if strings.HasPrefix(version, local) {
				return false
			}
		}
		return true
	}, "dependencies", "devDependencies", "optionalDependencies")(text)
	// Who asks for nothing but peers, or for versions of what others bring, names packages too:
	// npm installs them.
	result.Some = result.Some || npmBeside().Match(text)
	return result
}

var npmBeside = lazy.Pattern(`"(?:peerDependencies|overrides|resolutions)"\s*:\s*\{\s*"`)

var pubSections = lazy.Pattern(`(?m)^(?:dev_)?dependencies:[ \t]*\r?\n((?:[ \t]+.*\r?\n?|[ \t]*#.*\r?\n|\s*\r?\n)*)`)
var pubOwn = lazy.Pattern(`(?m)^name:[ \t]*["']?(\w+)`)
var pubEntry = lazy.Pattern(`(?m)^  ([\w-]+):[ \t]*(\S.*)?$`)

// pubNames reads pubspec.yaml without what comes with the SDK.
func pubNames(text []byte) Named {
	var names []string
	for _, section := range pubSections().FindAllSubmatch(append(slices.Clone(text), '\n'), -1) {
		for _, entry := range pubEntry().FindAllSubmatch(section[1], -1) {
			names = append(names, string(entry[1]))
		}
	}
	result := named("Pub", names)
	// A package of the SDK stands in the lockfile too, so that it need not be set apart.
	result.Own = firstMatch(pubOwn(), text)
	return result
}

var (
	mixEntry = lazy.Pattern(`\{:(\w+),`)
	mixDeps  = lazy.Pattern(`(?s)\bdefp? deps\b.*?[\n\]]\s*end\b`)
)

// mixNames reads mix.exs without what is in the umbrella or beside it. Names are those of
// the function deps: tuples of other lists look the same.
func mixNames(text []byte) Named {
	section := mixDeps().Find(text)
	result := named("Hex", mixEntries(section))
	if section == nil || len(result.Names) == 0 {
		return Named{Some: len(mixEntries(text)) > 0}
	}
	return result
}

func mixEntries(text []byte) (names []string) {
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "# ")
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		entries := mixEntry().FindAllStringSubmatchIndex(line, -1)
		for i, at := range entries {
			end := len(line)
			if i+1 < len(entries) {
				end = entries[i+1][0]
			}
			if entry := line[at[0]:end]; !strings.Contains(entry, "in_umbrella:") && !strings.Contains(entry, "path:") {
				names = append(names, line[at[2]:at[3]])
			}
		}
	}
	return names
}

var (
	gradleCall = lazy.Pattern(`(?m)(?:^|[{;])\s*(?:api|compile|runtime|provided|classpath|implementation|kapt|ksp|annotationProcessor|optional|shadow|` +
		`\w*(?:Implementation|Api|Only|Classpath|Processor|Compile|Runtime))\b\s*[( "'\t]\s*\S`)
	gradleCoordinate = lazy.Pattern(`["'][A-Za-z][\w.-]*:[\w.-]+:[\d$][\w.$+{}-]*["']`)
	gradleName       = lazy.Pattern(`["']([\w.-]+:[\w.-]+)(?::[^"']*)?["']`)
	gradleOther      = lazy.Pattern(`libs\.|libraries\.|deps\.|\$\{?\w+|group\s*[:=]|project\(|files\(|fileTree\(|alias\(`)
)

// gradleNames reads a script of Gradle: names where all of them are plain.
func gradleNames(text []byte) Named {
	if !gradleCall().Match(text) && !gradleCoordinate().Match(text) {
		return Named{}
	}
	result := captured("Maven", gradleName(), text)
	if gradleOther().Match(text) {
		result.Names = nil
	}
	result.Some = true
	return result
}

var (
	nugetReference = lazy.Pattern(`<(?:PackageReference|GlobalPackageReference|PackageVersion|DotNetCliToolReference)\b` +
		`[^>]*?(?:Include|Update)\s*=\s*"([^"]+)"`)
	nugetAny = lazy.Pattern(`<(?:PackageReference|GlobalPackageReference|PackageVersion|DotNetCliToolReference)\b|` +
		`<Reference\b[^>]*Include="[^"]*Version=[^"]*PublicKeyToken|<HintPath>`)
)

func nugetNames(text []byte) Named {
	if !nugetAny().Match(text) {
		return Named{}
	}
	result := captured("NuGet", nugetReference(), text)
	result.Some = true
	return result
}

var cabalDepends = lazy.Pattern(`(?mi)^\s*build-depends:[ \t]*(.*(?:\r?\n[ \t]+.*)*)`)

// basePackages come with the compiler or the language.
var basePackages = map[string][]string{
	"Hackage": {"array", "base", "binary", "bytestring", "cabal", "containers", "deepseq", "directory", "exceptions", "filepath", "ghc", "ghc-bignum",
		"ghc-prim", "haskeline", "hpc", "integer-gmp", "mtl", "parsec", "pretty", "process", "rts", "stm", "template-haskell", "text", "time",
		"transformers", "unix", "win32"},
	"CRAN": {"r", "base", "compiler", "datasets", "graphics", "grdevices", "grid", "methods", "parallel", "splines", "stats", "stats4", "tcltk", "tools",
		"utils"},
}

// IsBase reports whether a package comes with the compiler or the language of its ecosystem.
func IsBase(ecosystem, name string) bool {
	return slices.Contains(basePackages[ecosystem], strings.ToLower(name))
}

func cabalNames(text []byte) Named {
	var names []string
	for _, section := range cabalDepends().FindAllSubmatch(text, -1) {
		for part := range strings.SplitSeq(string(section[1]), ",") {
			fields := strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune(" \t\r\n<>=^&|({:", r) })
			if len(fields) > 0 && !IsBase("Hackage", fields[0]) {
				names = append(names, fields[0])
			}
		}
	}
	return named("Hackage", names)
}

var rOwn = lazy.Pattern(`(?m)^Package:[ \t]*([A-Za-z][\w.]*)`)
var rFields = lazy.Pattern(`(?m)^(?:Depends|Imports|LinkingTo|Suggests|Enhances|Remotes):((?:.*\r?\n?)(?:[ \t]+.*\r?\n?)*)`)

func rNames(text []byte) Named {
	var names []string
	for _, field := range rFields().FindAllSubmatch(text, -1) {
		for part := range strings.SplitSeq(string(field[1]), ",") {
			name, _, _ := strings.Cut(strings.TrimSpace(part), "(")
			name = strings.TrimSpace(name)
			if name != "" && !strings.ContainsAny(name, "/ \n") && !IsBase("CRAN", name) {
				names = append(names, name)
			}
		}
	}
	result := named("CRAN", names)
	result.Own = firstMatch(rOwn(), text)
	return result
}

// cargoNames reads Cargo.toml without what lies in the repository itself.
func cargoNames(text []byte) Named {
	var manifest map[string]any
	if nesting.DecodeTOML(text, &manifest) != nil {
		return Unreadable
	}
	var names []string
	collectCargo(manifest, 0, &names)
	result := named("crates.io", names)
	if p, ok := manifest["package"].(map[string]any); ok {
		result.Own, _ = p["name"].(string)
	}
	return result
}

func collectCargo(table map[string]any, depth int, names *[]string) {
	for key, value := range table {
		inner, ok := value.(map[string]any)
		switch {
		case !ok || depth > 3:
		case key == "dependencies" || key == "dev-dependencies" || key == "build-dependencies" || key == "dev_dependencies" || key == "build_dependencies":
			for name, how := range inner {
				entry, _ := how.(map[string]any)
				if entry["path"] != nil {
					continue
				}
				if renamed, ok := entry["package"].(string); ok {
					name = renamed
				}
				// A member that takes its entry from the workspace may take a path.
				if entry["workspace"] != true {
					*names = append(*names, name)
				}
			}
		case key == "target" || key == "workspace" || depth > 0 && key != "package":
			collectCargo(inner, depth+1, names)
		}
	}
}
