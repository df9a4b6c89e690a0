package osvdb_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
)

func TestBrokenRecordsAreNotedAndCostOnlyThemselves(t *testing.T) {
	folder := advisorytest.Folder(t, map[string]map[string]string{"npm": {
		"GOOD.json":      advisorytest.NPMRecord("GOOD", "left", "2026-01-01T00:00:00Z", advisorytest.Below2),
		"TRUNCATED.json": `{"id":"TRUNCATED","affe`,
		"NOID.json":      `{"summary":"nobody"}`,
		"EMPTY.json":     ``,
		"WRONG.json":     `{"id":"WRONG","aliases":"CVE-1","affected":[{"package":{"ecosystem":"npm","name":"left"},` + advisorytest.Below2 + `}]}`,
		"readme.txt":     `not a record`,
	}})
	database, info := advisorytest.Build(t, folder)
	npm := info.Ecosystems[0]
	if npm.Records != 2 || npm.Broken != 4 {
		t.Errorf("got %d records, %d broken; want 2 and 4", npm.Records, npm.Broken)
	}
	if len(info.Notes) != 4 {
		t.Errorf("got %d notes, want one for each broken record: %v", len(info.Notes), info.Notes)
	}
	for _, n := range info.Notes {
		if n.Cause != observation.CauseBroken || !strings.HasPrefix(n.Subject, "npm/") {
			t.Errorf("the note does not say which file: %+v", n)
		}
	}
	if got := advisorytest.IDs(advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0"))); !slices.Equal(got, []string{"GOOD", "WRONG"}) {
		t.Errorf("matched %v, want the good record and the one read in part", got)
	}
}

func TestUnknownFieldsKeepARecord(t *testing.T) {
	record := `{"id":"NEW","future":{"a":[1]},"severity":[{"type":"CVSS_V9","score":7}],"database_specific":"text",` +
		`"affected":[{"package":{"ecosystem":"npm","name":"left","x":1},` + advisorytest.Below2 + `,"y":null}]}`
	database, info := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{"npm": {"NEW.json": record}}))
	if info.Ecosystems[0].Broken != 0 {
		t.Errorf("a record with fields of the future counts as broken: %v", info.Notes)
	}
	if got := advisorytest.IDs(advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0"))); !slices.Equal(got, []string{"NEW"}) {
		t.Errorf("matched %v, want NEW", got)
	}
}

func TestNewestOfTwoRecordsWithOneIDWins(t *testing.T) {
	older := advisorytest.NPMRecord("TWICE", "left", "2025-01-01T00:00:00Z", advisorytest.Below2)
	newer := advisorytest.NPMRecord("TWICE", "right", "2026-01-01T00:00:00Z", advisorytest.Below2)
	for name, files := range map[string]map[string]string{
		"older first": {"npm/a.json": older, "npm/b.json": newer},
		"newer first": {"npm/a.json": newer, "npm/b.json": older},
	} {
		folder := t.TempDir()
		for file, text := range files {
			advisorytest.Write(t, folder, file, []byte(text))
		}
		database, info := advisorytest.Build(t, folder)
		result := advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0"), advisorytest.Package("npm", "right", "1.0.0"))
		if len(result.Findings) != 1 || result.Findings[0].Package.Name != "right" || info.Ecosystems[0].Records != 1 {
			t.Errorf("%s: got %v", name, result.Findings)
		}
	}
}

