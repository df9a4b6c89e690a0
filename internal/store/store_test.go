package store

import (
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

var day = time.Date(2026, 1, 2, 23, 59, 59, 0, time.UTC)

func begin(t testing.TB, s *Store, catalogID string, goods ...catalog.Good) int64 {
	t.Helper()
	id, err := s.Begin(t.Context(), Run{AsOf: day, CatalogID: catalogID, Sources: []Source{{Name: "csv", Location: "x.csv", Goods: len(goods)}}}, goods)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestRunsStandSideBySideAndThePreviousOneIsOfTheSameCatalogs(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		first := begin(t, s, "a")
		other := begin(t, s, "b")
		second := begin(t, s, "a")
		for _, id := range []int64{first, other} {
			if err := s.Advance(t.Context(), id, Assessed); err != nil {
				t.Fatal(err)
			}
		}
		latest, err := s.Latest(t.Context(), Started)
		if err != nil || latest.ID != second || !latest.AsOf.Equal(day) || len(latest.Sources) != 1 {
			t.Fatalf("latest = %+v, %v", latest, err)
		}
		before, err := s.Previous(t.Context(), latest)
		if err != nil || before.ID != first {
			t.Errorf("before = %+v, %v; want run %d", before, err, first)
		}
		if _, err := s.Previous(t.Context(), before); !errors.Is(err, ErrNotFound) {
			t.Errorf("the first run has one before it: %v", err)
		}
	})
}

func TestGoodsComeBackByIDWithNilAndEmptyListsApart(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		goods := []catalog.Good{{ID: "b", Name: "B", DeploymentCountries: []string{}}, {ID: "a", Name: "A"}}
		run := begin(t, s, "x", goods...)
		if err := s.PutVerdicts(t.Context(), run, []Judged{{"a", "", "emerging", map[string]string{"stage": "emerging"}}}); err != nil {
			t.Fatal(err)
		}
		var got []Good
		for good, err := range s.Goods(t.Context(), run) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, good)
		}
		if len(got) != 2 || got[0].ID != "a" || string(got[0].Verdict) != `{"stage":"emerging"}` || len(got[1].Verdict) > 0 {
			t.Fatalf("goods = %+v", got)
		}
		if got[0].DeploymentCountries != nil || got[1].DeploymentCountries == nil {
			t.Error("a catalog that is silent and one that names no country became the same")
		}
	})
}

func TestManyGoodsArePagedWithoutLoss(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		goods := make([]catalog.Good, 0, 250)
		for i := range 250 {
			goods = append(goods, catalog.Good{ID: string(rune('a'+i%26)) + time.Duration(i).String()})
		}
		run := begin(t, s, "x", goods...)
		n := 0
		for _, err := range s.Goods(t.Context(), run) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != 250 {
			t.Errorf("%d goods", n)
		}
	})
}

func TestScanComesBackAsItWasStored(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		run := begin(t, s, "x")
		for _, want := range []Scan{
			{URL: "https://h/a", Commit: "c0ffee", ObservedUntil: day, At: day, Keys: []string{"k1", "k2"}, Inventory: "k2", Notes: []observation.Note{{Cause: observation.CauseBroken, Message: "m"}}},
			{URL: "https://h/b", ObservedUntil: day, At: day, Failure: &observation.Note{Cause: observation.CauseNotFound, Message: "gone"}},
		} {
			if err := s.PutScan(t.Context(), run, want); err != nil {
				t.Fatal(err)
			}
			got, err := s.Scan(t.Context(), run, want.URL)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, want)
			}
		}
		if _, err := s.Scan(t.Context(), run, "https://h/c"); !errors.Is(err, ErrNotFound) {
			t.Errorf("err = %v", err)
		}
	})
}

