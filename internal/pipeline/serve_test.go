package pipeline

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/sync/semaphore"

	"github.com/midspan/midspan/internal/queue"
	"github.com/midspan/midspan/internal/store"
)

// TestAUnitThatIsDoneTooLateIsNoErrorAndIsSaid is what a worker does that was cut from the
// database until its run had gone on.
func TestAUnitThatIsDoneTooLateIsNoErrorAndIsSaid(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	p := newPipeline(t, cfg)
	run, err := p.Begin(t.Context(), []string{"https://forge.example/o/one"})
	if err != nil {
		t.Fatal(err)
	}
	repositories, err := p.repositories(t.Context(), run)
	if err == nil {
		err = p.store.Advance(t.Context(), run.ID, store.Scanned)
	}
	reader, readerErr := p.newReader()
	if err := errors.Join(err, readerErr); err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var log strings.Builder
	w := &unitWorker{Pipeline: p, reader: reader, log: slog.New(slog.NewTextHandler(&log, nil)), traces: noop.NewTracerProvider().Tracer(""),
		reading: semaphore.NewWeighted(1)}
	unit := queue.Unit{Run: run.ID, AsOf: run.AsOf, Repository: repositories[0], Try: 1}
	if err := w.do(t.Context(), unit, nil); err != nil || !strings.Contains(log.String(), "too late") {
		t.Errorf("%v, %q", err, log.String())
	}
	if _, err := p.store.Scan(t.Context(), run.ID, unit.Repository.URL); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the run has a scan more: %v", err)
	}
}
