package signals_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/scannertest"
	"github.com/midspan/midspan/scanners/signals"
)

var asOf = time.Date(2026, time.November, 1, 9, 0, 0, 0, time.UTC)

// files is one commit's tree; a nil entry of a later commit removes the file.
type files map[string]string

// removed stands for a file that a later commit takes away.
const removed = "\x00removed"

// repository writes commits a year apart, the last one a day before asOf.
func repository(t *testing.T, commits ...files) string {
	t.Helper()
	history := make([]gittest.Commit, len(commits))
	for i, tree := range commits {
		changes := gittest.Files(tree)
		for j, change := range changes {
			if target, ok := strings.CutPrefix(change.Data, "link:"); ok {
				changes[j].Mode, changes[j].Data = "120000", target
			} else if change.Data == removed {
				changes[j].Mode = "D"
			}
		}
		history[i] = gittest.Commit{Author: "Someone <someone@host.invalid>", When: asOf.AddDate(i+1-len(commits), 0, -1), Files: changes}
	}
	dir := filepath.Join(t.TempDir(), "repository.git")
	gittest.Import(t, dir, history...)
	return dir
}

// lose removes the object of a file, as in a partial clone.
func lose(t *testing.T, dir, file string) {
	t.Helper()
	oid := strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", file))
	if err := os.Remove(filepath.Join(dir, "objects", oid[:2], oid[2:])); err != nil {
		t.Fatal(err)
	}
}

func scan(t *testing.T, dir string) map[string]observation.Measure {
	t.Helper()
	return scannertest.ByID(scannertest.Scan(t, signals.New(), dir, asOf).Measures)
}

// byID also checks that every declared measure is there, once and in order.
func byID(t *testing.T, definitions []observation.Definition, measures []observation.Measure) map[string]observation.Measure {
	t.Helper()
	scannertest.CheckMeasures(t, definitions, measures)
	return scannertest.ByID(measures)
}

// expect compares values; the texts "na" and "unknown" stand for the states.
func expect(t *testing.T, got map[string]observation.Measure, want map[string]any) {
	t.Helper()
	for id, value := range want {
		m := got[id]
		var have any
		switch m.State {
		case observation.Measured:
			have = m.Value
		case observation.NotApplicable:
			have = "na"
		default:
			have = "unknown"
		}
		if n, ok := value.(int); ok {
			value = float64(n)
		}
		if list, ok := value.([]string); ok {
			if l, isList := have.([]string); !isList || !slices.Equal(l, list) {
				t.Errorf("%s = %v, want %v (%s)", id, have, value, m.Detail)
			}
			continue
		}
		if have != value {
			t.Errorf("%s = %v, want %v (%s)", id, have, value, m.Detail)
		}
	}
}

var allSources = []string{"FUNDING.yml", "README", "composer.json", "funding-manifest-urls", "funding.json", "gemspec", "package.json", "publiccode.yml", "pyproject.toml"}

func TestABareRepositoryShowsNoFunding(t *testing.T) {
	expect(t, scan(t, repository(t, files{"main.go": "package main"})), map[string]any{
		"funding.received": false, "funding.sought": false, "funding.evidence": []string{}, "funding.sources-read": allSources,
		"license.file": false, "license.spdx": "na", "license.changes": 0, "license.last-change-days": "na",
		"governance.readme": false, "governance.ci": false, "lifecycle.sunset-declared": "unknown",
		"lifecycle.development-status": "na", "maintenance.type": "na",
	})
}

