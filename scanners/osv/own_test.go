package osv_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// TestWhatTheRepositoryDefinesIsNoPackage guards that a member of a workspace or a folder
// is not matched with a stranger's package of the same name, and that what was installed
// stays. Every file defines "mine" (or a name that holds it) and installs "kept".
func TestWhatTheRepositoryDefinesIsNoPackage(t *testing.T) {
	for name, text := range ownPackageLocks() {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"lib/go.mod": "module example.org/a/mine\n", "third/go.mod": "module elsewhere.org/kept\n"}
			file, _, _ := strings.Cut(name, " ")
			files[file] = text
			seen := scan(t, commit(t, files))
			kept := 0
			for _, p := range seen.Packages {
				if strings.Contains(p.Name, "mine") {
					t.Errorf("listed: %+v", p)
				}
				if strings.Contains(p.Name, "kept") {
					kept++
				}
			}
			if kept == 0 {
				t.Errorf("what is installed is not listed: %v, %v", seen.Packages, seen.Notes)
			}
		})
	}
}

func ownPackageLocks() map[string]string {
	locks := map[string]string{
		"package-lock.json of a workspace": `{"lockfileVersion": 3, "packages": {"": {}, "node_modules/@my/mine": {"resolved": "parts/mine", "link": true},
			"parts/mine": {"name": "@my/mine", "version": "1.0.0"}, "node_modules/kept": {"version": "1.0.0"}}}`,
		"package-lock.json without names": `{"lockfileVersion": 3, "packages": {"": {}, "node_modules/mine": {"resolved": "parts/mine", "link": true},
			"parts/mine": {"version": "1.0.0"}, "node_modules/kept": {"version": "1.0.0"}}}`,
		"package-lock.json of version 1": `{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "dependencies": {"mine": {"version": "file:../mine"}}},
			"kept": {"version": "file:kept.tgz"}}}`,
		"yarn.lock of Yarn 1": "# yarn lockfile v1\n\n\"mine@file:./lib\":\n  version \"1.0.0\"\n\nkept@^1:\n  version \"1.0.0\"\n",
		"yarn.lock of Yarn 4": "__metadata:\n  version: 8\n\n\"@my/mine@npm:^1.0.0, @my/mine@workspace:parts/mine\":\n  version: 0.0.0-use.local\n\n" +
			"\"mine@portal:./lib::locator=a%40workspace%3A.\":\n  version: 1.0.0\n\n\"kept@npm:^1\":\n  version: 1.0.0\n\n\"kept2@file:./kept2.tgz#./kept2.tgz\":\n  version: 1.0.0\n",
		"pnpm-lock.yaml of version 9": "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      kept:\n        specifier: ^1\n        version: 1.0.0\n" +
			"packages:\n  kept@1.0.0:\n    resolution: {integrity: a}\n  mine@file:lib:\n    resolution: {directory: lib, type: directory}\n    version: 1.0.0\n",
		"pnpm-lock.yaml of version 6": "lockfileVersion: '6.0'\npackages:\n  /kept@1.0.0(@scope/peer@2.0.0):\n    resolution: {integrity: a}\n" +
			"  file:lib:\n    resolution: {directory: lib, type: directory}\n    name: mine\n    version: 1.0.0\n",
		"bun.lock":   `{"lockfileVersion": 1, "packages": {"mine": ["mine@workspace:parts/mine"], "mine2": ["mine2@link:mine2"], "kept": ["kept@1.0.0", "", {}, "a"]}}`,
		"Cargo.lock": "[[package]]\nname = \"mine\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"kept\"\nversion = \"1.0.0\"\nsource = \"registry+https://x\"\n",
		"uv.lock": "version = 1\n\n[[package]]\nname = \"mine\"\nversion = \"1\"\nsource = { editable = \".\" }\ndependencies = [{ name = \"kept\" }]\n\n[[package]]\nname = \"mine2\"\nversion = \"1\"\nsource = { directory = \"lib\" }\n\n" +
			"[[package]]\nname = \"mine3\"\nversion = \"1\"\nsource = { virtual = \"lib3\" }\n\n[[package]]\nname = \"kept\"\nversion = \"1\"\nsource = { registry = \"https://x\" }\n",
		"poetry.lock":        "[[package]]\nname = \"mine\"\nversion = \"1\"\n[package.source]\ntype = \"directory\"\nurl = \"../mine\"\n\n[[package]]\nname = \"kept\"\nversion = \"1\"\n[package.source]\ntype = \"file\"\nurl = \"kept.whl\"\n",
		"pdm.lock":           "[[package]]\nname = \"mine\"\nversion = \"1\"\neditable = true\npath = \"./lib\"\n\n[[package]]\nname = \"kept\"\nversion = \"1\"\n",
		"pylock.toml":        "lock-version = \"1.0\"\n[[packages]]\nname = \"mine\"\nversion = \"1\"\n[packages.directory]\npath = \"lib\"\n\n[[packages]]\nname = \"kept\"\nversion = \"1\"\n",
		"Pipfile.lock":       `{"default": {"mine": {"version": "==1", "editable": true, "path": "."}, "kept": {"version": "==1"}}}`,
		"Gemfile.lock":       "PATH\n  remote: lib\n  specs:\n    mine (1.0.0-java)\n      kept\n\nGEM\n  remote: https://x/\n  specs:\n    kept (1.0.0)\n\nDEPENDENCIES\n  mine!\n",
		"gems.locked":        "PATH\r\n  remote: lib\r\n  specs:\r\n    mine (1.0.0)\r\n\r\nGEM\r\n  specs:\r\n    kept (1.0.0)\r\n",
		"composer.lock":      `{"packages": [{"name": "My/mine", "version": "1.0", "dist": {"type": "path", "url": "../mine"}}, {"name": "x/kept", "version": "1.0", "dist": {"type": "zip"}}]}`,
		"pubspec.lock":       "packages:\n  mine:\n    source: path\n    version: \"1.0.0\"\n  kept:\n    dependency: transitive\n    source: hosted\n    version: \"1.0.0\"\n",
		"packages.lock.json": `{"version": 1, "dependencies": {"net8.0": {"mine.lib": {"type": "Project"}, "Kept": {"type": "Direct", "resolved": "1.0.0"}, "kept": {"type": "Transitive", "resolved": "2.0.0"}}}}`,
		"go.mod":             "module example.org/a\n\ngo 1.24.0\n\nrequire (\n\texample.org/a/mine v0.0.0\n\telsewhere.org/kept v1.0.0\n)\n\nreplace example.org/a/mine => ./lib\n",
	}
	// A stranger's package under the same name and version stays.
	for name, text := range map[string]string{
		"package-lock.json beside a stranger's": `{"lockfileVersion": 3, "packages": {"": {}, "parts/kept": {"name": "kept", "version": "1.0.0"},
			"node_modules/a/node_modules/kept": {"version": "1.0.0"}, "node_modules/b": {"version": "2.0.0"}}}`,
		"Cargo.lock beside a stranger's": "[[package]]\nname = \"kept\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"kept\"\nversion = \"2.0.0\"\nsource = \"registry+https://x\"\n",
	} {
		locks[name] = text
	}
	return locks
}