func TestObservationKeepsTheTypesOfItsValues(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		want := observation.Observation{Scanner: "s", Version: "1", Measures: []observation.Measure{
			{ID: "n", State: observation.Measured, Value: 0.0}, {ID: "b", State: observation.Measured, Value: false},
			{ID: "l", State: observation.Measured, Value: []string{}}, {ID: "u", State: observation.Unknown, Cause: observation.CauseOffline},
		}}
		if err := s.PutObservation(t.Context(), "key", want, time.Second); err != nil {
			t.Fatal(err)
		}
		got, err := s.Observation(t.Context(), "key")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := s.Observation(t.Context(), "other"); !errors.Is(err, ErrNotFound) {
			t.Errorf("err = %v", err)
		}
	})
}

func TestValueThatIsNoJSONIsAnErrorNotAnEmptyDocument(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		err := s.PutObservation(t.Context(), "key", observation.Observation{Measures: []observation.Measure{{Value: math.NaN()}}}, 0)
		if err == nil {
			t.Error("NaN was stored")
		}
	})
}

func TestWritersAtOnceWaitForEachOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "midspan.db")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			for i := range 20 {
				if err := s.PutMatches(t.Context(), []NewMatch{{Key: "k", State: time.Duration(i).String(), Findings: i, Match: i}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

func TestVerdictIsTakenFromAnyRunUnderTheSameDigest(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		first := begin(t, s, "a", catalog.Good{ID: "x", Name: "X"})
		second := begin(t, s, "b", catalog.Good{ID: "x", Name: "X"}, catalog.Good{ID: "y"})
		if _, _, err := s.ReuseVerdict(t.Context(), second, "x", "d1"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a verdict came from nowhere: %v", err)
		}
		if err := s.PutVerdicts(t.Context(), first, []Judged{{"x", "d1", "sunset", map[string]int{"n": 1}}}); err != nil {
			t.Fatal(err)
		}
		reusable, err := s.ReusableVerdicts(t.Context(), []string{"d1", "d2", ""})
		if err != nil || len(reusable) != 1 || !reusable["d1"] {
			t.Errorf("the verdicts that can be taken are %v, %v", reusable, err)
		}
		if stage, verdict, err := s.ReuseVerdict(t.Context(), second, "x", "d1"); err != nil || stage != "sunset" || len(verdict) == 0 {
			t.Errorf("stage %q, %v", stage, err)
		}
		if _, _, err := s.ReuseVerdict(t.Context(), second, "y", ""); !errors.Is(err, ErrNotFound) {
			t.Errorf("a verdict without a digest was taken: %v", err)
		}
		for good, err := range s.Goods(t.Context(), second) {
			if err != nil {
				t.Fatal(err)
			}
			if want := map[string]string{"x": `d1 {"n":1}`, "y": " "}[good.ID]; good.Digest+" "+string(good.Verdict) != want {
				t.Errorf("%s has %s %s, want %s", good.ID, good.Digest, good.Verdict, want)
			}
		}
		if stages, err := s.Stages(t.Context(), second); err != nil || !reflect.DeepEqual(stages, []GoodStage{{"x", "X", "sunset", false}, {"y", "", "", false}}) {
			t.Errorf("stages = %v, %v", stages, err)
		}
	})
}

func TestMatchesThatSayTheSameShareTheirAnswer(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		for _, state := range []string{"monday", "tuesday"} {
			if err := s.PutMatches(t.Context(), []NewMatch{{Key: "key", State: state, Findings: 3, Match: []string{"same"}}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.PutMatches(t.Context(), []NewMatch{{Key: "key", State: "wednesday", Findings: 4, Match: []string{"other"}}}); err != nil {
			t.Fatal(err)
		}
		answers := map[string]MatchSummary{}
		for _, state := range []string{"monday", "tuesday", "wednesday"} {
			answer, err := s.MatchSummary(t.Context(), "key", state)
			if err != nil {
				t.Fatal(err)
			}
			answers[state] = answer
		}
		if answers["monday"] != answers["tuesday"] || answers["monday"].Digest == answers["wednesday"].Digest || answers["wednesday"].Findings != 4 {
			t.Errorf("answers = %v", answers)
		}
		if _, err := s.MatchSummary(t.Context(), "key", "sunday"); !errors.Is(err, ErrNotFound) {
			t.Errorf("err = %v", err)
		}
	})
}
