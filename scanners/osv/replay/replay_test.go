package replay_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/replay"
	"github.com/midspan/midspan/scanners/scannertest"
)

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const ada, bo, bot = "Ada Ore <ada@ore.example>", "Bo Lund <bo@lund.example>", "bot <bot@bots.example>"

// people tells two people and a machine apart by their addresses.
type people struct{ numbers map[string]int32 }

func (p people) Of(_, address string) (int32, bool) {
	if strings.HasPrefix(address, "bot") {
		return 0, false
	}
	if _, known := p.numbers[address]; !known {
		p.numbers[address] = int32(len(p.numbers) + 40)
	}
	return p.numbers[address], true
}

func (people) Final(person int32) int32 { return person }

func scanner() *replay.Scanner {
	return replay.New(func(catalog.Repository) replay.People { return people{map[string]int32{}} })
}

func lock(version string) string { return fmt.Sprintf("left==%s\n", version) }

// change is a commit so many days before at.
func change(who string, days int, files ...gittest.File) gittest.Commit {
	return gittest.Commit{Author: who, When: at.AddDate(0, 0, -days), Files: files}
}

func file(path, data string) gittest.File { return gittest.File{Path: path, Data: data} }

func pastOf(t *testing.T, dir string) observation.Past {
	t.Helper()
	seen := scannertest.Scan(t, scanner(), dir, at)
	if seen.Past == nil {
		t.Fatalf("%+v", seen.Measures)
	}
	if len(seen.Packages) != len(seen.Past.Packages) {
		t.Errorf("%d packages, %d in the past", len(seen.Packages), len(seen.Past.Packages))
	}
	return *seen.Past
}

// stays writes a past as "name version from-to", with ! for development and the makers of the
// changes behind it.
func stays(p observation.Past) []string {
	var all []string
	for _, one := range p.Packages {
		text := one.Name + " " + one.Version
		for _, s := range one.Stays {
			text += fmt.Sprintf(" %d-%d%s", s[0], s[1], strings.Repeat("!", int(s[2])))
		}
		all = append(all, text)
	}
	var by []string
	for _, c := range p.Changes {
		by = append(by, fmt.Sprint(c.By))
	}
	return append(all, strings.Join(by, " "))
}

