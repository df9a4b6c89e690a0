package pipeline

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/sync/semaphore"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/queue"
	"github.com/midspan/midspan/internal/store"
)

// newUnitWorker returns a worker without a queue, with a started run of one repository that
// is read in place, and with its log.
func newUnitWorker(t *testing.T) (*unitWorker, queue.Unit, *strings.Builder) {
	t.Helper()
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	p := newPipeline(t, cfg)
	run, err := p.Begin(t.Context(), []string{"https://forge.example/o/one"})
	if err != nil {
		t.Fatal(err)
	}
	repositories, err := p.repositories(t.Context(), run)
	reader, readerErr := p.newReader()
	if err := errors.Join(err, readerErr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reader.Close() })
	log := &strings.Builder{}
	return &unitWorker{Pipeline: p, reader: reader, log: slog.New(slog.NewTextHandler(log, nil)), traces: noop.NewTracerProvider().Tracer(""),
		reading: semaphore.NewWeighted(1)}, queue.Unit{Run: run.ID, AsOf: run.AsOf, Repository: repositories[0], Try: 1}, log
}

// TestAUnitThatIsDoneTooLateIsNoErrorAndIsSaid is what a worker does that was cut from the
// database until its run had gone on.
func TestAUnitThatIsDoneTooLateIsNoErrorAndIsSaid(t *testing.T) {
	w, unit, log := newUnitWorker(t)
	if err := w.store.Advance(t.Context(), unit.Run, store.Scanned); err != nil {
		t.Fatal(err)
	}
	if err := w.do(t.Context(), unit, nil); err != nil || !strings.Contains(log.String(), "too late") {
		t.Errorf("%v, %q", err, log.String())
	}
	if _, err := w.store.Scan(t.Context(), unit.Run, unit.Repository.URL); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the run has a scan more: %v", err)
	}
}

// TestAWorkerAsksAHostAgainInTheNextRun has a host that an earlier run gave up.
func TestAWorkerAsksAHostAgainInTheNextRun(t *testing.T) {
	w, unit, _ := newUnitWorker(t)
	w.breakers = fastRetry.NewHostBreakers()
	down := errors.New("down")
	ask := func(answer error) error {
		return w.breakers.Do(t.Context(), "h", func() error { return answer }, func(err error) bool { return err == down })
	}
	for range fastRetry.FailureThreshold + 1 {
		_ = ask(down)
	}
	if _, open := errors.AsType[*fetch.CircuitOpenError](ask(nil)); !open {
		t.Fatal("the host was not given up")
	}
	if err := errors.Join(w.do(t.Context(), unit, nil), ask(nil)); err != nil {
		t.Error(err)
	}
}
