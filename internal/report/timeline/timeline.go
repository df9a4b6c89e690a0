// Package timeline lays out and draws what went on in a good, month by month.
package timeline

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/svg"
)

// The timeline is drawn in a view box of 800 by 226: bars rise from the base; below
// it are marks for releases and the years. The scale is on the right, which a narrow
// screen shows first.
const (
	timeLeft, timeRight = 1.0, 762.0
	timeTop, timeBase   = 10.0, 166.0
	timeMarks           = 177.0 // middle of the first row of marks
	markStep            = 9.0
	MaxMarks            = 3 // more releases in a month are drawn as so many
	timeBottom          = 202.0
	timeYears           = 219.0
)

// How many months are drawn: a young good's are not stretched over the whole width,
// and what is unknown before and after takes little room.
const (
	minMonths       = 24
	unknownMonths   = 6
	maxUnseenMonths = 12
	maxDaysPerMonth = 31 // of a month
)

// Timeline is the activity of a good as its page shows it.
type Timeline struct {
	observation.Activity
	report.Localizer
	first, last observation.Month // those that were counted
	asOf        time.Time
	seen        observation.Month // that of asOf
	Years       []Period
	People      []string // sentences on who worked and when, without names
}

// Period is a row of the tables beside the chart.
type Period struct {
	Name     string
	Commits  string
	Active   string // months with a commit
	Releases string
}

// New lays out what went on in a good, for a report as of a time.
func New(w report.Localizer, a observation.Activity, asOf time.Time) Timeline {
	a.Commits = a.Commits[:min(len(a.Commits), observation.ActivityMonths)]
	t := Timeline{Activity: a, Localizer: w, first: a.From, last: a.From + observation.Month(len(a.Commits)) - 1, asOf: asOf, seen: observation.MonthOf(asOf)}
	if !t.Known() {
		return t
	}
	for m := t.last; m >= t.first; m = yearOf(m) - 1 {
		t.Years = append(t.Years, t.period(max(yearOf(m), t.first), m))
	}
	return t
}

// Of is the timeline of a good, with how many people worked on it.
func Of(w report.Localizer, good report.Good, asOf time.Time) Timeline {
	t := New(w, good.Activity, asOf)
	t.addPeople(good)
	t.addMonths(good)
	return t
}

// addPeople counts those who worked on it.
func (t *Timeline) addPeople(good report.Good) {
	number := func(id string) (language.Arg, float64, bool) {
		m, _ := observation.Find(good.Measures, id)
		n, known := m.Number()
		if m.Repository != "" { // others worked on the other repositories
			m.Bound = observation.AtLeast
		}
		return language.Bounded(n, m.Bound), n, known
	}
	now, n, known := number(observation.PeopleContributors12m)
	if !known {
		return
	}
	t.People = append(t.People, t.Sentence(language.M("{n|person|people} worked on it in the last year.", "n", now)))
	if stayed, _, known := number(observation.PeopleRetainedContributors12m); known && n > 0 {
		t.People = append(t.People, t.Sentence(language.M("Of these, {n} also worked on it in the year before.", "n", stayed)))
	}
	if ever, _, known := number(observation.PeopleContributorsEver); known {
		t.People = append(t.People, t.Sentence(language.M("{n|person has|people have} worked on it since it began.", "n", ever)))
	}
}

// addMonths says why reasons may name another number of months with work than the chart
// shows: the measure counts months back from a day.
func (t *Timeline) addMonths(good report.Good) {
	m, _ := observation.Find(good.Measures, observation.MomentumActiveMonths12)
	n, known := m.Number()
	if !known || m.Repository != "" || !t.Known() {
		return
	}
	shown := 0.0
	for month := t.last; month > t.last-12; month-- {
		if t.CommitsIn(month) > 0 {
			shown++
		}
	}
	if shown != n {
		t.People = append(t.People, t.Sentence(language.M("Counted in months back from {day}, {n} of the last 12 saw a commit. The chart counts calendar months.",
			"n", language.Bounded(n, m.Bound), "day", m.At)))
	}
}

