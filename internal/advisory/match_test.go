package advisory_test

import (
	"slices"
	"testing"
	"time"

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
		"a fixed version is not affected":       {affected("npm", "left", advisorytest.Below2), advisorytest.Package("npm", "left", "2.0.0"), false},
		"a prerelease of the fix is":            {affected("npm", "left", advisorytest.Below2), advisorytest.Package("npm", "left", "2.0.0-rc.1"), true},
		"last_affected is affected":             {affected("npm", "left", `"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"last_affected":"1.5.0"}]}]`), advisorytest.Package("npm", "left", "1.5.0"), true},
		"and nothing after it":                  {affected("npm", "left", `"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"last_affected":"1.5.0"}]}]`), advisorytest.Package("npm", "left", "1.5.1"), false},
		"nothing above all limits is":           {affected("npm", "left", events(`{"introduced":"0"},{"limit":"1.0.0"},{"limit":"0.5.0"}`)), advisorytest.Package("npm", "left", "1.0.0"), false},
		"below a limit the events count":        {affected("npm", "left", events(`{"introduced":"0"},{"limit":"1.0.0"},{"limit":"0.5.0"}`)), advisorytest.Package("npm", "left", "0.9.0"), true},
		"an asterisk is no limit":               {affected("npm", "left", events(`{"introduced":"0"},{"limit":"*"}`)), advisorytest.Package("npm", "left", "9.0.0"), true},
		"Packagist's names ignore case":         {affected("Packagist", "Vendor/Left", `"versions":["1.0.0"]`), advisorytest.Package("Packagist", "vendor/LEFT", "1.0.0"), true},
		"events may stand in any order":         {affected("npm", "left", `"ranges":[{"type":"SEMVER","events":[{"fixed":"1.2.0"},{"introduced":"2.0.0"},{"introduced":"1.0.0"},{"fixed":"2.1.0"}]}]`), advisorytest.Package("npm", "left", "1.5.0"), false},
		"a GIT range beside versions is silent": {affected("npm", "left", `"versions":["2.0.0"],"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]`), advisorytest.Package("npm", "left", "1.0.0"), false},
		"another ecosystem's entry is silent":   {`{"id":"X","affected":[{"package":{"ecosystem":"PyPI","name":"left"},` + advisorytest.Below2 + `},{"package":{"ecosystem":"npm","name":"right"}}]}`, advisorytest.Package("npm", "left", "1.0.0"), false},
		"a release of a distribution":           {affected("Debian:12", "curl", `"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"8.0"}]}]`), advisorytest.Package("Debian:12", "curl", "7.0"), true},
		"is not another release":                {affected("Debian:12", "curl", `"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"8.0"}]}]`), advisorytest.Package("Debian:11", "curl", "7.0"), false},
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

// A record that names the package and does not say which versions it affects must not be
// read as one that affects none.
func TestARecordThatCannotBePlacedLeavesThePackageUndecided(t *testing.T) {
	record := func(ecosystem, top, affected string) string {
		return `{"id":"X",` + top + `"affected":[{"package":{"ecosystem":"` + ecosystem + `","name":"left"}` + affected + `}]}`
	}
	below2 := "," + advisorytest.Below2
	for name, c := range map[string]struct{ ecosystem, top, affected, version string }{
		"no versions and no ranges":          {"npm", "", "", "1.0.0"},
		"empty versions and ranges":          {"npm", "", `,"versions":[],"ranges":[]`, "1.0.0"},
		"a GIT range alone":                  {"PyPI", "", `,"ranges":[{"type":"GIT","repo":"https://forge.example/a/b","events":[{"introduced":"0"}]}]`, "1.0.0"},
		"a range of an unknown kind":         {"npm", "", `,"ranges":[{"type":"CALENDAR","events":[{"introduced":"0"}]}]`, "1.0.0"},
		"an unknown kind beside versions":    {"npm", "", `,"versions":["3.0.0"],"ranges":[{"type":"CALENDAR","events":[{"introduced":"0"}]}]`, "1.0.0"},
		"a range without a kind":             {"npm", "", `,"ranges":[{"events":[{"introduced":"0"}]}]`, "1.0.0"},
		"a range without events":             {"npm", "", `,"ranges":[{"type":"SEMVER"}]`, "1.0.0"},
		"empty events":                       {"npm", "", "," + events(`{},{}`), "1.0.0"},
		"nothing introduced":                 {"npm", "", "," + events(`{"fixed":"2.0.0"}`), "1.0.0"},
		"a number for a version":             {"npm", "", "," + events(`{"introduced":0},{"fixed":"2.0.0"}`), "1.0.0"},
		"versions that are one text":         {"npm", "", `,"versions":"1.0.0"`, "1.0.0"},
		"a version that is a number":         {"npm", "", `,"versions":["3.0.0",1]`, "1.0.0"},
		"ranges that are an object":          {"npm", "", `,"ranges":{"type":"SEMVER"}`, "1.0.0"},
		"a fix in words":                     {"npm", "", "," + events(`{"introduced":"0"},{"fixed":"see the vendor's page"}`), "1.0.0"},
		"a fix that is a commit":             {"PyPI", "", `,"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"0123456789012345678901234567890123456789"}]}]`, "1.0"},
		"a fix that is a range":              {"Maven", "", `,"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":">= 2.0"}]}]`, "1.0"},
		"a fix that is open":                 {"RubyGems", "", `,"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.x"}]}]`, "1.0"},
		"an unknown last affected version":   {"crates.io", "", "," + events(`{"introduced":"0"},{"last_affected":"unknown"}`), "1.0.0"},
		"an unknown limit":                   {"npm", "", "," + events(`{"introduced":"0"},{"limit":"none"}`), "1.0.0"},
		"a fix that the order refuses":       {"Hackage", "", `,"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.0-beta"}]}]`, "1.0"},
		"two events in one":                  {"npm", "", "," + events(`{"introduced":"0","fixed":"2.0.0"}`), "1.0.0"},
		"withdrawn in the future":            {"npm", `"withdrawn":"2999-01-01T00:00:00Z",`, below2, "1.0.0"},
		"withdrawn on no day":                {"npm", `"withdrawn":"yes",`, below2, "1.0.0"},
		"withdrawn without a time":           {"npm", `"withdrawn":"",`, below2, "1.0.0"},
		"withdrawn is true":                  {"npm", `"withdrawn":true,`, below2, "1.0.0"},
		"withdrawn at the zero of a program": {"npm", `"withdrawn":"0001-01-01T00:00:00Z",`, below2, "1.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{c.ecosystem: {"X.json": record(c.ecosystem, c.top, c.affected)}}))
			pkg := advisorytest.Package(c.ecosystem, "left", c.version)
			result := advisorytest.Match(t, database, pkg)
			want := []advisory.Unmatched{{Ecosystem: c.ecosystem, Cause: observation.CauseUndecided, Packages: 1}}
			if len(result.Findings) != 0 || !slices.Equal(result.Unmatched, want) {
				t.Errorf("got %v, unmatched %+v", advisorytest.IDs(result), result.Unmatched)
			}
			measures := advisory.Measures(result, []observation.Package{pkg}, nil, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "a test")
			if measures[0].State != observation.Unknown {
				t.Errorf("the count of findings is %v, %s", measures[0].Value, measures[0].State)
			}
		})
	}
}

