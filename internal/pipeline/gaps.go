package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// Gap is one kind of thing that could not be read.
type Gap struct {
	Count int    `json:"count"`
	What  string `json:"what"` // "repositories not read: not-found"
	// First is the message of the first of them: what, where, what to do.
	First string `json:"first,omitempty"`
}

// gapList counts gaps by kind and keeps the first message of each.
type gapList struct{ found map[string]Gap }

func (l gapList) add(count int, what, message string) {
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

// Gaps lists the gaps of a matched run by kind.
func (p *Pipeline) Gaps(ctx context.Context, run store.Run) ([]Gap, error) {
	list, summary := newGaps(slices.Concat(run.Notes, p.source.Notes())), newSummary()
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return nil, err
		}
		states, err := p.loadStates(ctx, run, good)
		if err != nil {
			return nil, fmt.Errorf("good %s: %w", good.ID, err)
		}
		one := report.Good{Good: good.Good}
		for i, state := range states {
			var l matchedInventory // its match alone: packages are not counted
			if state.advisoryState != "" {
				if err := p.store.Match(ctx, state.scan.Inventory, state.advisoryState, &l.match); err != nil {
					return nil, fmt.Errorf("read the match of %s: %w", state.scan.URL, err)
				}
			}
			one.Scans = append(one.Scans, scanEntry(good.Repositories[i], state, l))
			summary.addRepository(one.Scans[i], l)
		}
		list.addGood(one)
	}
	return list.finish(summary.result), nil
}

// newGaps starts a list with the notes of a run.
func newGaps(notes []observation.Note) gapList {
	list := gapList{map[string]Gap{}}
	for _, note := range notes {
		list.addNote(note)
	}
	return list
}

// finish returns the list, with the packages that were not matched.
func (l gapList) finish(summary report.Summary) []Gap {
	for cause, count := range summary.Unmatched {
		l.add(count, "packages not matched: "+cause, "")
	}
	return slices.SortedFunc(maps.Values(l.found), func(a, b Gap) int { return strings.Compare(a.What, b.What) })
}

func (l gapList) addGood(good report.Good) {
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

func (l gapList) addNote(note observation.Note) {
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

// CountGaps counts the notes about something that was not read.
func CountGaps(notes []observation.Note) int {
	n := 0
	for _, note := range notes {
		if isGap(note) {
			n++
		}
	}
	return n
}

// sortedKeys lists the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