// TestAPnpmLockIsReadToItsLastDocument guards that the document about the package
// manager is not taken for the project's.
func TestAPnpmLockIsReadToItsLastDocument(t *testing.T) {
	own := "---\nlockfileVersion: '9.0'\npackages:\n  pnpm@11.0.0:\n    resolution: {integrity: a}\n"
	project := "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      left:\n        specifier: ^1\n        version: 1.0.0\npackages:\n  left@1.0.0:\n    resolution: {integrity: a}\n"
	for name, text := range map[string]string{"two": own + "---\n" + project, "first": "---\n" + project, "empty": own + "---\n" + project + "---\n", "three": own + own + "---\n" + project} {
		seen := scan(t, commit(t, map[string]string{"pnpm-lock.yaml": text}))
		if len(seen.Packages) != 1 || seen.Packages[0].Name != "left" || seen.Packages[0].Relation != observation.Direct {
			t.Errorf("%s: got %+v, %v", name, seen.Packages, seen.Notes)
		}
	}
	seen := scan(t, commit(t, map[string]string{"pnpm-lock.yaml": project + "---\nlockfileVersion: ['9.0']\n"}))
	if _, ok := note(seen, observation.CauseBroken, "pnpm-lock.yaml"); !ok {
		t.Errorf("a last document that does not parse is not noted: %v", seen.Notes)
	}
}

