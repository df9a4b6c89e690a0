package catalog

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func repo(url string) Repository {
	r, _, err := ParseRepository(url, Declared)
	if err != nil {
		panic(err) // a test names a bad address
	}
	return r
}

func TestMergePutsEntriesOfOneRepositoryTogether(t *testing.T) {
	registry := Catalog{Name: "dpga", Goods: []Good{
		{Name: "Well Map", Status: "DPG", SDGs: []int{6}, Repositories: []Repository{repo("https://github.com/w/map")}, Sources: []Source{{Catalog: "dpga", Entry: "1"}}},
		{Name: "Pump", Repositories: []Repository{repo("https://github.com/w/pump")}, Sources: []Source{{Catalog: "dpga", Entry: "2"}}},
		{Name: "No Home", Sources: []Source{{Catalog: "dpga", Entry: "3"}}},
	}}
	files := Catalog{Name: "publiccode", Goods: []Good{
		{Name: "WellMap", Status: "obsolete", SDGs: []int{3}, Website: "https://w.example.org", UsedBy: []string{},
			Repositories: []Repository{repo("https://GitHub.com/W/Map.git"), repo("https://github.com/w/app")}, Sources: []Source{{Catalog: "publiccode", Entry: "a"}}},
		{Name: "Well App", DeploymentCountries: []string{"Kenya"}, Repositories: []Repository{repo("https://github.com/w/app")}, Sources: []Source{{Catalog: "publiccode", Entry: "b"}}},
	}}
	before, _ := json.Marshal([]Catalog{registry, files})
	goods := Merge([]Catalog{registry, files})
	if after, _ := json.Marshal([]Catalog{registry, files}); string(after) != string(before) {
		t.Error("merging changed the catalogs")
	}
	var ids []string
	for _, g := range goods {
		ids = append(ids, g.ID)
	}
	if want := []string{"no-home", "pump", "well-map"}; !slices.Equal(ids, want) {
		t.Fatalf("goods %v, want %v", ids, want)
	}
	g := goods[2]
	if g.Name != "Well Map" || !slices.Equal(g.Aliases, []string{"WellMap", "Well App"}) || len(g.Repositories) != 2 || len(g.Sources) != 3 {
		t.Errorf("merged into %+v", g)
	}
	if g.Status != "obsolete" {
		t.Errorf("status %q: an owner's word that it is obsolete must not be lost", g.Status)
	}
	if g.UsedBy == nil || g.FundedBy != nil || !slices.Equal(g.DeploymentCountries, []string{"Kenya"}) || !slices.Equal(g.SDGs, []int{3, 6}) {
		t.Errorf("lists: usedBy %#v, fundedBy %#v, countries %v, goals %v", g.UsedBy, g.FundedBy, g.DeploymentCountries, g.SDGs)
	}
	note := g.Notes[len(g.Notes)-1]
	if !strings.Contains(note.Message, "3 catalog entries (Well Map, WellMap, Well App)") || !strings.Contains(note.Message, "https://github.com/w/map, https://github.com/w/app") {
		t.Errorf("the note says %q, want names and repositories", note.Message)
	}
}

// A catalog is bounded in bytes. What is made of it must not grow faster than it does: an
// address on each line, or rows of one name, are one good.
func TestALongListOfOneGoodTakesNoMoreForEachLine(t *testing.T) {
	for name, line := range map[string]func(i int) string{
		"one address":       func(int) string { return "https://forge.example/a/b\n" },
		"rows of one name":  func(i int) string { return fmt.Sprintf("A,https://forge.example/a/b%d\n", i) },
		"one address, rows": func(i int) string { return fmt.Sprintf("A%d,https://forge.example/a/b\n", i) },
	} {
		perLine := func(lines int) float64 {
			var text strings.Builder
			if strings.Contains(line(0), ",") {
				text.WriteString("name,url\n")
			}
			for i := range lines {
				text.WriteString(line(i))
			}
			file := filepath.Join(t.TempDir(), "list.csv")
			if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			c, err := Load(t.Context(), file, nil)
			if err != nil {
				t.Fatal(err)
			}
			if goods := Merge([]Catalog{c}); len(goods) != 1 || len(goods[0].Sources) != lines {
				t.Fatalf("%s: %d goods", name, len(goods))
			}
			runtime.ReadMemStats(&after)
			return float64(after.TotalAlloc-before.TotalAlloc) / float64(lines)
		}
		if few, many := perLine(500), perLine(4000); many > 2*few {
			t.Errorf("%s: %.0f bytes for each of 4000 lines, and %.0f for each of 500", name, many, few)
		}
	}
}

