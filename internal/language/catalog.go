package language

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

//go:embed catalogs
var files embed.FS

// File is a catalog: the shape that gotext, the tool of golang.org/x/text, writes and
// that translators' tools read.
type File struct {
	Language string `json:"language"`
	// Reviewed says that a native speaker has read the translations.
	Reviewed bool    `json:"reviewed,omitempty"`
	Messages []Entry `json:"messages"`
}

// Entry is a sentence and its translation. The plural forms of a word after a number
// are named where the language has others than singular and plural:
// {n|one:…|two:…|few:…|many:…|other:…}.
type Entry struct {
	ID                string `json:"id"` // the English pattern
	Translation       string `json:"translation"`
	TranslatorComment string `json:"translatorComment,omitempty"`
	Fuzzy             bool   `json:"fuzzy,omitempty"` // needs a review; not used before it
}

// languageInfo is what is known of a language before its catalog is read.
type languageInfo struct {
	Tag, Name   string
	RightToLeft bool
}

// supported are the official languages of the United Nations. English is written in the code.
var supported = [...]languageInfo{
	{"en", "English", false}, {"ar", "العربية", true}, {"zh", "中文", false},
	{"fr", "Français", false}, {"ru", "Русский", false}, {"es", "Español", false},
}

// Tags are the tags of the languages that Find knows.
func Tags() []string {
	tags := make([]string, len(supported))
	for i, a := range supported {
		tags[i] = a.Tag
	}
	return tags
}

// Offered are the tags of the languages of which so much is translated that pages in them
// can be read.
func Offered() []string {
	return slices.DeleteFunc(Tags(), func(tag string) bool {
		l, err := Find(tag)
		return err != nil || l.IsPartial()
	})
}

// English returns the language in which all patterns are written.
func English() *Language { return newLanguage(supported[0], nil) }

// Find returns a language by its tag. An unknown tag is an error that lists the known
// ones.
func Find(tag string) (*Language, error) {
	for _, a := range supported {
		if !strings.EqualFold(a.Tag, tag) {
			continue
		}
		if a == supported[0] {
			return English(), nil
		}
		return read(a)
	}
	return nil, fmt.Errorf("there is no language %q; there are %s", tag, strings.Join(Tags(), ", "))
}

func read(a languageInfo) (*Language, error) {
	name := path.Join("catalogs", a.Tag+".json")
	data, err := files.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var file File
	if err == nil {
		if err := json.Unmarshal(data, &file); err != nil {
			return nil, fmt.Errorf("read the embedded %s: %w", name, err)
		}
	}
	l, err := newFromFile(a, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

// FromFile makes a language of a catalog that is not embedded, such as one that is
// being translated. Its tag must be one of Tags.
func FromFile(file File) (*Language, error) {
	for _, a := range supported[1:] {
		if strings.EqualFold(a.Tag, file.Language) {
			return newFromFile(a, file)
		}
	}
	return nil, fmt.Errorf("no catalog can be made for the language %q; there can be for %s", file.Language, strings.Join(Tags()[1:], ", "))
}

func newFromFile(a languageInfo, file File) (*Language, error) {
	texts := make(map[string]string, len(file.Messages))
	for _, entry := range file.Messages {
		if entry.Translation != "" && !entry.Fuzzy {
			texts[entry.ID] = entry.Translation
		}
	}
	l := newLanguage(a, texts)
	l.patterns, l.unreviewed = len(file.Messages), !file.Reviewed
	for pattern, text := range texts {
		if err := l.addPattern(pattern, text); err != nil {
			return nil, fmt.Errorf("the translation of %q: %w", pattern, err)
		}
	}
	return l, nil
}

// latinDigits asks for the digits 0 to 9 in every language: days, versions and figures
// inside sentences have them, and two kinds of digits on a page are read as two things.
const latinDigits = "-u-nu-latn"

func newLanguage(a languageInfo, texts map[string]string) *Language {
	tag := language.MustParse(a.Tag + latinDigits)
	l := &Language{tag: tag, info: a, texts: texts, catalog: catalog.NewBuilder(catalog.Fallback(tag))}
	l.printer = message.NewPrinter(tag, message.Catalog(l.catalog))
	if a.Tag != supported[0].Tag {
		l.fallback = English()
	}
	return l
}

// placeholder is an argument in a pattern: {name}, {name|one|many} or {name!one|many}.
var placeholder = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*)(?:([|!])([^{}]*))?\}`)

// argNames are the arguments of a pattern, each once, in their order.
func argNames(pattern string) []string {
	var found []string
	seen := map[string]bool{}
	for _, match := range placeholder.FindAllStringSubmatch(pattern, -1) {
		if !seen[match[1]] {
			seen[match[1]] = true
			found = append(found, match[1])
		}
	}
	return found
}

// addPattern adds the text for an English pattern to the catalog. Argument i of the
// pattern becomes two arguments of the catalog's message: the number that selects
// the plural form, and the text that is shown.
func (l *Language) addPattern(pattern, text string) error {
	order, place := argNames(pattern), map[string]int{}
	for i, name := range order {
		place[name] = i
	}
	var vars []catalog.Message
	var errs error
	format := placeholder.ReplaceAllStringFunc(strings.ReplaceAll(text, "%", "%%"), func(match string) string {
		parts := placeholder.FindStringSubmatch(match)
		at, known := place[parts[1]]
		if !known {
			errs = errors.Join(errs, fmt.Errorf("{%s} is no argument of it", parts[1]))
			return match
		}
		shown := fmt.Sprintf("%%[%d]s", 2*at+2)
		if parts[2] == "" {
			return shown
		}
		if parts[2] == "|" {
			shown += " "
		} else {
			shown = ""
		}
		name := fmt.Sprintf("word%d", len(vars))
		cases, err := pluralCases(parts[3], shown)
		errs = errors.Join(errs, err)
		vars = append(vars, catalog.Var(name, plural.Selectf(2*at+1, "", cases...)))
		return "${" + name + "}"
	})
	if errs != nil {
		return errs
	}
	if err := l.catalog.Set(l.tag, pattern, append(vars, catalog.String(format))...); err != nil {
		return err
	}
	return nil
}

// Check is an error where an English pattern cannot be filled with these arguments.
func (l *Language) Check(pattern string, arguments ...string) error {
	for _, name := range argNames(pattern) {
		if !slices.Contains(arguments, name) {
			return fmt.Errorf("{%s} in %q is none of {%s}", name, pattern, strings.Join(arguments, "}, {"))
		}
	}
	if l.fallback != nil {
		return l.fallback.Check(pattern, arguments...)
	}
	if err := l.addPattern(pattern, pattern); err != nil {
		return fmt.Errorf("%q: %w", pattern, err)
	}
	return nil
}

// pluralCases are the cases of a word: "person|people", or "one:…|few:…|other:…".
func pluralCases(words, before string) ([]any, error) {
	list := strings.Split(words, "|")
	var cases []any
	for i, word := range list {
		form, rest, named := strings.Cut(word, ":")
		if !named {
			if len(list) > 2 {
				return nil, fmt.Errorf("{…|%s}: more than two forms need names, as in one:…|few:…|other:…", words)
			}
			form, rest = "other", word
			if i == 0 && len(list) == 2 {
				form = "one"
			}
		}
		cases = append(cases, form, before+rest)
	}
	return cases, nil
}

// pluralNumber is the number that selects the plural form of a word.
func pluralNumber(a Arg) any {
	switch {
	case a.Number == nil:
		return 0
	case *a.Number == math.Trunc(*a.Number) && math.Abs(*a.Number) < 1e15:
		return int(*a.Number)
	}
	return *a.Number
}
