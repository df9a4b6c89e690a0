// Package language says a report's sentences in the reader's language.
//
// A sentence is written once, in English, where it is meant: in a template, a rule or
// the code. That English pattern is the key under which the catalogs of the other
// languages hold its translation (catalogs/*.json, see docs/translating.md). A
// sentence without a translation is said in English.
package language

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
	"golang.org/x/text/number"
)

// Language says sentences in one language. It is safe for concurrent use.
type Language struct {
	tag      language.Tag
	about    about
	texts    map[string]string // English pattern to the pattern of this language
	catalog  *catalog.Builder
	printer  *message.Printer
	learned  sync.Map  // the patterns that stand in the catalog, with the names of their arguments
	numbers  sync.Map  // whole numbers below a thousand, as they are written
	fallback *Language // English; nil in English itself
}

// Tag is the BCP 47 tag of the language, Name what it calls itself.
func (l *Language) Tag() string  { return l.about.Tag }
func (l *Language) Name() string { return l.about.Name }

// Digest changes with any translation of the language.
func (l *Language) Digest() string {
	hash := sha256.New()
	fmt.Fprintln(hash, l.Tag())
	for _, pattern := range slices.Sorted(maps.Keys(l.texts)) {
		fmt.Fprintf(hash, "%q %q\n", pattern, l.texts[pattern])
	}
	return l.Tag() + " " + hex.EncodeToString(hash.Sum(nil)[:8])
}

// Direction is that of the script, as HTML calls it: ltr or rtl.
func (l *Language) Direction() string {
	if l.about.RightToLeft {
		return "rtl"
	}
	return "ltr"
}

// Say fills a pattern with named arguments, which come in pairs: a name, and an
// int, a float64, a string, a time.Time (its day), a Message or an Arg.
func (l *Language) Say(pattern string, pairs ...any) string {
	return l.Tell(M(pattern, pairs...))
}

// Tell says a message.
func (l *Language) Tell(m Message) string {
	text := m.Pattern
	if l.fallback != nil {
		var translated bool
		if text, translated = l.texts[m.Pattern]; !translated {
			return l.fallback.Tell(m)
		}
	}
	if !strings.Contains(text, "{") {
		return text
	}
	return l.fill(m)
}

// Sentence says a message as a sentence of its own: its first letter is large, but a
// name with which it begins stays as it is written.
func (l *Language) Sentence(m Message) string {
	said := l.Tell(m)
	for _, a := range m.Args {
		if a.Text != "" && strings.HasPrefix(said, a.Text) {
			return said
		}
	}
	return Upper(said)
}

// TellAll says one sentence after another.
func (l *Language) TellAll(messages []Message) string {
	said := make([]string, len(messages))
	for i, m := range messages {
		said[i] = l.Sentence(m)
	}
	return strings.Join(said, " ")
}

// Has tells whether the language has a pattern of its own for an English one.
func (l *Language) Has(pattern string) bool {
	_, translated := l.texts[pattern]
	return translated || l.fallback == nil
}

// Pattern returns the pattern of this language for an English one, which is itself
// where there is none: for scripts, which fill patterns in the browser.
func (l *Language) Pattern(pattern string) string {
	if text, translated := l.texts[pattern]; translated {
		return text
	}
	return pattern
}

// Number writes a number with the separators of the language: no trailing zeros, at
// most two decimals.
func (l *Language) Number(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return l.Say("not a number")
	}
	f = math.Round(f*100) / 100
	if said, known := l.numbers.Load(f); known {
		return said.(string)
	}
	said := l.printer.Sprint(number.Decimal(math.Abs(f), number.MaxFractionDigits(2)))
	if f < 0 {
		said = "−" + said
	}
	if f >= 0 && f < 1000 && f == math.Trunc(f) {
		l.numbers.Store(f, said)
	}
	return said
}

// Percent writes a share from 0 to 1 without ever rounding it up to all or down to
// nothing.
func (l *Language) Percent(share float64) string {
	switch whole := math.Round(share * 100); {
	case share > 0 && whole == 0:
		return l.Say("under {n} %", "n", 1)
	case share < 1 && whole == 100:
		return l.Say("over {n} %", "n", 99)
	default:
		return l.Say("{n} %", "n", whole)
	}
}

// months are keys of the catalogs.
var months = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// Month is the short name of a month.
func (l *Language) Month(m time.Month) string { return l.Say(months[m-1]) }

// Date writes a day in UTC, or a dash for none.
func (l *Language) Date(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t = t.UTC()
	// The year is no quantity: it has no separators.
	return l.Say("{day} {month} {year}", "day", fmt.Sprint(t.Day()), "month", l.Month(t.Month()), "year", fmt.Sprint(t.Year()))
}

// join says a list: "a", "a and b", "a, b and c".
func (l *Language) join(items []string, word string) string {
	if len(items) == 0 {
		return ""
	}
	last := len(items) - 1
	if word == "" {
		last++
	}
	said := items[0]
	for _, item := range items[1:max(1, last)] {
		said = l.Say("{list}, {item}", "list", said, "item", item)
	}
	switch {
	case word == "" || last == 0:
		return said
	case word == "or":
		return l.Say("{list} or {last}", "list", said, "last", items[last])
	}
	return l.Say("{list} and {last}", "list", said, "last", items[last])
}

// Lower makes the first letter of a name small, but leaves an abbreviation alone.
func Lower(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if second, _ := utf8.DecodeRuneInString(name[size:]); name == "" || unicode.IsUpper(second) {
		return name
	}
	return string(unicode.ToLower(first)) + name[size:]
}

// Upper puts the first letter of a sentence into upper case.
func Upper(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	return string(unicode.ToUpper(first)) + sentence[size:]
}
