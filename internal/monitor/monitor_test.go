package monitor

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestMetricsAndHealthAreThoseOfTheQueue(t *testing.T) {
	var failure error
	m := New("1.2", func(context.Context) (Queue, error) {
		return Queue{Units: map[string]int64{"available": 7}, Failures: map[string]int64{"unreachable": 2}, Workers: 3, Waits: 90 * time.Second}, failure
	})
	m.Observe(time.Second, nil)
	m.Observe(time.Second, errors.New("x"))
	address, err := m.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	code, text := get(t, "http://"+address+"/metrics")
	for _, want := range []string{`midspan_build{version="1.2"} 1`, `midspan_queue_units{state="available"} 7`, `midspan_run_failures{class="unreachable"} 2`, "midspan_workers 3",
		"midspan_queue_wait_seconds 90", `midspan_unit_seconds_count{ended="stored"} 1`, `midspan_unit_seconds_count{ended="tried again"} 1`, "process_cpu_seconds_total"} {
		if code != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%d, without %s", code, want)
		}
	}
	if code, text := get(t, "http://"+address+"/healthz"); code != http.StatusOK || text != "ok, 3 workers\n" {
		t.Errorf("%d %s", code, text)
	}
	failure = errors.New("postgres://user:secret@h is away")
	if code, text := get(t, "http://"+address+"/healthz"); code != http.StatusServiceUnavailable || strings.Contains(text, "secret") {
		t.Errorf("%d %s", code, text)
	}
	if _, text := get(t, "http://"+address+"/metrics"); strings.Contains(text, "midspan_queue_units{") || strings.Contains(text, "secret") {
		t.Error("a queue that could not be read has numbers, or the error shows an address")
	}
}