func TestFundingLevelsAreDistinguished(t *testing.T) {
	tests := []struct {
		name             string
		tree             files
		received, sought any
		evidence         []string
	}{
		{"FUNDING.yml with accounts", files{".github/FUNDING.yml": "github: [someone]\nopen_collective: thing\npatreon: # a user\nko_fi: []\ncustom: ['']\nunheard: of\n"},
			false, true, []string{"FUNDING.yml: github, open_collective"}},
		{"the forge's empty template", files{"docs/funding.yml": "# supported platforms\ngithub: # up to 4\npatreon:\ncustom: null\n"}, false, false, []string{}},
		{"a FUNDING.yml of comments", files{"FUNDING.yml": "# nothing yet\n"}, false, false, []string{}},
		{"income and plans, with repeated guids", files{"funding.json": `{"version":"v1.1.0","funding":{"plans":[{"guid":"a","status":"active"},{"guid":"a","status":"active"},{"status":"inactive"},7],
			"history":[{"year":2024,"income":5000},{"year":2025,"income":0},{"year":2023}]}}`},
			true, true, []string{"funding.json: 1 year with income", "funding.json: 2 active plans"}},
		{"plans alone are no money", files{"funding.json": `{"funding":{"plans":[{"status":"active"}],"history":[{"year":2017,"currency":"USD"}]}}`}, false, true, []string{"funding.json: 1 active plan"}},
		{"package.json", files{"package.json": `{"funding":[{"type":"x","url":"https://www.opencollective.com/thing"},"https://example.org/give"]}`}, false, true,
			[]string{"package.json: funding at a page of its own, opencollective.com"}},
		{"the placeholders of the forge's template", files{".github/FUNDING.yml": "github: [user1, user2]\npatreon: \"# Replace with a single Patreon username\"\nko_fi: Replace with a single Ko-fi username\ncustom: ['link1', 'link2']\n"},
			false, false, []string{}},
		{"an account beside a placeholder", files{"FUNDING.yml": "github: [user1, thing-org]\n"}, false, true, []string{"FUNDING.yml: github"}},
		{"Drips' FUNDING.json", files{"FUNDING.json": `{"drips":{"ethereum":{"ownedBy":"0x00000000000000000000000000000000000000aa"},"filecoin":{"ownedBy":"0xbb"}}}`}, false, true, []string{"funding.json: an account at Drips"}},
		{"Drips' FUNDING.json of nobody", files{"FUNDING.json": `{"drips":{"ethereum":{"ownedBy":"0x0000000000000000000000000000000000000000"}}}`}, false, false, []string{}},
		{"retro funding alone", files{"FUNDING.json": `{"opRetro":{"projectId":"0xab"}}`}, false, true, []string{"funding.json: a project of Optimism's retro funding"}},
		{"both formats in one file", files{"FUNDING.json": `{"drips":{"ethereum":{"ownedBy":"0xaa"}},"funding":{"history":[{"income":1}]}}`}, true, true,
			[]string{"funding.json: 1 year with income", "funding.json: an account at Drips"}},
		{"an empty list of manifests", files{".well-known/funding-manifest-urls": "\n# none\n"}, false, false, []string{}},
		{"package.json's older collective", files{"package.json": `{"collective":{"type":"opencollective","url":"https://opencollective.com/thing"}}`}, false, true, []string{"package.json: funding at opencollective.com"}},
		{"composer.json", files{"composer.json": `{"name":"a/b","funding":[{"type":"tidelift","url":"https://tidelift.com/funding/github/packagist/a/b"}]}`}, false, true, []string{"composer.json: funding at tidelift.com"}},
		{"pyproject.toml", files{"pyproject.toml": "[project.urls]\nHomepage = 'https://thing.example'\n'Open Collective' = 'https://opencollective.com/thing'\n[tool.poetry.urls]\nDonate = 'https://thing.example/give'\n"}, false, true,
			[]string{"pyproject.toml: funding at a page of its own, opencollective.com"}},
		{"a gemspec", files{"thing.gemspec": "Gem::Specification.new do |s|\n  # s.metadata['funding_uri'] = 'https://patreon.com/x'\n  s.metadata['funding_uri'] = 'https://opencollective.com/thing'\nend\n"}, false, true,
			[]string{"gemspec: funding at opencollective.com"}},
		{"a gemspec with a hash", files{"thing.gemspec": "spec.metadata = {\n  \"source_code_uri\" => \"https://thing.example\",\n  \"funding_uri\" => \"https://github.com/sponsors/thing\"\n}\n"}, false, true,
			[]string{"gemspec: funding at github.com"}},
		{"links in the readme", files{"README.md": "[![b](https://opencollective.com/thing/badge.svg)](https://opencollective.com/thing) like https://patreon.com\n"}, false, true,
			[]string{"README: links to opencollective.com"}},
		{"funders and a running contract", files{"publiccode.yml": "publiccodeYmlVersion: '0.4'\nname: Thing\nfundedBy:\n  - name: A Ministry\nmaintenance:\n  type: contract\n  contractors:\n    - name: A Firm\n      until: 2027-01-31\n"}, true, false,
			[]string{"publiccode.yml: funded by 1 organization", "publiccode.yml: maintenance contract until 2027-01-31"}},
		{"a contract that ended", files{"publiccode.yml": "name: Thing\nmaintenance:\n  type: contract\n  contractors:\n    - name: A Firm\n      until: 2026-10-31\n"}, false, false, []string{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			expect(t, scan(t, repository(t, test.tree)), map[string]any{
				"funding.received": test.received, "funding.sought": test.sought, "funding.evidence": test.evidence, "funding.sources-read": allSources,
			})
		})
	}
}

func TestAnUnreadableSourceIsNeverANo(t *testing.T) {
	tests := []struct {
		name             string
		tree             files
		lost             string
		received, sought any
		evidence         any
		unread           string
	}{
		{"a broken FUNDING.yml", files{"FUNDING.yml": "github: [someone\n\tx"}, "", false, "unknown", "unknown", "FUNDING.yml"},
		{"a FUNDING.yml that is a list", files{"FUNDING.yml": "- github\n"}, "", false, "unknown", "unknown", "FUNDING.yml"},
		{"a broken funding.json", files{"funding.json": "{"}, "", "unknown", "unknown", "unknown", "funding.json"},
		{"another funding.json", files{"funding.json": "{}"}, "", "unknown", "unknown", "unknown", "funding.json"},
		{"a third format of funding.json", files{"funding.json": `{"wallet":"0xaa"}`}, "", "unknown", "unknown", "unknown", "funding.json"},
		{"a manifest elsewhere", files{".well-known/funding-manifest-urls": "https://thing.example/funding.json\n"}, "", "unknown", true,
			[]string{"funding-manifest-urls: a funding manifest elsewhere"}, "funding-manifest-urls"},
		{"a broken composer.json", files{"composer.json": "{"}, "", false, "unknown", "unknown", "composer.json"},
		{"a lost funding.json beside evidence", files{"funding.json": "{}", "FUNDING.yml": "github: x"}, "funding.json", "unknown", true, []string{"FUNDING.yml: github"}, "funding.json"},
		{"a lost readme", files{"README.md": "hello"}, "README.md", false, "unknown", "unknown", "README"},
		{"a lost publiccode.yml", files{"publiccode.yml": "name: x"}, "publiccode.yml", "unknown", false, "unknown", "publiccode.yml"},
		{"a link that leads out", files{"FUNDING.yml": "link:../../outside"}, "", false, "unknown", "unknown", "FUNDING.yml"},
		{"a file that is too large", files{"FUNDING.yml": "github: x\n" + strings.Repeat("#", 1<<20)}, "", false, "unknown", "unknown", "FUNDING.yml"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := repository(t, test.tree)
			if test.lost != "" {
				lose(t, dir, "HEAD:"+test.lost)
			}
			got := scan(t, dir)
			left := slices.DeleteFunc(slices.Clone(allSources), func(s string) bool { return s == test.unread })
			expect(t, got, map[string]any{"funding.received": test.received, "funding.sought": test.sought, "funding.evidence": test.evidence, "funding.sources-read": left})
			if test.lost != "" && test.received == "unknown" && got["funding.received"].Cause != observation.CauseMissingObjects {
				t.Errorf("the cause is %s", got["funding.received"].Cause)
			}
		})
	}
}

