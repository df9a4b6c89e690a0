package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/midspan/midspan/internal/postgres"
)

// Timing says how often the queue looks at what.
type Timing struct {
	// Beat lies between two signs of life of a worker, Silence is the time without one
	// after which it is taken for dead.
	Beat, Silence time.Duration
	// Follow lies between two looks of a run at what is done, Look between two at all that
	// is not.
	Follow, Look time.Duration
}

// DefaultTiming is that of the program.
func DefaultTiming() Timing {
	return Timing{Beat: 5 * time.Second, Silence: 30 * time.Second, Follow: 500 * time.Millisecond, Look: 15 * time.Second}
}

// alive is the condition that a worker lives, by the clock of the server.
func (t Timing) alive() string {
	return fmt.Sprintf("left_at IS NULL AND seen > now() - interval '%d milliseconds'", t.Silence.Milliseconds())
}

// sign tells the database that a worker lives.
func (w *worker) sign(ctx context.Context) error {
	_, err := w.pool.Exec(ctx, `INSERT INTO workers (id, cache, host, program, jobs) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET seen = now(), left_at = NULL`, w.id, w.Cache, w.Host, w.Program, w.Jobs)
	return err
}

// leave says that a worker ended by itself. After a fault of its machine its units are for
// all: who starts it again and again would otherwise have it fail at each of them.
func (w *worker) leave(ctx context.Context) error {
	return postgres.Retry(ctx, 10*time.Second, func() error {
		_, err := w.pool.Exec(ctx, "UPDATE workers SET left_at = now() WHERE id = $1", w.id)
		if err == nil && w.fault.Load() != nil {
			_, err = w.pool.Exec(ctx, "UPDATE river_job SET queue = $1 WHERE kind = $2 AND state IN ('available', 'retryable', 'scheduled') AND queue = $3",
				sharedQueue(w.Program), kind, ownQueue(w.Program, w.Cache))
		}
		return err
	})
}

// live gives signs of life, and looks after the units of workers that give none, until the
// context ends.
func (w *worker) live(ctx context.Context) {
	ticks := time.NewTicker(w.Timing.Beat)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		once, cancel := context.WithTimeout(ctx, w.Timing.Beat)
		err := w.sign(once)
		if err == nil {
			err = errors.Join(rescue(once, w.pool, w.Timing), w.readClock(once))
		}
		cancel()
		if err != nil && ctx.Err() == nil {
			w.Log.Warn("the database does not answer", "error", err.Error())
		}
	}
}

// readClock measures how far the clock of the database is before that of this machine.
func (w *worker) readClock(ctx context.Context) error {
	var now time.Time
	if err := w.pool.QueryRow(ctx, "SELECT now()").Scan(&now); err != nil {
		return err
	}
	w.ahead.Store(int64(now.Sub(w.Now())))
	return nil
}

// rescue puts the units of dead workers back into the queue, unless they ended as many
// workers as a unit may. From the second time on they come back one by one: what was in
// hand beside a unit that ends workers is then done without it.
func rescue(ctx context.Context, pool *pgxpool.Pool, timing Timing) error {
	_, err := pool.Exec(ctx, `UPDATE river_job SET
			state = CASE WHEN attempt >= max_attempts THEN 'discarded'::river_job_state ELSE 'available'::river_job_state END,
			finalized_at = CASE WHEN attempt >= max_attempts THEN now() END,
			scheduled_at = now() + CASE WHEN attempt > 1 THEN random() * attempt * $2::interval ELSE interval '0' END
		WHERE kind = $1 AND state = 'running' AND NOT EXISTS (SELECT 1 FROM workers WHERE id = attempted_by[array_upper(attempted_by, 1)] AND `+timing.alive()+`)`, kind, timing.Silence)
	if err != nil {
		return fmt.Errorf("rescue the units of dead workers: %w", err)
	}
	return nil
}

