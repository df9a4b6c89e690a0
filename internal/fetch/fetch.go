// Package fetch is the HTTP client of Midspan, with one policy for all servers:
// retries with backoff, a circuit breaker for each host, an idle timeout, resumed
// downloads, no private addresses unless allowed, and no request when offline.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Options configure a client.
type Options struct {
	Offline      bool
	AllowPrivate bool
	UserAgent    string
	// Retry is DefaultRetryPolicy where it is zero.
	Retry RetryPolicy
	// Handled are statuses (429 or 5xx) that the caller answers by asking for something
	// else. They are not retried, and do not count as failures of the host.
	Handled []int
}

// ErrOffline is the error of every request when the network is switched off.
var ErrOffline = errors.New("offline: the network is switched off")

// Client returns an HTTP client that retries temporary failures (refused and
// broken connections, 429 with its Retry-After, 5xx), stops requests to a host that
// fails for all of them, ends a transfer without progress, and resumes a transfer
// that broke off.
func Client(opts Options) *http.Client {
	if opts.Offline {
		return &http.Client{Transport: offlineTransport{}}
	}
	policy := opts.Retry
	if policy == (RetryPolicy{}) {
		policy = DefaultRetryPolicy()
	}
	transport := newTransport(net.Dialer{Timeout: 20 * time.Second}, opts.AllowPrivate, func(t *http.Transport) {
		t.ResponseHeaderTimeout = policy.IdleTimeout
	})
	var inner http.RoundTripper = idleTimeoutTransport{transport, policy.IdleTimeout}
	client := &http.Client{Transport: userAgentTransport{inner, opts.UserAgent}, CheckRedirect: stripCredentialsOnRedirect}
	return &http.Client{Transport: resumeTransport{retryTransport{client, policy, policy.NewHostBreakers(), opts.Handled}}}
}

// errPrivate marks a connection that this package refused: no host failed.
var errPrivate = errors.New("--allow-private permits that")

// refusePrivate checks the resolved address at the moment of connecting, so that a
// name cannot resolve to a private address after it was checked.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	host, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := host.Addr().Unmap(); !Public(ip) {
		return privateError(ip)
	}
	return nil
}

func privateError(ip netip.Addr) error {
	return fmt.Errorf("%s is a private address; %w", ip, errPrivate)
}

type offlineTransport struct{}

func (offlineTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, ErrOffline }

type userAgentTransport struct {
	next http.RoundTripper
	name string
}

func (t userAgentTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", t.name)
	return t.next.RoundTrip(r)
}

// IfChanged is a request for what lies at an address, on condition that it changed since the
// server sent these validators (RFC 9110, 13.1); of two empty ones it depends on nothing.
func IfChanged(ctx context.Context, address, etag, modified string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	if modified != "" {
		request.Header.Set("If-Modified-Since", modified)
	}
	return request, nil
}
