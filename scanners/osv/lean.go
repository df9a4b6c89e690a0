package osv

import (
	"bytes"
	"path"

	"github.com/google/osv-scalibr/extractor/filesystem"
)

// lean returns the input of an extractor without what costs it time and gives
// no package: the extractors of npm's and Yarn's lockfiles hold every address
// against five regular expressions, to find the commit of a git dependency.
// The packages stay the same, as the differential tests see.
func lean(input *filesystem.ScanInput) (*filesystem.ScanInput, error) {
	var shorten func([]byte) []byte
	switch path.Base(input.Path) {
	case "package-lock.json", "npm-shrinkwrap.json":
		shorten = withoutTarballs
	case "yarn.lock":
		shorten = headsAndVersions
	default:
		return input, nil
	}
	var text bytes.Buffer
	if input.Info != nil {
		text.Grow(int(max(0, input.Info.Size())) + bytes.MinRead)
	}
	if _, err := text.ReadFrom(input.Reader); err != nil {
		return nil, err
	}
	shorter := *input
	shorter.Reader = bytes.NewReader(shorten(text.Bytes()))
	return &shorter, nil
}

// withoutTarballs blanks the addresses of a registry's archives in an npm
// lockfile: those without a fragment or a query name no commit. It changes
// the text in place. The bytes that it looks for cannot stand inside a JSON
// string, which would escape the quotes.
func withoutTarballs(lock []byte) []byte {
	key, end := []byte(`"resolved": "https://registry.`), []byte(`.tgz"`)
	kept := lock[:0]
	for {
		at := bytes.Index(lock, key)
		if at < 0 {
			return append(kept, lock...)
		}
		value := at + len(`"resolved": "`)
		kept = append(kept, lock[:value]...)
		lock = lock[value:]
		length := bytes.IndexByte(lock, '"')
		if length >= 0 && bytes.HasSuffix(lock[:length+1], end) && !bytes.ContainsAny(lock[:length], `#?@\`) {
			lock = lock[length:]
		}
	}
}

// longestLine is above what the extractor of yarn.lock reads of a line: it ends
// there, and must go on doing so.
const longestLine = 60 << 10

// headsAndVersions drops the lines of a yarn.lock that are neither the head of
// an entry nor its version. It changes the text in place.
func headsAndVersions(lock []byte) []byte {
	kept, begun := lock[:0], false
	for line := range bytes.Lines(lock) {
		indented := line[0] == ' '
		if !begun && !indented {
			text := bytes.TrimSpace(line)
			begun = len(text) > 0 && text[0] != '#'
		}
		if indented && begun && len(line) < longestLine &&
			!bytes.HasPrefix(line, []byte("  version")) && !bytes.HasPrefix(line, []byte(`  "version`)) {
			continue
		}
		kept = append(kept, line...)
	}
	return kept
}
