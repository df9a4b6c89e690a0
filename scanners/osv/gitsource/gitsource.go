// Package gitsource tells which packages of a lockfile come from a git repository in the
// place of a registry. docs/decisions has the rule for them: they are matched by the version
// that the lockfile's own field gives, and are without one where it gives none.
package gitsource

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

// format is how lockfiles of some names tell that a package comes from git. A text without
// any of the signs is not searched: lockfiles are large.
type format struct {
	signs   []string
	pattern func() *regexp.Regexp
}

var (
	npm = format{[]string{`"git+`, `"git:`, `"git@`, `"github:`, `"gitlab:`, `"bitbucket:`},
		lazy.Pattern(`"(?:version|resolved)"\s*:\s*"(?:git[+:@]|github:|gitlab:|bitbucket:)`)}
	yarn = format{[]string{"git+", ".git#", ".git?", "codeload.github.com", "#commit="},
		lazy.Pattern(`(?m)^  "?resol(?:ved|ution)"?:? "[^"\n]*` +
			`(?:git\+|\.git#|\.git\?|codeload\.github\.com|#commit=)`)}
	pnpm = format{[]string{"codeload.github.com", "type: git", ".git", "/repository/archive"},
		lazy.Pattern(`(?m)^\s*resolution: \{[^}\n]*(?:codeload\.github\.com|type: git|\.git\b|/repository/archive)`)}
	bun = format{[]string{"@git+", "@github:", "@gitlab:", "@bitbucket:"},
		lazy.Pattern(`\["[^"]+@(?:git\+|github:|gitlab:|bitbucket:)`)}
	cargo = format{[]string{`"git+`},
		lazy.Pattern(`(?m)^source = "git\+`)}
	gems = format{[]string{"GIT"},
		lazy.Pattern(`(?m)^GIT\r?$`)}
	pub = format{[]string{"git"},
		lazy.Pattern(`(?m)^\s+source: "?git"?\s*$`)}
	mix = format{[]string{"{:git"},
		lazy.Pattern(`(?m)^\s*"[^"]+":\s*\{:git,`)}
	python = format{[]string{`"git"`, "git = "},
		lazy.Pattern(`(?m)^type = "git"|^source = \{ git = |^git = "`)}
	pylock = format{[]string{"vcs"},
		lazy.Pattern(`(?m)^\[packages\.vcs\]|^vcs = \{`)}
	pipfile = format{[]string{`"git"`},
		lazy.Pattern(`"git"\s*:\s*"`)}
)

// formatOf is the format of a lockfile by its name.
func formatOf(name string) (format, bool) {
	base := path.Base(name)
	if strings.HasPrefix(base, "pylock.") {
		return pylock, true
	}
	switch base {
	case "package-lock.json", "npm-shrinkwrap.json":
		return npm, true
	case "yarn.lock":
		return yarn, true
	case "pnpm-lock.yaml":
		return pnpm, true
	case "bun.lock":
		return bun, true
	case "Cargo.lock":
		return cargo, true
	case "Gemfile.lock", "gems.locked":
		return gems, true
	case "pubspec.lock":
		return pub, true
	case "mix.lock":
		return mix, true
	case "poetry.lock", "uv.lock", "pdm.lock":
		return python, true
	case "Pipfile.lock":
		return pipfile, true
	}
	return format{}, false
}

// Known reports a lockfile whose packages may come from git.
func Known(name string) bool {
	_, ok := formatOf(name)
	return ok
}

// In reports whether packages of a lockfile come from git.
func In(name string, text []byte) bool {
	f, ok := formatOf(name)
	return ok && slices.ContainsFunc(f.signs, func(sign string) bool { return bytes.Contains(text, []byte(sign)) }) && f.pattern().Match(text)
}
