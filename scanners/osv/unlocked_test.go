package osv_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// Each kind of manifest that no extractor reads, with and without the file
// that would make its packages known.
func TestAManifestWithoutALockfileIsNotedAndNotTakenForNone(t *testing.T) {
	for _, c := range []struct{ name, names, none, lock string }{
		{"package.json", `{"devDependencies": {"a": "^1"}}`, `{"type": "module"}`, "yarn.lock"},
		{"bower.json", `{"dependencies": {"a": "^1"}}`, `{}`, ""},
		{"composer.json", `{"require": {"php": "8", "a/b": "^1"}}`, `{"require": {"php": "8", "ext-json": "*"}}`, "composer.lock"},
		{"Gemfile", "source 'x'\ngem 'rails'\n", "source 'x'\n", "Gemfile.lock"},
		{"pyproject.toml", "[project]\ndependencies = ['a>1']\n", "[tool.black]\n", "uv.lock"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = '3'\na = '*'\n", "[tool.poetry.dependencies]\npython = '3'\n", "poetry.lock"},
		{"pyproject.toml", "[project]\ndynamic = ['dependencies']\n", "[project]\ndynamic = ['version']\n", "requirements.txt"},
		{"setup.py", "setup(install_requires=['a'])", "setup()", "requirements.txt"},
		{"setup.cfg", "[options]\ninstall_requires =\n  a\n", "[flake8]\n", "requirements.txt"},
		{"Pipfile", "[packages]\na = '*'\n", "[packages]\n[requires]\n", "Pipfile.lock"},
		{"environment.yml", "dependencies:\n  - a\n", "name: a\n", ""},
		{"DESCRIPTION", "Package: a\nImports:\n    b\n", "Package: a\n", "renv.lock"},
		{"build.gradle", "dependencies {\n  implementation 'a:b:1'\n}", "apply plugin: 'java'", "gradle.lockfile"},
		{"build.gradle.kts", "dependencies {\n  testImplementation(libs.junit)\n}", "plugins { java }", "gradle.lockfile"},
		{"build.sbt", `libraryDependencies += "a" % "b" % "1"`, `name := "a"`, ""},
		{"Cargo.toml", "[dev-dependencies]\na = '1'\n", "[package]\n", "Cargo.lock"},
		{"mix.exs", "defp deps do [{:phoenix, \"~> 1\"}] end", "def project do [] end", "mix.lock"},
		{"pubspec.yaml", "dependencies:\n  a: 1\n", "name: a\n", "pubspec.lock"},
		{"elm.json", `{"dependencies": {"direct": {}}}`, `{}`, ""},
		{"Package.swift", `.package(url: "x")`, `name: "a"`, "Package.resolved"},
		{"Podfile", "target 'a' do\n  pod 'b'\nend", "target 'a'", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := scan(t, commit(t, map[string]string{"part/" + c.name: c.names}))
			if n, ok := note(seen, observation.CauseUnsupported, "part/"+c.name); !ok || !strings.Contains(n.Message, "not in the inventory") {
				t.Errorf("not noted: %v", seen.Notes)
			}
			quiet := map[string]string{c.name: c.none, "node_modules/x/" + c.name: c.names}
			if c.lock != "" {
				quiet["locked/"+c.lock] = ""
				quiet["locked/deep/"+c.name] = c.names
			}
			seen = scan(t, commit(t, quiet))
			for _, n := range seen.Notes {
				if n.Cause == observation.CauseUnsupported {
					t.Errorf("noted without cause: %v", n)
				}
			}
		})
	}
}

func TestManifestsOfOneKindAreOneNote(t *testing.T) {
	files := map[string]string{}
	for _, folder := range []string{"c", "a", "b"} {
		files[folder+"/package.json"] = `{"dependencies": {"x": "1"}}`
	}
	seen := scan(t, commit(t, files))
	n, ok := note(seen, observation.CauseUnsupported, "a/package.json")
	if len(seen.Notes) != 1 || !ok || !strings.Contains(n.Message, "3 manifests, the first a/package.json,") {
		t.Errorf("got %v", seen.Notes)
	}
}

func TestSubmodulesAreNotedAsNotRead(t *testing.T) {
	dir := commit(t, map[string]string{"README.md": "parts"})
	git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+git(t, dir, "rev-parse", "HEAD")+",server")
	git(t, dir, "commit", "-q", "-m", "a submodule")
	seen := scan(t, dir)
	if n, ok := note(seen, observation.CauseUnsupported, "server"); !ok || !strings.Contains(n.Message, "name them in the catalog") {
		t.Errorf("got %v", seen.Notes)
	}
}
