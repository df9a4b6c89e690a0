package pins

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
)

const maven = "Maven"

func jvmNames() map[string]reader {
	return map[string]reader{
		"extensions.xml": readMavenXML, "build.xml": readIvy, "project.clj": readClojure, "profiles.clj": readClojure, "deps.edn": readClojure, "bb.edn": readClojure,
		"shadow-cljs.edn": readClojure, "build.boot": readClojure, "project.scala": readScala, "build.mill": readScala, "deps.kt": readGradle,
		"libs.properties": readGradleLock, "workspace": readBazel, "workspace.bazel": readBazel, "workspace.bzlmod": readBazel, "module.bazel": readBazel,
		"deps.bzl": readBazel, "dependencies.bzl": readBazel, "repositories.bzl": readBazel, "third_party.bzl": readBazel,
	}
}

func jvmPattern(lower, base string) reader {
	switch extension := path.Ext(base); {
	case extension == ".gradle", strings.HasSuffix(base, ".gradle.kts"), extension == ".kt", extension == ".groovy", extension == ".java":
		return readGradle
	case strings.HasSuffix(base, ".versions.toml"), extension == ".toml" && path.Base(path.Dir(lower)) == "gradle":
		return readCatalog
	case path.Base(path.Dir(lower)) == "dependency-locks":
		return readGradleLock
	case strings.HasPrefix(base, "ivy") && extension == ".xml", extension == ".ivy":
		return readIvy
	case extension == ".sbt", extension == ".scala", extension == ".sc", extension == ".mill":
		return readScala
	case strings.HasSuffix(base, "_install.json"):
		return readMavenInstall
	case strings.Contains(base, "pom") && extension == ".xml":
		return readMavenXML
	}
	return nil
}

var mavenFixed = lazy.Pattern(`^\[?\s*([0-9A-Za-z][\w.+-]*?)\s*(?:\]|!!)?$`)

// addMaven adds an artifact. A plain version is the one in use, unless something else asks
// for a newer: a range, "1.+" or "latest.release" fixes none.
func (l *list) addMaven(group, artifact, version, use string) {
	fixed := ""
	if match := mavenFixed().FindStringSubmatch(strings.TrimSpace(version)); match != nil && strings.HasPrefix(version, "[") == strings.HasSuffix(version, "]") &&
		!strings.HasSuffix(match[1], "+") && !strings.HasPrefix(strings.ToLower(match[1]), "latest") && !strings.EqualFold(match[1], "release") {
		fixed = match[1]
	}
	if plain(group, longestName) && plain(artifact, longestName) && !strings.ContainsAny(group+artifact, ":/") {
		l.add(maven, group+":"+artifact, fixed, use)
	}
}

var (
	gradleText       = lazy.Pattern(`"([^"\n]*)"|'([^'\n]*)'`)
	gradleCoordinate = lazy.Pattern(`^([A-Za-z][\w.-]*):([A-Za-z][\w.-]*)(?::([^:@]+))?(?::[\w.-]+)?(?:@\w+)?$`)
	gradleBefore     = lazy.Pattern(`(\w+)["']?\s*\(?\s*(?:dependencies\.create\s*\(\s*)?\(?$`)
	gradleMap        = lazy.Pattern(`(?:\b(?:group|name|version|configuration|ext|classifier)\s*[:=]\s*(?:["'][^"'\n]*["']|[\w.]+)\s*,?\s*){2,}`)
	gradleField      = lazy.Pattern(`\b(group|name|version)\s*[:=]\s*(?:["']([^"'\n]*)["']|([\w.]+))`)
	gradleApply      = lazy.Pattern(`\bapply\s*\(?\s*from\s*[:=]\s*["'](?:\$\{?[\w.]+\}?/)?([\w./-]+)["']`)
	gradleThree      = lazy.Pattern(`\b(\w*(?:[aA]pi|[iI]mplementation|[oO]nly|[cC]ompile|[rR]untime|classpath))\s*\(\s*"([\w.-]+)"\s*,\s*"([\w.-]+)"\s*,\s*"([^"\n]+)"`)
	gradleAssign     = lazy.Pattern(`([\w.]+)["']?\s*\]?\s*(?:=|:|,|\bby\s+extra\s*\()\s*(?:["']([^"'\n]*)["'])`)
	gradleUse        = lazy.Pattern(`\$\{?([\w.]+)\}?`)
	gradleNoUse      = strings.Fields("platform enforcedPlatform mavenBom exclude project files fileTree url uri")
	gradleForBuild   = strings.Fields("classpath annotationProcessor kapt ksp")
)

