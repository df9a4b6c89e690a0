package advisory

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
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
		for name, e := range r.entries("npm") {
			if e.ID != r.ID || len(e.Spans) == 0 || name == "" {
				t.Fatalf("entry %q: %+v", name, e)
			}
			e.affects("1.0.0", "npm", "")
			if severity, score, _ := e.judge(); severity == "" || (score != nil && (*score < 0 || *score > 10)) {
				t.Fatalf("severity %q, score %v", severity, score)
			}
		}
	})
}

func FuzzReadZip(f *testing.F) {
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	if member, err := w.Create("A.json"); err == nil {
		member.Write([]byte(`{"id":"A"}`))
	}
	w.Close()
	f.Add(buffer.Bytes())
	f.Add(buffer.Bytes()[:buffer.Len()/2])
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		err = readZip(context.Background(), archive, func(int) {}, func(b blob) bool {
			if strings.ContainsAny(b.name, "/") && b.name != "/" {
				t.Fatalf("a member's path came through: %q", b.name)
			}
			if len(b.data) > maxRecord {
				t.Fatalf("%d bytes came through", len(b.data))
			}
			return true
		})
		_ = err
	})
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
		if fixed := at.fixedIn([]entrySpan{{Ranges: [][]event{{{Fixed: b}}}}}); fixed != "" && at.compare(fixed) >= 0 {
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
