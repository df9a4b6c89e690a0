// Package unread lists what a run could not read, by kind: for the last lines of a command
// and for its exit code.
package unread

import (
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// Gap is one kind of thing that could not be read.
type Gap struct {
	Count int    `json:"count"`
	What  string `json:"what"` // "repositories not read: not-found"
	// First is the message of the first of them: what, where, what to do.
	First string `json:"first,omitempty"`
}

// List counts gaps by kind and keeps the first message of each.
type List struct{ found map[string]Gap }

func (l List) add(count int, what, message string) {
	if count == 0 {
		return
	}
	gap, known := l.found[what]
	if !known {
		gap = Gap{What: what, First: message}
	}
	gap.Count += count
	l.found[what] = gap
}

// Of lists the gaps of a document by kind.
func Of(document report.Document) []Gap {
	list := New(document.Notes)
	for _, good := range document.Goods {
		list.AddGood(good)
	}
	return list.Finish(document.Summary)
}

// New starts a list with the notes of a run.
func New(notes []observation.Note) List {
	list := List{map[string]Gap{}}
	for _, note := range notes {
		list.addNote(note)
	}
	return list
}

// Finish returns the list, with the packages that were not matched.
func (l List) Finish(summary report.Summary) []Gap {
	for cause, count := range summary.Unmatched {
		l.add(count, "packages not matched: "+cause, "")
	}
	return slices.SortedFunc(maps.Values(l.found), func(a, b Gap) int { return strings.Compare(a.What, b.What) })
}

// AddGood adds those of a good.
func (l List) AddGood(good report.Good) {
	for _, note := range good.Notes {
		l.addNote(note)
	}
	for _, scan := range good.Scans {
		switch scan.Outcome {
		case report.Failed:
			l.add(1, "repositories not read: "+string(scan.Failure.Cause), scan.Failure.Message)
		case report.Partial:
			first := scan.Notes[slices.IndexFunc(scan.Notes, isGap)]
			l.add(1, "repositories read in part: "+string(first.Cause), scan.Repository.URL+": "+first.Message)
		}
	}
}

func (l List) addNote(note observation.Note) {
	if isGap(note) {
		message := note.Message
		if note.Subject != "" {
			message = note.Subject + ": " + message
		}
		l.add(1, "notes on the catalog or the database: "+string(note.Cause), message)
	}
}

// isGap reports whether a note is about something that was not read. A remark is about
// something that was read, although it was written in an unusual way.
func isGap(note observation.Note) bool { return note.Cause != observation.CauseRemark }

// Count counts the notes about something that was not read.
func Count(notes []observation.Note) int {
	n := 0
	for _, note := range notes {
		if isGap(note) {
			n++
		}
	}
	return n
}
