package osv_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/scannertest"
)

// The set of packages and of (package, version, advisory) is osv-scanner's
// own, over manifests of every kind and advisories made up to hit every rule.
func TestInventoryAndFindingsEqualOsvScannersOnGeneratedAdvisories(t *testing.T) {
	dir := commit(t, lockfiles(t))
	seen := scan(t, dir)
	advisories := t.TempDir()
	generate(t, advisories, seen.Packages, 40)
	result := match(t, advisories, seen.Packages)
	packages, hits := osvScanner(t, export(t, scannertest.Open(t, dir)), advisories)
	if len(hits) < 100 {
		t.Fatalf("osv-scanner found %d hits: the generated advisories test nothing", len(hits))
	}
	counted := explain(t, sides{packages: both[listed]{packagesOf(seen.Packages), packages}, findings: both[hit]{hitsOf(result.Findings), hits}, own: isOurs})
	t.Logf("differences:\n%s", counted)
}

// Over real repositories, where they are at hand, against the real database. Packages and
// findings are equal, but for the differences that have a name: their table is logged (-v),
// and is in docs/trial.md.
func TestInventoryAndFindingsEqualOsvScannersOnRealRepositories(t *testing.T) {
	mirrors, err := filepath.Glob(os.Getenv("MIDSPAN_TEST_MIRRORS"))
	if err != nil || len(mirrors) == 0 {
		t.Skip("set MIDSPAN_TEST_MIRRORS to a pattern that names bare repositories, such as '/srv/mirrors/*/repo'")
	}
	advisories := shared(t, "data", "osv")
	database := indexOf(t, advisories)
	all, packages, findings, equal := tally{}, 0, 0, 0
	for _, dir := range mirrors {
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) {
			snapshot := scannertest.Open(t, dir)
			seen, err := osv.New().Scan(t.Context(), scanners.Input{Snapshot: snapshot, At: at})
			if err != nil {
				t.Fatal(err)
			}
			result, err := database.Match(t.Context(), seen.Packages)
			if err != nil {
				t.Fatal(err)
			}
			checkout := export(t, snapshot)
			theirs, hits := osvScanner(t, checkout, advisories)
			counted := explain(t, sides{checkout: checkout, packages: both[listed]{packagesOf(seen.Packages), theirs},
				findings: both[hit]{hitsOf(result.Findings), hits}, own: ownNames(t, checkout)})
			t.Logf("%d packages, %d hits of osv-scanner", len(theirs), len(hits))
			all.add(counted)
			packages, findings = packages+len(theirs), findings+len(hits)
			if len(counted) == 0 && !t.Failed() {
				equal++
			}
		})
	}
	t.Logf("%d repositories, %d equal without a difference; osv-scanner lists %d packages and %d findings\n%s", len(mirrors), equal, packages, findings, all)
}

// osv-scanner as a matcher of a list of packages gives the same findings as over
// the manifests, and as Midspan's own.
func TestMatcherGivesTheSameFindings(t *testing.T) {
	seen := scan(t, commit(t, lockfiles(t)))
	layout := t.TempDir()
	advisories := filepath.Join(layout, "osv-scanner")
	generate(t, advisories, seen.Packages, 40)
	ours := match(t, advisories, seen.Packages)
	theirs, err := osv.Matcher{Database: layout}.Match(t.Context(), seen.Packages)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "findings", hitsOf(ours.Findings), hitsOf(theirs.Findings))
	for i, f := range ours.Findings {
		if i < len(theirs.Findings) && (f.FixedIn != theirs.Findings[i].FixedIn || f.Severity != theirs.Findings[i].Severity || f.Package.Path != theirs.Findings[i].Package.Path) {
			t.Fatalf("finding %d: ours %+v, theirs %+v", i, f, theirs.Findings[i])
		}
	}
}

// shared is a path in the data beside the checkout.
func shared(t testing.TB, elements ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the test runs outside the module")
		}
		dir = filepath.Dir(dir)
	}
	wanted := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, elements...)...)
	if _, err := os.Stat(wanted); err != nil {
		t.Skipf("the data of this test is not beside the checkout: %v", err)
	}
	return wanted
}

