package store

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// TestASeriesHasTheNewestRunOfEachDay stores runs of several days, one of them twice.
func TestASeriesHasTheNewestRunOfEachDay(t *testing.T) {
	eachEngine(t, testSeries)
}

func testSeries(t *testing.T, s *Store) {
	ctx := t.Context()
	var last Run
	var err error
	for _, day := range []int{3, 1, 3, 2, 4} {
		run := Run{AsOf: time.Date(2026, 6, day, 23, 59, 59, 0, time.UTC), CatalogID: "c"}
		if run.ID, err = s.Begin(ctx, run, []catalog.Good{{ID: "a", Name: "A"}}); err != nil {
			t.Fatal(err)
		}
		verdict := json.RawMessage(`{"verdict": {"score": {"low": 10, "high": 20.5}}, "measures": [
			{"id": "advisories.findings", "state": "measured", "value": 7, "bound": "at-least"}, {"id": "people.contributors-12m", "state": "unknown"}]}`)
		if err := s.PutVerdicts(ctx, run.ID, []Judged{{"a", "d", "fading", verdict}}); err != nil {
			t.Fatal(err)
		}
		if err := s.MarkAssessed(ctx, run.ID, "", Sealed{}); err != nil {
			t.Fatal(err)
		}
		if day == 3 {
			last = run
		}
	}
	runs, err := s.PastRuns(ctx, last, 60)
	if err != nil || len(runs) != 3 || runs[2].ID != last.ID || runs[0].AsOf.Day() != 1 {
		t.Fatalf("the runs are %+v, %v", runs, err)
	}
	for range 2 { // taken out of the verdict, and kept
		points, err := s.Points(ctx, last.ID)
		if err != nil || len(points) != 1 {
			t.Fatalf("the points are %+v, %v", points, err)
		}
		if p := points[0]; p.Stage != "fading" || p.Low != 10 || p.High != 20.5 || p.Findings == nil || *p.Findings != 7 || p.People != nil ||
			p.FindingsBound != observation.AtLeast || p.PeopleBound != observation.Exact {
			t.Errorf("the point is %+v", p)
		}
	}
	seven := 7
	other := []Point{{Good: "a", Stage: "dormant", Low: 1, High: 2}}
	if err := s.PutPoints(ctx, last.ID, other); err != nil {
		t.Fatal(err)
	}
	if points, err := s.Points(ctx, last.ID); err != nil || len(points) != 1 || points[0].Stage != "fading" {
		t.Errorf("points that were there became %+v, %v", points, err)
	}
	given := []Point{{Good: "a", Stage: "fading", Low: 10, High: 20.5, Findings: &seven, FindingsBound: observation.AtLeast}}
	if err := s.PutPoints(ctx, runs[0].ID, given); err != nil {
		t.Fatal(err)
	}
	if points, err := s.Points(ctx, runs[0].ID); err != nil || !reflect.DeepEqual(points, given) {
		t.Errorf("points that were given are %+v, %v", points, err)
	}
	if err := s.ResetVerdicts(ctx, last.ID); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := s.db.get(ctx, &n, `SELECT count(*) FROM points WHERE run_id = ?`, last.ID); err != nil || n != 0 {
		t.Errorf("%d points are left of a run that is judged again: %v", n, err)
	}
}
