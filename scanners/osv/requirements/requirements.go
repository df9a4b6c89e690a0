// Package requirements reads lists of requirements as pip takes them, under every name that
// Python projects use.
package requirements

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"io"
	"path"
	"slices"
	"strings"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	scalibr "github.com/google/osv-scalibr/extractor/filesystem/language/python/requirements"
	"github.com/google/osv-scalibr/inventory"

	"github.com/midspan/midspan/internal/lazy"
)

// extractorOfAll reads requirements under every name that Python projects use.
// osv-scalibr's extractor, which does the reading, asks for *requirements*.txt only.
type extractorOfAll struct{ filesystem.Extractor }

// New prepares the extractor.
func New(config *cpb.PluginConfig) (filesystem.Extractor, error) {
	inner, err := scalibr.New(config)
	return extractorOfAll{inner}, err
}

// FileRequired implements filesystem.Extractor.
func (e extractorOfAll) FileRequired(api filesystem.FileAPI) bool {
	return Installs(api.Path())
}

// Extract implements filesystem.Extractor. A text that only bears a name like one lists
// nothing.
func (e extractorOfAll) Extract(ctx context.Context, input *filesystem.ScanInput) (inventory.Inventory, error) {
	base := path.Base(input.Path)
	text, err := io.ReadAll(input.Reader)
	isPlain := strings.Contains(base, "requirements") && path.Ext(base) == ".txt"
	switch {
	case err != nil:
		return inventory.Inventory{}, err
	case !isPlain && !looksLikeRequirements(text):
		return inventory.Inventory{}, oddLines(input.Path, text)
	}
	copied := *input
	copied.Reader = bytes.NewReader(text)
	found, err := e.Extractor.Extract(ctx, &copied)
	withoutBounds(found.Packages)
	return found, cmp.Or(err, addDropped(&found, input, text))
}

// withoutBounds takes the version from what names a range: the extractor gives its lowest,
// which nobody need have installed.
func withoutBounds(packages []*extractor.Package) {
	for _, p := range packages {
		if line, ok := p.Metadata.(*scalibr.Metadata); ok && line.VersionComparator != "==" && line.VersionComparator != "===" {
			p.Version = ""
		}
	}
}

// requirementFolders are folders whose text files are requirements.
var requirementFolders = []string{"requirements", "requirement", "reqs", "requires"}

// Installs reports the path of a file of requirements that lists what is installed:
// a constraint is no package, and the source of a compiled file (*.in) names what is asked for.
func Installs(name string) bool {
	return Is(name) && strings.ToLower(path.Ext(name)) != ".in" && !IsConstraints(name)
}

// IsConstraints reports the path of a file that is one of constraints by its name.
func IsConstraints(name string) bool {
	return strings.Contains(strings.ToLower(path.Base(name)), "constraint")
}

// Is reports the path of a file of requirements, of their sources or of constraints.
func Is(name string) bool {
	base := strings.ToLower(path.Base(name))
	stem, extension := strings.TrimSuffix(base, path.Ext(base)), path.Ext(base)
	switch extension {
	case ".txt", ".in", ".pip":
	case "":
		return slices.Contains([]string{"requirements", "pip-requires", "test-requires"}, base)
	default:
		return false
	}
	return strings.Contains(stem, "requirement") || strings.Contains(stem, "constraints") && extension != ".pip" ||
		slices.Contains(Words(base), "reqs") || isFreeze(base) ||
		slices.Contains(requirementFolders, strings.ToLower(path.Base(path.Dir(name))))
}

// isFreeze reports what "pip freeze" is written to, by its usual names.
func isFreeze(base string) bool {
	words := Words(base)
	return slices.Contains(words, "freeze") && (len(words) == 1 || slices.Contains(words, "pip") || slices.Contains(words, "python")) ||
		slices.Equal(words, []string{"pip", "lock"}) || slices.Equal(words, []string{"pip", "packages"}) || slices.Equal(words, []string{"python", "packages"})
}

// Words are the words of a file's name in lower case, without its extension.
func Words(base string) []string {
	return strings.FieldsFunc(strings.TrimSuffix(base, path.Ext(base)), func(r rune) bool { return r < 'a' || r > 'z' })
}

var requirementLine = lazy.Pattern(
	`^(?:-|\.{0,2}/|(?:git|hg|svn|bzr)\+|https?://|[A-Za-z0-9][\w.-]*(?:\s*\[[^\]]*\])?\s*(?:$|[;#\\]|(?:\(?\s*(?:[=<>!~]=|[<>=])|@)\s*\S))`)

// looksLikeRequirements reports whether most lines of a text are requirements. Prose may
// lie in such a folder, too.
func looksLikeRequirements(text []byte) bool {
	good, bad := 0, 0
	lines := bufio.NewScanner(bytes.NewReader(text))
	for continued := false; lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		part := continued
		continued = strings.HasSuffix(line, `\`)
		switch {
		case part || line == "" || line[0] == '#':
		case requirementLine().MatchString(line):
			good++
		default:
			bad++
		}
	}
	return good > bad
}