// Links stand in for the texts of licences, so that none is copied here.
const (
	mit    = "Licensed under https://www.opensource.org/licenses/mit\n"
	apache = "Licensed under https://www.apache.org/licenses/LICENSE-2.0\n"
	gpl    = "Licensed under https://www.opensource.org/licenses/gpl-3.0\n"
	lgpl   = "Licensed under https://www.opensource.org/licenses/lgpl-3.0\n"
)

func TestLicencesAndTheirChangesAreRead(t *testing.T) {
	tests := []struct {
		name    string
		commits []files
		want    map[string]any
	}{
		{"one that never changed", []files{{"LICENSE": mit}}, map[string]any{"license.spdx": []string{"MIT"}, "license.file": true, "license.changes": 0, "license.last-change-days": "na"}},
		{"one that changed a year ago", []files{{"LICENSE": mit}, {"LICENSE": apache}, {"x": "y"}}, map[string]any{"license.spdx": []string{"Apache-2.0"}, "license.changes": 1, "license.last-change-days": 366}},
		{"moved and reworded", []files{{"COPYING": mit}, {"COPYING": removed, "LICENSE.md": mit}, {"LICENSE.md": "For the record:\n" + mit}}, map[string]any{"license.changes": 0}},
		{"moved and changed", []files{{"COPYING": mit}, {"COPYING": removed, "LICENSE.md": gpl}}, map[string]any{"license.spdx": []string{"GPL-3.0"}, "license.changes": 1, "license.last-change-days": 1}},
		{"the LGPL as an addition to the GPL", []files{{"LICENSE": mit}, {"LICENSE": gpl, "LICENSE.LESSER": lgpl}, {"LICENSE": removed}, {"LICENSE": gpl}}, map[string]any{"license.spdx": []string{"LGPL-3.0"}, "license.changes": 1}},
		{"the GPL beside other licences", []files{{"LICENSE": gpl, "LICENSE-MIT": mit}}, map[string]any{"license.spdx": []string{"GPL-3.0", "MIT"}}},
		{"removed and put back", []files{{"LICENSE": mit}, {"LICENSE": removed}, {"LICENSE": mit}}, map[string]any{"license.changes": 0}},
		{"one beside another", []files{{"LICENSE": mit, "LICENSES/Apache-2.0.txt": apache}}, map[string]any{"license.spdx": []string{"Apache-2.0", "MIT"}}},
		{"an unknown text", []files{{"LICENSE": "All wrongs reserved."}}, map[string]any{"license.spdx": "unknown", "license.file": true}},
		{"code that handles licences", []files{{"license.go": mit, "LICENSE-header.txt": mit, "licenses.json": "{}"}}, map[string]any{"license.file": false, "license.spdx": "na"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { expect(t, scan(t, repository(t, test.commits...)), test.want) })
	}
}

func TestALostLicenceIsUnknown(t *testing.T) {
	old := repository(t, files{"LICENSE": mit}, files{"LICENSE": apache})
	lose(t, old, "HEAD~1:LICENSE")
	expect(t, scan(t, old), map[string]any{"license.spdx": []string{"Apache-2.0"}, "license.changes": "unknown", "license.last-change-days": "unknown"})
	now := repository(t, files{"LICENSE": mit})
	lose(t, now, "HEAD:LICENSE")
	expect(t, scan(t, now), map[string]any{"license.file": true, "license.spdx": "unknown", "license.changes": "unknown"})
}

// What the library needs for a text of megabytes nobody bounds, and no licence has one.
func TestALicenceOfMegabytesIsUnknownAlsoInThePast(t *testing.T) {
	long := strings.Repeat("Permission is hereby granted, free of charge, to any person\n", 40_000)
	seen := scan(t, repository(t, files{"LICENSE": mit}, files{"LICENSE": long}, files{"LICENSE": mit}))
	expect(t, seen, map[string]any{"license.spdx": []string{"MIT"}, "license.changes": "unknown", "license.last-change-days": "unknown"})
	if m := seen["license.changes"]; m.Cause != observation.CauseOverLimit || !strings.Contains(m.Detail, "more than the") {
		t.Errorf("%+v", m)
	}
	expect(t, scan(t, repository(t, files{"LICENSE": long})), map[string]any{"license.file": true, "license.spdx": "unknown"})
}

func TestGovernanceFilesAreFoundWhereForgesLook(t *testing.T) {
	expect(t, scan(t, repository(t, files{
		"SECURITY.md": "x", ".github/CODE_OF_CONDUCT.md": "x", "docs/contributing.rst": "x", "MAINTAINERS": "x", ".github/CODEOWNERS": "x",
		"Readme.txt": "x", "CHANGELOG.md": "x", ".github/workflows/test.yml": "x",
	})), map[string]any{
		"governance.security-policy": true, "governance.code-of-conduct": true, "governance.contributing": true, "governance.governance-file": true,
		"governance.codeowners": true, "governance.readme": true, "governance.changelog": true, "governance.ci": true, "lifecycle.sunset-declared": false,
	})
	expect(t, scan(t, repository(t, files{"security.php": "x", "src/CONTRIBUTING.md": "x", ".github/workflows/README.md": "x"})), map[string]any{
		"governance.security-policy": false, "governance.contributing": false, "governance.ci": false,
	})
}

func TestLifecycleIsReadFromPubliccode(t *testing.T) {
	expect(t, scan(t, repository(t, files{"publiccode.yml": "name: Thing\ndevelopmentStatus: obsolete\nusedBy: [A City, A Town]\nfundedBy:\n  - name: A Ministry\nmaintenance:\n  type: contract\n  contractors:\n    - name: A Firm\n      until: 2026-10-22\n"})), map[string]any{
		"lifecycle.sunset-declared": true, "lifecycle.development-status": "obsolete", "maintenance.type": "contract",
		"maintenance.contract-until-days": -10, "adoption.used-by-declared": 2, "funding.funded-by-declared": 1,
	})
	expect(t, scan(t, repository(t, files{"publiccode.yml": "name: Thing\nmaintenance:\n  type: none\n"})), map[string]any{
		"maintenance.type": "none", "maintenance.contract-until-days": "na", "adoption.used-by-declared": "unknown", "lifecycle.sunset-declared": false,
	})
}

// Some goods name thousands of users.
func TestALongListOfUsersIsCountedInFullOrAsALowerBound(t *testing.T) {
	users := func(n int) files {
		var b strings.Builder
		b.WriteString("name: Thing\nusedBy:\n")
		for i := range n {
			fmt.Fprintf(&b, "  - City %d\n", i)
		}
		return files{"publiccode.yml": b.String()}
	}
	for n, want := range map[int]observation.Bound{5202: observation.Exact, 9000: observation.AtLeast} {
		m := scan(t, repository(t, users(n)))["adoption.used-by-declared"]
		if got, _ := m.Number(); m.Bound != want || m.Bound == observation.Exact && got != float64(n) {
			t.Errorf("%d users give %+v", n, m)
		}
	}
}

func TestNoPersonIsNamed(t *testing.T) {
	got := scan(t, repository(t, files{
		"FUNDING.yml": "github: jane-doe-77\npatreon: janedoe77\n", "README.md": "Support [me](https://patreon.com/janedoe77)",
		"package.json":   `{"funding":"https://github.com/sponsors/jane-doe-77","author":"Jane Doe <jane@host.invalid>"}`,
		"publiccode.yml": "name: Thing\nmaintenance:\n  type: community\n  contacts:\n    - name: Jane Doe\n      email: jane@host.invalid\n",
		"funding.json":   `{"entity":{"name":"Jane Doe","email":"jane@host.invalid","phone":"077"},"funding":{"plans":[{"status":"active","description":"Jane Doe"}]}}`,
	}))
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"Jane", "jane", "host.invalid", "077"} {
		if bytes.Contains(text, []byte(private)) {
			t.Errorf("the measures hold %q: %s", private, text)
		}
	}
}

