// Package nesting tells how deep a text from outside may be nested, before a
// parser reads it that goes down by calling itself. Go ends a program whose stack
// grows beyond a gigabyte, and nothing can recover from that: one file of one
// repository would end the run of all. The readers of JSON and YAML in use have a
// bound of their own; those of TOML, RDF and shell have none, and that of TOML
// takes time and memory with the square of the depth.
package nesting

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/BurntSushi/toml"
)

// ErrDeep marks a text that goes over a bound of this package.
var ErrDeep = errors.New("over the limit on nesting")

// Bounds. Files that people and programs write stay far below.
const (
	maxTOML     = 16 << 20 // bytes
	maxTables   = 64       // arrays and tables inside one another, and parts of a key
	maxElements = 100_000  // of an RDF file: some 160 MB of stack if all are nested
	maxOpenings = 30_000   // of a shell script: some 280 MB, likewise
)

func over(n int, what string) error { return fmt.Errorf("%w: more than %d %s", ErrDeep, n, what) }

// TOML refuses a text that its parser would take too much time, memory or stack
// for. It follows TOML's grammar of strings and comments (toml.io, v1.0.0), for
// brackets in them are none; what is no TOML need not be followed, because the
// parser stops there.
func TOML(text []byte) error {
	if len(text) > maxTOML {
		return over(maxTOML, "bytes of TOML")
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
			return over(maxTables, "arrays or tables inside one another")
		}
		if parts > maxTables {
			return over(maxTables, "parts of one key")
		}
		text = text[1:]
	}
	return nil
}

// DecodeTOML decodes a text that TOML does not refuse.
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
			for range 2 { // quotes may stand before the last three
				text = bytes.TrimPrefix(text, []byte{quote})
			}
			return text
		}
	}
	return nil
}

// RDF refuses a text with more elements than may be inside one another. All are
// counted, whether they end or not: comments and quotes could hide an end.
func RDF(text []byte) error {
	elements := bytes.Count(text, []byte("<")) - bytes.Count(text, []byte("</"))
	if elements > maxElements {
		return over(maxElements, "elements")
	}
	return nil
}

// words are the words of shell behind which another command can begin.
var words = [][]byte{[]byte("if"), []byte("while"), []byte("until"), []byte("for"), []byte("case"), []byte("select"), []byte("time"), []byte("coproc"), []byte("function")}

// Shell refuses a script with more beginnings of something than may be inside one
// another. All are counted, whether they end or not: where something ends only a
// parser of shell can tell.
func Shell(text []byte) error {
	openings := 0
	for _, c := range text {
		switch c {
		case '(', '{', '[', '`', '!', '~':
			openings++
		}
	}
	for _, word := range words {
		openings += bytes.Count(text, word)
	}
	// Signs of arithmetic stand in names too: only runs of them are nested.
	openings += bytes.Count(text, []byte("--")) + bytes.Count(text, []byte("- ")) + bytes.Count(text, []byte("++")) + bytes.Count(text, []byte("+ "))
	if openings > maxOpenings {
		return over(maxOpenings, "brackets and words that open a block")
	}
	return nil
}
