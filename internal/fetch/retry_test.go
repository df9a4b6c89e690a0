package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fastRetries is a policy for tests, with delays of milliseconds.
func fastRetries() RetryPolicy {
	return RetryPolicy{MaxAttempts: 3, BaseDelay: time.Millisecond, MaxDelay: 4 * time.Millisecond, MaxRetryAfter: 2 * time.Second,
		FailureThreshold: 2, OpenInterval: 5 * time.Millisecond, IdleTimeout: 200 * time.Millisecond}
}

// flaky serves the first requests with badly, the others with well, and counts all.
func flaky(t *testing.T, bad int, badly, well http.HandlerFunc) (url string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if int(requests.Add(1)) <= bad {
			badly(w, r)
			return
		}
		well(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func read(ctx context.Context, client *http.Client, url string) (string, error) {
	body, err := Get(ctx, client, url)
	if err != nil {
		return "", err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	return string(data), err
}

func drop(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

func stall(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "10")
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

func replyWhole(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "whole") }

func TestTemporaryFailuresAreRetriedAndPermanentOnesAreNot(t *testing.T) {
	date := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name    string
		badly   http.HandlerFunc
		retried bool
	}{
		{"dropped", drop, true},
		{"500", status(500), true},
		{"502", status(502), true},
		{"503", status(503), true},
		{"429", status(429), true},
		{"429 with seconds", status(429, "Retry-After", "0"), true},
		{"503 with a date", status(503, "Retry-After", date.Format(http.TimeFormat), "Date", date.Format(http.TimeFormat)), true},
		{"429 for too long", status(429, "Retry-After", "86400"), false},
		{"503 until a day too far", status(503, "Retry-After", date.AddDate(1, 0, 0).Format(http.TimeFormat), "Date", date.Format(http.TimeFormat)), false},
		{"403", status(403), false},
		{"404", status(404), false},
		{"501", status(501), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			url, requests := flaky(t, 1, test.badly, replyWhole)
			got, err := read(t.Context(), Client(Options{AllowPrivate: true, Retry: fastRetries()}), url)
			if test.retried && (got != "whole" || err != nil || requests.Load() != 2) {
				t.Errorf("got %q, %v after %d requests", got, err, requests.Load())
			}
			if !test.retried && (err == nil || requests.Load() != 1) {
				t.Errorf("got %q, %v after %d requests", got, err, requests.Load())
			}
		})
	}
}

func TestARetriedRequestSendsItsBodyAgain(t *testing.T) {
	url, requests := flaky(t, 1, status(503), func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	response, err := Client(Options{AllowPrivate: true, Retry: fastRetries()}).Post(url, "text/plain", io.MultiReader(strings.NewReader("query")))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, err := io.ReadAll(response.Body); string(got) != "query" || err != nil || requests.Load() != 2 {
		t.Errorf("got %q, %v after %d requests", got, err, requests.Load())
	}
}

func TestAnUntrustedCertificateIsNotRetried(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.StartTLS()
	defer server.Close()
	_, err := read(t.Context(), Client(Options{AllowPrivate: true, Retry: fastRetries()}), server.URL)
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); !untrusted || connections.Load() != 1 {
		t.Errorf("%v after %d connections", err, connections.Load())
	}
}

func TestAServerThatAlwaysFailsIsTriedMaxAttemptsTimes(t *testing.T) {
	url, requests := flaky(t, 1000, status(500), replyWhole)
	_, err := read(t.Context(), Client(Options{AllowPrivate: true, Retry: fastRetries()}), url)
	if err == nil || !strings.Contains(err.Error(), "500") || requests.Load() != 3 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

func TestRedirectsThatLoopEnd(t *testing.T) {
	url, requests := flaky(t, 1000, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, replyWhole)
	if _, err := read(t.Context(), Client(Options{AllowPrivate: true, Retry: fastRetries()}), url); err == nil || requests.Load() > 11 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

func TestATransferThatStallsEnds(t *testing.T) {
	url, _ := flaky(t, 1, stall, replyWhole)
	if got, err := read(t.Context(), Client(Options{AllowPrivate: true, Retry: fastRetries()}), url); err == nil || !strings.Contains(err.Error(), "no byte came for") {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestATransferThatDripsEnds has a byte come long before each timeout.
func TestATransferThatDripsEnds(t *testing.T) {
	url, _ := flaky(t, 1, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte("x"))
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}, replyWhole)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if got, err := read(ctx, Client(Options{AllowPrivate: true, Retry: fastRetries()}), url); err == nil || !strings.Contains(err.Error(), "bytes a second came for") {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestAReaderThatTakesItsTimeEndsNoTransfer reads more slowly than a server may send.
func TestAReaderThatTakesItsTimeEndsNoTransfer(t *testing.T) {
	url, _ := flaky(t, 0, nil, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("x"), 1<<20)) })
	body, err := Get(t.Context(), Client(Options{AllowPrivate: true, Retry: fastRetries()}), url)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	time.Sleep(2 * fastRetries().IdleTimeout)
	if data, err := io.ReadAll(body); err != nil || len(data) != 1<<20 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// pieces serves data under a tag and breaks off after each piece of it.
func pieces(data []byte, piece int, tag func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag())
		var limited bytes.Buffer
		recorder := httptest.NewRecorder()
		recorder.Header().Set("ETag", tag())
		http.ServeContent(recorder, r, "file", time.Time{}, bytes.NewReader(data))
		for key, values := range recorder.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = io.CopyN(&limited, recorder.Body, int64(piece))
		_, _ = w.Write(limited.Bytes())
		w.(http.Flusher).Flush()
		if recorder.Body.Len() > 0 {
			panic(http.ErrAbortHandler)
		}
	}
}

func TestATransferThatBreaksOffGoesOnWhereItStood(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	var requests atomic.Int32
	handler := pieces(data, len(data)/5+1, func() string { return `"one"` })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { requests.Add(1); handler(w, r) }))
	defer server.Close()
	got, err := read(t.Context(), Client(Options{AllowPrivate: true, Retry: fastRetries()}), server.URL)
	if err != nil || got != string(data) || requests.Load() != 5 {
		t.Errorf("%d of %d bytes after %d requests, %v", len(got), len(data), requests.Load(), err)
	}
}

func TestPiecesOfTwoFilesAreNeverPutTogether(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	for name, tag := range map[string]func() func() string{
		"another tag each time": func() func() string {
			n := 0
			return func() string { n++; return fmt.Sprintf(`"%d"`, n) }
		},
		"a weak tag": func() func() string { return func() string { return `W/"one"` } },
		"no tag":     func() func() string { return func() string { return "" } },
	} {
		server := httptest.NewServer(pieces(data, 100, tag()))
		got, err := read(t.Context(), Client(Options{AllowPrivate: true, Retry: fastRetries()}), server.URL)
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(got) > 100 {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		server.Close()
	}
}

func TestABodyLongerThanItsContentLengthIsCutAndAShorterOneIsAnError(t *testing.T) {
	lie := func(length string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, buffer, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			fmt.Fprintf(buffer, "HTTP/1.1 200 OK\r\nContent-Length: %s\r\nConnection: close\r\n\r\nwhole", length)
			_ = buffer.Flush()
		}
	}
	for length, want := range map[string]string{"50": "unexpected EOF", "3": "", "-1": "bad Content-Length", "many": "bad Content-Length"} {
		url, _ := flaky(t, 1000, lie(length), replyWhole)
		got, err := read(t.Context(), Client(Options{AllowPrivate: true, Retry: fastRetries()}), url)
		if want == "" && (got != "who" || err != nil) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("Content-Length %s: %q, %v", length, got, err)
		}
	}
}

func TestAPrivateAddressIsRefusedAtOnce(t *testing.T) {
	url, requests := flaky(t, 0, replyWhole, replyWhole)
	var dials atomic.Int32
	client := Client(Options{Retry: fastRetries()})
	client.Transport = count{client.Transport, &dials}
	if _, err := read(t.Context(), client, url); !errors.Is(err, errPrivate) || requests.Load() != 0 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

type count struct {
	http.RoundTripper
	n *atomic.Int32
}

func (c count) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.RoundTripper.RoundTrip(r)
}

func TestAHostThatAlwaysFailsIsSkippedAfterOneMoreTry(t *testing.T) {
	policy := fastRetries()
	policy.MaxAttempts = 1
	url, requests := flaky(t, 1000, status(503), replyWhole)
	client := Client(Options{AllowPrivate: true, Retry: policy})
	var last error
	for range 20 {
		_, last = read(t.Context(), client, url)
	}
	// Two failures open the circuit, and one more follows each pause.
	if n := requests.Load(); n < 3 || n > 12 {
		t.Errorf("%d requests", n)
	}
	if _, ok := errors.AsType[*CircuitOpenError](last); !ok && !strings.Contains(fmt.Sprint(last), "503") {
		t.Errorf("err = %v", last)
	}
}

func TestHostBreakers(t *testing.T) {
	down := errors.New("down")
	isDown := func(err error) bool { return errors.Is(err, down) }
	bad := func() error { return down }
	good := func() error { return nil }
	policy := RetryPolicy{FailureThreshold: 3, OpenInterval: time.Hour}
	t.Run("opens, tries once after the interval, and gives up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hosts := policy.NewHostBreakers()
			requests := 0
			for range 10 {
				_ = hosts.Do(t.Context(), "a.example", func() error { requests++; return down }, isDown)
			}
			if requests != 4 {
				t.Errorf("%d requests, want 3 and one trial", requests)
			}
			err := hosts.Do(t.Context(), "a.example", bad, isDown)
			if open, ok := errors.AsType[*CircuitOpenError](err); !ok || open.Host != "a.example" || !errors.Is(err, down) {
				t.Errorf("err = %v", err)
			}
			if err := hosts.Do(t.Context(), "b.example", good, isDown); err != nil {
				t.Errorf("another host: %v", err)
			}
		})
	})
	t.Run("does not ask again after it gave up, but in the next run, and has a trial then too", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hosts := policy.NewHostBreakers()
			hosts.ForRun(7)
			requests := 0
			ask := func(answer error) error {
				return hosts.Do(t.Context(), "a.example", func() error { requests++; return answer }, isDown)
			}
			for range 5 {
				_ = ask(down)
			}
			for range 3 {
				time.Sleep(2 * policy.OpenInterval)
				hosts.ForRun(7)
				hosts.ForRun(6) // a unit of a run of before comes late
				if _, open := errors.AsType[*CircuitOpenError](ask(nil)); !open || requests != 4 {
					t.Fatalf("%d requests, want 3 and one trial", requests)
				}
			}
			hosts.ForRun(8)
			if err := ask(nil); err != nil {
				t.Fatalf("the next run: %v", err)
			}
			for range 3 {
				_ = ask(down)
			}
			if err := ask(nil); err != nil || requests != 9 {
				t.Errorf("after the trial of the next run: %v, %d requests", err, requests)
			}
		})
	})
	t.Run("gives up after a failed trial that nobody waited for, and no more when a request of before succeeds", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hosts := policy.NewHostBreakers()
			slow := make(chan error)
			go func() {
				slow <- hosts.Do(t.Context(), "a.example", func() error { time.Sleep(9 * policy.OpenInterval); return nil }, isDown)
			}()
			synctest.Wait()
			for range 3 {
				_ = hosts.Do(t.Context(), "a.example", bad, isDown)
			}
			time.Sleep(2 * policy.OpenInterval)
			_ = hosts.Do(t.Context(), "a.example", bad, isDown)
			time.Sleep(2 * policy.OpenInterval)
			if _, open := errors.AsType[*CircuitOpenError](hosts.Do(t.Context(), "a.example", good, isDown)); !open {
				t.Error("it was asked again after the trial")
			}
			if err := errors.Join(<-slow, hosts.Do(t.Context(), "a.example", good, isDown)); err != nil {
				t.Errorf("after a success: %v", err)
			}
		})
	})
	t.Run("closes when the host is back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hosts := policy.NewHostBreakers()
			for range 3 {
				_ = hosts.Do(t.Context(), "a.example", bad, isDown)
			}
			begun, requests := time.Now(), 0
			for range 5 {
				if err := hosts.Do(t.Context(), "a.example", func() error { requests++; return nil }, isDown); err != nil {
					t.Error(err)
				}
			}
			if waited := time.Since(begun); requests != 5 || waited < time.Hour || waited > time.Hour+time.Minute {
				t.Errorf("%d requests, waited %s", requests, waited)
			}
		})
	})
	t.Run("stays closed where one of several succeeds", func(t *testing.T) {
		hosts := policy.NewHostBreakers()
		for i := range 30 {
			do := bad
			if i%3 == 2 {
				do = good
			}
			if err := hosts.Do(t.Context(), "a.example", do, isDown); do() == nil && err != nil {
				t.Fatal(err)
			}
		}
		notThere := errors.New("not there") // no failure of the host
		for range 30 {
			if err := hosts.Do(t.Context(), "a.example", func() error { return notThere }, isDown); err != notThere {
				t.Fatal(err)
			}
		}
	})
	t.Run("ends its wait with the context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		hosts := policy.NewHostBreakers()
		for range 3 {
			_ = hosts.Do(ctx, "a.example", bad, isDown)
		}
		cancel()
		if err := hosts.Do(ctx, "a.example", good, isDown); !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("many at once wait for one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hosts := policy.NewHostBreakers()
			for range 3 {
				_ = hosts.Do(t.Context(), "a.example", bad, isDown)
			}
			var requests atomic.Int32
			for range 20 {
				go func() {
					_ = hosts.Do(t.Context(), "a.example", func() error { requests.Add(1); time.Sleep(time.Second); return down }, isDown)
				}()
			}
			time.Sleep(90 * time.Minute)
			synctest.Wait()
			if requests.Load() != 1 {
				t.Errorf("%d requests", requests.Load())
			}
		})
	})
}

