package maintenance_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/maintenance"
	"github.com/midspan/midspan/scanners/scannertest"
)

// on writes a commit of an invented person at a moment in RFC 3339.
func on(t *testing.T, moment string) gitrepo.Commit {
	t.Helper()
	when, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		t.Fatal(err)
	}
	c := by("Ada Ore", "ada@forge.example.se", 0)
	c.Committed = when
	return c
}

func month(year int, m time.Month) observation.Month {
	return observation.MonthOf(time.Date(year, m, 1, 0, 0, 0, 0, time.UTC))
}

// counted spells the months that are not zero.
func counted(a observation.Activity, of func(observation.Month) int) string {
	var all []string
	for m := a.From; m <= a.Last(); m++ {
		if n := of(m); n != 0 {
			all = append(all, fmt.Sprintf("%s:%d", m, n))
		}
	}
	return strings.Join(all, " ")
}

func total(counts []int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func TestActivityCountsCalendarMonthsInUTC(t *testing.T) {
	a := history(t, []gitrepo.Commit{
		on(t, "2026-08-31T12:00:00Z"), on(t, "2026-08-01T00:00:00Z"), on(t, "2026-07-31T23:59:59Z"),
		on(t, "2026-08-01T01:30:00+02:00"), // in July, in UTC
		on(t, "2026-06-30T22:00:00-03:00"), // in July, in UTC
		on(t, "2026-02-28T23:59:59Z"), on(t, "2026-03-01T00:00:00Z"),
	}).Activity(asOf)
	if got, want := counted(a, a.CommitsIn), "2026-02:1 2026-03:1 2026-07:3 2026-08:2"; got != want {
		t.Errorf("commits %s, want %s", got, want)
	}
	if !a.Begun || a.From != month(2026, time.February) || len(a.Commits) != 7 {
		t.Errorf("begins in %s (%v) with %d months", a.From, a.Begun, len(a.Commits))
	}
}

func TestActivityCountsNobodyButPeopleAndNothingOfTheFuture(t *testing.T) {
	merge := by("Ada Ore", "ada@forge.example.se", 20)
	merge.Parents = 2
	a := history(t, []gitrepo.Commit{
		on(t, "2099-01-01T00:00:00Z"), on(t, "2026-08-31T12:00:01Z"), // after the time of the measure
		by("Ada Ore", "ada@forge.example.se", 5), by("dependabot[bot]", "b@x.example.se", 10), merge,
		by("renovate[bot]", "r@x.example.se", 60),
	}, gitrepo.Tag{Name: "v9", Created: asOf.AddDate(1, 0, 0)}, gitrepo.Tag{Name: "v8", Created: asOf}).Activity(asOf)
	if got, want := counted(a, a.CommitsIn), "2026-08:1"; got != want {
		t.Errorf("commits %s, want %s", got, want)
	}
	if got, want := counted(a, a.ReleasesIn), "2026-08:1"; got != want || len(a.Latest) != 1 || a.Latest[0].Version != "8" {
		t.Errorf("releases %s (%v), want %s", got, a.Latest, want)
	}
	if a.From != month(2026, time.July) { // the first commit is a bot's: something was there
		t.Errorf("begins in %s", a.From)
	}
}

func TestActivityOfAnOldRepositoryIsBounded(t *testing.T) {
	a := history(t, []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 5), by("Ada Ore", "ada@forge.example.se", 9000)}).Activity(asOf)
	if a.Begun || a.Cut || len(a.Commits) != observation.ActivityMonths || a.From != month(2021, time.September) || !a.Whole(a.From) || !a.Whole(a.Last()) {
		t.Errorf("%+v", a)
	}
	none := history(t, nil).Activity(asOf)
	if len(none.Commits) != 1 || none.Commits[0] != 0 || !none.Begun {
		t.Errorf("nothing at all: %+v", none)
	}
	ancient := history(t, []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 5), on(t, "1970-01-01T00:00:01Z")}).Activity(asOf)
	if ancient.Begun || len(ancient.Commits) != observation.ActivityMonths {
		t.Errorf("a commit dated before git says nothing of when it began: %+v", ancient)
	}
}

