// Package inventory reads lists of software that agencies and communities publish in forms
// of their own, and brings their entries to the columns of a table, which package catalog
// turns into goods. It knows nothing of goods or repositories.
//
// Contacts of persons stand in some of these forms. They are never read.
package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Row is an entry. Its fields bear the names of the columns of a table ("name", "url",
// "licence"); a value is a text, a list of texts, or whatever the document has in its
// place. The column "claimed" holds addresses that may be those of a repository.
type Row struct {
	// Entry says where the row stands: "releases[3]", "line 12".
	Entry  string
	Fields map[string]any
}

// set gives a field a value, unless the value is nothing.
func (r Row) set(field string, value any) {
	switch v := value.(type) {
	case nil:
		return
	case string:
		if strings.TrimSpace(v) == "" {
			return
		}
	case []any:
		if len(v) == 0 {
			return
		}
	case []string:
		if len(v) == 0 {
			return
		}
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = item
		}
		value = items
	}
	r.Fields[field] = value
}

// List is a document.
type List struct {
	// Name is the format: code.json, sill, markdown, cyclonedx or spdx.
	Name string
	Rows []Row
	// Omitted is what was left out on purpose, as a sentence; empty for nothing.
	Omitted string
}

// document is a text, and its fields where it is an object of JSON: all readers of JSON tell
// by these whether it is theirs.
type document struct {
	text   []byte
	fields map[string]json.RawMessage
}

// errNotThis is the error of a format for a document of another.
var errNotThis = errors.New("another format")

// Read reads a document. ok is false where it is of none of the formats; an error means
// that it is of one and cannot be read. The text is UTF-8 and not empty; the extension is
// in lower case, with its dot.
func Read(text []byte, extension string) (list List, ok bool, err error) {
	d := document{text: bytes.TrimSpace(text)}
	readers := []func(document) (List, error){readXML, readTagValue}
	switch {
	case len(d.text) == 0:
		return List{}, false, nil
	case d.text[0] == '{' || d.text[0] == '[':
		d.fields = object(d.text)
		readers = []func(document) (List, error){readCycloneDX, readSPDX, readSPDX3, readCodeJSON, readSILL}
	case extension == ".md" || extension == ".markdown":
		readers = []func(document) (List, error){readMarkdown}
	}
	for _, read := range readers {
		list, err := read(d)
		if !errors.Is(err, errNotThis) {
			return list, true, err
		}
	}
	return List{}, false, nil
}

// object decodes an object whose values are left as they are; nil where a text is none.
func object(text []byte) map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if len(text) == 0 || text[0] != '{' || json.Unmarshal(text, &fields) != nil {
		return nil
	}
	return fields
}

// items decodes a list whose items are left as they are; nil where a text is none.
func items(text []byte) []json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) != nil {
		return nil
	}
	return list
}

// record is an object of a document, read field by field: what is of another type than
// expected is nothing.
type record map[string]any

func recordOf(raw json.RawMessage) record {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var fields map[string]any
	if decoder.Decode(&fields) != nil {
		return nil
	}
	return fields
}

// first is the value of the first of these fields that is there.
func (r record) first(names ...string) any {
	for _, name := range names {
		if value := r[name]; value != nil && value != "" {
			return value
		}
	}
	return nil
}

func (r record) text(names ...string) string {
	text, _ := r.first(names...).(string)
	return strings.TrimSpace(text)
}

func (r record) record(name string) record {
	fields, _ := r[name].(map[string]any)
	return fields
}

// records are the objects of a list, or the one in its place.
func (r record) records(name string) []record {
	switch value := r[name].(type) {
	case map[string]any:
		return []record{value}
	case []any:
		var all []record
		for _, item := range value {
			if fields, ok := item.(map[string]any); ok {
				all = append(all, fields)
			}
		}
		return all
	}
	return nil
}

// inLanguage is a text, or the text of an object of languages: the English one, else the
// French one.
func (r record) inLanguage(names ...string) string {
	switch value := r.first(names...).(type) {
	case string:
		return value
	case map[string]any:
		return record(value).text("en", "fr")
	}
	return ""
}

// numbered calls an entry of a list.
func numbered(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }
