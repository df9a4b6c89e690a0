package osv_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// Each kind of manifest that no extractor reads, with and without the file
// that would make its packages known.
func TestAManifestWithoutALockfileIsNotedAndNotTakenForNone(t *testing.T) {
	for _, c := range []struct{ name, names, none, lock, locked string }{
		{"package.json", `{"devDependencies": {"a": "^1"}}`, `{"type": "module"}`, "yarn.lock", "# yarn lockfile v1\n\na@^1:\n  version \"1.0.0\"\n"},
		{"bower.json", `{"dependencies": {"a": "^1"}}`, `{}`, "", ""},
		{"composer.json", `{"require": {"php": "8", "a/b": "^1"}}`, `{"require": {"php": "8", "ext-json": "*"}}`, "composer.lock", `{"packages": [{"name": "a/b", "version": "1.0"}]}`},
		{"Gemfile", "source 'x'\ngem 'rails'\n", "source 'x'\n", "Gemfile.lock", "GEM\n  remote: https://x.example/\n  specs:\n    rails (7.0.0)\n\nDEPENDENCIES\n  rails\n"},
		{"pyproject.toml", "[project]\ndependencies = ['a>1']\n", "[tool.black]\n", "uv.lock", "version = 1\n[[package]]\nname = \"a\"\nversion = \"1.0\"\nsource = { registry = \"x\" }\n"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = '3'\na = '*'\n", "[tool.poetry.dependencies]\npython = '3'\n", "poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1.0\"\n"},
		{"pyproject.toml", "[project]\ndynamic = ['dependencies']\n", "[project]\ndynamic = ['version']\n", "requirements.txt", "attrs==1.0\n"},
		{"setup.py", "setup(install_requires=['attrs'])", "setup()", "requirements.txt", "attrs==1.0\n"},
		{"setup.cfg", "[options]\ninstall_requires =\n  attrs\n", "[flake8]\n", "requirements.txt", "attrs==1.0\n"},
		{"Pipfile", "[packages]\na = '*'\n", "[packages]\n[requires]\n", "Pipfile.lock", `{"default": {"a": {"version": "==1.0"}}}`},
		{"environment.yml", "dependencies:\n  - a\n", "name: a\n", "", ""},
		{"requirements.in", "a==1.0\nb\n", "# nothing\n", "requirements.txt", "a==1.0\nb==2.0\n"},
		{"DESCRIPTION", "Package: a\nImports:\n    b\n", "Package: a\n", "renv.lock", `{"Packages": {"b": {"Package": "b", "Version": "1.0", "Repository": "CRAN"}}}`},
		{"build.gradle", "dependencies {\n  implementation 'a:b:1'\n}", "apply plugin: 'java'", "gradle.lockfile", "a:b:1=compileClasspath\nempty=\n"},
		{"build.gradle.kts", "dependencies {\n  testImplementation(libs.junit)\n}", "plugins { java }", "gradle.lockfile", "junit:junit:4.13=testCompileClasspath\n"},
		{"build.sbt", `libraryDependencies += "a" % "b" % "1"`, `name := "a"`, "", ""},
		{"Cargo.toml", "[dev-dependencies]\na = '1'\n", "[package]\n", "Cargo.lock", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n"},
		{"mix.exs", "defp deps do [{:phoenix, \"~> 1\"}] end", "def project do [] end", "mix.lock", "%{\n  \"phoenix\": {:hex, :phoenix, \"1.7.0\", \"0\", [:mix], [], \"hexpm\", \"0\"},\n}\n"},
		{"pubspec.yaml", "dependencies:\n  a: 1\n", "name: a\n", "pubspec.lock", "packages:\n  a:\n    dependency: direct main\n    source: hosted\n    version: \"1.0.0\"\n"},
		{"App.vcxproj", `<PackageReference Include="a" Version="1"/>`, `<Project/>`, "packages.lock.json", `{"version": 1, "dependencies": {"net8.0": {"a": {"type": "Direct", "resolved": "1.0.0"}}}}`},
		{"elm.json", `{"dependencies": {"direct": {}}}`, `{}`, "", ""},
		{"Package.swift", `.package(url: "x")`, `name: "a"`, "Package.resolved", `{"pins": [{"identity": "x", "location": "https://example.org/x", "state": {"version": "1.0.0"}}], "version": 2}`},
		{"Podfile", "target 'a' do\n  pod 'b'\nend", "target 'a'", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := scan(t, commit(t, map[string]string{"part/" + c.name: c.names}))
			if n, ok := note(seen, observation.CauseUnsupported, "part/"+c.name); !ok || !strings.Contains(n.Message, "in the inventory") {
				t.Errorf("not noted: %v", seen.Notes)
			}
			quiet := map[string]string{c.name: c.none, "node_modules/x/" + c.name: c.names}
			if c.lock != "" {
				quiet["locked/"+c.lock] = c.locked
				quiet["locked/"+c.name] = c.names
			}
			seen = scan(t, commit(t, quiet))
			for _, n := range seen.Notes {
				if n.Cause == observation.CauseUnsupported {
					t.Errorf("noted without cause: %v", n)
				}
			}
			if c.lock == "" {
				return
			}
			for name, lock := range map[string]string{"an empty lockfile": "", "a lockfile of others": strings.NewReplacer(
				"rails", "zzz", "a@", "zzz@", "a/b", "z/z", `"a"`, `"zzz"`, "attrs==", "zzz==", `"b"`, `"zzz"`, "a:b:", "z:z:", "  a:", "  zzz:", "phoenix", "zzz").Replace(c.locked)} {
				if lock == c.locked || lock != "" && (strings.Contains(c.names, "dynamic") || strings.Contains(c.names, "libs.")) {
					continue // it does not say names plainly
				}
				seen = scan(t, commit(t, map[string]string{c.lock: lock, c.name: c.names}))
				if _, ok := note(seen, observation.CauseUnsupported, c.name); !ok {
					t.Errorf("%s covers it: %v", name, seen.Notes)
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