// TestAPastIsWhatEachCommitListed goes through histories: add one that is misread.
func TestAPastIsWhatEachCommitListed(t *testing.T) {
	for name, c := range map[string]struct {
		commits []gittest.Commit
		want    []string
	}{
		"upgraded by two people and a machine": {[]gittest.Commit{change(ada, 900, file("requirements.txt", lock("1"))), change(ada, 300, file("requirements.txt", lock("2"))),
			change(bo, 200, file("requirements.txt", lock("3"))), change(bot, 100, file("requirements.txt", lock("4")))},
			[]string{"left 1 -1-0", "left 2 0-1", "left 3 1-2", "left 4 2--1", "1 2 0"}},
		"what did not change is no change": {[]gittest.Commit{change(ada, 900, file("requirements.txt", lock("1"))), change(ada, 300, file("requirements.txt", lock("1")+"\n# why\n")),
			change(bo, 200, file("x.go", "x"))}, []string{"left 1 -1--1", ""}},
		"moved to another folder": {[]gittest.Commit{change(ada, 900, file("requirements.txt", lock("1"))),
			change(ada, 300, gittest.File{Mode: "D", Path: "requirements.txt"}, file("api/requirements.txt", lock("1")))}, []string{"left 1 -1--1", ""}},
		"left out": {[]gittest.Commit{change(ada, 900, file("requirements.txt", lock("1"))), change(bo, 300, gittest.File{Mode: "D", Path: "requirements.txt"})},
			[]string{"left 1 -1-0", "1"}},
		"still in another file": {[]gittest.Commit{change(ada, 900, file("a/requirements.txt", lock("1")), file("b/requirements.txt", lock("1"))),
			change(bo, 300, file("a/requirements.txt", lock("2")))}, []string{"left 1 -1--1", "left 2 0--1", "1"}},
		"for development": {[]gittest.Commit{change(ada, 300, file("package-lock.json",
			`{"name":"x","lockfileVersion":3,"packages":{"":{},"node_modules/left":{"version":"1.0.0","dev":true}}}`))}, []string{"left 1.0.0 0--1!", "1"}},
		"a broken state counts as the one before": {[]gittest.Commit{change(ada, 900, file("package-lock.json",
			`{"name":"x","lockfileVersion":3,"packages":{"":{},"node_modules/left":{"version":"1.0.0"}}}`)), change(bo, 300, file("package-lock.json", "<<<<<<< HEAD"))},
			[]string{"left 1.0.0 -1--1", ""}},
		"hidden by a .gitignore": {[]gittest.Commit{change(ada, 900, file("api/requirements.txt", lock("1"))), change(ada, 300, file(".gitignore", "api\n"))},
			[]string{"left 1 -1-0", "1"}},
		"nothing": {[]gittest.Commit{change(ada, 300, file("x.go", "x"))}, []string{""}},
		"after the day that is spoken of": {[]gittest.Commit{change(ada, 900, file("requirements.txt", lock("1"))), change(ada, -5, file("requirements.txt", lock("2")))},
			[]string{"left 1 -1--1", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "r.git")
			gittest.Import(t, dir, c.commits...)
			if got := stays(pastOf(t, dir)); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestABrokenStateIsSaid(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, change(ada, 300, file("package-lock.json", "<<<<<<< HEAD")))
	for _, m := range scannertest.Scan(t, scanner(), dir, at).Measures {
		if m.Bound != observation.AtLeast || !strings.Contains(m.Detail, "could not be read") {
			t.Errorf("%+v", m)
		}
	}
}

func TestOnlyTheMainLineCounts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, change(ada, 300, file("requirements.txt", lock("1"))))
	side := change(bo, 200, file("requirements.txt", lock("2")))
	side.Branch = "side"
	gittest.Import(t, dir, side)
	merge := fmt.Sprintf("commit refs/heads/main\ncommitter %s %d +0000\ndata 1\nm\nfrom refs/heads/main^0\nmerge refs/heads/side^0\nM 644 inline requirements.txt\ndata %d\n%s\n",
		ada, at.AddDate(0, 0, -100).Unix(), len(lock("2")), lock("2"))
	gittest.Run(t, dir, []byte(merge), "fast-import", "--quiet")
	p := pastOf(t, dir)
	if got := stays(p); !slices.Equal(got, []string{"left 1 0-1", "left 2 1--1", "1 1"}) || p.Changes[1].At != at.AddDate(0, 0, -100).Unix() || !p.Begun {
		t.Errorf("%q %+v", got, p)
	}
}

func TestWithoutWhatItReadsEveryMeasureIsUnknown(t *testing.T) {
	for name, object := range map[string]string{"a lockfile": "main^:requirements.txt", "a tree": "main^^{tree}"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "r.git")
			gittest.Import(t, dir, change(ada, 300, file("requirements.txt", lock("1"))), change(ada, 200, file("requirements.txt", lock("2"))))
			oid := strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", object))
			if err := os.Remove(filepath.Join(dir, gittest.Loose(oid))); err != nil {
				t.Fatal(err)
			}
			for _, m := range scannertest.Scan(t, scanner(), dir, at).Measures {
				if m.State != observation.Unknown || m.Cause != observation.CauseMissingObjects {
					t.Errorf("%s is %s %v (%s)", m.ID, m.State, m.Value, m.Cause)
				}
			}
		})
	}
}

func TestNobodyIsNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, change(ada, 300, file("requirements.txt", lock("1"))), change(bo, 200, file("requirements.txt", lock("2"))))
	seen := scannertest.Scan(t, scanner(), dir, at)
	if text := strings.ToLower(fmt.Sprintf("%+v %+v", *seen.Past, seen.Measures)); strings.Contains(text, "ada") || strings.Contains(text, "lund") || strings.Contains(text, "ore.example") {
		t.Error(text)
	}
}
