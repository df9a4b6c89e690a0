package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrPartial marks a record that was read but for the fields that it names.
var ErrPartial = errors.New("read in part")

// jsonReader reads one JSON text from its beginning to its end. A value of an
// unexpected type is skipped, and the first one is kept as typeError. Invalid JSON ends
// the reading with an error. null is an absent value of any type.
type jsonReader struct {
	decoder   *jsontext.Decoder
	source    bytes.Buffer
	buffer    []byte // of the last string
	typeError error  // for the first value of an unexpected type

	typeErrors int       // how many values of an unexpected type were skipped
	now        time.Time // see Parser.Now
}

// reset begins a new text, which must not change until the next reset.
func (j *jsonReader) reset(data []byte) {
	j.source, j.typeError, j.typeErrors = *bytes.NewBuffer(data), nil, 0
	// Published records repeat names and hold invalid UTF-8. The last value of a name
	// counts, and invalid bytes become U+FFFD.
	options := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	if j.decoder == nil {
		j.decoder = jsontext.NewDecoder(&j.source, options...)
		return
	}
	j.decoder.Reset(&j.source, options...)
}

// end fails where anything follows the value that was read.
func (j *jsonReader) end() error {
	_, err := j.decoder.ReadToken()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return errors.New("something follows the record")
}

// expect reports whether a value of a kind comes next, and skips any other value.
func (j *jsonReader) expect(kind jsontext.Kind) (bool, error) {
	found := j.decoder.PeekKind()
	if found == kind {
		return true, nil
	}
	if err := j.decoder.SkipValue(); err != nil {
		return false, err
	}
	if found == 'n' {
		return false, nil
	}
	j.typeErrors++
	if j.typeError == nil {
		j.typeError = fmt.Errorf("%w: field %q holds a JSON %s", ErrPartial, j.decoder.StackPointer(), found)
	}
	return false, nil
}

// object calls member for every member of an object, which must read its value.
// name is valid until it does.
func (j *jsonReader) object(member func(name []byte) error) error {
	if ok, err := j.expect('{'); !ok {
		return err
	}
	if _, err := j.decoder.ReadToken(); err != nil {
		return err
	}
	for j.decoder.PeekKind() != '}' {
		raw, err := j.decoder.ReadValue()
		if err != nil {
			return err
		}
		name := raw[1 : len(raw)-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			name, _ = jsontext.AppendUnquote([]byte(nil), raw) // as in bytes
		}
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := j.decoder.ReadToken()
	return err
}

// array calls element for every element of an array, which must read it.
func (j *jsonReader) array(element func() error) error {
	if ok, err := j.expect('['); !ok {
		return err
	}
	if _, err := j.decoder.ReadToken(); err != nil {
		return err
	}
	for j.decoder.PeekKind() != ']' {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := j.decoder.ReadToken()
	return err
}

// bytes returns a string, valid until the next one. ok is false where the value is not
// a string.
func (j *jsonReader) bytes() (text []byte, ok bool, err error) {
	if ok, err := j.expect('"'); !ok {
		return nil, false, err
	}
	raw, err := j.decoder.ReadValue()
	if err != nil {
		return nil, false, err
	}
	// The error is for invalid UTF-8, which was replaced. Any other fault was found by
	// the decoder.
	j.buffer, _ = jsontext.AppendUnquote(j.buffer[:0], raw)
	return j.buffer, true, nil
}

// string sets a field that must hold a string.
func (j *jsonReader) string(field *string) error {
	text, ok, err := j.bytes()
	if ok {
		*field = string(text)
	}
	return err
}

// text sets a field that may hold any value. It is empty where that is not a string.
func (j *jsonReader) text(field *string) error {
	*field = ""
	if j.decoder.PeekKind() != '"' {
		return j.decoder.SkipValue()
	}
	return j.string(field)
}

// time sets a field that may hold any value. It is zero where that is not a time.
func (j *jsonReader) time(field *time.Time) error {
	*field = time.Time{}
	var text string
	if err := j.text(&text); err != nil {
		return err
	}
	if parsed, err := time.Parse(time.RFC3339, text); err == nil {
		*field = fromUnix(parsed.Unix())
	}
	return nil
}

// strings sets a field that must hold a list of strings.
func (j *jsonReader) strings(field *[]string) error {
	*field = nil
	return j.array(func() error {
		text, ok, err := j.bytes()
		if ok {
			*field = append(*field, string(text))
		}
		return err
	})
}

// list sets a field that must hold a list.
func list[T any](j *jsonReader, field *[]T, read func(*T) error) error {
	*field = nil
	return j.array(func() error {
		var element T
		err := read(&element)
		*field = append(*field, element)
		return err
	})
}

func (j *jsonReader) skip() error { return j.decoder.SkipValue() }
