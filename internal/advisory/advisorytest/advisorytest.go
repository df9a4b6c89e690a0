// Package advisorytest makes advisory databases for tests.
package advisorytest

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
)

// Archive is an all.zip of records, by file name.
func Archive(t testing.TB, records map[string]string) []byte {
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

// Write puts a file under a folder.
func Write(t testing.TB, folder, name string, data []byte) {
	t.Helper()
	file := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Folder is a folder in the OSV layout, of records by ecosystem and id.
func Folder(t testing.TB, ecosystems map[string]map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, records := range ecosystems {
		Write(t, folder, name+"/all.zip", Archive(t, records))
	}
	return folder
}

// Now is the time at which indexes of tests are built.
var Now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// Build indexes a folder and opens the index until the end of the test.
func Build(t testing.TB, folder string) (advisory.Database, osvdb.Info) {
	t.Helper()
	index := filepath.Join(t.TempDir(), "index.db")
	info, err := osvdb.Build(t.Context(), folder, index, Now)
	if err != nil {
		t.Fatal(err)
	}
	return Open(t, index), info
}

// Open opens an index until the end of the test.
func Open(t testing.TB, index string) advisory.Database {
	t.Helper()
	database, err := advisory.Open(t.Context(), index)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	return database
}

// Match matches packages.
func Match(t testing.TB, m advisory.Matcher, packages ...observation.Package) advisory.Result {
	t.Helper()
	result, err := m.Match(t.Context(), packages)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// Package is a package that a manifest lists.
func Package(ecosystem, name, version string) observation.Package {
	return observation.Package{Ecosystem: ecosystem, Name: name, Version: version, Path: "manifest"}
}

// NPMRecord is a record for one npm package.
func NPMRecord(id, name, modified, affected string) string {
	return `{"id":"` + id + `","modified":"` + modified + `","affected":[{"package":{"ecosystem":"npm","name":"` + name + `"},` + affected + `}]}`
}

// Below2 is the "ranges" of a record that affects all versions below 2.0.0.
const Below2 = `"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]`

// IDs are the advisories of the findings, in their order.
func IDs(result advisory.Result) []string {
	list := []string{}
	for _, f := range result.Findings {
		list = append(list, f.Advisory)
	}
	return list
}
