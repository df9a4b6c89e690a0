package observation

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// seen is the end of a day.
func seen(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 23, 59, 59, 0, time.UTC)
}

// monthly is a repository with n commits in each of the months until at.
func monthly(at time.Time, n, months int) Activity {
	a := Activity{Repositories: 1, Read: 1, At: at, From: MonthOf(at) - Month(months) + 1, WholeUntil: MonthOf(at), Begun: months < ActivityMonths}
	a.WholeFrom = a.From
	for range months {
		a.Commits, a.Releases = append(a.Commits, n), append(a.Releases, 0)
	}
	a.Releases[0] = 1
	a.Latest = []Release{{Day: a.From.String() + "-05", Version: fmt.Sprint(n)}}
	return a
}

// cut is the same, of which all before is missing.
func cut(a Activity) Activity {
	a.Begun, a.Cut = false, true
	return a
}

func TestMonthsAreWrittenAsYearAndMonth(t *testing.T) {
	m := MonthOf(time.Date(2024, time.December, 31, 23, 30, 0, 0, time.FixedZone("", -3600)))
	if m.String() != "2025-01" || !m.Start().Equal(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)) || (m-1).String() != "2024-12" {
		t.Errorf("%s begins %s", m, m.Start())
	}
	var read Month
	if err := read.UnmarshalText([]byte("2025-01")); err != nil || read != m {
		t.Errorf("%s, %v", read, err)
	}
	if err := read.UnmarshalText([]byte("2025-13")); err == nil {
		t.Error("there is no month 13")
	}
}

func TestActivityComesBackFromJSON(t *testing.T) {
	for _, want := range []Activity{UnreadActivity(CauseNotFound), monthly(seen(2026, 11, 22), 3, 7), cut(monthly(seen(2026, 11, 22), 3, 60))} {
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Activity
		if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s came back as %+v, %v", data, got, err)
		}
	}
}

