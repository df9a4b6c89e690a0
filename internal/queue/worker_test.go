package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// TestRiverHasTheClockOfTheDatabase has workers whose own clocks are wrong. River writes by
// what it is given here when a unit is taken again that was put off or interrupted.
func TestRiverHasTheClockOfTheDatabase(t *testing.T) {
	for _, ahead := range []time.Duration{-3 * time.Hour, 0, 3 * time.Hour} {
		w := &worker{Worker: Worker{Now: func() time.Time { return time.Now().Add(-ahead) }, Pause: time.Second}}
		w.ahead.Store(int64(ahead))
		given := w.riverConfig(river.NewWorkers()).Test.Time
		if given == nil {
			t.Fatal("River has the clock of the machine")
		}
		if off := time.Since(given.Now()).Abs(); off > time.Second || given.NowOrNil() != nil {
			t.Errorf("a clock that the database's is %s before: River's is off by %s", ahead, off)
		}
		if next := time.Until(retries{w}.NextRetry(&rivertype.JobRow{Attempt: 1})); next < time.Second || next > 3*time.Second {
			t.Errorf("a clock that the database's is %s before: tried again after %s", ahead, next)
		}
	}
}

// TestOnlyFaultsOfAUnitCountAsTries has what a unit may end with.
func TestOnlyFaultsOfAUnitCountAsTries(t *testing.T) {
	nowhere, err := pgxpool.New(t.Context(), "postgres://u@127.0.0.1:1/d?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	defer nowhere.Close()
	a, err := newArgs(Unit{})
	if err != nil {
		t.Fatal(err)
	}
	down := errors.New("it is down")
	for name, test := range map[string]struct {
		do     func(ctx context.Context, end func(), hosts *Hosts) error
		snooze bool
		want   error
		ends   bool
	}{
		"done":                 {do: func(context.Context, func(), *Hosts) error { return nil }},
		"down":                 {do: func(context.Context, func(), *Hosts) error { return down }, want: down},
		"a busy host":          {do: func(context.Context, func(), *Hosts) error { return ErrBusy }, snooze: true},
		"a full disk":          {do: func(context.Context, func(), *Hosts) error { return &EndError{down} }, snooze: true, ends: true},
		"no slot can be taken": {do: func(ctx context.Context, _ func(), h *Hosts) error { _, err := h.Take(ctx, "h"); return err }, snooze: true},
		"no place can be kept": {do: func(ctx context.Context, _ func(), h *Hosts) error {
			return fmt.Errorf("keep: %w", Keep(ctx, nowhere, "u", "c", 1))
		}, snooze: true},
		// River would take this error for one of the unit.
		"the worker is told to end, and git was killed": {do: func(_ context.Context, end func(), _ *Hosts) error { end(); return down }, want: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := false
			w := &worker{hosts: newHosts(nowhere, 1), end: func() { ended = true }, Worker: Worker{Now: time.Now, Log: slog.New(slog.DiscardHandler),
				Do: func(ctx context.Context, _ Unit, hosts *Hosts) error { return test.do(ctx, cancel, hosts) }}}
			err := w.Work(ctx, &river.Job[args]{JobRow: &rivertype.JobRow{Attempt: 1}, Args: a})
			_, snooze := errors.AsType[*river.JobSnoozeError](err)
			if snooze != test.snooze || !snooze && !errors.Is(err, test.want) || ended != test.ends || (w.faultError() != nil) != test.ends {
				t.Errorf("%v; the worker ends: %v", err, ended)
			}
		})
	}
}