func TestReleasesOfAMonthAreDaysWithTheirVersions(t *testing.T) {
	var tags []gitrepo.Tag
	for i := range 12 {
		tags = append(tags, gitrepo.Tag{Name: fmt.Sprintf("v1.%d.0", i), Created: asOf.AddDate(0, 0, -100+i)})
	}
	tags = append(tags,
		gitrepo.Tag{Name: "v1.11.0-rc.1", Created: asOf.AddDate(0, 0, -88)}, // a final one exists
		gitrepo.Tag{Name: "client-v2.0.0", Created: asOf.AddDate(0, 0, -9)}, gitrepo.Tag{Name: "server-v2.0.1", Created: asOf.AddDate(0, 0, -9)},
		gitrepo.Tag{Name: "v1.4-alice", Created: asOf.AddDate(0, 0, -3)},
		gitrepo.Tag{Name: "v3.0.0"}) // no date
	a := history(t, []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 200)}, tags...).Activity(asOf)
	if got, want := counted(a, a.ReleasesIn), "2026-05:9 2026-06:3 2026-08:2"; got != want || !a.MoreReleases {
		t.Errorf("releases %s, more: %v, want %s and more", got, a.MoreReleases, want)
	}
	// What lies in the repository beside the thing itself counts and is not shown.
	want := []observation.Release{{Day: "2026-08-28", Version: "1.4"}, {Day: "2026-06-03", Version: "1.11.0"}}
	if len(a.Latest) != observation.LatestReleases || !reflect.DeepEqual(a.Latest[:2], want) {
		t.Errorf("latest %v, want to begin with %v", a.Latest, want)
	}
}

func TestVersionsKeepNothingOfATagButNumberAndState(t *testing.T) {
	for tag, want := range map[string]string{
		"v1.2.3": "1.2.3", "release-2.0": "2.0", "pkg/sub@1.4.0": "1.4.0", "1.0.0-beta.2": "1.0.0-beta.2", "v2.3-SNAPHOT": "2.3-SNAPHOT", "v2.0rc1": "2.0rc1", "release-3.1.0_RC10": "3.1.0-RC10", "2026.30a": "2026.30a", "may-2019": "2019-05",
		"september2020-ada": "2020-09", "1.0b2": "1.0b2",
		"rel_1_2": "1_2", "2024-05-01": "2024-05-01", "v12": "12", "v1.2-ada.ore": "1.2", "v1.2-beta-ada": "1.2-beta-", "ada-ore-3.1": "3.1",
		"v1.2.33333333333333333333333333": "",
	} {
		a := history(t, nil, gitrepo.Tag{Name: tag, Created: asOf.AddDate(0, 0, -1)}).Activity(asOf)
		if len(a.Latest) != 1 || strings.TrimRight(a.Latest[0].Version, "-") != strings.TrimRight(want, "-") {
			t.Errorf("%q is %v, want %q", tag, a.Latest, want)
		}
	}
}

// The latest releases are those of the thing itself, under the name that it has today, and
// unfinished ones where they are newer than the last final one.
func TestTheLatestReleasesAreThoseOfTheThingItself(t *testing.T) {
	for name, test := range map[string]struct{ tags, want string }{
		"a tool beside it":             {"v3.1:90 v3.2:60 v3.3:30 external-v0.1.0:50 external-v0.2.0:5", "3.3 3.2 3.1"},
		"a tool alone of late":         {"v3.1:4000 v3.2:3900 v3.3:9 tool-v1.0:10", "3.3"},
		"renamed":                      {"atlas-1.0:90 atlas-1.1:80 atlas-1.2:70 map-2.0:20", "2.0 1.2 1.1 1.0"},
		"unfinished and newer":         {"v3.0.0:300 v4.0.0-beta.1:90 v4.0.0-beta.2:8", "4.0.0-beta.2 4.0.0-beta.1 3.0.0"},
		"unfinished and older":         {"v4.0.0-beta.1:90 v4.0.0:8", "4.0.0"},
		"a tool and unfinished ones":   {"v1.0:400 v1.1:300 v2.0-RC1:20 spark-v0.1:30 v2.0_RC2:10", "2.0-RC2 2.0-RC1 1.1 1.0"},
		"several of one line on a day": {"v1.0:40 v2.4:5 v1.9:5", " 1.0"},
		"months":                       {"march-2019:90 may-2019:20", "2019-05 2019-03"},
	} {
		t.Run(name, func(t *testing.T) {
			var tags []gitrepo.Tag
			for _, field := range strings.Fields(test.tags) {
				tag, ago, _ := strings.Cut(field, ":")
				days, err := strconv.Atoi(ago)
				if err != nil {
					t.Fatal(err)
				}
				tags = append(tags, gitrepo.Tag{Name: tag, Created: asOf.AddDate(0, 0, -days)})
			}
			a := history(t, []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 800)}, tags...).Activity(asOf)
			var versions []string
			for _, r := range a.Latest {
				versions = append(versions, r.Version)
			}
			if got := strings.Join(versions, " "); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// The window of a measure begins on a day, that of the months on the first: they
// differ by the days from the one to the end of its month, and by nothing else.
func TestMonthsAddUpToTheMeasureOfTwelveMonths(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	for range 200 {
		at := asOf.Add(-time.Duration(rng.IntN(400*24)) * time.Hour)
		if rng.IntN(4) == 0 { // the last moment of a month, where both windows are one
			at = observation.MonthOf(at).Start().Add(-time.Second)
		}
		var commits []gitrepo.Commit
		for range rng.IntN(80) {
			c := by("Ada Ore", "ada@forge.example.se", 0)
			c.Committed = at.Add(time.Duration(rng.IntN(1000)-900) * 24 * time.Hour).Add(time.Duration(rng.IntN(86400)) * time.Second)
			commits = append(commits, c)
		}
		slices.SortFunc(commits, func(a, b gitrepo.Commit) int { return b.Committed.Compare(a.Committed) })
		h := history(t, commits)
		a := h.Activity(at)
		months := 0
		for m := a.Last() - 11; m <= a.Last(); m++ {
			months += a.CommitsIn(m)
		}
		from := (a.Last() - 11).Start()
		window, _ := find(t, h.Measures(at), "momentum.commits-12m").Number()
		begins := at.AddDate(-1, 0, 0)
		rest := h.HumanCommits(begins, from.Add(-1))
		if months+rest != int(window) {
			t.Fatalf("as of %s: %d in twelve calendar months and %d before, the measure says %v", at, months, rest, window)
		}
		if ever, _ := find(t, h.Measures(at), "momentum.commits-ever").Number(); total(a.Commits) != int(ever) {
			t.Fatalf("as of %s: %d commits, the measure says %v", at, total(a.Commits), ever)
		}
	}
}

func TestAShallowCloneCountsTheMonthsAfterTheCut(t *testing.T) {
	origin := repository(t, commitsOf(
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(0, -9, 0)},
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(0, -4, 0)}, // 31 April is 1 May
		record{"Bo Lind", "bo@mill.example.fi", asOf.AddDate(0, 0, -40)},
		record{"Bo Lind", "bo@mill.example.fi", asOf.AddDate(0, 0, -3)},
	), "")
	shallow := func(depth int) observation.Activity {
		dir := filepath.Join(t.TempDir(), "shallow.git")
		gittest.Run(t, "", nil, "clone", "-q", "--bare", fmt.Sprintf("--depth=%d", depth), "file://"+origin, dir)
		return *scan(t, dir, asOf).Activity
	}
	a := shallow(3)
	if got := counted(a, a.CommitsIn); got != "2026-07:1 2026-08:1" || !a.Cut || a.Begun || a.From != month(2026, time.June) {
		t.Errorf("three commits deep: %s, from %s: %+v", got, a.From, a)
	}
	if a := shallow(1); a.Read != 0 || a.Cause != observation.CauseMissingObjects || a.Commits != nil {
		t.Errorf("one commit deep nothing is known: %+v", a)
	}
	if a := *scan(t, origin, asOf).Activity; !a.Begun || a.Cut || total(a.Commits) != 4 {
		t.Errorf("the whole: %+v", a)
	}
}

