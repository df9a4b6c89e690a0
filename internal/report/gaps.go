package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// causeGroup holds what has one cause in common.
type causeGroup[T any] struct {
	Cause observation.Cause
	Items []T
}

// groupByCause groups items by their cause: the largest group first, then by the cause.
func groupByCause[T any](items []T, causeOf func(T) observation.Cause) []causeGroup[T] {
	byCause := map[observation.Cause][]T{}
	for _, item := range items {
		byCause[causeOf(item)] = append(byCause[causeOf(item)], item)
	}
	var groups []causeGroup[T]
	for cause, items := range byCause {
		groups = append(groups, causeGroup[T]{cause, items})
	}
	slices.SortFunc(groups, func(a, b causeGroup[T]) int {
		return cmp.Or(cmp.Compare(len(b.Items), len(a.Items)), cmp.Compare(a.Cause, b.Cause))
	})
	return groups
}

// gapGroup holds what is unknown for one cause.
type gapGroup struct {
	Cause observation.Cause
	Names []string // of measures, in English
	Notes []string // the details given, each once
}

// groupGaps groups what is unknown by its cause, the largest group first.
func groupGaps(gaps []assess.Gap) []gapGroup {
	var out []gapGroup
	for _, same := range groupByCause(gaps, func(g assess.Gap) observation.Cause { return g.Cause }) {
		group := gapGroup{Cause: same.Cause}
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

// gapText explains why a measure is unknown.
func gapText(name string, cause observation.Cause, detail string) string {
	text := name + ": unknown: " + english.causeText(cause)
	if detail != "" {
		text += " (" + detail + ")"
	}
	return text + "."
}

// failedScan is a repository of a good that could not be read.
type failedScan struct {
	Good Good
	Scan Scan
}

// Message is why a repository was not read, without its address; empty where no
// message was kept.
func (f failedScan) Message() string {
	if f.Scan.Failure == nil {
		return ""
	}
	_, after, found := strings.Cut(f.Scan.Failure.Message, f.Scan.Repository.URL+": ")
	if !found || after == "" {
		return f.Scan.Failure.Message
	}
	return after
}

// failures groups the repositories that could not be read by their cause.
func failures(goods []Good) []causeGroup[failedScan] {
	var failed []failedScan
	for _, good := range goods {
		for _, scan := range good.Scans {
			if scan.Outcome == Failed {
				failed = append(failed, failedScan{good, scan})
			}
		}
	}
	return groupByCause(failed, func(f failedScan) observation.Cause {
		if f.Scan.Failure == nil {
			return ""
		}
		return f.Scan.Failure.Cause
	})
}

// partial returns the goods with a repository that was read, but not whole.
func partial(goods []Good) []Good {
	var out []Good
	for _, good := range goods {
		if slices.ContainsFunc(good.Scans, func(scan Scan) bool { return scan.Outcome == Partial }) {
			out = append(out, good)
		}
	}
	return out
}

// entryNote is a note on the run, or on the catalog entry of a good.
type entryNote struct {
	observation.Note
	Good string // id, empty where the note is on the run
}

// allNotes are the notes on the run and on the entries of its catalogs.
func allNotes(doc Document) []entryNote {
	var notes []entryNote
	for _, note := range doc.Notes {
		notes = append(notes, entryNote{Note: note})
	}
	for _, good := range doc.Goods {
		for _, note := range good.Notes {
			notes = append(notes, entryNote{note, good.ID})
		}
	}
	return notes
}
