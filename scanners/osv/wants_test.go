package osv_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/scannertest"
)

// oddPlaces are files that are read beside manifests, and files that are not
// read at all.
func oddPlaces() map[string]string {
	return map[string]string{
		"python/requirements.txt":          "-r requirements/base.txt\n-c constraints.txt\nflask==1.0\n",
		"python/requirements/base.txt":     "-r ../more-requirements.txt\nurllib3==1.25\n",
		"python/constraints.txt":           "urllib3<2\n",
		"java/pom.xml":                     "<project><groupId>a</groupId><artifactId>b</artifactId><version>1</version><packaging>pom</packaging><properties><v>2.14.0</v></properties></project>",
		"java/part/pom.xml":                "<project><parent><groupId>a</groupId><artifactId>b</artifactId><version>1</version></parent><artifactId>c</artifactId><dependencies><dependency><groupId>x</groupId><artifactId>y</artifactId><version>${v}</version></dependency></dependencies></project>",
		"java/gradle/build.gradle":         "dependencies {\n  implementation 'a:b:1'\n}",
		"old-go/go.mod":                    "module example.org/old\n\ngo 1.16\n\nrequire golang.org/x/text v0.3.2\n",
		"old-go/go.sum":                    "golang.org/x/text v0.3.2 h1:tW2bmiBqwgJj/UpqtC8EpXEZVYOwU0yG4iWbprSVAcs=\ngolang.org/x/tools v0.0.0-20180917221912-90fa682c2a6e/go.mod h1:n7NCudcB/nEzxVGmLbDWY5pfWTLqBcC2KZ6jyYvM4mQ=\n",
		"shrunk/npm-shrinkwrap.json":       `{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}`,
		"shrunk/package-lock.json":         `{"lockfileVersion": 1, "dependencies": {"b": {"version": "1.0.0"}}}`,
		"app/App.csproj":                   `<Project><PackageReference Include="a" Version="1"/></Project>`,
		"bom.json":                         `{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"type": "library", "name": "left-pad", "version": "1.0.0", "purl": "pkg:npm/left-pad@1.0.0"}]}`,
		"osv-scanner.toml":                 "[[IgnoredVulns]]\nid = \"GHSA-x\"\n",
		"src/main.go":                      "package main",
		"docs/notes.txt":                   "nothing",
		"image.png":                        "\x89PNG",
		"pyproject/pyproject.toml":         "[project]\ndependencies = ['a>1']\n",
		"node_modules/x/package-lock.json": `{}`,
	}
}

func TestScanReadsNothingThatItDoesNotWant(t *testing.T) {
	files := lockfiles(t)
	maps.Copy(files, oddPlaces())
	dir := commit(t, files)
	if err := os.Symlink("../src/main.go", filepath.Join(dir, "docs", "go.mod")); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "a link")
	scanner := osv.New()
	if scanner.Wants(gitrepo.File{Path: "src/main.go", Mode: gitrepo.ModeFile, Size: 10}) != gitrepo.IfThere {
		t.Error("sources are read for what they import, and not fetched for it")
	}
	for _, name := range []string{"docs/notes.txt", "image.png", "python/notes.md"} {
		if scanner.Wants(gitrepo.File{Path: name, Mode: gitrepo.ModeFile, Size: 10}) != gitrepo.Unwanted {
			t.Errorf("%s is wanted", name)
		}
	}
	scannertest.CheckWants(t, scanner, dir, at, "src/main.go")
}

// Over real repositories, where they are at hand.
func TestScanOfRealRepositoriesReadsNothingThatItDoesNotWant(t *testing.T) {
	scannertest.CheckWantsOfMirrors(t, osv.New(), at)
}

// A file that no name announces is noted where it is missing.
func TestAnIncludedFileThatIsNotThereIsNoted(t *testing.T) {
	dir := commit(t, map[string]string{"requirements.txt": "-r odd/name.list\nflask==1.0\n", "odd/name.list": "django==1.0\n"})
	find(t, scan(t, dir), "requirements.txt", "django", "1.0")
	var wanted []string
	for _, file := range scannertest.Open(t, dir).Files() {
		if osv.New().Wants(file) == gitrepo.Needed {
			wanted = append(wanted, file.OID)
		}
	}
	if len(wanted) != 1 {
		t.Fatalf("wanted are %v", wanted)
	}
	seen := scan(t, scannertest.PartialCopy(t, dir, wanted))
	if n, ok := note(seen, observation.CauseMissingObjects, "odd/name.list"); !ok || !strings.Contains(n.Message, "fetch the mirror again") {
		t.Errorf("got %v", seen.Notes)
	}
}

// mayBeManifest is never false for a name that an extractor requires.
func TestEveryNameThatAnExtractorRequiresMayBeAManifest(t *testing.T) {
	paths := generatedPaths()
	mirrors, _ := filepath.Glob(os.Getenv("MIDSPAN_TEST_MIRRORS"))
	for _, dir := range mirrors {
		for _, file := range scannertest.Open(t, dir).Files() {
			paths = append(paths, file.Path)
		}
	}
	if missed := osv.MissedNames(t, paths); len(missed) > 0 {
		t.Errorf("extractors require, and are not asked of: %q", missed)
	}
}

