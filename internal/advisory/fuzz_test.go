package advisory

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte(`{"id":"A","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"left"},"versions":["1"],"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2"}]}]}]}`))
	f.Add([]byte(`{"id":7,"affected":{}}`))
	f.Add([]byte(`{"id":"A","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N"}],"database_specific":[1]}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseRecord(data)
		if err != nil && !errors.Is(err, errPartial) {
			return
		}
		if r.ID == "" {
			t.Fatal("a record without an id was accepted")
		}
		for _, e := range r.entries("npm") {
			if e.ID != r.ID || len(e.Affected) == 0 || e.name == "" {
				t.Fatalf("entry %+v", e)
			}
			samePacked(t, e)
			e.affects("1.0.0", "npm", "")
			if severity, score, _ := e.severityOf(); severity == "" || (score != nil && (*score < 0 || *score > 10)) {
				t.Fatalf("severity %q, score %v", severity, score)
			}
		}
	})
}

// samePacked fails where an entry is another after it was in the index.
func samePacked(t *testing.T, e packageEntry) {
	t.Helper()
	err := eachEntry(e.append(nil, "npm", e.name), func(p encodedEntry) error {
		got, err := p.decode("npm")
		if err == nil && (string(p.name) != e.name || fmt.Sprint(got) != fmt.Sprint(e.entry)) {
			t.Fatalf("packed %+v, unpacked %+v", e, got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzPackedEntries(f *testing.F) {
	f.Add(entry{ID: "MAL-1", Summary: commonSummary("npm", "left"), Aliases: []string{"A"}, Affected: []affectedVersions{{Versions: []string{"1"}, Ranges: [][]event{{{Fixed: "2"}}}}}}.append(nil, "npm", "left"))
	f.Fuzz(func(t *testing.T, data []byte) {
		eachEntry(data, func(p encodedEntry) error {
			_, err := p.decode("npm")
			return err
		})
		decodeMembers(data, func(member, []uint64) error { return nil })
	})
}

// unpackAll reads every file of an archive, as a build does.
func unpackAll(data []byte, yield func(entry zipEntry, contents []byte, err error)) error {
	u := zipReader{file: bytes.NewReader(data)}
	directory, err := findDirectory(u.file, int64(len(data)))
	if err != nil {
		return err
	}
	return directory.read(u.file, func(e zipEntry) error {
		m := member{sum: uint64(e.checksum)<<32 | e.size, packed: uint32(e.packed), method: e.method, offset: e.offset}
		if e.size > maxRecord || e.packed > maxRecord {
			return nil
		}
		_, contents, err := u.read(m)
		yield(e, contents, err)
		return nil
	})
}

func FuzzReadZip(f *testing.F) {
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	if member, err := w.Create("A.json"); err == nil {
		member.Write([]byte(`{"id":"A"}`))
	}
	if member, err := w.CreateHeader(&zip.FileHeader{Name: "B/B.json", Comment: "stored"}); err == nil {
		member.Write([]byte(`{"id":"B"}`))
	}
	w.SetComment("a comment")
	w.Close()
	f.Add(buffer.Bytes())
	f.Add(append([]byte("something before"), buffer.Bytes()...))
	f.Add(buffer.Bytes()[:buffer.Len()/2])
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		unpackAll(data, func(e zipEntry, contents []byte, err error) {
			if err == nil && uint64(len(contents)) != e.size {
				t.Fatalf("%d bytes came through, not %d", len(contents), e.size)
			}
		})
	})
}

func TestArchivesAreReadAsTheStandardLibraryReadsThem(t *testing.T) {
	sameAsStandard(t, manyFiles(t, 70_000)) // more than 65,535 need the larger directory
	sameAsStandard(t, append([]byte("something that stands before"), manyFiles(t, 100)...))
}

func manyFiles(t *testing.T, n int) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for i := range n {
		method := []uint16{zip.Deflate, zip.Store}[i%2]
		member, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("folder/%d.json", i), Method: method, Comment: "x", Modified: time.Unix(int64(i), 0)})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(member, "%d %s", i, strings.Repeat("ab", i%300))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func sameAsStandard(t *testing.T, data []byte) {
	t.Helper()
	want, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	err = unpackAll(data, func(e zipEntry, contents []byte, err error) {
		file := want.File[i]
		if i++; i%997 != 0 && err == nil && string(e.name) == file.Name {
			return // the contents have the checksum that the directory lists
		}
		reader, failed := file.Open()
		if failed != nil {
			t.Fatal(failed)
		}
		text, failed := io.ReadAll(reader)
		if failed != nil || err != nil || !bytes.Equal(contents, text) || string(e.name) != file.Name {
			t.Fatalf("%s: got %d bytes of %s, %v", file.Name, len(contents), e.name, err)
		}
	})
	if err != nil || i != len(want.File) {
		t.Errorf("read %d of %d files: %v", i, len(want.File), err)
	}
}

func FuzzVersions(f *testing.F) {
	for _, ecosystem := range []string{"npm", "PyPI", "Maven", "Go", "RubyGems", "Packagist", "crates.io", "Hex", "NuGet", "Pub", "Hackage", "CRAN", "Debian", "Alpine", "GIT", ""} {
		f.Add(ecosystem, "1.2.3", "1.2.3-rc.1+build")
		f.Add(ecosystem, "1!2.post1.dev0", "")
	}
	f.Fuzz(func(t *testing.T, ecosystem, a, b string) {
		at, err := parseVersion(a, ecosystem)
		if err != nil {
			return
		}
		at.compare(b)
		at.inRange([]event{{Fixed: b}, {Introduced: "0"}, {LastAffected: a}, {Limit: b}, {}})
		if fixed := at.fixedIn([]affectedVersions{{Ranges: [][]event{{{Fixed: b}}}}}); fixed != "" && at.compare(fixed) >= 0 {
			t.Fatalf("%s: the fix %q is not above %q", ecosystem, fixed, a)
		}
	})
}

func FuzzParseKEV(f *testing.F) {
	f.Add([]byte(`{"dateReleased":"2025-08-25T17:04:19Z","vulnerabilities":[{"cveID":"CVE-2021-44228"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if catalog, err := parseKEV(data); err == nil && len(catalog.Vulnerabilities) == 0 {
			t.Fatal("an empty catalog was accepted")
		}
	})
}