func TestSumOfActivitySaysWhereItIsALowerBound(t *testing.T) {
	today := seen(2026, 11, 22)
	old := seen(2025, 3, 10)
	for name, c := range map[string]struct {
		parts []Activity
		want  string // repositories, first month, what was before, whole months, sum, releases
	}{
		"one":                       {[]Activity{monthly(today, 2, 60)}, "1/1 2021-12  whole 2021-12..2026-11 120 1"},
		"one that is young":         {[]Activity{monthly(today, 2, 7)}, "1/1 2026-05 begun whole 2026-05..2026-11 14 1"},
		"an old and a young one":    {[]Activity{monthly(today, 2, 60), monthly(today, 1, 7)}, "2/2 2021-12  whole 2021-12..2026-11 127 2"},
		"two young ones":            {[]Activity{monthly(today, 2, 3), monthly(today, 1, 7)}, "2/2 2026-05 begun whole 2026-05..2026-11 13 2"},
		"one that was cut":          {[]Activity{cut(monthly(today, 2, 5))}, "1/1 2026-07 cut whole 2026-07..2026-11 10 1"},
		"a young one and a cut one": {[]Activity{monthly(today, 2, 7), cut(monthly(today, 1, 3))}, "2/2 2026-05 cut whole 2026-09..2026-11 17 2"},
		"an old one and a cut one":  {[]Activity{monthly(today, 2, 60), cut(monthly(today, 1, 3))}, "2/2 2021-12  whole 2026-09..2026-11 123 2"},
		"one was not read":          {[]Activity{monthly(today, 2, 7), UnreadActivity(CauseNotFound)}, "1/2 2026-05 cut at least 14 1+"},
		"one was seen long ago":     {[]Activity{monthly(today, 2, 60), monthly(old, 1, 60)}, "2/2 2021-12  whole 2021-12..2025-02 160 1"},
		"one was seen a day ago":    {[]Activity{monthly(today, 2, 60), monthly(seen(2026, 11, 21), 1, 60)}, "2/2 2021-12  whole 2021-12..2026-10 180 2"},
		"one ended before":          {[]Activity{monthly(today, 2, 60), monthly(seen(2015, 1, 1), 9, 60)}, "2/2 2021-12  at least 120 1"},
		"one is empty":              {[]Activity{monthly(today, 2, 7), UnreadActivity(CauseEmpty)}, "1/1 2026-05 begun whole 2026-05..2026-11 14 1"},
		"none was read":             {[]Activity{UnreadActivity(CauseNotFound), UnreadActivity(CauseOffline)}, "0/2 not-found"},
		"all are empty":             {[]Activity{UnreadActivity(CauseEmpty)}, "0/1 empty-repository"},
		"there is none":             {nil, "0/0 no-repository"},
	} {
		if got := summarize(SumActivity(c.parts)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func summarize(a Activity) string {
	if a.Read == 0 {
		return fmt.Sprintf("%d/%d %s", a.Read, a.Repositories, a.Cause)
	}
	before := map[bool]string{true: "begun"}[a.Begun] + map[bool]string{true: "cut"}[a.Cut]
	whole := "at least"
	if a.WholeFrom != 0 {
		whole = fmt.Sprintf("whole %s..%s", a.WholeFrom, a.WholeUntil)
	}
	commits, releases := 0, 0
	for m := a.From; m <= a.Last(); m++ {
		commits, releases = commits+a.CommitsIn(m), releases+a.ReleasesIn(m)
	}
	more := map[bool]string{true: "+"}[a.MoreReleases]
	return fmt.Sprintf("%d/%d %s %s %s %d %d%s", a.Read, a.Repositories, a.From, before, whole, commits, releases, more)
}

func TestSumOfActivityDoesNotDependOnTheOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for range 500 {
		var parts []Activity
		for range 1 + rng.IntN(5) {
			part := monthly(seen(2026, 11, 22).AddDate(0, 0, -rng.IntN(900)*rng.IntN(2)), 1+rng.IntN(9), 1+rng.IntN(60))
			switch rng.IntN(4) {
			case 0:
				part = cut(part)
			case 1:
				part.Releases, part.Latest = nil, nil
			case 2:
				part = UnreadActivity(CauseNotFound)
			}
			parts = append(parts, part)
		}
		sum := SumActivity(parts)
		rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		if again := SumActivity(parts); !reflect.DeepEqual(again, sum) {
			t.Fatalf("%+v, in another order %+v", sum, again)
		}
		if sum.Read > 0 && (len(sum.Commits) != int(sum.Last()-sum.From+1) || len(sum.Commits) > ActivityMonths || sum.WholeFrom != 0 && sum.WholeFrom < sum.From) {
			t.Fatalf("no sound sum: %+v", sum)
		}
	}
}

func TestReleasesThatNobodyReadAreNotZero(t *testing.T) {
	a := monthly(seen(2026, 11, 22), 1, 7)
	a.Releases, a.Latest = nil, nil
	if sum := SumActivity([]Activity{a}); sum.Releases != nil || sum.MoreReleases {
		t.Errorf("%+v", sum)
	}
	if sum := SumActivity([]Activity{a, monthly(seen(2026, 11, 22), 1, 7)}); sum.Releases == nil || !sum.MoreReleases {
		t.Errorf("%+v", sum)
	}
}

func TestASumListsTheLatestReleasesOfItsMonths(t *testing.T) {
	a, long := monthly(seen(2026, 11, 22), 1, 60), monthly(seen(2012, 11, 22), 2, 60)
	if sum := SumActivity([]Activity{a, long}); len(sum.Latest) != 1 || sum.Latest[0].Day != "2021-12-05" {
		t.Errorf("what was released before its months is listed: %v", sum.Latest)
	}
	for i := range LatestReleases {
		a.Latest = append(a.Latest, Release{Day: fmt.Sprintf("2026-0%d-01", i+1)})
	}
	if sum := SumActivity([]Activity{a, long}); len(sum.Latest) != LatestReleases || sum.Latest[0].Day != "2026-08-01" || sum.Latest[7].Day != "2026-01-01" {
		t.Errorf("%v", sum.Latest)
	}
}
