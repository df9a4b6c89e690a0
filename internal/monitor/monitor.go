// Package monitor tells a Prometheus server and a supervisor how a worker is doing.
package monitor

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Queue is what is known of the queue: units by state, workers that live, the age of the
// unit that waits for the longest time, and the failures of the newest run by class.
type Queue struct {
	Units    map[string]int64
	Failures map[string]int64
	Workers  int
	Waits    time.Duration
}

// Monitor counts what a worker does.
type Monitor struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
	read     func(ctx context.Context) (Queue, error)
	failed   prometheus.Counter
}

// New returns a monitor. read reads the state of the queue; it is called for each look at
// the metrics, and its error makes the worker unhealthy.
func New(version string, read func(ctx context.Context) (Queue, error)) *Monitor {
	m := &Monitor{
		registry: prometheus.NewRegistry(), read: read,
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "midspan_unit_seconds", Help: "Time of a unit of work in hand, by how it ended.",
			Buckets: prometheus.ExponentialBuckets(0.05, 2, 15)}, []string{"ended"}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "midspan_database_failures_total", Help: "Looks at the queue that the database did not answer.",
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "midspan_build", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.seconds, m.failed, build, queueCollector{m},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts a unit that ended.
func (m *Monitor) Observe(took time.Duration, err error) {
	m.seconds.WithLabelValues(map[bool]string{true: "stored", false: "tried again"}[err == nil]).Observe(took.Seconds())
}

// lookLimit bounds a look at the queue.
const lookLimit = 5 * time.Second

// queueCollector reads the queue when the metrics are looked at.
type queueCollector struct{ *Monitor }

// Describe implements prometheus.Collector. What is collected depends on the queue.
func (queueCollector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector. A queue that cannot be read has no numbers, and
// no zeros.
func (c queueCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), lookLimit)
	defer cancel()
	q, err := c.read(ctx)
	if err != nil {
		c.failed.Inc()
		return
	}
	gauge := func(name, help string, value float64, labels ...string) {
		var names, values []string
		if len(labels) == 2 {
			names, values = labels[:1], labels[1:]
		}
		metrics <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, names, nil), prometheus.GaugeValue, value, values...)
	}
	for state, n := range q.Units {
		gauge("midspan_queue_units", "Units in the queue, by River's state.", float64(n), "state", state)
	}
	for class, n := range q.Failures {
		gauge("midspan_run_failures", "Repositories of the newest run that could not be read, by class.", float64(n), "class", class)
	}
	gauge("midspan_workers", "Workers that gave a sign of life in the last 30 seconds.", float64(q.Workers))
	gauge("midspan_queue_wait_seconds", "How long the unit waits that can be taken for the longest time.", q.Waits.Seconds())
}

// Listen answers /metrics and /healthz at an address until the context ends. It returns
// when it listens; a port of 0 is chosen by the system, and returned.
func (m *Monitor) Listen(ctx context.Context, address string) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 3, Timeout: 2 * lookLimit}))
	mux.HandleFunc("GET /healthz", m.health)
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: lookLimit, ReadTimeout: lookLimit, WriteTimeout: 3 * lookLimit, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	context.AfterFunc(ctx, func() { _ = server.Close() }) // whoever asks meanwhile asks again
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			_ = listener.Close() // a look at the metrics then says so
		}
	}()
	return listener.Addr().String(), nil
}

// health says whether the database answers: without it a worker can do nothing.
func (m *Monitor) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), lookLimit)
	defer cancel()
	q, err := m.read(ctx)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("the database does not answer\n"))
		return
	}
	_, _ = w.Write([]byte("ok, " + strconv.Itoa(q.Workers) + " workers\n"))
}