func TestCatalogMeasuresAreUnknownWhereTheEntryIsSilent(t *testing.T) {
	spdx := []observation.Measure{{ID: "license.spdx", State: observation.Measured, Value: []string{"MIT"}}}
	dpg := catalog.Good{
		Name: "Thing", Status: "DPG", Licenses: []string{"MIT"}, DeploymentCountries: []string{"Kenya", "Togo"}, UsedBy: []string{},
		Organizations: []catalog.Organization{{Name: "A Fund", Role: "funder"}, {Name: "A Lab", Role: "owner"}, {Name: "A Fund", Role: "owner"}},
		Sources:       []catalog.Source{{Catalog: "dpga", Entry: "thing"}},
	}
	definitions := signals.New().CatalogDefinitions()
	expect(t, byID(t, definitions, signals.New().ScanGood(dpg, spdx, asOf)), map[string]any{
		"adoption.deployment-countries": 2, "adoption.used-by": 0, "adoption.dpg-status": true, "funding.catalog-funders": 1,
		"catalog.organizations": 2, "license.declared": []string{"MIT"}, "license.matches-declared": true, "lifecycle.catalog-status": "DPG",
	})
	nominee := catalog.Good{Name: "Thing", Status: "nominee", Licenses: []string{"GPL-3.0"}, Sources: dpg.Sources}
	expect(t, byID(t, definitions, signals.New().ScanGood(nominee, spdx, asOf)), map[string]any{
		"adoption.deployment-countries": "unknown", "adoption.used-by": "unknown", "adoption.dpg-status": false, "funding.catalog-funders": 0,
		"license.matches-declared": false,
	})
	listed := catalog.Good{Name: "Thing", Sources: []catalog.Source{{Catalog: "url", Entry: "x"}}}
	expect(t, byID(t, definitions, signals.New().ScanGood(listed, nil, asOf)), map[string]any{
		"adoption.dpg-status": "unknown", "funding.catalog-funders": "unknown", "catalog.organizations": "unknown", "license.declared": "unknown",
		"license.matches-declared": "unknown", "lifecycle.catalog-status": "unknown",
	})
	part := []observation.Measure{{ID: "license.spdx", State: observation.Measured, Value: []string{"MIT"}, Bound: observation.AtLeast}}
	expect(t, byID(t, definitions, signals.New().ScanGood(nominee, part, asOf)), map[string]any{"license.matches-declared": "unknown"})
}

func TestLicenseMatches(t *testing.T) {
	tests := []struct {
		declared, found []string
		state           observation.State
		matches         bool
		says            string
	}{
		{[]string{"MIT"}, []string{"MIT"}, observation.Measured, true, ""},
		{[]string{"mit"}, []string{"MIT"}, observation.Measured, true, ""},
		{[]string{"GPL-3.0"}, []string{"GPL-3.0-only"}, observation.Measured, true, ""},
		{[]string{"GPL-3.0-or-later"}, []string{"GPL-3.0"}, observation.Measured, true, ""},
		{[]string{"AGPL-3.0-only"}, []string{"AGPL-3.0"}, observation.Measured, true, ""},
		{[]string{"GPL-2.0-only"}, []string{"GPL-3.0"}, observation.Measured, false, "declared and not found: GPL-2.0-only; found and not declared: GPL-3.0"},
		{[]string{"MIT OR Apache-2.0"}, []string{"Apache-2.0"}, observation.Measured, true, ""},
		{[]string{"MIT AND CC-BY-4.0"}, []string{"MIT"}, observation.Measured, false, "declared and not found: MIT AND CC-BY-4.0"},
		{[]string{"MIT", "CC-BY-4.0"}, []string{"MIT"}, observation.Measured, true, "declared and not found: CC-BY-4.0"},
		{[]string{"MIT"}, []string{"MIT", "AGPL-3.0"}, observation.Measured, true, "found and not declared: AGPL-3.0"},
		{[]string{"Our own terms"}, []string{"MIT"}, observation.Unknown, false, "no SPDX expression"},
		{[]string{"Our own terms", "GPL-2.0"}, []string{"MIT"}, observation.Unknown, false, "no SPDX expression"},
		{nil, []string{"MIT"}, observation.Unknown, false, "declares no licence"},
		{[]string{"MIT"}, nil, observation.Unknown, false, "no known licence"},
		{[]string{"MIT"}, []string{"LicenseRef-own"}, observation.Unknown, false, "no known licence"},
	}
	for _, test := range tests {
		state, matches, says := signals.LicenseMatches(test.declared, test.found)
		if state != test.state || matches != test.matches || !strings.Contains(says, test.says) || test.says == "" && says != "" {
			t.Errorf("%v against %v: %s %v %q, want %s %v %q", test.declared, test.found, state, matches, says, test.state, test.matches, test.says)
		}
	}
}

func TestManifestsAndSecurityInsightsDeclareAnEnd(t *testing.T) {
	for name, test := range map[string]struct {
		tree files
		want any
	}{
		"package.json deprecated":       {files{"README.md": "# T\n", "package.json": `{"name":"t","deprecated":"use u"}`}, true},
		"package.json not deprecated":   {files{"README.md": "# T\n", "package.json": `{"name":"t","deprecated":false}`}, false},
		"a dependency's package.json":   {files{"README.md": "# T\n", "node_modules/x/package.json": `{"deprecated":"use u"}`}, false},
		"composer.json abandoned":       {files{"README.md": "# T\n", "composer.json": `{"name":"a/t","abandoned":"a/u"}`}, true},
		"the classifier Inactive":       {files{"README.md": "# T\n", "pyproject.toml": "[project]\nname='t'\nclassifiers=['Development Status :: 7 - Inactive']\n"}, true},
		"a classifier in a comment":     {files{"README.md": "# T\n", "setup.py": "# 'Development Status :: 7 - Inactive'\nsetup(name='t')\n"}, false},
		"Security Insights 1 abandoned": {files{"README.md": "# T\n", "SECURITY-INSIGHTS.yml": "header: {schema-version: 1.0.0}\nproject-lifecycle:\n  status: abandoned\n"}, true},
		"Security Insights 2 moved":     {files{"README.md": "# T\n", ".github/security-insights.yml": "header: {schema-version: 2.0.0}\nrepository:\n  status: moved\n"}, true},
		"Security Insights active":      {files{"README.md": "# T\n", "security-insights.yml": "repository:\n  status: active\n"}, false},
		"Security Insights broken":      {files{"README.md": "# T\n", "security-insights.yml": "repository: [\n"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, scan(t, repository(t, test.tree)), map[string]any{"lifecycle.sunset-declared": test.want})
		})
	}
}

func TestASignOfAnEndIsNoEndAndIsSaid(t *testing.T) {
	m := scan(t, repository(t, files{"README.md": "# Thing\n\nThis project is looking for a new maintainer.\n"}))[observation.LifecycleSunsetDeclared]
	if m.Value != false || m.Detail != observation.EndSign+"line 3 of README.md says that it seeks a maintainer" {
		t.Errorf("%v (%s)", m.Value, m.Detail)
	}
}

