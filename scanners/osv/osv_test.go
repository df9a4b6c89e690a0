package osv_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/scannertest"
)

func find(t *testing.T, seen observation.Observation, path, name, version string) observation.Package {
	t.Helper()
	for _, p := range seen.Packages {
		if p.Path == path && p.Name == name && (version == "" || p.Version == version) {
			return p
		}
	}
	t.Fatalf("%s lists no %s %s", path, name, version)
	return observation.Package{}
}

func TestNamesAndVersionsAreThoseOfOSV(t *testing.T) {
	seen := scan(t, commit(t, lockfiles(t)))
	for _, want := range []struct{ path, ecosystem, name, version, purl string }{
		{"python/requirements.txt", "PyPI", "flask-login", "0.5.0", "pkg:pypi/flask-login@0.5.0"},
		{"python/requirements.txt", "PyPI", "pyyaml", "", "pkg:pypi/pyyaml"},
		{"go/go.mod", "Go", "stdlib", "1.20", "pkg:golang/stdlib@1.20"},
		{"maven/pom.xml", "Maven", "org.apache.logging.log4j:log4j-core", "2.14.1", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"},
		{"dotnet/packages.config", "NuGet", "Newtonsoft.Json", "12.0.1", "pkg:nuget/Newtonsoft.Json@12.0.1"},
	} {
		p := find(t, seen, want.path, want.name, want.version)
		if p.Ecosystem != want.ecosystem || p.Version != want.version || p.PURL != want.purl {
			t.Errorf("got %+v, want %+v", p, want)
		}
	}
	if p := find(t, seen, "npm/package-lock.json", "mocha", ""); !slices.Equal(p.Groups, []string{"dev"}) {
		t.Errorf("groups of mocha: %v", p.Groups)
	}
}

func TestRelationsAreReadAndNeverGuessed(t *testing.T) {
	seen := scan(t, commit(t, lockfiles(t)))
	for _, c := range []struct{ path, name, version, want string }{
		{"npm/package-lock.json", "lodash", "4.17.20", observation.Direct},
		{"npm/package-lock.json", "lodash", "3.10.1", observation.Transitive},
		{"npm/package-lock.json", "ms", "", observation.Transitive},
		{"nested/yarn.lock", "left-pad", "", observation.Direct},
		{"nested/yarn.lock", "minimist", "", observation.Transitive},
		{"go/go.mod", "github.com/gin-gonic/gin", "", observation.Direct},
		{"go/go.mod", "golang.org/x/text", "", observation.Transitive},
		{"go/go.mod", "stdlib", "", ""},
		{"ruby/Gemfile.lock", "nokogiri", "", observation.Direct},
		{"ruby/Gemfile.lock", "rack", "", observation.Transitive},
		{"php/composer.lock", "symfony/http-kernel", "", observation.Direct},
		{"php/composer.lock", "twig/twig", "", observation.Transitive},
		{"python/poetry.lock", "aiohttp", "", observation.Direct},
		{"python/poetry.lock", "pytest", "", observation.Direct},
		{"python/poetry.lock", "attrs", "", observation.Transitive},
		{"rust/Cargo.lock", "smallvec", "", observation.Direct},
		{"maven/pom.xml", "junit:junit", "", observation.Direct},
		{"python/requirements.txt", "requests", "", ""},
		{"elixir/mix.lock", "plug", "", ""},
	} {
		if p := find(t, seen, c.path, c.name, c.version); p.Relation != c.want {
			t.Errorf("%s %s is %q in %s, want %q", c.name, c.version, p.Relation, c.path, c.want)
		}
	}
}

func note(seen observation.Observation, cause observation.Cause, subject string) (observation.Note, bool) {
	i := slices.IndexFunc(seen.Notes, func(n observation.Note) bool { return n.Cause == cause && n.Subject == subject })
	if i < 0 {
		return observation.Note{}, false
	}
	return seen.Notes[i], true
}

func TestABrokenManifestIsNotedAndCostsOnlyItself(t *testing.T) {
	files := lockfiles(t)
	files["broken/package-lock.json"] = `{"packages": {`
	files["broken/pom.xml"] = "<project><dependencies>"
	seen := scan(t, commit(t, files))
	for _, name := range []string{"broken/package-lock.json", "broken/pom.xml"} {
		if _, ok := note(seen, observation.CauseBroken, name); !ok {
			t.Errorf("no note on %s: %v", name, seen.Notes)
		}
	}
	if m := scannertest.ByID(seen.Measures)["inventory.manifests-broken"]; m.Value != 2.0 {
		t.Errorf("got %+v", m)
	}
	find(t, seen, "npm/package-lock.json", "lodash", "")
}

func TestAMissingObjectIsNotAnEmptyManifest(t *testing.T) {
	dir := commit(t, map[string]string{
		"package-lock.json": lockfiles(t)["npm/package-lock.json"],
		"go.mod":            lockfiles(t)["go/go.mod"],
	})
	oid := git(t, dir, "rev-parse", "HEAD:package-lock.json")
	if err := os.Remove(filepath.Join(dir, ".git", "objects", oid[:2], oid[2:])); err != nil {
		t.Fatal(err)
	}
	seen := scan(t, dir)
	n, ok := note(seen, observation.CauseMissingObjects, "package-lock.json")
	if !ok || !strings.Contains(n.Message, "fetch the mirror again") {
		t.Errorf("got %v", seen.Notes)
	}
	if broken, read := scannertest.ByID(seen.Measures)["inventory.manifests-broken"], scannertest.ByID(seen.Measures)["inventory.manifests"]; broken.Value != 1.0 || read.Value != 1.0 {
		t.Errorf("got %v broken, %v read", broken.Value, read.Value)
	}
	find(t, seen, "go.mod", "github.com/gin-gonic/gin", "")
}

func TestARepositoryCannotHideItsPackages(t *testing.T) {
	files := lockfiles(t)
	files["osv-scanner.toml"] = "[[IgnoredVulns]]\nid = \"GHSA-hide-me\"\n[[PackageOverrides]]\nname = \"lodash\"\nignore = true\n"
	seen := scan(t, commit(t, files))
	n, ok := note(seen, observation.CauseRemark, "osv-scanner.toml")
	if !ok || !strings.Contains(n.Message, "GHSA-hide-me") || !strings.Contains(n.Message, "lodash") {
		t.Errorf("got %v", seen.Notes)
	}
	find(t, seen, "npm/package-lock.json", "lodash", "4.17.20")
	if _, ok := note(seen, observation.CauseNoSource, "hidden/yarn.lock"); !ok {
		t.Errorf("a manifest that .gitignore hides is not noted: %v", seen.Notes)
	}
}

func TestARepositoryWithoutManifestsHasAnEmptyInventory(t *testing.T) {
	seen := scan(t, commit(t, map[string]string{"README.md": "nothing"}))
	if seen.Packages == nil || len(seen.Packages) != 0 || len(seen.Notes) != 0 {
		t.Errorf("got %+v", seen)
	}
	if m := scannertest.ByID(seen.Measures)["inventory.manifests"]; m.Value != 0.0 {
		t.Errorf("got %+v", m)
	}
}

func TestLinksThatLeaveTheRepositoryDoNotStopTheWalk(t *testing.T) {
	dir := commit(t, map[string]string{"go.mod": lockfiles(t)["go/go.mod"]})
	for _, name := range []string{".gitignore", "package-lock.json"} {
		if err := os.Symlink("../../../etc/passwd", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "links")
	find(t, scan(t, dir), "go.mod", "golang.org/x/text", "")
}

func TestScanStopsWhenTheContextEnds(t *testing.T) {
	snapshot := scannertest.Open(t, commit(t, lockfiles(t)))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := osv.New().Scan(ended, scanners.Input{Snapshot: snapshot, At: at}); err == nil {
		t.Error("an ended context is no error")
	}
}

func TestTheSameSnapshotGivesTheSameObservation(t *testing.T) {
	dir := commit(t, lockfiles(t))
	first := scan(t, dir)
	for range 5 {
		again := scan(t, dir)
		if !slices.EqualFunc(first.Packages, again.Packages, func(a, b observation.Package) bool {
			return a.PURL == b.PURL && a.Path == b.Path && a.Version == b.Version && slices.Equal(a.Groups, b.Groups)
		}) {
			t.Fatal("the inventory has no stable order")
		}
	}
}

// Lockfiles hold addresses with the tokens that they were fetched with.
func TestNoTokenOfALockfileIsListed(t *testing.T) {
	const token = "hunter2secret"
	files := map[string]string{
		"package-lock.json":    `{"lockfileVersion": 1, "dependencies": {"a": {"version": "https://u:` + token + `@h.example/a.tgz"}, "b": {"version": "git+https://` + token + `@h.example/b.git#0123456789012345678901234567890123456789"}}}`,
		"v3/package-lock.json": `{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "https://h.example/a.tgz?jwt=` + token + `", "resolved": "https://u:` + token + `@h.example/a.tgz"}}}`,
		"yarn.lock":            "# yarn lockfile v1\n\n\"a@https://u:" + token + "@h.example/a.tgz\":\n  version \"1.0.0\"\n  resolved \"https://u:" + token + "@h.example/a.tgz?t=" + token + "\"\n",
		"requirements.txt":     "a @ https://u:" + token + "@h.example/a.whl\n-e git+https://" + token + "@h.example/b.git#egg=b\nhttps://h.example/c.whl?t=" + token + "\nown==1\n",
		"Pipfile.lock":         `{"default": {"a": {"git": "https://u:` + token + `@h.example/a.git", "ref": "x", "version": "==1"}}}`,
		"composer.lock":        `{"packages": [{"name": "a/b", "version": "dev-main", "dist": {"url": "https://u:` + token + `@h.example/a.zip", "reference": "x"}}]}`,
		"Gemfile.lock":         "GIT\n  remote: https://u:" + token + "@h.example/a.git\n  revision: 0123456789012345678901234567890123456789\n  specs:\n    a (1.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  a!\n",
		"Cargo.lock":           "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"git+https://u:" + token + "@h.example/a#0123456789012345678901234567890123456789\"\n",
		"pnpm-lock.yaml":       "lockfileVersion: '6.0'\npackages:\n  '@h.example/u:" + token + "/a':\n    resolution: {tarball: 'https://u:" + token + "@h.example/a.tgz'}\n    name: a\n    version: 1.0.0\n",
		"poetry.lock":          "[[package]]\nname = \"a\"\nversion = \"1.0\"\n\n[package.source]\ntype = \"git\"\nurl = \"https://u:" + token + "@h.example/a.git\"\nresolved_reference = \"x\"\n",
	}
	for name, text := range files {
		seen := scan(t, commit(t, map[string]string{name: text}))
		listed, err := json.Marshal(seen)
		if err != nil {
			t.Fatal(err)
		}
		if at := bytes.Index(listed, []byte(token)); at >= 0 {
			t.Errorf("%s: …%.300s", name, listed[max(0, at-150):])
		}
	}
}
