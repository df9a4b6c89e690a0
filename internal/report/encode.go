package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
)

// Encode writes the document as report.json: the same document gives the same
// bytes. What holds nothing nested stands on one line, so that a measure that
// changed is a line that changed, at little more than the compact size.
func Encode(w io.Writer, doc Document) error {
	doc = complete(doc)
	goods := doc.Goods
	doc.Goods = nil
	before, after, err := around(doc)
	if err != nil {
		return err
	}
	out := bytes.NewBuffer(before)
	for i, good := range goods {
		entry, err := encodeGood(good)
		if err != nil {
			return err
		}
		out.WriteString(separator(i == 0))
		out.Write(entry)
	}
	out.Write(closing(after, len(goods)))
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write report.json: %w", err)
	}
	return nil
}

// around returns what stands in report.json before its goods and after them, of
// a document without goods. No text of JSON holds a line break, so that a line
// of the document itself begins with its name in one place only.
func around(doc Document) (before, after []byte, err error) {
	doc.Goods = []Good{}
	compact, err := json.Marshal(doc)
	if err != nil {
		return nil, nil, fmt.Errorf("encode report.json: %w", err)
	}
	const mark = "\n \"goods\":["
	text := layOut(compact, 0)
	before, after, found := bytes.Cut(text, []byte(mark))
	if !found {
		return nil, nil, errors.New("encode report.json: its list of goods has no place")
	}
	return append(slices.Clone(before), mark...), after, nil
}

// encodeGood writes a complete good as an element of the list of goods.
func encodeGood(good Good) ([]byte, error) {
	compact, err := json.Marshal(good)
	if err != nil {
		return nil, fmt.Errorf("encode %s for report.json: %w", good.ID, err)
	}
	return layOut(compact, 2), nil
}

// separator stands before an element of the list of goods.
func separator(first bool) string {
	if first {
		return "\n  "
	}
	return ",\n  "
}

// closing ends the list of so many goods.
func closing(after []byte, goods int) []byte {
	if goods > 0 {
		after = append([]byte("\n "), after...)
	}
	return append(slices.Clone(after), '\n')
}

// Decode reads a report.json that Encode wrote.
func Decode(r io.Reader) (Document, error) {
	var doc Document
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		return Document{}, fmt.Errorf("read report.json: %w", err)
	}
	if doc.Version != SchemaVersion {
		return Document{}, fmt.Errorf("read report.json: schema version %q, this program reads %q: write the report again from its run", doc.Version, SchemaVersion)
	}
	return doc, nil
}

// layOut breaks compact JSON that stands at a depth into lines: a container that
// holds a container is opened up with one space of indent a level, any other
// stays on one line.
func layOut(compact []byte, depth int) []byte {
	nested := nesting(compact)
	out := make([]byte, 0, len(compact)+len(compact)/8)
	var open []bool // for each container around the place: is it broken into lines?
	breakLine := func() {
		out = append(out, '\n')
		out = append(out, bytes.Repeat([]byte{' '}, depth+len(open))...)
	}
	inString, next := false, 0
	for i, c := range compact {
		if inString {
			out = append(out, c)
			inString = c != '"' || escaped(compact, i)
			continue
		}
		switch c {
		case '"':
			inString = true
			out = append(out, c)
		case '{', '[':
			open = append(open, nested[next])
			next++
			out = append(out, c)
			if open[len(open)-1] {
				breakLine()
			}
		case '}', ']':
			broken := open[len(open)-1]
			open = open[:len(open)-1]
			if broken {
				breakLine()
			}
			out = append(out, c)
		case ',':
			out = append(out, c)
			if open[len(open)-1] {
				breakLine()
			}
		default:
			out = append(out, c)
		}
	}
	return out
}

// nesting says of each container, in the order in which they open, whether it
// holds another one that is not empty.
func nesting(compact []byte) []bool {
	var nested []bool
	var open []int
	inString := false
	for i, c := range compact {
		if inString {
			inString = c != '"' || escaped(compact, i)
			continue
		}
		switch c {
		case '"':
			inString = true
		case '{', '[':
			empty := compact[i+1] == '}' || compact[i+1] == ']'
			if len(open) > 0 && !empty {
				nested[open[len(open)-1]] = true
			}
			open = append(open, len(nested))
			nested = append(nested, false)
		case '}', ']':
			open = open[:len(open)-1]
		}
	}
	return nested
}

