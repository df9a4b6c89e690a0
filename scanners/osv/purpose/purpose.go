// Package purpose tells manifests whose packages do not run with the product, by the folders
// in which they lie, by their names, and by asking for nothing but tools.
package purpose

import (
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/locks"
	"github.com/midspan/midspan/scanners/osv/requirements"
)

// The groups of manifests whose place tells that what they list does not run with the
// product.
const (
	testGroup      = "test"
	docsGroup      = "docs"
	exampleGroup   = "examples"
	benchmarkGroup = "benchmark"
	archiveGroup   = "archived" // what is kept and no longer used
	vendorGroup    = "vendored" // what copies of other projects list of themselves
	toolGroup      = "dev"
)

// groupOfFolder is the group of each such folder, by its name in lower case. One that is
// only such at the top of a repository stands in groupAtTop: further down the same word
// may name a part of the product.
var (
	groupOfFolder = foldersByName(map[string]string{
		testGroup: "test tests __tests__ testing e2e spec specs __specs__ fixture fixtures __fixtures__ testdata test-data test_data " +
			"test-fixtures test_fixtures cypress playwright",
		docsGroup:      "doc docs documentation",
		exampleGroup:   "example examples sample samples",
		benchmarkGroup: "benchmark benchmarks",
		archiveGroup:   "old unused obsolete attic",
		vendorGroup:    "node_modules bower_components",
		toolGroup:      ".github .gitlab .circleci .ci .azure-pipelines .buildkite .devcontainer .storybook devtools dev-tools",
	})
	groupAtTop = foldersByName(map[string]string{
		docsGroup: "website", archiveGroup: "archive archived archives", benchmarkGroup: "bench", toolGroup: "dev development ci",
	})
)

// maybeProduct are groups whose folders are the product where no other lists packages.
var maybeProduct = []string{docsGroup, exampleGroup, benchmarkGroup, toolGroup}

func foldersByName(names map[string]string) map[string]string {
	groups := map[string]string{}
	for group, list := range names {
		for name := range strings.FieldsSeq(list) {
			groups[name] = group
		}
	}
	return groups
}

// kindsOfTests are the words before "test" that name a folder of tests: of one that is
// called "speed-test" nothing is known.
var kindsOfTests = strings.Fields("unit integration functional acceptance smoke load performance stress regression system api platform scenario")

// GroupOfFolders is the group that the folders of a file give to what it lists, or "". A
// script among copies of other projects is no list.
func GroupOfFolders(name string) string {
	if group := groupOfFolders(name); group != vendorGroup || !isScript(name) {
		return group
	}
	return ""
}

func groupOfFolders(name string) string {
	dir := path.Dir(strings.ToLower(name))
	if dir == "." {
		return ""
	}
	for i, folder := range strings.Split(dir, "/") {
		if group := groupOfFolder[folder]; group != "" {
			return group
		}
		if group := groupAtTop[folder]; group != "" && i == 0 {
			return group
		}
		words := strings.FieldsFunc(folder, func(r rune) bool { return strings.ContainsRune("-_. ", r) })
		if len(words) < 2 {
			continue
		}
		last := words[len(words)-1]
		switch {
		case last == "tests", slices.Contains(words, "e2e"), last == "test" && slices.Contains(kindsOfTests, strings.Join(words[:len(words)-1], " ")):
			return testGroup
		case folder == "development tools":
			return toolGroup
		}
	}
	if _, inside, vendored := CutVendorFolder(name); vendored && strings.Contains(inside, "/") {
		return vendorGroup
	}
	return ""
}

// isScript reports a script of a browser: it is the copy that runs, and no list.
func isScript(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".js") }

// groupOf is the group that a manifest's place or name gives to what it lists, or "".
func groupOf(name string) string {
	if group := GroupOfFolders(name); group != "" {
		return group
	}
	if !requirements.Is(name) {
		return ""
	}
	for _, word := range requirements.Words(path.Base(strings.ToLower(name))) {
		if locks.IsDevelopmentGroup(word) {
			return word
		}
	}
	return ""
}

// Mark gives packages the groups of the places that list them, and of manifests that ask
// for nothing but tools. Where nothing but documentation or examples lists packages, these
// are the product.
func Mark(packages []observation.Package) {
	groups, elsewhere := map[string]string{}, false // by path: a lockfile lists thousands of packages
	for _, p := range packages {
		if _, known := groups[p.Path]; !known {
			groups[p.Path] = groupOf(p.Path)
			elsewhere = elsewhere || !slices.Contains(maybeProduct, groups[p.Path])
		}
	}
	tools := groupOfTools(packages)
	for i := range packages {
		p := &packages[i]
		group := groups[p.Path]
		if slices.Contains(maybeProduct, group) && !elsewhere {
			group = ""
		}
		if group == "" {
			group = tools[p.Path]
		}
		if group != "" && p.Use() != observation.ForDevelopment {
			p.Groups = []string{group}
		}
	}
}
