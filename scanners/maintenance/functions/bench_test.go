package functions

import (
	"os"
	"testing"

	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

// BenchmarkYear reads a bare repository that MIDSPAN_BENCH_REPOSITORY names.
func BenchmarkYear(b *testing.B) {
	dir := os.Getenv("MIDSPAN_BENCH_REPOSITORY")
	if dir == "" {
		b.Skip("MIDSPAN_BENCH_REPOSITORY names no repository")
	}
	snapshot := scannertest.Open(b, dir)
	for b.Loop() {
		if _, err := (Scanner{}).Scan(b.Context(), scanners.Input{Snapshot: snapshot, At: snapshot.ObservedUntil()}); err != nil {
			b.Fatal(err)
		}
	}
}
