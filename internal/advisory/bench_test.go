package advisory_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
)

// generated is an ecosystem of the size of npm's on a smaller scale: nine
// records of ten report malware, the others have ranges.
func generated(b *testing.B, records int) string {
	b.Helper()
	files := make(map[string]string, records)
	details := strings.Repeat("A sentence of the kind that fills the details of advisories. ", 20)
	for i := range records {
		if i%10 != 0 {
			files[fmt.Sprintf("MAL-2025-%d.json", i)] = fmt.Sprintf(`{"schema_version":"1.6.0","id":"MAL-2025-%d","modified":"2025-03-%02dT00:00:00Z","published":"2025-03-01T00:00:00Z",
				"summary":"Malicious code in package-%d (npm)","details":%q,"affected":[{"package":{"ecosystem":"npm","name":"package-%d"},"versions":["1.0.0","1.0.1"]}]}`, i, 1+i%28, i, details, i)
			continue
		}
		files[fmt.Sprintf("GHSA-%d.json", i)] = fmt.Sprintf(`{"schema_version":"1.6.0","id":"GHSA-%d","modified":"2025-03-%02dT00:00:00Z","published":"2024-03-01T00:00:00Z","aliases":["CVE-2024-%d"],
			"summary":"A flaw","details":%q,"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
			"affected":[{"package":{"ecosystem":"npm","name":"library-%d"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.%d.0"}]}]}]}`, i, 1+i%28, i, details, i%4000, i%50)
	}
	folder := b.TempDir()
	advisorytest.Write(b, folder, "npm/all.zip", advisorytest.Archive(b, files))
	return folder
}

func BenchmarkBuild(b *testing.B) {
	for _, records := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(records), func(b *testing.B) {
			if testing.Short() && records > 10_000 {
				b.Skip("short")
			}
			folder := generated(b, records)
			for i := 0; b.Loop(); i++ {
				if _, err := osvdb.Build(b.Context(), folder, filepath.Join(b.TempDir(), "index.db"), advisorytest.Now); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	database, _ := advisorytest.Build(b, generated(b, 10_000))
	for _, size := range []int{100, 1_000, 10_000} {
		packages := make([]observation.Package, size)
		for i := range packages {
			packages[i] = advisorytest.Package("npm", fmt.Sprint("library-", i), fmt.Sprintf("1.%d.0", i%60))
		}
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				if _, err := database.Match(b.Context(), packages); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
