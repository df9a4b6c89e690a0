package advisory

import (
	"testing"

	"github.com/midspan/midspan/internal/osvdb/record"
)

func FuzzEntriesOfRecords(f *testing.F) {
	f.Add([]byte(`{"id":"A","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"left"},"versions":["1"],"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2"}]}]}]}`), "left")
	f.Add([]byte(`{"id":"A","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N"}],"database_specific":[1]}`), "")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		e, err := record.ParseEntry(data, "npm", name)
		if err != nil {
			return
		}
		affects(e, "1.0.0", "npm", "")
		if severity, score, _ := severityOf(e); severity == "" || (score != nil && (*score < 0 || *score > 10)) {
			t.Fatalf("severity %q, score %v", severity, score)
		}
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
		at.inRange([]record.Event{{Fixed: b}, {Introduced: "0"}, {LastAffected: a}, {Limit: b}, {}})
		if fixed := at.fixedIn("X", []record.Affected{{Ranges: [][]record.Event{{{Fixed: b}}}}}); fixed != "" && at.compare(fixed) >= 0 {
			t.Fatalf("%s: the fix %q is not above %q", ecosystem, fixed, a)
		}
	})
}
