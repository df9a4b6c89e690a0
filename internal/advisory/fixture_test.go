package advisory_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/observation"
)

// at is the clock of these tests.
var at = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// archive is an all.zip of records, by file name.
func archive(t testing.TB, records map[string]string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for name, text := range records {
		member, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := member.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// write puts a file under a folder.
func write(t testing.TB, folder, name string, data []byte) {
	t.Helper()
	file := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// source is a folder in the OSV layout, of records by ecosystem and id.
func source(t testing.TB, ecosystems map[string]map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, records := range ecosystems {
		write(t, folder, name+"/all.zip", archive(t, records))
	}
	return folder
}

func build(t testing.TB, folder string) (*advisory.Database, advisory.Info) {
	t.Helper()
	index := filepath.Join(t.TempDir(), "index.db")
	info, err := advisory.Build(t.Context(), folder, index, nil)
	if err != nil {
		t.Fatal(err)
	}
	return openIndex(t, index), info
}

func openIndex(t testing.TB, index string) *advisory.Database {
	t.Helper()
	database, err := advisory.Open(t.Context(), index)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	return database
}

func match(t testing.TB, d *advisory.Database, packages ...observation.Package) advisory.Result {
	t.Helper()
	result, err := d.Match(t.Context(), packages)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func pkg(ecosystem, name, version string) observation.Package {
	return observation.Package{Ecosystem: ecosystem, Name: name, Version: version, Path: "manifest"}
}

// npmRecord is a record for one npm package.
func npmRecord(id, name, modified, affected string) string {
	return `{"id":"` + id + `","modified":"` + modified + `","affected":[{"package":{"ecosystem":"npm","name":"` + name + `"},` + affected + `}]}`
}

const below2 = `"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]`

func ids(result advisory.Result) []string {
	list := []string{}
	for _, f := range result.Findings {
		list = append(list, f.Advisory)
	}
	return list
}