// Member is a worker as others see it.
type Member struct {
	ID      string        `json:"id"`
	Host    string        `json:"host"`
	Cache   string        `json:"cache"`
	Program string        `json:"program"`
	Jobs    int64         `json:"jobs"`
	Started time.Time     `json:"started"`
	Silent  time.Duration `json:"silent"` // since its last sign of life
	Alive   bool          `json:"alive"`
	Units   int64         `json:"units"` // that it has in hand
}

// State is what goes on in the queue.
type State struct {
	// Units counts the units in the queue by state: available, running, retryable,
	// scheduled, completed, discarded.
	Units map[string]int64 `json:"units"`
	// Failures counts the scans of the newest run that failed, by class.
	Failures map[string]int64 `json:"failures"`
	// Done counts the scans of the newest run.
	Done int64 `json:"done"`
	Run  int64 `json:"run"`
	// Oldest is the oldest day of the newest run until which a mirror was observed; empty
	// without any.
	Oldest string `json:"oldest,omitempty"`
	// Waits is how long the unit waits that can be taken for the longest time.
	Waits   time.Duration `json:"waits"`
	Workers []Member      `json:"workers"`
}

// Status reads what goes on in the queue. Its tables must be there.
func Status(ctx context.Context, pool *pgxpool.Pool) (State, error) {
	state := State{Units: map[string]int64{}, Failures: map[string]int64{}, Workers: []Member{}}
	count := func(into map[string]int64, query string, args ...any) error {
		rows, err := pool.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		var name string
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&name, &n}, func() error { into[name] = n; return nil })
		return err
	}
	err := count(state.Units, "SELECT state::text, count(*) FROM river_job WHERE kind = $1 GROUP BY state", kind)
	if err == nil {
		var seconds float64
		err = pool.QueryRow(ctx, `SELECT greatest(coalesce(extract(epoch FROM now() - min(scheduled_at)), 0), 0)::float8 FROM river_job
			WHERE kind = $1 AND state = 'available'`, kind).Scan(&seconds)
		state.Waits = time.Duration(seconds * float64(time.Second))
	}
	if err == nil {
		err = pool.QueryRow(ctx, "SELECT coalesce(max(id), 0) FROM runs").Scan(&state.Run)
	}
	if err == nil {
		err = pool.QueryRow(ctx, "SELECT count(*), coalesce(min(observed_until) FILTER (WHERE failure IS NULL), '') FROM scans WHERE run_id = $1", state.Run).
			Scan(&state.Done, &state.Oldest)
	}
	if err == nil {
		err = count(state.Failures, "SELECT readable(failure) ->> 'cause', count(*) FROM scans WHERE run_id = $1 AND failure IS NOT NULL GROUP BY 1", state.Run)
	}
	if err == nil {
		state.Workers, err = members(ctx, pool)
	}
	if err != nil {
		return state, fmt.Errorf("read the state of the queue: %w", err)
	}
	return state, nil
}

// members lists the workers of the last day.
func members(ctx context.Context, pool *pgxpool.Pool) ([]Member, error) {
	rows, err := pool.Query(ctx, `SELECT id, host, cache, program, jobs, started, extract(epoch FROM now() - seen)::float8, `+DefaultTiming().alive()+`,
			(SELECT count(*) FROM river_job WHERE state = 'running' AND attempted_by[array_upper(attempted_by, 1)] = workers.id)
		FROM workers WHERE seen > now() - interval '1 day' ORDER BY host, id`)
	if err != nil {
		return nil, err
	}
	all := []Member{}
	var one Member
	var silent float64
	_, err = pgx.ForEachRow(rows, []any{&one.ID, &one.Host, &one.Cache, &one.Program, &one.Jobs, &one.Started, &silent, &one.Alive, &one.Units}, func() error {
		one.Silent = time.Duration(silent * float64(time.Second))
		all = append(all, one)
		return nil
	})
	return all, err
}
