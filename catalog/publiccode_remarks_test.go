package catalog

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// minimal is a file that follows every version from 0.2 to 0.7: name a version
// and, for parts that differ, replace a line.
const minimal = `publiccodeYmlVersion: "VERSION"
name: Tide
url: https://git.example.org/sea/tide
platforms: [web]
categories: [crm]
developmentStatus: stable
softwareType: standalone/web
description:
  en:
    genericName: Tide table
    shortDescription: Tells the tide.
    longDescription: LONG
    features: [telling]
legal:
  license: MIT OR EUPL-1.2
maintenance:
  type: none
localisation:
  localisationReady: true
  availableLanguages: [en]
`

// long is as long as version 0.2 wants a longDescription.
var long = strings.Repeat("tide and time ", 40)

// publiccodeFile is the minimal file of a version, after replacements: old, new,
// old, new. A lone last one is added to its end.
func publiccodeFile(t *testing.T, version string, changes ...string) string {
	t.Helper()
	text := strings.NewReplacer("VERSION", version, "LONG", long).Replace(minimal)
	for ; len(changes) > 1; changes = changes[2:] {
		if !strings.Contains(text, changes[0]) {
			t.Fatalf("%q is not in the file", changes[0])
		}
		text = strings.Replace(text, changes[0], changes[1], 1)
	}
	if len(changes) == 1 {
		text += changes[0]
	}
	return text
}

