package runtimes

import (
	"path"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// reader reads the runtimes that one file names. An error means that the text is not what
// its name says.
type reader func(text []byte) ([]observation.Runtime, error)

// readerOfName is the reader for a file of a name in lower case, or nil.
func readerOfName(name string) reader {
	switch name {
	case ".nvmrc", ".node-version":
		return firstLine("nodejs", nodeVersion)
	case ".python-version":
		return pythonVersions
	case ".ruby-version":
		return firstLine("ruby", rubyVersion)
	case ".java-version":
		return firstLine(java, plainVersion)
	case ".tool-versions":
		return toolVersions
	case "runtime.txt":
		return herokuRuntime
	case "go.mod":
		return goDirective
	case "package.json":
		return packageJSON
	case "composer.json":
		return composerJSON
	case "pyproject.toml":
		return pyproject
	case "setup.cfg", "setup.py":
		return setupPython
	case "pipfile":
		return pipfile
	case "pom.xml":
		return pom
	case "build.gradle", "build.gradle.kts":
		return gradle
	}
	switch {
	case isDockerfile(name):
		return dockerfile
	case path.Ext(name) == ".csproj" || path.Ext(name) == ".fsproj" || path.Ext(name) == ".vbproj":
		return dotnetProject
	}
	return nil
}

// java is the product of files that name the language, for which many vendors build.
const java = "java"

// pinned is a runtime at one version.
func pinned(product, version string) []observation.Runtime {
	return []observation.Runtime{{Product: product, Version: version}}
}

// firstLine reads files that hold one version.
func firstLine(product string, read func(word string) string) reader {
	return func(text []byte) ([]observation.Runtime, error) {
		if all := lines(text); len(all) > 0 {
			if version := read(strings.ToLower(all[0])); version != "" {
				return pinned(product, version), nil
			}
		}
		return nil, nil
	}
}

// lines returns the lines that are not empty, without comments behind a "#".
func lines(text []byte) []string {
	var all []string
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.Trim(strings.TrimSpace(line), "\ufeff"); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// plain is a version of numbers at the beginning of a text, behind an optional "v".
var plain = lazy.Pattern(`^v?(\d+(?:\.\d+)*)(?:$|\.[x*]|[^\d.a-z]|[a-z]+\d|dev)`)

// plainVersion is the version at the beginning of a word, or "".
func plainVersion(word string) string {
	match := plain().FindStringSubmatch(word)
	if match == nil {
		return ""
	}
	return match[1]
}

// nodeNames are the names of Node.js's long-term releases with their numbers, as
// https://github.com/nodejs/Release/blob/main/CODENAMES.md lists them.
var nodeNames = map[string]string{
	"argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14", "gallium": "16", "hydrogen": "18", "iron": "20", "jod": "22",
	"krypton": "24",
}

// nodeVersion reads "v14.17.0", "14", "lts/fermium" and "fermium". "node" and "lts/*" name
// whatever is newest.
func nodeVersion(word string) string {
	word = strings.TrimPrefix(word, "node-")
	if number := nodeNames[strings.TrimPrefix(word, "lts/")]; number != "" {
		return number
	}
	return plainVersion(word)
}

// rubyVersion reads "2.5.1" and "ruby-2.5.1". Other implementations have other numbers.
func rubyVersion(word string) string { return plainVersion(strings.TrimPrefix(word, "ruby-")) }

// pythonVersions reads .python-version of pyenv: a version in each line, or the name of an
// environment or another implementation.
func pythonVersions(text []byte) ([]observation.Runtime, error) {
	var all []observation.Runtime
	for _, line := range lines(text) {
		for _, word := range strings.Fields(strings.ToLower(line)) {
			if version := plainVersion(strings.TrimPrefix(word, "cpython-")); version != "" {
				all = append(all, pinned("python", version)...)
			}
		}
	}
	return all, nil
}

// herokuRuntime reads runtime.txt: "python-3.6.9".
// Source: https://devcenter.heroku.com/articles/python-runtimes.
func herokuRuntime(text []byte) ([]observation.Runtime, error) {
	for _, line := range lines(text) {
		if word, ok := strings.CutPrefix(strings.ToLower(line), "python-"); ok && plainVersion(word) != "" {
			return pinned("python", plainVersion(word)), nil
		}
	}
	return nil, nil
}

// tools are the products of asdf's plugins of the same names.
// Source: https://asdf-vm.com/manage/configuration.html.
var tools = map[string]string{
	"nodejs": "nodejs", "node": "nodejs", "python": "python", "ruby": "ruby", "golang": "go", "go": "go", "php": "php", "elixir": "elixir", "erlang": "erlang",
	"dotnet": "dotnet", "dotnet-core": "dotnet", "java": java, "postgres": "postgresql", "mysql": "mysql", "redis": "redis",
}

// toolVersions reads .tool-versions: a tool in each line, with its version and others to
// fall back on.
func toolVersions(text []byte) ([]observation.Runtime, error) {
	var all []observation.Runtime
	for _, line := range lines(text) {
		words := strings.Fields(strings.ToLower(line))
		if len(words) < 2 || tools[words[0]] == "" {
			continue
		}
		word := words[1]
		if tools[words[0]] == java { // behind its vendor: "temurin-11.0.13+8"
			word = word[strings.LastIndex(word, "-")+1:]
		}
		if version := nodeVersion(word); version != "" {
			all = append(all, pinned(tools[words[0]], version)...)
		}
	}
	return all, nil
}