func TestALicenceWithARestrictingClauseIsNoOpenLicence(t *testing.T) {
	mit := "MIT License\n\nCopyright (c) 2020 Someone\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the \"Software\"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:\n\nThe above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.\n"
	for name, test := range map[string]struct {
		text   string
		want   any
		remark string
	}{
		"plain":                   {mit, []string{"MIT"}, ""},
		"the Commons Clause":      {"\"Commons Clause\" License Condition v1.0\n\nThe Software is provided to you by the Licensor under the License, as defined below, subject to the following condition.\n\n" + mit, []string{"MIT AND LicenseRef-restricted"}, "not an open licence"},
		"for non-commercial use":  {mit + "\nThis software is for non-commercial use only.\n", []string{"MIT AND LicenseRef-restricted"}, "not an open licence"},
		"not for commercial use":  {"You may not use this for commercial purposes.\n" + mit, []string{"MIT AND LicenseRef-restricted"}, "not an open licence"},
		"additional conditions":   {mit + "\nAdditional conditions: keep our logo on every page.\n", []string{"MIT AND LicenseRef-added-terms"}, "terms stand beside"},
		"Business Source License": {"Business Source License 1.1\n\nParameters\n\nChange License: Apache-2.0\n", []string{"BUSL-1.1"}, "not an open licence"},
		"PolyForm":                {"# PolyForm Noncommercial License 1.0.0\n\n<https://polyformproject.org/licenses/noncommercial/1.0.0>\n", []string{"PolyForm-Noncommercial-1.0.0"}, "not an open licence"},
		"Elastic":                 {"Elastic License 2.0\n\nURL: https://www.elastic.co/licensing/elastic-license\n", []string{"Elastic-2.0"}, "not an open licence"},
		"public domain":           {"As a work of the United States Government, this project is in the public domain within the United States.\n\nAdditionally, we waive copyright and related rights in the work worldwide through the CC0 1.0 Universal public domain dedication.\n", []string{"CC0-1.0"}, ""},
		"by reference":            {"This project is licensed under the MIT License.\n", []string{"MIT"}, "its text is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			m := scan(t, repository(t, files{"LICENSE": test.text}))["license.spdx"]
			expect(t, map[string]observation.Measure{"license.spdx": m}, map[string]any{"license.spdx": test.want})
			if !strings.Contains(m.Detail, test.remark) || test.remark == "" && m.Detail != "" && name == "plain" {
				t.Errorf("the detail is %q", m.Detail)
			}
		})
	}
	for _, name := range []string{"LICENSE-3RD-PARTY.txt", "THIRD-PARTY-LICENSES", "licenses/jquery.txt"} {
		expect(t, scan(t, repository(t, files{name: mit})), map[string]any{"license.file": false, "license.spdx": "na"})
	}
	expect(t, scan(t, repository(t, files{"LICENSES/MIT.txt": mit})), map[string]any{"license.file": true})
}

// mitText is the text of MIT in lines.
const mitText = "MIT License\n\nCopyright (c) 2020 Someone\n\n" +
	"Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software and associated documentation files (the \"Software\"), to deal\n" +
	"in the Software without restriction, including without limitation the rights\nto use, copy, modify, merge, publish, distribute, sublicense, and/or sell\n" +
	"copies of the Software, and to permit persons to whom the Software is\nfurnished to do so, subject to the following conditions:\n\n" +
	"The above copyright notice and this permission notice shall be included in all\ncopies or substantial portions of the Software.\n\n" +
	"THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR\nIMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,\n" +
	"FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE\nAUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER\n" +
	"LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,\nOUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE\nSOFTWARE.\n"

// bsd is the text of BSD-3-Clause.
const bsd = "Copyright (c) 2015, Somebody\nAll rights reserved.\n\nRedistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:\n\n1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.\n\n2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution.\n\n3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products derived from this software without specific prior written permission.\n\nTHIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS \"AS IS\" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.\n"

