package maintenance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/maintenance"
	"github.com/midspan/midspan/scanners/scannertest"
)

// asOf is a day that calendar arithmetic gets wrong easily: six months before
// it there is no 31st.
var asOf = time.Date(2026, time.August, 31, 12, 0, 0, 0, time.UTC)

// by writes one commit of an invented person, days before asOf.
func by(name, email string, days int) gitrepo.Commit {
	when := asOf.AddDate(0, 0, -days)
	return gitrepo.Commit{OID: fmt.Sprintf("%040x", days), Parents: 1, Author: name, Email: email, Authored: when, Committed: when}
}

func sequence(commits []gitrepo.Commit) iter.Seq2[gitrepo.Commit, error] {
	return func(yield func(gitrepo.Commit, error) bool) {
		for _, c := range commits {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func history(t *testing.T, commits []gitrepo.Commit, tags ...gitrepo.Tag) *maintenance.History {
	t.Helper()
	h, err := maintenance.NewHistory(sequence(commits), tags, "a test", asOf, maintenance.Owner{})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func find(t *testing.T, measures []observation.Measure, id string) observation.Measure {
	t.Helper()
	for _, m := range measures {
		if m.ID == id {
			return m
		}
	}
	t.Fatalf("no measure %s", id)
	return observation.Measure{}
}

// expect compares measured numbers; "na" and "unknown" stand for the states.
func expect(t *testing.T, measures []observation.Measure, want map[string]any) {
	t.Helper()
	for id, value := range want {
		m := find(t, measures, id)
		var got any
		switch m.State {
		case observation.Measured:
			got = m.Value
		case observation.NotApplicable:
			got = "na"
		default:
			got = "unknown"
		}
		if n, ok := value.(int); ok {
			value = float64(n)
		}
		if got != value {
			t.Errorf("%s = %v, want %v (%s)", id, got, value, m.Detail)
		}
	}
}

func TestWindowsCountPeopleAndCommits(t *testing.T) {
	h := history(t, []gitrepo.Commit{
		by("Ada Ore", "ada@forge.example.se", 5),
		by("Ada Ore", "ada@forge.example.se", 40),
		by("Ada Ore", "ada@forge.example.se", 70),
		by("Bo Lind", "bo@mill.example.fi", 100),
		by("Cy Dahl", "cy@mill.example.fi", 200),
		by("Ada Ore", "ada@forge.example.se", 400),
		by("Di Eng", "di@gmail.com", 500),
		by("Di Eng", "di@gmail.com", 900),
	}, gitrepo.Tag{Name: "v1.0.0", Created: asOf.AddDate(0, 0, -30)})
	expect(t, h.Measures(asOf), map[string]any{
		"people.contributors-3m": 1, "people.contributors-6m": 2, "people.contributors-12m": 3, "people.contributors-24m": 4, "people.contributors-ever": 4,
		"people.core-away-days":             53,
		"people.contributor-absence-factor": 1, "people.elephant-factor": "unknown", "people.organizations-ever": 1,
		"people.new-contributors-12m": 2, "people.retained-contributors-12m": 1, "people.regular-contributors-12m": 1,
		"momentum.commits-3m": 3, "momentum.commits-12m": 5, "momentum.commits-prior-12m": 2, "momentum.commit-trend": "na",
		"momentum.commits-ever": 8, "momentum.active-months-12": 5, "momentum.active-months-24": 7,
		"momentum.days-since-commit": 5, "momentum.age-days": 900, "momentum.bot-commits-12m": 0, "momentum.clock-anomalies": 0,
		"momentum.releases-12m": 1, "momentum.releases-ever": 1, "momentum.days-since-release": 30,
	})
}

func TestWindowsAreCalendarMonths(t *testing.T) {
	at := func(year int, month time.Month, day, hour int) gitrepo.Commit {
		c := by("Ada Ore", "ada@forge.example.se", 0)
		c.Committed = time.Date(year, month, day, hour, 0, 0, 0, time.UTC)
		return c
	}
	// Six months before 31 August 12:00 is 28 February 12:00, not 3 March.
	h := history(t, []gitrepo.Commit{at(2026, time.March, 1, 0), at(2026, time.February, 28, 13)})
	expect(t, h.Measures(asOf), map[string]any{"people.contributors-6m": 1, "momentum.active-months-12": 1})
	h = history(t, []gitrepo.Commit{at(2026, time.February, 28, 12), at(2025, time.August, 31, 12)})
	expect(t, h.Measures(asOf), map[string]any{"people.contributors-6m": 0, "momentum.commits-12m": 1})
}

func TestDaysSinceTheCoreCommittedWeighThoseWhoDidMost(t *testing.T) {
	ada, bo, cy, di := "ada@forge.example.se", "bo@mill.example.fi", "cy@mill.example.fi", "di@gmail.com"
	for name, test := range map[string]struct {
		commits []gitrepo.Commit
		want    any
	}{
		"one person":                  {[]gitrepo.Commit{by("Ada Ore", ada, 5), by("Ada Ore", ada, 500)}, 5},
		"one who did three quarters":  {[]gitrepo.Commit{by("Ada Ore", ada, 4), by("Bo Lind", bo, 300), by("Bo Lind", bo, 310), by("Bo Lind", bo, 320)}, 226},
		"a fourth person counts not":  {[]gitrepo.Commit{by("Di Eng", di, 1), by("Ada Ore", ada, 10), by("Ada Ore", ada, 11), by("Bo Lind", bo, 20), by("Bo Lind", bo, 21), by("Cy Dahl", cy, 30), by("Cy Dahl", cy, 31)}, 20},
		"of equals, who came last":    {[]gitrepo.Commit{by("Di Eng", di, 2), by("Ada Ore", ada, 2), by("Bo Lind", bo, 2), by("Cy Dahl", cy, 300)}, 2},
		"who left longer ago is past": {[]gitrepo.Commit{by("Ada Ore", ada, 5), by("Cy Dahl", cy, 800), by("Cy Dahl", cy, 801)}, 5},
		"nobody was there":            {[]gitrepo.Commit{by("Ada Ore", ada, 800)}, "na"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, history(t, test.commits).Measures(asOf), map[string]any{"people.core-away-days": test.want})
		})
	}
}

func TestAllCommitsCountsBotsAndMerges(t *testing.T) {
	merge := by("Ada Ore", "ada@forge.example.se", 20)
	merge.Parents = 2
	h := history(t, []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 5), by("dependabot[bot]", "b@x.example.se", 10), merge, by("Bo Lind", "bo@mill.example.fi", 100)})
	if all, human := h.AllCommits(asOf.AddDate(0, 0, -90), asOf), h.HumanCommits(asOf.AddDate(0, 0, -90), asOf); all != 3 || human != 1 {
		t.Errorf("%d commits in all, %d by people, want 3 and 1", all, human)
	}
	if all := h.AllCommits(asOf.AddDate(0, 0, -90), asOf.AddDate(0, 0, -15)); all != 1 {
		t.Errorf("%d commits before the last 15 days, want 1", all)
	}
}

