// Package fetch is the one policy under which Midspan talks to servers: retries
// with backoff and a ceiling, a circuit for each host, no transfer that stalls,
// one that broke off goes on where it stood, no private addresses unless
// allowed, nothing at all when offline.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Options configure a client.
type Options struct {
	Offline      bool
	AllowPrivate bool
	UserAgent    string
	// Patience is DefaultPatience where it is zero.
	Patience Patience
}

// ErrOffline is what every request ends in when the network is switched off.
var ErrOffline = errors.New("offline: the network is switched off")

// Client returns an HTTP client that asks again where that may help (refused
// and broken connections, 429 with its Retry-After, 5xx), leaves a host alone
// that fails for everything, ends a transfer that stalls, and goes on with one
// that broke off where it stood.
func Client(opts Options) *http.Client {
	if opts.Offline {
		return &http.Client{Transport: refuse{}}
	}
	patience := opts.Patience
	if patience == (Patience{}) {
		patience = DefaultPatience()
	}
	dialer := &net.Dialer{Timeout: 20 * time.Second}
	if !opts.AllowPrivate {
		dialer.Control = refusePrivate
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = dialer.DialContext
	transport.ResponseHeaderTimeout = patience.Stall
	retry := retryablehttp.NewClient()
	retry.Logger = nil
	retry.RetryMax = max(0, patience.Tries-1)
	retry.CheckRetry = patience.check
	retry.Backoff = func(_, _ time.Duration, failed int, answer *http.Response) time.Duration {
		after := time.Duration(0)
		if answer != nil {
			after, _ = RetryAfter(answer.Header)
		}
		return max(after, patience.Delay(failed+1))
	}
	// The last answer goes to the caller, who can say more of it than "gave up".
	retry.ErrorHandler = retryablehttp.PassthroughErrorHandler
	retry.HTTPClient = &http.Client{Transport: agent{watch{transport, patience.Stall}, opts.UserAgent}, CheckRedirect: leave}
	return &http.Client{Transport: resume{circuit{&retryablehttp.RoundTripper{Client: retry}, patience.Hosts()}}}
}

// check says whether a request is made again.
func (p Patience) check(ctx context.Context, answer *http.Response, err error) (bool, error) {
	if errors.Is(err, errPrivate) {
		return false, err
	}
	if answer != nil {
		if after, _ := RetryAfter(answer.Header); after > p.MaxRetryAfter {
			return false, nil
		}
	}
	return retryablehttp.DefaultRetryPolicy(ctx, answer, err)
}

// errPrivate marks a refusal of ours: no host failed.
var errPrivate = errors.New("--allow-private permits that")

// refusePrivate looks at the address that was resolved, so that a name cannot
// lead inside after it was checked.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	host, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := host.Addr().Unmap(); !Public(ip) {
		return fmt.Errorf("%s is a private address; %w", ip, errPrivate)
	}
	return nil
}

type refuse struct{}

func (refuse) RoundTrip(*http.Request) (*http.Response, error) { return nil, ErrOffline }

type agent struct {
	next http.RoundTripper
	name string
}

func (a agent) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", a.name)
	return a.next.RoundTrip(r)
}

// Get opens the body of an address. An answer other than 200 is an error that
// names it. The caller closes the body.
func Get(ctx context.Context, client *http.Client, address string) (io.ReadCloser, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("fetch %q: not an http or https address", Shown(address))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", Shown(address), Plain(err))
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("fetch %s: the server answered %s", Shown(address), response.Status)
	}
	return response.Body, nil
}
