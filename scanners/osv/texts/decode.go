// Package texts judges the texts that stand in the places of manifests: how they are
// written, and whether they are manifests at all. All readers of manifests ask it, so that
// none takes a web page for a list of no packages.
package texts

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/midspan/midspan/internal/lazy"
)

// Decode gives a text as the readers expect it: UTF-8 without a byte order mark, with
// line feeds. changed is true where the text was otherwise.
func Decode(text []byte) (decoded []byte, changed bool) {
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
	decoded = fromDeclared(decoded)
	if bytes.IndexByte(decoded, '\r') >= 0 && bytes.IndexByte(decoded, '\n') < 0 {
		decoded = bytes.ReplaceAll(decoded, []byte("\r"), []byte("\n"))
		return decoded, true
	}
	return decoded, len(decoded) != len(text) || len(text) > 0 && &decoded[0] != &text[0]
}

// xmlEncoding is the encoding that the first line of an XML text declares.
var xmlEncoding = lazy.Pattern(`^(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})["']`)

// fromDeclared decodes an XML text that declares another encoding than UTF-8, which most
// readers refuse, and lets it declare that. A text that was UTF-16 is decoded by then.
func fromDeclared(text []byte) []byte {
	at := xmlEncoding().FindSubmatchIndex(text)
	if at == nil {
		return text
	}
	label := strings.ToLower(string(text[at[2]:at[3]]))
	if label == "utf-8" || label == "utf8" || label == "us-ascii" {
		return text
	}
	rest := text[at[3]:]
	if !strings.HasPrefix(label, "utf") && !strings.Contains(label, "10646") && !utf8.Valid(rest) {
		encoding, _ := charset.Lookup(label)
		if encoding == nil {
			return text
		}
		decoded, err := encoding.NewDecoder().Bytes(rest)
		if err != nil {
			return text
		}
		rest = decoded
	}
	return slices.Concat(text[:at[2]], []byte("UTF-8"), rest)
}

// IsOdd reports by its beginning whether a text must be decoded.
func IsOdd(head []byte) bool {
	_, changed := Decode(head[:len(head)&^1])
	return changed
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