func TestAnEarlierTimeSeesOnlyItsPast(t *testing.T) {
	commits := []gitrepo.Commit{
		by("Ada Ore", "ada@forge.example.se", 5),
		by("Bo Lind", "bo@mill.example.fi", 300),
		by("Cy Dahl", "cy@mill.example.fi", 700),
		by("Cy Dahl", "cy@mill.example.fi", 1000),
	}
	tags := []gitrepo.Tag{{Name: "1.0", Created: asOf.AddDate(0, 0, -800)}, {Name: "1.1", Created: asOf.AddDate(0, 0, -10)}}
	whole := history(t, commits, tags...)
	then := asOf.AddDate(0, 0, -600)
	old := history(t, commits[2:], tags[:1]...)
	if got, want := asJSON(t, whole.Measures(then)), asJSON(t, old.Measures(then)); got != want {
		t.Errorf("a history cut at that time gives\n%s\nthe whole one\n%s", want, got)
	}
	if n := whole.HumanCommits(then, asOf); n != 2 {
		t.Errorf("HumanCommits after then = %d, want 2", n)
	}
}

func TestTenIdentitiesOfOnePersonAreOne(t *testing.T) {
	identities := [][2]string{
		{"Zoë Quine", "zoe@lab.example.se"}, {"zoe", "ZOE@lab.example.se"}, {"zquine", " zoe@LAB.example.se "},
		{"Zoe Quine", "zoe@old.example.fi"}, {"QUINE, Zoë", "zoe@laptop.local"}, {"Quine Zoe", "you@example.com"},
		{"Zoe  Quine", "1234+zq@users.noreply.github.com"}, {"zq", "zq@users.noreply.github.com"},
		{"ZQ", "99+ZQ@users.noreply.github.com"}, {"Zoe Quine.", ""},
	}
	var commits []gitrepo.Commit
	for i, id := range identities {
		commits = append(commits, by(id[0], id[1], i+1))
	}
	expect(t, history(t, commits).Measures(asOf), map[string]any{
		"people.contributors-ever": 1, "people.contributors-3m": 1, "people.contributor-absence-factor": 1, "momentum.commits-ever": 10, "people.identities-joined": 9,
	})
}

func TestDifferentPeopleStayApart(t *testing.T) {
	commits := []gitrepo.Commit{
		by("operator", "root@localhost", 1), by("admin", "root@localhost", 1), // one placeholder address
		by("Your Name", "a@one.example.se", 1), by("Your Name", "b@two.example.se", 1), // one placeholder name
		by("John", "john@one.example.se", 1), by("John", "john@two.example.se", 1), // one first name
		by("J. Doe", "j@one.example.se", 1), by("J. Doe", "j@two.example.se", 1), // one initial
		by("Ann Lee", "12+ann@users.noreply.github.com", 1), by("Anna Lee", "13+anna@users.noreply.github.com", 1),
		by("Ora", "12-ora@users.noreply.gitlab.example.se", 1), by("Una", "12@forge.example.se", 1), // the number of another host, and no account's
	}
	expect(t, history(t, commits).Measures(asOf), map[string]any{"people.contributors-12m": 12, "people.identities-joined": 0})
}

// A code host keeps the number of an account that is renamed.
func TestARenamedAccountIsOnePerson(t *testing.T) {
	commits := []gitrepo.Commit{
		by("coder", "4321+coder@users.noreply.github.com", 1), by("Ora Lind", "4321+ora-lind@users.noreply.github.com", 2),
		by("ol", "77-ol@users.noreply.gitlab.example.se", 3), by("lind", "77-lind@users.noreply.gitlab.example.se", 4),
	}
	expect(t, history(t, commits).Measures(asOf), map[string]any{"people.contributors-12m": 2, "people.identities-joined": 2})
}

func TestOrderOfCommitsChangesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 30 {
		var commits []gitrepo.Commit
		for range 200 {
			who := random.IntN(25)
			name := fmt.Sprintf("Person Number%c", 'A'+who%12)
			if who%3 == 0 {
				name = fmt.Sprintf("nick%d", who%7)
			}
			c := by(name, fmt.Sprintf("p%d@org%d.se", who%9, who%4), random.IntN(1200))
			if random.IntN(9) == 0 {
				c.Author = "dependabot[bot]"
			}
			commits = append(commits, c)
		}
		slices.SortFunc(commits, func(a, b gitrepo.Commit) int { return b.Committed.Compare(a.Committed) })
		want := asJSON(t, withoutClock(history(t, commits).Measures(asOf)))
		random.Shuffle(len(commits), func(i, j int) { commits[i], commits[j] = commits[j], commits[i] })
		if got := asJSON(t, withoutClock(history(t, commits).Measures(asOf))); got != want {
			t.Fatalf("round %d: shuffled\n%s\nsorted\n%s", round, got, want)
		}
	}
}

// withoutClock drops the one measure that reads the order: whether a commit is
// older than its parent.
func withoutClock(measures []observation.Measure) []observation.Measure {
	return slices.DeleteFunc(measures, func(m observation.Measure) bool { return m.ID == "momentum.clock-anomalies" })
}

func TestBotsAreNoPeople(t *testing.T) {
	bots := [][2]string{
		{"release-on-tag", "info@publisher.example"},
		{"dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"}, {"Dependabot", "x@corp.se"}, {"Renovate Bot", "x@corp.se"},
		{"WhiteSource Renovate", "bot@renovateapp.com"}, {"greenkeeperio-bot", "support@greenkeeper.io"}, {"pre-commit-ci", "x@corp.se"},
		{"GitHub Actions", "actions@github.com"}, {"Weblate", "noreply@weblate.org"}, {"Hosted Weblate", "hosted@weblate.org"},
		{"transifex-integration[bot]", "x@corp.se"}, {"Crowdin", "support@crowdin.com"}, {"snyk-bot", "snyk-bot@snyk.io"},
		{"Mergify", "x@corp.se"}, {"allcontributors", "x@corp.se"}, {"semantic-release-bot", "x@corp.se"}, {"Travis CI", "builds@travis-ci.org"},
		{"Jenkins", "x@corp.se"}, {"CircleCI", "x@corp.se"}, {"The Codacy Badger", "badger@codacy.com"}, {"ReleaseBot", "x@corp.se"},
		{"somebody", "release-bot@corp.se"}, {"An Agent", "noreply@anthropic.com"}, {"l10n", "9+l10n[bot]@users.noreply.github.com"},
	}
	for _, bot := range bots {
		expect(t, history(t, []gitrepo.Commit{by(bot[0], bot[1], 1)}).Measures(asOf),
			map[string]any{"people.contributors-ever": 0, "momentum.bot-commits-12m": 1})
	}
	people := []string{"Megan Talbot", "Abbot", "talbot", "Travis Hill", "Travis", "Claude", "Claude Martin", "Jules", "Jenkins Otieno", "Robotnik", "Stefano Ricci"}
	for _, name := range people {
		expect(t, history(t, []gitrepo.Commit{by(name, "x@corp.se", 1)}).Measures(asOf),
			map[string]any{"people.contributors-ever": 1, "momentum.bot-commits-12m": 0})
	}
}

func TestAHistoryWithoutPeople(t *testing.T) {
	h := history(t, []gitrepo.Commit{by("renovate[bot]", "x@y.se", 3), by("renovate[bot]", "x@y.se", 500)})
	expect(t, h.Measures(asOf), map[string]any{
		"people.contributors-12m": 0, "people.contributors-ever": 0, "people.contributor-absence-factor": "na", "people.elephant-factor": "na",
		"people.retained-contributors-12m": "na", "people.organizations-ever": 0,
		"momentum.commits-12m": 0, "momentum.commit-trend": "na", "momentum.days-since-commit": "na", "momentum.age-days": 500,
		"momentum.bot-commits-12m": 1, "momentum.releases-ever": 0, "momentum.days-since-release": "na",
	})
}

func TestMergesAreNotCounted(t *testing.T) {
	merge := by("Bo Lind", "bo@mill.example.fi", 1)
	merge.Parents = 2
	h := history(t, []gitrepo.Commit{merge, by("Ada Ore", "ada@forge.example.se", 2)})
	expect(t, h.Measures(asOf), map[string]any{"people.contributors-3m": 1, "momentum.commits-ever": 1, "momentum.days-since-commit": 2})
}

func TestImpossibleDatesAreCountedAndChangeNothingElse(t *testing.T) {
	dated := func(year int) gitrepo.Commit {
		c := by("Ada Ore", "ada@forge.example.se", 0)
		c.Committed = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		return c
	}
	honest := by("Ada Ore", "ada@forge.example.se", 100)
	h := history(t, []gitrepo.Commit{dated(2099), honest, dated(1970)})
	measures := h.Measures(asOf)
	expect(t, measures, map[string]any{
		"momentum.clock-anomalies": 2, "momentum.age-days": 100, "momentum.days-since-commit": 100, "momentum.commits-ever": 2,
		"momentum.commits-12m": 1,
	})
	if m := find(t, measures, "momentum.age-days"); m.Bound != observation.AtLeast {
		t.Errorf("an age beside commits of 1970 is %q, want at least", m.Bound)
	}
	h = history(t, []gitrepo.Commit{dated(1970)})
	expect(t, h.Measures(asOf), map[string]any{"momentum.age-days": "unknown", "momentum.days-since-commit": "unknown", "people.contributors-ever": 1})

	backwards := []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 50), by("Ada Ore", "ada@forge.example.se", 10)}
	expect(t, history(t, backwards).Measures(asOf), map[string]any{"momentum.clock-anomalies": 1, "momentum.days-since-commit": 10})
	// What lies between the time of the measures and the last look at the
	// repository is no anomaly: it is the future of that time.
	expect(t, history(t, []gitrepo.Commit{honest}).Measures(asOf.AddDate(-1, 0, 0)), map[string]any{"momentum.clock-anomalies": 0, "momentum.age-days": "na"})
}

func TestElephantFactorNeedsOrganizations(t *testing.T) {
	commits := []gitrepo.Commit{
		by("A B", "a@one.se", 1), by("A C", "ac@one.se", 1), by("C D", "c@mail.two.fi", 1), by("E F", "e@two.fi", 1),
		by("G H", "7+g@users.noreply.github.com", 1), by("I J", "i@yahoo.co.in", 1), by("K L", "k@printer.local", 1),
	}
	commits = append(commits, by("aa bb", "x@three.co.uk", 1), by("ee bb", "e@three.co.uk", 1), by("cc dd", "x@four.org", 1))
	// four.org has one person, and may be their own.
	expect(t, history(t, commits).Measures(asOf), map[string]any{"people.elephant-factor": 2, "people.organizations-ever": 3})
	expect(t, history(t, commits[2:]).Measures(asOf), map[string]any{"people.elephant-factor": 1})
	expect(t, history(t, commits[4:8]).Measures(asOf), map[string]any{"people.elephant-factor": "unknown", "people.organizations-ever": 0})
}

func TestReleasesAreDaysWithATaggedVersion(t *testing.T) {
	tag := func(name string, days int) gitrepo.Tag {
		return gitrepo.Tag{Name: name, Created: asOf.AddDate(0, 0, -days)}
	}
	tests := []struct {
		name string
		tags []gitrepo.Tag
		want int
	}{
		{"the spellings of a version", []gitrepo.Tag{tag("1.2.3", 1), tag("v2", 2), tag("V1.238a", 3), tag("server-v2.0.1", 4), tag("@scope/pkg@1.0.0", 5),
			tag("rel_1_2", 6), tag("2024-05-01", 7), tag("R1.5", 8), tag("release/3.0", 9), tag("20240501", 10), tag("2.0.33-2c909285", 11)}, 11},
		{"other names", []gitrepo.Tag{tag("test-tag-4", 1), tag("rel-jss-jul03", 2), tag("latest", 3), tag("before-rewrite", 4), tag("sprint12", 5)}, 0},
		{"the packages of a monorepo on one day", []gitrepo.Tag{tag("a@1.0.0", 1), tag("b@2.0.0", 1), tag("c@1.5.0", 1)}, 1},
		{"candidates beside a final release", []gitrepo.Tag{tag("1.0.0", 1), tag("1.0.0-rc.1", 5), tag("1.0.0-Alpha12", 9), tag("1.0b2", 20)}, 1},
		{"candidates alone", []gitrepo.Tag{tag("0.1.0-beta.1", 5), tag("0.1.0-beta.2", 9)}, 2},
		{"a tag of tomorrow", []gitrepo.Tag{tag("1.0.0", -1)}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := history(t, []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 30)}, test.tags...)
			expect(t, h.Measures(asOf), map[string]any{"momentum.releases-ever": test.want, "momentum.releases-12m": test.want})
		})
	}
	h := history(t, []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 30)}, tag("1.0", 40), gitrepo.Tag{Name: "0.9"})
	if m := find(t, h.Measures(asOf), "momentum.releases-ever"); m.Bound != observation.AtLeast || m.Value != 1.0 {
		t.Errorf("beside a tag without a date: %v %q, want at least 1", m.Value, m.Bound)
	}
}

func TestEveryMeasureIsDeclaredAndYieldedInOrder(t *testing.T) {
	definitions := maintenance.Scanner{}.Definitions()
	measures := history(t, nil).Measures(asOf)
	if len(measures) != len(definitions) {
		t.Fatalf("%d measures, %d definitions", len(measures), len(definitions))
	}
	for i, d := range definitions {
		if measures[i].ID != d.ID || (d.Kind == observation.KindNumber) != (d.Unit != "") || d.Means == "" || d.Name == "" || d.Merge == "" {
			t.Errorf("definition %d is %+v, measure %s", i, d, measures[i].ID)
		}
	}
}

func TestABrokenHistoryGivesNoNumbers(t *testing.T) {
	failing := func(yield func(gitrepo.Commit, error) bool) {
		_ = yield(by("Ada Ore", "ada@forge.example.se", 1), nil) && yield(gitrepo.Commit{}, errors.New("gone"))
	}
	if h, err := maintenance.NewHistory(failing, nil, "a test", asOf, maintenance.Owner{}); err == nil {
		t.Errorf("half a history gave %v", h.Measures(asOf))
	}
}

// The rest reads real repositories.

func TestScanReadsARealRepository(t *testing.T) {
	dir := repository(t, commitsOf(
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(-2, 0, 0)},
		record{"A. Ore", "ada@home.example.fi", asOf.AddDate(0, -4, 0)},
		record{"Bo Lind", "bo@mill.example.fi", asOf.AddDate(0, 0, -3)},
		record{"dependabot[bot]", "x@users.noreply.github.com", asOf.AddDate(0, 0, -2)},
	), "Ada Ore <ada@forge.example.se> <ada@home.example.fi>\n")
	seen := scan(t, dir, asOf)
	expect(t, seen.Measures, map[string]any{
		"people.contributors-ever": 2, "people.contributors-12m": 2, "people.new-contributors-12m": 1, "momentum.commits-ever": 3,
		"momentum.bot-commits-12m": 1, "momentum.days-since-commit": 3, "momentum.releases-ever": 1, "momentum.clock-anomalies": 0,
	})
	text := strings.ToLower(asJSON(t, seen))
	for _, private := range []string{"ada", "a. ore", " lind", "forge.example", "mill.example", "home.example", "bo@"} {
		if strings.Contains(text, private) {
			t.Errorf("the observation holds %q: %s", private, text)
		}
	}
}

// git needs ten times the memory of a .mailmap: one of megabytes is not read, which is said.
func TestAMailmapOfMegabytesIsNotReadAndThatIsSaid(t *testing.T) {
	dir := repository(t, commitsOf(
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(-2, 0, 0)},
		record{"A. Ore", "ada@home.example.fi", asOf.AddDate(0, -4, 0)},
	), "Ada Ore <ada@forge.example.se> <ada@home.example.fi>\n"+strings.Repeat("# nobody\n", 1<<17))
	seen := scan(t, dir, asOf)
	expect(t, seen.Measures, map[string]any{"people.contributors-ever": 2, "momentum.commits-ever": 2})
	if len(seen.Notes) != 1 || seen.Notes[0].Cause != observation.CauseOverLimit || seen.Notes[0].Subject != ".mailmap" {
		t.Errorf("the notes are %+v", seen.Notes)
	}
}

func TestScanCountsAHeadOfTheFuture(t *testing.T) {
	dir := repository(t, commitsOf(
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(0, 0, -9)},
		record{"Ada Ore", "ada@forge.example.se", time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)},
	), "")
	expect(t, scan(t, dir, asOf).Measures, map[string]any{"momentum.clock-anomalies": 1, "momentum.days-since-commit": 9, "momentum.commits-ever": 1})
}

func TestScanOfAShallowCloneKnowsNothing(t *testing.T) {
	origin := repository(t, commitsOf(
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(-1, 0, 0)},
		record{"Bo Lind", "bo@mill.example.fi", asOf.AddDate(0, 0, -3)},
	), "")
	dir := filepath.Join(t.TempDir(), "shallow.git")
	gittest.Run(t, "", nil, "clone", "-q", "--bare", "--depth=1", "file://"+origin, dir)
	expectAllUnknown(t, scan(t, dir, asOf))
}

func TestScanOfAHistoryThatBreaksKnowsNothing(t *testing.T) {
	dir := repository(t, commitsOf(
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(-2, 0, 0)},
		record{"Ada Ore", "ada@forge.example.se", asOf.AddDate(-1, 0, 0)},
		record{"Bo Lind", "bo@mill.example.fi", asOf.AddDate(0, 0, -3)},
	), "")
	remove(t, dir, "HEAD~2")
	seen := scan(t, dir, asOf)
	expectAllUnknown(t, seen)
	if len(seen.Notes) != 1 {
		t.Errorf("notes: %v", seen.Notes)
	}
	if text := asJSON(t, seen); strings.Contains(text, dir) || strings.Contains(text, "Lind") {
		t.Errorf("the observation names the machine's folder or a person: %s", text)
	}
}

// remove takes an object out of a repository.
func remove(t *testing.T, dir, name string) {
	t.Helper()
	oid := strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", name))
	if err := os.Remove(filepath.Join(dir, "objects", oid[:2], oid[2:])); err != nil {
		t.Fatal(err)
	}
}

func expectAllUnknown(t *testing.T, seen observation.Observation) {
	t.Helper()
	if len(seen.Measures) == 0 {
		t.Fatal("no measures")
	}
	for _, m := range seen.Measures {
		if m.State != observation.Unknown || m.Cause != observation.CauseMissingObjects || !strings.Contains(m.Detail, "fetch the whole history") {
			t.Errorf("%s is %s, %s: %s", m.ID, m.State, m.Cause, m.Detail)
		}
	}
}

type record struct {
	name, email string
	when        time.Time
}

// commitsOf makes a commit of each record, oldest first. The first has a tag.
func commitsOf(records ...record) []gittest.Commit {
	commits := make([]gittest.Commit, len(records))
	for i, r := range records {
		commits[i] = gittest.Commit{Author: fmt.Sprintf("%s <%s>", r.name, r.email), When: r.when, Files: []gittest.File{{Path: "file", Data: fmt.Sprint(i)}}}
	}
	commits[0].Tags = []gittest.Tag{{Name: "v1.0.0"}}
	return commits
}

// repository makes a bare repository with loose objects, so that a test can
// remove one.
func repository(t *testing.T, commits []gittest.Commit, mailmap string) string {
	t.Helper()
	if mailmap != "" {
		commits[0].Files = append(commits[0].Files, gittest.File{Path: ".mailmap", Data: mailmap})
	}
	dir := filepath.Join(t.TempDir(), "repository.git")
	gittest.Import(t, dir, commits...)
	return dir
}

func scan(t *testing.T, dir string, at time.Time) observation.Observation {
	t.Helper()
	return scannertest.Scan(t, maintenance.Scanner{}, dir, at)
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows reads a table of testdata: what is wanted, and the other columns.
func rows(t *testing.T, name string) [][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for line := range strings.Lines(string(data)) {
		if columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(columns) > 1 && !strings.HasPrefix(line, "//") {
			all = append(all, columns)
		}
	}
	return all
}

func TestMachinesAndPeopleAreToldApart(t *testing.T) {
	for _, row := range rows(t, "authors.tsv") {
		want := 1.0
		if row[0] == "bot" {
			want = 0
		}
		if m := find(t, history(t, []gitrepo.Commit{by(row[1], row[2], 1)}).Measures(asOf), "people.contributors-ever"); m.Value != want {
			t.Errorf("%s <%s> counts as %v people, and is a %s", row[1], row[2], m.Value, row[0])
		}
	}
}

func TestTagsAreReleasesWhereARepositoryShipsSo(t *testing.T) {
	for _, row := range rows(t, "tags.tsv") {
		names := strings.Fields(row[1])
		var tags []gitrepo.Tag
		for i, name := range names {
			tags = append(tags, gitrepo.Tag{Name: name, Created: asOf.AddDate(0, 0, -7*(i+1))})
		}
		want := 0.0
		if row[0] == "yes" {
			want = float64(len(names))
		}
		h := history(t, []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 1)}, tags...)
		if m := find(t, h.Measures(asOf), "momentum.releases-ever"); m.Value != want {
			t.Errorf("%s: %v releases, want %v", row[1], m.Value, want)
		}
	}
}

// TestATagOfAnUnfinishedVersionIsNoReleaseBesideAFinalOne reads testdata/unfinished.tsv: final
// or unfinished; a tab; tags, set apart by blanks.
func TestATagOfAnUnfinishedVersionIsNoReleaseBesideAFinalOne(t *testing.T) {
	for _, row := range rows(t, "unfinished.tsv") {
		for name := range strings.FieldsSeq(row[1]) {
			tags := []gitrepo.Tag{{Name: "1.0.0", Created: asOf.AddDate(0, 0, -60)}, {Name: name, Created: asOf.AddDate(0, 0, -7)}}
			want := 1.0
			if row[0] == "final" {
				want = 2
			}
			h := history(t, []gitrepo.Commit{by("Ada Ore", "ada@forge.example.se", 1)}, tags...)
			if m := find(t, h.Measures(asOf), "momentum.releases-ever"); m.Value != want {
				t.Errorf("%s: %v releases, want %v", name, m.Value, want)
			}
		}
	}
}

func TestCoAuthorsCountAsPeopleAndTranslatorsApart(t *testing.T) {
	squashed := by("Ada Ore", "ada@forge.example.se", 5)
	squashed.CoAuthors = []string{"Bo Lind <bo@mill.example.fi>", "Cy Dahl <cy@mill.example.fi>", "Ada Ore <ada@forge.example.se>", "dependabot[bot] <x@y.example>"}
	commits := []gitrepo.Commit{squashed, by("Bo Lind", "bo@mill.example.fi", 9)}
	for i, name := range []string{"Di Eng", "Ed Fox"} {
		translated := by(name, fmt.Sprintf("t%d@mail.example", i), 20+i)
		translated.Subject = "Translated using Weblate (Swedish)"
		commits = append(commits, translated)
	}
	byPlatform := by("Fay Gray", "fay@mail.example", 30)
	byPlatform.Committer = "noreply@weblate.org"
	own := by("Bo Lind", "bo@mill.example.fi", 31)
	own.Subject = "Translated using Weblate (Finnish)"
	measures := history(t, append(commits, byPlatform, own)).Measures(asOf)
	expect(t, measures, map[string]any{"people.contributors-12m": 3, "momentum.commits-12m": 2, "people.contributor-absence-factor": 1, "people.organizations-12m": 1})
	want := "1 of them as co-authors alone; besides them 3 who translated through a platform"
	if m := find(t, measures, "people.contributors-12m"); m.Detail != want {
		t.Errorf("the detail is %q, want %q", m.Detail, want)
	}
}

func TestAnInstitutionIsSeenInTheAddressesOfItsPeople(t *testing.T) {
	day := func(name, address string, days ...int) (all []gitrepo.Commit) {
		for _, d := range days {
			all = append(all, by(name, address, d))
		}
		return all
	}
	for name, test := range map[string]struct {
		owner   string
		hosts   string
		commits []gitrepo.Commit
		want    any
	}{
		"a person of their own domain":    {"someone", "", day("Ada Ore", "ada@ore.example", 1, 2, 3), false},
		"free mail":                       {"sample", "", day("Ada Ore", "ada@gmail.com", 1, 2, 3), false},
		"two people of one organization":  {"sample", "", slices.Concat(day("Ada Ore", "ada@firm.se", 1, 2), day("Bo Lind", "bo@firm.se", 3)), true},
		"too few of all commits":          {"sample", "", slices.Concat(day("Ada Ore", "ada@firm.se", 1), day("Bo Lind", "bo@firm.se", 2), day("Cy Ek", "cy@gmail.com", 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)), false},
		"one person of a public body":     {"sample", "", day("Ada Ore", "ada@health.gov.uk", 1, 2, 3), true},
		"one person of a university":      {"sample", "", day("Ada Ore", "ada@cs.uni-sample.de", 1, 2, 3), true},
		"the owner's name, two years":     {"IntraSample", "", day("Ada Ore", "ada@intrasample.org", 700, 701, 702, 703, 704), true},
		"the owner's name, long ago":      {"IntraSample", "", day("Ada Ore", "ada@intrasample.org", 900, 901, 902, 903, 904), false},
		"the owner's site":                {"other", "www.firm.se gmail.com github.com", day("Ada Ore", "ada@mail.firm.se", 1, 2, 3, 400, 500), true},
		"the owner's site, seldom":        {"other", "www.firm.se gmail.com github.com", day("Ada Ore", "ada@firm.se", 1, 2, 3, 400, 900), false},
		"the owner has free mail":         {"other", "www.firm.se gmail.com github.com", day("Ada Ore", "ada@gmail.com", 1, 2, 3, 4, 5), false},
		"the owner's name, a commit only": {"IntraSample", "", day("Ada Ore", "ada@intrasample.org", 700), false},
		"an owner that is a public body":  {"ministry-of-samples", "", day("Ada Ore", "ada@gmail.com", 1), true},
		"an owner whose name holds gov":   {"governor", "", day("Ada Ore", "ada@gmail.com", 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := maintenance.NewHistory(sequence(test.commits), nil, "a test", asOf, maintenance.OwnerOf(catalog.Repository{Owner: test.owner, OwnerHosts: test.hosts}))
			if err != nil {
				t.Fatal(err)
			}
			expect(t, h.Measures(asOf), map[string]any{"people.institution": test.want})
		})
	}
}
