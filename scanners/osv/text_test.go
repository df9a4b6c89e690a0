package osv_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/midspan/midspan/internal/observation"
)

func utf16Text(text string, bigEndian bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		low, high := byte(unit), byte(unit>>8)
		if bigEndian {
			low, high = high, low
		}
		b.WriteByte(low)
		b.WriteByte(high)
	}
	return b.String()
}

// A text that is written otherwise is read: with a byte order mark, in UTF-16 as
// PowerShell writes it, with carriage returns.
func TestATextIsReadHoweverItIsWritten(t *testing.T) {
	text := "flask==1.0\n# a comment in more than the beginning\ndjango==2.0\n"
	for name, written := range map[string]string{
		"with a mark": "\ufeff" + text, "UTF-16": "\xff\xfe" + utf16Text(text, false), "UTF-16, the other way round": "\xfe\xff" + utf16Text(text, true),
		"UTF-16 without a mark": utf16Text(text, false), "UTF-16 without a mark, the other way": utf16Text(text, true),
		"carriage returns": strings.ReplaceAll(text, "\n", "\r"), "both": strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			seen := scan(t, commit(t, map[string]string{"requirements.txt": "-r more-requirements.txt\n" + "own==1\n", "more-requirements.txt": written,
				"a/requirements.txt": written}))
			find(t, seen, "a/requirements.txt", "flask", "1.0")
			find(t, seen, "a/requirements.txt", "django", "2.0")
			find(t, seen, "requirements.txt", "django", "2.0")
			if len(seen.Notes) != 0 {
				t.Errorf("got %v", seen.Notes)
			}
		})
	}
	lock := `{"lockfileVersion": 3, "packages": {"node_modules/own": {"version": "1.0.0"}}}`
	yarn := "# yarn lockfile v1\n\nown@1:\n  version \"1.0.0\"\n"
	for name, files := range map[string]map[string]string{
		"a mark before JSON": {"package-lock.json": "\ufeff" + lock}, "JSON in UTF-16": {"package-lock.json": "\xff\xfe" + utf16Text(lock, false)},
		"a mark before yarn.lock": {"yarn.lock": "\ufeff" + yarn}, "carriage returns in yarn.lock": {"yarn.lock": strings.ReplaceAll(yarn, "\n", "\r")},
	} {
		seen := scan(t, commit(t, files))
		if len(seen.Packages) != 1 || seen.Packages[0].Name != "own" || len(seen.Notes) != 0 {
			t.Errorf("%s: %v, %v", name, seen.Packages, seen.Notes)
		}
	}
}

// What stands under the name of a manifest and is none is not an inventory of no packages.
func TestForeignTextUnderTheNameOfAManifestIsNoted(t *testing.T) {
	page := "<!DOCTYPE html>\n<html><body>404</body></html>\n"
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
	gems := "GEM\n  specs:\n    rack (2.0)\n"
	for name, file := range map[string][2]string{
		"page": {"requirements.txt", page}, "pointer": {"requirements.txt", pointer}, "NUL": {"requirements.txt", "flask==1.0\n\x00\x01\n"},
		"base64":                       {"requirements.txt", base64.StdEncoding.EncodeToString([]byte("flask==1.0\ndjango==2.0\nxy"))},
		"conflict":                     {"requirements.txt", "<<<<<<< HEAD\nflask==1.0\n=======\nflask==2.0\n>>>>>>> other\n"},
		"page as pom.xml":              {"pom.xml", "<html><body>x</body></html>"},
		"page without a head":          {"pom.xml", "<div>Sign in</div>"},
		"conflict in yarn.lock":        {"yarn.lock", "# yarn lockfile v1\n<<<<<<< HEAD\na@1:\n  version \"1\"\n=======\n>>>>>>> b\n"},
		"conflict in Gemfile.lock":     {"Gemfile.lock", "<<<<<<< HEAD\n" + gems + "=======\n>>>>>>> b\n"},
		"words in yarn.lock":           {"yarn.lock", "see the other branch\n"},
		"words in Gemfile.lock":        {"Gemfile.lock", "not here\n"},
		"words in mix.lock":            {"mix.lock", "not here\n"},
		"another JSON":                 {"package-lock.json", `{"message": "Not Found"}`},
		"another JSON of Composer":     {"composer.lock", `{"message": "Not Found"}`},
		"another JSON of NuGet":        {"packages.lock.json", `{"message": "Not Found"}`},
		"another XML":                  {"packages.config", `<configuration/>`},
		"package-lock of a far future": {"package-lock.json", `{"lockfileVersion": 99, "packages": {"node_modules/own": {"version": "1"}}}`},
		"pnpm-lock of a far future":    {"pnpm-lock.yaml", "lockfileVersion: '99.0'\npackages: {}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			seen := scan(t, commit(t, map[string]string{file[0]: file[1]}))
			if _, ok := note(seen, observation.CauseBroken, file[0]); !ok {
				t.Errorf("%d packages, %v", len(seen.Packages), seen.Notes)
			}
		})
	}
	seen := scan(t, commit(t, map[string]string{"go.mod": "module example.org/x\n\ngo 1.20\n", "b\xff/requirements.txt": "flask==1.0\n"}))
	if !slices.ContainsFunc(seen.Notes, func(n observation.Note) bool {
		return n.Cause == observation.CauseBroken && strings.Contains(n.Message, "requirements.txt")
	}) {
		t.Errorf("a path that is not UTF-8 is dropped: %v", seen.Notes)
	}
}

