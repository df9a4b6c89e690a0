package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sort"

	"github.com/midspan/midspan/internal/assess"
)

// Encode writes the document as report.json: the same document gives the same
// bytes. What holds nothing nested stands on one line, so that a measure that
// changed is a line that changed, at little more than the compact size.
func Encode(w io.Writer, doc Document) error {
	compact, err := json.Marshal(complete(doc))
	if err != nil {
		return fmt.Errorf("encode report.json: %w", err)
	}
	if _, err := w.Write(layOut(compact)); err != nil {
		return fmt.Errorf("write report.json: %w", err)
	}
	return nil
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

// layOut breaks compact JSON into lines: a container that holds a container is
// opened up with one space of indent a level, any other stays on one line.
func layOut(compact []byte) []byte {
	nested := nesting(compact)
	out := make([]byte, 0, len(compact)+len(compact)/8)
	var open []bool // for each container around the place: is it broken into lines?
	breakLine := func() {
		out = append(out, '\n')
		out = append(out, bytes.Repeat([]byte{' '}, len(open))...)
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
	return append(out, '\n')
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
	doc.Catalogs = each(doc.Catalogs, func(c *Catalog) { c.Location = withoutPaths(c.Location) })
	doc.Scanners = list(doc.Scanners)
	doc.Advisory.Ecosystems = list(doc.Advisory.Ecosystems)
	doc.Definitions = list(doc.Definitions)
	doc.Summary.Failed = counts(doc.Summary.Failed)
	doc.Summary.Unmatched = counts(doc.Summary.Unmatched)
	doc.Summary.Stages = counts(doc.Summary.Stages)
	doc.Keystones = each(doc.Keystones, func(k *assess.Keystone) { k.Goods = list(k.Goods) })
	doc.FixFirst = each(doc.FixFirst, func(u *assess.Upgrade) { u.Goods = list(u.Goods) })
	doc.Notes = publicNotes(doc.Notes)
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
	good.Measures = publicMeasures(good.Measures)
	verdict := &good.Verdict
	verdict.Possible = list(verdict.Possible)
	verdict.Reasons = list(verdict.Reasons)
	verdict.Coverage.Gaps = publicGaps(verdict.Coverage.Gaps)
	verdict.FundingSources = list(verdict.FundingSources)
	completePillar(&verdict.Load)
	verdict.Supports = each(verdict.Supports, completePillar)
	good.Scans = each(good.Scans, func(scan *Scan) {
		scan.Measures = publicMeasures(scan.Measures)
		scan.Checks = list(scan.Checks)
		scan.Inventory = list(scan.Inventory)
		scan.Findings = list(scan.Findings)
		scan.Notes = publicNotes(scan.Notes)
		if scan.Failure != nil {
			failure := *scan.Failure
			publicNote(&failure)
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
