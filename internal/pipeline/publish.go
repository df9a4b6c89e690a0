package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

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
	Document report.Document
	// Files are the paths of the main files that were written.
	Files report.Files
	// Gaps say what could not be read: repositories that failed or were read in
	// part, entries that became no good, packages that could not be matched.
	Gaps []string
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
	return Published{Document: document, Files: files, Gaps: gaps(document)}, nil
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

// gaps says in sentences what was not read, one for each kind.
func gaps(document report.Document) []string {
	partial, entries := 0, Lost(document.Notes)
	for _, good := range document.Goods {
		entries += Lost(good.Notes)
		for _, scan := range good.Scans {
			if scan.Outcome == report.Partial {
				partial++
			}
		}
	}
	var all []string
	say := func(count int, one, many string) {
		switch {
		case count == 1:
			all = append(all, "1 "+one)
		case count > 1:
			all = append(all, fmt.Sprintf("%d %s", count, many))
		}
	}
	for _, cause := range sortedKeys(document.Summary.Failed) {
		say(document.Summary.Failed[cause], "repository not read: "+cause, "repositories not read: "+cause)
	}
	say(partial, "repository read in part", "repositories read in part")
	say(entries, "note on the catalog or the database", "notes on the catalog or the database")
	for _, cause := range sortedKeys(document.Summary.Unmatched) {
		say(document.Summary.Unmatched[cause], "package not matched: "+cause, "packages not matched: "+cause)
	}
	return all
}

// Lost counts the notes about something that was not read; a remark says that
// it was, though not as it was written.
func Lost(notes []observation.Note) int {
	n := 0
	for _, note := range notes {
		if note.Cause != observation.CauseRemark {
			n++
		}
	}
	return n
}

// sortedKeys lists the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
