package portfolio

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
)

// profile is what a portfolio keeps of a good.
type profile struct {
	id    string
	stage assess.Stage
	// onePerson: one person does half of the work or more.
	onePerson bool

	types, sdgs, sectors, countries, organizations, licenses []string
	terms                                                    []term   // of the description, each once, by stem
	named                                                    []string // stems of the name, which count where others use them
}

// funderRole is the role of an organization that gives money and holds nothing.
const funderRole = "funder"

func profileOf(good catalog.Good, stage assess.Stage) profile {
	at := profile{
		id: good.ID, stage: stage, types: good.Types, sectors: good.Sectors, countries: good.DeploymentCountries, licenses: good.Licenses,
		terms: termsOf(good.Description),
	}
	for _, t := range termsOf(good.Name) {
		at.named = append(at.named, t.stem)
		if !slices.ContainsFunc(at.terms, func(has term) bool { return has.stem == t.stem }) {
			at.terms = append(at.terms, t)
		}
	}
	slices.SortFunc(at.terms, func(a, b term) int { return strings.Compare(a.stem, b.stem) })
	for _, n := range good.SDGs {
		at.sdgs = append(at.sdgs, strconv.Itoa(n))
	}
	for _, organization := range good.Organizations {
		if !organization.HasRole(funderRole) && !organization.IsPerson() {
			at.organizations = append(at.organizations, organization.Name)
		}
	}
	return at
}

// living reports whether a good of the stage could replace another.
func living(s assess.Stage) bool {
	return s == assess.Sustained || s == assess.MessyMiddle || s == assess.Strained || s == assess.Emerging
}

// term is a word by its stem, so that "vaccines" and "vaccination" are one, with the form
// in which it was read first.
type term struct{ stem, word string }

// minWord is the length of the shortest word that is compared, in letters.
const minWord = 4

// termsOf splits a text into its terms, each once and sorted. Left out are stop words, and
// words that software of any domain says of itself.
func termsOf(text string) []term {
	var terms []term
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) }) {
		if len([]rune(word)) < minWord || english.IsStopWord(word) {
			continue
		}
		if stem := english.Stem(word, false); !generalStems()[stem] {
			terms = append(terms, term{stem, word})
		}
	}
	slices.SortStableFunc(terms, func(a, b term) int { return strings.Compare(a.stem, b.stem) })
	return slices.Clone(slices.CompactFunc(terms, func(a, b term) bool { return a.stem == b.stem }))
}

// plainName is a name for comparison: in lower case, with single spaces.
func plainName(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }
