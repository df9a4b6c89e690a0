// Package exposure says how fast a repository closes the holes in the packages that it runs
// on: from what its main line listed over 24 months (observation.Past) and the advisories that
// affect it. A window opens when a version is listed and its advisory is published; it closes
// when a commit of the main line lists that version no more. docs/replay.md has the meaning
// and the limits.
//
// It knows no repository, no database and no clock.
package exposure

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/survival"
)

// Fewest is how many windows must have opened before anything is said of speed.
const Fewest = 5

// History is how a repository, over 24 months, dealt with advisories that have a fix, in the
// packages that it runs on.
type History struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Opened are the windows that opened in this time, Closed those that closed in it, some of
	// which had been open before. Open are those open at its end.
	Opened int `json:"opened"`
	Closed int `json:"closed"`
	Open   int `json:"open"`
	// People closed anything, Machines is how many windows machines closed.
	People   int `json:"people"`
	Machines int `json:"machines"`
	// Median is how long windows were open that opened in this time; nil below Fewest.
	Median *Median `json:"median,omitempty"`
	// PerQuarter are the windows that opened and closed in three months; Twice and FourTimes
	// are how many would be open a year on if twice or four times as many opened and no more
	// closed. Nil below Fewest, or where less than half a year was seen.
	PerQuarter *Flow `json:"perQuarter,omitempty"`
	Twice      *int  `json:"twice,omitempty"`
	FourTimes  *int  `json:"fourTimes,omitempty"`
	// Year are critical and high windows that are open for more than 365 days at the end.
	Year int `json:"year"`
	// UnratedYear are those that no record rates, so that nobody can tell whether they are so.
	UnratedYear int `json:"-"`
	// Quarters are the quarters of the window, oldest first: the last ends with it.
	Quarters []Quarter `json:"quarters"`
	// Undated are vulnerabilities that no record dates: they are in no count. Late are those
	// counted whose record is two years or more younger than their CVE.
	Undated int `json:"undated"`
	Late    int `json:"late"`
}

// counting is a history while it is made.
type counting struct {
	History
	windows []window
}

// Replay is the history of one repository of a good.
type Replay struct {
	Repository string `json:"repository"`
	History
}

// Median is the time after which half of the windows had closed, in whole days, with an
// interval of 95 % (Kaplan and Meier; Brookmeyer and Crowley). Where fewer than half closed,
// it is at least that long. An end of the interval that was not seen is nil.
type Median struct {
	Days    float64  `json:"days"`
	AtLeast bool     `json:"atLeast,omitempty"`
	Low     *float64 `json:"low,omitempty"`
	High    *float64 `json:"high,omitempty"`
	Windows int      `json:"windows"`
}

// Flow is what opens and closes in three months, to a tenth.
type Flow struct {
	Opened float64 `json:"opened"`
	Closed float64 `json:"closed"`
}

// Quarter is three months: what opened and closed in them, and what was open at their end.
type Quarter struct {
	From   string `json:"from"` // 2006-01-02, UTC
	Opened int    `json:"opened"`
	Closed int    `json:"closed"`
	Open   int    `json:"open"`
}

// window is one vulnerability in one package of what runs.
type window struct {
	opened time.Time
	closed time.Time // zero while it is open
	fresh  bool      // it opened in the time that is looked at, and not before
	by     int32     // who closed it; 0 is a machine
	severe bool
	rated  bool // by one of its records
}

func (w window) openAt(at time.Time) bool {
	return !w.opened.After(at) && (w.closed.IsZero() || w.closed.After(at))
}

// Of makes the history. findings are those of the packages of past at all their versions.
// Advisories without a fix, of malicious packages, and of toolchains of which a manifest names
// the lowest version, are left out: no upgrade that is seen closes them.
func Of(past observation.Past, findings []observation.Finding) History {
	return of(past, findings).History
}