func TestWhatStandsBesideALicenceOrInsteadOfItIsSaid(t *testing.T) {
	lines := strings.SplitAfter(mitText, "\n")
	doubled := strings.Join(slices.Insert(slices.Clone(lines), 9, lines[8]), "")
	changed := strings.Replace(mitText, "copyright notice and this", "copyright notice, list of authors, and this", 1)
	utf16 := "\xff\xfe"
	for _, b := range []byte(mitText) {
		utf16 += string([]byte{b, 0})
	}
	if doubled == mitText || changed == mitText {
		t.Fatal("the text is not altered")
	}
	for name, test := range map[string]struct {
		tree   files
		want   any
		remark string
	}{
		"a grant of patents beside BSD":       {files{"LICENSE": bsd, "PATENTS": "Additional Grant of Patent Rights Version 2\n"}, []string{"BSD-3-Clause AND LicenseRef-added-terms"}, "PATENTS: terms on patents"},
		"a grant of patents under BSD":        {files{"LICENSE": bsd + "\nAdditional Grant of Patent Rights Version 2\n\n\"Software\" means the X software.\n"}, []string{"BSD-3-Clause AND LicenseRef-added-terms"}, "terms stand beside"},
		"a file on patents beside MIT":        {files{"LICENSE": mitText, "PATENTS": "none\n"}, []string{"MIT"}, ""},
		"a grant of patents beside MIT":       {files{"LICENSE": mitText, "PATENTS": "Additional Grant of Patent Rights\n\nThe licence ends if you assert a patent.\n"}, []string{"MIT AND LicenseRef-added-terms"}, "PATENTS: terms on patents"},
		"a list of patents elsewhere":         {files{"LICENSE": bsd, "docs/PATENTS.md": "none\n"}, []string{"BSD-3-Clause"}, ""},
		"an edition under other terms":        {files{"LICENSE": mitText, "ee/LICENSE": "You may use these files with a subscription.\n"}, []string{"MIT AND LicenseRef-added-terms"}, "ee/LICENSE: the files of a folder stand under other terms"},
		"an edition under the same terms":     {files{"LICENSE": mitText, "enterprise/LICENSE": mitText}, []string{"MIT"}, ""},
		"an edition, and patents beside BSD":  {files{"LICENSE": bsd, "PATENTS": "none\n", "enterprise/LICENSE": bsd}, []string{"BSD-3-Clause AND LicenseRef-added-terms"}, "PATENTS"},
		"a commercial licence beside it":      {files{"LICENSE": mitText, "COMMERCIAL-LICENSE.md": "Buy one.\n"}, []string{"MIT AND LicenseRef-added-terms"}, "COMMERCIAL-LICENSE.md: other terms"},
		"an enterprise licence beside it":     {files{"LICENSE": mitText, "LICENSE-ENTERPRISE": "Terms.\n"}, []string{"MIT AND LicenseRef-added-terms"}, "LICENSE-ENTERPRISE: other terms"},
		"the same text under such a name":     {files{"LICENSE": mitText, "LICENSE-PRO.md": mitText}, []string{"MIT"}, ""},
		"dual licensing in the readme":        {files{"LICENSE": mitText, "README.md": "# Thing\n\nThing uses dual licensing. You can buy a commercial licence.\n"}, []string{"MIT"}, "README.md speaks of two licences"},
		"a choice of two":                     {files{"LICENSE": "SPDX-License-Identifier: MIT OR Apache-2.0\n"}, []string{"MIT OR Apache-2.0"}, "its text is not there"},
		"a choice of two with a text":         {files{"LICENSE": "SPDX-License-Identifier: MIT OR Apache-2.0\n\n" + mitText}, []string{"MIT OR Apache-2.0"}, ""},
		"an exception":                        {files{"LICENSE": "SPDX-License-Identifier: GPL-2.0-or-later WITH Classpath-exception-2.0\n"}, []string{"GPL-2.0-or-later WITH Classpath-exception-2.0"}, "its text is not there"},
		"both hold":                           {files{"LICENSE": "SPDX-License-Identifier: MIT AND CC-BY-4.0\n"}, []string{"MIT AND CC-BY-4.0"}, "its text is not there"},
		"a choice, and terms":                 {files{"LICENSE": "SPDX-License-Identifier: MIT OR Apache-2.0\n\n" + mitText + "\nOnly members may redistribute it.\n"}, []string{"(MIT OR Apache-2.0) AND LicenseRef-added-terms"}, "may add terms"},
		"MIT with a line doubled":             {files{"LICENSE": doubled}, []string{"MIT"}, ""},
		"MIT with words added":                {files{"LICENSE": changed}, []string{"MIT AND LicenseRef-added-terms"}, "its text differs"},
		"a modified Apache License":           {files{"LICENSE": "Thing is licensed under a modified version of the Apache License 2.0, with the following additional conditions:\n\na. Multi-tenant service: a commercial license must be obtained from the producer.\n"}, []string{"Apache-2.0 AND LicenseRef-restricted"}, "not an open licence"},
		"all rights reserved":                 {files{"LICENSE": "Copyright 2020 Somebody. All rights reserved.\n"}, []string{"LicenseRef-restricted"}, "not an open licence"},
		"proprietary":                         {files{"LICENSE": "Copyright 2020 X. All rights reserved. No part of this software may be reproduced.\n"}, []string{"LicenseRef-restricted"}, "not an open licence"},
		"an SPDX line alone":                  {files{"LICENSE": "SPDX-License-Identifier: Apache-2.0\n"}, []string{"Apache-2.0"}, "its text is not there"},
		"a notice of two licences":            {files{"LICENSE": "Licensed under either of Apache License, Version 2.0 or MIT license at your option.\n"}, []string{"Apache-2.0", "MIT"}, "its text is not there"},
		"a notice without derivatives":        {files{"LICENSE": "This work is licensed under CC BY-NC-ND 4.0\n"}, []string{"CC-BY-NC-ND-4.0"}, "its text is not there"},
		"CDLA":                                {files{"LICENSE": "Community Data License Agreement - Permissive - Version 2.0\n\nThis is the agreement.\n"}, []string{"CDLA-Permissive-2.0"}, ""},
		"an R package":                        {files{"LICENSE": "YEAR: 2020\nCOPYRIGHT HOLDER: Somebody\n", "DESCRIPTION": "Package: thing\nLicense: MIT + file LICENSE\n"}, []string{"MIT"}, "named in DESCRIPTION"},
		"an R package without a DESCRIPTION":  {files{"LICENSE": "YEAR: 2020\nCOPYRIGHT HOLDER: Somebody\n"}, "unknown", ""},
		"the EUPL in Spanish":                 {files{"LICENSE": "LICENCIA PÚBLICA DE LA UNIÓN EUROPEA v. 1.2\nEUPL © Unión Europea 2007, 2016\n"}, []string{"EUPL-1.2"}, ""},
		"the EUPL 1.1 in Italian":             {files{"LICENSE": "Licenza Pubblica dell'Unione europea\nV.1.1\nEUPL © Comunità europea 2007\n"}, []string{"EUPL-1.1"}, ""},
		"a table of licences":                 {files{"LICENSE": mitText, "licenses/GPL-3.0.json": "{\"title\": \"GNU General Public License v3.0\"}"}, []string{"MIT"}, ""},
		"NASA":                                {files{"LICENSE": "NASA OPEN SOURCE AGREEMENT VERSION 1.3\n\nTHIS OPEN SOURCE AGREEMENT DEFINES THE RIGHTS OF USE\n"}, []string{"NASA-1.3"}, ""},
		"UTF-16":                              {files{"LICENSE": utf16}, []string{"MIT"}, ""},
		"a COPYRIGHT alone":                   {files{"COPYRIGHT": mitText}, []string{"MIT"}, ""},
		"a COPYRIGHT beside a licence":        {files{"COPYRIGHT": bsd, "LICENSE": mitText}, []string{"MIT"}, ""},
		"a licence of third parties":          {files{"THIRD-PARTY-LICENSE.txt": bsd, "LICENSE": mitText}, []string{"MIT"}, ""},
		"a licence that is only spoken about": {files{"LICENSE": "Thing uses Bar, which is licensed under the MIT License.\n"}, "unknown", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := scan(t, repository(t, test.tree))
			expect(t, m, map[string]any{"license.spdx": test.want})
			if detail := m["license.spdx"].Detail; !strings.Contains(detail, test.remark) || test.remark == "PATENTS" && strings.Contains(detail, "enterprise") {
				t.Errorf("the detail is %q", detail)
			}
		})
	}
}