// escaped says whether the byte at i has an odd number of backslashes before it.
func escaped(text []byte, i int) bool {
	n := 0
	for i--; i >= 0 && text[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

// complete returns a copy of the document as it is published: schema and
// version set, goods by id, no path of this machine, and an empty list where a
// list is nil, so that a reader of the JSON never meets a null.
func complete(doc Document) Document {
	doc.Schema, doc.Version = "schema.json", SchemaVersion
	doc.Catalogs = each(doc.Catalogs, func(c *Catalog) { c.Location = redactPaths(c.Location) })
	doc.Scanners = list(doc.Scanners)
	doc.Advisory.Ecosystems = list(doc.Advisory.Ecosystems)
	doc.Definitions, doc.Rules = list(doc.Definitions), list(doc.Rules)
	doc.Summary.Failed = counts(doc.Summary.Failed)
	doc.Summary.Unmatched = counts(doc.Summary.Unmatched)
	doc.Summary.Stages = counts(doc.Summary.Stages)
	doc.Keystones = each(doc.Keystones, func(k *portfolio.Keystone) { k.Goods = list(k.Goods) })
	doc.FixFirst = each(doc.FixFirst, func(u *portfolio.Upgrade) { u.Goods, u.Steps = list(u.Goods), list(u.Steps) })
	doc.Unfixed = each(doc.Unfixed, func(u *portfolio.Unfixed) { u.Goods, u.Advisories = list(u.Goods), list(u.Advisories) })
	doc.Concentrations = each(doc.Concentrations, func(c *portfolio.Concentration) {
		c.Groups = each(c.Groups, func(g *portfolio.Group) { g.Stages = counts(g.Stages) })
	})
	doc.Endings = each(doc.Endings, func(e *portfolio.Ending) {
		e.Alternatives = each(e.Alternatives, func(a *portfolio.Alternative) {
			a.Parts = each(a.Parts, func(l *portfolio.Likeness) { l.Shared = list(l.Shared) })
		})
	})
	doc.Notes = redactNotes(doc.Notes)
	if doc.Change != nil {
		change := *doc.Change
		change.Entered, change.Left, change.Moved = list(change.Entered), list(change.Left), list(change.Moved)
		change.Added, change.Removed = list(change.Added), list(change.Removed)
		doc.Change = &change
	}
	doc.Goods = each(doc.Goods, completeGood)
	sort.SliceStable(doc.Goods, func(i, j int) bool { return doc.Goods[i].ID < doc.Goods[j].ID })
	return doc
}

func completeGood(good *Good) {
	good.Sources = list(good.Sources)
	good.Measures = redactMeasures(good.Measures)
	if good.Succession.Depth == "" {
		good.Succession.Depth = assess.DepthUnknown
	}
	if good.Activity.Read == 0 && good.Activity.Cause == "" {
		good.Activity.Cause = observation.CauseNoRepository
	}
	verdict := &good.Verdict
	verdict.Possible = list(verdict.Possible)
	verdict.Reasons = list(verdict.Reasons)
	verdict.Coverage.Gaps = redactGaps(verdict.Coverage.Gaps)
	verdict.FundingSources = list(verdict.FundingSources)
	completePillar(&verdict.Load)
	verdict.Supports = each(verdict.Supports, completePillar)
	good.Scans = each(good.Scans, func(scan *Scan) {
		scan.Measures = redactMeasures(scan.Measures)
		scan.Checks = list(scan.Checks)
		scan.Inventory = list(scan.Inventory)
		scan.Findings = list(scan.Findings)
		scan.Notes = redactNotes(scan.Notes)
		if scan.Failure != nil {
			failure := *scan.Failure
			redactNote(&failure)
			scan.Failure = &failure
		}
	})
}

func completePillar(pillar *assess.Pillar) {
	pillar.Possible = list(pillar.Possible)
	pillar.Reasons = list(pillar.Reasons)
}

// list returns an empty list for a nil one.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// counts returns an empty map for a nil one.
func counts[K comparable](m map[K]int) map[K]int {
	if m == nil {
		return map[K]int{}
	}
	return m
}

// each returns a copy of the items with change applied to every one.
func each[T any](items []T, change func(*T)) []T {
	copied := make([]T, len(items))
	copy(copied, items)
	for i := range copied {
		change(&copied[i])
	}
	return copied
}
