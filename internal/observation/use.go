package observation

import (
	"slices"
	"strings"
)

// Use tells how a repository rests on a package when it runs.
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
// guide to dependency groups, with their common spellings, are taken at their
// word, and any other is thought to be needed.
var development = strings.Fields(`dev develop development test tests testing lint linting format formatting typing typing-test
	doc docs documentation coverage build-requires python-requires`)

// optional is no group of development, and what npm calls "devOptional" has both.
const optional = "optional"

// Use says how an entry of an inventory is used. Where its groups do not all say
// that it is for development, it is not.
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
