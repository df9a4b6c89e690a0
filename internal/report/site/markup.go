package site

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
)

// translateText fills a pattern for a page, in HTML or in an attribute. What has no
// translation is marked as English, for screen readers and for its direction. An argument
// that is marked itself stays HTML, and never becomes text that shows its markup.
func (w pageLocalizer) translateText(pattern string, pairs ...any) any {
	for _, arg := range pairs {
		if _, marked := arg.(template.HTML); marked {
			return w.translateHTML(pattern, pairs...)
		}
	}
	text := w.Translate(pattern, pairs...)
	if w.Has(pattern) {
		return text
	}
	return w.inEnglish(text)
}

// translateHTML fills a pattern for a page. Arguments that are HTML, such as a link, stay
// HTML, and everything else is escaped.
func (w pageLocalizer) translateHTML(pattern string, pairs ...any) template.HTML {
	filled := make([]any, len(pairs))
	var marks []string
	for i, arg := range pairs {
		filled[i] = arg
		switch arg := arg.(type) {
		case template.HTML:
			filled[i] = placeholder(len(marks) / 2)
			marks = append(marks, placeholder(len(marks)/2), string(arg))
		case string:
			filled[i] = strings.ReplaceAll(arg, placeholderEdge, "")
		}
	}
	text := template.HTMLEscapeString(w.Translate(pattern, filled...))
	if !w.Has(pattern) {
		text = englishSpan(text)
	}
	return template.HTML(strings.NewReplacer(marks...).Replace(text))
}

// placeholder replaces an argument that is HTML while a sentence is filled. It lies
// between two characters for private use, which no text of a page keeps.
func placeholder(i int) string { return placeholderEdge + strconv.Itoa(i) + placeholderEdge }

const placeholderEdge = "\ue000"

// inEnglish marks a text that is in English on a page of any language: a message of a
// scanner, of git, of a check.
func (w pageLocalizer) inEnglish(value any) any {
	text := fmt.Sprint(value)
	if w.Tag() == report.English.Tag() || text == "" {
		return text
	}
	return template.HTML(englishSpan(template.HTMLEscapeString(text)))
}

// englishSpan marks HTML as English.
func englishSpan(html string) string { return `<span lang="en" dir="ltr">` + html + `</span>` }

// isolated marks a text from outside, whose language and direction are unknown, where it
// can turn what stands around it or be taken for another language: on a page in English,
// ASCII cannot.
func (w pageLocalizer) isolated(text string) template.HTML {
	if w.Tag() == report.English.Tag() && !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return template.HTML(template.HTMLEscapeString(text))
	}
	return template.HTML("<bdi>" + template.HTMLEscapeString(text) + "</bdi>")
}

// translatedText translates an English text that may be a pattern of the catalogs, such
// as the name of a measure, and marks it as English where it is none.
func (w pageLocalizer) translatedText(text string) any {
	if w.Has(text) {
		return w.Pattern(text)
	}
	return w.inEnglish(text)
}

// asSentence makes a sentence of a phrase.
func (w pageLocalizer) asSentence(phrase string) string {
	return w.Translate("{sentence}.", "sentence", language.Upper(phrase))
}

// withDetail appends a detail, which is in English, where there is one.
func (w pageLocalizer) withDetail(what any, detail string) any {
	if detail == "" {
		return what
	}
	html, marked := w.inEnglish(detail).(template.HTML)
	if !marked {
		html = template.HTML(template.HTMLEscapeString(detail))
	}
	return w.translateHTML("{what}: {detail}", "what", what, "detail", html)
}

func bold(text string) template.HTML {
	return template.HTML("<b>" + template.HTMLEscapeString(text) + "</b>")
}

// sourceList lists what was read.
func sourceList(sources []string) string {
	short := make([]string, len(sources))
	for i, source := range sources {
		short[i] = report.Cut(source, 100)
	}
	return strings.Join(short, ", ")
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
func (w pageLocalizer) timeHTML(t time.Time) template.HTML {
	return template.HTML(`<time datetime="` + report.ISODate(t) + `">` + template.HTMLEscapeString(w.Date(t)) + `</time>`)
}
