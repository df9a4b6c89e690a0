package osv_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

const atCommit = "0123456789012345678901234567890123456789"

// gitCase is a lockfile with a package "a" from git. version is what its own field says.
type gitCase struct{ file, version, text string }

func gitCases() []gitCase {
	return []gitCase{
		{"package-lock.json", "1.0.0", `{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": "1.0.0", "resolved": "git+ssh://git@x.example/x/a.git#` + atCommit + `"}}}`},
		{"npm-shrinkwrap.json", "", `{"lockfileVersion": 1, "dependencies": {"a": {"version": "github:x/a#` + atCommit + `"}}}`},
		{"yarn.lock", "1.0.0", "# yarn lockfile v1\n\n\"a@git+https://x.example/x/a.git\":\n  version \"1.0.0\"\n  resolved \"git+https://x.example/x/a.git#" + atCommit + "\"\n"},
		{"pnpm-lock.yaml", "1.0.0", "lockfileVersion: '9.0'\npackages:\n  a@https://codeload.github.com/x/a/tar.gz/" + atCommit +
			":\n    resolution: {tarball: https://codeload.github.com/x/a/tar.gz/" + atCommit + "}\n    version: 1.0.0\n"},
		{"bun.lock", "", `{"lockfileVersion": 1, "packages": {"a": ["a@github:x/a#0123456", {}, "x-a-0123456"]}}`},
		{"Cargo.lock", "1.0.0", "version = 3\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"git+https://x.example/x/a#" + atCommit + "\"\n"},
		{"Gemfile.lock", "1.0.0", "GIT\n  remote: https://x.example/x/a.git\n  revision: " + atCommit + "\n  specs:\n    a (1.0.0)\n\nDEPENDENCIES\n  a!\n"},
		{"pubspec.lock", "1.0.0", "packages:\n  a:\n    dependency: direct main\n    description:\n      ref: main\n      resolved-ref: \"" + atCommit + "\"\n    source: git\n    version: \"1.0.0\"\n"},
		{"mix.lock", "", "%{\n  \"a\": {:git, \"https://x.example/x/a.git\", \"" + atCommit + "\", [tag: \"1.0.0\"]},\n}\n"},
		{"poetry.lock", "1.0.0", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n[package.source]\ntype = \"git\"\nurl = \"https://x.example/x/a.git\"\nresolved_reference = \"" + atCommit + "\"\n"},
		{"uv.lock", "1.0.0", "version = 1\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = { git = \"https://x.example/x/a.git#" + atCommit + "\" }\n"},
		{"pdm.lock", "1.0.0", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ngit = \"https://x.example/x/a.git\"\nrevision = \"" + atCommit + "\"\n"},
		{"pylock.toml", "1.0.0", "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1.0.0\"\n[packages.vcs]\ntype = \"git\"\ncommit-id = \"" + atCommit + "\"\n"},
	}
}

// One rule for all lockfiles: the version of the lockfile's own field, and
// none where there is none.
func TestAPackageFromGitHasTheVersionOfTheLockfile(t *testing.T) {
	for _, c := range gitCases() {
		seen := scan(t, commit(t, map[string]string{c.file: c.text}))
		if len(seen.Packages) != 1 || seen.Packages[0].Name != "a" || seen.Packages[0].Version != c.version {
			t.Errorf("%s: %+v", c.file, seen.Packages)
		}
		if n, ok := note(seen, observation.CauseRemark, c.file); !ok || !strings.Contains(n.Message, "git") {
			t.Errorf("%s: that the version is a claim is not said: %v", c.file, seen.Notes)
		}
	}
	seen := scan(t, commit(t, map[string]string{"Pipfile.lock": `{"default": {"a": {"git": "https://x.example/x/a.git", "ref": "0123"}}}`}))
	if _, ok := note(seen, observation.CauseUnsupported, "Pipfile.lock"); !ok {
		t.Errorf("a package without a version is dropped in silence: %v", seen.Notes)
	}
}

// An address in the place of a version is none: it is not matched.
func TestAnAddressIsNoVersion(t *testing.T) {
	for file, text := range map[string]string{
		"package-lock.json": `{"lockfileVersion": 1, "dependencies": {"b": {"version": "https://x.example/b.tgz"}, "c": {"version": "http://x.example/c-1.0.0.tgz"}}}`,
		"bun.lock":          `{"lockfileVersion": 1, "packages": {"b": ["b@https://x.example/b.tgz", {}, "aa"]}}`,
	} {
		seen := scan(t, commit(t, map[string]string{file: text}))
		if len(seen.Packages) == 0 {
			t.Errorf("%s: nothing listed", file)
		}
		for _, p := range seen.Packages {
			if p.Version != "" || strings.Contains(p.PURL, "@") {
				t.Errorf("%s: %+v", file, p)
			}
		}
	}
}

// What a list pins and installs from the repository, too, is the repository's own.
func TestWhatIsInstalledFromTheRepositoryIsItsOwn(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"editable":              {"requirements.txt": "-e .\nmine==1.0\nother==2.0\n", "setup.py": "from setuptools import setup\nsetup(\n    name='Mine',\n)\n"},
		"editable with extras":  {"requirements.txt": "--editable=.[test]\nmine==1.0\nother==2.0\n", "pyproject.toml": "[project]\nname = 'mine'\n"},
		"from a folder":         {"requirements/base.txt": "-e file:../libs/mine\nmine==1.0\nother==2.0\n", "libs/mine/pyproject.toml": "[project]\nname = 'mine'\n"},
		"from where pip runs":   {"requirements/base.txt": "-e ./libs/mine#egg=mine\nmine==1.0\nother==2.0\n"},
		"by its path":           {"requirements.txt": "./libs/mine\nmine-lib==1.0\nother==2.0\n", "libs/mine/setup.cfg": "[metadata]\nname = mine_lib\n"},
		"in another list":       {"requirements.txt": "mine==1.0\nother==2.0\n", "requirements-dev.txt": "-r requirements.txt\n-e .\n", "setup.cfg": "[metadata]\nversion = 1\nname = mine\n"},
		"uv, of the workspace":  {"pyproject.toml": "[project]\nname = 'x'\ndependencies = ['mine==1.0', 'other==2.0']\n[tool.uv.sources]\nmine = { workspace = true }\n"},
		"Poetry, by its path":   {"pyproject.toml": "[tool.poetry.dependencies]\nmine = {path = 'libs/mine', develop = true}\nother = '2.0'\n"},
		"Poetry, by its name":   {"pyproject.toml": "[tool.poetry]\nname = 'mine'\n", "Pipfile": "[packages]\nmine = '==1.0'\nother = '==2.0'\n"},
		"conda":                 {"environment.yml": "dependencies:\n  - pip:\n    - -e .\n    - mine==1.0\n    - other==2.0\n", "setup.py": "setup(name='mine')\n"},
		"npm, of the workspace": {"package.json": `{"workspaces": ["libs/*"], "dependencies": {"mine": "1.0.0", "other": "2.0.0"}}`, "libs/mine/package.json": `{"name": "mine"}`},
		"Mix, on one line":      {"mix.exs": "defp deps do\n  [{:mine, \"1.0.0\", path: \"mine\"}, {:other, \"2.0.0\"}]\nend\n"},
		"Cargo, by its path":    {"Cargo.toml": "[dependencies]\nmine = { path = 'mine', version = '=1.0.0' }\nother = '=2.0.0'\n"},
		"Bundler, by its path":  {"Gemfile": "gem 'mine', '1.0.0', path: 'mine'\ngem 'other', '2.0.0'\n"},
		"Pub, by its path":      {"pubspec.yaml": "name: x\ndependencies:\n  mine:\n    path: ../mine\n  other: 2.0.0\n"},
	} {
		seen := scan(t, commit(t, files))
		if len(seen.Packages) == 0 || slices.ContainsFunc(seen.Packages, func(p observation.Package) bool { return p.Name != "other" }) {
			t.Errorf("%s: %+v, %v", name, seen.Packages, seen.Notes)
		}
	}
	seen := scan(t, commit(t, map[string]string{"requirements.txt": "mine==1.0\n-e git+https://x.example/x/other.git#egg=other\n", "setup.py": "setup(name='mine')\n"}))
	if !slices.ContainsFunc(seen.Packages, func(p observation.Package) bool { return p.Name == "mine" }) {
		t.Errorf("a released version that is pinned and not installed from here is dropped: %v", seen.Packages)
	}
}
