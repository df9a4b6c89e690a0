package site

import (
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
	"github.com/midspan/midspan/internal/report/timeline"
)

// pageOf is the section of a good's page that shows its activity.
func pageOf(t *testing.T, a observation.Activity) string {
	t.Helper()
	site, err := NewSite(report.Document{AsOf: reporttest.AsOf}, []*language.Language{report.English.Language})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := site.editions[0].pages.ExecuteTemplate(&out, "timeline", timeline.New(report.English, a, reporttest.AsOf)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// spoken drops the tags of a page.
func spoken(page string) string {
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}

func TestWhatIsUnknownOfATimelineIsNamedAndNeverZero(t *testing.T) {
	cut := reporttest.Lively(14)
	cut.Begun, cut.Cut = false, true
	untagged := reporttest.Lively(60)
	untagged.Releases, untagged.Latest = nil, nil
	old := reporttest.Lively(60)
	old.At = old.At.AddDate(0, -20, 0)
	old.From, old.WholeFrom, old.WholeUntil = old.From-20, old.WholeFrom-20, old.WholeUntil-20
	partly := observation.SumActivity([]observation.Activity{reporttest.Lively(31), observation.UnreadActivity(observation.CauseNotFound)})
	for name, c := range map[string]struct {
		activity   observation.Activity
		says, lets []string // what the page says, and what it must not
	}{
		"nothing is known":   {observation.UnreadActivity(observation.CauseUnreachable), []string{"Unknown: the network or the server failed."}, []string{"0", "<svg"}},
		"no repository":      {observation.SumActivity(nil), []string{"Unknown: the catalog names no repository."}, []string{"0", "<svg"}},
		"all is known":       {reporttest.Lively(60), []string{"Latest releases: 2.1.0 ("}, []string{"unknown", "at least", `class="th"`}},
		"a young repository": {reporttest.Lively(10), []string{">begins in Jan 2026<"}, []string{"unknown", `class="th"`}},
		"a history cut":      {cut, []string{">unknown<", "What was before Sep 2025 is unknown", `class="th"`}, []string{"at least"}},
		"no tags":            {untagged, []string{">releases unknown<", "Releases are unknown: no tag could be read."}, []string{"0 releases", "No tag"}},
		"seen long ago":      {old, []string{">not seen<", "Nothing is known of the months after Feb 2025"}, nil},
		"one of two read":    {partly, []string{"Read from 1 of 2 repositories", "at least", `class="tl"`, "What was before Apr 2024 is unknown"}, []string{`<path class="tb"`, "begins in"}},
	} {
		t.Run(name, func(t *testing.T) {
			page := pageOf(t, c.activity)
			for _, text := range c.says {
				if !strings.Contains(page, text) && !strings.Contains(spoken(page), text) {
					t.Errorf("does not say %q: %s", text, spoken(page))
				}
			}
			for _, text := range c.lets {
				if strings.Contains(page, text) {
					t.Errorf("says %q: %s", text, spoken(page))
				}
			}
		})
	}
}

func TestNoMonthThatMayHaveCommitsIsDrawnAsEmpty(t *testing.T) {
	partly := observation.SumActivity([]observation.Activity{reporttest.Lively(31), observation.UnreadActivity(observation.CauseNotFound)})
	if !slices.Contains(partly.Commits, 0) {
		t.Fatal("the fixture has no month without commits")
	}
	if got := strings.Count(pathOf(string(timeline.New(report.English, partly, reporttest.AsOf).Chart()), "tl"), "M"); got != len(partly.Commits) {
		t.Errorf("%d of %d months have a dashed bar", got, len(partly.Commits))
	}
}

func TestTheTablesOfATimelineHoldWhatTheChartShows(t *testing.T) {
	for _, months := range []int{1, 10, 24, 31, 60} {
		a := reporttest.Lively(months)
		view := timeline.New(report.English, a, reporttest.AsOf)
		commits, releases := 0, 0
		for _, year := range view.Years {
			var c, r int
			if _, err := fmt.Sscan(year.Commits+" "+year.Releases, &c, &r); err != nil {
				t.Fatal(err)
			}
			commits, releases = commits+c, releases+r
		}
		if commits != sumOf(a.Commits) || releases != sumOf(a.Releases) {
			t.Errorf("years add up to %d commits and %d releases, the months to %d and %d", commits, releases, sumOf(a.Commits), sumOf(a.Releases))
		}
		chart := string(view.Chart())
		marks := 0
		for _, n := range a.Releases {
			marks += min(n, timeline.MaxMarks)
		}
		bars := len(slices.DeleteFunc(slices.Clone(a.Commits), func(n int) bool { return n == 0 }))
		if got := strings.Count(pathOf(chart, "tb")+pathOf(chart, "to"), "M"); got != bars {
			t.Errorf("%d bars for %d months with commits", got, bars)
		}
		if got := strings.Count(pathOf(chart, "tm"), "h0"); got != marks {
			t.Errorf("%d marks, want %d", got, marks)
		}
	}
}

func sumOf(counts []int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// pathOf returns the commands of the paths of a class.
func pathOf(svg, class string) string {
	found := ""
	for _, match := range regexp.MustCompile(`<path class="`+class+`"[^>]* d="([^"]*)"`).FindAllStringSubmatch(svg, -1) {
		found += match[1]
	}
	return found
}

func TestYearsNameTheirMonthsThatWereCounted(t *testing.T) {
	var names []string
	for _, year := range timeline.New(report.English, reporttest.Lively(24), reporttest.AsOf).Years {
		names = append(names, year.Name)
	}
	if got, want := strings.Join(names, "; "), "2026, to Oct; 2025; 2024, from Nov"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := timeline.New(report.English, reporttest.Lively(3), reporttest.AsOf).Years[0].Name; got != "2026, Aug to Oct" {
		t.Errorf("a year of three months is %s", got)
	}
}

func TestATimelineIsWellFormedSVGWhateverItHolds(t *testing.T) {
	strange := reporttest.Lively(60)
	for i := range strange.Commits {
		strange.Commits[i] = []int{-5, 0, 1, 1 << 40}[i%4]
	}
	long := reporttest.Lively(60)
	long.Commits = append(long.Commits, long.Commits...)
	wrong := reporttest.Lively(5)
	wrong.At = reporttest.AsOf.AddDate(-30, 0, 0)
	future := reporttest.Lively(5)
	future.From += 900
	for name, a := range map[string]observation.Activity{"strange": strange, "long": long, "wrong": wrong, "future": future, "empty": {Read: 1, Repositories: 1}, "one": reporttest.Lively(1)} {
		chart := string(timeline.New(report.English, a, reporttest.AsOf).Chart())
		decoder := xml.NewDecoder(strings.NewReader(chart))
		for {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if strings.Contains(chart, "NaN") || strings.Contains(chart, "Inf") || len(chart) > 20_000 {
			t.Errorf("%s: %d bytes: %.300s", name, len(chart), chart)
		}
	}
}
