package texts

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

// hallmark is what each manifest of a name holds. A text without it is something else, of
// which its reader may say that it lists nothing.
type hallmark struct {
	names   string
	pattern func() *regexp.Regexp
	// newest is the newest version of the format that is known, and version finds that
	// of a text.
	newest  int
	version func() *regexp.Regexp
}

// Hallmarks are what manifests of some names hold, by base name.
type Hallmarks map[string]hallmark

// NewHallmarks lists them.
func NewHallmarks() Hallmarks {
	byName := Hallmarks{}
	for _, h := range []hallmark{
		{"yarn.lock", lazy.Pattern(`# yarn lockfile|__metadata:|(?m)^\s+"?version"?:? `), 12, lazy.Pattern(`__metadata:\s+version: (\d+)`)},
		{"Gemfile.lock gems.locked", lazy.Pattern(`(?m)^(?:GEM|GIT|PATH|PLATFORMS|DEPENDENCIES|PLUGIN SOURCE|BUNDLED WITH)\b`), 0, nil},
		{"gradle.lockfile buildscript-gradle.lockfile", lazy.Pattern(`(?m)^#|^empty=|^[\w.-]+:[\w.-]+:`), 0, nil},
		{"mix.lock", lazy.Pattern(`%\{`), 0, nil},
		{"cabal.project.freeze", lazy.Pattern(`constraints:|with-compiler|index-state|active-repositories`), 0, nil},
		{"pom.xml", lazy.Pattern(`<(?:\w+:)?project\b`), 0, nil},
		{"packages.config", lazy.Pattern(`<packages\b`), 0, nil},
		{"verification-metadata.xml", lazy.Pattern(`<verification-metadata\b`), 0, nil},
		{"package-lock.json npm-shrinkwrap.json", lazy.Pattern(`"(?:lockfileVersion|dependencies|packages)"`), 3,
			lazy.Pattern(`"lockfileVersion"\s*:\s*(\d+)`)},
		{"composer.lock", lazy.Pattern(`"packages"`), 0, nil},
		{"Pipfile.lock", lazy.Pattern(`"(?:default|develop|_meta)"`), 6, lazy.Pattern(`"pipfile-spec"\s*:\s*(\d+)`)},
		{"packages.lock.json", lazy.Pattern(`"dependencies"`), 2, lazy.Pattern(`^\s*\{\s*"version"\s*:\s*(\d+)`)},
		{"renv.lock", lazy.Pattern(`"Packages"`), 0, nil},
		{"Cargo.lock", lazy.Pattern(`(?m)^\[\[package\]\]|^version\s*=|^\[root\]`), 4, lazy.Pattern(`(?m)\A(?:#.*\n|\s)*version\s*=\s*(\d+)`)},
		{"poetry.lock", lazy.Pattern(`\[\[package\]\]|\[metadata\]|package = \[\]`), 2, lazy.Pattern(`lock-version\s*=\s*"(\d+)`)},
		{"uv.lock", lazy.Pattern(`(?m)^version\s*=|\[\[package\]\]`), 1, lazy.Pattern(`\A\s*version\s*=\s*(\d+)`)},
		{"pdm.lock", lazy.Pattern(`\[\[package\]\]|\[metadata\]`), 0, nil},
		{"pnpm-lock.yaml", lazy.Pattern(`lockfileVersion|(?m)^packages:`), 9, lazy.Pattern(`lockfileVersion:\s*'?(\d+)`)},
		{"pubspec.lock", lazy.Pattern(`(?m)^packages:|^sdks:`), 0, nil},
		{"stack.yaml.lock", lazy.Pattern(`(?m)^packages:|^snapshots:`), 0, nil},
		{"bun.lock", lazy.Pattern(`"lockfileVersion"`), 1, lazy.Pattern(`"lockfileVersion"\s*:\s*(\d+)`)},
		{"go.mod", lazy.Pattern(`(?m)^\s*module\b`), 0, nil},
		{"conan.lock", lazy.Pattern(`"(?:version|graph_lock|requires)"`), 0, nil},
	} {
		for name := range strings.FieldsSeq(h.names) {
			byName[name] = h
		}
	}
	return byName
}

// Check is an error for a text that is not foreign, and yet not the manifest whose name it
// bears, or of a version of its format that no reader knows.
func (known Hallmarks) Check(name string, text []byte) error {
	base := path.Base(name)
	if path.Ext(base) == ".pom" {
		base = "pom.xml"
	}
	h, ok := known[base]
	if !ok || len(bytes.TrimSpace(text[:min(len(text), headBytes)])) == 0 {
		return nil
	}
	if !h.pattern().Match(text) {
		return fmt.Errorf("it holds nothing that stands in each %s", base)
	}
	if h.version == nil {
		return nil
	}
	if match := h.version().FindSubmatch(text); match != nil {
		if version, err := strconv.Atoi(string(match[1])); err != nil || version > h.newest {
			return fmt.Errorf("its format is of a version above %d, the newest that is known", h.newest)
		}
	}
	return nil
}