func match(t *testing.T, advisories string, packages []observation.Package) advisory.Result {
	t.Helper()
	result, err := indexOf(t, advisories).Match(t.Context(), packages)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// indexOf is the index of advisories, open until the test ends.
func indexOf(t *testing.T, advisories string) advisory.Database {
	t.Helper()
	index := filepath.Join(t.TempDir(), "index.db")
	if _, err := osvdb.Build(t.Context(), advisories, index, advisorytest.Now); err != nil {
		t.Fatal(err)
	}
	database, err := advisory.Open(t.Context(), index)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = database.Close() })
	return database
}

// generate writes a number of advisories for every package: ranges of every shape
// around its version, lists of versions, several entries, withdrawn records.
func generate(t testing.TB, folder string, packages []observation.Package, records int) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	byEcosystem := map[string][]map[string]any{}
	for i, p := range packages {
		for j := range records {
			record := advisoryFor(random, p)
			record["id"] = fmt.Sprintf("GEN-%d-%d", i, j)
			byEcosystem[p.Ecosystem] = append(byEcosystem[p.Ecosystem], record)
		}
	}
	for ecosystem, records := range byEcosystem {
		writeArchive(t, filepath.Join(folder, ecosystem), records)
	}
}

func writeArchive(t testing.TB, folder string, records []map[string]any) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(folder, "all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	for _, record := range records {
		member, err := archive.Create(fmt.Sprint(record["id"], ".json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.NewEncoder(member).Encode(record); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
}

func advisoryFor(random *rand.Rand, p observation.Package) map[string]any {
	record := map[string]any{"modified": "2026-01-01T00:00:00Z", "published": "2025-01-01T00:00:00Z", "summary": "made up"}
	if random.IntN(10) == 0 {
		record["withdrawn"] = "2026-01-01T00:00:00Z"
	}
	var entries []map[string]any
	for range 1 + random.IntN(2) {
		entries = append(entries, entryFor(random, p))
	}
	record["affected"] = entries
	return record
}

func entryFor(random *rand.Rand, p observation.Package) map[string]any {
	name := p.Name
	if random.IntN(8) == 0 {
		name = "someone-else"
	}
	entry := map[string]any{"package": map[string]any{"ecosystem": p.Ecosystem, "name": name}}
	if random.IntN(3) == 0 {
		entry["versions"] = []string{versionNear(random, p), versionNear(random, p)}
	}
	var ranges []map[string]any
	for range random.IntN(3) {
		kind := []string{"ECOSYSTEM", "SEMVER"}[random.IntN(2)]
		ranges = append(ranges, map[string]any{"type": kind, "events": events(random, p)})
	}
	if len(ranges) > 0 {
		entry["ranges"] = ranges
	}
	return entry
}

func events(random *rand.Rand, p observation.Package) []map[string]string {
	var list []map[string]string
	for range 1 + random.IntN(3) {
		from := versionNear(random, p)
		if random.IntN(3) == 0 {
			from = "0"
		}
		list = append(list, map[string]string{"introduced": from})
		end := []string{"fixed", "last_affected", ""}[random.IntN(3)] // osv-scanner reads no "limit"
		if end != "" {
			list = append(list, map[string]string{end: versionNear(random, p)})
		}
	}
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// versionNear is a version near a package's, at times an odd one. Where an order of
// versions knows numbers only, osv-scanner panics at any other. It places words too,
// which leave a package undecided here.
func versionNear(random *rand.Rand, p observation.Package) string {
	if p.Version == "" || len(p.Version) == len("0123456789012345678901234567890123456789") { // a commit is no version here
		p.Version = "1.2.3"
	}
	near := []string{p.Version, "0.0.1", "1.0.0", "1.6.0", "2.5", "4.17.21", "99"}
	if p.Ecosystem != "CRAN" && p.Ecosystem != "Hackage" {
		near = append(near, p.Version+".1", p.Version+"-rc.1", p.Version+"+build", p.Version+".post1", "v"+p.Version,
			"2.0.0-beta.2", "1.0.0-alpha")
	}
	return near[random.IntN(len(near))]
}
