package language

import (
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/message"
)

// filler fills one pattern of a language.
type filler struct {
	order  []string // names of the arguments
	pieces []piece  // of the text; nil where the library has to fill it
	// added puts the pattern into the catalog, where the library finds it.
	added func() error
}

// piece is a part of a text, and what follows it.
type piece struct {
	text  string
	place int // of an argument in the order; -1 for none
	shown bool
	forms []wordForm // of the word that follows the number
}

// wordForm is a word for some numbers.
type wordForm struct {
	form plural.Form
	word string
}

// fill writes the text for an English pattern with arguments by their names.
func (l *Language) fill(pattern string, arg func(name string) Arg) string {
	text := pattern
	if l.fallback != nil {
		var translated bool
		if text, translated = l.texts[pattern]; !translated {
			return l.fallback.fill(pattern, arg)
		}
	}
	if !strings.Contains(text, "{") {
		return text
	}
	f := l.fillerOf(pattern, text)
	args, texts := make([]Arg, len(f.order)), make([]string, len(f.order))
	for i, name := range f.order {
		args[i] = arg(name)
		texts[i] = l.TranslateArg(args[i])
	}
	if filled, ok := l.join(f, args, texts); ok {
		return filled
	}
	return l.fillByCatalog(pattern, f, args, texts)
}

// fillByCatalog leaves the text to the library of catalogs, which takes ten times as long.
func (l *Language) fillByCatalog(pattern string, f *filler, args []Arg, texts []string) string {
	if err := f.added(); err != nil {
		return pattern // a pattern that cannot be filled is still readable
	}
	list := make([]any, 0, 2*len(f.order))
	for i, text := range texts {
		list = append(list, pluralNumber(args[i]), text)
	}
	return l.printer.Sprintf(message.Key(pattern, pattern), list...)
}

// join puts the pieces of a text together. It reports false where the library has to: it
// knows the forms of words after numbers with decimals.
func (l *Language) join(f *filler, args []Arg, texts []string) (string, bool) {
	if f.pieces == nil {
		return "", false
	}
	var b strings.Builder
	for _, p := range f.pieces {
		b.WriteString(p.text)
		if p.place < 0 {
			continue
		}
		if p.shown {
			b.WriteString(texts[p.place])
		}
		if p.forms == nil {
			continue
		}
		n, whole := pluralNumber(args[p.place]).(int)
		word, ok := l.wordAfter(n, p.forms)
		if !whole || !ok {
			return "", false
		}
		if p.shown {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String(), true
}

// maxWhole bounds the numbers whose words are chosen here: the library takes a number by
// its last digits.
const maxWhole = 1_000_000

// wordAfter is the first of the words that fits a whole number.
func (l *Language) wordAfter(n int, forms []wordForm) (string, bool) {
	if n < 0 || n >= maxWhole {
		return "", false
	}
	form := plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)
	for _, f := range forms {
		if f.form == form || f.form == plural.Other {
			return f.word, true
		}
	}
	return "", false
}

// fillerOf makes the filler of a pattern when it is first used.
func (l *Language) fillerOf(pattern, text string) *filler {
	if known, ok := l.filled.Load(pattern); ok {
		return known.(*filler)
	}
	f := &filler{order: argNames(pattern), added: func() error { return nil }}
	if l.fallback == nil { // translations are in the catalog from the beginning
		f.added = sync.OnceValue(func() error { return l.addPattern(pattern, pattern) })
	}
	f.pieces = piecesOf(text, f.order)
	known, _ := l.filled.LoadOrStore(pattern, f)
	return known.(*filler)
}

// pluralForms are the names of the forms that a language may have.
var pluralForms = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// piecesOf cuts a text at its arguments; nil where it has one that is not among the names,
// or words that are not chosen by the form of a number alone.
func piecesOf(text string, order []string) []piece {
	places := map[string]int{}
	for i, name := range order {
		places[name] = i
	}
	pieces, end := []piece{}, 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		place, known := places[text[at[2]:at[3]]]
		if !known {
			return nil
		}
		p := piece{text: text[end:at[0]], place: place, shown: true}
		if at[4] >= 0 {
			p.shown = text[at[4]] == '|'
			cases, err := pluralCases(text[at[6]:at[7]], "")
			if err != nil {
				return nil
			}
			for i := 0; i < len(cases); i += 2 {
				form, named := pluralForms[cases[i].(string)]
				if !named {
					return nil
				}
				p.forms = append(p.forms, wordForm{form, cases[i+1].(string)})
			}
		}
		pieces, end = append(pieces, p), at[1]
	}
	return append(pieces, piece{text: text[end:], place: -1})
}