// generatedPaths puts every name that an extractor knows, as it is and bent,
// into folders that matter to some.
func generatedPaths() []string {
	folders := []string{"", "a/", "gradle/", "node_modules/x/", "var/lib/dpkg/", "var/lib/dpkg/status.d/", "lib/apk/db/", "usr/lib/opkg/", "requirements/"}
	names := strings.Fields(`conan.lock pubspec.lock x.deps.json packages.config packages.lock.json mix.lock go.mod cabal.project.freeze
		stack.yaml.lock gradle.lockfile buildscript-gradle.lockfile verification-metadata.xml pom.xml x.pom bun.lock package-lock.json
		npm-shrinkwrap.json pnpm-lock.yaml yarn.lock composer.lock pdm.lock Pipfile.lock poetry.lock pylock.toml pylock.dev.toml
		requirements.txt dev-requirements.txt requirements-dev.txt uv.lock renv.lock Gemfile.lock gems.locked Cargo.lock installed status
		status.md5sums bom.json bom.xml x.cdx.json x.cdx.xml x.spdx x.spdx.json x.spdx.yml x.spdx.rdf x.spdx.rdf.xml osv-scanner-custom.json base-files`)
	var paths []string
	for _, folder := range folders {
		for _, name := range names {
			for _, bent := range []string{name, strings.ToUpper(name), "x" + name, name + "x", "x." + name, name + ".x", "." + name, strings.Replace(name, ".", "..", 1)} {
				paths = append(paths, folder+bent)
			}
		}
	}
	return paths
}

func TestTrimmedLockfilesListTheSamePackages(t *testing.T) {
	npm := `{"lockfileVersion": 3, "packages": {
  "node_modules/a": {"version": "1.0.0", "resolved": "https://registry.example/a-1.0.0.tgz"},
  "node_modules/b": {"version": "1.0.0", "resolved": "git+ssh://git@github.com/x/b.git#0123456789012345678901234567890123456789"},
  "node_modules/c": {"version": "1.0.0", "resolved": "https://registry.example/c.git#0123456789.tgz"},
  "node_modules/d": {"version": "1.0.0", "description": "\"resolved\": \"https://registry.example/d.tgz\"", "dev": true},
  "node_modules/e": {"version": "1.0.0", "resolved": "https://registry.`
	yarn := "# yarn lockfile v1\n\n\"a@^1\", a@~1.0:\n  version \"1.0.0\"\n  resolved \"https://x\"\n  dependencies:\n    version \"2\"\n\r\n\tb\n__metadata:\n  version: 6\n\n\"c@npm:1\":\n  version: 1.2\n  resolution: \"c@npm:1.2\"\n  checksum: " + strings.Repeat("x", 70000) + "\n\"d@npm:1\":\n  version: 1\n"
	for name, text := range map[string]string{
		"package-lock.json": npm + `e.tgz"}}}`, "npm-shrinkwrap.json": npm, "yarn.lock": yarn,
		"malformed/yarn.lock": "  version \"1\"\na@1:\n  version \"1\"\n", "blank/yarn.lock": "\t\n  resolved \"x\"\na@1:\n  version \"1\"\n",
	} {
		lean, plain := osv.ExtractBoth(t, name, text)
		if lean != plain {
			t.Errorf("%s: shortened, it gives\n%s\nand whole\n%s", name, lean, plain)
		}
		if !strings.Contains(plain, "1.0.0") && !strings.Contains(plain, "malformed") && !strings.Contains(plain, "could not extract") {
			t.Errorf("%s gives %s", name, plain)
		}
	}
}

func FuzzTrimLockfiles(f *testing.F) {
	f.Add(true, "a@1:\n  version \"1\"\n  resolved \"x\"\n")
	f.Add(true, "\t\n# x\n  \"version\" \"1\"\r\n\"b@npm:1\":\r\n  version: 1\r\n    version: 2\n")
	f.Add(false, `{"packages": {"node_modules/a": {"version": "1", "resolved": "https://registry.x/a.tgz", "dev": true}, "node_modules/b/node_modules/a": {"version": "1", "resolved": "https://registry.x/a.git#b.tgz"}}}`)
	f.Add(false, `{"packages": {"node_modules/a\"resolved\": \"https://registry.x/": {"resolved": "https://registry.github.com@x/?a.tgz"}}}`)
	f.Fuzz(func(t *testing.T, yarn bool, text string) {
		name := "package-lock.json"
		if yarn {
			name = "yarn.lock"
		}
		lean, plain := osv.ExtractBoth(t, name, text)
		if lean != plain {
			t.Errorf("shortened, it gives\n%s\nand whole\n%s", lean, plain)
		}
	})
}