const pnpmOfAWorkspace = `lockfileVersion: '9.0'
importers:
  .:
    devDependencies:
      tool: {specifier: ^1, version: 1.0.0(peer@1.0.0)}
      part: {specifier: 'workspace:*', version: link:part}
  part:
    dependencies:
      alias: {specifier: 'npm:used@^1', version: used@1.0.0}
    optionalDependencies:
      maybe: {specifier: ^1, version: 1.0.0}
packages:
  tool@1.0.0: {resolution: {integrity: a}}
  peer@1.0.0: {resolution: {integrity: a}}
  used@1.0.0: {resolution: {integrity: a}}
  maybe@1.0.0: {resolution: {integrity: a}}
  shared@1.0.0: {resolution: {integrity: a}}
  shared@2.0.0: {resolution: {integrity: a}}
snapshots:
  tool@1.0.0(peer@1.0.0): {dependencies: {shared: 1.0.0, peer: 1.0.0}}
  peer@1.0.0: {dependencies: {shared: 2.0.0}}
  used@1.0.0: {dependencies: {shared: 1.0.0}}
  maybe@1.0.0: {}
  shared@1.0.0: {}
  shared@2.0.0: {dependencies: {tool: 1.0.0(peer@1.0.0)}}
`

const uvWithGroups = `version = 1

[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "used" }]

[package.optional-dependencies]
docs = [{ name = "sphinx" }]
fast = [{ name = "speedup" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }, { name = "used" }]
worker = [{ name = "celery" }]
` + "\n[[package]]\nname = \"used\"\nversion = \"1\"\ndependencies = [{ name = \"shared\", version = \"1\" }]\n" +
	"\n[[package]]\nname = \"shared\"\nversion = \"1\"\n\n[[package]]\nname = \"shared\"\nversion = \"2\"\n" +
	"\n[[package]]\nname = \"pytest\"\nversion = \"1\"\ndependencies = [{ name = \"shared\", version = \"2\" }, { name = \"plugin\" }]\n" +
	"\n[[package]]\nname = \"plugin\"\nversion = \"1\"\n\n[[package]]\nname = \"celery\"\nversion = \"1\"\n\n[[package]]\nname = \"sphinx\"\nversion = \"1\"\n\n[[package]]\nname = \"speedup\"\nversion = \"1\"\n"

const poetryWithoutGroups = "[[package]]\nname = \"used\"\nversion = \"1\"\n[package.dependencies]\nShared = \"*\"\n\n[[package]]\nname = \"shared\"\nversion = \"1\"\n\n" +
	"[[package]]\nname = \"pytest\"\nversion = \"1\"\n[package.dependencies]\nshared = \"*\"\nplugin = \"*\"\n\n[[package]]\nname = \"plugin\"\nversion = \"1\"\n"

