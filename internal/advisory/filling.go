package advisory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/observation"
)

// noLimit is the as-of that leaves out no date.
var noLimit time.Time

// maxNotes bounds the notes on single records of one ecosystem.
const maxNotes = 20

// filling stores the records of one ecosystem.
type filling struct {
	tx      *sqlx.Tx
	insert  *sqlx.Stmt
	id      int64
	report  func(Progress)
	seen    map[string]int64 // record id to modified
	days    map[int64]int64  // day to its last second on which a record was modified
	notes   []observation.Note
	counts  Ecosystem
	total   int
	done    int
	writing bool // the error came from the index, not from the source
}

func newFilling(tx *sqlx.Tx, id int64, ecosystem string, report func(Progress)) *filling {
	return &filling{tx: tx, id: id, report: report, seen: map[string]int64{}, days: map[int64]int64{}, counts: Ecosystem{Name: ecosystem}}
}

func (f *filling) run(ctx context.Context, p part) error {
	var err error
	f.insert, err = f.tx.PreparexContext(ctx, "INSERT OR REPLACE INTO advisory VALUES (?, ?, ?, ?)")
	if err != nil {
		f.writing = true
		return err
	}
	defer f.insert.Close()
	totals := make(chan int, 1)
	err = parseAll(ctx, p, func(n int) { totals <- n }, func(record parsed) error {
		if f.total == 0 {
			f.total = <-totals
		}
		if err := f.store(ctx, record); err != nil {
			f.writing = true
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(f.seen) == 0 {
		return errors.New("there is no readable record in it")
	}
	return nil
}

func (f *filling) store(ctx context.Context, p parsed) error {
	if f.done++; f.done%1000 == 0 || f.done == f.total {
		f.report(Progress{f.counts.Name, f.done, f.total})
	}
	if p.err != nil {
		f.counts.Broken++
		f.remark(p)
	}
	if p.id == "" {
		return nil
	}
	before, again := f.seen[p.id]
	if again && before >= p.modified {
		return nil
	}
	if again {
		if _, err := f.tx.ExecContext(ctx, "DELETE FROM advisory WHERE ecosystem = ? AND id = ?", f.id, p.id); err != nil {
			return err
		}
	}
	f.seen[p.id] = p.modified
	if p.withdrawn {
		f.counts.Withdrawn++
		return nil
	}
	if p.modified != 0 {
		day := p.modified / (24 * 3600)
		f.days[day] = max(f.days[day], p.modified)
	}
	for name, data := range p.rows {
		if _, err := f.insert.ExecContext(ctx, f.id, name, p.id, data); err != nil {
			return err
		}
	}
	return nil
}

func (f *filling) remark(p parsed) {
	if len(f.notes) > maxNotes {
		return
	}
	if len(f.notes) == maxNotes {
		f.notes = append(f.notes, observation.Note{Cause: observation.CauseBroken, Subject: f.counts.Name, Message: "further broken records of this ecosystem are counted, not listed"})
		return
	}
	cause := observation.CauseBroken
	if errors.Is(p.err, errTooLarge) {
		cause = observation.CauseOverLimit
	}
	what := "the record was left out, the others stand"
	if errors.Is(p.err, errPartial) {
		what = "the rest of the record stands"
	}
	f.notes = append(f.notes, observation.Note{Cause: cause, Subject: f.counts.Name + "/" + strings.ToValidUTF8(p.file, "\uFFFD"),
		Message: fmt.Sprintf("%v; %s; report it to the advisory database, or fetch it again", p.err, what)})
}

// finish stores what was counted.
func (f *filling) finish(ctx context.Context, stamp, digest string) error {
	for _, second := range f.days {
		if _, err := f.tx.ExecContext(ctx, "INSERT INTO day VALUES (?, ?)", f.id, second); err != nil {
			return err
		}
	}
	for _, n := range f.notes {
		data, err := json.Marshal(n)
		if err != nil {
			return err
		}
		if _, err := f.tx.ExecContext(ctx, "INSERT INTO note VALUES (?, ?)", f.id, data); err != nil {
			return err
		}
	}
	err := f.tx.QueryRowxContext(ctx, `SELECT count(DISTINCT id), count(DISTINCT CASE WHEN id LIKE 'MAL-%' THEN id END), count(DISTINCT name)
		FROM advisory WHERE ecosystem = ?`, f.id).Scan(&f.counts.Records, &f.counts.Malware, &f.counts.Packages)
	if err != nil {
		return err
	}
	return insertEcosystem(ctx, f.tx, row{ID: f.id, Stamp: stamp, Digest: digest, Ecosystem: f.counts})
}
