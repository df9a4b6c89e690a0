// Package varint encodes numbers, texts and lists of texts for columns of a database:
// numbers as varints, texts and lists behind their length.
package varint

import "encoding/binary"

// AppendText appends a text.
func AppendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// AppendTexts appends a list of texts.
func AppendTexts(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, text := range list {
		b = AppendText(b, text)
	}
	return b
}

// CutText returns the text at the beginning of data without copying it, and what
// follows. ok is false where data does not begin with a text.
func CutText(data []byte) (text, rest []byte, ok bool) {
	length, n := binary.Uvarint(data)
	if n <= 0 || length > uint64(len(data)-n) {
		return nil, nil, false
	}
	data = data[n:]
	return data[:length], data[length:], true
}

// Reader reads encoded values in their order. After the first value that does not fit,
// all values are zero and Failed is true.
type Reader struct {
	// Rest is what was not read yet. Texts are parts of it, not copies.
	Rest   string
	Failed bool
}

func (r *Reader) fail() { r.Rest, r.Failed = "", true }

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if r.Rest == "" {
		r.fail()
		return 0
	}
	b := r.Rest[0]
	r.Rest = r.Rest[1:]
	return b
}

// head is what a number can take up.
func (r *Reader) head() []byte { return []byte(r.Rest[:min(len(r.Rest), binary.MaxVarintLen64)]) }

// Int reads a number that binary.AppendVarint wrote.
func (r *Reader) Int() int64 {
	v, n := binary.Varint(r.head())
	if n <= 0 {
		r.fail()
		return 0
	}
	r.Rest = r.Rest[n:]
	return v
}

// Uint reads a number that binary.AppendUvarint wrote.
func (r *Reader) Uint() uint64 {
	v, n := binary.Uvarint(r.head())
	if n <= 0 {
		r.fail()
		return 0
	}
	r.Rest = r.Rest[n:]
	return v
}

// Count reads a length. It fails for a length above that of the rest, because every
// element takes at least one byte.
func (r *Reader) Count() int {
	n := r.Uint()
	if n > uint64(len(r.Rest)) {
		r.fail()
		return 0
	}
	return int(n)
}

// Text reads a text.
func (r *Reader) Text() string {
	n := r.Count()
	text := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return text
}

// Texts reads a list of texts, nil where it is empty.
func (r *Reader) Texts() []string {
	n := r.Count()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.Text()
	}
	return list
}
