package tracing

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receive is a collector on loopback, in the form of OTLP over HTTP.
func receive(t *testing.T) func() []*collector.ExportTraceServiceRequest {
	t.Helper()
	var mu sync.Mutex
	var requests []*collector.ExportTraceServiceRequest
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request collector.ExportTraceServiceRequest
		if err = errors.Join(err, proto.Unmarshal(body, &request)); err != nil || r.URL.Path != "/v1/traces" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, &request)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	return func() []*collector.ExportTraceServiceRequest {
		mu.Lock()
		defer mu.Unlock()
		return requests
	}
}

func TestSpansReachTheCollectorBeforeTheCommandEnds(t *testing.T) {
	received := receive(t)
	traces, err := Open(t.Context(), "1.2.3", func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	ctx, outer := traces.Start(t.Context(), "unit")
	_, inner := traces.Start(ctx, "fetch")
	inner.End()
	outer.End()
	traces.Close(t.Context())
	names, services := map[string][]byte{}, ""
	for _, request := range received() {
		for _, spans := range request.GetResourceSpans() {
			for _, attribute := range spans.GetResource().GetAttributes() {
				services += attribute.GetKey() + "=" + attribute.GetValue().GetStringValue() + " "
			}
			for _, span := range spans.GetScopeSpans()[0].GetSpans() {
				names[span.GetName()] = span.GetParentSpanId()
			}
		}
	}
	if len(names) != 2 || len(names["unit"]) != 0 || len(names["fetch"]) == 0 {
		t.Errorf("spans and their parents: %v", names)
	}
	if services != "service.name=midspan service.version=1.2.3 " {
		t.Errorf("sent by %q", services)
	}
}

func TestACollectorThatIsDownIsReportedOnceAndNoError(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1")
	reports := 0
	traces, err := Open(t.Context(), "1.2.3", func(error) { reports++ })
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, span := traces.Start(t.Context(), "unit")
		span.End()
	}
	traces.Close(t.Context())
	server.Close()
	if reports != 1 {
		t.Errorf("reported %d times", reports)
	}
}

func TestTracesAreSentOnlyWhereTheEnvironmentAsks(t *testing.T) {
	for _, test := range []struct {
		name   string
		env    map[string]string
		wanted bool
	}{
		{"nothing", nil, false},
		{"a collector", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, true},
		{"a collector of traces", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, true},
		{"a service alone", map[string]string{"OTEL_SERVICE_NAME": "x"}, false},
		{"switched off", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_SDK_DISABLED": "true"}, false},
		{"without traces", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_TRACES_EXPORTER": "none"}, false},
	} {
		if got := Wanted(func(name string) string { return test.env[name] }); got != test.wanted {
			t.Errorf("%s: wanted %t", test.name, got)
		}
	}
}
