package advisory_test

import (
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/observation"
)

func TestWhatCannotBeMatchedIsUnknown(t *testing.T) {
	database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{
		"npm": {"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)},
		"Hackage": {"P.json": `{"id":"P","affected":[{"package":{"ecosystem":"Hackage","name":"odd"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]},
			{"package":{"ecosystem":"Hackage","name":"odd"},"versions":["1.0-listed"]}]}`},
	}))
	result := advisorytest.Match(t, database,
		advisorytest.Package("npm", "left", ""), advisorytest.Package("npm", "left", ""), advisorytest.Package("npm", "unheard-of", ""), // no advisory speaks of the last at any version
		advisorytest.Package("NuGet", "Newtonsoft.Json", "12.0.1"), advisorytest.Package("Pub", "http", "1.0.0"),
		advisorytest.Package("", "thing", "1"), advisorytest.Package("Hackage", "odd", "1.0-build"), advisorytest.Package("Hackage", "other", "1.0-build"), advisorytest.Package("Hackage", "odd", "1.0-listed"))
	want := []advisory.Unmatched{
		{Ecosystem: "", Cause: observation.CauseUnsupported, Packages: 1},
		{Ecosystem: "Hackage", Cause: observation.CauseUnsupported, Packages: 1}, // only where an advisory names the package
		{Ecosystem: "NuGet", Cause: observation.CauseNoDatabase, Packages: 1},
		{Ecosystem: "Pub", Cause: observation.CauseNoDatabase, Packages: 1},
		{Ecosystem: "npm", Cause: observation.CauseNoVersion, Packages: 1},
	}
	for _, w := range want {
		if !slices.Contains(result.Unmatched, w) {
			t.Errorf("missing %+v in %+v", w, result.Unmatched)
		}
	}
	if len(result.Unmatched) != len(want) {
		t.Errorf("got %+v", result.Unmatched)
	}
	if got := advisorytest.IDs(result); !slices.Equal(got, []string{"P"}) {
		t.Errorf("found %v, want the version that the record lists", got)
	}
}

func TestWithoutADatabaseEverythingIsUnknown(t *testing.T) {
	result := advisorytest.Match(t, advisory.None{}, advisorytest.Package("npm", "left", "1.0.0"))
	if len(result.Unmatched) != 1 || result.Unmatched[0].Cause != observation.CauseNoDatabase {
		t.Errorf("got %+v", result)
	}
}

// Each case is a difference from osv-scanner v2.3.3 that is kept on purpose,
// or one of its rules that is easy to lose.
func TestRulesOfMatching(t *testing.T) {
	affected := func(ecosystem, name, rest string) string {
		return `{"id":"X","affected":[{"package":{"ecosystem":"` + ecosystem + `","name":"` + name + `"},` + rest + `}]}`
	}
	for name, c := range map[string]struct {
		record string
		pkg    observation.Package
		want   bool
	}{
		"a range behind a GIT range counts (osv-scanner stops there)": {
			affected("npm", "left", `"ranges":[{"type":"GIT","events":[{"introduced":"0"}]},{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]`), advisorytest.Package("npm", "left", "1.0.0"), true},
		"names of PyPI records are normalised (osv-scanner never matches them)": {
			affected("PyPI", "Foo.Bar_baz", `"versions":["1.0"]`), advisorytest.Package("PyPI", "foo-bar-baz", "1.0"), true},
		"a listed version is affected whatever the ranges say": {
			affected("npm", "left", `"versions":["3.0.0"],`+advisorytest.Below2), advisorytest.Package("npm", "left", "3.0.0"), true},
		"a fixed version is not affected":     {affected("npm", "left", advisorytest.Below2), advisorytest.Package("npm", "left", "2.0.0"), false},
		"a prerelease of the fix is":          {affected("npm", "left", advisorytest.Below2), advisorytest.Package("npm", "left", "2.0.0-rc.1"), true},
		"last_affected is affected":           {affected("npm", "left", `"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"last_affected":"1.5.0"}]}]`), advisorytest.Package("npm", "left", "1.5.0"), true},
		"and nothing after it":                {affected("npm", "left", `"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"last_affected":"1.5.0"}]}]`), advisorytest.Package("npm", "left", "1.5.1"), false},
		"limit is not read":                   {affected("npm", "left", `"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"limit":"1.0.0"}]}]`), advisorytest.Package("npm", "left", "9.0.0"), true},
		"events may stand in any order":       {affected("npm", "left", `"ranges":[{"type":"SEMVER","events":[{"fixed":"1.2.0"},{"introduced":"2.0.0"},{"introduced":"1.0.0"},{"fixed":"2.1.0"}]}]`), advisorytest.Package("npm", "left", "1.5.0"), false},
		"an entry without ranges says none":   {affected("npm", "left", `"versions":[]`), advisorytest.Package("npm", "left", "1.0.0"), false},
		"another ecosystem's entry is silent": {affected("PyPI", "left", advisorytest.Below2), advisorytest.Package("npm", "left", "1.0.0"), false},
		"a release of a distribution":         {affected("Debian:12", "curl", `"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"8.0"}]}]`), advisorytest.Package("Debian:12", "curl", "7.0"), true},
		"is not another release":              {affected("Debian:12", "curl", `"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"8.0"}]}]`), advisorytest.Package("Debian:11", "curl", "7.0"), false},
	} {
		t.Run(name, func(t *testing.T) {
			ecosystem := map[string]string{"Debian:12": "Debian", "Debian:11": "Debian"}[c.pkg.Ecosystem]
			if ecosystem == "" {
				ecosystem = c.pkg.Ecosystem
			}
			database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{ecosystem: {"X.json": c.record}}))
			result := advisorytest.Match(t, database, c.pkg)
			if got := len(result.Findings) == 1; got != c.want || len(result.Unmatched) != 0 {
				t.Errorf("affected: %v, want %v (%+v)", got, c.want, result.Unmatched)
			}
		})
	}
}

