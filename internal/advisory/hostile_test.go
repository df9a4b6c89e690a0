package advisory_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/observation"
)

// hostileRecord is in an archive together with a good record of the same package.
type hostileRecord struct {
	name, text string
	broken     bool // it must be counted as one that could not be read, or only in part
	found      bool // it must match all the same
}

func about(id, affected string) string {
	return advisorytest.NPMRecord(id, "left", "2026-01-01T00:00:00Z", affected)
}

func events(list string) string { return `"ranges":[{"type":"SEMVER","events":[` + list + `]}]` }

func hostileRecords() []hostileRecord {
	many := strings.TrimSuffix(strings.Repeat(`{"introduced":"0"},{"fixed":"0.5.0"},`, 20_000), ",")
	return []hostileRecord{
		{"deep", `{"id":"deep","x":` + strings.Repeat("[", 100_000), true, false},
		{"deep-that-ends", `{"id":"deep-that-ends","x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, true, false},
		{"page", "<!DOCTYPE html><html></html>", true, false},
		{"nul", "\x00\x00\x00\x00", true, false},
		{"marked", "\ufeff" + about("marked", advisorytest.Below2), true, false},
		{"utf-16", "\xff\xfe{\x00}\x00", true, false},
		{"two", about("two", advisorytest.Below2) + about("two", advisorytest.Below2), true, false},
		{"id-is-a-list", `{"id":["x"],"affected":[]}`, true, false},
		{"not-utf-8", `{"id":"not-utf-8","summary":"` + "\xff\xfe" + `","affected":[{"package":{"ecosystem":"npm","name":"left"},` + advisorytest.Below2 + `}]}`, false, true},
		{"<script>alert(1)</script>", about("<script>alert(1)</script>", advisorytest.Below2), false, true},
		{"id-of-lines", about(`id\nof\u001b[31mlines`, advisorytest.Below2), false, true},
		{"id-twice", `{"id":"first",` + about("id-twice", advisorytest.Below2)[1:], false, true},
		{"summary-of-a-megabyte", `{"summary":"` + strings.Repeat("x", 1<<20) + `",` + about("summary-of-a-megabyte", advisorytest.Below2)[1:], false, true},
		{"fixed-before-introduced", about("fixed-before-introduced", events(`{"fixed":"0.5.0"},{"introduced":"2.0.0"}`)), false, false},
		{"introduced-after-fixed", about("introduced-after-fixed", events(`{"introduced":"3.0.0"},{"fixed":"0.5.0"}`)), false, false},
		{"events-unsorted", about("events-unsorted", events(`{"fixed":"0.2.0"},{"introduced":"0.9.0"},{"introduced":"0"},{"fixed":"1.5.0"}`)), false, true},
		{"events-thousands", about("events-thousands", events(many)), false, false},
		{"events-empty", about("events-empty", events(`{},{},{}`)), false, false},
		{"events-odd", about("events-odd", events(`{"introduced":"not a version \u0000"},{"fixed":"also not"}`)), false, false}, // undecided
		{"events-of-numbers", about("events-of-numbers", events(`{"introduced":0},{"fixed":7}`)), true, false},
		{"version-long", about("version-long", events(`{"introduced":"0"},{"fixed":"`+strings.Repeat("9", 100_000)+`"}`)), false, false},
		{"versions-million", about("versions-million", `"versions":[`+strings.TrimSuffix(strings.Repeat(`"9",`, 1_000_000), ",")+`]`), false, false},
		{"range-of-no-kind", about("range-of-no-kind", `"ranges":[{"type":"BOMB","events":[{"introduced":"0"}]}]`), false, false},
		{"withdrawn-in-the-future", `{"withdrawn":"2999-01-01T00:00:00Z",` + about("withdrawn-in-the-future", advisorytest.Below2)[1:], false, false},
		{"withdrawn-nonsense", `{"withdrawn":"no day",` + about("withdrawn-nonsense", advisorytest.Below2)[1:], false, false},
		{"schema-of-the-future", `{"schema_version":"99.0.0",` + about("schema-of-the-future", advisorytest.Below2)[1:], false, true},
		{"date-beyond", strings.Replace(about("date-beyond", advisorytest.Below2), "2026-01-01", "9999-99-99", 1), false, true},
		{"severity-nonsense", `{"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:?/` + strings.Repeat("A:N/", 10_000) + `"},{"type":"CVSS_V4","score":"CVSS:4.0/"},{"type":"CVSS_V2","score":"AV:N"}],` + about("severity-nonsense", advisorytest.Below2)[1:], false, true},
		{"aliases-thousands", `{"aliases":["` + strings.Repeat(`CVE-1","`, 50_000) + `CVE-2"],` + about("aliases-thousands", advisorytest.Below2)[1:], false, true},
		{"packages-thousands", `{"id":"packages-thousands","summary":"` + strings.Repeat("s", 200) + `","aliases":["` + strings.Repeat("a", 10_000) + `"],"affected":[` +
			strings.TrimSuffix(strings.Repeat(`{"package":{"ecosystem":"npm","name":"left"},`+advisorytest.Below2+`},`, 20_000), ",") + `]}`, false, true},
	}
}

func TestHostileRecordsCostOnlyThemselves(t *testing.T) {
	records := map[string]string{"good.json": about("GOOD", advisorytest.Below2)}
	broken := 0
	for i, c := range hostileRecords() {
		records[fmt.Sprintf("%02d.json", i)] = c.text
		if c.broken {
			broken++
		}
	}
	database, info := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{"npm": records}))
	if info.Ecosystems[0].Broken != broken {
		t.Errorf("%d records are broken, want %d: %.2000v", info.Ecosystems[0].Broken, broken, info.Notes)
	}
	result := advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0"))
	found := advisorytest.IDs(result)
	if !slices.Contains(found, "GOOD") {
		t.Error("the good record is lost")
	}
	for _, c := range hostileRecords() {
		name := strings.ReplaceAll(strings.ReplaceAll(c.name, "id-of-lines", "id\nof\x1b[31mlines"), "\\", "")
		if got := slices.Contains(found, name); got != c.found {
			t.Errorf("%s matches: %t, want %t", c.name, got, c.found)
		}
	}
	if len(result.Unmatched) != 1 {
		t.Error("a range that cannot be placed leaves no unknown")
	}
	for _, f := range result.Findings {
		if len(f.Summary) > 300 || f.Severity == "" {
			t.Errorf("%s: summary of %d bytes, severity %q", f.Advisory, len(f.Summary), f.Severity)
		}
	}
	for _, n := range info.Notes {
		if !strings.HasPrefix(n.Subject, "npm/") || n.Message == "" || len(n.Message) > 2000 {
			t.Errorf("a note says %.300q", n)
		}
	}
}

// raw is a zip of one file whose names, sizes and contents are as given.
func raw(t *testing.T, header zip.FileHeader, contents []byte) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	file, err := w.CreateRaw(&header)
	if err == nil {
		_, err = file.Write(contents)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func TestHostileArchivesLeaveTheirEcosystemUnknownOrTheRestIntact(t *testing.T) {
	good := about("A", advisorytest.Below2)
	whole := advisorytest.Archive(t, map[string]string{"A.json": good})
	flipped := slices.Clone(whole)
	flipped[bytes.Index(flipped, []byte("A.json"))+8] ^= 0xff
	lie := func(field int, value uint32) []byte { // in the directory's entry
		data := slices.Clone(whole)
		binary.LittleEndian.PutUint32(data[bytes.Index(data, []byte("PK\x01\x02"))+field:], value)
		return data
	}
	names := func(list ...string) []byte {
		records := map[string]string{}
		for i, name := range list {
			records[name] = about(fmt.Sprintf("A%d", i), advisorytest.Below2)
		}
		return advisorytest.Archive(t, records)
	}
	for name, c := range map[string]struct {
		data     []byte
		findings int // at least; -1 where the ecosystem must be unknown
	}{
		"empty file":              {nil, -1},
		"no zip":                  {[]byte("PK\x03\x04"), -1},
		"cut in the middle":       {whole[:len(whole)/2], -1},
		"cut before its end":      {whole[:len(whole)-1], -1},
		"gzip":                    {[]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), -1},
		"contents flipped":        {flipped, 0},
		"checksum lies":           {lie(16, 7), 0},
		"size lies, small":        {lie(24, 1), 0},
		"size lies, 4 GB":         {lie(24, 0xfffffffe), 0},
		"packed size lies":        {lie(20, 0xfffffffe), 0},
		"offset lies":             {lie(42, 0x7fffffff), 0},
		"absolute and climbing":   {names("/etc/passwd.json", "../../../../tmp/x.json", `..\..\x.json`, "C:\\x.json", "a/../../b.json", "\x00.json", "a\nb\x1b[31m.json"), 7},
		"an archive in itself":    {advisorytest.Archive(t, map[string]string{"A.json": good, "inner.json": string(whole), "inner.zip": string(whole)}), 1},
		"a name twice":            {raw(t, zip.FileHeader{Name: "A.json", Method: zip.Store, CRC32: 0, CompressedSize64: 0, UncompressedSize64: 0}, nil), 0},
		"a method of the future":  {raw(t, zip.FileHeader{Name: "A.json", Method: 99, CompressedSize64: 2, UncompressedSize64: 2}, []byte("{}")), 0},
		"encrypted":               {raw(t, zip.FileHeader{Name: "A.json", Method: zip.Store, Flags: 1, CompressedSize64: 2, UncompressedSize64: 2}, []byte("{}")), 0},
		"a record of 100 MB":      {advisorytest.Archive(t, map[string]string{"A.json": good, "B.json": `{"id":"B","x":"` + strings.Repeat("x", 100<<20) + `"}`}), 1},
		"a bomb of 1,000 to one":  {advisorytest.Archive(t, map[string]string{"A.json": good, "B.json": strings.Repeat("\x00", 15<<20), "C.json": strings.Repeat("\x00", 15<<20)}), 1},
		"directory that is long":  {lie(28, 0xffff), -1},
		"nothing but other files": {advisorytest.Archive(t, map[string]string{"readme.txt": "x"}), -1},
	} {
		t.Run(name, func(t *testing.T) {
			folder := advisorytest.Folder(t, map[string]map[string]string{"PyPI": {"P.json": `{"id":"P","affected":[{"package":{"ecosystem":"PyPI","name":"p"},"versions":["1"]}]}`}})
			advisorytest.Write(t, folder, "npm/all.zip", c.data)
			database, info := advisorytest.Build(t, folder)
			result := advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0"), advisorytest.Package("PyPI", "p", "1"))
			if !slices.Contains(advisorytest.IDs(result), "P") {
				t.Error("another ecosystem is lost")
			}
			unknown := slices.ContainsFunc(result.Unmatched, func(u advisory.Unmatched) bool { return u.Ecosystem == "npm" })
			switch {
			case c.findings < 0 && !unknown:
				t.Errorf("an archive that cannot be read leaves no unknown: %+v", result)
			case c.findings >= 0 && len(result.Findings)-1 < c.findings:
				t.Errorf("%d findings, want %d", len(result.Findings)-1, c.findings)
			}
			if c.findings == 0 && !unknown && len(info.Notes) == 0 {
				t.Error("nothing was found, and nothing says why")
			}
			entries, err := os.ReadDir(folder)
			if err != nil || len(entries) != 2 {
				t.Errorf("something was written beside the archives: %v %v", entries, err)
			}
		})
	}
}

// Every ecosystem with an order of its own; a version that it cannot place is
// unknown, or decided, and never the end of the run.
func TestHostileVersionsEndNoComparison(t *testing.T) {
	versions := []string{"", " ", "\x00", "-", "..", "1..2", "1.2.3.4.5.6.7.8.9.10", "v", "V1", "=1", "1!", "!1", "1:1:1", ":", "~", "^", "*", "latest", "1.x",
		"99999999999999999999999999999999999999", "-1", "1e999", "0x10", "١.٢", "1.0-", "1.0+", "1.0--", "1.0-rc.999999999999999999999", "1.0_p99999999999999999999", "1.0_alpha_beta",
		"1.0a99999999999999999999", "1.0.post99999999999999999999.dev0", "1.0~~", "1.0-r99999999999999999999", "[1,2)", "${project.version}", "file:../x", "git+ssh://x", "\xff\xfe",
		"<script>", "1\n2", strings.Repeat("1.", 10_000), strings.Repeat("9", 100_000), strings.Repeat("-", 10_000), strings.Repeat("a1", 10_000)}
	sources := map[string]map[string]string{}
	var packages []observation.Package
	ecosystems := []string{"npm", "PyPI", "Maven", "Go", "RubyGems", "Packagist", "crates.io", "Hex", "NuGet", "Pub", "Hackage", "CRAN", "ConanCenter", "Debian", "Ubuntu", "Alpine",
		"Red Hat", "Rocky Linux", "AlmaLinux", "openSUSE", "SUSE", "Bitnami", "GHC", "Julia", "Android", "Linux", "SwiftURL", "GitHub Actions", "OSS-Fuzz", "Kubernetes", "Unheard Of"}
	for _, ecosystem := range ecosystems {
		records := map[string]string{}
		for i, version := range append([]string{"1.0.0"}, versions...) {
			records[fmt.Sprintf("%d.json", i)] = fmt.Sprintf(`{"id":"%d","affected":[{"package":{"ecosystem":%q,"name":"left"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":%s}]}]}]}`,
				i, ecosystem, quoted(version))
		}
		sources[ecosystem] = records
		for _, version := range versions {
			packages = append(packages, advisorytest.Package(ecosystem, "left", version), advisorytest.Package(ecosystem+":1", "left", version))
		}
	}
	database, _ := advisorytest.Build(t, advisorytest.Folder(t, sources))
	result := advisorytest.Match(t, database, packages...)
	if len(result.Findings) == 0 || len(result.Unmatched) == 0 {
		t.Errorf("%d findings, %d groups that could not be matched", len(result.Findings), len(result.Unmatched))
	}
	if !slices.ContainsFunc(result.Unmatched, func(u advisory.Unmatched) bool { return u.Ecosystem == "npm" && u.Cause == observation.CauseNoVersion }) {
		t.Error("a package without a version is not unknown")
	}
	if !slices.ContainsFunc(result.Unmatched, func(u advisory.Unmatched) bool {
		return u.Ecosystem == "Unheard Of" && u.Cause == observation.CauseUnsupported
	}) {
		t.Errorf("an ecosystem without an order is not unknown: %v", result.Unmatched)
	}
}

func quoted(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	return `"` + strings.NewReplacer("\x00", `\u0000`, "\n", `\n`).Replace(text) + `"`
}

func TestHostileKEVCatalogsLeaveExploitationUnknown(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "page": "<html>", "list": "[]", "null": "null", "no vulnerabilities": `{"vulnerabilities":[]}`, "wrong types": `{"vulnerabilities":{"cveID":7}}`,
		"cut": `{"vulnerabilities":[{"cveID":"CVE-2021-44228"},`, "deep": strings.Repeat("[", 100_000), "not utf-8": "\xff\xfe", "ids of numbers": `{"vulnerabilities":[{"cveID":7}]}`,
		"too long": `{"vulnerabilities":[{"cveID":"` + strings.Repeat("x", 64<<20) + `"}]}`,
		"no ids":   `{"vulnerabilities":[{"vendor":"x"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			folder := advisorytest.Folder(t, map[string]map[string]string{"npm": {"A.json": about("A", advisorytest.Below2)}})
			advisorytest.Write(t, folder, "kev.json", []byte(text))
			database, info := advisorytest.Build(t, folder)
			result := advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0"))
			if len(result.Findings) != 1 || result.Findings[0].Exploited != nil {
				t.Errorf("got %+v", result.Findings)
			}
			if !slices.ContainsFunc(info.Notes, func(n observation.Note) bool { return filepath.Base(n.Subject) == "kev.json" }) {
				t.Errorf("nothing says that the catalog cannot be read: %v", info.Notes)
			}
		})
	}
}