// readGradle reads the coordinates in a script of Gradle, or in code beside one. Versions
// may be in variables of the script, of those above it, or in gradle.properties.
func readGradle(m Manifest, l *list) {
	text := gradleIndexed().ReplaceAll(likeC.blank(m.Text), []byte("$${${1}}"))
	variables := gradleVariables(m, text)
	for _, at := range gradleText().FindAllSubmatchIndex(text, -1) {
		quoted := strings.Trim(string(text[at[0]:at[1]]), `"'`)
		if strings.Contains(quoted, "$") {
			quoted = expandGradle(quoted, variables)
		}
		match := gradleCoordinate().FindStringSubmatch(quoted)
		if match == nil {
			continue
		}
		line := text[max(0, at[0]-longestCall):at[0]]
		if begins := bytes.LastIndexAny(line, "\n;{"); len(bytes.TrimSpace(line[begins+1:])) > 0 {
			line = line[begins+1:] // else the call is on a line above
		}
		use, word := "", ""
		if before := gradleBefore().FindSubmatch(line); before != nil {
			word = string(before[1])
		}
		switch {
		case slices.Contains(gradleNoUse, word), match[3] == "" && !isConfiguration(word):
			continue
		case strings.HasPrefix(strings.ToLower(word), "test"), strings.HasPrefix(word, "androidTest"):
			use = "test"
		case slices.Contains(gradleForBuild, word):
			use = "dev"
		}
		l.addMaven(match[1], match[2], match[3], use)
	}
	for _, match := range gradleMap().FindAll(text, -1) {
		fields := map[string]string{}
		for _, field := range gradleField().FindAllSubmatch(match, -1) {
			value := expandGradle(string(field[2]), variables)
			if name := string(field[3]); name != "" {
				value = variables[lastPart(name)]
			}
			fields[string(field[1])] = value
		}
		l.addMaven(fields["group"], fields["name"], fields["version"], "")
	}
	for _, match := range gradleThree().FindAllSubmatch(text, -1) {
		l.addMaven(string(match[2]), string(match[3]), expandGradle(string(match[4]), variables), "")
	}
}

var configuration = lazy.Pattern(`(?i)(?:api|implementation|only|compile|runtime|classpath|processor|kapt|ksp|provided|shadow|optional)$`)

func isConfiguration(word string) bool { return configuration().MatchString(word) }

// gradleVariables are the variables that hold one text in all places that give them one.
func gradleVariables(m Manifest, text []byte) map[string]string {
	variables := map[string]string{}
	texts := [][]byte{text}
	for dir := path.Dir(m.Path); ; dir = path.Dir(dir) {
		for _, base := range []string{"gradle.properties", "build.gradle", "build.gradle.kts"} {
			if name := path.Join(dir, base); name != m.Path {
				if other := m.Read(name); base == "gradle.properties" {
					addProperties(variables, other)
				} else {
					texts = append(texts, likeC.blank(other))
				}
			}
		}
		if dir == "." || dir == "/" {
			break
		}
	}
	for _, match := range gradleApply().FindAllSubmatch(bytes.Join(texts, []byte("\n")), mostScripts) {
		if other := m.readUpward(string(match[1])); other != nil {
			texts = append(texts, likeC.blank(other))
		}
	}
	for _, text := range texts {
		for _, match := range gradleAssign().FindAllSubmatch(text, -1) {
			setOnce(variables, lastPart(string(match[1])), string(match[2]))
		}
	}
	for name, value := range variables {
		if strings.Contains(value, "$") {
			variables[name] = ""
		}
	}
	return variables
}

func addProperties(variables map[string]string, text []byte) {
	for line := range strings.Lines(string(text)) {
		if name, value, found := strings.Cut(line, "="); found && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			setOnce(variables, lastPart(strings.TrimSpace(name)), strings.TrimSpace(value))
		}
	}
}

// setOnce keeps a value; of a name that has two it keeps none.
func setOnce(variables map[string]string, name, value string) {
	if known, ok := variables[name]; ok && known != value {
		value = ""
	}
	variables[name] = value
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// gradleIndexed is a variable that is asked for by its name: "${property("x")}".
var gradleIndexed = lazy.Pattern(`\$\{[\w.]*[(\[]["']([\w.]+)["'][)\]]\}`)

// expandGradle puts variables into a text. One that is not known stays as it is. No name
// of a package is as long as a text or a value that is left alone.
func expandGradle(text string, variables map[string]string) string {
	if len(text) > 2*longestName {
		return text
	}
	return gradleUse().ReplaceAllStringFunc(text, func(use string) string {
		if value := variables[lastPart(strings.Trim(use, "${}"))]; value != "" && len(value) <= longestName {
			return value
		}
		return use
	})
}

// readCatalog reads the libraries of a version catalog of Gradle.
func readCatalog(m Manifest, l *list) {
	var catalog struct {
		Versions  map[string]any `toml:"versions"`
		Libraries map[string]any `toml:"libraries"`
	}
	if nesting.DecodeTOML(m.Text, &catalog) != nil {
		return
	}
	version := func(value any) string {
		if table, ok := value.(map[string]any); ok {
			if reference, ok := table["ref"].(string); ok {
				value = catalog.Versions[reference]
			}
		}
		if table, ok := value.(map[string]any); ok {
			value = table["strictly"]
			if value == nil {
				value = table["require"]
			}
		}
		text, _ := value.(string)
		return text
	}
	for _, value := range catalog.Libraries {
		if text, ok := value.(string); ok {
			parts := append(strings.SplitN(text, ":", 3), "", "")
			l.addMaven(parts[0], parts[1], parts[2], "")
			continue
		}
		table, _ := value.(map[string]any)
		group, _ := table["group"].(string)
		artifact, _ := table["name"].(string)
		if module, ok := table["module"].(string); ok {
			group, artifact, _ = strings.Cut(module, ":")
		}
		l.addMaven(group, artifact, version(table["version"]), "")
	}
}

// readGradleLock reads coordinates, a line each.
func readGradleLock(m Manifest, l *list) {
	for line := range strings.Lines(string(m.Text)) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "=")
		if match := gradleCoordinate().FindStringSubmatch(line); match != nil {
			l.addMaven(match[1], match[2], match[3], "")
		}
	}
}

