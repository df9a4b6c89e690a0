package sample

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/licensecheck"
	"github.com/pandatix/go-cvss/30"
	"github.com/pandatix/go-cvss/31"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

var asOf = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// program imports with the git on this machine.
type program struct{ t *testing.T }

func (p program) Import(ctx context.Context, dir string, stream io.Reader) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	commits, err := io.ReadAll(stream)
	if err != nil {
		return err
	}
	gittest.Run(p.t, "", nil, "init", "-q", "--bare", "--initial-branch=main", dir)
	gittest.Run(p.t, dir, commits, "fast-import", "--quiet", "--date-format=raw")
	return nil
}

func written(t *testing.T) map[string]string {
	t.Helper()
	_, origins, err := Write(t.Context(), t.TempDir(), asOf, program{t})
	if err != nil {
		t.Fatal(err)
	}
	return allFolders(origins)
}

// allFolders is every folder, however it is read.
func allFolders(origins Origins) map[string]string {
	all := maps.Clone(origins.Clone)
	maps.Copy(all, origins.Given)
	return all
}

func TestSampleCoversEveryStageAudienceAndType(t *testing.T) {
	t.Parallel()
	all, err := Descriptions()
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, d := range all {
		seen = append(seen, d.Stage, d.Audience)
		seen = append(seen, d.Types...)
		if !strings.HasPrefix(d.Name, "Sample: ") {
			t.Errorf("%s does not say that it is a sample", d.Name)
		}
		if d.Shows == "" || d.About == "" {
			t.Errorf("%s does not say what it shows", d.Name)
		}
	}
	for _, want := range []string{"emerging", "messy-middle", "sustained", "fading", "dormant", "sunset", "unassessed",
		"funder", "agency", "maintainer", "software", "data", "content", "standard", "aimodel"} {
		if !slices.Contains(seen, want) {
			t.Errorf("no good for %s", want)
		}
	}
}

func TestSameAsOfGivesTheSameObjects(t *testing.T) {
	t.Parallel()
	first, second := written(t), written(t)
	for url, folder := range first {
		refs := func(f string) string { return gittest.Run(t, f, nil, "for-each-ref") }
		if refs(folder) != refs(second[url]) {
			t.Errorf("%s differs from one writing to the next", url)
		}
	}
}

func TestWritingTwiceKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, first, err := Write(t.Context(), dir, asOf, program{t})
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := Write(t.Context(), dir, asOf.AddDate(0, 0, 1), program{t})
	if err != nil {
		t.Fatal(err)
	}
	url := "https://" + Host + "/river-gauge"
	if first.Clone[url] == second.Clone[url] {
		t.Error("another as-of found the old repository")
	}
	if _, third, _ := Write(t.Context(), dir, asOf, program{t}); third.Clone[url] != first.Clone[url] {
		t.Error("the same as-of did not find the old repository")
	}
}

func TestHistoriesAreSoundAndNoLaterThanTheirMirror(t *testing.T) {
	t.Parallel()
	descriptions, err := Descriptions()
	if err != nil {
		t.Fatal(err)
	}
	folders := written(t)
	for _, d := range descriptions {
		for _, r := range d.Repositories {
			folder := folders[r.url()]
			gittest.Run(t, folder, nil, "fsck", "--strict")
			if len(r.Phases) == 0 {
				if gittest.Run(t, folder, nil, "for-each-ref") != "" {
					t.Errorf("%s must be empty", r.Slug)
				}
				continue
			}
			dates := strings.Fields(gittest.Run(t, folder, nil, "log", "--format=%cI", "main"))
			last, err := time.Parse(time.RFC3339, dates[0])
			if err != nil || last.After(monthsBefore(asOf, r.Mirrored)) {
				t.Errorf("%s ends at %s, after its mirror was fetched (%v)", r.Slug, dates[0], err)
			}
			if !slices.IsSortedFunc(dates, func(a, b string) int { return strings.Compare(b, a) }) {
				t.Errorf("the clock of %s runs backwards", r.Slug)
			}
			if len(dates) > 600 {
				t.Errorf("%s has %d commits: too many for seconds", r.Slug, len(dates))
			}
			info, err := os.Stat(filepath.Join(folder, "HEAD"))
			if err != nil || !info.ModTime().Equal(monthsBefore(asOf, r.Mirrored)) {
				t.Errorf("%s was seen at %v (%v)", r.Slug, info.ModTime(), err)
			}
		}
	}
}

