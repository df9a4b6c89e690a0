package scannertest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// AskOne asks a source about one repository, and fails where it does not reply once. It
// returns what was tried as well.
func AskOne(t testing.TB, source scanners.Source, now time.Time, address string, q scanners.Question) (scanners.Reply, []string) {
	t.Helper()
	var err error
	if q.Repository, _, err = catalog.ParseRepository(address, catalog.Declared); err != nil {
		t.Fatal(err)
	}
	var replies []scanners.Reply
	tried, err := source.Ask(t.Context(), scanners.Asking{
		Now: func() time.Time { return now },
		Client: fetch.Client(fetch.Options{AllowPrivate: true, UserAgent: "midspan/test", Handled: []int{429, 502, 504},
			Retry: fetch.RetryPolicy{MaxAttempts: 1, FailureThreshold: 50, IdleTimeout: 5 * time.Second}}),
		Questions: []scanners.Question{q},
		Reply:     func(r scanners.Reply) error { replies = append(replies, r); return nil },
	})
	if err != nil || len(replies) != 1 || (replies[0].Answer == nil) == (replies[0].Failure == nil) {
		t.Fatalf("replies %+v, %v", replies, err)
	}
	return replies[0], tried
}

// MeasuresOf are the measures that a source makes of an answer, by id, where what is older
// than 30 days is too old.
func MeasuresOf(t testing.TB, source scanners.Source, answer *scanners.Answer, now time.Time) map[string]observation.Measure {
	t.Helper()
	all, _ := source.Measures(*answer, now.AddDate(0, 0, -30))
	CheckMeasures(t, source.Definitions(), all)
	return ByID(all)
}

// WantShort compares measures with what is wanted of some, written as Short does.
func WantShort(t testing.TB, got map[string]observation.Measure, want map[string]string) {
	t.Helper()
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if Short(got[id]) != want[id] {
			t.Errorf("%s is %s (%s), want %s", id, Short(got[id]), got[id].Detail, want[id])
		}
	}
}

// Short writes a measure in short: "2", "≥ 3", "≤ 3", "unknown: cause", "none".
func Short(m observation.Measure) string {
	switch m.State {
	case observation.Unknown:
		return "unknown: " + string(m.Cause)
	case observation.NotApplicable:
		return "none"
	}
	return map[observation.Bound]string{observation.AtLeast: "≥ ", observation.AtMost: "≤ "}[m.Bound] + fmt.Sprint(m.Value)
}
