package signals

import (
	"strings"
	"testing"
)

func TestManifestsNameTheirPackages(t *testing.T) {
	for name, test := range map[string]struct{ file, data, want string }{
		"npm":                       {"package.json", `{"name": "@scope/thing", "version": "1.0.0"}`, "npm:@scope/thing"},
		"npm, private":              {"package.json", `{"name": "thing", "private": true}`, ""},
		"npm, no name":              {"package.json", `{"name": 3}`, ""},
		"npm, with a mark":          {"package.json", "\ufeff{\"name\": \"@a/thing\"}", "npm:@a/thing"},
		"npm, of a folder":          {"core/package.json", `{"name": "thing", "repository": "x/thing"}`, "npm:thing"},
		"npm, a folder's name":      {"utils/package.json", `{"name": "utils"}`, ""},
		"composer, skeleton":        {"composer.json", `{"name": "laravel/laravel", "type": "project"}`, ""},
		"pyproject":                 {"pyproject.toml", "[project]\nname = \"Big_Thing.core\"\n", "PyPI:big-thing-core"},
		"pyproject of Poetry":       {"pyproject.toml", "[tool.poetry]\nname = \"thing\"\n", "PyPI:thing"},
		"pyproject, private":        {"pyproject.toml", "[project]\nname = \"thing\"\nclassifiers = [\"Private :: Do Not Upload\"]\n", ""},
		"pyproject, tools only":     {"pyproject.toml", "[tool.black]\nline-length = 88\n", ""},
		"setup.cfg":                 {"setup.cfg", "[metadata]\nname = thing\nversion = 1\n[options]\nname = other\n", "PyPI:thing"},
		"setup.cfg, elsewhere":      {"setup.cfg", "[flake8]\nname = other\n", ""},
		"composer":                  {"composer.json", `{"name": "Vendor/Thing"}`, "Packagist:vendor/thing"},
		"composer, no vendor":       {"composer.json", `{"name": "thing"}`, ""},
		"crate":                     {"Cargo.toml", "[package]\nname = \"thing\"\n", "crates.io:thing"},
		"crate, private":            {"Cargo.toml", "[package]\nname = \"thing\"\npublish = false\n", ""},
		"crate, workspace":          {"Cargo.toml", "[workspace]\nmembers = [\"a\"]\n", ""},
		"Go":                        {"go.mod", "module example.org/thing/v2\n\ngo 1.26\n", "Go:example.org/thing/v2"},
		"Maven":                     {"pom.xml", "<project><groupId>org.x</groupId><artifactId>thing</artifactId></project>", "Maven:org.x:thing"},
		"Maven, group of parent":    {"pom.xml", "<project><parent><groupId>org.x</groupId></parent><artifactId>thing</artifactId></project>", "Maven:org.x:thing"},
		"Maven, placeholder":        {"pom.xml", "<project><groupId>${g}</groupId><artifactId>thing</artifactId></project>", ""},
		"gem":                       {"thing.gemspec", "Gem::Specification.new do |spec|\n  spec.name    = 'thing'\nend\n", "RubyGems:thing"},
		"gem, computed":             {"thing.gemspec", "spec.name = File.basename(__FILE__)\n", ""},
		"a name of control letters": {"package.json", `{"name": "a\u0007b"}`, ""},
		"a name without end":        {"package.json", `{"name": "` + strings.Repeat("a", 300) + `"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := packageIn(test.file, []byte(test.data))
			if err != nil || got != test.want {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestBrokenManifestsAreErrors(t *testing.T) {
	for file, data := range map[string]string{"package.json": "{", "pyproject.toml": "[project\n", "Cargo.toml": "= 3", "pom.xml": "<project>", "composer.json": "[]"} {
		if name, err := packageIn(file, []byte(data)); err == nil {
			t.Errorf("%s of %q names %q", file, data, name)
		}
	}
}

func TestOnlyOwnManifestsNearTheRootNamePackages(t *testing.T) {
	for file, want := range map[string]bool{"package.json": true, "server/pom.xml": true, "Lib/Cargo.toml": true, "thing.gemspec": true,
		"examples/package.json": false, "node_modules/package.json": false, "a/b/package.json": false, ".github/package.json": false, "package-lock.json": false} {
		if namesPackage(file) != want {
			t.Errorf("%s: %v", file, !want)
		}
	}
}

func FuzzPackageNames(f *testing.F) {
	for _, file := range []string{"package.json", "pyproject.toml", "setup.cfg", "composer.json", "Cargo.toml", "go.mod", "pom.xml", "x.gemspec"} {
		f.Add(file, []byte("{\"name\": \"x\"}\n[project]\nname = \"x\"\nmodule x\n<a/>"))
	}
	f.Fuzz(func(t *testing.T, file string, data []byte) {
		if !namesPackage(file) {
			return
		}
		if name, err := packageIn(file, data); err != nil && name != "" || len(name) > maxPackageName+20 {
			t.Fatalf("%q, %v", name, err)
		}
	})
}
