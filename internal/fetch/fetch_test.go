package fetch

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestGetRetriesABusyServerAndNamesTheAgent(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, r.UserAgent())
	}))
	defer server.Close()
	body, err := Get(t.Context(), Client(Options{AllowPrivate: true, UserAgent: "midspan/test"}), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if data, _ := io.ReadAll(body); string(data) != "midspan/test" || calls.Load() != 2 {
		t.Errorf("body %q after %d calls", data, calls.Load())
	}
}

func TestPrivateAddressIsRefusedAndNotRetried(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	request, _ := http.NewRequest(http.MethodGet, server.URL, nil)
	if err := refusePrivate("tcp", request.URL.Host, nil); err == nil {
		t.Error("a loopback address was dialled")
	}
	for _, address := range []string{"10.0.0.1:80", "169.254.169.254:80", "[::1]:80", "[fd00::1]:80", "[::ffff:192.168.1.1]:80"} {
		if refusePrivate("tcp", address, nil) == nil {
			t.Errorf("%s was dialled", address)
		}
	}
	if err := refusePrivate("tcp", "192.0.2.1:443", nil); err != nil {
		t.Error(err)
	}
}

func TestOfflineEndsEveryRequest(t *testing.T) {
	_, err := Get(t.Context(), Client(Options{Offline: true}), "https://catalog.example/")
	if !errors.Is(err, ErrOffline) {
		t.Errorf("err = %v", err)
	}
}

func TestAStatusOtherThanOKIsAnError(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, err := Get(t.Context(), Client(Options{AllowPrivate: true}), server.URL)
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("err = %v", err)
	}
	for _, address := range []string{"file:///etc/passwd", "ftp://h/x", "\x7f"} {
		if _, err := Get(t.Context(), http.DefaultClient, address); err == nil {
			t.Errorf("%q was fetched", address)
		}
	}
}
