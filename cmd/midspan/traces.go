package main

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/tracing"
)

// openTraces begins the traces of a command, where the environment asks for them. Offline
// there are none, since no connection is made.
func (a *app) openTraces(ctx context.Context, cfg config.Config) (*tracing.Traces, error) {
	if !tracing.Wanted(os.Getenv) {
		return tracing.None(), nil
	}
	if cfg.Offline {
		a.say("offline: no traces are sent")
		return tracing.None(), nil
	}
	return tracing.Open(ctx, version(), func(err error) { a.say(fmt.Sprintf("traces are not sent: %v", err)) })
}

// tracedProgress makes a span of each stage, with how its units ended.
type tracedProgress struct {
	pipeline.Progress
	ctx      context.Context // of the command's span
	tracer   trace.Tracer
	span     trace.Span
	outcomes map[string]int64
}

func (t *tracedProgress) Stage(name string, units int) {
	_, t.span = t.tracer.Start(t.ctx, name, trace.WithAttributes(attribute.Int("midspan.units", units)))
	t.outcomes = map[string]int64{}
	t.Progress.Stage(name, units)
}

func (t *tracedProgress) Done(unit, outcome string) {
	t.outcomes[outcome]++
	t.Progress.Done(unit, outcome)
}

func (t *tracedProgress) End() {
	for outcome, n := range t.outcomes {
		t.span.SetAttributes(attribute.Int64("midspan.outcome."+outcome, n))
	}
	t.span.End()
	t.Progress.End()
}
