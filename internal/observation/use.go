package observation

import (
	"slices"
	"strings"
)

// Use is how a repository depends on a package when it runs.
type Use uint8

// The uses, from the least to the most that is known of them.
const (
	ForDevelopment Use = iota // not at all: it only builds or tests with it
	UsedSomehow
	UsedTransitively
	UsedDirectly
)

// development are the names of groups whose packages only build or test. What
// is fixed by a format: npm, pnpm, pub, PDM and Composer say "dev", Pipenv
// "develop", Maven's scope is "test" (its "provided" is there at run time),
// Conan's lists are "build-requires" and "python-requires". Poetry and uv let a
// project choose the names: those of the examples in PEP 735 and in Poetry's
// guide to dependency groups, with their common spellings, count as
// development, and any other counts as needed. The last four are those that the place of
// a manifest gives: examples, benchmarks, what is kept unused, and what copies of other
// projects list of themselves.
var development = strings.Fields(`dev develop development test tests testing lint linting format formatting typing typing-test
	doc docs documentation coverage build-requires python-requires examples benchmark archived vendored`)

// optional is no group of development, and what npm calls "devOptional" has both.
const optional = "optional"

// Use is how an entry of an inventory is used: for development only where all of
// its groups are groups of development.
func (p Package) Use() Use {
	known := func(group string) bool { return slices.Contains(development, strings.ToLower(group)) }
	if slices.ContainsFunc(p.Groups, known) && !slices.ContainsFunc(p.Groups, func(g string) bool { return g != optional && !known(g) }) {
		return ForDevelopment
	}
	switch p.Relation {
	case Direct:
		return UsedDirectly
	case Transitive:
		return UsedTransitively
	}
	return UsedSomehow
}

// UseAt is how the package at i is used: as uses say, or where they are nil by its relation
// and groups.
func UseAt(packages []Package, uses []Use, i int) Use {
	if uses != nil {
		return uses[i]
	}
	return packages[i].Use()
}
