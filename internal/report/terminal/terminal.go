// Package terminal writes a check, the results of policies and the difference of two runs
// for people at a terminal.
package terminal

import (
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
)

// minWidth is the least number of columns that are used.
const minWidth = 40

// layout lays out text in a number of columns.
type layout struct {
	out    strings.Builder
	width  int
	colour bool
}

// ANSI codes.
const (
	ansiBold   = "1"
	ansiDim    = "2"
	ansiRed    = "31"
	ansiGreen  = "32"
	ansiYellow = "33"
)

// paint colours a text whose width has already been counted, but not the
// spaces after it: those may be cut off at the end of a line.
func (t *layout) paint(code, text string) string {
	seen := strings.TrimRight(text, " ")
	if !t.colour || code == "" || seen == "" {
		return text
	}
	return "\x1b[" + code + "m" + seen + "\x1b[0m" + text[len(seen):]
}

func (t *layout) line(text string) {
	t.out.WriteString(strings.TrimRight(text, " ") + "\n")
}

func (t *layout) title(text string) {
	t.line("")
	t.line(t.paint(ansiBold, text))
}

// wrap writes a text after a prefix, its further lines indented as far. A word
// that is too long for a line is cut into lines.
func (t *layout) wrap(prefix, text, code string) {
	indent := strings.Repeat(" ", runewidth.StringWidth(prefix))
	room := t.width - len(indent)
	line := ""
	flush := func() {
		t.line(prefix + t.paint(code, line))
		prefix, line = indent, ""
	}
	for _, word := range strings.Fields(text) {
		for runewidth.StringWidth(word) > room {
			if line != "" {
				flush()
			}
			line = runewidth.Truncate(word, room, "")
			if line == "" {
				return // not even one character fits
			}
			word = strings.TrimPrefix(word, line)
			flush()
		}
		if line != "" && runewidth.StringWidth(line)+1+runewidth.StringWidth(word) > room {
			flush()
		}
		if line != "" && word != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		flush()
	}
}

// stageColour goes by the steps of the ladder: strained and messy middle stand on one.
func stageColour(stage assess.Stage) string {
	switch stage {
	case assess.Sustained:
		return ansiBold + ";" + ansiGreen
	case assess.MessyMiddle, assess.Strained:
		return ansiBold + ";" + ansiYellow
	case assess.Fading, assess.Dormant:
		return ansiBold + ";" + ansiRed
	}
	return ansiBold
}

// pillarColour is that of what is known of a level.
func pillarColour(p assess.Pillar) string { return levelColour(report.ToneOf(p)) }

func levelColour(level assess.Level) string {
	switch level {
	case assess.Strong:
		return ansiGreen
	case assess.Weak:
		return ansiYellow
	case assess.Missing:
		return ansiRed
	case assess.LevelUnknown:
		return ansiDim
	}
	return ""
}
