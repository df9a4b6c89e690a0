package report_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

func TestJoinersThatScriptsNeedStay(t *testing.T) {
	for _, s := range []string{"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "👩🏽\u200d⚕️", "क्\u200dष", "Crème brûlée"} {
		if got := report.CleanText(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestOnlyWebAddressesBecomeLinks(t *testing.T) {
	for address, want := range map[string]string{
		"https://a.example/x": "https://a.example/x", "http://a.example": "http://a.example",
		"javascript:alert(1)": "", "data:text/html,x": "", "//a.example": "", "file:///etc/passwd": "", "ssh://a.example/x": "",
		"https://user:secret@a.example": "", "not an address": "", "": "", "JAVASCRIPT:alert(1)": "", "https:": "",
	} {
		if got := report.WebURL(address); got != want {
			t.Errorf("web(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestAPageNameIsSafeWhateverTheID(t *testing.T) {
	for _, id := range []string{"", "..", "../../x", "a/b", "Upper", "con.html", strings.Repeat("a", 300), "ü", "a\x00"} {
		if got := report.PagePath(id); !regexp.MustCompile(`^goods/good_[0-9a-f]{16}\.html$`).MatchString(got) {
			t.Errorf("pagePath(%q) = %q", id, got)
		}
	}
	if got := report.PagePath("clinic-ledger-2"); got != "goods/clinic-ledger-2.html" {
		t.Errorf("a plain id gives %q", got)
	}
}

func TestAChangeTellsApartWhatMovedFromWhatWasReadOrRuledAnew(t *testing.T) {
	at := func(id string, stage assess.Stage) report.Standing {
		return report.Standing{Good: id, Stage: stage, Read: true}
	}
	unread := func(id string, stage assess.Stage) report.Standing { return report.Standing{Good: id, Stage: stage} }
	before := []report.Standing{at("a", assess.Sustained), at("b", assess.MessyMiddle), at("c", assess.Emerging), at("d", assess.Dormant), at("e", assess.Sunset),
		unread("arrived", assess.Unassessed), unread("still", assess.Unassessed), at("lost", assess.MessyMiddle), at("ruled", assess.Sustained),
		unread("same", assess.Unassessed)}
	after := []report.Standing{at("a", assess.MessyMiddle), at("b", assess.Sustained), at("c", assess.Sustained), at("d", assess.Dormant), at("f", assess.MessyMiddle),
		at("arrived", assess.MessyMiddle), unread("still", assess.Unassessed), unread("lost", assess.Unassessed), at("ruled", assess.MessyMiddle),
		at("same", assess.Unassessed)}
	change, err := report.ChangeBetween(reporttest.AsOf, before, after, func(good string) (bool, error) { return good == "ruled", nil })
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		moves []report.Move
		ids   string
	}{"entered": {change.Entered, "a"}, "left": {change.Left, "b"}, "moved": {change.Moved, "c"}, "removed": {change.Removed, "e"}, "added": {change.Added, "f"},
		"first read": {change.FirstRead, "arrived same"}, "no longer read": {change.NoLongerRead, "lost"}, "new rules": {change.NewRules, "ruled"}} {
		var ids []string
		for _, move := range c.moves {
			ids = append(ids, move.Good)
		}
		if got := strings.Join(ids, " "); got != c.ids {
			t.Errorf("%s is %q, want %q", name, got, c.ids)
		}
	}
	if !change.Since.Equal(reporttest.AsOf) {
		t.Errorf("since is %v", change.Since)
	}
}

func TestTheMiddleIsRankedByHowFarLoadOutweighsSupports(t *testing.T) {
	doc := report.Complete(reporttest.EveryState())
	ranked := report.RankMiddle(doc.Goods)
	if len(ranked) != 2 || ranked[0].ID != "clinic-ledger" {
		t.Errorf("ranked %d, first %q", len(ranked), ranked[0].ID)
	}
}

func TestNumbersAreReadable(t *testing.T) {
	for f, want := range map[float64]string{0: "0", 1: "1", 1234567: "1,234,567", -1234.5: "−1,234.5", .333: "0.33", 999: "999", -999: "−999"} {
		if got := report.English.Number(f); got != want {
			t.Errorf("english.Number(%v) = %q, want %q", f, got, want)
		}
	}
	for share, want := range map[float64]string{0: "0 %", .001: "under 1 %", .999: "over 99 %", 1: "100 %", .5: "50 %"} {
		if got := report.English.Percent(share); got != want {
			t.Errorf("english.Percent(%v) = %q, want %q", share, got, want)
		}
	}
}

func TestATallyNeverCallsCleanWhatWasNotExamined(t *testing.T) {
	d := observation.Definition{ID: observation.AdvisoriesFindings}
	bounded := d.Of(0, "", reporttest.AsOf)
	bounded.Bound = observation.AtLeast
	one := []report.Scan{{Outcome: report.Scanned, Findings: []observation.Finding{{Advisory: "X-1"}}}}
	for name, c := range map[string]struct {
		measures []observation.Measure
		scans    []report.Scan
		want     string
	}{
		"not measured at all":          {nil, nil, "unknown"},
		"unknown":                      {[]observation.Measure{d.UnknownFor(observation.CauseNoDatabase, "")}, nil, "unknown"},
		"nothing to match":             {[]observation.Measure{d.NotApplicableFor("")}, nil, "no packages"},
		"all matched":                  {[]observation.Measure{d.Of(0, "", reporttest.AsOf)}, nil, "none"},
		"matched in part":              {[]observation.Measure{bounded}, nil, "none in what was matched"},
		"matched in part and affected": {[]observation.Measure{bounded}, one, "at least 1"},
		"all matched and affected":     {[]observation.Measure{d.Of(1, "", reporttest.AsOf)}, one, "1"},
		"affected, not measured":       {nil, one, "at least 1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := report.English.TallyText(report.TallyFindings(report.Good{Measures: c.measures, Scans: c.scans})); got != c.want {
				t.Errorf("says %q, want %q", got, c.want)
			}
		})
	}
}

func TestAdvisoriesOfOneWeaknessCountOnceAndAreAllListed(t *testing.T) {
	a, b := reporttest.FindingOf("x", "1", "GHSA-samp-le01-x101", "high", 7, "2", nil), reporttest.FindingOf("x", "1", "PYSEC-x101", "low", 3, "2", nil)
	good := report.Good{Measures: []observation.Measure{{ID: observation.AdvisoriesFindings, State: observation.Measured, Value: 1.0}}, Scans: []report.Scan{{Findings: []observation.Finding{a, b}}}}
	if got := report.TallyFindings(good); got.N != 1 || got.Records != 2 || got.Worst != "high" {
		t.Errorf("got %+v", got)
	}
	if got := report.DistinctFindings(good); len(got) != 2 {
		t.Errorf("%d advisories are listed, want 2", len(got))
	}
}

func FuzzCleanTextHasNoControls(f *testing.F) {
	for _, seed := range []string{reporttest.Hostile, "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "👩🏽‍⚕️", "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334", "\xff\xfe", "\U000e0041"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range report.CleanText(s) {
			if unicode.IsControl(r) || r == '\u202e' || r == '\u2066' || r == '\ufeff' {
				t.Errorf("%q keeps %U", s, r)
			}
		}
	})
}

// A no, an empty list and a list say that only a part was read.
func TestAValueKeepsItsBound(t *testing.T) {
	for _, c := range []struct {
		value any
		bound observation.Bound
		want  string
	}{
		{false, observation.Exact, "no"}, {false, observation.AtLeast, "not seen so far"}, {true, observation.Exact, "yes"},
		{[]string{}, observation.Exact, "none"}, {[]string{}, observation.AtLeast, "not seen so far"},
		{[]string{"MIT"}, observation.Exact, "MIT"}, {[]string{"MIT", "ISC"}, observation.AtLeast, "at least MIT, ISC"},
		{2.0, observation.AtMost, "at most 2"},
	} {
		if got := report.English.ValueText(c.value, "", c.bound); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.value, c.bound, got, c.want)
		}
	}
}

// At most so many days ago is that day or a later one.
func TestTheDayOfTheLastCommitKeepsItsBound(t *testing.T) {
	for bound, want := range map[observation.Bound]string{observation.Exact: "1 Jul 2026", observation.AtMost: "1 Jul 2026 or later", observation.AtLeast: "1 Jul 2026 or earlier"} {
		day := report.LastCommitDay(report.Good{Measures: []observation.Measure{{ID: observation.MomentumDaysSinceCommit, State: observation.Measured, Value: 10.0,
			Bound: bound, At: time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC)}}})
		if got := report.English.DayText(day); got != want {
			t.Errorf("%s: %q, want %q", bound, got, want)
		}
	}
	if got := report.English.DayText(report.LastCommitDay(report.Good{})); got != "unknown" {
		t.Errorf("of nothing: %q", got)
	}
}
