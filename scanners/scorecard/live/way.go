package live

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

const (
	// maxAnswer bounds one answer, and maxCalls the requests about all repositories of a run.
	maxAnswer = 16 << 20
	maxCalls  = 20_000
)

// way is the one way on which Scorecard's client reaches GitHub: over the HTTP policy of
// the run, with a token that goes to GitHub's API alone, within bounds.
type way struct {
	next    http.RoundTripper
	address *url.URL // of the API
	now     func() time.Time
	calls   atomic.Int64
	hidden  atomic.Int64 // profiles of people that were not answered: the library goes on without them

	mu     sync.Mutex
	tokens []string
	until  map[bool][]time.Time // of the limit of each; true is that of the search, which GitHub counts apart
	stop   error                // why nothing more is asked
}

func newWay(options Options, in scanners.Asking) (*way, error) {
	address, err := url.Parse(options.Address)
	if err != nil {
		return nil, err
	}
	next := in.Client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	return &way{next: next, address: address, now: in.Now, tokens: options.Tokens,
		until: map[bool][]time.Time{false: make([]time.Time, len(options.Tokens)), true: make([]time.Time, len(options.Tokens))}}, nil
}

// blocked says why nothing more is asked; nil where there is no reason.
func (w *way) blocked() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stop
}

// RoundTrip implements http.RoundTripper.
func (w *way) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "api.github.com" && r.URL.Host != w.address.Host {
		return nil, fmt.Errorf("%s is not asked: Scorecard's checks go to GitHub's API alone", r.URL.Hostname())
	}
	if strings.Contains(r.URL.Path, "/tarball") || strings.Contains(r.URL.Path, "/zipball") {
		return nil, errFiles
	}
	search := strings.HasPrefix(r.URL.Path, "/search/")
	for {
		used, err := w.token(search)
		if err != nil {
			return nil, err
		}
		sent := r.Clone(r.Context())
		if r.GetBody != nil {
			if sent.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
		sent.URL.Scheme, sent.URL.Host, sent.Host = w.address.Scheme, w.address.Host, ""
		sent.Header.Set("Authorization", "Bearer "+w.tokens[used])
		response, err := w.next.RoundTrip(sent)
		if err != nil {
			w.end(err)
			return nil, err
		}
		if w.learn(search, used, response) {
			_ = response.Body.Close()
			continue // with the next token, while there is one
		}
		if response.StatusCode >= 400 && strings.HasPrefix(r.URL.Path, "/users/") && !strings.HasSuffix(r.URL.Path, "/orgs") {
			w.hidden.Add(1)
		}
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, maxAnswer), response.Body}
		return response, nil
	}
}

// token is the first whose limit is not met. That the limit of the search is met stops the
// search alone.
func (w *way) token(search bool) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stop == nil && w.calls.Load() >= maxCalls {
		w.stop = &service.LimitError{Name: "Scorecard's checks", Until: w.now().Add(time.Hour)}
	}
	if w.stop != nil {
		return 0, w.stop
	}
	var first time.Time
	for i, until := range w.until[search] {
		if !until.After(w.now()) {
			w.calls.Add(1)
			return i, nil
		}
		if first.IsZero() || until.Before(first) {
			first = until
		}
	}
	met := &service.LimitError{Name: hostGitHub, Until: first}
	if !search {
		w.stop = met
	}
	return 0, met
}

func (w *way) end(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stop == nil {
		w.stop = fetch.UnwrapURLError(err)
	}
}

// learn notes that the limit of a token is met, by X-RateLimit-Remaining and
// X-RateLimit-Reset, or by a 429 or 403 with Retry-After. It reports whether the request was
// refused for it.
func (w *way) learn(search bool, used int, response *http.Response) (refused bool) {
	after, said := fetch.RetryAfter(response.Header)
	reset, err := strconv.ParseInt(response.Header.Get("X-RateLimit-Reset"), 10, 64)
	if err == nil && !said && response.Header.Get("X-RateLimit-Remaining") == "0" {
		date, err := http.ParseTime(response.Header.Get("Date"))
		if err != nil {
			date = w.now()
		}
		after, said = max(time.Second, time.Unix(min(reset, 1<<40), 0).Sub(date)), true
	}
	if response.StatusCode == http.StatusTooManyRequests && !said {
		after, said = time.Minute, true
	}
	if said {
		w.mu.Lock()
		w.until[search][used] = w.now().Add(after)
		w.mu.Unlock()
	}
	return said && (response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusForbidden)
}
