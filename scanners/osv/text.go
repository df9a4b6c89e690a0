package osv

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/inventory"
	"golang.org/x/net/html/charset"

	"github.com/midspan/midspan/internal/lazy"
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

// isOddText reports by its beginning whether a text must be decoded.
func isOddText(head []byte) bool {
	_, changed := decodeText(head[:len(head)&^1])
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

// hallmark is what each manifest of a name holds. A text without it is something else, of
// which its reader may say that it lists nothing.
type hallmark struct {
	names   string
	pattern func() *regexp.Regexp
	// newest is the newest version of the format that is known, and version finds that
	// of a text.
	newest  int
	version func() *regexp.Regexp
}

func hallmarks() map[string]hallmark {
	byName := map[string]hallmark{}
	for _, h := range []hallmark{
		{"yarn.lock", lazy.Pattern(`# yarn lockfile|__metadata:|(?m)^\s+"?version"?:? `), 12, lazy.Pattern(`__metadata:\s+version: (\d+)`)},
		{"Gemfile.lock gems.locked", lazy.Pattern(`(?m)^(?:GEM|GIT|PATH|PLATFORMS|DEPENDENCIES|PLUGIN SOURCE|BUNDLED WITH)\b`), 0, nil},
		{"gradle.lockfile buildscript-gradle.lockfile", lazy.Pattern(`(?m)^#|^empty=|^[\w.-]+:[\w.-]+:`), 0, nil},
		{"mix.lock", lazy.Pattern(`%\{`), 0, nil},
		{"cabal.project.freeze", lazy.Pattern(`constraints:|with-compiler|index-state|active-repositories`), 0, nil},
		{"pom.xml", lazy.Pattern(`<(?:\w+:)?project\b`), 0, nil},
		{"packages.config", lazy.Pattern(`<packages\b`), 0, nil},
		{"verification-metadata.xml", lazy.Pattern(`<verification-metadata\b`), 0, nil},
		{"package-lock.json npm-shrinkwrap.json", lazy.Pattern(`"(?:lockfileVersion|dependencies|packages)"`), 3,
			lazy.Pattern(`"lockfileVersion"\s*:\s*(\d+)`)},
		{"composer.lock", lazy.Pattern(`"packages"`), 0, nil},
		{"Pipfile.lock", lazy.Pattern(`"(?:default|develop|_meta)"`), 6, lazy.Pattern(`"pipfile-spec"\s*:\s*(\d+)`)},
		{"packages.lock.json", lazy.Pattern(`"dependencies"`), 2, lazy.Pattern(`^\s*\{\s*"version"\s*:\s*(\d+)`)},
		{"renv.lock", lazy.Pattern(`"Packages"`), 0, nil},
		{"Cargo.lock", lazy.Pattern(`(?m)^\[\[package\]\]|^version\s*=|^\[root\]`), 4, lazy.Pattern(`(?m)\A(?:#.*\n|\s)*version\s*=\s*(\d+)`)},
		{"poetry.lock", lazy.Pattern(`\[\[package\]\]|\[metadata\]|package = \[\]`), 2, lazy.Pattern(`lock-version\s*=\s*"(\d+)`)},
		{"uv.lock", lazy.Pattern(`(?m)^version\s*=|\[\[package\]\]`), 1, lazy.Pattern(`\A\s*version\s*=\s*(\d+)`)},
		{"pdm.lock", lazy.Pattern(`\[\[package\]\]|\[metadata\]`), 0, nil},
		{"pnpm-lock.yaml", lazy.Pattern(`lockfileVersion|(?m)^packages:`), 9, lazy.Pattern(`lockfileVersion:\s*'?(\d+)`)},
		{"pubspec.lock", lazy.Pattern(`(?m)^packages:|^sdks:`), 0, nil},
		{"stack.yaml.lock", lazy.Pattern(`(?m)^packages:|^snapshots:`), 0, nil},
		{"bun.lock", lazy.Pattern(`"lockfileVersion"`), 1, lazy.Pattern(`"lockfileVersion"\s*:\s*(\d+)`)},
		{"go.mod", lazy.Pattern(`(?m)^\s*module\b`), 0, nil},
		{"conan.lock", lazy.Pattern(`"(?:version|graph_lock|requires)"`), 0, nil},
	} {
		for name := range strings.FieldsSeq(h.names) {
			byName[name] = h
		}
	}
	return byName
}

var conflict = lazy.Pattern(`(?m)^(?:<{7}|>{7}) `)

// isConflict looks for the marks of a merge. Most texts, some of them of megabytes, hold
// nothing like one.
func isConflict(text []byte) bool {
	return (bytes.Contains(text, []byte("<<<<<<< ")) || bytes.Contains(text, []byte(">>>>>>> "))) && conflict().Match(text)
}

// checkText is an error for a text that is not the manifest whose name it bears, or that
// holds more than its reader takes.
func checkText(known map[string]hallmark, name string, text []byte) error {
	base := path.Base(name)
	if path.Ext(base) == ".pom" {
		base = "pom.xml"
	}
	start := strings.ToLower(string(bytes.TrimSpace(text[:min(len(text), 200)])))
	switch {
	case strings.HasPrefix(start, "<!doctype html"), strings.HasPrefix(start, "<html"), strings.HasPrefix(start, "version https://git-lfs"):
		return errors.New("it is a web page, or a pointer to a file kept elsewhere")
	case bytes.IndexByte(text, 0) >= 0:
		return errors.New("it holds bytes that are no text")
	case isConflict(text):
		return errors.New("it holds both sides of a merge that was not resolved")
	}
	h, ok := known[base]
	if !ok || start == "" {
		return nil
	}
	if !h.pattern().Match(text) {
		return fmt.Errorf("it holds nothing that stands in each %s", base)
	}
	if h.version == nil {
		return nil
	}
	if match := h.version().FindSubmatch(text); match != nil {
		if version, err := strconv.Atoi(string(match[1])); err != nil || version > h.newest {
			return fmt.Errorf("its format is of a version above %d, the newest that is known", h.newest)
		}
	}
	return nil
}

// cranMirror is a repository that holds CRAN's packages as they are, by the names that renv
// gives it.
var cranMirror = lazy.Pattern(`("Repository"\s*:\s*)"(?:RSPM|PPM|P3M)"`)

// mirrorsOfCRAN names CRAN in a renv.lock in the place of its mirrors, for which the
// extractor does not ask.
func mirrorsOfCRAN(name string, text []byte) []byte {
	if path.Base(name) != "renv.lock" {
		return text
	}
	return cranMirror().ReplaceAll(text, []byte(`${1}"CRAN"`))
}

// extractText hands an extractor a manifest's text, and says with its error what of the
// text it will not have read.
func (g panicGuard) extractText(ctx context.Context, input *filesystem.ScanInput) (inventory.Inventory, error) {
	var buffer bytes.Buffer
	if input.Info != nil {
		buffer.Grow(int(max(0, input.Info.Size())) + bytes.MinRead)
	}
	if _, err := buffer.ReadFrom(input.Reader); err != nil {
		return inventory.Inventory{}, fmt.Errorf("read %s: %w", input.Path, err)
	}
	known, is := underAlias(g.Extractor, input, buffer.Bytes())
	if !is {
		return inventory.Inventory{}, nil
	}
	foreign := checkText(g.hallmarks, known.Path, buffer.Bytes())
	copied := *known
	copied.Reader = bytes.NewReader(mirrorsOfCRAN(input.Path, oldGradleLock(input.Path, buffer.Bytes())))
	shorter, unread, err := trim(&copied)
	if err != nil {
		return inventory.Inventory{}, fmt.Errorf("read %s: %w", input.Path, err)
	}
	found, err := g.Extractor.Extract(ctx, shorter)
	underOwnName(found, known.Path, input.Path)
	return found, cmp.Or(err, foreign, unread, checkParts(known.Path, buffer.Bytes()))
}
