package osvdb_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
)

// file is a member of an archive in the making.
type file struct{ name, text string }

// archiveOf keeps the order of the files. A file named damaged.json is spoilt
// after it was written, so that it cannot be read.
func archiveOf(t testing.TB, files []file) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for _, f := range files {
		member, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := member.Write([]byte(f.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(buffer.Bytes(), []byte("spoil me"), []byte("spoilt!!"))
}

// randomRecord is of few ids, names and days, so that all of them meet.
func randomRecord(r *rand.Rand) string {
	id := fmt.Sprintf("%s-%d", []string{"GHSA", "MAL", "MAL"}[r.IntN(3)], r.IntN(30))
	name := func() string { return fmt.Sprint("package-", r.IntN(12)) }
	day := fmt.Sprintf("2026-01-%02dT00:00:00Z", 1+r.IntN(5))
	record := advisorytest.NPMRecord(id, name(), day, advisorytest.Below2)
	switch r.IntN(12) {
	case 0: // withdrawn
		return `{"withdrawn":"2026-02-01T00:00:00Z",` + record[1:]
	case 1: // broken
		return record[:len(record)-3]
	case 2: // read in part
		return `{"aliases":7,` + record[1:]
	case 3: // of several packages
		return fmt.Sprintf(`{"id":%q,"modified":%q,"affected":[{"package":{"ecosystem":"npm","name":%q},%s},{"package":{"ecosystem":"npm","name":%q},"versions":["1.0.0"]},{"package":{"ecosystem":"npm","name":"shared"},%[4]s}]}`, id, day, name(), advisorytest.Below2, name())
	case 4: // of none
		return fmt.Sprintf(`{"id":%q,"modified":%q}`, id, day)
	case 5: // cannot be read
		return `{"id":"` + id + `","summary":"spoil me"}`
	}
	return record
}

// change does one to three things to the files of an ecosystem.
func change(r *rand.Rand, files []file) []file {
	files = slices.Clone(files)
	for range 1 + r.IntN(3) {
		i := r.IntN(len(files))
		switch r.IntN(7) {
		case 0, 1:
			files[i].text = randomRecord(r)
		case 2, 3:
			files = slices.Insert(files, i, file{fmt.Sprintf("%d.json", r.IntN(1000)), randomRecord(r)})
		case 4:
			if len(files) > 20 {
				files = slices.Delete(files, i, i+1)
			}
		case 5: // the same again, under another name
			files = append(files, file{fmt.Sprintf("again-%d.json", r.IntN(1000)), files[i].text})
		case 6:
			j := r.IntN(len(files))
			files[i], files[j] = files[j], files[i]
		}
	}
	return files
}

// contents is all that can be read from an index.
type contents struct {
	info        osvdb.Info
	result      advisory.Result
	fingerprint string
	states      map[string]string
}

func contentsOf(t *testing.T, folder, index string) contents {
	t.Helper()
	info, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now)
	if err != nil {
		t.Fatal(err)
	}
	for i := range info.Ecosystems {
		info.Ecosystems[i].Reused = false
	}
	database, err := advisory.Open(t.Context(), index)
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	var packages []observation.Package
	for _, ecosystem := range []string{"npm", "PyPI", "Hex"} {
		packages = append(packages, advisorytest.Package(ecosystem, "shared", "1.0.0"))
		for i := range 12 {
			packages = append(packages, advisorytest.Package(ecosystem, fmt.Sprint("package-", i), "1.0.0"))
		}
	}
	a := contents{info: info, result: advisorytest.Match(t, database, packages...)}
	a.fingerprint, a.states = database.Fingerprint(), states(database)
	return a
}

// An index that was updated many times equals one that was built at once from the same
// source.
func TestAnIndexBroughtUpToDateIsOneBuiltAnew(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			folder, index := t.TempDir(), filepath.Join(t.TempDir(), "index.db")
			npm := []file{{"first.json", advisorytest.NPMRecord("GHSA-first", "first", "2026-01-01T00:00:00Z", advisorytest.Below2)}}
			for i := range 40 {
				npm = append(npm, file{fmt.Sprintf("%d.json", i), randomRecord(r)})
			}
			advisorytest.Write(t, folder, "PyPI/all.zip", archiveOf(t, []file{{"P.json", `{"id":"P","affected":[{"package":{"ecosystem":"PyPI","name":"shared"},"versions":["1.0.0"]}]}`}}))
			for step := range 15 {
				advisorytest.Write(t, folder, "npm/all.zip", archiveOf(t, npm))
				switch r.IntN(8) {
				case 0:
					advisorytest.Write(t, folder, "Hex/all.zip", []byte("not a zip"))
				case 1:
					advisorytest.Write(t, folder, "Hex/all.zip", archiveOf(t, []file{{"H.json", `{"id":"H","affected":[{"package":{"ecosystem":"Hex","name":"shared"},"versions":["1.0.0"]}]}`}}))
				case 2:
					if err := os.RemoveAll(filepath.Join(folder, "Hex")); err != nil {
						t.Fatal(err)
					}
				case 3:
					advisorytest.Write(t, folder, "kev.json", fmt.Appendf(nil, `{"dateReleased":"2026-01-0%d","vulnerabilities":[{"cveID":"GHSA-%[1]d"}]}`, 1+r.IntN(9)))
				}
				got, want := contentsOf(t, folder, index), contentsOf(t, folder, filepath.Join(t.TempDir(), "anew.db"))
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("step %d:\n got %+v\nwant %+v", step, got, want)
				}
				npm = change(r, npm)
			}
		})
	}
}

