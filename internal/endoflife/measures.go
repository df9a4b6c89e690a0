package endoflife

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// reference is where the dates come from, and what "end of life" means there.
const reference = "https://endoflife.date/"

// The measures of the ends of runtimes.
var (
	endedMeasure = observation.Definition{
		ID: observation.RuntimesEnded, Name: "Ended runtimes", Kind: observation.KindNumber, Unit: observation.UnitRuntimes, Merge: observation.MergeSum,
		Means: "Runtimes and base systems that files pin and whose end of life, as endoflife.date gives it, had passed when the repository was " +
			"last seen; a range counts where all versions that it allows have ended. Support that is paid for, or that others give afterwards, " +
			"does not count. Each release line counts once a repository.",
		Reference: reference,
	}
	endedNamedMeasure = observation.Definition{
		ID: observation.RuntimesEndedNamed, Name: "Ended runtimes by name", Kind: observation.KindList, Merge: observation.MergeUnion,
		Means: "The same, each with its last day of support and the file that pins it.", Reference: reference,
	}
	endedDaysMeasure = observation.Definition{
		ID: observation.RuntimesEndedDays, Name: "Longest ended runtime", Kind: observation.KindNumber, Unit: observation.UnitDays, Merge: observation.MergeMax,
		Means: "Days since the earliest of these ends.", Reference: reference,
	}
	endedAllowedMeasure = observation.Definition{
		ID: observation.RuntimesEndedAllowed, Name: "Ended runtimes still allowed", Kind: observation.KindNumber, Unit: observation.UnitRuntimes,
		Merge: observation.MergeSum,
		Means: "Ranges and least versions of manifests (requires-python, engines, the go directive, a release of Java) whose oldest allowed version " +
			"has ended. A later one may run: they do not say what does.",
		Reference: reference,
	}
)

// Definitions lists the measures that Measures yields, in their order.
func Definitions() []observation.Definition {
	return []observation.Definition{endedMeasure, endedNamedMeasure, endedDaysMeasure, endedAllowedMeasure}
}

// Source is what a run knows of ends: the data, or why there are none.
type Source struct {
	Data
	// Problem says why data that are there could not be read.
	Problem string
}

// Measures holds the runtimes of one repository against the data. declared is the measure
// of what its files name; at is the time that the measures describe.
func (s Source) Measures(runtimes []observation.Runtime, declared observation.Measure, at time.Time) []observation.Measure {
	switch {
	case declared.State == observation.NotApplicable:
		return each(func(d observation.Definition) observation.Measure { return d.NotApplicableFor(declared.Detail) })
	case declared.State != observation.Measured:
		return each(func(d observation.Definition) observation.Measure {
			return d.UnknownFor(declared.Cause, declared.Detail)
		})
	case s.Problem != "":
		return each(func(d observation.Definition) observation.Measure {
			return d.UnknownFor(observation.CauseBroken, s.Problem)
		})
	case len(s.products) == 0:
		return each(func(d observation.Definition) observation.Measure {
			return d.UnknownFor(observation.CauseNoSource, "there are no data of ends of support; midspan advisories import brings those of endoflife.date")
		})
	}
	c := s.count(runtimes, at)
	if declared.Bound != observation.Exact {
		c.open = append(c.open, declared.Detail)
	}
	source := "files that name runtimes, and endoflife.date's data of " + s.Day.Format(time.DateOnly)
	return c.measures(source, at)
}

func each(f func(observation.Definition) observation.Measure) []observation.Measure {
	var all []observation.Measure
	for _, d := range Definitions() {
		all = append(all, f(d))
	}
	return all
}

// counts are the distinct release lines that files name, by what the data say of them.
type counts struct {
	ended, allowed []line
	decided        int
	open           []string // what is not decided, and why
}

// line is a release line that ended.
type line struct {
	cycle string
	since time.Time
	names []string // the files, or the ranges with their files
}

