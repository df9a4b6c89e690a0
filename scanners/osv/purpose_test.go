package osv_test

import (
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// TestWhatTestsAndDocumentationNeedIsForDevelopment guards names and folders, and that
// documentation which is all that there is stays the product.
func TestWhatTestsAndDocumentationNeedIsForDevelopment(t *testing.T) {
	lock := `{"lockfileVersion": 3, "packages": {"": {}, "node_modules/left": {"version": "1.0.0"}, "node_modules/maybe": {"version": "1.0.0", "optional": true}}}`
	seen := scan(t, commit(t, map[string]string{
		"requirements.txt": "left==1\n", "requirements-dev.txt": "left==2\n", "requirements/test.txt": "left==3\n", "requirements/prod.txt": "left==4\n", "dev_requirements.txt": "left==5\n",
		"docs/requirements.txt": "left==6\n", "requirements-docs.in": "left==7\n", "requirements-latest.txt": "left==8\n",
		"test/fixtures/package-lock.json": lock, "site/Doc/package-lock.json": lock, "contest/package-lock.json": lock,
	}))
	for file, want := range map[string]observation.Use{
		"requirements.txt": observation.UsedSomehow, "requirements-dev.txt": observation.ForDevelopment, "requirements/test.txt": observation.ForDevelopment,
		"requirements/prod.txt": observation.UsedSomehow, "dev_requirements.txt": observation.ForDevelopment, "docs/requirements.txt": observation.ForDevelopment,
		"requirements-docs.in": observation.ForDevelopment, "requirements-latest.txt": observation.UsedSomehow,
		"test/fixtures/package-lock.json": observation.ForDevelopment, "site/Doc/package-lock.json": observation.ForDevelopment, "contest/package-lock.json": observation.UsedTransitively,
	} {
		if p := find(t, seen, file, "left", ""); p.Use() != want {
			t.Errorf("%s is used as %d (%v), want %d", file, p.Use(), p.Groups, want)
		}
	}
	seen = scan(t, commit(t, map[string]string{"docs/package-lock.json": lock}))
	if p := find(t, seen, "docs/package-lock.json", "left", ""); p.Use() != observation.UsedTransitively {
		t.Errorf("a repository of documentation: %+v", p)
	}
	seen = scan(t, commit(t, map[string]string{"test/fixtures/package-lock.json": lock}))
	if p := find(t, seen, "test/fixtures/package-lock.json", "left", ""); p.Use() != observation.ForDevelopment {
		t.Errorf("the input of a test: %+v", p)
	}
}

// TestPlacesThatDoNotRun guards the table of folders: by whole names, by their place, and
// with the copies of other projects. Scripts of such copies run.
func TestPlacesThatDoNotRun(t *testing.T) {
	lock := `{"lockfileVersion": 3, "packages": {"": {}, "node_modules/left": {"version": "1.0.0"}}}`
	files := map[string]string{"package-lock.json": lock}
	develops := []string{"examples/a/", "packages/a/samples/", "e2e-tests/", "app-e2e-tests-core/", "smoke-test/", "benchmarks/", "website/", "archive/", "web/old/",
		"core/unused/", "web/bower_components/a/", "src/vendor/a/b/", "dev/", "Development tools/", ".github/actions/a/", "ci/", ".ci/b/"}
	runs := []string{"services/ci/", "packages/website/", "services/archive/", "speed-test/", "services/vendor/", "modules/vendor/app/", "sold/", "src/dev/", "latest/", "demo/"}
	for _, folder := range append(develops, runs...) {
		files[folder+"package-lock.json"] = lock
	}
	seen := scan(t, commit(t, files))
	for _, folder := range develops {
		if p := find(t, seen, folder+"package-lock.json", "left", ""); p.Use() != observation.ForDevelopment {
			t.Errorf("what %s lists runs", folder)
		}
	}
	for _, folder := range runs {
		if p := find(t, seen, folder+"package-lock.json", "left", ""); p.Use() == observation.ForDevelopment {
			t.Errorf("what %s lists is for development: %v", folder, p.Groups)
		}
	}
	seen = scan(t, commit(t, map[string]string{"package-lock.json": lock, "vendor/a/jquery-1.8.3.min.js": "", "bower_components/b/jquery-1.9.0.min.js": ""}))
	for _, file := range []string{"vendor/a/jquery-1.8.3.min.js", "bower_components/b/jquery-1.9.0.min.js"} {
		for _, p := range seen.Packages {
			if p.Path == file && p.Use() == observation.ForDevelopment {
				t.Errorf("the copy %s does not run", file)
			}
		}
	}
	seen = scan(t, commit(t, map[string]string{"examples/package-lock.json": lock, "docs/package-lock.json": lock}))
	if p := find(t, seen, "examples/package-lock.json", "left", ""); p.Use() == observation.ForDevelopment {
		t.Error("a repository of examples and documentation has no product")
	}
}

// TestManifestsThatAskForNothingButToolsDevelop guards that one other package makes a
// manifest run, and that companions decide nothing.
func TestManifestsThatAskForNothingButToolsDevelop(t *testing.T) {
	for name, c := range map[string]struct {
		list string
		want observation.Use
	}{
		"documentation":            {"mkdocs==1.5\nmkdocs-material==9\njinja2==3\nPyMdown_Extensions==10\n", observation.ForDevelopment},
		"tests and tools":          {"pytest==8\nblack==24\nsetuptools==70\n", observation.ForDevelopment},
		"with what runs":           {"mkdocs==1.5\nflask==3\n", observation.UsedSomehow},
		"tools with a template":    {"pytest==8\njinja2==3\n", observation.UsedSomehow},
		"companions alone":         {"setuptools==70\nwheel==1\n", observation.UsedSomehow},
		"one that begins the same": {"blackbox==1\n", observation.UsedSomehow},
	} {
		seen := scan(t, commit(t, map[string]string{"requirements.txt": c.list}))
		if len(seen.Packages) == 0 {
			t.Fatalf("%s: nothing was read", name)
		}
		for _, p := range seen.Packages {
			if p.Use() != c.want {
				t.Errorf("%s: %s is used as %d (%v), want %d", name, p.Name, p.Use(), p.Groups, c.want)
			}
		}
	}
	lock := `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"@docusaurus/core": "3", "react": "18"}},
		"node_modules/@docusaurus/core": {"version": "3.0.0"}, "node_modules/react": {"version": "18.0.0"}, "node_modules/left": {"version": "1.0.0"}}}`
	seen := scan(t, commit(t, map[string]string{"guide/package-lock.json": lock, "guide/package.json": `{"dependencies": {"@docusaurus/core": "3", "react": "18"}}`}))
	if p := find(t, seen, "guide/package-lock.json", "left", ""); p.Use() != observation.ForDevelopment {
		t.Errorf("what a site of documentation brings with it: %+v", p)
	}
}