// readIvy reads the dependencies of an ivy.xml, and those in a build.xml of Ant.
func readIvy(m Manifest, l *list) {
	for _, item := range xmlItems(m.Text, "dependency", "cachepath", "retrieve") {
		group, artifact, version := item["org"], item["name"], item["rev"]
		if item["groupid"] != "" {
			group, artifact, version = item["groupid"], item["artifactid"], item["version"]
		} else if item["organisation"] != "" {
			group, artifact, version = item["organisation"], item["module"], item["revision"]
		}
		use := ""
		if strings.HasPrefix(item["conf"], "test") {
			use = "test"
		}
		l.addMaven(group, artifact, version, use)
	}
}

// readMavenXML reads what the XML of Maven names: a pom.xml under another name, and the
// extensions of a build.
func readMavenXML(m Manifest, l *list) {
	for _, item := range xmlItems(m.Text, "dependency", "extension") {
		if item["scope"] == "import" {
			continue
		}
		use := ""
		if item["scope"] == "test" || item["/"] == "extension" {
			use = "test"
		}
		l.addMaven(item["groupid"], item["artifactid"], item["version"], use)
	}
}

// readMavenInstall reads the lock of Bazel's rules for Maven.
func readMavenInstall(m Manifest, l *list) {
	var lock struct {
		Artifacts map[string]struct{ Version string } `json:"artifacts"`
		Tree      struct {
			Dependencies []struct{ Coord string } `json:"dependencies"`
		} `json:"dependency_tree"`
	}
	if json.Unmarshal(m.Text, &lock) != nil {
		return
	}
	for name, artifact := range lock.Artifacts {
		parts := append(strings.Split(name, ":"), "")
		l.addMaven(parts[0], parts[1], artifact.Version, "")
	}
	for _, d := range lock.Tree.Dependencies {
		if parts := strings.Split(d.Coord, ":"); len(parts) >= 3 && parts[len(parts)-2] != "sources" {
			l.addMaven(parts[0], parts[1], parts[len(parts)-1], "")
		}
	}
}

var (
	bazelArtifact = lazy.Pattern(`\bmaven\.artifact\s*\(`)
	bazelField    = lazy.Pattern(`\b(group|artifact|version|importpath)\s*=\s*["']([^"'\n]+)["']`)
	bazelGo       = lazy.Pattern(`\bgo_repository\s*\(`)
)

// readBazel reads the artifacts of Maven that a workspace of Bazel names, and the modules of Go.
func readBazel(m Manifest, l *list) {
	text := likePython.blank(m.Text)
	for _, at := range gradleText().FindAllIndex(text, -1) {
		quoted := strings.Trim(string(text[at[0]:at[1]]), `"'`)
		if parts := strings.Split(quoted, ":"); len(parts) >= 3 && len(parts) <= 5 && gradleCoordinate().MatchString(strings.Join(parts[:2], ":")) {
			l.addMaven(parts[0], parts[1], parts[len(parts)-1], "")
		}
	}
	for _, call := range []struct {
		pattern func() *regexp.Regexp
		add     func(fields map[string]string)
	}{
		{bazelArtifact, func(f map[string]string) { l.addMaven(f["group"], f["artifact"], f["version"], "") }},
		{bazelGo, func(f map[string]string) { l.addGo(f["importpath"], f["version"]) }},
	} {
		for _, at := range call.pattern().FindAllIndex(text, mostBlocks) {
			fields := map[string]string{}
			for _, match := range bazelField().FindAllSubmatch(likePython.enclosed(text[at[1]-1:]), -1) {
				fields[string(match[1])] = string(match[2])
			}
			call.add(fields)
		}
	}
}