// TestWhatOnlyToolsNeedIsForDevelopment guards that a package is for development where
// no member of the project needs it to run, directly or through others.
func TestWhatOnlyToolsNeedIsForDevelopment(t *testing.T) {
	seen := scan(t, commit(t, map[string]string{
		"pnpm-lock.yaml":        pnpmOfAWorkspace,
		"uv.lock":               uvWithGroups,
		"former/poetry.lock":    poetryWithoutGroups,
		"former/pyproject.toml": "[tool.poetry.dependencies]\nused = '1'\n[tool.poetry.group.test.dependencies]\npytest = '1'\n",
		"older/poetry.lock":     "[[package]]\nname = \"used\"\nversion = \"1\"\ncategory = \"main\"\n\n[[package]]\nname = \"pytest\"\nversion = \"1\"\ncategory = \"dev\"\n",
	}))
	want := map[string]observation.Use{
		"pnpm-lock.yaml tool 1.0.0": observation.ForDevelopment, "pnpm-lock.yaml peer 1.0.0": observation.ForDevelopment, "pnpm-lock.yaml shared 2.0.0": observation.ForDevelopment,
		"pnpm-lock.yaml used 1.0.0": observation.UsedDirectly, "pnpm-lock.yaml maybe 1.0.0": observation.UsedDirectly, "pnpm-lock.yaml shared 1.0.0": observation.UsedTransitively,
		"uv.lock used 1": observation.UsedDirectly, "uv.lock shared 1": observation.UsedTransitively, "uv.lock shared 2": observation.ForDevelopment,
		"uv.lock pytest 1": observation.ForDevelopment, "uv.lock plugin 1": observation.ForDevelopment, "uv.lock celery 1": observation.UsedDirectly,
		"uv.lock sphinx 1": observation.ForDevelopment, "uv.lock speedup 1": observation.UsedDirectly,
		"former/poetry.lock used 1": observation.UsedDirectly, "former/poetry.lock shared 1": observation.UsedTransitively,
		"former/poetry.lock pytest 1": observation.ForDevelopment, "former/poetry.lock plugin 1": observation.ForDevelopment,
		"older/poetry.lock used 1": observation.UsedSomehow, "older/poetry.lock pytest 1": observation.ForDevelopment,
	}
	got := map[string]observation.Use{}
	for _, p := range seen.Packages {
		got[p.Path+" "+p.Name+" "+p.Version] = p.Use()
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if use, ok := got[key]; !ok || use != want[key] {
			t.Errorf("%s is used as %d (listed: %v), want %d", key, use, ok, want[key])
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
}

// TestAnAliasOfYarnIsDirectUnderItsRealName guards the relation of aliases and patches.
func TestAnAliasOfYarnIsDirectUnderItsRealName(t *testing.T) {
	manifest := `{"dependencies": {"old": "npm:real@^1", "scoped": "npm:@s/real@^1", "bent": "patch:bent@npm%3A1.0.0#~/bent.patch"}}`
	seen := scan(t, commit(t, map[string]string{
		"one/package.json": manifest, "one/yarn.lock": "# yarn lockfile v1\n\n\"old@npm:real@^1\":\n  version \"1.0.0\"\n\n\"scoped@npm:@s/real@^1\":\n  version \"1.0.0\"\n\nother@^1:\n  version \"1.0.0\"\n",
		"four/package.json": manifest, "four/yarn.lock": "__metadata:\n  version: 8\n\n\"old@npm:real@^1\":\n  version: 1.0.0\n\n\"scoped@npm:@s/real@^1\":\n  version: 1.0.0\n\n" +
			"\"bent@npm:1.0.0\":\n  version: 1.0.0\n\n\"bent@patch:bent@npm%3A1.0.0#~/bent.patch\":\n  version: 1.0.0\n\n\"other@npm:^1\":\n  version: 1.0.0\n",
	}))
	for _, c := range [][3]string{
		{"one/yarn.lock", "real", observation.Direct}, {"one/yarn.lock", "@s/real", observation.Direct}, {"one/yarn.lock", "other", observation.Transitive},
		{"four/yarn.lock", "real", observation.Direct}, {"four/yarn.lock", "@s/real", observation.Direct},
		{"four/yarn.lock", "bent", observation.Direct}, {"four/yarn.lock", "other", observation.Transitive},
	} {
		if p := find(t, seen, c[0], c[1], "1.0.0"); p.Relation != c[2] {
			t.Errorf("%s in %s is %q, want %q", c[1], c[0], p.Relation, c[2])
		}
	}
}
