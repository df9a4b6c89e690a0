package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// topPackages bounds the lists of keystones and of upgrades in a report.
const topPackages = 50

// Published says what a run gave and where it stands.
type Published struct {
	Summary report.Summary `json:"summary"`
	// Files are the paths of the main files that were written.
	Files report.Files `json:"files"`
	// Gaps say what could not be read: repositories that failed or were read in
	// part, entries that became no good, packages that could not be matched.
	Gaps []Gap `json:"gaps"`
	// Stamp names the files as they were written.
	Stamp string `json:"stamp"`
}

// Publish is the last stage: it writes the report of an assessed run.
func (p *Pipeline) Publish(ctx context.Context, run store.Run) (Published, error) {
	document, err := p.Document(ctx, run)
	if err != nil {
		return Published{}, err
	}
	files, err := report.Write(ctx, p.cfg.Out, document)
	if err != nil {
		return Published{}, err
	}
	published := Published{Summary: document.Summary, Files: files, Gaps: gaps(document), Stamp: report.Stamp(p.cfg.Out)}
	return published, p.store.PutOutcome(ctx, run.ID, published)
}

// standing returns what was published of a run, where its report stands
// untouched in the folder that is written to.
func (p *Pipeline) standing(ctx context.Context, run store.Run) (Published, bool, error) {
	var published Published
	err := p.store.Outcome(ctx, run.ID, &published)
	if errors.Is(err, store.ErrNone) {
		return Published{}, false, nil
	}
	stands := published.Files.Dir == filepath.Clean(p.cfg.Out) && published.Stamp == report.Stamp(p.cfg.Out)
	return published, stands, err
}

// Document gathers the report of an assessed run.
func (p *Pipeline) Document(ctx context.Context, run store.Run) (report.Document, error) {
	if err := p.openAdvisories(ctx, run); err != nil {
		return report.Document{}, err
	}
	document := report.Document{
		Schema: "schema.json", Version: report.SchemaVersion,
		Generator:   report.Generator{Name: "midspan", Version: p.version},
		AsOf:        run.AsOf,
		Definitions: p.definitions(),
		Notes:       append(slices.Clone(run.Notes), p.advisoryNotes...),
	}
	for _, source := range run.Sources {
		document.Catalogs = append(document.Catalogs, report.Catalog(source))
	}
	for _, scanner := range p.scanners {
		document.Scanners = append(document.Scanners, report.Scanner{Name: scanner.Name(), Version: scanner.Version(), Configuration: scanner.Configuration()})
	}
	counts := newCounts()
	portfolio := assess.NewPortfolio()
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return report.Document{}, err
		}
		entry, err := p.entry(ctx, run, good, counts, portfolio)
		if err != nil {
			return report.Document{}, err
		}
		document.Goods = append(document.Goods, entry)
	}
	var err error
	if document.Advisory, err = p.describeAdvisories(ctx, run, counts); err != nil {
		return report.Document{}, err
	}
	document.Summary = counts.of(document.Advisory)
	document.Keystones = portfolio.Keystones(topPackages, document.Advisory.Has)
	document.FixFirst = portfolio.FixFirst(topPackages, advisory.Later)
	return document, p.addChange(ctx, run, &document)
}

// entry is the part of the document that speaks of one good.
func (p *Pipeline) entry(ctx context.Context, run store.Run, good store.Good, counts *counts, portfolio *assess.Portfolio) (report.Good, error) {
	verdict, err := verdictOf(good)
	if err != nil {
		return report.Good{}, err
	}
	entry := report.Good{Good: good.Good, Verdict: verdict.Verdict, Measures: verdict.Measures}
	counts.good(verdict.Verdict, len(good.Repositories) > 0)
	var packages []observation.Package
	var findings []observation.Finding
	for _, repository := range good.Repositories {
		all, err := p.seen(ctx, run, repository)
		if err != nil {
			return report.Good{}, fmt.Errorf("good %s: %w", good.ID, err)
		}
		scan := p.scanEntry(repository, all)
		counts.repository(scan, all)
		entry.Scans = append(entry.Scans, scan)
		packages = append(packages, all.packages...)
		findings = append(findings, all.match.Findings...)
	}
	portfolio.Add(good.ID, verdict.Verdict.Stage, packages, findings)
	return entry, nil
}

// addChange compares with the assessed run before, if there is one.
func (p *Pipeline) addChange(ctx context.Context, run store.Run, document *report.Document) error {
	before, err := p.store.Before(ctx, run)
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for an earlier run: %w", err)
	}
	earlier := report.Document{AsOf: before.AsOf}
	for good, err := range p.store.Goods(ctx, before.ID) {
		if err != nil {
			return err
		}
		verdict, err := verdictOf(good)
		if err != nil {
			return err
		}
		earlier.Goods = append(earlier.Goods, report.Good{Good: good.Good, Verdict: verdict.Verdict})
	}
	document.Change = report.Compare(earlier, *document)
	return nil
}

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

// gaps says what was not read, by kind.
func gaps(document report.Document) []Gap {
	list := gapList{map[string]Gap{}}
	for _, note := range document.Notes {
		list.addNote(note)
	}
	for _, good := range document.Goods {
		for _, note := range good.Notes {
			list.addNote(note)
		}
		for _, scan := range good.Scans {
			switch scan.Outcome {
			case report.Failed:
				list.add(1, "repositories not read: "+string(scan.Failure.Cause), scan.Failure.Message)
			case report.Partial:
				first := scan.Notes[slices.IndexFunc(scan.Notes, loses)]
				list.add(1, "repositories read in part: "+string(first.Cause), scan.Repository.URL+": "+first.Message)
			}
		}
	}
	for cause, count := range document.Summary.Unmatched {
		list.add(count, "packages not matched: "+cause, "")
	}
	return slices.SortedFunc(maps.Values(list.found), func(a, b Gap) int { return strings.Compare(a.What, b.What) })
}

func (l gapList) addNote(note observation.Note) {
	if loses(note) {
		message := note.Message
		if note.Subject != "" {
			message = note.Subject + ": " + message
		}
		l.add(1, "notes on the catalog or the database: "+string(note.Cause), message)
	}
}

// loses reports whether a note says that something was not read; a remark says
// that it was, though not as it was written.
func loses(note observation.Note) bool { return note.Cause != observation.CauseRemark }

// Lost counts the notes about something that was not read.
func Lost(notes []observation.Note) int {
	n := 0
	for _, note := range notes {
		if loses(note) {
			n++
		}
	}
	return n
}

// sortedKeys lists the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