func (s Source) count(runtimes []observation.Runtime, at time.Time) counts {
	var c counts
	for _, r := range runtimes {
		a := s.answer(r, at)
		switch a.kind {
		case undecided:
			c.open = append(c.open, fmt.Sprintf("%s (%s): %s", r, r.Path, a.why))
			continue
		case ended:
			c.ended = put(c.ended, a, r.Path)
		case allowed:
			c.allowed = put(c.allowed, a, fmt.Sprintf("%s (%s)", r, r.Path))
		}
		c.decided++
	}
	return c
}

// put adds a name to the line of an answer.
func put(lines []line, a answer, name string) []line {
	i := slices.IndexFunc(lines, func(l line) bool { return l.cycle == a.cycle })
	if i < 0 {
		return append(lines, line{a.cycle, a.since, []string{name}})
	}
	if !slices.Contains(lines[i].names, name) {
		lines[i].names = append(lines[i].names, name)
	}
	return lines
}

func (c counts) measures(source string, at time.Time) []observation.Measure {
	if c.decided == 0 && len(c.open) > 0 {
		return each(func(d observation.Definition) observation.Measure {
			return d.UnknownFor(observation.CauseNoSource, c.gaps())
		})
	}
	names := []string{}
	for _, l := range c.ended {
		when := "on a day that is not known"
		if !l.since.IsZero() {
			when = l.since.Format(time.DateOnly)
		}
		names = append(names, fmt.Sprintf("%s, ended %s (%s)", l.cycle, when, shorten(l.names)))
	}
	slices.Sort(names)
	var ranges []string
	for _, l := range c.allowed {
		ranges = append(ranges, shorten(l.names))
	}
	slices.Sort(ranges)
	all := []observation.Measure{
		c.bounded(endedMeasure.Of(len(c.ended), source, at), strings.Join(names, "; ")),
		c.bounded(endedNamedMeasure.Of(names, source, at), ""),
		c.days(source, at),
		c.bounded(endedAllowedMeasure.Of(len(c.allowed), source, at), strings.Join(ranges, "; ")),
	}
	return all
}

// shorten names the first file of several.
func shorten(names []string) string {
	slices.Sort(names)
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
}

// bounded makes a lower bound of a measure where something is not decided.
func (c counts) bounded(m observation.Measure, detail string) observation.Measure {
	m.Detail = detail
	if len(c.open) > 0 {
		m.Bound = observation.AtLeast
		m.Detail = strings.TrimPrefix(detail+"; "+c.gaps(), "; ")
	}
	return m
}

// maxGaps is how many of the runtimes that are not decided a detail names.
const maxGaps = 3

func (c counts) gaps() string {
	shown := c.open[:min(maxGaps, len(c.open))]
	more := ""
	if n := len(c.open) - len(shown); n > 0 {
		more = fmt.Sprintf("; and %d more", n)
	}
	return "not decided: " + strings.Join(shown, "; ") + more
}

func (c counts) days(source string, at time.Time) observation.Measure {
	switch {
	case len(c.ended) == 0 && len(c.open) > 0:
		return endedDaysMeasure.UnknownFor(observation.CauseNoSource, c.gaps())
	case len(c.ended) == 0:
		return endedDaysMeasure.NotApplicableFor("no runtime that it runs on is known to have ended")
	}
	oldest := slices.MinFunc(c.ended, func(a, b line) int { return cmp.Compare(unixOr(a.since, at), unixOr(b.since, at)) })
	if oldest.since.IsZero() {
		return endedDaysMeasure.UnknownFor(observation.CauseNoSource, "the data do not say when it ended")
	}
	m := endedDaysMeasure.Of(int(at.Sub(oldest.since).Hours()/24), source, at)
	m.Detail = oldest.cycle
	if len(c.open) > 0 || slices.ContainsFunc(c.ended, func(l line) bool { return l.since.IsZero() }) {
		m.Bound = observation.AtLeast
	}
	return m
}

// unixOr is a time in seconds, or a later one where there is none.
func unixOr(t, later time.Time) int64 {
	if t.IsZero() {
		return later.Unix()
	}
	return t.Unix()
}
