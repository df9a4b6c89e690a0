// Package nesting bounds how deep a document of a repository may be nested, before
// a recursive parser reads it. Go ends a program whose stack exceeds a gigabyte,
// and no code can recover from that: one file of one repository would end the
// whole run. The parsers of JSON and YAML in use have a bound of their own. Those
// of TOML, RDF and shell have none, and that of TOML needs time and memory with the
// square of the depth.
package nesting

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/BurntSushi/toml"
)

// ErrDeep marks a document that exceeds a bound of this package.
var ErrDeep = errors.New("over the limit on nesting")

// Bounds. Ordinary files are far below.
const (
	maxTOML     = 16 << 20 // bytes
	maxTables   = 64       // arrays and tables inside one another, and parts of a key
	maxElements = 100_000  // of an RDF file: some 160 MB of stack if all are nested
	maxOpenings = 30_000   // of a shell script: some 280 MB, likewise
)

func tooDeep(n int, what string) error { return fmt.Errorf("%w: more than %d %s", ErrDeep, n, what) }

// TOML refuses a document for which the parser would need too much time, memory or
// stack. It follows TOML's grammar of strings and comments (toml.io, v1.0.0),
// because brackets in them do not nest. What follows a syntax error does not
// matter: the parser stops there.
func TOML(text []byte) error {
	if len(text) > maxTOML {
		return tooDeep(maxTOML, "bytes of TOML")
	}
	depth, parts := 0, 0
	for len(text) > 0 {
		switch c := text[0]; c {
		case '"', '\'':
			text = afterString(text, c)
			continue
		case '#':
			_, text, _ = bytes.Cut(text, []byte("\n"))
			parts = 0
			continue
		case '[', '{':
			depth, parts = depth+1, 0
		case ']', '}':
			depth, parts = max(0, depth-1), 0
		case '.':
			parts++
		case '=', ',', '\n':
			parts = 0
		}
		if depth > maxTables {
			return tooDeep(maxTables, "arrays or tables inside one another")
		}
		if parts > maxTables {
			return tooDeep(maxTables, "parts of one key")
		}
		text = text[1:]
	}
	return nil
}

// DecodeTOML decodes a document that TOML does not refuse.
func DecodeTOML(text []byte, into any) error {
	if err := TOML(text); err != nil {
		return err
	}
	return toml.Unmarshal(text, into)
}

// afterString returns what follows a string of TOML; nothing where it does not end.
func afterString(text []byte, quote byte) []byte {
	triple := bytes.HasPrefix(text, []byte{quote, quote, quote})
	if triple {
		text = text[3:]
	} else {
		text = text[1:]
	}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == '\n' && !triple:
			return nil // the parser stops here
		case text[i] == quote && !triple:
			return text[i+1:]
		case triple && bytes.HasPrefix(text[i:], []byte{quote, quote, quote}):
			text = text[i+3:]
			for range 2 { // up to two quotes may precede the last three
				text = bytes.TrimPrefix(text, []byte{quote})
			}
			return text
		}
	}
	return nil
}

// RDF refuses a document with more elements than may be nested. All start tags are
// counted, whether their elements end or not: an end tag may be in a comment.
func RDF(text []byte) error {
	elements := bytes.Count(text, []byte("<")) - bytes.Count(text, []byte("</"))
	if elements > maxElements {
		return tooDeep(maxElements, "elements")
	}
	return nil
}

// blockWords are the keywords of shell after which a nested command can begin.
var blockWords = []string{"if", "while", "until", "for", "case", "select", "time", "coproc", "function"}

// Shell refuses a script with more openings of blocks than may be nested. All are
// counted, whether the blocks end or not: only a shell parser can find the ends.
func Shell(text []byte) error {
	openings := 0
	for _, c := range text {
		switch c {
		case '(', '{', '[', '`', '!', '~':
			openings++
		}
	}
	for _, word := range blockWords {
		openings += bytes.Count(text, []byte(word))
	}
	// Signs of arithmetic are in names too: only runs of them nest.
	openings += bytes.Count(text, []byte("--")) + bytes.Count(text, []byte("- ")) + bytes.Count(text, []byte("++")) + bytes.Count(text, []byte("+ "))
	if openings > maxOpenings {
		return tooDeep(maxOpenings, "brackets and words that open a block")
	}
	return nil
}

// MaxSPDX bounds a licence expression, in bytes: the library that reads them multiplies
// out brackets, and a long expression could keep it busy for hours.
const MaxSPDX = 200

// SPDX calls the library that reads licence expressions for one of them, unless that is
// longer than MaxSPDX. The library panics over some that end too early ("((").
func SPDX(expression string, call func() error) (err error) {
	if len(expression) > MaxSPDX {
		return fmt.Errorf("longer than %d bytes", MaxSPDX)
	}
	defer func() {
		if recover() != nil {
			err = errors.New("not an SPDX expression")
		}
	}()
	return call()
}
