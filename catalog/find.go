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

// AmbiguousError says that a text names several goods.
type AmbiguousError struct {
	Text string
	IDs  []string // of the goods, at most mostNamed
	More int      // further ones
}

// mostNamed is how many goods an AmbiguousError lists.
const mostNamed = 10

// Error implements error.
func (e *AmbiguousError) Error() string {
	more := ""
	if e.More > 0 {
		more = fmt.Sprintf(" and %d more", e.More)
	}
	return fmt.Sprintf("%q names several goods: %s%s; name one by its id", e.Text, strings.Join(e.IDs, ", "), more)
}

// Pick returns the good that a text names. Its id as it is written comes first, then a name
// or another id as it is written, then all of these and addresses in any case. A text that
// fits several alike is an *AmbiguousError.
func Pick(text string, goods []Good) (Good, error) {
	text = strings.TrimSpace(text)
	for _, fits := range []func(Good) bool{
		func(g Good) bool { return g.ID == text },
		func(g Good) bool { return g.Name == text || slices.Contains(g.Aliases, text) },
		func(g Good) bool { return g.Names(text) },
	} {
		var found []Good
		for _, g := range goods {
			if fits(g) {
				found = append(found, g)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		e := &AmbiguousError{Text: text}
		for _, g := range found[:min(len(found), mostNamed)] {
			e.IDs = append(e.IDs, g.ID)
		}
		e.More = len(found) - len(e.IDs)
		return Good{}, e
	}
	return Good{}, NotFound(fmt.Sprintf("there is no good with the id or the name %q", text), text, goods)
}

// NotFound is an error that says that no good has a name, and which ones may be meant.
func NotFound(message, text string, goods []Good) error {
	if ids := Alike(text, goods); len(ids) > 0 {
		return fmt.Errorf("%s; did you mean %s?", message, strings.Join(ids, " or "))
	}
	return errors.New(message)
}
