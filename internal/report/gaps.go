package report

import (
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// gapGroup holds what is unknown for one cause.
type gapGroup struct {
	Cause observation.Cause
	Names []string // of measures, in English
	Notes []string // the details given, each once
}

// groupGaps groups what is unknown by its cause, the largest group first.
func groupGaps(gaps []assess.Gap) []gapGroup {
	groups := map[string]*gapGroup{}
	n := map[string]int{}
	for _, gap := range gaps {
		cause := string(gap.Cause)
		if groups[cause] == nil {
			groups[cause] = &gapGroup{Cause: gap.Cause}
		}
		n[cause]++
		name := gap.Name
		if name == "" {
			name = gap.Measure
		}
		g := groups[cause]
		g.Names = append(g.Names, name)
		if gap.Detail != "" && !slices.Contains(g.Notes, gap.Detail) {
			g.Notes = append(g.Notes, gap.Detail)
		}
	}
	var out []gapGroup
	for _, c := range byCount(n) {
		out = append(out, *groups[c.Name])
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

// failedScans are the repositories that could not be read for one cause.
type failedScans struct {
	cause observation.Cause
	scans []failedScan
}

// failures groups the repositories that could not be read by their class, the
// largest class first.
func failures(goods []Good) []failedScans {
	byCause := map[string][]failedScan{}
	n := map[string]int{}
	for _, good := range goods {
		for _, scan := range good.Scans {
			if scan.Outcome != Failed {
				continue
			}
			cause := ""
			if scan.Failure != nil {
				cause = string(scan.Failure.Cause)
			}
			byCause[cause] = append(byCause[cause], failedScan{good, scan})
			n[cause]++
		}
	}
	var out []failedScans
	for _, c := range byCount(n) {
		out = append(out, failedScans{observation.Cause(c.Name), byCause[c.Name]})
	}
	return out
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
