package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Names reports whether a text is the id, the name or an alias of a good, or the address
// of one of its repositories; upper and lower case are the same.
func (g Good) Names(text string) bool {
	text = strings.TrimSpace(text)
	for _, name := range append([]string{g.ID, g.Name}, g.Aliases...) {
		if strings.EqualFold(name, text) {
			return true
		}
	}
	return slices.ContainsFunc(g.Repositories, func(r Repository) bool { return strings.EqualFold(r.URL, strings.TrimSuffix(text, ".git")) })
}

// Bounds of what is offered in the place of a name that no good has.
const (
	mostAlike   = 3
	leastAlike  = 0.6 // share of the letters that stay
	longestName = 200 // bytes that are compared
)

// Alike returns the ids of up to three goods whose id or name looks like a text, the most
// alike first.
func Alike(text string, goods []Good) []string {
	type candidate struct {
		id    string
		alike float64
	}
	var found []candidate
	for _, g := range goods {
		best := 0.0
		for _, name := range append([]string{g.ID, g.Name}, g.Aliases...) {
			best = max(best, likeness(text, name))
		}
		if best >= leastAlike {
			found = append(found, candidate{g.ID, best})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.alike, a.alike) })
	var ids []string
	for _, c := range found[:min(len(found), mostAlike)] {
		ids = append(ids, c.id)
	}
	return ids
}

// likeness compares a text with a name, and with each part of it that is as many words
// long: "clinik" is like "Clinic Ledger".
func likeness(text, name string) float64 {
	fold := func(s string) string { return strings.ToLower(s[:min(len(s), longestName)]) }
	text, name = fold(text), fold(name)
	best := levenshtein.Similarity(text, name, nil)
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' })
	n := max(1, len(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '-' })))
	for i := 0; i+n <= len(words); i++ {
		best = max(best, levenshtein.Similarity(strings.NewReplacer("-", " ").Replace(text), strings.Join(words[i:i+n], " "), nil)-0.05)
	}
	return best
}

// NotFound is an error that says that no good has a name, and which ones may be meant.
func NotFound(said, text string, goods []Good) error {
	if ids := Alike(text, goods); len(ids) > 0 {
		return fmt.Errorf("%s; did you mean %s?", said, strings.Join(ids, " or "))
	}
	return errors.New(said)
}
