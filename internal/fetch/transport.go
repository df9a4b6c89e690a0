package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// retryTransport retries a request with the redirects that follow it.
type retryTransport struct {
	client  *http.Client
	retries retrypolicy.RetryPolicy[*http.Response]
}

func (t retryTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
	}
	response, err := failsafe.With(t.retries).WithContext(r.Context()).Get(func() (*http.Response, error) {
		attempt := *r
		if len(body) > 0 {
			attempt.Body = io.NopCloser(bytes.NewReader(body))
		}
		return t.client.Do(&attempt)
	})
	return response, UnwrapURLError(err)
}

// breakerTransport sends requests through the circuit breaker of their host.
type breakerTransport struct {
	next  http.RoundTripper
	hosts *HostBreakers
}

// errServerFailed stands for a response with a status of 429 or 5xx.
var errServerFailed = errors.New("the server failed")

func (t breakerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	var response *http.Response
	err := t.hosts.Do(r.Context(), r.URL.Host, func() error {
		var err error
		if response, err = t.next.RoundTrip(r); err == nil && (response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests) {
			return fmt.Errorf("%w: %s", errServerFailed, response.Status)
		}
		return err
	}, func(err error) bool { return r.Context().Err() == nil && !errors.Is(err, errPrivate) })
	if _, open := errors.AsType[*CircuitOpenError](err); err != nil && (open || !errors.Is(err, errServerFailed)) {
		return nil, err
	}
	return response, nil
}

// idleTimeoutTransport ends a transfer that brings no byte for the timeout.
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
	timer := time.AfterFunc(t.timeout, func() { cancel(fmt.Errorf("no byte came for %s", t.timeout)) })
	timer.Stop() // it runs while a read waits
	response.Body = &idleTimeoutBody{ReadCloser: response.Body, ctx: ctx, cancel: cancel, timer: timer, timeout: t.timeout}
	return response, nil
}

type idleTimeoutBody struct {
	io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration
}

func (b *idleTimeoutBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.timeout)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	if err != nil && err != io.EOF && b.ctx.Err() != nil {
		err = context.Cause(b.ctx)
	}
	return n, err
}

func (b *idleTimeoutBody) Close() error {
	b.timer.Stop()
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
