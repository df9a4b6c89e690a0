package leftopen_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/child"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/leftopen"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/registry"
)

var end = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// record is an advisory on a package of PyPI that 2.0 fixes.
func record(name, published, severity string) string {
	return fmt.Sprintf(`{"id": "GHSA-%s", "published": "%s", "modified": "2026-01-01T00:00:00Z", "database_specific": {"severity": "%s"},
		"affected": [{"package": {"ecosystem": "PyPI", "name": "%s"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]}]}`,
		name, published, severity, name)
}

// advisories are those of the tests: an old serious one, a young one, a mild one, one that
// nobody rated and one without a date.
func advisories(t *testing.T) advisory.Database {
	t.Helper()
	records := map[string]string{}
	for name, fields := range map[string][2]string{"old": {"2024-06-01T00:00:00Z", "HIGH"}, "young": {"2025-06-01T00:00:00Z", "CRITICAL"},
		"mild": {"2024-06-01T00:00:00Z", "LOW"}, "unrated": {"2024-06-01T00:00:00Z", ""}, "later": {"2026-06-01T00:00:00Z", "HIGH"}} {
		records["GHSA-"+name+".json"] = record(name, fields[0], fields[1])
	}
	fresh := `{"id": "GO-2026-0001", "published": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z",
		"affected": [{"package": {"ecosystem": "Go", "name": "forge.example/fresh"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}`
	database, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{"PyPI": records, "Go": {"GO-2026-0001.json": fresh}}))
	return database
}

func commit(days int, files map[string]string) gittest.Commit {
	return gittest.Commit{Author: "Ada Ore <ada@ore.example>", When: end.AddDate(0, 0, -days), Files: gittest.Files(files)}
}

// pointsOf asks a repository for three days of the past.
func pointsOf(t *testing.T, source advisory.Source, dir string) []backtest.StagePoint {
	t.Helper()
	git, err := gitrepo.New(t.Context(), gitrepo.Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { git.Close() })
	reader, why := leftopen.NewReader(source, registry.Optional(), time.Minute)
	if reader == nil {
		t.Fatal(why)
	}
	var points []backtest.StagePoint
	for _, months := range backtest.StageMonths {
		points = append(points, backtest.StagePoint{Months: months, Fates: map[backtest.Fate]bool{}})
	}
	if err := reader.Add(t.Context(), child.Inside{Git: git, Scanners: registry.Optional()}, dir, catalog.Repository{URL: "https://forge.example/o/r"}, end, points); err != nil {
		t.Fatal(err)
	}
	return points
}

// words are the answers 12, 18 and 24 months before the end.
func words(points []backtest.StagePoint) []string {
	var all []string
	for _, p := range points {
		open, told := p.Fates[backtest.FixesLeft]
		word := p.FixesUntold
		if told {
			word = fmt.Sprint(open)
		}
		if p.FixesPartly {
			word += ", partly"
		}
		all = append(all, word)
	}
	return all
}

func TestSeriousFixesLeftOpenAreToldFromTheLockfilesOfTheTime(t *testing.T) {
	always := func(text string) []gittest.Commit {
		return []gittest.Commit{commit(900, map[string]string{"requirements.txt": text})}
	}
	three := func(word string) []string { return []string{word, word, word} }
	for name, c := range map[string]struct {
		commits []gittest.Commit
		want    []string
	}{
		"open for more than a year":           {always("old==1.0\n"), three("true")},
		"open for less than a year":           {always("young==1.0\n"), three("false")},
		"no serious one":                      {always("mild==1.0\n"), three("false")},
		"published after the end":             {always("later==1.0\n"), three("false")},
		"nobody rated it":                     {always("unrated==1.0\n"), three("undecided")},
		"nothing is known against it":         {always("sound==1.0\n"), three("false")},
		"it lists nothing":                    {[]gittest.Commit{commit(900, map[string]string{"x.py": "x"})}, three("nothing-listed")},
		"it was upgraded in time":             {append(always("old==1.0\n"), commit(500, map[string]string{"requirements.txt": "old==2.0\n"})), three("false")},
		"it was upgraded late, and is closed": {append(always("old==1.0\n"), commit(10, map[string]string{"requirements.txt": "old==2.0\n"})), three("false")},
		"no lockfile two years ago": {[]gittest.Commit{commit(900, map[string]string{"x.py": "x"}), commit(600, map[string]string{"requirements.txt": "old==1.0\n"})},
			[]string{"true", "true", "nothing-listed"}},
		"what runs has no advisories at all":     {[]gittest.Commit{commit(900, map[string]string{"composer.lock": `{"packages": [{"name": "a/b", "version": "1.0.0"}]}`})}, three("not-matched")},
		"its database began a year ago or later": {[]gittest.Commit{commit(900, map[string]string{"go.mod": "module forge.example/r\n\nrequire forge.example/fresh v1.0.0\n"})}, three("young-database")},
		"part of what runs cannot be matched": {append(always("sound==1.0\n"), commit(890, map[string]string{"composer.lock": `{"packages": [{"name": "a/b", "version": "1.0.0"}]}`})),
			three("false, partly")},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "r.git")
			gittest.Import(t, dir, c.commits...)
			if got := words(pointsOf(t, advisories(t), dir)); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestAMirrorThatLacksALockfileTellsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, commit(900, map[string]string{"requirements.txt": "old==1.0\n"}), commit(500, map[string]string{"requirements.txt": "old==1.1\n"}))
	oid := strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", "main~1:requirements.txt"))
	if err := os.Remove(filepath.Join(dir, gittest.Loose(oid))); err != nil {
		t.Fatal(err)
	}
	if got := words(pointsOf(t, advisories(t), dir)); !slices.Equal(got, []string{"not-read", "not-read", "not-read"}) {
		t.Errorf("%q", got)
	}
}

func TestOnlyADatabaseIsAsked(t *testing.T) {
	none := advisory.None{Reason: observation.Note{Message: "there is no folder"}}
	if reader, why := leftopen.NewReader(none, registry.Optional(), time.Minute); reader != nil || why != "there is no folder" {
		t.Errorf("%v %q", reader, why)
	}
	if reader, why := leftopen.NewReader(advisory.NewService(noMatcher{}, 1), registry.Optional(), time.Minute); reader != nil || why == "" {
		t.Errorf("%v %q", reader, why)
	}
}

type noMatcher struct{}

func (noMatcher) Match(context.Context, []observation.Package) (advisory.Result, error) {
	return advisory.Result{}, nil
}