// yearOf is the January of a month's year.
func yearOf(m observation.Month) observation.Month { return m - m%12 }

// Known reports whether anything of any month is known.
func (t Timeline) Known() bool { return t.Read > 0 && len(t.Commits) > 0 }

// Partial reports whether some repositories could not be read.
func (t Timeline) Partial() bool { return t.Read < t.Repositories }

// HasUnseenMonths reports whether the mirror was fetched months before the report. A
// month that has just begun does not count.
func (t Timeline) HasUnseenMonths() bool {
	return t.seen > t.last && t.asOf.Sub(t.At) > maxDaysPerMonth*24*time.Hour
}

// HasReleases reports whether there is a release among the months.
func (t Timeline) HasReleases() bool {
	return slices.ContainsFunc(t.Releases, func(n int) bool { return n > 0 })
}

// HasLowerBounds reports whether the count of some month is a lower bound.
func (t Timeline) HasLowerBounds() bool { return !t.Whole(t.first) || !t.Whole(t.last) }

// First names the first month that was counted, Last the last one.
func (t Timeline) First() string { return t.month(t.first) }
func (t Timeline) Last() string  { return t.month(t.last) }

// sum counts the commits and releases of some months; whole is false where they may
// be more.
func (t Timeline) sum(first, last observation.Month) (commits, releases int, whole bool) {
	whole = true
	for m := first; m <= last; m++ {
		commits, releases, whole = commits+t.CommitsIn(m), releases+t.ReleasesIn(m), whole && t.Whole(m)
	}
	return commits, releases, whole
}

func bounded(n int, exact bool) language.Arg {
	if exact {
		return language.Bounded(float64(n), observation.Exact)
	}
	return language.Bounded(float64(n), observation.AtLeast)
}

// period sums up the months of a row.
func (t Timeline) period(first, last observation.Month) Period {
	commits, releases, whole := t.sum(first, last)
	active := 0
	for m := first; m <= last; m++ {
		if t.CommitsIn(m) > 0 {
			active++
		}
	}
	row := Period{Name: t.periodName(first, last), Commits: t.count(commits, whole), Active: t.count(active, whole),
		Releases: t.Translate("unknown")}
	if t.Releases != nil {
		row.Releases = t.count(releases, whole && !t.MoreReleases)
	}
	return row
}

func (t Timeline) count(n int, exact bool) string {
	return t.Translate("{n}", "n", bounded(n, exact))
}

// periodName names a month, or a year with the months of it that were counted.
func (t Timeline) periodName(first, last observation.Month) string {
	year := fmt.Sprint(first.Start().Year())
	switch {
	case first == last && last == t.last && last == t.Activity.Last():
		return t.Translate("{month}, to the {day}", "month", t.month(last), "day", fmt.Sprint(t.At.UTC().Day()))
	case first == last:
		return t.month(first)
	case first%12 != 0 && last%12 != 11:
		return t.Translate("{year}, {from} to {until}", "year", year, "from", t.monthName(first), "until", t.monthName(last))
	case first%12 != 0:
		return t.Translate("{year}, from {from}", "year", year, "from", t.monthName(first))
	case last%12 != 11 || last == t.last:
		return t.Translate("{year}, to {until}", "year", year, "until", t.monthName(last))
	}
	return year
}

// month names a month with its year.
func (t Timeline) month(m observation.Month) string {
	return t.Translate("{month} {year}", "month", t.monthName(m), "year", fmt.Sprint(m.Start().Year()))
}

func (t Timeline) monthName(m observation.Month) string { return t.Month(m.Start().Month()) }

// shownReleases is how many of them a page names.
const shownReleases = 3

// LatestReleases lists which releases came last.
func (t Timeline) LatestReleases() language.Arg {
	releases := make([]any, 0, len(t.Latest))
	for _, r := range t.Latest[:min(len(t.Latest), shownReleases)] {
		day, err := time.Parse(time.DateOnly, r.Day)
		if err != nil {
			continue
		}
		name := any(report.Cut(r.Version, 30))
		if r.Version == "" {
			name = language.M("several versions")
		}
		releases = append(releases, language.M("{version} ({day})", "version", name, "day", day))
	}
	return language.List(releases...)
}

