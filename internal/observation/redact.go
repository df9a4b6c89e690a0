package observation

import "regexp"

// quoted finds what an error quotes of the text that did not parse, in any of the
// quotation marks that parsers use. Behind a letter a mark is an apostrophe; a
// single character is punctuation that helps to find the place. The parser of
// go.mod quotes a line without marks.
var quoted = regexp.MustCompile(`(^|[\s(\[:=])(?:"(?:[^"\\]|\\.){2,}"|'[^']{2,}'|` + "`[^`]{2,}`" + `|‘[^’]{2,}’|“[^”]{2,}”|<[^<>]{2,}>)|(unknown directive: ).+`)

// RedactQuoted is the text of a parser's error without what it quotes of the
// file: that may be anything, also the name or the login of a person.
func RedactQuoted(message string) string { return quoted.ReplaceAllString(message, "$1$2…") }
