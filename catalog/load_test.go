package catalog

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/midspan/midspan/internal/observation"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestLoadUnderstandsEveryFormat(t *testing.T) {
	for _, location := range []string{
		"dpga", "dpga/nominees", "dpga-present.json", "dpga/nominees/clinic-ledger.json",
		"publiccode", "publiccode/river/publiccode.yml", "goods.csv", "goods.tsv", "semicolon.csv", "urls.txt",
	} {
		t.Run(location, func(t *testing.T) {
			c, err := Load(t.Context(), filepath.Join("testdata", location), nil)
			if err != nil {
				t.Fatal(err)
			}
			c.Location = "" // differs between systems
			got, err := json.MarshalIndent(c, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.NewReplacer("/", "-", ".", "-").Replace(location)+".json", append(got, '\n'))
			if bytes.Contains(got, []byte("person@")) || bytes.Contains(got, []byte("A Person")) {
				t.Error("a person's name or address was kept")
			}
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update and look at the difference. Got:\n%s", file, got)
	}
}

func TestLoadReadsTheSameFromAnAddress(t *testing.T) {
	fetch := func(_ context.Context, address string) (io.ReadCloser, error) {
		if address != "https://registry.example.org/api/dpgs?key=hunter2" {
			return nil, fmt.Errorf("unexpected address %s", address)
		}
		return os.Open("testdata/dpga-present.json")
	}
	c, err := Load(t.Context(), "https://registry.example.org/api/dpgs?key=hunter2", fetch)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Goods) != 4 || c.Name != "dpga" || strings.Contains(c.Location, "hunter2") {
		t.Errorf("%d goods of %s at %s, want 4 of dpga at an address without its key", len(c.Goods), c.Name, c.Location)
	}
}

func TestLoadSaysWhatIsWrongWithACatalogThatCannotBeRead(t *testing.T) {
	registry := `[{"name": "A", "stage": "DPG", "repositories": [{"url": "https://github.com/a/b"}]}, {"name": "B"`
	tests := []struct{ kind, name, content, want string }{
		{"missing", "", "", "no such file"},
		{"empty", "c.json", "", "empty"},
		{"blank", "c.csv", " \n\t", "empty"},
		{"truncated", "c.json", registry, "truncated"},
		{"not JSON", "c.json", "name,url\n", "not JSON"},
		{"broken JSON", "c.json", `[{"name": }]`, "byte 11"},
		{"empty list", "c.json", "[]", "without entries"},
		{"other JSON", "package.json", `{"name": "x", "description": "y", "license": "MIT"}`, "DPG registry"},
		{"error message", "c.json", `{"message": "Internal Server Error"}`, "DPG registry"},
		{"only unusable entries", "c.json", `[{"stage": "DPG"}]`, "none of its 1 entries"},
		{"web page", "c.json", "<!DOCTYPE html><html>", "web page"},
		{"spreadsheet", "c.xlsx", "PK\x03\x04\x00", "spreadsheet"},
		{"binary", "c.bin", "\x7fELF\x00\x00", "binary"},
		{"table without url", "c.csv", "name,country\nA,Kenya\n", `name one column "url"`},
		{"table without rows", "c.csv", "name,url\n", "no entries"},
		{"broken YAML", "publiccode.yml", "name: [", "not YAML"},
		{"YAML of another kind", "publiccode.yml", "a\n", "named fields"},
		{"a list in YAML of something else", "list.yml", "- a\n", "no entry of it"},
		{"deep YAML", "publiccode.yml", "publiccodeYmlVersion: " + strings.Repeat("[", 5000), "not YAML"},
	}
	for _, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), cmp.Or(tt.name, "missing.json"))
			if tt.name != "" {
				if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Load(t.Context(), file, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), filepath.Base(file)) {
				t.Errorf("error %v, want one that names the file and says %q", err, tt.want)
			}
		})
	}
	if _, err := Load(t.Context(), t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "nominees") {
		t.Errorf("empty folder: %v, want an error that says what was looked for", err)
	}
	if _, err := Load(t.Context(), "https://example.org/c.json", nil); err == nil || !strings.Contains(err.Error(), "offline") {
		t.Errorf("offline: %v", err)
	}
	if _, err := Load(t.Context(), "file:///etc/passwd", nil); err == nil {
		t.Error("a file address was read")
	}
	broken := func(context.Context, string) (io.ReadCloser, error) { return nil, errors.New("connection refused") }
	if _, err := Load(t.Context(), "https://user:hunter2@example.org/c.json", broken); err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "refused") {
		t.Errorf("unreachable: %v, want the reason without the password", err)
	}
}