func TestAHistoryThatBreaksCountsTheMonthsAfterIt(t *testing.T) {
	dir := repository(t, commitsOf(
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(-2, 0, 0)},
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(0, -5, 0)},
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(0, -3, 0)}, // 31 May: the last that git lists
		record{"Bo Lind", "bo@mill.example.fi", asOf.AddDate(0, 0, -3)},
	), "")
	remove(t, dir, "HEAD~3")
	a := *scan(t, dir, asOf).Activity
	if got := counted(a, a.CommitsIn); got != "2026-08:1" || !a.Cut || a.From != month(2026, time.June) {
		t.Errorf("%s, from %s: %+v", got, a.From, a)
	}
}

// Work on a branch that is not read is told from no work; machines' branches are not work.
func TestNewerWorkOfPeopleOnOtherBranchesIsSeen(t *testing.T) {
	for name, test := range map[string]struct {
		branch, author string
		days           int
		want           any
	}{
		"a branch that goes on":  {"develop", "Ada Ore <ada@forge.example.se>", 20, 20},
		"an older branch":        {"develop", "Ada Ore <ada@forge.example.se>", 300, "na"},
		"a machine's branch":     {"update", "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", 20, "na"},
		"pages made of a branch": {"gh-pages", "Ada Ore <ada@forge.example.se>", 20, "na"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "r.git")
			file := []gittest.File{{Path: "a", Data: "a"}}
			gittest.Import(t, dir, gittest.Commit{Author: "Bo Lind <bo@mill.example.fi>", When: asOf.AddDate(0, 0, -200), Files: file})
			gittest.Import(t, dir, gittest.Commit{Author: test.author, When: asOf.AddDate(0, 0, -test.days), Branch: test.branch, Files: file})
			expect(t, scannertest.Scan(t, maintenance.New(), dir, asOf).Measures,
				map[string]any{"momentum.other-branch-days": test.want, "momentum.days-since-commit": 200})
		})
	}
}

// Midspan clones the default branch alone: what others hold is unknown then, and not nothing.
func TestOtherBranchesThatAMirrorLacksAreUnknown(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, gittest.Commit{Author: "Bo Lind <bo@mill.example.fi>", When: asOf.AddDate(0, 0, -200),
		Files: []gittest.File{{Path: "a", Data: "a"}}})
	expect(t, scannertest.Scan(t, maintenance.New(), dir, asOf).Measures, map[string]any{"momentum.other-branch-days": "unknown"})
}