// chart draws a timeline as SVG.
type chart struct {
	Timeline
	strings.Builder
	from, until observation.Month // drawn
	step        float64           // width of a month
	top         int               // value of the highest line
}

// Chart draws the months; empty where nothing is known of any.
func (t Timeline) Chart() template.HTML {
	if !t.Known() {
		return ""
	}
	d := &chart{Timeline: t, from: t.last - max(t.last-t.first, minMonths-1), until: t.last}
	if t.Cut && d.from == t.first {
		d.from -= unknownMonths
	}
	if t.HasUnseenMonths() {
		d.until += min(t.seen-t.last, maxUnseenMonths)
	}
	d.step = (timeRight - timeLeft) / float64(d.until-d.from+1)
	fmt.Fprintf(d, `<svg class="time" viewBox="0 0 800 226" role="img" aria-label="%s">`, template.HTMLEscapeString(
		t.Translate("Commits by people as bars, a month each, from {first} to {last}, and releases as marks below them. A table on the page of the proof has the numbers of each year.",
			"first", t.First(), "last", t.Last())))
	d.drawScale()
	d.drawYears()
	d.drawUnknown()
	d.drawBars()
	d.drawMarks()
	d.WriteString("</svg>")
	return template.HTML(d.String())
}

// x is the left edge of a month.
func (d *chart) x(m observation.Month) float64 { return timeLeft + float64(m-d.from)*d.step }

// y is the height of a count.
func (d *chart) y(n int) float64 {
	return timeBase - (timeBase-timeTop)*float64(n)/float64(d.top)
}

// text writes a text at a place, unless it is wider than room: the notes hold it too.
func (d *chart) text(class, anchor string, x, y, room float64, text string) {
	if class != "" {
		class = ` class="` + class + `"`
	}
	if report.TextWidth(text) <= room {
		fmt.Fprintf(d, `<text%s x="%s" y="%s"%s>%s</text>`, class, svg.Coordinate(x), svg.Coordinate(y), anchor, template.HTMLEscapeString(text))
	}
}

// drawUnknown hatches the months of which nothing is known, and leaves those blank in
// which there was nothing yet.
func (d *chart) drawUnknown() {
	d.hatch(d.last+1, d.until, timeTop, d.Translate("not seen"))
	switch {
	case !d.Begun:
		d.hatch(d.from, d.first-1, timeTop, d.Translate("unknown"))
	case d.first > d.from:
		d.text("ax", svg.AnchorEnd, d.x(d.first)-6, timeBase-8, d.x(d.first)-timeLeft, d.Translate("begins in {month}", "month", d.First()))
	}
	if d.Releases == nil {
		d.hatch(d.first, d.last, timeBase+4, d.Translate("releases unknown"))
	}
}

// hatch draws stripes over months, from a height down, with a word over them: one thick
// line of dashes.
func (d *chart) hatch(from, until observation.Month, top float64, word string) {
	if from > until {
		return
	}
	left, right := d.x(from), d.x(until+1)
	fmt.Fprintf(d, `<path class="th" d="%s" stroke-width="%s"/>`, svg.Path("M", left, (top+timeBottom)/2, "H", right), svg.Coordinate(timeBottom-top))
	d.text("ax tw", svg.AnchorMiddle, (left+right)/2, (top+min(timeBottom, 2*timeBase-top))/2+4, right-left, word)
}

// drawScale draws lines at round numbers, up to the one above the busiest month.
func (d *chart) drawScale() {
	most := 1
	for m := d.first; m <= d.last; m++ {
		most = max(most, d.CommitsIn(m))
	}
	step := roundStep(float64(most) / 4)
	d.top = step * int(math.Ceil(float64(most)/float64(step)))
	var lines strings.Builder
	d.WriteString(`<g class="ax">`)
	defer func() { fmt.Fprintf(d, `</g><path class="gr" d="%s"/>`, &lines) }()
	for n := 0; n <= d.top; n += step {
		lines.WriteString(svg.Path("M", timeLeft, d.y(n), "H", timeRight))
		d.text("", "", timeRight+6, d.y(n)+4, timeRight, d.Number(float64(n)))
	}
}

