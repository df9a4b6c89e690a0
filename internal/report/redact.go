package report

import (
	"regexp"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// localPath matches an absolute path of at least two elements that is a word of its
// own in a text: at its start, or after a space, a quote or a bracket. An
// address does not match, because its path follows its host.
var localPath = regexp.MustCompile(`(^|[\s"'(=])((?:[A-Za-z]:\\|/)[^\s"':;,()/\\]+(?:[/\\][^\s"':;,()/\\]+)+[/\\]?)`)

// RedactPaths cuts the paths of the machine that wrote a report down to their
// last element. Reports are made to be published: where a catalog lies on
// a machine is private, and would make the bytes differ from one machine to the
// next.
func RedactPaths(text string) string {
	if !mayHoldPath(text) {
		return text
	}
	return localPath.ReplaceAllStringFunc(text, func(match string) string {
		parts := localPath.FindStringSubmatch(match)
		return parts[1] + "…/" + lastElement(parts[2])
	})
}

// mayHoldPath reports whether the pattern could match at all: nearly no text can.
func mayHoldPath(text string) bool {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			return true
		case text[i] == '/' && (i == 0 || strings.IndexByte(" \t\n\f\r\"'(=", text[i-1]) >= 0):
			return true
		}
	}
	return false
}

func lastElement(file string) string {
	file = strings.TrimRight(file, `/\`)
	return file[strings.LastIndexAny(file, `/\`)+1:]
}

func redactNotes(notes []observation.Note) []observation.Note {
	return each(notes, redactNote)
}

func redactNote(note *observation.Note) {
	note.Subject, note.Message = RedactPaths(note.Subject), RedactPaths(note.Message)
}

// redactMeasures cuts paths out of the reasons why measures are unknown: only
// those are about the machine, the rest is about the repository.
func redactMeasures(measures []observation.Measure) []observation.Measure {
	return each(measures, func(m *observation.Measure) {
		if m.State == observation.Unknown {
			m.Detail = RedactPaths(m.Detail)
		}
	})
}

func redactGaps(gaps []assess.Gap) []assess.Gap {
	return each(gaps, func(g *assess.Gap) { g.Detail = RedactPaths(g.Detail) })
}
