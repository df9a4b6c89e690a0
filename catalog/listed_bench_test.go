package catalog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkListed reads an inventory of 100,000 entries, and merges it with a table of the
// same repositories.
func BenchmarkListed(b *testing.B) {
	const entries = 100_000
	var releases, rows strings.Builder
	for i := range entries {
		fmt.Fprintf(&releases, `{"name": "Good %d", "organization": "Office", "description": "d", "repositoryURL": "https://github.com/o%d/r%d", "permissions": {"licenses": [{"name": "MIT"}]}},`, i, i%500, i)
		fmt.Fprintf(&rows, "Good %d,https://github.com/o%d/r%d,\"Kenya; Uganda\"\n", i, i%500, i)
	}
	dir := b.TempDir()
	code, table := filepath.Join(dir, "code.json"), filepath.Join(dir, "table.csv")
	for path, text := range map[string]string{code: `{"agency": "A", "releases": [` + strings.TrimSuffix(releases.String(), ",") + "]}", table: "name,url,countries\n" + rows.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		var all []Catalog
		for _, path := range []string{code, table} {
			c, err := Load(b.Context(), path, nil)
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, c)
		}
		if goods := Merge(all); len(goods) != entries || len(goods[0].Sources) != 2 {
			b.Fatal(len(goods))
		}
	}
}
