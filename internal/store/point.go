package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// PastRun is one run of a series.
type PastRun struct {
	ID    int64     `db:"id"`
	Day   string    `db:"as_of"` // RFC 3339
	Rules string    `db:"rules"` // digest of its rules; empty in a run of before they were kept
	AsOf  time.Time `db:"-"`
}

// Point is what a series shows of a good in one run.
type Point struct {
	Good     string  `db:"good_id"`
	Stage    string  `db:"stage"`
	Low      float64 `db:"low"`
	High     float64 `db:"high"`
	Findings *int    `db:"findings"` // nil where unknown
	People   *int    `db:"people"`   // of the last 12 months; nil where unknown
	// FindingsBound and PeopleBound say how these relate to the true numbers.
	FindingsBound observation.Bound `db:"findings_bound"`
	PeopleBound   observation.Bound `db:"people_bound"`
}

// pointColumns are those of a point, without its run.
const pointColumns = "good_id, stage, low, high, findings, people, findings_bound, people_bound"

// PutRules stores the digest of the rules by which a run is judged.
func (s *Store) PutRules(ctx context.Context, run int64, digest string) error {
	return s.db.run(ctx, `UPDATE runs SET rules = ? WHERE id = ?`, digest, run)
}

// PastRuns returns the assessed runs over the catalogs of a run up to its day, the run
// itself among them: the newest of each day, at most so many, the oldest first.
func (s *Store) PastRuns(ctx context.Context, run Run, most int) ([]PastRun, error) {
	var runs []PastRun
	day := run.AsOf.UTC().Format(time.DateOnly)
	err := s.db.list(ctx, &runs, `SELECT id, as_of, rules FROM (SELECT id, as_of, rules FROM runs WHERE id IN (SELECT max(id) FROM runs
			WHERE catalog_id = ? AND (id = ? OR state = ? AND substr(as_of, 1, 10) < ?) GROUP BY substr(as_of, 1, 10)) ORDER BY as_of DESC LIMIT ?) AS newest
		ORDER BY as_of`, run.CatalogID, run.ID, Assessed, day, most)
	for i := range runs {
		if runs[i].AsOf, err = time.Parse(time.RFC3339, runs[i].Day); err != nil {
			return nil, fmt.Errorf("run %d: %w", runs[i].ID, err)
		}
	}
	return runs, err
}

// PutPoints stores the points of a run, which whoever decoded its verdicts has at hand. Those
// that are there stay.
func (s *Store) PutPoints(ctx context.Context, run int64, points []Point) error {
	return s.db.transaction(ctx, func(tx transaction) error {
		for some := range slices.Chunk(points, Page) {
			args := make([]any, 0, 9*len(some))
			for _, p := range some {
				args = append(args, run, p.Good, p.Stage, p.Low, p.High, p.Findings, p.People, p.FindingsBound, p.PeopleBound)
			}
			values := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?, ?, ?), ", len(some)), ", ")
			query := `INSERT INTO points (run_id, ` + pointColumns + `) VALUES ` + values + ` ON CONFLICT DO NOTHING`
			if err := tx.run(ctx, query, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Points returns the points of a run by good. They are taken out of the verdicts when they
// are first asked for, and kept.
func (s *Store) Points(ctx context.Context, run int64) ([]Point, error) {
	of := func(what, measure string) string {
		return fmt.Sprintf(`(SELECT %s FROM %s AS measure WHERE measure.value ->> 'id' = '%s' AND measure.value ->> 'state' = '%s')`,
			what, s.db.elements("verdict", "measures"), measure, observation.Measured)
	}
	measured := func(measure string) string {
		return of(`CAST(CAST(measure.value ->> 'value' AS NUMERIC) AS INTEGER)`, measure)
	}
	bound := func(measure string) string { return `coalesce(` + of(`measure.value ->> 'bound'`, measure) + `, '')` }
	var points []Point
	query := `SELECT ` + pointColumns + ` FROM points WHERE run_id = ? ORDER BY good_id`
	if err := s.db.list(ctx, &points, query, run); err != nil || len(points) > 0 {
		return points, err
	}
	score := func(bound string, without int) string {
		return fmt.Sprintf(`coalesce(CAST(%s -> 'verdict' -> 'score' ->> '%s' AS DOUBLE PRECISION), %d)`, s.db.document("verdict"), bound, without)
	}
	err := s.db.run(ctx, `INSERT INTO points (run_id, `+pointColumns+`)
		SELECT run_id, good_id, stage, `+score("low", 0)+`, `+score("high", 100)+`, `+
		measured(observation.AdvisoriesFindings)+`, `+measured(observation.PeopleContributors12m)+`, `+
		bound(observation.AdvisoriesFindings)+`, `+bound(observation.PeopleContributors12m)+` FROM goods
		WHERE run_id = ? AND verdict IS NOT NULL ON CONFLICT DO NOTHING`, run)
	if err != nil {
		return nil, err
	}
	return points, s.db.list(ctx, &points, query, run)
}