func BenchmarkOneGoodOnManyLines(b *testing.B) {
	c := Catalog{Goods: make([]Good, 100_000)}
	for i := range c.Goods {
		c.Goods[i] = addressGood("https://forge.example/a/b", Declared, Source{Catalog: formatCSV, Entry: fmt.Sprintf("line %d", i+1)})
	}
	b.ReportAllocs()
	for b.Loop() {
		if goods := Merge([]Catalog{c}); len(goods) != 1 {
			b.Fatal(len(goods))
		}
	}
}

func TestMergeGroupsDoNotDependOnTheOrder(t *testing.T) {
	a := Good{Name: "A", Repositories: []Repository{repo("https://github.com/x/1")}}
	b := Good{Name: "B", Repositories: []Repository{repo("https://github.com/x/2")}}
	c := Good{Name: "C", Repositories: []Repository{repo("https://github.com/x/2"), repo("https://github.com/x/1")}}
	for _, order := range [][]Good{{a, b, c}, {c, b, a}, {b, c, a}, {a, c, b}} {
		if goods := Merge([]Catalog{{Goods: order}}); len(goods) != 1 {
			t.Errorf("%d goods, want 1: A and B share repositories through C", len(goods))
		}
	}
}

func TestIDsAreUniqueAndReadable(t *testing.T) {
	goods := []Good{
		{Name: "São Tomé's  Map!"},
		{Name: "Sao Tomes Map", Repositories: []Repository{repo("https://github.com/st/map")}},
		{Name: "Карта", Repositories: []Repository{repo("https://github.com/st/karta")}},
		{Name: "地图"},
		{Name: "地图"},
		{Name: "Fixed", ID: "given"},
		{Name: "Given"},
		{Name: strings.Repeat("long name ", 40)},
	}
	assignIDs(goods)
	var ids []string
	for _, g := range goods {
		if slices.Contains(ids, g.ID) || g.ID == "" || len(g.ID) > 2*maxSlug {
			t.Errorf("%q has the id %q, which is taken, empty or too long", g.Name, g.ID)
		}
		ids = append(ids, g.ID)
	}
	want := []string{"sao-tomes-map", "sao-tomes-map-st-map", "st-karta"}
	if !slices.Equal(ids[:3], want) {
		t.Errorf("ids %v, want %v", ids[:3], want)
	}
}

// TestOwnerHostsAreThoseOfOwners guards roles, addresses without a scheme, persons, and
// the bound.
func TestOwnerHostsAreThoseOfOwners(t *testing.T) {
	good := Good{Organizations: []Organization{
		{Name: "Firm", Role: "Owner", Website: "https://WWW.Firm.se/en"}, {Name: "Firm", Role: "maintainer", Website: "www.firm.se"},
		{Name: "Fund", Role: "funder", Website: "https://fund.example"}, {Name: Person, Role: "owner", Website: "https://ore.example"},
		{Name: "Lab", Role: "owner", Website: "lab.example/about us"}, {Name: "None", Role: "owner"}, {Name: "Bad", Role: "owner", Website: "http://[::1"},
	}}
	if got := good.OwnerHosts(); !slices.Equal(got, []string{"lab.example", "www.firm.se"}) {
		t.Errorf("got %q", got)
	}
	for i := range 100 {
		good.Organizations = append(good.Organizations, Organization{Role: "owner", Website: fmt.Sprintf("https://h%d.example", i)})
	}
	if got := good.OwnerHosts(); len(got) > 20 {
		t.Errorf("%d hosts are looked for", len(got))
	}
}