func TestFilesFollowTheirTimes(t *testing.T) {
	t.Parallel()
	folder := written(t)["https://"+Host+"/market-board"]
	first := strings.Fields(gittest.Run(t, folder, nil, "rev-list", "--max-parents=0", "main"))[0]
	if old := gittest.Run(t, folder, nil, "show", first+":LICENSE"); !strings.Contains(old, "GNU General Public License") {
		t.Error("the first licence of Market Board is not the GPL")
	}
	if now := gittest.Run(t, folder, nil, "show", "main:LICENSE"); !strings.Contains(now, "MIT License") {
		t.Error("the licence of Market Board did not change")
	}
}

func TestLicenceTextsAreRecognized(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{"apache-2.0.txt": "Apache-2.0", "mit.txt": "MIT", "gpl-3.0.txt": "GPL-3.0", "cc-by-4.0.txt": "CC-BY-4.0"} {
		data, err := templates.ReadFile("files/" + file)
		if err != nil {
			t.Fatal(err)
		}
		found := licensecheck.Scan(data)
		if len(found.Match) == 0 || !strings.HasPrefix(found.Match[0].ID, want) {
			t.Errorf("%s is read as %+v", file, found)
		}
	}
}

func TestGoodsHaveCanonicalRepositories(t *testing.T) {
	t.Parallel()
	c, origins, err := Write(t.Context(), t.TempDir(), asOf, program{t})
	if err != nil {
		t.Fatal(err)
	}
	folders := allFolders(origins)
	ids := map[string]bool{}
	for _, g := range c.Goods {
		if g.ID == "" || ids[g.ID] || len(g.Sources) != 1 {
			t.Errorf("%s: id %q, sources %v", g.Name, g.ID, g.Sources)
		}
		ids[g.ID] = true
		for _, r := range g.Repositories {
			if folders[r.URL] == "" || r.URL != "https://"+r.Host+"/"+r.Path {
				t.Errorf("%s: %+v has no folder", g.Name, r)
			}
		}
	}
}

func TestAdvisoriesAreWrittenAsAnExportAndTheSameEachTime(t *testing.T) {
	t.Parallel()
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		if err := WriteAdvisories(dir); err != nil {
			t.Fatal(err)
		}
	}
	records := 0
	for _, ecosystem := range []string{"npm", "PyPI", "Maven", "Go", "RubyGems", "Packagist"} {
		name := filepath.Join(ecosystem, "all.zip")
		a, err := os.ReadFile(filepath.Join(first, name))
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(filepath.Join(second, name)); !bytes.Equal(a, b) {
			t.Errorf("%s differs from one writing to the next", name)
		}
		r, err := zip.NewReader(bytes.NewReader(a), int64(len(a)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.File {
			records++
			checkRecord(t, ecosystem, f)
		}
	}
	if records < 15 || records > 30 {
		t.Errorf("%d records", records)
	}
	if _, err := os.Stat(filepath.Join(first, "NuGet")); err == nil {
		t.Error("NuGet must be missing: one good shows what that means")
	}
}

func checkRecord(t *testing.T, ecosystem string, f *zip.File) {
	t.Helper()
	in, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var record struct {
		ID, Summary, Modified, Published string
		Severity                         []struct{ Type, Score string }
		Affected                         []struct {
			Package struct{ Ecosystem, Name string }
			Ranges  []struct{ Events []map[string]string }
		}
	}
	if err := json.NewDecoder(in).Decode(&record); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	if record.ID+".json" != f.Name || record.Summary == "" || record.Modified == "" || record.Published == "" || len(record.Affected) == 0 {
		t.Errorf("%s: %+v", f.Name, record)
	}
	for _, a := range record.Affected {
		if a.Package.Ecosystem != ecosystem || len(a.Ranges) == 0 {
			t.Errorf("%s affects %+v", f.Name, a)
		}
	}
	for _, s := range record.Severity {
		_, err30 := gocvss30.ParseVector(s.Score)
		_, err31 := gocvss31.ParseVector(s.Score)
		if err30 != nil && err31 != nil {
			t.Errorf("%s has the vector %q: %v", f.Name, s.Score, err31)
		}
	}
}
