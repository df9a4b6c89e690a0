package osv

import (
	"bytes"
	"unicode/utf16"
)

// decodeText gives a text as the readers expect it: UTF-8 without a byte order mark, with
// line feeds. changed is true where the text was otherwise.
func decodeText(text []byte) (decoded []byte, changed bool) {
	decoded = text
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		decoded = text[3:]
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		decoded = fromUTF16(text[2:], false)
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		decoded = fromUTF16(text[2:], true)
	case looksUTF16(text, 1):
		decoded = fromUTF16(text, false)
	case looksUTF16(text, 0):
		decoded = fromUTF16(text, true)
	}
	if bytes.IndexByte(decoded, '\r') >= 0 && bytes.IndexByte(decoded, '\n') < 0 {
		decoded = bytes.ReplaceAll(decoded, []byte("\r"), []byte("\n"))
		return decoded, true
	}
	return decoded, len(decoded) != len(text)
}

// looksUTF16 is true where each second byte of the beginning is zero, from an offset.
func looksUTF16(text []byte, offset int) bool {
	if len(text) < 8 || len(text)%2 != 0 {
		return false
	}
	for i := range min(len(text), 64) {
		if (text[i] == 0) != (i%2 == offset) {
			return false
		}
	}
	return true
}

// fromUTF16 decodes pairs of bytes.
func fromUTF16(text []byte, bigEndian bool) []byte {
	units := make([]uint16, len(text)/2)
	for i := range units {
		a, b := uint16(text[2*i]), uint16(text[2*i+1])
		if !bigEndian {
			a, b = b, a
		}
		units[i] = a<<8 | b
	}
	return []byte(string(utf16.Decode(units)))
}