func TestALicenceOfTheReadmeAloneIsSaidToBe(t *testing.T) {
	readme := "# Thing\n\n## License\n\nThis project is licensed under the MIT License.\n"
	for name, test := range map[string]struct {
		tree   files
		spdx   any
		stated any
	}{
		"no licence file":         {files{"README.md": readme}, "na", []string{"MIT"}},
		"a licence file was read": {files{"README.md": readme, "LICENSE": bsd}, []string{"BSD-3-Clause"}, "na"},
		"an unknown licence file": {files{"README.md": readme, "LICENSE": "Do as you like.\n"}, "unknown", []string{"MIT"}},
		"no word of it":           {files{"README.md": "# Thing\n"}, "na", []string{}},
		"no readme":               {files{"main.go": "package main\n"}, "na", "na"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, scan(t, repository(t, test.tree)), map[string]any{"license.spdx": test.spdx, "license.stated": test.stated})
		})
	}
}

func TestLicencesFoundAreHeldAgainstTheLists(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want any
	}{
		"MIT":            {mitText, []string{"approved by the OSI"}},
		"for content":    {"This work is licensed under CC BY-SA 4.0\n", []string{"accepted by the DPG Standard for content", "accepted by the DPG Standard for data"}},
		"no commerce":    {"This work is licensed under CC BY-NC 4.0\n", []string{"on no list"}},
		"terms added":    {mitText + "\nAdditional conditions: keep our logo on every page.\n", []string{"terms are added"}},
		"not recognised": {"Do as you like.\n", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, scan(t, repository(t, files{"LICENSE": test.text})), map[string]any{"license.lists": test.want})
		})
	}
	expect(t, scan(t, repository(t, files{"main.go": "package main\n"})), map[string]any{"license.lists": "na"})
}

func TestALicenceIsOnTheListForWhatTheGoodIs(t *testing.T) {
	for _, test := range []struct {
		types, found []string
		state        observation.State
		on           bool
		says         string
	}{
		{nil, []string{"MIT"}, observation.Measured, true, "MIT: approved by the OSI"},
		{nil, []string{"CC-BY-4.0"}, observation.Unknown, false, "does not say what the good is"},
		{nil, []string{"CC-BY-NC-4.0"}, observation.Measured, false, "on no list (no commercial use)"},
		{[]string{"software"}, []string{"Apache-2.0", "MIT"}, observation.Measured, true, ""},
		{[]string{"software"}, []string{"CC-BY-4.0"}, observation.Measured, false, "none is on the list for software"},
		{[]string{"software"}, []string{"BUSL-1.1"}, observation.Measured, false, "on no list"},
		{[]string{"software"}, []string{"MIT AND LicenseRef-restricted"}, observation.Measured, false, "it restricts its use"},
		{[]string{"software"}, []string{"Apache-2.0 AND LicenseRef-added-terms"}, observation.Unknown, false, "terms are added"},
		{[]string{"software"}, []string{"CC-BY-NC-4.0", "MIT"}, observation.Unknown, false, "what is under which"},
		{[]string{"software"}, []string{"CC-BY-4.0", "MIT"}, observation.Measured, true, ""},
		{[]string{"content"}, []string{"CC-BY-SA-4.0"}, observation.Measured, true, ""},
		{[]string{"content"}, []string{"CC-BY-ND-4.0"}, observation.Measured, false, "no derivatives"},
		{[]string{"data"}, []string{"ODbL-1.0"}, observation.Measured, true, ""},
		{[]string{"data"}, []string{"MIT"}, observation.Unknown, false, "which licence the data is under"},
		{[]string{"data"}, []string{"CC-BY-NC-4.0"}, observation.Measured, false, "none is on the list for data"},
		{[]string{"data", "software"}, []string{"CC0-1.0", "MIT"}, observation.Measured, true, ""},
		{[]string{"data", "software"}, []string{"MIT"}, observation.Unknown, false, "which licence the data is under"},
		{[]string{"aimodel"}, []string{"MIT"}, observation.Unknown, false, "the catalog calls it aimodel"},
	} {
		state, on, says := signals.OnList(test.types, test.found)
		if state != test.state || on != test.on || !strings.Contains(says, test.says) {
			t.Errorf("%v under %v: %s %v %q, want %s %v %q", test.types, test.found, state, on, says, test.state, test.on, test.says)
		}
	}
	definitions := signals.New().CatalogDefinitions()
	good := catalog.Good{Name: "Thing", Types: []string{"software"}, Sources: []catalog.Source{{Catalog: "dpga", Entry: "thing"}}}
	stated := []observation.Measure{{ID: "license.spdx", State: observation.NotApplicable, Detail: "no licence file"}, {ID: "license.stated", State: observation.Measured, Value: []string{"MIT"}}}
	for name, test := range map[string]struct {
		found []observation.Measure
		want  any
	}{
		"found":           {[]observation.Measure{{ID: "license.spdx", State: observation.Measured, Value: []string{"MIT"}}}, true},
		"read in part":    {[]observation.Measure{{ID: "license.spdx", State: observation.Measured, Value: []string{"MIT"}, Bound: observation.AtLeast}}, "unknown"},
		"stated alone":    {stated, "unknown"},
		"no licence file": {stated[:1], "na"},
		"not recognised":  {[]observation.Measure{{ID: "license.spdx", State: observation.Unknown, Cause: observation.CauseUnsupported, Detail: "no known licence text in LICENSE"}}, "unknown"},
		"no repository":   {nil, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, byID(t, definitions, signals.New().ScanGood(good, test.found, asOf)), map[string]any{"license.on-list": test.want})
		})
	}
}