// Lines that the extractor drops are packages without a version, or are counted.
func TestNoLineOfRequirementsIsDroppedInSilence(t *testing.T) {
	seen := scan(t, commit(t, map[string]string{"requirements.txt": "theta @ https://files.example/theta-4.2.tar.gz\n" +
		"git+https://git.example/x/iota.git@v1.0#egg=iota\n-e git+https://git.example/x/kappa.git\nhttps://files.example/lambda_x-1.0-py3-none-any.whl\n" +
		"rho==${RHO}\nsigma==1.0 \\\n  --hash=sha256:aa\n-e .\n./local\n-e ./packages/own\n--index-url https://x.example\n-c constraints.txt\nTau_Pkg[extra]>=1 ; python_version < '3'\n"}))
	for _, name := range []string{"theta", "iota", "kappa", "lambda-x", "rho"} {
		if p := find(t, seen, "requirements.txt", name, ""); p.Version != "" || p.Ecosystem != "PyPI" {
			t.Errorf("got %+v", p)
		}
	}
	find(t, seen, "requirements.txt", "sigma", "1.0")
	if len(seen.Packages) != 7 || len(seen.Notes) != 0 {
		t.Errorf("%d packages, %v", len(seen.Packages), seen.Notes)
	}
	seen = scan(t, commit(t, map[string]string{"requirements.txt": "flask==1.0\n{{ packages }}\n%include x\n"}))
	if n, ok := note(seen, observation.CauseBroken, "requirements.txt"); !ok || !strings.Contains(n.Message, "2 lines") || !strings.Contains(n.Message, "line 2") {
		t.Errorf("got %v", seen.Notes)
	}
}

