package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/midspan/midspan/catalog"
)

// Good is a good of a run with its verdict, which is nil before the assess stage.
type Good struct {
	catalog.Good
	Verdict json.RawMessage
	// Digest identifies everything that the verdict depends on.
	Digest string
}

// Goods iterates over the goods of a run in the order of ids. What is stored of their
// repositories is read for many of them at once, where it is asked for while they are
// iterated over.
func (s *Store) Goods(ctx context.Context, run int64) iter.Seq2[Good, error] {
	return func(yield func(Good, error) bool) {
		for page, err := range s.Pages(ctx, run) {
			if err != nil {
				yield(Good{}, err)
				return
			}
			for _, good := range page {
				if !yield(good, nil) {
					return
				}
			}
		}
	}
}

// Pages is Goods, as many at once as are read at once.
func (s *Store) Pages(ctx context.Context, run int64) iter.Seq2[[]Good, error] {
	return func(yield func([]Good, error) bool) {
		defer s.forget()
		last := ""
		for {
			// Read in pages, so that no read is open while the caller writes.
			var rows []struct {
				ID       string         `db:"good_id"`
				Document string         `db:"document"`
				Verdict  sql.NullString `db:"verdict"`
				Digest   string         `db:"digest"`
			}
			err := s.db.list(ctx, &rows, `SELECT good_id, document, verdict, digest FROM goods WHERE run_id = ? AND good_id > ? ORDER BY good_id LIMIT ?`,
				run, last, Page)
			if err != nil {
				yield(nil, err)
				return
			}
			page := make([]Good, 0, len(rows))
			for _, row := range rows {
				good := Good{Verdict: json.RawMessage(row.Verdict.String), Digest: row.Digest}
				if err := jsonv1.Unmarshal([]byte(row.Document), &good.Good); err != nil {
					yield(nil, fmt.Errorf("stored good %s: %w", row.ID, err))
					return
				}
				page = append(page, good)
				last = row.ID
			}
			if len(rows) == 0 {
				return
			}
			s.ReadAhead(run, addressesOf(page))
			if !yield(page, nil) {
				return
			}
		}
	}
}

// Judged is the verdict of a good of a run. Digest identifies everything that it depends
// on: the same digest always comes with the same verdict.
type Judged struct {
	Good, Digest, Stage string
	Verdict             any
}

// PutVerdicts stores the verdicts of some goods of a run together: a Page of them is one way
// to the database and back.
func (s *Store) PutVerdicts(ctx context.Context, run int64, verdicts []Judged) error {
	if len(verdicts) == 0 {
		return nil
	}
	return s.db.transaction(ctx, func(tx transaction) error {
		for some := range slices.Chunk(verdicts, Page) {
			args := make([]any, 0, 4*len(some)+1)
			for _, v := range some {
				args = append(args, v.Good, v.Digest, v.Stage, jsonValue{v.Verdict})
			}
			values := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?), ", len(some)), ", ")
			query := `WITH made (good, digest, stage, verdict) AS (VALUES ` + values + `)
				UPDATE goods SET digest = made.digest, stage = made.stage, verdict = ` + s.db.dialect("made.verdict", "made.verdict::JSON") + `
				FROM made WHERE run_id = ? AND good_id = made.good`
			if err := tx.run(ctx, query, append(args, run)...); err != nil {
				return fmt.Errorf("store the verdicts from %s on: %w", some[0].Good, err)
			}
		}
		return nil
	})
}

// ReusableVerdicts returns the digests among some of which any run has a verdict.
func (s *Store) ReusableVerdicts(ctx context.Context, digests []string) (map[string]bool, error) {
	reusable := map[string]bool{}
	if len(digests) == 0 {
		return reusable, nil
	}
	rows, err := listIn[string](ctx, s, `SELECT DISTINCT digest FROM goods WHERE digest IN (?) AND digest <> '' AND verdict IS NOT NULL`, digests)
	for _, digest := range rows {
		reusable[digest] = true
	}
	return reusable, err
}

// ReuseVerdict copies the verdict with the same digest from any run to a good, and
// returns its stage and itself, or ErrNotFound.
func (s *Store) ReuseVerdict(ctx context.Context, run int64, good, digest string) (stage string, verdict json.RawMessage, err error) {
	var row struct{ Stage, Verdict string }
	err = s.db.get(ctx, &row, `UPDATE goods SET (digest, stage, verdict) = (one.digest, one.stage, one.verdict)
		FROM (SELECT digest, stage, verdict FROM goods WHERE digest = ? AND digest <> '' AND verdict IS NOT NULL LIMIT 1) AS one
		WHERE run_id = ? AND good_id = ? RETURNING goods.stage, goods.verdict`, digest, run, good)
	return row.Stage, json.RawMessage(row.Verdict), notFound(err)
}

// Stages returns the name and the stage of each good of a run, and whether one of its
// repositories was read, without decoding verdicts.
func (s *Store) Stages(ctx context.Context, run int64) ([]GoodStage, error) {
	var all []GoodStage
	return all, s.db.list(ctx, &all, `SELECT good_id AS id, coalesce(`+s.db.document("document")+` ->> 'name', '') AS name, stage, EXISTS (
			SELECT 1 FROM `+s.db.elements("document", "repositories")+` AS repository JOIN scans ON scans.run_id = goods.run_id
				AND scans.url = repository.value ->> 'url'
			WHERE scans.failure IS NULL) AS read
		FROM goods WHERE run_id = ? ORDER BY good_id`, run)
}

// GoodStage is a good with its stage.
type GoodStage struct {
	ID, Name, Stage string
	Read            bool // one of its repositories was read
}

// Verdict decodes the verdict of a good of a run into target, or returns ErrNotFound.
func (s *Store) Verdict(ctx context.Context, run int64, good string, target any) error {
	return s.getJSON(ctx, target, `SELECT verdict FROM goods WHERE run_id = ? AND good_id = ? AND verdict IS NOT NULL`, run, good)
}
