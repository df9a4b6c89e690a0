package site

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
	"github.com/midspan/midspan/internal/report/drawing"
)

// The timeline is drawn in a view box of 800 by 226: bars rise from the base; below
// it are marks for releases and the years. The scale is on the right, which a narrow
// screen shows first.
const (
	timeLeft, timeRight = 1.0, 762.0
	timeTop, timeBase   = 10.0, 166.0
	timeMarks           = 177.0 // middle of the first row of marks
	markStep            = 9.0
	maxMarksPerMonth    = 3 // more releases in a month are drawn as so many
	timeBottom          = 202.0
	timeYears           = 219.0
	hatchStep           = 8.0
)

// How many months are drawn: a young good's are not stretched over the whole width,
// and what is unknown before and after takes little room.
const (
	minMonths       = 24
	unknownMonths   = 6
	maxUnseenMonths = 12
	maxDaysPerMonth = 31 // of a month
)

// timeline is the activity of a good as its page shows it.
type timeline struct {
	observation.Activity
	pageLocalizer
	first, last observation.Month // those that were counted
	asOf        time.Time
	seen        observation.Month // that of asOf
	Years       []period
}

// period is a row of the tables beside the chart.
type period struct {
	Name    string
	Commits string
	Active  string // months with a commit
	// Months are the commits of the twelve months of a year; empty where a month was not
	// counted.
	Months   [12]string
	Releases string
}

// timeline lays out what went on in a good, for a report as of a time.
func (w pageLocalizer) timeline(a observation.Activity, asOf time.Time) timeline {
	a.Commits = a.Commits[:min(len(a.Commits), observation.ActivityMonths)]
	t := timeline{Activity: a, pageLocalizer: w, first: a.From, last: a.From + observation.Month(len(a.Commits)) - 1, asOf: asOf, seen: observation.MonthOf(asOf)}
	if !t.Known() {
		return t
	}
	for m := t.last; m >= t.first; m = yearOf(m) - 1 {
		t.Years = append(t.Years, t.period(max(yearOf(m), t.first), m))
	}
	return t
}

// MonthNumbers are those of a year.
func (t timeline) MonthNumbers() []int { return []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} }

// yearOf is the January of a month's year.
func yearOf(m observation.Month) observation.Month { return m - m%12 }

// Known reports whether anything of any month is known.
func (t timeline) Known() bool { return t.Read > 0 && len(t.Commits) > 0 }

// Partial reports whether some repositories could not be read.
func (t timeline) Partial() bool { return t.Read < t.Repositories }

// HasUnseenMonths reports whether the mirror was fetched months before the report. A
// month that has just begun does not count.
func (t timeline) HasUnseenMonths() bool {
	return t.seen > t.last && t.asOf.Sub(t.At) > maxDaysPerMonth*24*time.Hour
}

// HasReleases reports whether there is a release among the months.
func (t timeline) HasReleases() bool {
	return slices.ContainsFunc(t.Releases, func(n int) bool { return n > 0 })
}

// HasLowerBounds reports whether the count of some month is a lower bound.
func (t timeline) HasLowerBounds() bool { return !t.Whole(t.first) || !t.Whole(t.last) }

// First names the first month that was counted, Last the last one.
func (t timeline) First() string { return t.month(t.first) }
func (t timeline) Last() string  { return t.month(t.last) }

// Recent is how much went on in the last twelve months that were counted, Before in
// the twelve months before them; nil where not all of these were counted.
func (t timeline) Recent() *activitySum { return t.recent(t.last) }
func (t timeline) Before() *activitySum { return t.recent(t.last - 12) }

type activitySum struct{ Commits, Releases language.Arg }

func (t timeline) recent(last observation.Month) *activitySum {
	first := last - 11
	if first < t.first && !t.Begun || last < t.first {
		return nil
	}
	commits, releases, whole := t.sum(max(first, t.first), last)
	return &activitySum{bounded(commits, whole), bounded(releases, whole && !t.MoreReleases)}
}