// A lockfile covers what its workspace lists, and no other project below it.
func TestALockfileCoversItsWorkspaceAndNothingElse(t *testing.T) {
	npm := func(more string) string {
		return `{"lockfileVersion": 3, "packages": {"": {"name": "root"}, "node_modules/lodash": {"version": "4.17.20"}, "node_modules/husky": {"version": "9.0.0"}` + more + `}}`
	}
	cargo := "version = 3\n[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n[[package]]\nname = \"part\"\nversion = \"0.1.0\"\n"
	nested := `{"name": "part", "dependencies": {"lodash": "^4"}}`
	for name, c := range map[string]struct {
		nested string
		covers bool
		files  map[string]string
	}{
		"npm, a member":             {"packages/a/package.json", true, map[string]string{"package.json": `{"workspaces": ["packages/*"]}`, "package-lock.json": npm(""), "packages/a/package.json": nested}},
		"npm, an object of members": {"packages/a/package.json", true, map[string]string{"package.json": `{"workspaces": {"packages": ["packages/**"]}}`, "package-lock.json": npm(""), "packages/a/package.json": nested}},
		"npm, listed by the lock":   {"a/package.json", true, map[string]string{"package.json": `{}`, "package-lock.json": npm(`, "a": {"version": "1.0.0"}`), "a/package.json": nested}},
		"npm, excluded":             {"packages/a/package.json", false, map[string]string{"package.json": `{"workspaces": ["packages/*", "!packages/a"]}`, "package-lock.json": npm(""), "packages/a/package.json": nested}},
		"npm, another project":      {"frontend/package.json", false, map[string]string{"package.json": `{}`, "package-lock.json": npm(""), "frontend/package.json": nested}},
		"npm, a member that the lock does not hold": {"packages/a/package.json", false, map[string]string{"package.json": `{"workspaces": ["packages/*"]}`, "package-lock.json": npm(""),
			"packages/a/package.json": `{"dependencies": {"minimist": "1"}}`}},
		"pnpm, a member":         {"apps/a/package.json", true, map[string]string{"pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n", "pnpm-lock.yaml": "lockfileVersion: '6.0'\npackages:\n  /lodash@4.17.20:\n    resolution: {integrity: x}\n", "apps/a/package.json": nested}},
		"lerna, a member":        {"apps/a/package.json", true, map[string]string{"lerna.json": `{"packages": ["apps/*"]}`, "package-lock.json": npm(""), "apps/a/package.json": nested}},
		"an alias":               {"package.json", true, map[string]string{"package.json": `{"dependencies": {"under": "npm:lodash@4", "own": "file:./own"}}`, "package-lock.json": npm("")}},
		"a sibling of its own":   {"packages/a/package.json", true, map[string]string{"package.json": `{"workspaces": ["packages/*"]}`, "package-lock.json": npm(""), "packages/a/package.json": `{"dependencies": {"b": "1.0.0", "lodash": "4"}}`, "packages/b/package.json": `{"name": "b"}`}},
		"Cargo, a member":        {"part/Cargo.toml", true, map[string]string{"Cargo.toml": "[workspace]\nmembers = ['part']\n", "Cargo.lock": cargo, "part/Cargo.toml": "[package]\nname = 'part'\n[dependencies]\nserde = '1'\n"}},
		"Cargo, a path":          {"part/Cargo.toml", true, map[string]string{"Cargo.toml": "[package]\nname = 'x'\n[dependencies]\npart = {path = 'part'}\n", "Cargo.lock": cargo, "part/Cargo.toml": "[package]\nname = 'part'\n[dependencies]\nserde = '1'\n"}},
		"Cargo, another":         {"fuzz/Cargo.toml", false, map[string]string{"Cargo.toml": "[workspace]\nmembers = ['part']\n", "Cargo.lock": cargo, "fuzz/Cargo.toml": "[package]\nname = 'fuzzing'\n[dependencies]\nserde = '1'\n"}},
		"Composer, a path":       {"modules/a/composer.json", true, map[string]string{"composer.json": `{"repositories": [{"type": "path", "url": "modules/*"}]}`, "composer.lock": `{"packages": [{"name": "g/h", "version": "1.0"}]}`, "modules/a/composer.json": `{"require": {"g/h": "^1"}}`}},
		"Composer, another":      {"modules/a/composer.json", false, map[string]string{"composer.json": `{}`, "composer.lock": `{"packages": [{"name": "g/h", "version": "1.0"}]}`, "modules/a/composer.json": `{"require": {"g/h": "^1"}}`}},
		"Gradle, another":        {"app/build.gradle", false, map[string]string{"build.gradle": "plugins { }\n", "gradle.lockfile": "a:b:1=x\nempty=\n", "app/build.gradle": "dependencies {\n  implementation \"a:b:1\"\n}\n"}},
		"Gradle, of the build":   {"app/build.gradle", true, map[string]string{"gradle/verification-metadata.xml": "<verification-metadata><components><component group=\"a\" name=\"b\" version=\"1\"/></components></verification-metadata>", "app/build.gradle": "dependencies {\n  implementation \"a:b:1\"\n}\n"}},
		"Python, another":        {"service/pyproject.toml", false, map[string]string{"requirements.txt": "sphinx==7.0\n", "service/pyproject.toml": "[project]\nname = 'service'\ndependencies = ['django>=2.0']\n"}},
		"Python, the same names": {"service/pyproject.toml", false, map[string]string{"requirements.txt": "Django==2.0\n", "service/pyproject.toml": "[project]\nname = 'service'\ndependencies = ['django>=2.0']\n"}},
		"Ruby, another":          {"engine/Gemfile", false, map[string]string{"Gemfile.lock": "GEM\n  remote: https://x.example/\n  specs:\n    rack (2.0.0)\n\nDEPENDENCIES\n  rack\n", "engine/Gemfile": "gem 'rack'\n"}},
		"Elixir, an umbrella":    {"apps/a/mix.exs", true, map[string]string{"mix.exs": "def project, do: [apps_path: \"apps\"]\n", "mix.lock": "%{\n  \"plug\": {:hex, :plug, \"1.0.0\", \"0\", [:mix], [], \"hexpm\", \"0\"},\n}\n", "apps/a/mix.exs": "defp deps do\n  [{:plug, \"~> 1.0\"}]\nend\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			seen := scan(t, commit(t, c.files))
			if _, noted := note(seen, observation.CauseUnsupported, c.nested); noted == c.covers {
				t.Errorf("noted is %v: %v, %v", noted, seen.Notes, seen.Packages)
			}
		})
	}
}

// A link in the tree is read like the file to which it leads; one that leads nowhere holds
// nothing.
func TestALinkIsReadAndOneThatLeadsNowhereIsNoted(t *testing.T) {
	dir := commit(t, map[string]string{
		"deps/pinned.list": "flask==1.0\n", "locks/real/package-lock.json": `{"lockfileVersion": 3, "packages": {"node_modules/lodash": {"version": "4.17.20"}}}`,
		"app/package.json": `{"dependencies": {"lodash": "4"}}`, "gone/package.json": `{"dependencies": {"lodash": "4"}}`,
	})
	for link, target := range map[string]string{
		"requirements.txt": "deps/pinned.list", "app/package-lock.json": "../locks/real/package-lock.json", "gone/package-lock.json": "../nowhere/package-lock.json",
		"out/go.mod": "/etc/passwd",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, link)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "links")
	seen := scan(t, dir)
	find(t, seen, "requirements.txt", "flask", "1.0")
	for subject, want := range map[string]observation.Cause{
		"gone/package-lock.json": observation.CauseBroken, "gone/package.json": observation.CauseUnsupported, "out/go.mod": observation.CauseBroken,
	} {
		if _, ok := note(seen, want, subject); !ok {
			t.Errorf("no note on %s: %v", subject, seen.Notes)
		}
	}
	if len(seen.Notes) != 3 {
		t.Errorf("got %s", fmt.Sprint(seen.Notes))
	}
}
