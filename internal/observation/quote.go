package observation

import "regexp"

// quoted finds what an error repeats of what it could not read, in any of the
// marks that parsers use. Behind a letter a mark is an apostrophe; a single
// character is punctuation that helps to find the place. The reader of go.mod
// repeats a line without marks.
var quoted = regexp.MustCompile(`(^|[\s(\[:=])(?:"(?:[^"\\]|\\.){2,}"|'[^']{2,}'|` + "`[^`]{2,}`" + `|‘[^’]{2,}’|“[^”]{2,}”|<[^<>]{2,}>)|(unknown directive: ).+`)

// Unquoted is what an error of a parser says, without what it repeats of the
// file: that may be anything, also the name or the login of a person.
func Unquoted(said string) string { return quoted.ReplaceAllString(said, "$1$2…") }