func of(past observation.Past, findings []observation.Finding) counting {
	h := counting{History: History{From: past.From, Until: past.Until, Quarters: []Quarter{}}}
	stays := map[observation.Coordinate][]observation.Stay{}
	for _, p := range past.Packages {
		stays[p.Coordinate()] = p.Stays
	}
	for _, weakness := range weaknesses(findings) {
		h.add(past, weakness, stays)
	}
	slices.SortStableFunc(h.windows, func(a, b window) int { return a.opened.Compare(b.opened) })
	h.count(past)
	return h
}

// weaknesses groups findings on one weakness of one package over all its versions, in a
// stable order.
func weaknesses(findings []observation.Finding) [][]observation.Finding {
	kept := slices.DeleteFunc(slices.Clone(findings), func(f observation.Finding) bool { return f.Malicious || f.Unmaintained || f.DependsOnToolchain })
	versionless := slices.Clone(kept)
	for i := range versionless {
		p := &versionless[i].Package
		*p = observation.Package{Ecosystem: p.Ecosystem, Name: observation.NormalName(p.Ecosystem, p.Name)}
		versionless[i].Summary = strconv.Itoa(i) // leads back to the finding
	}
	var groups [][]observation.Finding
	for _, group := range observation.Groups(versionless) {
		var whole []observation.Finding
		for _, f := range group {
			i, _ := strconv.Atoi(f.Summary) // written above
			whole = append(whole, kept[i])
		}
		groups = append(groups, whole)
	}
	return groups
}

// add adds the windows of one weakness.
func (h *counting) add(past observation.Past, weakness []observation.Finding, stays map[observation.Coordinate][]observation.Stay) {
	var published time.Time
	var w window
	fixable := false
	listed := map[observation.Coordinate]bool{}
	for _, f := range weakness {
		if !f.Published.IsZero() && (published.IsZero() || f.Published.Before(published)) {
			published = f.Published
		}
		w.severe = w.severe || f.Severity == observation.SeverityCritical || f.Severity == observation.SeverityHigh
		w.rated = w.rated || f.Severity.IsRated()
		fixable = fixable || f.FixedIn != ""
		listed[f.Package.Coordinate()] = true
	}
	var all []observation.Stay
	for _, c := range slices.SortedFunc(maps.Keys(listed), observation.Coordinate.Compare) {
		for _, s := range stays[c] {
			if !s.ForDevelopment() {
				all = append(all, s)
			}
		}
	}
	if !fixable || len(all) == 0 {
		return
	}
	if published.IsZero() {
		h.Undated++
		return
	}
	before := len(h.windows)
	for _, s := range joined(all) {
		h.addWindow(past, s, published, w)
	}
	if named := yearOfCVE(observation.FirstID(weakness)); len(h.windows) > before && named > 0 && published.Year() >= named+2 {
		h.Late++
	}
}

// addWindow adds what is left of a stay after an advisory was published, with the rating of w.
func (h *counting) addWindow(past observation.Past, s observation.Stay, published time.Time, w window) {
	from := past.From
	if s[0] != observation.Before {
		from = time.Unix(past.Changes[s[0]].At, 0).UTC()
	}
	w.opened = from
	if published.After(from) {
		w.opened = published
	}
	w.fresh = s[0] != observation.Before || !published.Before(past.From)
	if s[1] != observation.Still {
		w.closed, w.by = time.Unix(past.Changes[s[1]].At, 0).UTC(), past.Changes[s[1]].By
		if !w.closed.After(w.opened) {
			return // gone before anybody knew
		}
	}
	if w.opened.After(past.Until) {
		return // published later: nobody knew at the end
	}
	h.windows = append(h.windows, w)
}

// joined are stays as one where they meet.
func joined(stays []observation.Stay) []observation.Stay {
	end := func(s observation.Stay) int32 {
		if s[1] == observation.Still {
			return math.MaxInt32
		}
		return s[1]
	}
	slices.SortFunc(stays, func(a, b observation.Stay) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(end(a), end(b))) })
	var all []observation.Stay
	for _, s := range stays {
		if last := len(all) - 1; last >= 0 && s[0] <= end(all[last]) {
			if end(s) > end(all[last]) {
				all[last][1] = s[1]
			}
			continue
		}
		all = append(all, s)
	}
	return all
}

