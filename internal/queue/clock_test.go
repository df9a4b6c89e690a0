package queue

import (
	"context"
	"errors"
	"testing"
	"time"

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

// TestAUnitThatIsInterruptedIsGivenBack has an error that does not say that the worker was
// told to end: River would count a try.
func TestAUnitThatIsInterruptedIsGivenBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a, err := newArgs(Unit{})
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{Worker: Worker{Now: time.Now, Do: func(context.Context, Unit, *Hosts) error { cancel(); return errors.New("git was killed") }}}
	if err := w.Work(ctx, &river.Job[args]{JobRow: &rivertype.JobRow{Attempt: 1}, Args: a}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
