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

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
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
	// Languages are those of the site, with what their catalogs said.
	Languages []string `json:"languages"`
}

// Publish is the last stage: it writes the report of an assessed run. Goods
// pass one at a time; what the folder holds of one that did not change stays.
func (p *Pipeline) Publish(ctx context.Context, run store.Run) (Published, error) {
	head, err := p.head(ctx, run)
	if err != nil {
		return Published{}, err
	}
	languages, said, err := p.languages()
	if err != nil {
		return Published{}, err
	}
	writer, err := report.NewWriter(ctx, p.cfg.Out, head, languages...)
	if err != nil {
		return Published{}, err
	}
	defer writer.Close()
	list := newGaps(head.Notes)
	document, err := p.gather(ctx, run, head, func(brief report.Good, digest string, whole func() (report.Good, error)) error {
		list.addGood(brief)
		return writer.Add(brief, digest, whole)
	})
	if err != nil {
		return Published{}, err
	}
	files, err := writer.Publish(document)
	if err != nil {
		return Published{}, err
	}
	published := Published{Summary: document.Summary, Files: files, Gaps: list.of(document.Summary), Stamp: report.Stamp(p.cfg.Out), Languages: said}
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
	_, said, failed := p.languages()
	stands := published.Files.Dir == filepath.Clean(p.cfg.Out) && published.Stamp == report.Stamp(p.cfg.Out) && slices.Equal(published.Languages, said)
	return published, stands, errors.Join(err, failed)
}

// languages are those of the site, with the digests of what they say.
func (p *Pipeline) languages() (languages []*language.Language, said []string, err error) {
	for _, tag := range p.cfg.Languages {
		l, err := language.Find(tag)
		if err != nil {
			return nil, nil, err
		}
		languages, said = append(languages, l), append(said, l.Digest())
	}
	return languages, said, nil
}

// Document gathers the report of an assessed run.
func (p *Pipeline) Document(ctx context.Context, run store.Run) (report.Document, error) {
	head, err := p.head(ctx, run)
	if err != nil {
		return report.Document{}, err
	}
	var goods []report.Good
	document, err := p.gather(ctx, run, head, func(_ report.Good, _ string, whole func() (report.Good, error)) error {
		good, err := whole()
		goods = append(goods, good)
		return err
	})
	document.Goods = goods
	return document, err
}

// head is the part of the document that no good changes.
func (p *Pipeline) head(ctx context.Context, run store.Run) (report.Document, error) {
	if err := p.openAdvisories(ctx, run); err != nil {
		return report.Document{}, err
	}
	frame := p.rules.Frame()
	document := report.Document{
		Schema: "schema.json", Version: report.SchemaVersion,
		Generator:   report.Generator{Name: "midspan", Version: p.version},
		AsOf:        run.AsOf,
		Definitions: p.definitions(), Rules: p.rules.Texts(), Frame: &frame,
		Notes: append(slices.Clone(run.Notes), p.source.Notes()...),
	}
	for _, source := range run.Sources {
		document.Catalogs = append(document.Catalogs, report.Catalog(source))
	}
	for _, scanner := range p.scanners {
		document.Scanners = append(document.Scanners, report.Scanner{Name: scanner.Name(), Version: scanner.Version(), Configuration: scanner.Configuration()})
	}
	return document, nil
}

// gather hands each good of a run to add, by id: what tables show of it, the
// digest of all that it rests on, and a way to the whole. It returns the
// document without them.
func (p *Pipeline) gather(ctx context.Context, run store.Run, document report.Document, add func(brief report.Good, digest string, whole func() (report.Good, error)) error) (report.Document, error) {
	counts := newCounts()
	portfolio := assess.NewPortfolio()
	var stages []report.Good
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return document, err
		}
		one, err := p.entryOf(ctx, run, good)
		if err != nil {
			return document, fmt.Errorf("good %s: %w", good.ID, err)
		}
		one.count(counts, portfolio)
		stages = append(stages, stageOf(good.ID, good.Name, one.brief.Verdict.Stage))
		if err := add(one.brief, good.Digest, func() (report.Good, error) { return p.whole(ctx, one) }); err != nil {
			return document, err
		}
	}
	var err error
	if document.Advisory, err = p.describeAdvisories(ctx, run, counts); err != nil {
		return document, err
	}
	document.Summary = counts.of(document.Advisory)
	document.Keystones = portfolio.Keystones(topPackages, document.Advisory.Has)
	if document.FixFirst, err = portfolio.FixFirst(topPackages, advisory.Later, p.source.UnlistedMatcher(ctx)); err != nil {
		return document, fmt.Errorf("hold upgrades against the advisories: %w", err)
	}
	if document.Unfixed, err = portfolio.Unfixed(topPackages, advisory.Later, p.source.UnlistedMatcher(ctx)); err != nil {
		return document, fmt.Errorf("hold what no release fixes against the advisories: %w", err)
	}
	document.Concentrations = portfolio.Concentrations()
	document.Endings = portfolio.Endings()
	document.Change, err = p.change(ctx, run, stages)
	return document, err
}

