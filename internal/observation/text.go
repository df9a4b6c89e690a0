package observation

import (
	"regexp"
	"strings"
	"unicode"
)

// quoted finds what an error quotes of the text that did not parse, in any of the
// quotation marks that parsers use. Behind a letter a mark is an apostrophe; a
// single character is punctuation that helps to find the place. The parser of
// go.mod quotes a line without marks.
var quoted = regexp.MustCompile(`(^|[\s(\[:=])(?:"(?:[^"\\]|\\.){2,}"|'[^']{2,}'|` +
	"`[^`]{2,}`" + `|‘[^’]{2,}’|“[^”]{2,}”|<[^<>]{2,}>)|(unknown directive: ).+`)

// RedactQuoted is the text of a parser's error without what it quotes of the
// file: that may be anything, also the name or the login of a person.
func RedactQuoted(message string) string { return quoted.ReplaceAllString(message, "$1$2…") }

// maxLine bounds the result of OneLine, in bytes.
const maxLine = 300

// OneLine makes a text from outside fit for a note or a detail: valid UTF-8
// without control characters, of at most some 300 bytes.
func OneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if len(text) > maxLine {
		text = strings.ToValidUTF8(text[:maxLine], "") + "…"
	}
	return strings.TrimSpace(text)
}