// remarksOn are the remarks on a file without what all of them begin with.
func remarksOn(t *testing.T, text string) []string {
	t.Helper()
	file, err := readYAML([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var remarks []string
	for _, note := range publiccodeRemarks(file, "p.yml") {
		if note.Cause != observation.CauseRemark || note.Subject != "p.yml" {
			t.Errorf("%+v is no remark on the file", note)
		}
		remarks = append(remarks, strings.TrimPrefix(note.Message, "publiccode.yml "))
	}
	return remarks
}

func TestTheSchemaCompiles(t *testing.T) {
	if _, err := loadStandard(); err != nil {
		t.Fatal(err)
	}
}

func TestEveryVersionOfTheStandardIsKnown(t *testing.T) {
	for _, version := range []string{"0.2", "0.2.1", "0.2.2", "0.3", "0.3.0", "0.4", "0.5", "0.5.0", "0.6", "0.7", "0"} {
		var changes []string
		if version[:min(3, len(version))] != "0.2" {
			changes = []string{"    genericName: Tide table\n", ""} // deprecated since
		}
		if remarks := remarksOn(t, publiccodeFile(t, version, changes...)); len(remarks) > 0 {
			t.Errorf("%s: %q", version, remarks)
		}
	}
	for version, want := range map[string]string{
		"0.1": "0.1, line 1: publiccodeYmlVersion is older than what is checked here, 0.2 to 0.7",
		"0.8": "0.7, line 1: publiccodeYmlVersion is none of the versions known here, 0.2 to 0.7: the file was held against the newest of them",
		"1.0": "0.7, line 1: publiccodeYmlVersion is none of the versions known here, 0.2 to 0.7: the file was held against the newest of them",
	} {
		if remarks := remarksOn(t, publiccodeFile(t, version, "    genericName: Tide table\n", "")); !slices.Equal(remarks, []string{want}) {
			t.Errorf("%s: %q", version, remarks)
		}
	}
}

// publiccodeCase is a file that departs from the standard in one way, or does
// not although one could think so.
type publiccodeCase struct {
	name, version string
	changes       []string // of the minimal file
	want          []string // all remarks, without the version
}

// genericName is deprecated since 0.3, and was asked for before.
const genericName = "    genericName: Tide table\n"

// text is the file of a case. From 0.3 on it has no generic name, but where the
// case speaks of it.
func (c publiccodeCase) text(t *testing.T) string {
	t.Helper()
	changes := c.changes
	if c.version != "0.2" && !strings.HasPrefix(c.name, "a generic name") {
		changes = append([]string{genericName, ""}, changes...)
	}
	return publiccodeFile(t, c.version, changes...)
}

var publiccodeCases = []publiccodeCase{
	{"a key is missing", "0.7", []string{"name: Tide\n", ""}, []string{"line 1: name is missing"}},
	{"a nested key is missing", "0.7", []string{"  license: MIT OR EUPL-1.2\n", "  mainCopyrightOwner: Sea\n"}, []string{"line 13: legal.license is missing"}},
	{"an unknown key", "0.7", []string{"colour: blue\n"}, []string{"line 20: colour is no key of the standard"}},
	{"a key that may name somebody", "0.7", []string{"\"Jane Doe <jane@example.org>\": 1\n"}, []string{"line 20: … is no key of the standard"}},
	{"a key twice", "0.7", []string{"name: Tides\n"}, []string{"line 20: name stands twice: the last one counts"}},
	{"a second document", "0.7", []string{"name: Tide\n", "name: Tide\n", "usedBy:\n  - Sea\n---\nname: Ebb\n"}, []string{"line 23: the file holds a second document: only the first is read"}},
	{"a language of three letters that has two", "0.7", []string{"  en:\n", "  eng:\n"}, []string{"line 9: description.eng is not a language tag of BCP 47 such as en or pt-BR"}},
	{"an empty key", "0.7", []string{"usedBy:\n"}, []string{"line 20: usedBy is empty"}},
	{"a number for a text", "0.7", []string{"softwareVersion: 1.10\n"}, []string{"line 20: softwareVersion is a number, not a text: put it in quotes"}},
	{"a number for the version", "0.7", []string{"\"0.7\"", "0.4"}, []string{"line 1: publiccodeYmlVersion is a number, not a text: put it in quotes"}},
	{"a text for a list", "0.7", []string{"usedBy: everybody\n"}, []string{"line 20: usedBy is a text, not a list"}},
	{"a list for a text", "0.7", []string{"name: Tide", "name: [Tide]"}, []string{"line 2: name is a list, not a text"}},
	{"a text for keys", "0.7", []string{"organisation: Sea\n"}, []string{"line 20: organisation is a text, not a group of keys"}},
	{"neither true nor false", "0.7", []string{"localisationReady: true", "localisationReady: soon"}, []string{"line 18: localisation.localisationReady is neither true nor false"}},
	{"true as YAML 1.1 has it", "0.7", []string{"localisationReady: true", "localisationReady: yes"}, nil},
	{"a value of no list", "0.7", []string{"stable", "Stable"}, []string{"line 6: developmentStatus is none of concept, development, beta, stable, obsolete"}},
	{"a category of no list", "0.7", []string{"[crm]", "[crm, tides]"}, []string{"line 5: categories[1] is not in the standard's list of categories"}},
	{"a scope of no list", "0.7", []string{"intendedAudience:\n  scope:\n  - sport\n  - tides\n"}, []string{"line 23: intendedAudience.scope[1] is not in the standard's list of scopes"}},
	{"no address", "0.7", []string{"landingURL: tide.example.org\n"}, []string{"line 20: landingURL is not a whole address such as https://example.org/x"}},
	{"based on one", "0.7", []string{"isBasedOn: https://git.example.org/sea/old\n"}, nil},
	{"based on two", "0.7", []string{"isBasedOn:\n- https://git.example.org/sea/old\n- old\n"}, []string{"line 22: isBasedOn[1] is not a whole address such as https://example.org/x"}},
	{"no date", "0.7", []string{"releaseDate: 2026-2-30\n"}, []string{"line 20: releaseDate is not a date like 2026-01-31"}},
	{"a date without quotes", "0.7", []string{"releaseDate: 2026-02-28\n"}, nil},
	{"no licence", "0.7", []string{"MIT OR EUPL-1.2", "GPL"}, []string{"line 14: legal.license is not an SPDX licence expression such as AGPL-3.0-or-later or EUPL-1.2 OR MIT"}},
	{"no language", "0.7", []string{"[en]", "[en, english_uk]"}, []string{"line 19: localisation.availableLanguages[1] is not a language tag of BCP 47 such as en or pt-BR"}},
	{"no languages", "0.7", []string{"[en]", "[]"}, []string{"line 19: localisation.availableLanguages is an empty list"}},
	{"no language of a description", "0.7", []string{"  en:\n", "  klingonese:\n"}, []string{"line 9: description.klingonese is not a language tag of BCP 47 such as en or pt-BR"}},
	{"no country", "0.7", []string{"intendedAudience: {countries: [KE, UK, KEN]}\n"}, []string{
		"line 20: intendedAudience.countries[1] is not a country code of ISO 3166-1 such as IT", "line 20: intendedAudience.countries[2] is not a country code of ISO 3166-1 such as IT"}},
	{"a country in lower case", "0.7", []string{"intendedAudience: {countries: [ke]}\n"}, []string{"line 20: intendedAudience.countries[0] is in lower case, which is deprecated since version 0.5"}},
	{"a country in lower case, then", "0.4", []string{"intendedAudience: {countries: [ke]}\n"}, nil},
	{"a picture of another kind", "0.7", []string{"logo: logo.gif\n"}, []string{"line 20: logo is not an SVG, SVGZ or PNG file"}},
	{"too short and too long", "0.7", []string{long, "short", "Tells the tide.", strings.Repeat("é", 151)}, []string{
		"line 10: description.en.shortDescription has 151 characters, more than 150", "line 11: description.en.longDescription has 5 characters, fewer than 150"}},
	{"a second language need not say all", "0.7", []string{"  en:\n", "  it:\n    shortDescription: Dice la marea.\n  en:\n"}, nil},
	{"no language says all", "0.7", []string{"    longDescription: " + long + "\n    features: [telling]\n", ""}, []string{
		"line 8: description has no features in any language", "line 8: description has no longDescription in any language"}},
	{"no description", "0.7", []string{"description:\n", "description: {}\nx:\n"}, []string{
		"line 8: description names no language", "line 9: x is no key of the standard"}},
	{"a contract without a contractor", "0.7", []string{"type: none", "type: contract"}, []string{"line 15: maintenance.contractors is missing"}},
	{"a contractor without an end", "0.7", []string{"type: none", "type: contract\n  contractors:\n  - name: Sea"}, []string{"line 18: maintenance.contractors[0].until is missing"}},
	{"contractors without a contract", "0.7", []string{"type: none", "type: none\n  contractors: []"}, []string{"line 17: maintenance.contractors is for maintenance.type contract alone"}},
	{"nobody to ask", "0.7", []string{"type: none", "type: community"}, []string{"line 15: maintenance.contacts is missing"}},
	{"contacts are not looked into", "0.7", []string{"type: none", "type: community\n  contacts:\n  - {e-mail: 7, name: [Jane Doe]}"}, nil},
	{"a licence owner of old", "0.7", []string{"  license: MIT", "  repoOwner: Sea\n  authorsFile: AUTHORS\n  license: MIT"}, []string{
		"line 14: legal.repoOwner is deprecated since version 0.5: organisation.name takes its place", "line 15: legal.authorsFile is deprecated since version 0.4"}},
	{"a licence owner, then", "0.3", []string{"  license: MIT", "  repoOwner: Sea\n  authorsFile: AUTHORS\n  license: MIT"}, nil},
	{"Italy", "0.7", []string{"IT: {countryExtensionVersion: \"1.0\", piattaforme: {spid: true}}\n"}, []string{
		"line 20: IT is deprecated since version 0.7: supports and organisation take its place"}},
	{"Italy, then", "0.4", []string{"it: {countryExtensionVersion: \"1.0\", conforme: {gdpr: true}, riuso: {codiceIPA: x}}\n"}, nil},
	{"Italy, between", "0.6", []string{"it:\n  countryExtensionVersion: \"1.0\"\n  conforme: {gdpr: true}\n  riuso: {codiceIPA: x}\n"}, []string{
		"line 22: it.conforme is deprecated since version 0.5", "line 23: it.riuso.codiceIPA is deprecated since version 0.5: organisation.uri takes its place"}},
	{"what it supports", "0.7", []string{"supports:\n- id: alias:gdpr\n- id: urn:x:y\n- id: alias:tide\n- id: tide\n"}, []string{
		"line 23: supports[2].id is not in the standard's list of aliases", "line 24: supports[3].id is neither an alias of the standard nor a URI"}},
	{"what it supports, too early", "0.6", []string{"supports: [{id: alias:gdpr}]\n"}, []string{"line 20: supports came with version 0.7"}},
	{"funders, too early", "0.4", []string{"fundedBy: [{name: Sea}]\norganisation: {uri: \"urn:x\"}\n"}, []string{
		"line 20: fundedBy came with version 0.5", "line 21: organisation came with version 0.5"}},
	{"categories are no longer asked for", "0.5", []string{"categories: [crm]\n", ""}, nil},
	{"categories are asked for", "0.4", []string{"categories: [crm]\n", ""}, []string{"line 1: categories is missing"}},
	{"categories, too early", "0.2", []string{"[crm]", "[other, design, whistleblowing]"}, []string{
		"line 5: categories[0] came with version 0.5", "line 5: categories[1] came with version 0.4", "line 5: categories[2] came with version 0.3"}},
	{"a release has a date", "0.3", []string{"softwareVersion: \"1\"\n"}, []string{"line 1: releaseDate is missing, although softwareVersion is given"}},
	{"a release needs no date", "0.4", []string{"softwareVersion: \"1\"\n"}, nil},
	{"a generic name", "0.3", nil, []string{"line 10: description.en.genericName is deprecated since version 0.3"}},
	{"a generic name was asked for", "0.2", []string{genericName, ""}, []string{"line 9: description.en.genericName is missing"}},
	{"descriptions were longer, features shorter", "0.2", []string{long, long[:300], "telling", strings.Repeat("t", 101)}, []string{
		"line 12: description.en.longDescription has 300 characters, fewer than 500", "line 13: description.en.features[0] has 101 characters, more than 100"}},
	{"an anchor", "0.7", []string{"name: Tide", "name: &n Tide", "usedBy: [*n, 7]\n"}, []string{"line 20: usedBy[1] is a number, not a text: put it in quotes"}},
}

func TestRemarksNameTheKeyTheLineAndWhatIsWrong(t *testing.T) {
	for _, c := range publiccodeCases {
		t.Run(c.name, func(t *testing.T) {
			remarks := remarksOn(t, c.text(t))
			for i, r := range remarks {
				_, remarks[i], _ = strings.Cut(r, ", ")
			}
			if !slices.Equal(remarks, c.want) {
				t.Errorf("remarks\n%s\nwant\n%s", strings.Join(remarks, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestOurOwnPubliccodeFollowsTheStandard(t *testing.T) {
	data, err := os.ReadFile("../publiccode.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, remark := range remarksOn(t, string(data)) {
		t.Error(remark)
	}
}

// What a file costs is bounded, and so is what is said of it.
func TestRemarksOnHostileFilesAreBounded(t *testing.T) {
	for name, text := range map[string]string{
		"unknown keys":      strings.Repeat("x", 1) + ": 1\n" + numbered("key%d: 1\n", 4000),
		"wrong categories":  "categories: [" + strings.Repeat("x,", 8000) + "]\n",
		"numbers":           "publiccodeYmlVersion: 1e999999999\nname: -.inf\nsoftwareVersion: .nan\nurl: 0x1F\nusedBy: [1_000, 0o7, +1e99999]\n",
		"long keys":         "description:\n" + numbered("  "+strings.Repeat("k", 100)+"%d: 1\n", 3000),
		"a deep value":      "name: " + strings.Repeat("[", 95) + strings.Repeat("]", 95) + "\n",
		"a long licence":    "legal: {license: \"" + strings.Repeat("(", 200_000) + "\"}\n",
		"a nested licence":  "legal: {license: \"" + strings.Repeat("(", 240) + "MIT" + strings.Repeat(")", 240) + "\"}\n",
		"a licence of many": "legal: {license: \"" + strings.Repeat("(MIT OR 0BSD) AND ", 27) + "MIT\"}\n",
		"a long language":   "description:\n  ? en" + strings.Repeat("-abcdefgh", 10_000) + "\n  : {}\n",
		"keys twice":        strings.Repeat("name: x\n", 4000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, notes, err := ReadPubliccode([]byte(text), "p.yml")
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			if len(notes) > maxNotes+1 {
				t.Errorf("%d notes", len(notes))
			}
			for _, n := range notes {
				if len(n.Message) > 4*maxQuote || strings.Contains(n.Message, "could not be held") {
					t.Errorf("%.300s (%d bytes)", n.Message, len(n.Message))
				}
			}
		})
	}
}

// numbered is a pattern with each number below n.
func numbered(pattern string, n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, pattern, i)
	}
	return text.String()
}

// Whatever a file says, it has remarks or none: the libraries behind them never
// fail, and no value of the file is repeated.
func FuzzPubliccodeRemarks(f *testing.F) {
	for _, version := range []string{"0.2", "0.4", "0.7"} {
		f.Add(strings.NewReplacer("VERSION", version, "LONG", long).Replace(minimal))
	}
	f.Add("publiccodeYmlVersion: 1e99\ndescription: {en: {features: [x]}, x-y: null}\nlegal: {license: \"(MIT OR\"}\nit: {}\nsupports: [{id: \"alias:x\"}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := readYAML([]byte(text))
		if err != nil {
			return
		}
		for _, note := range publiccodeRemarks(file, "p.yml") {
			if strings.Contains(note.Message, "could not be held") || strings.Contains(note.Message, "does not follow the standard") {
				t.Fatalf("%s", note.Message)
			}
		}
	})
}
