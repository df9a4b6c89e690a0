// Package svg writes numbers as SVG has them, short.
package svg

import (
	"math"
	"strconv"
	"strings"
)

// Where a text stands beside its point; without either it begins there.
const (
	AnchorMiddle = ` text-anchor="middle"`
	AnchorEnd    = ` text-anchor="end"`
)

// Path writes SVG path commands: strings are commands, numbers coordinates.
func Path(parts ...any) string {
	var b strings.Builder
	gap := false
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			b.WriteString(part)
			gap = false
		case float64:
			text := Coordinate(part)
			if gap && !strings.HasPrefix(text, "-") {
				b.WriteByte(' ')
			}
			b.WriteString(text)
			gap = true
		case int:
			if gap {
				b.WriteByte(' ')
			}
			b.WriteString(strconv.Itoa(part))
			gap = true
		}
	}
	return b.String()
}

// Coordinate writes a length to a tenth, without a needless zero.
func Coordinate(f float64) string {
	text := strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64)
	if strings.HasPrefix(text, "0.") {
		return text[1:]
	}
	if strings.HasPrefix(text, "-0.") {
		return "-" + text[2:]
	}
	return text
}
