// Package language translates the sentences of a report.
//
// A sentence is written once, in English, where it is used: in a template, a rule or
// the code. That English pattern is the key under which the catalogs of the other
// languages hold its translation (catalogs/*.json, see docs/translating.md). A
// sentence without a translation stays English.
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

// Language translates sentences into one language. It is safe for concurrent use.
type Language struct {
	tag      language.Tag
	info     languageInfo
	texts    map[string]string // English pattern to the pattern of this language
	catalog  *catalog.Builder
	printer  *message.Printer
	filled   sync.Map  // what was made of the patterns that were filled so far, *filler by English pattern
	numbers  sync.Map  // whole numbers below a thousand, formatted
	fallback *Language // English; nil in English itself
	patterns int       // of the program, as its catalog lists them
	// unreviewed says that no native speaker has read the translations.
	unreviewed bool
}

// Tag is the BCP 47 tag of the language, Name its name in the language itself.
func (l *Language) Tag() string  { return l.info.Tag }
func (l *Language) Name() string { return l.info.Name }

// WholeFrom is the share of the sentences from which a language is offered: below it a
// reader meets English in every paragraph.
const WholeFrom = 0.95

// Share is the share of the program's sentences, from 0 to 1, that are translated.
func (l *Language) Share() float64 {
	if l.fallback == nil {
		return 1
	}
	if l.patterns == 0 {
		return 0
	}
	return float64(len(l.texts)) / float64(l.patterns)
}

// IsPartial reports whether too little of a language is translated to offer it.
func (l *Language) IsPartial() bool { return l.Share() < WholeFrom }

// IsUnreviewed reports whether no native speaker has read the translations yet.
func (l *Language) IsUnreviewed() bool { return l.unreviewed }

// Digest changes with any translation of the language.
func (l *Language) Digest() string {
	hash := sha256.New()
	fmt.Fprintln(hash, l.Tag())
	for _, pattern := range slices.Sorted(maps.Keys(l.texts)) {
		fmt.Fprintf(hash, "%q %q\n", pattern, l.texts[pattern])
	}
	return l.Tag() + " " + hex.EncodeToString(hash.Sum(nil)[:8])
}

// Direction is that of the script, as in HTML's dir: ltr or rtl.
func (l *Language) Direction() string {
	if l.info.RightToLeft {
		return "rtl"
	}
	return "ltr"
}

// Translate fills the translation of a pattern with named arguments. They come in
// pairs: a name, and an int, a float64, a string, a time.Time (its day), a Message
// or an Arg.
func (l *Language) Translate(pattern string, pairs ...any) string {
	return l.fill(pattern, func(name string) Arg {
		for i := len(pairs) - 2; i >= 0; i -= 2 {
			if pairs[i] == any(name) {
				return argument(pairs[i+1])
			}
		}
		return Arg{}
	})
}

// TranslateMessage translates a message.
func (l *Language) TranslateMessage(m Message) string {
	return l.fill(m.Pattern, func(name string) Arg { return m.Args[name] })
}

// Sentence translates a message as a sentence of its own: its first letter is upper
// case, but a name at its beginning stays as it is.
func (l *Language) Sentence(m Message) string {
	text := l.TranslateMessage(m)
	for _, a := range m.Args {
		if a.Text != "" && strings.HasPrefix(text, a.Text) {
			return text
		}
	}
	return Upper(text)
}

// Sentences translates messages and joins the sentences with spaces.
func (l *Language) Sentences(messages []Message) string {
	text := make([]string, len(messages))
	for i, m := range messages {
		text[i] = l.Sentence(m)
	}
	return strings.Join(text, " ")
}

// Has reports whether the language has a translation of an English pattern.
func (l *Language) Has(pattern string) bool {
	_, translated := l.texts[pattern]
	return translated || l.fallback == nil
}

// Pattern is the translation of an English pattern, or the English one where there
// is none. Scripts fill these patterns in the browser.
func (l *Language) Pattern(pattern string) string {
	if text, translated := l.texts[pattern]; translated {
		return text
	}
	return pattern
}

// Number formats a number with the separators of the language: no trailing zeros, at
// most two decimals.
func (l *Language) Number(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return l.Translate("not a number")
	}
	f = math.Round(f*100) / 100
	if text, known := l.numbers.Load(f); known {
		return text.(string)
	}
	text := l.printer.Sprint(number.Decimal(math.Abs(f), number.MaxFractionDigits(2)))
	if f < 0 {
		text = "−" + text
	}
	if f >= 0 && f < 1000 && f == math.Trunc(f) {
		l.numbers.Store(f, text)
	}
	return text
}

// Percent formats a share from 0 to 1. It never rounds up to 100 % or down to 0 %.
func (l *Language) Percent(share float64) string {
	switch whole := math.Round(share * 100); {
	case share > 0 && whole == 0:
		return l.Translate("under {n} %", "n", 1)
	case share < 1 && whole == 100:
		return l.Translate("over {n} %", "n", 99)
	default:
		return l.Translate("{n} %", "n", whole)
	}
}

// months are the names of the months, short and in full.
var months = [...]struct{ short, full Message }{
	{M("Jan"), M("January")}, {M("Feb"), M("February")}, {M("Mar"), M("March")}, {M("Apr"), M("April")},
	{M("May"), M("May")}, {M("Jun"), M("June")}, {M("Jul"), M("July")}, {M("Aug"), M("August")},
	{M("Sep"), M("September")}, {M("Oct"), M("October")}, {M("Nov"), M("November")}, {M("Dec"), M("December")},
}

// Month is the short name of a month.
func (l *Language) Month(m time.Month) string { return l.TranslateMessage(months[m-1].short) }

// LongDate is a day in UTC with its month in full.
func LongDate(t time.Time) Message {
	t = t.UTC()
	return M("{day} {month} {year}", "day", fmt.Sprint(t.Day()), "month", months[t.Month()-1].full, "year", fmt.Sprint(t.Year()))
}

// LongMonth is the month of a day in UTC in full, with its year.
func LongMonth(t time.Time) Message {
	t = t.UTC()
	return M("{month} {year}", "month", months[t.Month()-1].full, "year", fmt.Sprint(t.Year()))
}

// Date formats a day in UTC; the zero time is a dash.
func (l *Language) Date(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t = t.UTC()
	// The year is no quantity: it has no separators.
	return l.Translate("{day} {month} {year}", "day", fmt.Sprint(t.Day()), "month", l.Month(t.Month()), "year", fmt.Sprint(t.Year()))
}

// joinList formats a list: "a", "a and b", "a, b and c".
func (l *Language) joinList(items []string, word string) string {
	if len(items) == 0 {
		return ""
	}
	last := len(items) - 1
	if word == "" {
		last++
	}
	text := items[0]
	for _, item := range items[1:max(1, last)] {
		text = l.Translate("{list}, {item}", "list", text, "item", item)
	}
	switch {
	case word == "" || last == 0:
		return text
	case word == "or":
		return l.Translate("{list} or {last}", "list", text, "last", items[last])
	}
	return l.Translate("{list} and {last}", "list", text, "last", items[last])
}

// Lower puts the first letter of a name into lower case, unless an abbreviation
// begins it.
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