func TestAMemberThatCouldNotBeReadIsTriedAgain(t *testing.T) {
	record := `{"id":"A","summary":"spoil me","affected":[{"package":{"ecosystem":"npm","name":"left"},` + advisorytest.Below2 + `}]}`
	spoilt := archiveOf(t, []file{{"A.json", record}, {"B.json", advisorytest.NPMRecord("B", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)}})
	whole := bytes.ReplaceAll(spoilt, []byte("spoilt!!"), []byte("spoil me")) // its directory is the same
	folder, index := t.TempDir(), filepath.Join(t.TempDir(), "index.db")
	print := ""
	for step, archive := range [][]byte{spoilt, whole, spoilt} {
		advisorytest.Write(t, folder, "npm/all.zip", archive)
		info, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now)
		if err != nil {
			t.Fatal(err)
		}
		if step == 2 {
			break // what was read once is kept where the copy went bad
		}
		if want := 1 + step; info.Ecosystems[0].Records != want || len(info.Notes) != 1-step {
			t.Errorf("step %d: got %d records, want %d; notes %v", step, info.Ecosystems[0].Records, want, info.Notes)
		}
		if now := fingerprint(t, index); now == print {
			t.Errorf("step %d: a record came, and the fingerprint stayed", step)
		} else {
			print = now
		}
	}
	if got := advisorytest.IDs(advisorytest.Match(t, advisorytest.Open(t, index), advisorytest.Package("npm", "left", "1.0.0"))); !slices.Equal(got, []string{"A", "B"}) {
		t.Errorf("matched %v", got)
	}
}

func TestAnIndexThatWasCutIsBuiltAnew(t *testing.T) {
	records := map[string]string{}
	for i := range 500 {
		records[fmt.Sprintf("%d.json", i)] = advisorytest.NPMRecord(fmt.Sprint("A-", i), fmt.Sprint("package-", i), "2026-01-01T00:00:00Z", advisorytest.Below2)
	}
	folder := advisorytest.Folder(t, map[string]map[string]string{"npm": records})
	index := filepath.Join(t.TempDir(), "index.db")
	if _, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(index)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(index, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	if _, err := advisory.Open(t.Context(), index); err == nil {
		t.Error("it opens")
	}
	records["500.json"] = advisorytest.NPMRecord("A-500", "package-500", "2026-01-01T00:00:00Z", advisorytest.Below2)
	advisorytest.Write(t, folder, "npm/all.zip", advisorytest.Archive(t, records))
	if _, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now); err != nil {
		t.Fatal(err)
	}
	database := advisorytest.Open(t, index)
	for i := range 501 {
		if got := advisorytest.Match(t, database, advisorytest.Package("npm", fmt.Sprint("package-", i), "1.0.0")); len(got.Findings) != 1 {
			t.Fatalf("package %d: got %v", i, got)
		}
	}
}
