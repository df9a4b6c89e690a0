package osv

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/midspan/midspan/scanners/osv/msbuild"
)

// errTooLarge marks a file that is not handed to a library: what a library needs for it no
// one knows.
var errTooLarge = errors.New("over the limit on size")

// Bounds on one file, in bytes. They are some times what the largest ordinary files have.
const (
	maxManifest = 16 << 20 // lockfiles and bills of materials, which programs write
	maxTOML     = 8 << 20  // likewise; a reader of TOML needs fifty times the text
	maxYAML     = 4 << 20  // likewise; one of YAML a hundred times
	maxText     = 1 << 20  // what people write
	maxNotebook = 8 << 20  // notebooks, which hold the pictures that their code made
)

// maxSize is the size above which a file is not read.
func maxSize(name string) int64 {
	base := strings.ToLower(path.Base(name))
	switch extension := path.Ext(base); {
	case base == ".gitignore", base == ignoreFile, base == "package.json", base == "composer.json", base == "pipfile", base == "pyproject.toml",
		extension == ".pom", msbuild.IsProject(base), strings.HasSuffix(base, ".props"), extension == ".xml" && strings.Contains(base, "pom"):
		return maxText
	case extension == ".yaml", extension == ".yml", base == "pubspec.lock", base == "stack.yaml.lock":
		return maxYAML
	case extension == ".toml", base == "cargo.lock", base == "poetry.lock", base == "uv.lock", base == "pdm.lock":
		return maxTOML
	}
	return maxManifest
}

// checkSize is an error for a file that is too large to be read.
func checkSize(name string, size int64) error {
	if limit := maxSize(name); size > limit {
		return &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w: %d bytes, more than the %d that are read", errTooLarge, size, limit)}
	}
	return nil
}

// oversized is an open file whose contents are not read.
type oversized struct {
	fs.File
	err error
}

func (o oversized) Read([]byte) (int, error)                { return 0, o.err }
func (o oversized) ReadAt([]byte, int64) (int, error)       { return 0, o.err }
func (o oversized) Seek(offset int64, _ int) (int64, error) { return 0, o.err }