func TestRetryDelayGrowsAndHonoursRetryAfter(t *testing.T) {
	policy := RetryPolicy{MaxAttempts: 6, BaseDelay: time.Second, MaxDelay: 4 * time.Second, MaxRetryAfter: time.Minute}
	busy := errors.New("busy")
	for name, test := range map[string]struct {
		after       time.Duration
		least, most time.Duration
		calls       int
		ctx         time.Duration // until it ends, 0 for never
	}{
		"exponential with a ceiling": {0, 7500 * time.Millisecond, 15 * time.Second, 6, 0},
		"Retry-After":                {30 * time.Second, 150 * time.Second, 150 * time.Second, 6, 0},
		"Retry-After over the limit": {time.Hour, 0, 0, 1, 0},
		"the context ends":           {30 * time.Second, 40 * time.Second, 40 * time.Second, 2, 40 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.ctx > 0 {
					limited, cancel := context.WithTimeout(ctx, test.ctx)
					defer cancel()
					ctx = limited
				}
				begun, calls := time.Now(), 0
				err := policy.Retry(ctx, func() error { calls++; return busy }, func(error) (time.Duration, bool) { return test.after, true })
				if took := time.Since(begun); err != busy || calls != test.calls || took < test.least || took > test.most {
					t.Errorf("%v after %d calls in %s", err, calls, took)
				}
			})
		})
	}
}

func TestRetryAfterUsesTheServersOwnClock(t *testing.T) {
	for _, test := range []struct {
		after, date string
		want        time.Duration
		ok          bool
	}{
		{"7", "", 7 * time.Second, true},
		{"99999999999", "", (1 << 32) * time.Second, true},
		{"Mon, 01 Jun 1970 00:02:00 GMT", "Mon, 01 Jun 1970 00:00:00 GMT", 2 * time.Minute, true},
		{"Mon, 01 Jun 1970 00:00:00 GMT", "Mon, 01 Jun 1970 00:02:00 GMT", 0, true},
		{"Mon, 01 Jun 1970 00:02:00 GMT", "", 0, false},
		{"-1", "", 0, false},
		{"soon", "", 0, false},
		{"", "", 0, false},
	} {
		header := http.Header{"Retry-After": {test.after}, "Date": {test.date}}
		if got, ok := RetryAfter(header); got != test.want || ok != test.ok {
			t.Errorf("%q at %q: %s, %v", test.after, test.date, got, ok)
		}
	}
}

// TestWhatTheCallerHandlesIsNeitherRetriedNorAFailureOfTheHost asks more often than the
// circuit breaker would let pass.
func TestWhatTheCallerHandlesIsNeitherRetriedNorAFailureOfTheHost(t *testing.T) {
	url, requests := flaky(t, 100, status(http.StatusBadGateway), status(http.StatusOK))
	client := Client(Options{AllowPrivate: true, Retry: fastRetries(), Handled: []int{http.StatusBadGateway}})
	for range 5 {
		response, err := client.Get(url)
		if err != nil || response.StatusCode != http.StatusBadGateway {
			t.Fatalf("got %v, %v", response, err)
		}
		response.Body.Close()
	}
	if n := requests.Load(); n != 5 {
		t.Errorf("%d requests, want 5", n)
	}
}
