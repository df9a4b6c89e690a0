package osv_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/scannertest"
)

// large is a repository of 5,000 files, with 2,000 packages in two lockfiles.
func large(b *testing.B) *gitrepo.Snapshot {
	b.Helper()
	random := rand.New(rand.NewPCG(5, 6))
	var list []dep
	for i := range 1000 {
		list = append(list, dep{name: fmt.Sprint("package-", i), version: pick(random, oddVersions), dev: i%4 == 0})
	}
	files := map[string]string{".gitignore": "dist\n*.log\n/build/\nnode_modules\n", "package-lock.json": npmLock3(list), "web/yarn.lock": yarnLock1(list)}
	for i := range 5000 {
		files[fmt.Sprintf("src/part%d/deep%d/file%d.go", i%10, i%100, i)] = "package x\n"
	}
	return scannertest.Open(b, commit(b, files))
}

func BenchmarkScan(b *testing.B) {
	snapshot, scanner := large(b), osv.New()
	for b.Loop() {
		if _, err := scanner.Scan(b.Context(), scanners.Input{Snapshot: snapshot, At: at}); err != nil {
			b.Fatal(err)
		}
	}
}

// One operation calls Wants for each of 5,003 files.
func BenchmarkWants(b *testing.B) {
	snapshot, scanner := large(b), osv.New()
	for b.Loop() {
		for _, file := range snapshot.Files() {
			scanner.Wants(file)
		}
	}
}
