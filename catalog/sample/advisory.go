package sample

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/midspan/midspan/internal/files"
)

//go:embed advisories/*/*.json
var advisories embed.FS

// WriteAdvisories writes the sample's advisories below dir as an OSV export
// does: <ecosystem>/all.zip. The bytes are the same each time. There is
// deliberately no NuGet, so that one good shows what is unknown without a
// database. The facts are those of public records: see advisories/SOURCE.md.
func WriteAdvisories(dir string) error {
	ecosystems, err := fs.ReadDir(advisories, "advisories")
	if err != nil {
		return err
	}
	if err := files.RefuseLink(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := files.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, e := range ecosystems {
		if err := writeEcosystem(root, e.Name()); err != nil {
			return fmt.Errorf("write the sample advisories of %s: %w", e.Name(), err)
		}
	}
	return nil
}

func writeEcosystem(root *os.Root, ecosystem string) error {
	records, err := fs.ReadDir(advisories, path.Join("advisories", ecosystem))
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, record := range records {
		data, err := advisories.ReadFile(path.Join("advisories", ecosystem, record.Name()))
		if err != nil {
			return err
		}
		header := &zip.FileHeader{Name: record.Name(), Method: zip.Deflate, Modified: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		entry, err := w.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(data); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := root.MkdirAll(ecosystem, 0o755); err != nil {
		return err
	}
	return files.WriteIn(root, filepath.Join(ecosystem, "all.zip"), func(w io.Writer) error { _, err := w.Write(archive.Bytes()); return err })
}
