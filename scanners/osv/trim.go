package osv

import (
	"bufio"
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/google/osv-scalibr/extractor/filesystem"

	"github.com/midspan/midspan/internal/nesting"
)

// trim returns the input of an extractor without what costs time and gives no
// package: the extractors of npm's and Yarn's lockfiles match every address
// against five regular expressions, to find the commit of a git dependency. The
// packages stay the same, as the differential tests show. The error is of an
// input that is over a limit; unread is what of the text the extractor will skip
// without an error.
func trim(input *filesystem.ScanInput) (shorter *filesystem.ScanInput, unread, err error) {
	base := path.Base(input.Path)
	shorten, bound := trimmerFor(base)
	if isPOM(base) {
		bound = func(text []byte) error { return checkExpansion(input.FS, input.Path, text) }
	}
	silent := slices.Contains(unvalidatedLockfiles, base)
	if shorten == nil && bound == nil && !silent {
		return input, nil, nil
	}
	var buffer bytes.Buffer
	if input.Info != nil {
		buffer.Grow(int(max(0, input.Info.Size())) + bytes.MinRead)
	}
	if _, err := buffer.ReadFrom(input.Reader); err != nil {
		return nil, nil, err
	}
	text := buffer.Bytes()
	if bound != nil {
		if err := bound(text); err != nil {
			return nil, nil, err
		}
	}
	if silent {
		unread = checkLockfileText(text)
	}
	if shorten != nil {
		text = shorten(text)
	}
	copied := *input
	copied.Reader = bytes.NewReader(text)
	return &copied, unread, nil
}

// unvalidatedLockfiles are the lockfiles whose extractors accept any text,
// and stop without an error at a line that is too long for them.
var unvalidatedLockfiles = []string{
	"yarn.lock", "Gemfile.lock", "gems.locked", "gradle.lockfile", "buildscript-gradle.lockfile", "mix.lock", "cabal.project.freeze",
}

func checkLockfileText(text []byte) error {
	for line := range bytes.Lines(text) {
		if len(line) > bufio.MaxScanTokenSize {
			return fmt.Errorf("a line of it is longer than %d bytes: what stands behind it was not read", bufio.MaxScanTokenSize)
		}
	}
	return nil
}

// trimmerFor returns by a manifest's name how it is shortened, and the limit on
// its nesting where its parser has none of its own.
func trimmerFor(base string) (shorten func([]byte) []byte, bound func([]byte) error) {
	switch base {
	case "package-lock.json", "npm-shrinkwrap.json":
		return withoutTarballURLs, nil
	case "yarn.lock":
		return headsAndVersions, nil
	case "poetry.lock", "Cargo.lock", "uv.lock", "pdm.lock":
		return nil, nesting.TOML
	}
	lower := strings.ToLower(base)
	switch path.Ext(lower) {
	case ".toml":
		return nil, nesting.TOML
	case ".rdf", ".xml":
		if strings.Contains(lower, ".spdx") {
			return nil, nesting.RDF
		}
	}
	return nil, nil
}

// withoutTarballURLs blanks the addresses of a registry's archives in an npm
// lockfile: those without a fragment or a query name no commit. It changes
// the text in place. The bytes that it looks for cannot stand inside a JSON
// string, which would escape the quotes.
func withoutTarballURLs(lock []byte) []byte {
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
