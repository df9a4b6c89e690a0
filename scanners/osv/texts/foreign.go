package texts

import (
	"bytes"
	"encoding/base64"
	"errors"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/lazy"
)

const (
	headBytes    = 512     // of a text that tell what it is
	leastEncoded = 12      // characters that may be a text in base64
	mostEncoded  = 2 << 20 // characters that are looked at for base64
	leastWidth   = 60      // characters of a line of what programs encode
	longestReply = 400     // bytes of a server's answer in the place of a file
)

// Errors of manifests of which a part may be read.
var (
	ErrMerge = errors.New("it holds both sides of a merge that was not resolved")
	ErrBytes = errors.New("it holds bytes that are no text")
)

// Foreign is an error for a text that is no manifest of any kind: a web page, a pointer to
// a file kept elsewhere, an answer of a server, an archive, both sides of a merge, or a text
// that is still encoded. The text is decoded (Decode).
func Foreign(name string, text []byte) error {
	head := bytes.TrimSpace(text[:min(len(text), headBytes)])
	switch {
	case isPage(name, head):
		return errors.New("it is a web page, or another document with tags")
	case isPointer(head):
		return errors.New("it is a pointer to a file kept elsewhere")
	case isArchive(text):
		return errors.New("it is an archive, or another file that is no text")
	case isBinary(text):
		return ErrBytes
	case isConflict(text):
		return ErrMerge
	case isReply(text):
		return errors.New("it is the answer of a server that did not have the file")
	case isEncoded(text):
		return errors.New("it is encoded (base64), and no manifest as it stands")
	}
	return nil
}

// taggedEndings are the endings of manifests that are XML.
var taggedEndings = strings.Fields(".xml .pom .csproj .fsproj .vbproj .vcxproj .sqlproj .proj .xproj .nfproj .shproj .projitems .props .targets .config " +
	".nuspec .rdf .linq .user .ivy .spdx .plist")

// isPage reports a document with tags where a manifest of this name has none, and a web page
// in any case.
func isPage(name string, head []byte) bool {
	lower := bytes.ToLower(head)
	for _, start := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(lower, []byte(start)) {
			return true
		}
	}
	if slices.Contains(taggedEndings, strings.ToLower(path.Ext(name))) {
		return bytes.HasPrefix(lower, []byte("<?xml")) && bytes.Contains(lower, []byte("<html"))
	}
	return len(head) > 1 && head[0] == '<' && (head[1] == '!' || head[1] == '?' || unicode.IsLetter(rune(head[1])))
}

// isPointer reports what Git LFS and git-annex leave in the place of a file.
func isPointer(head []byte) bool {
	for _, start := range []string{"version https://git-lfs", "version https://hawser", "/annex/objects/"} {
		if bytes.HasPrefix(head, []byte(start)) {
			return true
		}
	}
	return bytes.Contains(head, []byte(".git/annex/objects/")) && bytes.IndexByte(head, '\n') < 0
}

// archives are the first bytes of archives and documents that may go on as text.
var archives = []string{"PK\x03\x04", "PK\x05\x06", "\x1f\x8b", "\x1f\x9d", "BZh91AY&SY", "\xfd7zXZ", "\x28\xb5\x2f\xfd", "7z\xbc\xaf", "Rar!\x1a", "LZIP",
	"%PDF-",
	"-----BEGIN "}

func isArchive(text []byte) bool {
	return slices.ContainsFunc(archives, func(start string) bool { return bytes.HasPrefix(text, []byte(start)) })
}

// isBinary reports a text with bytes that stand in no text.
func isBinary(text []byte) bool {
	return bytes.IndexByte(text, 0) >= 0 || bytes.ContainsFunc(text[:min(len(text), headBytes)], func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1a\x1b", r)
	})
}

var conflict = lazy.Pattern(`(?m)^(?:<{7}|>{7})(?:[ \t\r]|$)`)

// isConflict looks for the marks of a merge. Most texts, some of them of megabytes, hold
// nothing like one.
func isConflict(text []byte) bool {
	return (bytes.Contains(text, []byte("<<<<<<<")) || bytes.Contains(text, []byte(">>>>>>>"))) && conflict().Match(text)
}

var reply = lazy.Pattern(`^\s*(?:(?:[45]\d\d:? +[A-Z][\w ]*|Not Found|Bad Gateway|Access ?Denied)[.!]?|` +
	`\{\s*"(?:message|error)"\s*:\s*"[^"]*"\s*(?:,\s*"(?:documentation_url|status|code)"\s*:\s*"?[^",}]*"?\s*)*\})\s*$`)

// isReply reports what a server says of a file that it does not have.
func isReply(text []byte) bool { return len(text) <= longestReply && reply().Match(text) }

// isEncoded reports base64, padded or not, on one line or wrapped: a text in it, or lines of
// one width that hold anything.
func isEncoded(text []byte) bool {
	lines := bytes.Fields(text[:min(len(text), mostEncoded)])
	if len(lines) == 0 || !isBase64(lines[0]) {
		return false
	}
	packed := bytes.TrimRight(bytes.Join(lines, nil), "=")
	if len(packed) < leastEncoded || !isBase64(packed) {
		return false
	}
	width := len(lines[0])
	even := width >= leastWidth && !slices.ContainsFunc(lines[:len(lines)-1], func(line []byte) bool { return len(line) != width })
	if even && len(lines[len(lines)-1]) <= width {
		return true
	}
	return holdsText(packed)
}

// isBase64 reports a text of nothing but the characters of base64, of either alphabet.
func isBase64(text []byte) bool {
	return len(text) > 0 && !bytes.ContainsFunc(text, func(r rune) bool {
		return r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+/-_=", r)
	})
}

// holdsText reports whether what is encoded is a text, in UTF-8 or UTF-16. Words that happen
// to be of the same characters give bytes that are none.
func holdsText(packed []byte) bool {
	packed = bytes.ReplaceAll(bytes.ReplaceAll(packed, []byte("-"), []byte("+")), []byte("_"), []byte("/"))
	decoded := make([]byte, base64.RawStdEncoding.DecodedLen(len(packed)))
	n, err := base64.RawStdEncoding.Decode(decoded, packed)
	if err != nil {
		return false
	}
	decoded, _ = Decode(decoded[:n])
	return len(decoded) > 0 && utf8.Valid(decoded) && !bytes.ContainsFunc(decoded, func(r rune) bool {
		return !unicode.IsPrint(r) && !unicode.IsSpace(r)
	})
}