// roundStep is the next of 1, 2, 5, 10, 20, 50 and so on.
func roundStep(least float64) int {
	unit := math.Pow(10, math.Floor(math.Log10(max(least, 1))))
	for _, times := range [...]float64{1, 2, 5} {
		if times*unit >= least {
			return int(times * unit)
		}
	}
	return int(10 * unit)
}

// drawYears parts the years and names them.
func (d *chart) drawYears() {
	var lines strings.Builder
	d.WriteString(`<g class="ax am">`)
	defer func() { fmt.Fprintf(d, `</g><path class="gr" d="%s"/>`, &lines) }()
	for m := yearOf(d.from); m <= d.until; m += 12 {
		left, right := max(d.x(m), timeLeft), min(d.x(m+12), timeRight)
		if m > d.from {
			lines.WriteString(svg.Path("M", left, timeTop, "V", timeYears+4))
		}
		d.text("", "", (left+right)/2, timeYears, right-left, fmt.Sprint(m.Start().Year()))
	}
}

// drawBars draws a bar for each month with commits: filled where all of them were
// counted, hollow for the month that was not over. Where there may be more the bar is
// dashed, and is drawn for a month without commits too.
// The base line is drawn for the months that were counted.
func (d *chart) drawBars() {
	var whole, lower, open strings.Builder
	for m := d.first; m <= d.last; m++ {
		n, bars, least := d.CommitsIn(m), &lower, 5.0 // what may be more than nothing is no gap
		switch {
		case d.Whole(m) && n <= 0:
			continue
		case d.Whole(m) && (m != d.last || !d.LastMonthOpen()):
			whole.WriteString(svg.Path("M", int(m-d.from), 0, "V", int(math.Round(max(timeBase-d.y(n), 2)))))
			continue
		case d.Whole(m):
			bars, least = &open, 1.5
		}
		bars.WriteString(svg.Path("M", d.x(m)+d.step*.13, timeBase, "V", min(d.y(n), timeBase-least), "h", d.step*.74, "V", timeBase))
	}
	if whole.Len() > 0 { // a bar is a stroke from the base up, its place a month: a fourth of the bytes of an outline
		fmt.Fprintf(d, `<path class="tb" transform="matrix(%.4g 0 0 -1 %s %s)" d="%s" stroke-width=".74"/>`, d.step,
			svg.Coordinate(timeLeft+d.step/2), svg.Coordinate(timeBase), &whole)
	}
	for _, kind := range [...]struct {
		class string
		bars  *strings.Builder
	}{{"tl", &lower}, {"to", &open}} {
		if kind.bars.Len() > 0 {
			fmt.Fprintf(d, `<path class="%s" d="%s"/>`, kind.class, kind.bars)
		}
	}
	fmt.Fprintf(d, `<path class="tz" d="%s"/>`, svg.Path("M", d.x(d.first), timeBase, "H", d.x(d.last+1)))
}

// LastMonthOpen reports whether the last month had not ended when it was counted.
func (t Timeline) LastMonthOpen() bool { return observation.MonthOf(t.At.AddDate(0, 0, 1)) == t.last }

// drawMarks draws a mark for each release of a month, up to three.
func (d *chart) drawMarks() {
	var marks strings.Builder
	for m := d.first; m <= d.last; m++ {
		for i := range min(d.ReleasesIn(m), MaxMarks) {
			if i == 0 {
				marks.WriteString(svg.Path("M", d.x(m)+d.step/2, timeMarks, "h", 0))
			} else {
				marks.WriteString(svg.Path("m", 0, markStep, "h", 0))
			}
		}
	}
	if marks.Len() > 0 {
		fmt.Fprintf(d, `<path class="tm" d="%s"/>`, &marks)
	}
}
