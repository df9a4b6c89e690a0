package store

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

func TestAnAnswerStandsInThePlaceOfTheLastOneAndRunsKeepWhatTheyMadeOfIt(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		if _, err := s.LiveAnswer(t.Context(), "forge", "https://a"); !errors.Is(err, ErrNotFound) {
			t.Errorf("nothing is kept, and got %v", err)
		}
		if n, _, newest, err := s.LiveAnswers(t.Context(), "forge"); n != 0 || err != nil || !newest.IsZero() {
			t.Errorf("nothing is kept, and got %d of %s, %v", n, newest, err)
		}
		first := LiveAnswer{Source: "forge", URL: "https://a", Version: "1", Asked: day, Document: json.RawMessage(`{"a":1}`)}
		second := LiveAnswer{Source: "forge", URL: "https://a", Version: "2", Asked: day.Add(time.Hour), Partial: true, Document: json.RawMessage(`{"a":2}`)}
		other := LiveAnswer{Source: "forge", URL: "https://b", Version: "2", Asked: day.Add(2 * time.Hour), Document: json.RawMessage(`{}`)}
		for _, a := range []LiveAnswer{first, second, other} {
			if err := s.PutLiveAnswer(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.LiveAnswer(t.Context(), "forge", "https://a"); err != nil || !reflect.DeepEqual(got, second) {
			t.Errorf("got %+v, %v", got, err)
		}
		if n, oldest, newest, err := s.LiveAnswers(t.Context(), "forge"); n != 2 || !oldest.Equal(second.Asked) || !newest.Equal(other.Asked) || err != nil {
			t.Errorf("got %d from %s to %s, %v", n, oldest, newest, err)
		}
		run := begin(t, s, "a")
		before, err := s.RunDigest(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		live := Live{URL: "https://a", Source: "forge", Measures: []observation.Measure{{ID: "forge.stars", State: observation.Measured, Value: 3.0, At: day}}}
		if err := s.PutLive(t.Context(), run, live); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Live(t.Context(), run, "https://a", "forge"); err != nil || !reflect.DeepEqual(got, live) {
			t.Errorf("got %+v, %v", got, err)
		}
		if after, err := s.RunDigest(t.Context(), run); err != nil || after == before {
			t.Errorf("two runs with other answers have the same inputs: %v", err)
		}
		if _, err := s.Live(t.Context(), run+1, "https://a", "forge"); !errors.Is(err, ErrNotFound) {
			t.Errorf("another run has it too: %v", err)
		}
	})
}

// What the report says of the catalogs is an input too: an entry that became no good is
// nowhere but in the notes.
func TestRunsWhoseCatalogsSayOtherThingsHaveOtherInputs(t *testing.T) {
	note := observation.Note{Cause: observation.CauseCorrupt, Subject: "goods.csv", Message: "line 3: an open quote"}
	source := Source{Name: "csv", Location: "goods.csv", Goods: 1, Fetched: "2026-06-29"}
	later := source
	later.Fetched = "2026-06-30"
	eachEngine(t, func(t *testing.T, s *Store) {
		digest := func(run Run) string {
			run.AsOf, run.CatalogID = day, "a"
			id, err := s.Begin(t.Context(), run, []catalog.Good{{ID: "one"}})
			if err != nil {
				t.Fatal(err)
			}
			digest, err := s.RunDigest(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return digest
		}
		first := Run{Sources: []Source{source}}
		want := digest(first)
		if got := digest(first); got != want {
			t.Error("two runs over the same have different inputs")
		}
		for what, other := range map[string]Run{
			"a note":       {Sources: first.Sources, Notes: []observation.Note{note}},
			"another day":  {Sources: []Source{later}},
			"more sources": {Sources: []Source{source, later}},
		} {
			if digest(other) == want {
				t.Errorf("%s changes no input", what)
			}
		}
	})
}
