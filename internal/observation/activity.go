package observation

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// ActivityMonths is how many months an Activity covers at most, LatestReleases
// how many of the latest releases it lists.
const (
	ActivityMonths = 60
	LatestReleases = 8
)

// Month is a calendar month in UTC, counted from January of the year 0. In text
// it is written "2006-01".
type Month int

// MonthOf returns the month of a time.
func MonthOf(t time.Time) Month {
	t = t.UTC()
	return Month(t.Year()*12 + int(t.Month()) - 1)
}

// Start is the first moment of the month.
func (m Month) Start() time.Time {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, time.UTC)
}

func (m Month) String() string { return m.Start().Format("2006-01") }

// MarshalText implements encoding.TextMarshaler.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Month) UnmarshalText(text []byte) error {
	t, err := time.Parse("2006-01", string(text))
	if err != nil {
		return fmt.Errorf("read a month: %w", err)
	}
	*m = MonthOf(t)
	return nil
}

// Activity is the commits and releases of a repository, or of all repositories of
// a good, counted by month. It does not hold whose commits they were.
type Activity struct {
	// Repositories is how many it covers, Read how many of them could be read.
	// Where none could, Cause is the reason and all else is empty.
	Repositories int   `json:"repositories"`
	Read         int   `json:"read"`
	Cause        Cause `json:"cause,omitempty"`
	// At is when it was last seen: commits and releases of later date count
	// for nothing.
	At time.Time `json:"at,omitzero"`
	// From is the first month that is counted; the last one is that of At, which
	// had not ended then.
	From Month `json:"from,omitzero"`
	// Begun means that there was no commit before From. Cut means that the older
	// history is missing, so what was before From is unknown. Where both are
	// false, it is not counted here.
	Begun bool `json:"begun,omitempty"`
	Cut   bool `json:"cut,omitempty"`
	// Commits counts the commits by people of each month, merges excluded.
	Commits []int `json:"commits,omitzero"`
	// The months WholeFrom to WholeUntil are counted in every repository; outside
	// of them a count is a lower bound. Both are left out where no month is whole.
	WholeFrom  Month `json:"wholeFrom,omitzero"`
	WholeUntil Month `json:"wholeUntil,omitzero"`
	// Releases counts the days of each month on which a version was tagged; nil
	// where no tag could be read. MoreReleases means that there may be more of them.
	Releases     []int `json:"releases,omitzero"`
	MoreReleases bool  `json:"moreReleases,omitempty"`
	// Latest are the latest releases of these months, the last one first: those of the thing
	// itself and not of tools beside it, and unfinished ones newer than the last final one,
	// which Releases does not count.
	Latest []Release `json:"latest,omitempty"`
}

// Release is a day on which a version was tagged.
type Release struct {
	Day string `json:"day"` // 2006-01-02, UTC
	// Version is the number in the tag's name with a letter of its own, and how far it is from
	// being final ("2026.30a", "2.1.0-rc.1"), or the month that it names ("2019-05"): nothing
	// else of the name. It is empty where the tags of the day name several.
	Version string `json:"version,omitempty"`
}

// UnreadActivity is that of a repository of which nothing is known.
func UnreadActivity(cause Cause) Activity { return Activity{Repositories: 1, Cause: cause} }

// Last is the last month that is counted.
func (a Activity) Last() Month { return MonthOf(a.At) }

// Whole reports whether every repository was counted in a month.
func (a Activity) Whole(m Month) bool {
	return a.WholeFrom != 0 && m >= a.WholeFrom && m <= a.WholeUntil
}

// CommitsIn and ReleasesIn are the counts of a month, zero outside of those counted.
func (a Activity) CommitsIn(m Month) int  { return a.of(a.Commits, m) }
func (a Activity) ReleasesIn(m Month) int { return a.of(a.Releases, m) }

func (a Activity) of(counts []int, m Month) int {
	if i := int(m - a.From); i >= 0 && i < len(counts) {
		return counts[i]
	}
	return 0
}

// SumActivity adds up what went on in the repositories of a good. Those that are
// known to be empty are left out where there are others.
func SumActivity(repositories []Activity) Activity {
	parts := slices.DeleteFunc(slices.Clone(repositories), func(a Activity) bool { return a.Cause == CauseEmpty })
	if len(parts) == 0 {
		parts = repositories
	}
	sum := Activity{}
	for _, p := range parts {
		sum.Repositories += p.Repositories
		sum.Read += p.Read
		sum.Cause = cmp.Or(sum.Cause, p.Cause)
		if p.At.After(sum.At) {
			sum.At = p.At
		}
	}
	if sum.Read == 0 {
		sum.Cause = cmp.Or(sum.Cause, CauseNoRepository)
		return sum
	}
	sum.Cause = ""
	sum.setFirstMonth(parts)
	sum.setWholeMonths(parts)
	sum.addCounts(parts)
	return sum
}

// setFirstMonth finds the first month that a sum counts, and what is known of
// those before.
func (a *Activity) setFirstMonth(parts []Activity) {
	a.Begun = true
	for _, p := range parts {
		a.Begun = a.Begun && p.Begun
		a.Cut = a.Cut || p.Cut || p.Read == 0
		if p.Read > 0 && (a.From == 0 || p.From < a.From) {
			a.From = p.From
		}
	}
	first := a.Last() - ActivityMonths + 1
	if a.From < first {
		a.From, a.Begun = first, false
	}
	a.Cut = a.Cut && a.From != first
}

// setWholeMonths finds the months in which a sum is whole.
func (a *Activity) setWholeMonths(parts []Activity) {
	from, until := a.From, a.Last()
	for _, p := range parts {
		if p.WholeFrom == 0 {
			return
		}
		if !p.Begun {
			from = max(from, p.WholeFrom)
		}
		if p.WholeUntil == p.Last() && p.At.Before(a.At) {
			p.WholeUntil-- // its last month was counted up to an earlier day
		}
		until = min(until, p.WholeUntil)
	}
	if from <= until {
		a.WholeFrom, a.WholeUntil = from, until
	}
}

// addCounts fills in the counts and the latest releases.
func (a *Activity) addCounts(parts []Activity) {
	months := int(a.Last() - a.From + 1)
	a.Commits = make([]int, months)
	for _, p := range parts {
		a.MoreReleases = a.MoreReleases || p.MoreReleases || p.Releases == nil
		a.Latest = append(a.Latest, p.Latest...)
		if p.Releases != nil && a.Releases == nil {
			a.Releases = make([]int, months)
		}
		for m := a.From; m <= a.Last(); m++ {
			a.Commits[m-a.From] += p.CommitsIn(m)
			if p.Releases != nil {
				a.Releases[m-a.From] += p.ReleasesIn(m)
			}
		}
	}
	a.MoreReleases = a.MoreReleases && a.Releases != nil
	a.Latest = slices.DeleteFunc(a.Latest, func(r Release) bool { return r.Day < a.From.String() })
	slices.SortStableFunc(a.Latest, func(x, y Release) int { return cmp.Or(cmp.Compare(y.Day, x.Day), cmp.Compare(x.Version, y.Version)) })
	a.Latest = a.Latest[:min(len(a.Latest), LatestReleases)]
}
