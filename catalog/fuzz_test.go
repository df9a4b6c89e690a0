package catalog

import (
	"os"
	"testing"
)

func seed(f *testing.F, files ...string) {
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// checkCatalog holds what every catalog must hold, whatever it was read from.
func checkCatalog(t *testing.T, c Catalog, err error) {
	if err != nil {
		return
	}
	assignIDs(c.Goods)
	ids := map[string]bool{}
	for _, g := range c.Goods {
		switch {
		case g.Name == "":
			t.Fatalf("a good without a name: %+v", g)
		case ids[g.ID] || g.ID == "":
			t.Fatalf("the id %q is taken or empty", g.ID)
		case len(g.Sources) == 0:
			t.Fatalf("%s has no source", g.ID)
		case len(g.Repositories) == 0 && len(g.Notes) == 0:
			t.Fatalf("%s has no repository and no note", g.ID)
		}
		ids[g.ID] = true
		for _, r := range g.Repositories {
			if r.Host == "" {
				t.Fatalf("%s has a local path from outside: %+v", g.ID, r)
			}
		}
	}
	if merged := Merge([]Catalog{c}); len(merged) > len(c.Goods) {
		t.Fatal("merging made more goods")
	}
}

func FuzzReadDPGA(f *testing.F) {
	seed(f, "testdata/dpga-present.json", "testdata/dpga/nominees/clinic-ledger.json", "testdata/dpga/nominees/nameless.json", "testdata/dpga/nominees/broken.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := readDPGA(data, "")
		checkCatalog(t, c, err)
	})
}

func FuzzReadTable(f *testing.F) {
	seed(f, "testdata/goods.csv", "testdata/goods.tsv", "testdata/semicolon.csv", "testdata/urls.txt")
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := readTable(data)
		checkCatalog(t, c, err)
	})
}
