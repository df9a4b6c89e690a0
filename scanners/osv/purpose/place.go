package osv

import (
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/locks"
	"github.com/midspan/midspan/scanners/osv/requirements"
)

// Folders by which a manifest tells that what it lists does not run with the product:
// tests with their input, and documentation.
var (
	testFolders = []string{"test", "tests", "__tests__", "testing", "e2e", "fixture", "fixtures", "__fixtures__", "testdata", "test-data", "test_data",
		"test-fixtures", "test_fixtures"}
	docsFolders = []string{"doc", "docs", "documentation"}
)

// The groups of such manifests.
const (
	testGroup = "test"
	docsGroup = "docs"
)

// groupOfPlace is the group that a manifest's place or name gives to what it lists, or "".
func groupOfPlace(name string) string {
	lower := strings.ToLower(name)
	folders := strings.Split(path.Dir(lower), "/")
	switch {
	case slices.ContainsFunc(folders, func(f string) bool { return slices.Contains(testFolders, f) }):
		return testGroup
	case slices.ContainsFunc(folders, func(f string) bool { return slices.Contains(docsFolders, f) }):
		return docsGroup
	case !requirements.Is(name):
		return ""
	}
	base := path.Base(lower)
	for _, word := range requirements.Words(base) {
		if locks.IsDevelopmentGroup(word) {
			return word
		}
	}
	return ""
}

// placed gives packages the groups of the places that list them. Where nothing but
// documentation lists packages, it is the product.
func placed(packages []observation.Package) {
	elsewhere := slices.ContainsFunc(packages, func(p observation.Package) bool { return groupOfPlace(p.Path) != docsGroup })
	for i := range packages {
		p := &packages[i]
		group := groupOfPlace(p.Path)
		if group == "" || group == docsGroup && !elsewhere || p.Use() == observation.ForDevelopment {
			continue
		}
		p.Groups = []string{group}
	}
}
