// Package tracing sends what a command does as spans to a collector of OpenTelemetry, by
// OTLP over HTTP. Where it is, the variables of OpenTelemetry's specification say:
// OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS and the others of
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/. Without them nothing is sent.
package tracing

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// endLimit is how long the end of a command waits for spans that were not sent yet.
const endLimit = 5 * time.Second

// Traces are the spans of one command. Close sends the last.
type Traces struct {
	trace.Tracer
	close func(context.Context) error
}

// Wanted reports whether the environment names a collector and asks for traces.
func Wanted(getenv func(string) string) bool {
	named := getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != ""
	return named && getenv("OTEL_SDK_DISABLED") != "true" && getenv("OTEL_TRACES_EXPORTER") != "none"
}

// None are traces that go nowhere.
func None() *Traces {
	return &Traces{noop.NewTracerProvider().Tracer(""), func(context.Context) error { return nil }}
}

// Open begins traces of a program of this version. A collector that cannot be reached is
// no error of the command: report receives it, once.
func Open(ctx context.Context, version string, report func(error)) (*Traces, error) {
	client, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("send traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "midspan"), attribute.String("service.version", version)),
		resource.WithFromEnv()) // OTEL_SERVICE_NAME counts before ours
	if err != nil {
		return nil, fmt.Errorf("say who sends traces: %w", err)
	}
	exporter := &patientExporter{SpanExporter: client, report: report}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return &Traces{provider.Tracer("github.com/midspan/midspan", trace.WithInstrumentationVersion(version)), provider.Shutdown}, nil
}

// Close sends what was not sent yet, for some seconds at most.
func (t *Traces) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
	defer cancel()
	_ = t.close(ctx) // what could not be sent was reported
}

// patientExporter keeps the errors of a collector from the library's global handler, which
// would write each to standard error.
type patientExporter struct {
	sdktrace.SpanExporter
	report func(error)
	once   sync.Once
}

// ExportSpans implements sdktrace.SpanExporter.
func (e *patientExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.once.Do(func() { e.report(err) })
	}
	return nil
}