func TestWithdrawnRecordsAreSkipped(t *testing.T) {
	record := `{"id":"W","withdrawn":"2025-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"left"},` + advisorytest.Below2 + `}]}`
	database, info := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{"npm": {"W.json": record}}))
	if result := advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0")); len(result.Findings) != 0 || info.Ecosystems[0].Withdrawn != 1 {
		t.Errorf("got %v, %+v", advisorytest.IDs(result), info.Ecosystems[0])
	}
}

func TestAFindingHoldsAllFieldsOfTheRecord(t *testing.T) {
	folder := advisorytest.Folder(t, map[string]map[string]string{"npm": {"GHSA-1.json": `{"id":"GHSA-1","aliases":["CVE-2021-44228"],"summary":"Remote code",
		"published":"2021-12-10T00:00:00Z","modified":"2022-01-01T00:00:00Z","database_specific":{"severity":"LOW"},
		"severity":[{"type":"CVSS_V2","score":"AV:N/AC:L/Au:N/C:P/I:P/A:P"},{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"},{"type":"CVSS_V3","score":"nonsense"}],
		"affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"2.0.0"},{"fixed":"2.9.0"}]},{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.10.0"}]},{"type":"SEMVER","events":[{"introduced":"1.2.0"},{"fixed":"1.9.0"}]}]}]}`,
		"MAL-1.json": advisorytest.NPMRecord("MAL-1", "left", "2026-01-01T00:00:00Z", `"versions":["1.3.0"],"database_specific":{"severity":"MODERATE"}`)}})
	advisorytest.Write(t, folder, "kev.json", []byte(`{"dateReleased":"2025-08-25T17:04:19Z","vulnerabilities":[{"cveID":"CVE-2021-44228"}]}`))
	database, info := advisorytest.Build(t, folder)
	if info.KEVDate != "2025-08-25" || info.Ecosystems[0].Malware != 1 {
		t.Errorf("got %+v", info)
	}
	result := advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.3.0"))
	if len(result.Findings) != 2 {
		t.Fatalf("got %v", advisorytest.IDs(result))
	}
	f := result.Findings[0]
	if f.Severity != "critical" || *f.Score != 10 || f.FixedIn != "1.9.0" || !*f.Exploited || f.Malicious || f.Summary != "Remote code" || f.Published.Year() != 2021 {
		t.Errorf("got %+v", f)
	}
	if m := result.Findings[1]; m.Severity != "medium" || m.Score != nil || m.FixedIn != "" || *m.Exploited || !m.Malicious {
		t.Errorf("got %+v", m)
	}
}

func TestWithoutAKEVCatalogExploitedIsUnknown(t *testing.T) {
	database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{"npm": {"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)}}))
	if f := advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0")).Findings[0]; f.Exploited != nil {
		t.Errorf("exploited is %v where nobody knows", *f.Exploited)
	}
}

func TestWithoutASummaryTheDetailsAreUsed(t *testing.T) {
	record := `{"id":"PYSEC-1","details":"# Overview \n\nmore","affected":[{"package":{"ecosystem":"PyPI","name":"left"},"versions":["1"]}]}`
	database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{"PyPI": {"PYSEC-1.json": record}}))
	if f := advisorytest.Match(t, database, advisorytest.Package("PyPI", "left", "1")).Findings[0]; f.Summary != "Overview" {
		t.Errorf("got %q", f.Summary)
	}
}

func TestLaterFollowsTheOrderOfTheEcosystem(t *testing.T) {
	for _, c := range []struct{ ecosystem, a, b, want string }{
		{"npm", "1.9.0", "1.10.0", "1.10.0"},
		{"npm", "2.0.0", "2.0.0-rc.1", "2.0.0"},
		{"no such ecosystem", "1", "2", "1"},
	} {
		if got := advisory.Later(c.ecosystem, c.a, c.b); got != c.want {
			t.Errorf("of %s and %s of %s %s is later, want %s", c.a, c.b, c.ecosystem, got, c.want)
		}
	}
}