// A branch or a word has no place in the order of versions: ranges say nothing of it.
func TestAVersionThatIsNoneIsUnknownWhereARangeWouldDecide(t *testing.T) {
	for _, pkg := range []observation.Package{
		advisorytest.Package("Packagist", "left", "dev-main"), advisorytest.Package("Packagist", "left", "1.0.x-dev"), advisorytest.Package("npm", "left", "latest"),
		advisorytest.Package("Maven", "left", "${project.version}"), advisorytest.Package("Maven", "left", "[1.0,2.0)"),
		advisorytest.Package("PyPI", "left", "0123456789abcdef0123456789abcdef01234567"),
	} {
		record := `{"id":"X","affected":[{"package":{"ecosystem":"` + pkg.Ecosystem + `","name":"left"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]}`
		database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{pkg.Ecosystem: {"X.json": record}}))
		result := advisorytest.Match(t, database, pkg)
		if len(result.Findings) != 0 || len(result.Unmatched) != 1 || result.Unmatched[0].Cause != observation.CauseUnsupported {
			t.Errorf("%s %s: found %v, unmatched %+v", pkg.Ecosystem, pkg.Version, advisorytest.IDs(result), result.Unmatched)
		}
	}
}

func TestAnArchiveWithoutItsOwnRecordsIsNoDatabase(t *testing.T) {
	for name, record := range map[string]string{
		"another ecosystem's":         `{"id":"X","affected":[{"package":{"ecosystem":"PyPI","name":"left"},"versions":["1"]}]}`,
		"no package":                  `{"id":"X"}`,
		"another spelling":            `{"id":"X","affected":[{"package":{"ecosystem":"NPM","name":"left"},"versions":["1"]}]}`,
		"another's that is withdrawn": `{"id":"X","withdrawn":"2025-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"left"},"versions":["1"]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			database, info := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{
				"npm":  {"X.json": record},
				"PyPI": {"P.json": `{"id":"P","affected":[{"package":{"ecosystem":"PyPI","name":"p"},"versions":["1"]}]}`},
			}))
			result := advisorytest.Match(t, database, advisorytest.Package("npm", "other", "1.0.0"))
			if len(result.Unmatched) != 1 || result.Unmatched[0].Cause != observation.CauseNoDatabase || len(info.Notes) != 1 || len(database.Notes()) != 1 {
				t.Errorf("unmatched %+v, notes %+v, of the source %+v", result.Unmatched, info.Notes, database.Notes())
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

// A version that stands for all there are is no fix to go to; ranges go by it all the same.
func TestAFixThatNobodyCanReleaseIsNone(t *testing.T) {
	for _, c := range []struct{ ecosystem, fixed, want string }{
		{"npm", "3.999.999", ""}, {"npm", "0.999.999", ""}, {"npm", "9999.0.0", ""}, {"npm", "4.99999.0", ""}, {"npm", "99.999.9999", ""},
		{"npm", "v999.999.999", ""}, {"npm", "1.0.99999", ""}, {"npm", "999.0.0", ""}, {"npm", "3.999.999-0", ""}, {"npm", "0.99999.0", ""},
		{"npm", "99.99.99", ""}, {"PyPI", "9999", ""}, {"PyPI", "99999.0", ""}, {"Packagist", "2.9999999.9999999.9999999", ""}, {"Maven", "999.999", ""},
		{"Maven", "9999-SNAPSHOT", ""}, {"RubyGems", "5.9999", ""}, {"Go", "1.999.999", ""}, {"npm", "2023.999.999", ""},
		{"npm", "1.0.999", "1.0.999"}, {"npm", "1.999.0", "1.999.0"}, {"npm", "12.999.0", ""}, {"npm", "12.9.9", ""}, {"npm", "12.9.1", "12.9.1"}, {"PyPI", "2023.999", "2023.999"}, {"PyPI", "2023.9999", "2023.9999"},
		{"PyPI", "20230999", "20230999"}, {"PyPI", "0.999999999", "0.999999999"}, {"Packagist", "2.1.99", "2.1.99"}, {"Packagist", "9.9.9", "9.9.9"},
		{"Maven", "1.2.3.9999", "1.2.3.9999"}, {"Maven", "8.5.99", "8.5.99"}, {"npm", "19.9.9", "19.9.9"}, {"npm", "1.9990.1", "1.9990.1"},
		{"Go", "1.4.4-0.20250522160828-999999999999", "1.4.4-0.20250522160828-999999999999"},
	} {
		for other, want := range map[string]string{"": c.want, `{"introduced":"0"},{"fixed":"800.0.0"},`: "800.0.0"} {
			if other != "" && c.want != "" {
				continue
			}
			id := "X"
			if c.ecosystem == "npm" && (c.fixed == "12.999.0" || c.fixed == "12.9.9" || c.fixed == "12.9.1") {
				id = "RETIREJS-left-1"
			}
			record := `{"id":"` + id + `","affected":[{"package":{"ecosystem":"` + c.ecosystem + `","name":"left"},"ranges":[{"type":"ECOSYSTEM","events":[` + other + `
				{"introduced":"` + map[bool]string{true: "0", false: "900.0.0"}[other == ""] + `"},{"fixed":"` + c.fixed + `"}]}]}]}`
			found, err := advisory.NewFinding([]byte(record), advisorytest.Package(c.ecosystem, "left", "0.1.0"), nil)
			if err != nil || found.FixedIn != want {
				t.Errorf("%s %s: fixed in %q, want %q (%v)", c.ecosystem, c.fixed, found.FixedIn, want, err)
			}
		}
	}
	database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{"npm": {
		"X.json": `{"id":"X","affected":[{"package":{"ecosystem":"npm","name":"left"},` + events(`{"introduced":"0"},{"fixed":"3.999.999"}`) + `}]}`}}))
	if result := advisorytest.Match(t, database, advisorytest.Package("npm", "left", "3.4.1")); len(result.Findings) != 1 {
		t.Errorf("below such a version: %+v", result)
	}
}
