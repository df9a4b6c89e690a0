package pipeline

import (
	"testing"
	"time"
)

func TestTheCommonEndIsTheLastDayOnWhichEnoughMirrorsHadBeenSeen(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	var mirrors []seenMirror
	for _, seen := range []string{"2026-08-05", "2021-07-15", "2024-03-28", "2026-01-02", "2025-05-05"} {
		mirrors = append(mirrors, seenMirror{observed: day(seen).Add(9 * time.Hour)})
	}
	for _, test := range []struct {
		asOf    string
		percent int
		want    string
	}{
		{"2026-11-29", 100, "2021-07-15"},
		{"2026-11-29", 80, "2024-03-28"},
		{"2026-11-29", 79, "2024-03-28"},
		{"2026-11-29", 60, "2025-05-05"},
		{"2026-11-29", 1, "2026-08-05"},
		{"2023-01-01", 80, "2023-01-01"}, // as-of is the earlier one
	} {
		if got := commonEnd(day(test.asOf), mirrors, test.percent).Format(time.DateOnly); got != test.want {
			t.Errorf("as of %s, %d percent seen: %s, want %s", test.asOf, test.percent, got, test.want)
		}
	}
}

func TestAMirrorThatLookedADayAfterItsNewestCommitIsCounted(t *testing.T) {
	pushed := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]bool{0: false, 23 * time.Hour: false, 24 * time.Hour: true, 900 * time.Hour: true} {
		if m := (seenMirror{committed: pushed, observed: pushed.Add(after)}); m.afterPush() != want {
			t.Errorf("%s after: %v, want %v", after, m.afterPush(), want)
		}
	}
}