// sum counts the commits and releases of some months; whole is false where they may
// be more.
func (t timeline) sum(first, last observation.Month) (commits, releases int, whole bool) {
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
func (t timeline) period(first, last observation.Month) period {
	commits, releases, whole := t.sum(first, last)
	active, byMonth := 0, [12]string{}
	for m := first; m <= last; m++ {
		if t.CommitsIn(m) > 0 {
			active++
		}
		byMonth[m%12] = t.count(t.CommitsIn(m), t.Whole(m))
	}
	row := period{Name: t.periodName(first, last), Commits: t.count(commits, whole), Active: t.count(active, whole), Months: byMonth,
		Releases: t.Translate("unknown")}
	if t.Releases != nil {
		row.Releases = t.count(releases, whole && !t.MoreReleases)
	}
	return row
}

func (t timeline) count(n int, exact bool) string {
	return t.Translate("{n}", "n", bounded(n, exact))
}

// periodName names a month, or a year with the months of it that were counted.
func (t timeline) periodName(first, last observation.Month) string {
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
func (t timeline) month(m observation.Month) string {
	return t.Translate("{month} {year}", "month", t.monthName(m), "year", fmt.Sprint(m.Start().Year()))
}

func (t timeline) monthName(m observation.Month) string { return t.Month(m.Start().Month()) }

// LatestReleases lists which releases came last.
func (t timeline) LatestReleases() language.Arg {
	releases := make([]any, 0, len(t.Latest))
	for _, r := range t.Latest {
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

// timelineChart draws a timeline as SVG.
type timelineChart struct {
	timeline
	strings.Builder
	from, until observation.Month // drawn
	step        float64           // width of a month
	top         int               // value of the highest line
}

// Chart draws the months; empty where nothing is known of any.
func (t timeline) Chart() template.HTML {
	if !t.Known() {
		return ""
	}
	d := &timelineChart{timeline: t, from: t.last - max(t.last-t.first, minMonths-1), until: t.last}
	if t.Cut && d.from == t.first {
		d.from -= unknownMonths
	}
	if t.HasUnseenMonths() {
		d.until += min(t.seen-t.last, maxUnseenMonths)
	}
	d.step = (timeRight - timeLeft) / float64(d.until-d.from+1)
	fmt.Fprintf(d, `<svg class="time" viewBox="0 0 800 226" role="img" aria-label="%s">`, template.HTMLEscapeString(
		t.Translate("Commits by people as bars, a month each, from {first} to {last}, and releases as marks below them. The table below holds the same numbers.",
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
func (d *timelineChart) x(m observation.Month) float64 { return timeLeft + float64(m-d.from)*d.step }

// y is the height of a count.
func (d *timelineChart) y(n int) float64 {
	return timeBase - (timeBase-timeTop)*float64(n)/float64(d.top)
}

// text writes a text at a place, unless it is wider than room: the notes hold it too.
func (d *timelineChart) text(class, anchor string, x, y, room float64, text string) {
	if report.TextWidth(text) <= room {
		fmt.Fprintf(d, `<text class="%s" x="%s" y="%s"%s>%s</text>`, class, drawing.Coordinate(x), drawing.Coordinate(y), anchor, template.HTMLEscapeString(text))
	}
}

// drawUnknown hatches the months of which nothing is known, and leaves those blank in
// which there was nothing yet.
func (d *timelineChart) drawUnknown() {
	d.hatch(d.last+1, d.until, timeTop, d.Translate("not seen"))
	switch {
	case !d.Begun:
		d.hatch(d.from, d.first-1, timeTop, d.Translate("unknown"))
	case d.first > d.from:
		d.text("ax", drawing.AnchorEnd, d.x(d.first)-6, timeBase-8, d.x(d.first)-timeLeft, d.Translate("begins in {month}", "month", d.First()))
	}
	if d.Releases == nil {
		d.hatch(d.first, d.last, timeBase+4, d.Translate("releases unknown"))
	}
}

// hatch draws slanting lines over months, from a height down, with a word over them.
func (d *timelineChart) hatch(from, until observation.Month, top float64, word string) {
	if from > until {
		return
	}
	left, right, bottom := d.x(from), d.x(until+1), timeBottom
	var lines strings.Builder
	for sum := left + top + hatchStep/2; sum < right+bottom; sum += hatchStep { // x + y of every point of a line
		x1, x2 := max(left, sum-bottom), min(right, sum-top)
		lines.WriteString(drawing.Path("M", x1, sum-x1, "L", x2, sum-x2))
	}
	fmt.Fprintf(d, `<path class="th" d="%s"/>`, &lines)
	d.text("ax tw", drawing.AnchorMiddle, (left+right)/2, (top+min(bottom, 2*timeBase-top))/2+4, right-left, word)
}

// drawScale draws lines at round numbers, up to the one above the busiest month.
func (d *timelineChart) drawScale() {
	most := 1
	for m := d.first; m <= d.last; m++ {
		most = max(most, d.CommitsIn(m))
	}
	step := roundStep(float64(most) / 4)
	d.top = step * int(math.Ceil(float64(most)/float64(step)))
	for n := 0; n <= d.top; n += step {
		fmt.Fprintf(d, `<path class="gr" d="%s"/>`, drawing.Path("M", timeLeft, d.y(n), "H", timeRight))
		d.text("ax", "", timeRight+6, d.y(n)+4, timeRight, d.Number(float64(n)))
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
func (d *timelineChart) drawYears() {
	for m := yearOf(d.from); m <= d.until; m += 12 {
		left, right := max(d.x(m), timeLeft), min(d.x(m+12), timeRight)
		if m > d.from {
			fmt.Fprintf(d, `<path class="gr" d="%s"/>`, drawing.Path("M", left, timeTop, "V", timeYears+4))
		}
		d.text("ax", drawing.AnchorMiddle, (left+right)/2, timeYears, right-left, fmt.Sprint(m.Start().Year()))
	}
}

// drawBars draws a bar for each month with commits: filled where all of them were
// counted, hollow for the month that was not over. Where there may be more the bar is
// dashed, and is drawn for a month without commits too.
// The base line is drawn for the months that were counted.
func (d *timelineChart) drawBars() {
	var whole, lower, open strings.Builder
	for m := d.first; m <= d.last; m++ {
		n, bars, least := d.CommitsIn(m), &whole, 1.5
		switch {
		case !d.Whole(m):
			bars, least = &lower, 5 // what may be more than nothing is no gap
		case n <= 0:
			continue
		case m == d.last && d.LastMonthOpen():
			bars = &open
		}
		bars.WriteString(drawing.Path("M", d.x(m)+d.step*.13, timeBase, "V", min(d.y(n), timeBase-least), "h", d.step*.74, "V", timeBase))
	}
	for _, kind := range [...]struct {
		class string
		bars  *strings.Builder
	}{{"tb", &whole}, {"tl", &lower}, {"to", &open}} {
		if kind.bars.Len() > 0 {
			fmt.Fprintf(d, `<path class="%s" d="%s"/>`, kind.class, kind.bars)
		}
	}
	fmt.Fprintf(d, `<path class="tz" d="%s"/>`, drawing.Path("M", d.x(d.first), timeBase, "H", d.x(d.last+1)))
}

// LastMonthOpen reports whether the last month had not ended when it was counted.
func (t timeline) LastMonthOpen() bool { return observation.MonthOf(t.At.AddDate(0, 0, 1)) == t.last }

// drawMarks draws a mark for each release of a month, up to three.
func (d *timelineChart) drawMarks() {
	var marks strings.Builder
	for m := d.first; m <= d.last; m++ {
		for i := range min(d.ReleasesIn(m), maxMarksPerMonth) {
			marks.WriteString(drawing.Path("M", d.x(m)+d.step/2, timeMarks+float64(i)*markStep-4, "l", 4, 4, "l", -4, 4, "l", -4, -4, "z"))
		}
	}
	if marks.Len() > 0 {
		fmt.Fprintf(d, `<path class="tm" d="%s"/>`, &marks)
	}
}
