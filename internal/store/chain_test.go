package store

import (
	"errors"
	"testing"
	"time"
)

// assess marks a run as assessed with inputs of a digest.
func assess(t *testing.T, s *Store, run int64, inputs string, sealed Sealed) {
	t.Helper()
	if err := s.MarkAssessed(t.Context(), run, inputs, sealed); err != nil {
		t.Fatal(err)
	}
}

// A run that read the same as an earlier one is that run, and leaves nothing behind. One of
// other catalogs, of other inputs or that nobody judged is not.
func TestARunOverTheSameInputsIsTheEarlierRun(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	judged, other, unjudged := begin(t, s, "a"), begin(t, s, "b"), begin(t, s, "a")
	assess(t, s, judged, "same", Sealed{})
	assess(t, s, other, "same", Sealed{})
	for inputs, want := range map[string]int64{"same": judged, "others": 0} {
		id := begin(t, s, "a")
		got, err := s.ReplaceByIdentical(ctx, Run{ID: id, CatalogID: "a"}, inputs)
		if want == 0 {
			want = id
		}
		if err != nil || got.ID != want {
			t.Errorf("inputs %q: run %d (%v), want %d", inputs, got.ID, err, want)
		}
		var left int
		if err := s.db.GetContext(ctx, &left, `SELECT count(*) FROM runs WHERE id = ?`, id); err != nil || (left == 1) != (want == id) {
			t.Errorf("inputs %q: %d rows of the new run are left (%v)", inputs, left, err)
		}
	}
	if err := s.ResetVerdicts(ctx, judged); err != nil {
		t.Fatal(err)
	}
	id := begin(t, s, "a")
	if got, err := s.ReplaceByIdentical(ctx, Run{ID: id, CatalogID: "a"}, "same"); err != nil || got.ID != id {
		t.Errorf("a run whose verdicts were reset stands in for another: run %d (%v), want %d", got.ID, err, id)
	}
	if _, err := s.AssessedRun(ctx, unjudged); !errors.Is(err, ErrNotFound) {
		t.Errorf("a run that nobody judged is an assessed one: %v", err)
	}
}

func TestAssessedRunsAreFoundByNumberByDayAndByOrder(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	first, second := begin(t, s, "a"), begin(t, s, "a")
	for _, id := range []int64{first, second} {
		assess(t, s, id, "", Sealed{})
	}
	if got, err := s.AssessedRun(ctx, first); err != nil || got.ID != first {
		t.Errorf("by number: %d (%v), want %d", got.ID, err, first)
	}
	if got, err := s.AssessedRunOn(ctx, day); err != nil || got.ID != second {
		t.Errorf("by day: %d (%v), want the newest, %d", got.ID, err, second)
	}
	if _, err := s.AssessedRunOn(ctx, day.Add(48*time.Hour)); !errors.Is(err, ErrNotFound) {
		t.Errorf("by a day without a run: %v", err)
	}
	if got, err := s.Before(ctx, Run{ID: second, CatalogID: "a"}); err != nil || got.ID != first {
		t.Errorf("before the second: %d (%v), want %d", got.ID, err, first)
	}
	if _, err := s.Before(ctx, Run{ID: first, CatalogID: "a"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("before the first: %v", err)
	}
	outcome := map[string]int{}
	if err := s.Outcome(ctx, first, &outcome); !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing was published of it: %v", err)
	}
	if err := errors.Join(s.PutOutcome(ctx, first, map[string]int{"pages": 3}), s.Outcome(ctx, first, &outcome)); err != nil || outcome["pages"] != 3 {
		t.Errorf("published is %v (%v)", outcome, err)
	}
}

// The chain of seals has one order: a seal that another follows already is refused, and one
// that a run names and that is gone is counted.
func TestSealsAreOneChainAndALossIsSeen(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	next := day.Add(24 * time.Hour)
	if err := errors.Join(s.PutSeal(ctx, "one", "", "a", day, map[string]int{"n": 1}), s.PutSeal(ctx, "two", "one", "b", day, map[string]int{"n": 2})); err != nil {
		t.Fatal(err)
	}
	if err := s.PutSeal(ctx, "fork", "one", "a", next, nil); err == nil {
		t.Error("two seals follow the same one")
	}
	if all, err := s.Seals(ctx); err != nil || len(all) != 2 || string(all[0]) != `{"n":1}` || string(all[1]) != `{"n":2}` {
		t.Errorf("the seals are %s (%v)", all, err)
	}
	for _, c := range []struct {
		catalog string
		day     time.Time
		want    string
	}{{"a", next, "one"}, {"b", next, "two"}, {"a", day, ""}, {"c", next, ""}} {
		if got, err := s.LastSeal(ctx, c.catalog, c.day); err != nil || got != c.want {
			t.Errorf("the last of %s before %s is %q (%v), want %q", c.catalog, c.day.Format(time.DateOnly), got, err, c.want)
		}
	}
	run := begin(t, s, "a")
	assess(t, s, run, "", Sealed{Record: "one", Seal: "gone"})
	if got, err := s.SealedBy(ctx, run); err != nil || got != (Sealed{Record: "one", Seal: "gone"}) {
		t.Errorf("the run sealed %+v (%v)", got, err)
	}
	if lost, err := s.LostSeals(ctx); err != nil || lost != 1 {
		t.Errorf("%d seals are lost (%v), want 1", lost, err)
	}
}

// A match of an earlier state of the advisories stands for a later one only where it was
// copied; equal matches are kept once.
func TestAMatchHoldsForTheStateThatItWasMadeWith(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	var got []string
	if _, err := s.LastState(ctx, "inventory"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an inventory that nobody matched has a state: %v", err)
	}
	for _, state := range []string{"january", "february"} {
		if err := s.PutMatches(ctx, []NewMatch{{Key: "inventory", State: state, Findings: 1, Match: []string{"X-1"}}}); err != nil {
			t.Fatal(err)
		}
	}
	if state, err := s.LastState(ctx, "inventory"); err != nil || state != "february" {
		t.Errorf("the last state is %q (%v)", state, err)
	}
	if err := s.Match(ctx, "inventory", "march", &got); !errors.Is(err, ErrNotFound) {
		t.Errorf("it holds for a state that it was not made with: %v", err)
	}
	if err := s.PutMatches(ctx, []NewMatch{{Key: "inventory", State: "march", From: "february"}}); err != nil {
		t.Fatal(err)
	}
	if summary, err := s.MatchSummary(ctx, "inventory", "march"); err != nil || summary.Findings != 1 {
		t.Errorf("the copy is %+v (%v)", summary, err)
	}
	if err := s.Match(ctx, "inventory", "march", &got); err != nil || len(got) != 1 || got[0] != "X-1" {
		t.Errorf("the copy holds %v (%v)", got, err)
	}
	if err := s.PutMatches(ctx, []NewMatch{{Key: "inventory", State: "april", From: "never"}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a match that is not there was copied: %v", err)
	}
	var kept int
	if err := s.db.GetContext(ctx, &kept, `SELECT count(*) FROM answers`); err != nil || kept != 1 {
		t.Errorf("%d equal matches are kept (%v), want 1", kept, err)
	}
}

// Only a scan that was read is used again, whichever run made it.
func TestTheLastScanIsTheNewestThatWasRead(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	const address = "https://forge.example/o/one"
	if _, err := s.LastScan(ctx, address); !errors.Is(err, ErrNotFound) {
		t.Errorf("nobody scanned it: %v", err)
	}
	for _, scan := range []Scan{
		{URL: address, Commit: "aa", MirrorState: "first", At: day, ObservedUntil: day, Committed: day},
		{URL: address, Commit: "bb", MirrorState: "second", At: day, ObservedUntil: day, Committed: day},
		{URL: address, At: day, ObservedUntil: day, Committed: day},
	} {
		if err := s.PutScan(ctx, begin(t, s, "a"), scan); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.LastScan(ctx, address); err != nil || got.Commit != "bb" {
		t.Errorf("the last scan is of %q (%v), want bb", got.Commit, err)
	}
}
