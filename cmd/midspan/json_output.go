package main

import (
	"fmt"
	"io"
	"slices"
	"unicode"
	"unicode/utf8"
)

// jsonOutput writes JSON for a terminal: characters that could drive it (the controls from
// U+007F to U+009F), or that turn its text around, are written as escapes. The values are
// the same.
type jsonOutput struct {
	w    io.Writer
	rest []byte // the beginning of a character of which the end is still to come
}

// Write escapes and passes on.
func (j *jsonOutput) Write(data []byte) (int, error) {
	all := append(j.rest, data...)
	j.rest = nil
	var out []byte
	for len(all) > 0 {
		if !utf8.FullRune(all) {
			j.rest = slices.Clone(all)
			break
		}
		r, size := utf8.DecodeRune(all)
		if r >= 0x7f && r <= 0x9f || unicode.Is(unicode.Bidi_Control, r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, all[:size]...)
		}
		all = all[size:]
	}
	_, err := j.w.Write(out)
	return len(data), err
}
