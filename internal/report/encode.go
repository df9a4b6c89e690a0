package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/midspan/midspan/catalog"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/succession"
)

// Encode writes the document as report.json: the same document gives the same
// bytes. What holds nothing nested stands on one line, so that a measure that
// changed is a line that changed, at little more than the compact size.
func Encode(w io.Writer, doc Document) error {
	doc = Complete(doc)
	goods := doc.Goods
	doc.Goods = nil
	before, after, err := EncodeFrame(doc)
	if err != nil {
		return err
	}
	out := bytes.NewBuffer(before)
	for i, good := range goods {
		entry, err := EncodeGood(good)
		if err != nil {
			return err
		}
		out.WriteString(EncodeSeparator(i == 0))
		out.Write(entry)
	}
	out.Write(EncodeClosing(after, len(goods)))
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write report.json: %w", err)
	}
	return nil
}

// jsonOptions are the options of report.json: those of encoding/json, but an empty list or
// object where Go has nil, so that a reader never meets a null.
func jsonOptions() json.Options {
	return json.JoinOptions(jsonv1.DefaultOptionsV1(), json.FormatNilSliceAsNull(false), json.FormatNilMapAsNull(false))
}

// Around returns what stands in report.json before its goods and after them, of
// a document without goods.
func EncodeFrame(doc Document) (before, after []byte, err error) {
	doc.Goods = []Good{}
	compact, err := json.Marshal(doc, jsonOptions())
	if err != nil {
		return nil, nil, fmt.Errorf("encode report.json: %w", err)
	}
	text := layOut(nil, compact, 0)
	tokens := decoderOf(text)
	for err == nil && tokens.StackPointer() != "/goods" {
		_, err = tokens.ReadToken()
	}
	if err == nil {
		_, err = tokens.ReadToken() // the bracket of the list
	}
	if err != nil {
		return nil, nil, fmt.Errorf("encode report.json: find its list of goods: %w", err)
	}
	at := tokens.InputOffset()
	return text[:at:at], text[at:], nil
}

// EncodeGood writes a complete good as an element of the list of goods.
func EncodeGood(good Good) ([]byte, error) {
	compact, err := json.Marshal(good, jsonOptions())
	if err != nil {
		return nil, fmt.Errorf("encode %s for report.json: %w", good.ID, err)
	}
	return layOut(nil, compact, 2), nil
}

// Separator stands before an element of the list of goods.
func EncodeSeparator(first bool) string {
	if first {
		return "\n  "
	}
	return ",\n  "
}

// Closing ends the list of so many goods.
func EncodeClosing(after []byte, goods int) []byte {
	if goods > 0 {
		after = append([]byte("\n "), after...)
	}
	return append(slices.Clone(after), '\n')
}

// Decode reads a report.json that Encode wrote.
func Decode(r io.Reader) (Document, error) {
	var doc Document
	if err := jsonv1.NewDecoder(r).Decode(&doc); err != nil {
		return Document{}, fmt.Errorf("read report.json: %w", err)
	}
	if doc.Version != SchemaVersion {
		return Document{}, fmt.Errorf("read report.json: schema version %q, this program reads %q: write the report again from its run", doc.Version, SchemaVersion)
	}
	return doc, nil
}

// layOut appends compact JSON that stands at a depth, broken into lines: a container
// that holds a container is opened up with one space of indent a level, any other
// stays on one line.
func layOut(out []byte, compact jsontext.Value, depth int) []byte {
	if !nests(compact) {
		return append(out, compact...)
	}
	line := "\n" + strings.Repeat(" ", depth+1)
	tokens := decoderOf(compact)
	tokens.ReadToken() // the bracket; compact is JSON, so no error follows
	out = append(out, compact[0])
	for n := 0; tokens.PeekKind() != '}' && tokens.PeekKind() != ']'; n++ {
		if n > 0 {
			out = append(out, ',')
		}
		out = append(out, line...)
		if compact[0] == '{' {
			name, _ := tokens.ReadValue()
			out = append(append(out, name...), ':')
		}
		element, _ := tokens.ReadValue()
		out = layOut(out, element, depth+1)
	}
	return append(append(out, line[:len(line)-1]...), compact[len(compact)-1])
}

// nests reports whether JSON is a container that holds another one that is not empty.
func nests(compact jsontext.Value) bool {
	if !bytes.ContainsAny(compact[1:], "{[") {
		return false
	}
	tokens := decoderOf(compact)
	for {
		if _, err := tokens.ReadToken(); err != nil { // at the end
			return false
		}
		if tokens.StackDepth() > 2 || tokens.StackDepth() == 2 && tokens.PeekKind() != '}' && tokens.PeekKind() != ']' {
			return true
		}
	}
}

func decoderOf(value jsontext.Value) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(value), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// Complete returns a copy of the document as it is published: schema and
// version set, goods by id, no path of this machine.
func Complete(doc Document) Document {
	doc.Schema, doc.Version = "schema.json", SchemaVersion
	doc.Catalogs = each(doc.Catalogs, func(c *Catalog) { c.Location = RedactPaths(c.Location) })
	doc.Notes = redactNotes(doc.Notes)
	doc.Keystones = each(doc.Keystones, func(k *portfolio.Keystone) { k.Lifecycle = cmp.Or(k.Lifecycle, portfolio.Unseen) })
	doc.Goods = each(doc.Goods, CompleteGood)
	slices.SortStableFunc(doc.Goods, func(a, b Good) int { return cmp.Compare(a.ID, b.ID) })
	return doc
}

func CompleteGood(good *Good) {
	good.Sources = each(good.Sources, func(s *catalog.Source) { s.Location = RedactPaths(s.Location) })
	good.Measures = redactMeasures(good.Measures)
	good.Succession.Depth = cmp.Or(good.Succession.Depth, succession.Unknown)
	if good.Activity.Read == 0 {
		good.Activity.Cause = cmp.Or(good.Activity.Cause, observation.CauseNoRepository)
	}
	good.Verdict.Coverage.Gaps = redactGaps(good.Verdict.Coverage.Gaps)
	good.Scans = each(good.Scans, func(scan *Scan) {
		scan.Measures = redactMeasures(scan.Measures)
		scan.Notes = redactNotes(scan.Notes)
		if scan.Failure != nil {
			failure := *scan.Failure
			redactNote(&failure)
			scan.Failure = &failure
		}
	})
}

// each returns a copy of the items with change applied to every one.
func each[T any](items []T, change func(*T)) []T {
	copied := append([]T{}, items...)
	for i := range copied {
		change(&copied[i])
	}
	return copied
}
