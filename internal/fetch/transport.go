package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// retryTransport sends requests through the circuit breaker of their host, and
// retries those that failed temporarily, with all redirects. The last response goes
// to the caller, whose error can name its status.
type retryTransport struct {
	client  *http.Client
	policy  RetryPolicy
	hosts   *HostBreakers
	handled []int // statuses that are the caller's
}

// errServerFailed stands for a response with a status of 429 or 5xx.
var errServerFailed = errors.New("the server failed")

func (t retryTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	var response *http.Response
	attempt := func() error {
		discard(response)
		request := *r
		if len(body) > 0 {
			request.Body = io.NopCloser(bytes.NewReader(body))
		}
		var err error
		response, err = t.client.Do(&request)
		if err == nil && (response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests) && !slices.Contains(t.handled, response.StatusCode) {
			return fmt.Errorf("%w: %s", errServerFailed, response.Status)
		}
		return UnwrapURLError(err)
	}
	retryable := func(err error) (time.Duration, bool) {
		if errors.Is(err, errServerFailed) {
			after, _ := RetryAfter(response.Header)
			return after, response.StatusCode != http.StatusNotImplemented
		}
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
		return 0, !untrusted && !errors.Is(err, errPrivate) && !errors.Is(err, errRedirects) && !strings.Contains(err.Error(), "unsupported protocol scheme")
	}
	err = t.hosts.Do(ctx, r.URL.Host, func() error { return t.policy.Retry(ctx, attempt, retryable) },
		func(err error) bool { return ctx.Err() == nil && !errors.Is(err, errPrivate) })
	if ctx.Err() != nil {
		discard(response)
		return nil, ctx.Err()
	}
	if _, open := errors.AsType[*CircuitOpenError](err); err != nil && (open || !errors.Is(err, errServerFailed)) {
		return nil, err
	}
	return response, nil
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	return body, errors.Join(err, r.Body.Close())
}

// discard closes a response that is not used, or nil. It reads a short body to its
// end, so that the connection can be reused.
func discard(response *http.Response) {
	if response != nil {
		_, _ = io.CopyN(io.Discard, response.Body, 4<<10)
		_ = response.Body.Close()
	}
}

// idleTimeoutTransport ends a transfer that brings no byte, or too few, for the timeout.
type idleTimeoutTransport struct {
	next    http.RoundTripper
	timeout time.Duration
}

func (t idleTimeoutTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	response, err := t.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	body := &idleTimeoutBody{ReadCloser: response.Body, ctx: ctx, cancel: cancel, timeout: t.timeout, left: t.timeout}
	response.Body = body
	go body.watch()
	return response, nil
}

const (
	// leastSpeed is what a transfer has to bring, in bytes a second: as much as git asks for.
	leastSpeed = 1000
	// looks is how often in a timeout a transfer is looked at.
	looks = 20
)

// idleTimeoutBody counts the time in which a read waits against the bytes that came.
type idleTimeoutBody struct {
	io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timeout time.Duration

	mu    sync.Mutex
	waits bool          // a read waits
	came  bool          // a byte came since nothing was missing
	left  time.Duration // that reads may wait before too few bytes came
}

// watch looks at the transfer until it ends.
func (b *idleTimeoutBody) watch() {
	step := max(time.Millisecond, b.timeout/looks)
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for {
		select {
		case <-b.ctx.Done():
			return
		case <-ticker.C:
			b.mu.Lock()
			if b.waits {
				b.left -= step
			}
			left, came := b.left, b.came
			b.mu.Unlock()
			switch {
			case left > 0:
			case came:
				b.cancel(fmt.Errorf("fewer than %d bytes a second came for %s", leastSpeed, b.timeout))
			default:
				b.cancel(fmt.Errorf("no byte came for %s", b.timeout))
			}
		}
	}
}

func (b *idleTimeoutBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	b.waits = true
	b.mu.Unlock()
	n, err := b.ReadCloser.Read(p)
	b.mu.Lock()
	b.waits = false
	b.left = min(b.timeout, b.left+time.Duration(n)*time.Second/leastSpeed)
	b.came = b.left < b.timeout && (b.came || n > 0)
	b.mu.Unlock()
	if err != nil && err != io.EOF && b.ctx.Err() != nil {
		err = context.Cause(b.ctx)
	}
	return n, err
}

func (b *idleTimeoutBody) Close() error {
	b.cancel(nil)
	return b.ReadCloser.Close()
}

// resumeTransport resumes the transfer of a file that broke off, where a strong
// ETag shows that it is still the same file.
type resumeTransport struct{ next http.RoundTripper }

func (t resumeTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil || r.Method != http.MethodGet || response.StatusCode != http.StatusOK || r.Header.Get("Range") != "" || response.Uncompressed {
		return response, err
	}
	if tag := validator(response.Header); tag != "" && response.Header.Get("Accept-Ranges") != "none" {
		response.Body = &resumeBody{body: response.Body, request: r, next: t.next, tag: tag}
	}
	return response, nil
}

// validator is the strong ETag of a response, which identifies its exact bytes;
// empty where there is none.
func validator(header http.Header) string {
	if tag := header.Get("ETag"); len(tag) > 1 && tag[0] == '"' {
		return tag
	}
	return ""
}

// maxResumes bounds how often one transfer is resumed.
const maxResumes = 20

type resumeBody struct {
	body    io.ReadCloser
	request *http.Request
	next    http.RoundTripper
	tag     string
	read    int64
	resumes int
}

func (b *resumeBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.read += int64(n)
	if err == nil || err == io.EOF || b.request.Context().Err() != nil {
		return n, err
	}
	if b.resumes++; b.resumes > maxResumes || !b.resume() {
		return n, err
	}
	return n, nil
}

// resume requests the rest of the body, and reports whether the server sends it.
func (b *resumeBody) resume() bool {
	r := b.request.Clone(b.request.Context())
	r.Header.Set("Range", fmt.Sprintf("bytes=%d-", b.read))
	r.Header.Set("If-Range", b.tag)
	response, err := b.next.RoundTrip(r)
	if err != nil {
		return false
	}
	var from int64
	_, err = fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-", &from)
	if response.StatusCode != http.StatusPartialContent || err != nil || from != b.read || validator(response.Header) != b.tag {
		_ = response.Body.Close()
		return false
	}
	_ = b.body.Close()
	b.body = response.Body
	return true
}

func (b *resumeBody) Close() error { return b.body.Close() }
