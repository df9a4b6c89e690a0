package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// CauseGroup holds what has one cause in common.
type CauseGroup[T any] struct {
	Cause observation.Cause
	Items []T
}

// GroupByCause groups items by their cause: the largest group first, then by the cause.
func GroupByCause[T any](items []T, causeOf func(T) observation.Cause) []CauseGroup[T] {
	byCause := map[observation.Cause][]T{}
	for _, item := range items {
		byCause[causeOf(item)] = append(byCause[causeOf(item)], item)
	}
	var groups []CauseGroup[T]
	for cause, items := range byCause {
		groups = append(groups, CauseGroup[T]{cause, items})
	}
	slices.SortFunc(groups, func(a, b CauseGroup[T]) int {
		return cmp.Or(cmp.Compare(len(b.Items), len(a.Items)), cmp.Compare(a.Cause, b.Cause))
	})
	return groups
}

// GapGroup holds what is unknown for one cause.
type GapGroup struct {
	Cause observation.Cause
	Names []string // of measures, in English
	Notes []string // the details given, each once
}

// GroupGaps groups what is unknown by its cause, the largest group first.
func GroupGaps(gaps []assess.Gap) []GapGroup {
	var out []GapGroup
	for _, same := range GroupByCause(gaps, func(g assess.Gap) observation.Cause { return g.Cause }) {
		group := GapGroup{Cause: same.Cause}
		for _, gap := range same.Items {
			group.Names = append(group.Names, cmp.Or(gap.Name, gap.Measure))
			if gap.Detail != "" && !slices.Contains(group.Notes, gap.Detail) {
				group.Notes = append(group.Notes, gap.Detail)
			}
		}
		out = append(out, group)
	}
	return out
}

// GapText explains why a measure is unknown.
func GapText(name string, cause observation.Cause, detail string) string {
	text := name + ": unknown: " + English.CauseText(cause)
	if detail != "" {
		text += " (" + detail + ")"
	}
	return text + "."
}

// FailedScan is a repository of a good that could not be read.
type FailedScan struct {
	Good Good
	Scan Scan
}

// Message is why a repository was not read, without its address; empty where no
// message was kept.
func (f FailedScan) Message() string {
	if f.Scan.Failure == nil {
		return ""
	}
	_, after, found := strings.Cut(f.Scan.Failure.Message, f.Scan.Repository.URL+": ")
	if !found || after == "" {
		return f.Scan.Failure.Message
	}
	return after
}

// Failures groups the repositories that could not be read by their cause.
func FailedScans(goods []Good) []CauseGroup[FailedScan] {
	var failed []FailedScan
	for _, good := range goods {
		for _, scan := range good.Scans {
			if scan.Outcome == Failed {
				failed = append(failed, FailedScan{good, scan})
			}
		}
	}
	return GroupByCause(failed, func(f FailedScan) observation.Cause {
		if f.Scan.Failure == nil {
			return ""
		}
		return f.Scan.Failure.Cause
	})
}

// PartiallyRead returns the goods with a repository that was read, but not whole.
func PartiallyRead(goods []Good) []Good {
	var out []Good
	for _, good := range goods {
		if slices.ContainsFunc(good.Scans, func(scan Scan) bool { return scan.Outcome == Partial }) {
			out = append(out, good)
		}
	}
	return out
}

// EntryNote is a note on the run, or on the catalog entry of a good.
type EntryNote struct {
	observation.Note
	Good string // id, empty where the note is on the run
}

// AllNotes are the notes on the run and on the entries of its catalogs.
func NotesOf(doc Document) []EntryNote {
	var notes []EntryNote
	for _, note := range doc.Notes {
		notes = append(notes, EntryNote{Note: note})
	}
	for _, good := range doc.Goods {
		for _, note := range good.Notes {
			notes = append(notes, EntryNote{note, good.ID})
		}
	}
	return notes
}
