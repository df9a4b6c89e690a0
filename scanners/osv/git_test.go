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
		"from where pip runs":   {"requirements/base.txt": "-e ./libs/mine#egg=mine\nmine==1.0\nother==2.0\n", "libs/mine/setup.py": "setup(name='mine')\n"},
		"by its path":           {"requirements.txt": "./libs/mine\nmine-lib==1.0\nother==2.0\n", "libs/mine/setup.cfg": "[metadata]\nname = mine_lib\n"},
		"in another list":       {"requirements.txt": "mine==1.0\nother==2.0\n", "requirements-dev.txt": "-r requirements.txt\n-e .\n", "setup.cfg": "[metadata]\nversion = 1\nname = mine\n"},
		"uv, of the workspace":  {"pyproject.toml": "[project]\nname = 'x'\ndependencies = ['mine==1.0', 'other==2.0']\n[tool.uv.sources]\nmine = { workspace = true }\n"},
		"Poetry, by its path":   {"pyproject.toml": "[tool.poetry.dependencies]\nmine = {path = 'libs/mine', develop = true}\nother = '2.0'\n"},
		"Python, by its extras": {"pyproject.toml": "[project]\nname = 'mine'\ndependencies = ['other==2.0']\n", "setup.py": "setup(name='mine', extras_require={'all': ['mine[a]', 'other==2.0']})\n"},
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
}

// A name that stands somewhere else in the repository, too, hides no package.
func TestAPackageIsNotHiddenByItsName(t *testing.T) {
	pom := func(group, artifact, rest string) string {
		return pomHead + "<groupId>" + group + "</groupId><artifactId>" + artifact + "</artifactId><version>1.0</version>" + rest + "</project>"
	}
	kept := "<dependencies>" + dependency("g", "kept", "<version>1.0</version>") + "</dependencies>"
	for name, files := range map[string]map[string]string{
		"a folder that is not there":       {"requirements.txt": "kept==1.0\n", "ci/requirements-x.txt": "-e ./nowhere#egg=kept\n"},
		"in the same list":                 {"requirements.txt": "-e ./nowhere#egg=kept\nkept==1.0\n"},
		"a folder of another name":         {"requirements.txt": "-e .#egg=kept\nkept==1.0\n", "setup.py": "setup(name='mine')\n"},
		"another list's folder":            {"requirements.txt": "kept==1.0\n", "ci/requirements-x.txt": "-e ../lib\n", "lib/setup.py": "setup(name='kept')\n"},
		"not installed from here":          {"requirements.txt": "kept==1.0\n-e git+https://x.example/x/other.git#egg=other\n", "setup.py": "setup(name='kept')\n"},
		"a Pipfile beside a project":       {"pyproject.toml": "[tool.poetry]\nname = 'kept'\n", "Pipfile": "[packages]\nkept = '==1.0'\n"},
		"sources of another project":       {"Pipfile": "[packages]\nkept = '==1.0'\n", "x/pyproject.toml": "[project]\nname = 'x'\n[tool.uv.sources]\nkept = { path = 'nowhere' }\n"},
		"a folder that conda has not":      {"environment.yml": "dependencies:\n  - pip:\n    - -e ./nowhere#egg=kept\n    - kept==1.0\n"},
		"npm, elsewhere":                   {"package.json": `{"dependencies": {"kept": "1.0.0"}}`, "x/package.json": `{"name": "kept"}`},
		"npm, its own name":                {"package.json": `{"name": "kept", "dependencies": {"kept": "1.0.0"}}`},
		"npm, a member at another version": {"package.json": `{"workspaces": ["x"], "dependencies": {"kept": "1.0.0"}}`, "x/package.json": `{"name": "kept", "version": "0.1.0"}`},
		"npm, of another ecosystem":        {"package.json": `{"dependencies": {"kept": "1.0.0"}}`, "setup.py": "setup(name='kept')\n"},
		"Cargo, a member by its name":      {"Cargo.toml": "[workspace]\nmembers = ['kept', 'x']\n", "kept/Cargo.toml": "[package]\nname = 'kept'\n", "x/Cargo.toml": "[dependencies]\nkept = '=1.0.0'\n"},
		"Composer, elsewhere":              {"composer.json": `{"require": {"a/kept": "1.0.0"}}`, "x/composer.json": `{"name": "a/kept"}`},
		"Pub, elsewhere":                   {"pubspec.yaml": "name: x\ndependencies:\n  kept: 1.0.0\n", "y/pubspec.yaml": "name: kept\n"},
		"Maven, elsewhere":                 {"pom.xml": pom("mine", "mine", kept), "x/pom.xml": pom("g", "kept", "")},
		"Maven, a module of another":       {"a/pom.xml": pom("mine", "mine", kept), "b/pom.xml": pom("other", "other", "<modules><module>x</module></modules>"), "b/x/pom.xml": pom("g", "kept", "")},
		"Cargo.lock":                       {"Cargo.lock": "[[package]]\nname = \"kept\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"kept\"\nversion = \"1.0.0\"\nsource = \"registry+https://x\"\n"},
		"poetry.lock": {"poetry.lock": "[[package]]\nname = \"kept\"\nversion = \"1.0\"\n\n" +
			"[[package]]\nname = \"kept\"\nversion = \"2.0\"\n[package.source]\ntype = \"directory\"\nurl = \"kept\"\n"},
		"pdm.lock": {"pdm.lock": "[[package]]\nname = \"kept\"\nversion = \"1.0\"\n\n[[package]]\nname = \"kept\"\nversion = \"2.0\"\npath = \"./kept\"\n"},
		"pylock.toml": {"pylock.toml": "lock-version = \"1.0\"\n[[packages]]\nname = \"kept\"\nversion = \"1.0\"\n\n" +
			"[[packages]]\nname = \"kept\"\nversion = \"2.0\"\n[packages.directory]\npath = \"kept\"\n"},
		"Pipfile.lock": {"Pipfile.lock": `{"default": {"kept": {"version": "==1.0"}}, "develop": {"kept": {"editable": true, "path": "."}}}`},
		"uv.lock": {"uv.lock": "version = 1\n\n[[package]]\nname = \"kept\"\nversion = \"1.0\"\nsource = { directory = \"kept\" }\n\n" +
			"[[package]]\nname = \"kept\"\nversion = \"1.0\"\nsource = { registry = \"https://x\" }\n"},
	} {
		seen := scan(t, commit(t, files))
		if !slices.ContainsFunc(seen.Packages, func(p observation.Package) bool {
			return strings.HasSuffix(p.Name, "kept") && strings.HasPrefix(p.Version, "1.0")
		}) {
			t.Errorf("%s: %+v, %v", name, seen.Packages, seen.Notes)
		}
	}
}
