package sample

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
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
	for _, e := range ecosystems {
		if err := writeEcosystem(dir, e.Name()); err != nil {
			return fmt.Errorf("write the sample advisories of %s: %w", e.Name(), err)
		}
	}
	return nil
}

func writeEcosystem(dir, ecosystem string) error {
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
	folder := filepath.Join(dir, ecosystem)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "all.zip"), archive.Bytes(), 0o644)
}