// entry is a good on its way into the document.
type entry struct {
	brief    report.Good // without what only the observations tell
	seen     []seen      // one for each of the brief's scans
	listings []listing
}

// entryOf reads what is known of a good, but for the observations.
func (p *Pipeline) entryOf(ctx context.Context, run store.Run, good store.Good) (entry, error) {
	verdict, err := verdictOf(good)
	if err != nil {
		return entry{}, err
	}
	one := entry{brief: report.Good{Good: good.Good, Verdict: verdict.Verdict, Measures: verdict.Measures, Succession: assess.SuccessionOf(verdict.Measures)}}
	if one.seen, err = p.look(ctx, run, good); err != nil {
		return entry{}, err
	}
	for i, s := range one.seen {
		l, err := p.list(ctx, s)
		if err != nil {
			return entry{}, err
		}
		one.listings = append(one.listings, l)
		one.brief.Scans = append(one.brief.Scans, scanEntry(good.Repositories[i], s, l))
	}
	return one, nil
}

// count takes a good into what is counted over all of them.
func (e entry) count(counts *counts, portfolio *assess.Portfolio) {
	counts.good(e.brief.Verdict, len(e.brief.Scans) > 0)
	portfolio.AddGood(e.brief.Good, e.brief.Verdict.Stage, publishedBy(e.brief.Measures))
	for i, scan := range e.brief.Scans {
		counts.repository(scan, e.listings[i])
		portfolio.Add(e.brief.ID, e.listings[i].inventory.Packages, e.listings[i].inventory.Uses, e.listings[i].match.Findings)
	}
}

// publishedBy lists the packages that a good names as its own.
func publishedBy(measures []observation.Measure) []string {
	for _, m := range measures {
		if m.ID == identityPackages {
			names, _ := m.List()
			return names
		}
	}
	return nil
}

// whole adds what the observations tell, and to each finding its places.
func (p *Pipeline) whole(ctx context.Context, e entry) (report.Good, error) {
	good := e.brief
	good.Scans = slices.Clone(good.Scans)
	var activities []observation.Activity
	for i := range good.Scans {
		scan, from := &good.Scans[i], e.seen[i]
		said, err := p.read(ctx, from, e.listings[i])
		if err != nil {
			return good, fmt.Errorf("good %s: %w", good.ID, err)
		}
		activities = append(activities, said.activity)
		if scan.Outcome == report.Failed {
			continue // every measure is unknown for the one reason that the failure gives
		}
		scan.Measures = said.measures
		for _, one := range said.observations {
			scan.Checks = append(scan.Checks, one.Checks...)
		}
		if len(scan.Findings) == 0 {
			continue
		}
		packages, err := p.store.Entries(ctx, from.scan.Inventory)
		if err != nil {
			return good, fmt.Errorf("good %s: read its inventory: %w", good.ID, err)
		}
		scan.Findings = e.listings[i].match.findingsAt(packages)
	}
	good.Activity = observation.SumActivity(activities)
	return good, nil
}

// change compares with the assessed run before; nil where there is none.
func (p *Pipeline) change(ctx context.Context, run store.Run, goods []report.Good) (*report.Change, error) {
	before, err := p.store.Before(ctx, run)
	if errors.Is(err, store.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for an earlier run: %w", err)
	}
	stages, err := p.store.Stages(ctx, before.ID)
	if err != nil {
		return nil, fmt.Errorf("read the stages of an earlier run: %w", err)
	}
	earlier := report.Document{AsOf: before.AsOf}
	for _, good := range stages {
		earlier.Goods = append(earlier.Goods, stageOf(good.ID, good.Name, assess.Stage(good.Stage)))
	}
	return report.Compare(earlier, report.Document{Goods: goods}), nil
}

// stageOf is as much of a good as tells whether its stage changed.
func stageOf(id, name string, stage assess.Stage) report.Good {
	return report.Good{Good: catalog.Good{ID: id, Name: name}, Verdict: assess.Verdict{Stage: stage}}
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
	list := newGaps(document.Notes)
	for _, good := range document.Goods {
		list.addGood(good)
	}
	return list.of(document.Summary)
}

// newGaps begins with the notes on a run.
func newGaps(notes []observation.Note) gapList {
	list := gapList{map[string]Gap{}}
	for _, note := range notes {
		list.addNote(note)
	}
	return list
}

// of returns the list with the packages that were not matched.
func (l gapList) of(summary report.Summary) []Gap {
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
			first := scan.Notes[slices.IndexFunc(scan.Notes, loses)]
			l.add(1, "repositories read in part: "+string(first.Cause), scan.Repository.URL+": "+first.Message)
		}
	}
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