func TestOneBadEcosystemDoesNotStopTheOthers(t *testing.T) {
	folder := advisorytest.Folder(t, map[string]map[string]string{"npm": {"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)}})
	advisorytest.Write(t, folder, "PyPI/all.zip", []byte("not a zip"))
	advisorytest.Write(t, folder, "Maven/all.zip", advisorytest.Archive(t, nil))
	database, info := advisorytest.Build(t, folder)
	if len(info.Ecosystems) != 1 || len(info.Notes) != 2 {
		t.Fatalf("got %d ecosystems and notes %v", len(info.Ecosystems), info.Notes)
	}
	result := advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0"), advisorytest.Package("PyPI", "django", "1.0"), advisorytest.Package("Maven", "a:b", "1"))
	if len(result.Findings) != 1 || len(result.Unmatched) != 2 || result.Unmatched[0].Cause != observation.CauseNoDatabase {
		t.Errorf("the packages of the bad ecosystems are not unknown: %+v", result)
	}
}

// The ends of support may lie beside the ecosystems.
func TestAFolderOfAnotherFeedIsNoEcosystem(t *testing.T) {
	folder := advisorytest.Folder(t, map[string]map[string]string{
		"npm":       {"GOOD.json": advisorytest.NPMRecord("GOOD", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)},
		"endoflife": {"python.json": `[{"cycle":"3.8","eol":"2024-10-07"}]`},
	})
	_, info := advisorytest.Build(t, folder)
	if len(info.Ecosystems) != 1 || info.Ecosystems[0].Name != "npm" || len(info.Notes) > 0 {
		t.Errorf("got %+v, %v", info.Ecosystems, info.Notes)
	}
}

func TestBuildReportsWhatIsWrongWithTheSource(t *testing.T) {
	empty, corrupt := t.TempDir(), t.TempDir()
	advisorytest.Write(t, corrupt, "npm/all.zip", []byte("PK\x03\x04 truncated"))
	for name, c := range map[string]struct{ folder, want string }{
		"missing":    {filepath.Join(empty, "nowhere"), "<Ecosystem>/all.zip"},
		"empty":      {empty, "no ecosystem"},
		"unreadable": {corrupt, "midspan advisories update"},
	} {
		index := filepath.Join(t.TempDir(), "index.db")
		_, err := osvdb.Build(t.Context(), c.folder, index, advisorytest.Now)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error that says %q", name, err, c.want)
		}
		if _, err := os.Stat(index); err == nil {
			t.Errorf("%s: an index was left behind", name)
		}
	}
}

func TestOnlyChangedEcosystemsAreReadAgain(t *testing.T) {
	folder := advisorytest.Folder(t, map[string]map[string]string{
		"npm":  {"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2), "BAD.json": "{"},
		"PyPI": {"P.json": `{"id":"P","affected":[{"package":{"ecosystem":"PyPI","name":"Foo_Bar"},"versions":["1"]}]}`},
	})
	index := filepath.Join(t.TempDir(), "index.db")
	rebuild := func() map[string]bool {
		info, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now)
		if err != nil {
			t.Fatal(err)
		}
		if len(info.Notes) != 1 {
			t.Errorf("the note on the broken record is lost: %v", info.Notes)
		}
		reused := map[string]bool{}
		for _, e := range info.Ecosystems {
			reused[e.Name] = e.Reused
		}
		return reused
	}
	if got := rebuild(); got["npm"] || got["PyPI"] {
		t.Errorf("first build reused %v", got)
	}
	if got := rebuild(); !got["npm"] || !got["PyPI"] {
		t.Errorf("second build read again: %v", got)
	}
	first := fingerprint(t, index)
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(folder, "npm", "all.zip"), later, later); err != nil {
		t.Fatal(err)
	}
	if got := rebuild(); !got["npm"] {
		t.Error("a file that was touched but not changed was read again")
	}
	advisorytest.Write(t, folder, "PyPI/all.zip", advisorytest.Archive(t, map[string]string{"Q.json": `{"id":"Q","affected":[{"package":{"ecosystem":"PyPI","name":"foo-bar"},"versions":["1"]}]}`}))
	if got := rebuild(); !got["npm"] || got["PyPI"] {
		t.Errorf("after a change of PyPI: %v", got)
	}
	if fingerprint(t, index) == first {
		t.Error("the fingerprint did not change with the database")
	}
	result := advisorytest.Match(t, advisorytest.Open(t, index), advisorytest.Package("npm", "left", "1.0.0"), advisorytest.Package("PyPI", "foo.bar", "1"))
	if got := advisorytest.IDs(result); !slices.Equal(got, []string{"Q", "A"}) {
		t.Errorf("matched %v", got)
	}
}

func fingerprint(t *testing.T, index string) string {
	t.Helper()
	return advisorytest.Open(t, index).Fingerprint()
}

// states are the states of the ecosystems that have one.
func states(database advisory.Database) map[string]string {
	found := map[string]string{}
	for _, ecosystem := range []string{"npm", "PyPI", "Hex", "Maven", ""} {
		if state := database.State(ecosystem); state != "" {
			found[ecosystem] = state
		}
	}
	return found
}

func statesOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	database, _ := advisorytest.Build(t, folder)
	return states(database)
}

func TestAStateIsOfOneEcosystemAndOfKEV(t *testing.T) {
	npm, pypi := map[string]string{"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)}, map[string]string{"P.json": `{"id":"P","affected":[{"package":{"ecosystem":"PyPI","name":"x"},"versions":["1"]}]}`}
	folder, elsewhere := advisorytest.Folder(t, map[string]map[string]string{"npm": npm, "PyPI": pypi}), advisorytest.Folder(t, map[string]map[string]string{"npm": npm, "PyPI": pypi})
	advisorytest.Write(t, folder, "Maven/all.zip", []byte("not a zip"))
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(elsewhere, "npm", "all.zip"), old, old); err != nil {
		t.Fatal(err)
	}
	first := statesOf(t, folder)
	if len(first) != 2 || first["npm"] == "" || first["PyPI"] == "" || first["npm"] == first["PyPI"] {
		t.Fatalf("got %v, want one for each ecosystem that can be read", first)
	}
	if again := statesOf(t, elsewhere); !maps.Equal(first, again) {
		t.Errorf("paths or file times count: %v and %v", first, again)
	}
	advisorytest.Write(t, folder, "npm/all.zip", advisorytest.Archive(t, map[string]string{"A.json": advisorytest.NPMRecord("A", "left", "2026-01-02T00:00:00Z", advisorytest.Below2)}))
	changed := statesOf(t, folder)
	if changed["npm"] == first["npm"] || changed["PyPI"] != first["PyPI"] {
		t.Errorf("after a change of npm: %v, before %v", changed, first)
	}
	advisorytest.Write(t, folder, "kev.json", []byte(`{"dateReleased":"2025-08-25","vulnerabilities":[{"cveID":"CVE-1"}]}`))
	if listed := statesOf(t, folder); listed["npm"] == changed["npm"] || listed["PyPI"] == changed["PyPI"] {
		t.Errorf("a KEV catalog changed nothing: %v", listed)
	}
	if state := (advisory.None{}).State("npm"); state != "" {
		t.Errorf("no database has the state %q", state)
	}
}

func TestAnOpenDatabaseOutlivesARebuild(t *testing.T) {
	folder := advisorytest.Folder(t, map[string]map[string]string{"npm": {"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)}})
	index := filepath.Join(t.TempDir(), "index.db")
	if _, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now); err != nil {
		t.Fatal(err)
	}
	database := advisorytest.Open(t, index)
	advisorytest.Write(t, folder, "npm/all.zip", advisorytest.Archive(t, map[string]string{"B.json": advisorytest.NPMRecord("B", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)}))
	if _, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now); err != nil {
		t.Fatal(err)
	}
	if got := advisorytest.IDs(advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0"))); !slices.Equal(got, []string{"A"}) {
		t.Errorf("the open database gives %v, want what it was opened with", got)
	}
}

func TestADamagedIndexIsRefusedAndBuiltAnew(t *testing.T) {
	folder := advisorytest.Folder(t, map[string]map[string]string{"npm": {"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)}})
	index := filepath.Join(t.TempDir(), "index.db")
	if err := os.WriteFile(index, bytes.Repeat([]byte("x"), 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := advisory.Open(t.Context(), index); err == nil || !strings.Contains(err.Error(), "build it again") {
		t.Errorf("a damaged index opens: %v", err)
	}
	if _, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now); err != nil {
		t.Fatal(err)
	}
	advisorytest.Open(t, index)
}

// SQLite reads most changed bytes as they are, and a lost entry looks like a package
// without advisories.
func TestAnIndexOfWhichAByteChangedIsRefusedAndMadeAnew(t *testing.T) {
	folder := advisorytest.Folder(t, map[string]map[string]string{"npm": {"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)}})
	index := filepath.Join(t.TempDir(), "index.db")
	build := func() []byte {
		t.Helper()
		if _, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(index)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	whole := build()
	for at := 100; at < len(whole); at += len(whole) / 50 {
		damaged := slices.Clone(whole)
		damaged[at] ^= 0x20
		if err := os.WriteFile(index, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if database, err := advisory.Open(t.Context(), index); err == nil {
			database.Close()
			t.Errorf("an index opens although byte %d of %d changed", at, len(whole))
		}
		build()
		advisorytest.Open(t, index)
	}
	name := bytes.Index(whole, []byte("left"))
	whole[name] = 'L'
	if err := os.WriteFile(index, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := osvdb.Rebuild(t.Context(), index, advisorytest.Now); err != nil {
		t.Fatal(err)
	}
	if got := advisorytest.IDs(advisorytest.Match(t, advisorytest.Open(t, index), advisorytest.Package("npm", "left", "1.0.0"))); !slices.Equal(got, []string{"A"}) {
		t.Errorf("the index that was made anew gives %v", got)
	}
}

func TestDatesAfterAsOfAreNotTheNewest(t *testing.T) {
	database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{"npm": {
		"A.json": advisorytest.NPMRecord("A", "left", "2026-05-01T10:00:00Z", advisorytest.Below2),
		"B.json": advisorytest.NPMRecord("B", "left", "2027-07-09T00:00:00Z", advisorytest.Below2),
	}}))
	info, err := database.Info(t.Context(), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Ecosystems[0].Newest; !got.Equal(time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("newest is %s", got)
	}
}

func TestAnEcosystemKnewOnADayWhatWasPublishedByThen(t *testing.T) {
	published := func(id, day string) string {
		return fmt.Sprintf(`{"id": %q, "published": %q, "modified": "2026-05-01T10:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "left"}, "versions": ["1"]}]}`, id, day)
	}
	database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{
		"npm":  {"A.json": published("A", "2026-04-01T00:00:00Z"), "B.json": published("B", "2025-04-01T00:00:00Z")},
		"PyPI": {"C.json": `{"id": "C", "modified": "2020-05-01T10:00:00Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "left"}, "versions": ["1"]}]}`},
	}))
	for _, c := range []struct {
		ecosystem, day string
		want           bool
	}{{"npm", "2025-04-01", true}, {"npm", "2025-03-31", false}, {"npm", "2030-01-01", true}, {"PyPI", "2030-01-01", false}, {"Go", "2030-01-01", false}} {
		day, _ := time.Parse(time.DateOnly, c.day)
		if got, err := database.KnewBy(t.Context(), c.ecosystem, day); err != nil || got != c.want {
			t.Errorf("%s knew by %s: %v, want %v (%v)", c.ecosystem, c.day, got, c.want, err)
		}
	}
}

func TestAnArchiveThatUnpacksToTooMuchIsBounded(t *testing.T) {
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	member, err := w.Create("BOMB.json")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 20 {
		if _, err := member.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	good, err := w.Create("../../GOOD.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := good.Write([]byte(advisorytest.NPMRecord("GOOD", "left", "2026-01-01T00:00:00Z", advisorytest.Below2))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	advisorytest.Write(t, folder, "npm/all.zip", buffer.Bytes())
	_, info := advisorytest.Build(t, folder)
	if info.Ecosystems[0].Records != 1 || len(info.Notes) != 1 || info.Notes[0].Cause != observation.CauseOverLimit {
		t.Errorf("got %+v, notes %v", info.Ecosystems[0], info.Notes)
	}
}