// A catalog of more entries than are held is refused by name, before they are held.
func TestLoadRefusesACatalogOfTooManyEntries(t *testing.T) {
	before := maxEntries
	maxEntries = 1000
	t.Cleanup(func() { maxEntries = before })
	for name, text := range map[string]string{
		"list.txt":  strings.Repeat("a.b/c\n", maxEntries+1),
		"list.csv":  "name,url\n" + strings.Repeat("a,\n", maxEntries+1),
		"list.json": "[" + strings.Repeat("1,", maxEntries) + "1]",
		"many.json": strings.Repeat("{}\n", maxEntries+1),
		"data.json": `{"data": [` + strings.Repeat("1,", maxEntries) + "1]}",
		"list.yml":  strings.Repeat("- a\n", 2*maxListNodes+1),
		"flow.yml":  "- [" + strings.Repeat("a,", 2*maxListNodes) + "a]\n",
		"nest.yml":  strings.Repeat("- ", 2*maxListNodes+1) + "a\n",
		"keys.yml":  "- {" + strings.Repeat(`"a":1,`, maxListNodes+1) + "}\n",
	} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := Load(t.Context(), file, nil); err == nil || !strings.Contains(err.Error(), errTooMany().Error()) {
			t.Errorf("%s: %d goods, %v", name, len(c.Goods), err)
		}
	}
}

func TestLoadStopsWhenItsContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, "testdata/dpga", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestFolderOfEntriesDoesNotFollowLinksOutside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.json")
	if err := os.WriteFile(outside, []byte(`{"name": "Secret", "stage": "DPG"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "nominees"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(folder, "nominees", "a.json")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	c, err := Load(t.Context(), folder, nil)
	if err == nil {
		t.Fatalf("a file outside the folder was read: %+v", c.Goods)
	}
	if !strings.Contains(err.Error(), "nominees/a.json") {
		t.Errorf("error %v, want one that names the link", err)
	}
}

func TestWrongTypesNeverLoseAnEntry(t *testing.T) {
	// Each value stands in turn for every field of an entry that is otherwise good.
	values := []string{`null`, `7`, `-1e400`, `true`, `"text"`, `""`, `[]`, `[[]]`, `[null]`, `[7, "x", {}]`, `{}`, `{"a": {"b": []}}`, `[{"name": 1, "url": 2, "spdx": 3, "sdg": {}, "org_type": []}]`}
	fields := []string{"aliases", "description", "website", "type", "categories", "license", "openlicenses", "SDGs", "sdgs", "sectors", "stage", "organizations", "locations", "id", "dpgid"}
	for _, field := range fields {
		for _, value := range values {
			entry := fmt.Sprintf(`[{"name": "A", "repositories": [{"url": "https://github.com/a/b"}], %q: %s}]`, field, value)
			c, err := readDPGA([]byte(entry), "")
			if err != nil || len(c.Goods) != 1 || c.Goods[0].Name != "A" || len(c.Goods[0].Repositories) != 1 {
				t.Errorf("%s: %s lost the entry: %v, %+v", field, value, err, c)
			}
		}
	}
	for _, value := range values {
		c, err := readDPGA([]byte(fmt.Sprintf(`[{"name": "A", "stage": "DPG", "repositories": %s}]`, value)), "")
		if err != nil || len(c.Goods) != 1 || len(c.Goods[0].Notes) == 0 {
			t.Errorf("repositories: %s: %v, want a good without repositories and a note; got %+v", value, err, c)
		}
	}
}

func TestCountriesUnknownIsNotNone(t *testing.T) {
	tests := map[string]struct {
		countries string
		want      []string
	}{
		"not asked":     {`{}`, nil},
		"left blank":    {`{"deploymentCountries": [""]}`, nil},
		"names none":    {`{"deploymentCountries": []}`, []string{}},
		"names some":    {`{"deploymentCountries": ["Kenya", "Kenya", " Uganda "]}`, []string{"Kenya", "Uganda"}},
		"a single text": {`{"deploymentCountries": "Kenya"}`, []string{"Kenya"}},
		"null":          {`{"deploymentCountries": null}`, nil},
	}
	for name, tt := range tests {
		c, err := readDPGA([]byte(`{"name": "A", "locations": `+tt.countries+`}`), "")
		if err != nil {
			t.Fatal(err)
		}
		got := c.Goods[0].DeploymentCountries
		if !slices.Equal(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("%s: %#v, want %#v", name, got, tt.want)
		}
	}
}

func TestTextsAreBounded(t *testing.T) {
	entry, err := json.Marshal([]map[string]any{{
		"name": "A\x00B", "stage": "DPG", "description": strings.Repeat("ä", 1<<20), "aliases": slices.Repeat([]string{"x", "y"}, 5000),
		"repositories": []any{map[string]string{"url": strings.Repeat("https://github.com/a/b\n", 100_000)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := readDPGA(entry, "")
	if err != nil {
		t.Fatal(err)
	}
	g := c.Goods[0]
	if g.Name != "AB" || len(g.Description) > maxText || len(g.Aliases) != 2 || len(g.Repositories) != 1 || len(g.Notes) > maxNotes+1 {
		t.Errorf("name %q, description of %d bytes, %d aliases, %d repositories, %d notes", g.Name, len(g.Description), len(g.Aliases), len(g.Repositories), len(g.Notes))
	}
	var causes []observation.Cause
	for _, n := range g.Notes {
		causes = append(causes, n.Cause)
	}
	for _, want := range []observation.Cause{observation.CauseOverLimit, observation.CauseBroken} {
		if !slices.Contains(causes, want) {
			t.Errorf("no note says %s: %v", want, causes)
		}
	}
}

func TestTableOfASpreadsheetInUTF16(t *testing.T) {
	file := filepath.Join(t.TempDir(), "goods.txt")
	data := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune("name\turl\r\nÉcole\thttps://github.com/a/b\r\n")) {
		data = append(data, byte(unit), byte(unit>>8))
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(t.Context(), file, nil)
	if err != nil || c.Goods[0].Name != "École" || c.Goods[0].ID != "ecole" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestFromURLsKeepsEveryArgument(t *testing.T) {
	c := FromURLs([]string{"https://github.com/a/b", "https://git.example.org/tools/x.git", "/srv/git/local.git", "https://github.com/a", "", "https://example.org/a/b"})
	var got []string
	for _, g := range c.Goods {
		got = append(got, fmt.Sprintf("%s %s %d", g.ID, g.Name, len(g.Repositories)))
		if len(g.Repositories) == 0 && len(g.Notes) == 0 {
			t.Errorf("%s has no repository and no note", g.Name)
		}
	}
	want := []string{
		"a-b a/b 1", "tools-x tools/x 1", "local local 1", "https-github-com-a https://github.com/a 0",
		"no-address (no address) 0", "a-b-a-b a/b 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("goods\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The counts were found by hand in the registry's files: 228 nominations, of
// which 5 name no repository field and 11 an empty address; 2 files of details
// without a nomination; 22 addresses of pages, organisations and groups; one
// of a Mercurial server; 2 of files inside a repository; 4 websites with a query or a
// fragment.
func TestRegistrySnapshot(t *testing.T) {
	folder := filepath.Join("..", "..", "shared", "data", "dpga")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the snapshot of the DPG registry is not beside the checkout: ", err)
	}
	c, err := Load(t.Context(), folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Summarize()
	if got.Goods != 230 || got.WithoutRepository != 34 || got.Repositories != 285 || got.Dropped != 0 {
		t.Errorf("counted %+v, want 230 goods, 34 without repository, 285 repositories, none dropped", got)
	}
	want := map[observation.Cause]int{
		observation.CauseNoRepository: 18, observation.CauseBadURL: 21, observation.CauseUnsupported: 1, observation.CauseRemark: 6,
	}
	if !maps.Equal(got.Notes, want) {
		t.Errorf("notes by cause %v, want %v", got.Notes, want)
	}
	if merged := Merge([]Catalog{c}); len(merged) != 226 {
		t.Errorf("%d goods after merging, want 226: four pairs share a repository", len(merged))
	}
	for _, g := range c.Goods {
		if len(g.Repositories) == 0 && len(g.Notes) == 0 {
			t.Errorf("%s has neither a repository nor a note that says why", g.ID)
		}
	}
}

func TestCountriesOfOneCodeAreOneAndContinentsAreNone(t *testing.T) {
	for name, test := range map[string]struct{ texts, want []string }{
		"spellings":      {[]string{"Afghanistan", "Afghanistan ", "AFGHANISTAN", "AF", "AFG"}, []string{"Afghanistan"}},
		"official names": {[]string{"Tanzania, United Republic of", "Tanzania", "Viet Nam", "Vietnam"}, []string{"Tanzania", "Vietnam"}},
		"accents":        {[]string{"Côte d'Ivoire", "Cote d'Ivoire", "Ivory Coast"}, []string{"Côte d’Ivoire"}},
		"continents":     {[]string{"Global", "Worldwide", "Africa", "Sub-Saharan Africa", "Latin America and the Caribbean"}, []string{}},
		"several in one": {[]string{"Kenya, Uganda and Rwanda"}, []string{"Kenya", "Uganda", "Rwanda"}},
		"and in a name":  {[]string{"Trinidad and Tobago", "Bosnia and Herzegovina"}, []string{"Trinidad & Tobago", "Bosnia & Herzegovina"}},
		"no country":     {[]string{"Somewhere"}, nil},
		"two Congos":     {[]string{"DRC", "Republic of the Congo", "Democratic Republic of the Congo"}, []string{"Congo - Kinshasa", "Congo - Brazzaville"}},
		"one of several": {[]string{"Kenya and elsewhere"}, []string{"Kenya"}},
		"not said":       {nil, nil},
	} {
		got := (&entryNotes{}).countries(test.texts)
		if !slices.Equal(got, test.want) || (got == nil) != (test.want == nil) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestLicencesInWordsAreNotCutUp(t *testing.T) {
	for text, want := range map[string][]string{
		"GPL-2.0-only WITH Classpath-exception-2.0":        {"GPL-2.0-only WITH Classpath-exception-2.0"},
		"MIT AND CC-BY-4.0":                                {"MIT AND CC-BY-4.0"},
		"MIT OR (GPL-2.0-only AND BSD-3-Clause)":           {"MIT OR (GPL-2.0-only AND BSD-3-Clause)"},
		"GNU Affero General Public License v3.0 or later":  {"GNU Affero General Public License v3.0 or later"},
		"Apache License 2.0 (Apache-2.0)":                  {"Apache-2.0"},
		"GNU General Public License v3 or later (GPLv3+)":  {"GPL-3.0-or-later"},
		"Creative Commons Attribution and Share Alike 4.0": {"Creative Commons Attribution and Share Alike 4.0"},
		"GPLv2":                                {"GPL-2.0"},
		"LGPL v2.1 only":                       {"LGPL-2.1-only"},
		"Our own licence (see LICENSE)":        {"Our own licence (see LICENSE)"},
		"MIT":                                  {"MIT"},
		"MIT OR OurOwn":                        {"MIT", "OurOwn"},
		"Free for research and non-profit use": {"Free for research and non-profit use"},
	} {
		if got := licenses([]string{text}); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestOfAPersonInThePlaceOfAnOrganizationTheRoleIsKept(t *testing.T) {
	for kind, want := range map[string][]Organization{
		`"org_type": "individual"`:                                        {{Name: Person}},
		`"org_type": "owner", "type": "person"`:                           {{Name: Person, Role: "owner"}},
		`"org_type": ["owner", "Natural person", "funder"]`:               {{Name: Person, Role: "owner"}, {Name: Person, Role: "funder"}},
		`"org_type": "maintainer, individual"`:                            {{Name: Person, Role: "maintainer"}},
		`"org_type": "owner", "name": "Some Body (individual)"`:           {{Name: Person, Role: "owner"}},
		`"org_type": "owner", "name": "Some Body, independent developer"`: {{Name: Person, Role: "owner"}},
		`"org_type": "owner", "name": "Society of Tests (Users)"`:         {{Name: "Society of Tests (Users)", Role: "owner", Website: "https://somebody.example"}},
		`"org_type": "owner", "entity_type": "company"`:                   {{Name: "Somebody", Role: "owner", Website: "https://somebody.example"}},
		`"org_type": "owner", "type": "personnel agency"`:                 {{Name: "Somebody", Role: "owner", Website: "https://somebody.example"}},
	} {
		text := `[{"id": "a", "name": "A", "stage": "DPG", "organizations": [{"name": "Somebody", "website": "https://somebody.example", ` + kind + `}]}]`
		c, err := readDPGA([]byte(text), "")
		if err != nil || len(c.Goods) != 1 {
			t.Fatal(err, c)
		}
		if got := c.Goods[0].Organizations; !slices.Equal(got, want) {
			t.Errorf("%s gives %+v, want %+v", kind, got, want)
		}
	}
}
