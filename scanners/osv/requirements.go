package osv

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/requirements"
	"github.com/google/osv-scalibr/inventory"

	"github.com/midspan/midspan/internal/lazy"
)

// requirementsExtractor reads requirements under every name that Python projects use.
// osv-scalibr's extractor, which does the reading, asks for *requirements*.txt only.
type requirementsExtractor struct{ filesystem.Extractor }

func newRequirementsExtractor(config *cpb.PluginConfig) (filesystem.Extractor, error) {
	inner, err := requirements.New(config)
	return requirementsExtractor{inner}, err
}

// FileRequired implements filesystem.Extractor.
func (e requirementsExtractor) FileRequired(api filesystem.FileAPI) bool {
	return isRequirements(api.Path())
}

// Extract implements filesystem.Extractor. A text that only bears a name like one lists
// nothing, and so does the source of a file that stands compiled beside it.
func (e requirementsExtractor) Extract(ctx context.Context, input *filesystem.ScanInput) (inventory.Inventory, error) {
	if source, ok := strings.CutSuffix(input.Path, ".in"); ok {
		if _, err := fs.Stat(input.FS, source+".txt"); err == nil {
			return inventory.Inventory{}, nil
		}
	}
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
	return found, cmp.Or(err, addDropped(&found, input, text))
}

// requirementFolders are folders whose text files are requirements.
var requirementFolders = []string{"requirements", "requirement", "reqs", "requires"}

// isRequirements reports the path of a file of requirements.
func isRequirements(name string) bool {
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
		slices.Contains(strings.FieldsFunc(stem, notLetter), "reqs") ||
		slices.Contains(requirementFolders, strings.ToLower(path.Base(path.Dir(name))))
}

func notLetter(r rune) bool { return r < 'a' || r > 'z' }

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