// count fills in the numbers.
func (h *counting) count(past observation.Past) {
	people := map[int32]bool{}
	var spells []survival.Spell
	for _, w := range h.windows {
		if w.fresh {
			h.Opened++
			end := w.closed
			if end.IsZero() {
				end = h.Until
			}
			spells = append(spells, survival.Spell{Lasted: end.Sub(w.opened), Ended: !w.closed.IsZero()})
		}
		if w.closed.IsZero() && h.Until.Sub(w.opened) > year {
			h.addYear(w)
		}
		switch {
		case w.closed.IsZero():
			h.Open++
		case w.by == 0:
			h.Closed++
			h.Machines++
		default:
			h.Closed++
			people[w.by] = true
		}
	}
	h.People = len(people)
	h.countQuarters()
	if h.Opened < Fewest {
		return
	}
	h.Median = medianOf(spells)
	h.extrapolate(past)
}

// addYear counts a window that has been open for a year.
func (h *counting) addYear(w window) {
	switch {
	case w.severe:
		h.Year++
	case !w.rated:
		h.UnratedYear++
	}
}

func medianOf(spells []survival.Spell) *Median {
	middle, exact := survival.Median(spells)
	in := survival.MedianInterval(spells)
	m := &Median{Days: survival.WholeDays(middle), AtLeast: !exact, Windows: len(spells)}
	if in.LowKnown {
		low := survival.WholeDays(in.Low)
		m.Low = &low
	}
	if in.HighKnown {
		high := survival.WholeDays(in.High)
		m.High = &high
	}
	return m
}

// year is how long a serious fix may wait before it counts as left open.
const year = 365 * 24 * time.Hour

// quarters is how many quarters the window of 24 months has.
const quarters = 8

func (h *counting) countQuarters() {
	for i := quarters; i > 0; i-- {
		from, until := h.Until.AddDate(0, -3*i, 0), h.Until.AddDate(0, -3*(i-1), 0)
		q := Quarter{From: from.UTC().Format(time.DateOnly)}
		first := i == quarters
		within := func(t time.Time) bool { return (t.After(from) || first && !t.Before(h.From)) && !t.After(until) }
		for _, w := range h.windows {
			if w.fresh && within(w.opened) {
				q.Opened++
			}
			if !w.closed.IsZero() && within(w.closed) {
				q.Closed++
			}
			if w.openAt(until) {
				q.Open++
			}
		}
		h.Quarters = append(h.Quarters, q)
	}
}

// halfYear is the shortest time of which a flow is said, in quarters.
const halfYear = 2

// extrapolate says what a year on would be open if more opened and no more closed.
func (h *counting) extrapolate(past observation.Past) {
	seen := float64(quarters)
	if past.Begun && len(past.Changes) > 0 {
		began := time.Unix(past.Changes[0].At, 0)
		seen = min(seen, h.Until.Sub(began).Hours()/24/(365.25/4))
	}
	if seen < halfYear {
		return
	}
	opened, closed := float64(h.Opened)/seen, float64(h.Closed)/seen
	tenth := func(f float64) float64 { return math.Round(f*10) / 10 }
	h.PerQuarter = &Flow{Opened: tenth(opened), Closed: tenth(closed)}
	after := func(times float64) *int {
		n := max(0, int(math.Round(float64(h.Open)+4*(times*opened-closed))))
		return &n
	}
	h.Twice, h.FourTimes = after(2), after(4)
}

// yearOfCVE is the year in the id of a CVE, 0 of any other id.
func yearOfCVE(id string) int {
	rest, isCVE := strings.CutPrefix(id, "CVE-")
	year, err := strconv.Atoi(rest[:min(len(rest), 4)])
	if !isCVE || err != nil || year < 1999 {
		return 0
	}
	return year
}
