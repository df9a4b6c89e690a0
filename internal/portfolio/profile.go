package portfolio

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
)

// profile is what a portfolio keeps of a good.
type profile struct {
	id    string
	stage assess.Stage

	types, sdgs, sectors, countries, organizations, licenses []string
	words                                                    []string // of the description, each once, sorted
}

// funderRole is the role of an organization that gives money and holds nothing.
const funderRole = "funder"

func profileOf(good catalog.Good, stage assess.Stage) profile {
	at := profile{
		id: good.ID, stage: stage, types: good.Types, sectors: good.Sectors, countries: good.DeploymentCountries, licenses: good.Licenses,
		words: wordsOf(good.Description, good.Name),
	}
	for _, n := range good.SDGs {
		at.sdgs = append(at.sdgs, strconv.Itoa(n))
	}
	for _, organization := range good.Organizations {
		if !strings.EqualFold(organization.Role, funderRole) && !organization.IsPerson() {
			at.organizations = append(at.organizations, organization.Name)
		}
	}
	return at
}

// living reports whether a good of the stage could replace another.
func living(s assess.Stage) bool {
	return s == assess.Sustained || s == assess.MessyMiddle || s == assess.Strained || s == assess.Emerging
}

// minWord is the length of the shortest word that is compared, in letters.
const minWord = 4

// emptyWords are English stop words of four letters and more.
var emptyWords = strings.Fields(`able across also based been being between both each from have into like makes more most other over such than that their
	them then there these they this those through together used user uses using very well what when where which while will with within without would your`)

// wordsOf splits a description into its words in lower case, each once and sorted. The
// endings of English plurals are cut, so that "farmers" is "farmer". Words of the
// good's own name are left out: two goods are not similar because of their names.
func wordsOf(description, name string) []string {
	split := func(text string) []string {
		words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) })
		for i, word := range words {
			if stem, cut := strings.CutSuffix(word, "ies"); cut {
				words[i] = stem + "y"
			} else if len(word) > minWord {
				words[i] = strings.TrimSuffix(word, "s")
			}
		}
		return words
	}
	own := split(name)
	words := slices.DeleteFunc(split(description), func(word string) bool {
		return len([]rune(word)) < minWord || slices.Contains(own, word) || slices.Contains(emptyWords, word)
	})
	slices.Sort(words)
	return slices.Clone(slices.Compact(words))
}

// plainName is a name for comparison: in lower case, with single spaces.
func plainName(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }
