package site

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// columnOf returns the column of a good, and the size of its file.
func columnOf(t *testing.T, doc report.Document, good report.Good) (column, int) {
	t.Helper()
	site, err := NewSite(report.Complete(doc), []*language.Language{language.English()})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := site.editions[0].writeColumn(&out, report.Cleaned(good), report.TallyFindings(good)); err != nil {
		t.Fatal(err)
	}
	c := site.editions[0].column(report.Cleaned(good), report.TallyFindings(good))
	return c, out.Len()
}

func TestEveryRowOfThePageIsFilledForEveryGood(t *testing.T) {
	rows, err := comparedRows()
	if err != nil {
		t.Fatal(err)
	}
	doc := reporttest.EveryState()
	for _, good := range append(report.Complete(doc).Goods, reporttest.HostileDocument().Goods...) {
		c, _ := columnOf(t, doc, good)
		for _, row := range rows {
			if said := c.Cells[row]; strings.TrimSpace(said.Text) == "" {
				t.Errorf("%s: %s is blank", c.Slug, row)
			} else if said.Unknown && len(said.Notes) == 0 {
				t.Errorf("%s: %s is unknown without a cause", c.Slug, row)
			}
		}
		for row := range c.Cells {
			if !slices.Contains(rows, row) {
				t.Errorf("%s is filled, and no row shows it", row)
			}
		}
	}
}

func TestNothingOfAGoodThatWasNotReadLooksLikeZero(t *testing.T) {
	doc := reporttest.EveryState()
	i := slices.IndexFunc(doc.Goods, func(g report.Good) bool { return g.ID == "open-atlas" })
	c, _ := columnOf(t, doc, doc.Goods[i])
	for _, row := range []string{"load", "people", "people-6m", "succession", "commit", "releases", "years", "advisories", "severity", "exploited", "fix", "posture", "licence", "packages", "ecosystems", "repositories", "seen"} {
		if said := c.Cells[row]; !said.Unknown {
			t.Errorf("%s says %q", row, said.Text)
		}
	}
}

func TestTheFileOfAGoodIsSmallWhateverItHolds(t *testing.T) {
	doc := reporttest.Replaced(reporttest.EveryState(), strings.Repeat("a long word ", 200))
	for _, good := range report.Complete(doc).Goods {
		if _, size := columnOf(t, doc, good); size > 8<<10 {
			t.Errorf("%d bytes", size)
		}
	}
	doc = reporttest.EveryState()
	for _, good := range report.Complete(doc).Goods {
		if c, size := columnOf(t, doc, good); size > 3<<10 {
			t.Errorf("%s: %d bytes", c.Slug, size)
		}
	}
}

func TestTheFileOfAGoodHoldsEveryCell(t *testing.T) {
	doc := report.Complete(reporttest.EveryState())
	site, err := NewSite(doc, []*language.Language{language.English()})
	if err != nil {
		t.Fatal(err)
	}
	for _, good := range doc.Goods {
		c := site.editions[0].column(report.Cleaned(good), report.TallyFindings(good))
		file := site.editions[0].fileOf(c)
		held := len(slices.DeleteFunc(slices.Clone(file.Cells), func(cell any) bool { return cell == nil }))
		for why, places := range file.Unknown {
			for held += len(places); len(places) > 0; places = places[1:] {
				if file.Cells[places[0]] != nil {
					t.Errorf("%s: row %d is unknown (%s) and known", c.Slug, places[0], why)
				}
			}
		}
		if held != len(c.Cells) || held != len(file.Cells) {
			t.Errorf("%s: %d of %d cells in %d rows", c.Slug, held, len(c.Cells), len(file.Cells))
		}
	}
}

func TestLongTimesAreYearsSideBySide(t *testing.T) {
	doc := reporttest.EveryState()
	days := regexp.MustCompile(`([0-9,]+) days`)
	for _, good := range report.Complete(doc).Goods {
		for i, m := range good.Measures {
			if _, known := m.Number(); known && m.Unit == "days" {
				good.Measures[i].Value = 1816.0
			}
		}
		c, _ := columnOf(t, doc, good)
		for row, said := range c.Cells {
			for _, text := range append(said.Notes, said.Text) {
				if found := days.FindStringSubmatch(text); found != nil && len(found[1]) > 3 {
					t.Errorf("%s: %s says %q", c.Slug, row, text)
				}
			}
		}
	}
}

// That no weakness is known to be exploited sets no two goods apart, and is said only where
// everything could be matched.
func TestNoneExploitedIsAlikeOrUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		tally     report.Tally
		text, key string
	}{
		"none open":             {report.Tally{Read: 1, State: observation.Measured, Exact: true}, "none", "none"},
		"none of those open":    {report.Tally{Read: 1, State: observation.Measured, Exact: true, N: 3, ExploitationKnown: true}, "none of them", "none"},
		"none in a part":        {report.Tally{Read: 1, State: observation.Measured, Packages: 200, Matchable: 1}, "unknown", ""},
		"none of those found":   {report.Tally{Read: 1, State: observation.Measured, N: 3, ExploitationKnown: true}, "unknown", ""},
		"no list was read":      {report.Tally{Read: 1, State: observation.Measured, Exact: true, N: 3}, "unknown", ""},
		"no packages":           {report.Tally{Read: 1, State: observation.NotApplicable}, "unknown", ""},
		"one":                   {report.Tally{Read: 1, State: observation.Measured, Exact: true, N: 3, Exploited: 1}, "1", ""},
		"one of those found":    {report.Tally{Read: 1, State: observation.Measured, N: 3, Exploited: 1}, "at least 1", ""},
		"no repository is read": {report.Tally{}, "unknown", ""},
	} {
		b := columnBuilder{pageLocalizer: englishPages, tally: c.tally, cells: map[string]cell{}}
		b.advisories()
		if got := b.cells["exploited"]; got.Text != c.text || got.Key != c.key || got.Unknown != (c.text == "unknown") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// What the maintainer answered is not open, by severity neither.
func TestWhatWasAnsweredIsNotOpenBySeverity(t *testing.T) {
	finding := reporttest.FindingOf("left", "1.0.0", "GHSA-0001", "high", 8, "", nil)
	answered := reporttest.FindingOf("right", "1.0.0", "GHSA-0002", "critical", 9, "", nil)
	answered.Answer = &observation.Answer{Status: observation.NotAffected}
	b := columnBuilder{pageLocalizer: englishPages, good: report.Good{Scans: []report.Scan{{Findings: []observation.Finding{finding, answered}}}}}
	if got := b.severities(); got != "1 high" {
		t.Errorf("%q", got)
	}
}

// A day and an age of which a bound is known are said with it, side by side and in the first
// facts of a good.
func TestDaysAndAgesKeepTheirBound(t *testing.T) {
	at := reporttest.AsOf
	good := report.Good{Scans: []report.Scan{{}}, Measures: []observation.Measure{
		{ID: observation.MomentumDaysSinceCommit, State: observation.Measured, Value: 10.0, Unit: "days", Bound: observation.AtMost, At: at},
		{ID: observation.MomentumAgeDays, State: observation.Measured, Value: 4000.0, Unit: "days", Bound: observation.AtLeast, At: at}}}
	c, _ := columnOf(t, reporttest.EveryState(), good)
	if commit, age := c.Cells["commit"].Text, c.Cells["age"].Text; !strings.HasSuffix(commit, " or later") || age != "at least 10 years" {
		t.Errorf("%q, %q", commit, age)
	}
	for _, fact := range englishPages.keyFacts(good, report.Tally{}) {
		if fact.Name == "Last human commit" && !strings.HasSuffix(fact.Text, " or later") {
			t.Errorf("%+v", fact)
		}
	}
}
