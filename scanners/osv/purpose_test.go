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
