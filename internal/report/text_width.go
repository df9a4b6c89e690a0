package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextWidth estimates how wide a text in a sans serif font of 12.5 units is,
// rather too wide than too narrow.
func TextWidth(text string) float64 {
	width := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("iljtfrI.,:;'|()[] -", r):
			width += 4.6
		case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '@':
			width += 11.5
		case r < utf8.RuneSelf && unicode.IsLower(r), unicode.IsDigit(r):
			width += 7.1
		case r < utf8.RuneSelf:
			width += 9.2
		default:
			width += 12.5
		}
	}
	return width
}

// FirstClause is what a text says first, up to a full stop or a semicolon.
func FirstClause(text string) string {
	for _, end := range [...]string{". ", "; "} {
		text, _, _ = strings.Cut(text, end)
	}
	return strings.TrimSuffix(text, ".")
}
