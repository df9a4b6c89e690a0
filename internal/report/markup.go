package report

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/language"
)

// sayText says a pattern on a page, in HTML or in an attribute. What has no
// translation is marked as English, so that it is read aloud and laid out as such.
func (w words) sayText(pattern string, pairs ...any) any {
	said := w.Translate(pattern, pairs...)
	if w.Has(pattern) {
		return said
	}
	return w.inEnglish(said)
}

// sayHTML says a pattern on a page; those of its arguments that are HTML, such as a
// link, stay so, and everything else is escaped.
func (w words) sayHTML(pattern string, pairs ...any) template.HTML {
	filled := make([]any, len(pairs))
	var marks []string
	for i, arg := range pairs {
		filled[i] = arg
		switch arg := arg.(type) {
		case template.HTML:
			filled[i] = placeholder(len(marks) / 2)
			marks = append(marks, placeholder(len(marks)/2), string(arg))
		case string:
			filled[i] = strings.ReplaceAll(arg, edge, "")
		}
	}
	said := template.HTMLEscapeString(w.Translate(pattern, filled...))
	if !w.Has(pattern) {
		said = englishSpan(said)
	}
	return template.HTML(strings.NewReplacer(marks...).Replace(said))
}

// placeholder stands in a sentence for an argument that is HTML, between two
// characters for private use, which no text of a page keeps.
func placeholder(i int) string { return edge + strconv.Itoa(i) + edge }

const edge = "\ue000"

// inEnglish marks a text that is said in English on a page of any language: the words
// of a scanner, of git, of a check.
func (w words) inEnglish(value any) any {
	text := fmt.Sprint(value)
	if w.Tag() == english.Tag() || text == "" {
		return text
	}
	return template.HTML(englishSpan(template.HTMLEscapeString(text)))
}

// englishSpan marks HTML as English.
func englishSpan(html string) string { return `<span lang="en" dir="ltr">` + html + `</span>` }

// isolated marks a text from outside, whose language and direction nobody knows.
func isolated(text string) template.HTML {
	return template.HTML("<bdi>" + template.HTMLEscapeString(text) + "</bdi>")
}

// meantText says an English text that may be a pattern of the catalogs, such as the
// name of a measure, and marks it as English where it is none.
func (w words) meantText(text string) any {
	if w.Has(text) {
		return w.Pattern(text)
	}
	return w.inEnglish(text)
}

// fullSentence makes a sentence of a phrase.
func (w words) fullSentence(phrase string) string {
	return w.Translate("{sentence}.", "sentence", language.Upper(phrase))
}

// detailed says what is the case, and the detail of it in the words of the one who
// said so, where there is one.
func (w words) detailed(what any, detail string) any {
	if detail == "" {
		return what
	}
	said, marked := w.inEnglish(detail).(template.HTML)
	if !marked {
		said = template.HTML(template.HTMLEscapeString(detail))
	}
	return w.sayHTML("{what}: {detail}", "what", what, "detail", said)
}

func strong(text string) template.HTML {
	return template.HTML("<b>" + template.HTMLEscapeString(text) + "</b>")
}

// sourceList lists what was read.
func sourceList(sources []string) string {
	short := make([]string, len(sources))
	for i, source := range sources {
		short[i] = cut(source, 100)
	}
	return strings.Join(short, ", ")
}

// marked puts a text from outside into an element of a class.
func marked(class, text string) template.HTML {
	return template.HTML(`<span class="` + class + `">` + template.HTMLEscapeString(text) + `</span>`)
}

// link is a phrase that leads somewhere in the report, or to an address that web gave.
func link(address string, phrase any) template.HTML {
	inside, marked := phrase.(template.HTML)
	if !marked {
		inside = template.HTML(template.HTMLEscapeString(fmt.Sprint(phrase)))
	}
	return template.HTML(`<a href="` + template.HTMLEscapeString(address) + `">` + string(inside) + `</a>`)
}

// timeHTML writes a day for readers and for machines.
func (w words) timeHTML(t time.Time) template.HTML {
	return template.HTML(`<time datetime="` + isoDate(t) + `">` + template.HTMLEscapeString(w.Date(t)) + `</time>`)
}
