package fetch

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// The proxy of an institution has an address inside it. It is used, and leads to no other
// address inside.
func TestAProxyInsideIsUsedButNotForPrivateAddresses(t *testing.T) {
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.URL.String())
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "behind the proxy")
	}))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	t.Setenv("NO_PROXY", "192.0.2.2")
	t.Setenv("no_proxy", "192.0.2.2")
	client := Client(Options{Retry: RetryPolicy{MaxAttempts: 1}})

	body, err := Get(t.Context(), client, "http://192.0.2.1/export")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if data, _ := io.ReadAll(body); string(data) != "behind the proxy" || asked.Load() != "http://192.0.2.1/export" {
		t.Errorf("it brings %q, and the proxy was asked for %v", data, asked.Load())
	}
	for _, address := range []string{"http://10.0.0.1/", "http://169.254.169.254/latest", "http://[fd00::1]/", "http://192.0.2.1/moved"} {
		asked.Store("")
		_, err := Get(t.Context(), client, address)
		if err == nil || !strings.Contains(err.Error(), "is a private address") {
			t.Errorf("%s: err = %v", address, err)
		}
		if got := asked.Load(); got != "" && got != "http://192.0.2.1/moved" {
			t.Errorf("the proxy was asked for %v", got)
		}
	}
	// What needs no proxy is connected to from here: the address of the proxy is like any other.
	t.Setenv("NO_PROXY", "*")
	t.Setenv("no_proxy", "*")
	if _, err := Get(t.Context(), Client(Options{Retry: RetryPolicy{MaxAttempts: 1}}), proxy.URL); err == nil || !strings.Contains(err.Error(), "is a private address") {
		t.Errorf("the address of the proxy was asked without it: err = %v", err)
	}
}
