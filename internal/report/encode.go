package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

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
	return layOut(make([]byte, 0, len(compact)+len(compact)/8), compact, 2), nil
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
// that holds a container that is not empty is opened up with one space of indent a level,
// any other stays on one line.
func layOut(out []byte, compact jsontext.Value, depth int) []byte {
	opened := openedIn(compact)
	var open []bool // of the containers around
	next := 0
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		switch c {
		case '"':
			end := endOfText(compact, i)
			out = append(out, compact[i:end]...)
			i = end - 1
			continue
		case '{', '[':
			open = append(open, opened[next])
			next++
			out = append(out, c)
			if open[len(open)-1] {
				out = appendLine(out, depth+len(open))
			}
			continue
		case '}', ']':
			if open[len(open)-1] {
				out = appendLine(out, depth+len(open)-1)
			}
			open = open[:len(open)-1]
		}
		out = append(out, c)
		if c == ',' && open[len(open)-1] {
			out = appendLine(out, depth+len(open))
		}
	}
	return out
}

// openedIn tells of each container of compact JSON, in the order in which they begin,
// whether it holds another one that is not empty.
func openedIn(compact jsontext.Value) []bool {
	var opened []bool
	var around []int // the containers around, by their places in opened
	for i := 0; i < len(compact); i++ {
		switch compact[i] {
		case '"':
			i = endOfText(compact, i) - 1
		case '{', '[':
			if isEmpty := compact[i+1] == '}' || compact[i+1] == ']'; len(around) > 0 && !isEmpty {
				opened[around[len(around)-1]] = true
			}
			around = append(around, len(opened))
			opened = append(opened, false)
		case '}', ']':
			around = around[:len(around)-1]
		}
	}
	return opened
}

// endOfText returns where the text in JSON ends that begins at a quote.
func endOfText(compact []byte, quote int) int {
	for i := quote + 1; ; {
		i += bytes.IndexByte(compact[i:], '"')
		escapes := 0
		for compact[i-1-escapes] == '\\' {
			escapes++
		}
		if i++; escapes%2 == 0 {
			return i
		}
	}
}

func appendLine(out []byte, indent int) []byte {
	out = append(out, '\n')
	for range indent {
		out = append(out, ' ')
	}
	return out
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
