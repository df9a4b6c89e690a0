package report

import (
	"regexp"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// localPath matches an absolute path of at least two elements that stands by
// itself in a text: at its start, or after a space, a quote or a bracket. An
// address does not match, because its path follows its host.
var localPath = regexp.MustCompile(`(^|[\s"'(=])((?:[A-Za-z]:\\|/)[^\s"':;,()/\\]+(?:[/\\][^\s"':;,()/\\]+)+[/\\]?)`)

// withoutPaths cuts the paths of the machine that wrote a report down to their
// last element. Reports are made to be published: where somebody keeps a
// catalog is nobody's business, and would make the bytes differ from one
// machine to the next.
func withoutPaths(text string) string {
	return localPath.ReplaceAllStringFunc(text, func(match string) string {
		parts := localPath.FindStringSubmatch(match)
		return parts[1] + "…/" + lastElement(parts[2])
	})
}

func lastElement(file string) string {
	file = strings.TrimRight(file, `/\`)
	return file[strings.LastIndexAny(file, `/\`)+1:]
}

func publicNotes(notes []observation.Note) []observation.Note {
	return each(notes, publicNote)
}

func publicNote(note *observation.Note) {
	note.Subject, note.Message = withoutPaths(note.Subject), withoutPaths(note.Message)
}

// publicMeasures cuts paths out of the reasons why measures are unknown: only
// those tell of the machine, the rest tell of the repository.
func publicMeasures(measures []observation.Measure) []observation.Measure {
	return each(measures, func(m *observation.Measure) {
		if m.State == observation.Unknown {
			m.Detail = withoutPaths(m.Detail)
		}
	})
}

func publicGaps(gaps []assess.Gap) []assess.Gap {
	return each(gaps, func(g *assess.Gap) { g.Detail = withoutPaths(g.Detail) })
}
