package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// circuit leaves a host alone that failed for everything.
type circuit struct {
	next  http.RoundTripper
	hosts *Hosts
}

// errAnswer stands for an answer that says that the server failed.
var errAnswer = errors.New("the server failed")

func (c circuit) RoundTrip(r *http.Request) (*http.Response, error) {
	var answer *http.Response
	err := c.hosts.Ask(r.Context(), r.URL.Host, func() error {
		var err error
		if answer, err = c.next.RoundTrip(r); err == nil && (answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests) {
			return fmt.Errorf("%w: %s", errAnswer, answer.Status)
		}
		return err
	}, func(err error) bool { return r.Context().Err() == nil && !errors.Is(err, errPrivate) })
	if _, alone := errors.AsType[*LeftAlone](err); err != nil && (alone || !errors.Is(err, errAnswer)) {
		return nil, err
	}
	return answer, nil
}

// watch ends a transfer that brings no byte for so long.
type watch struct {
	next  http.RoundTripper
	stall time.Duration
}

func (w watch) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	answer, err := w.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	late := time.AfterFunc(w.stall, func() { cancel(fmt.Errorf("no byte came for %s", w.stall)) })
	late.Stop() // it runs while a read waits
	answer.Body = &watched{ReadCloser: answer.Body, ctx: ctx, cancel: cancel, late: late, stall: w.stall}
	return answer, nil
}

type watched struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	late   *time.Timer
	stall  time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	w.late.Reset(w.stall)
	n, err := w.ReadCloser.Read(p)
	w.late.Stop()
	if err != nil && err != io.EOF && w.ctx.Err() != nil {
		err = context.Cause(w.ctx)
	}
	return n, err
}

func (w *watched) Close() error {
	w.late.Stop()
	w.cancel(nil)
	return w.ReadCloser.Close()
}

// resume goes on with a file whose transfer broke off, where the server can
// tell that it is still the same file.
type resume struct{ next http.RoundTripper }

func (t resume) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.next.RoundTrip(r)
	if err != nil || r.Method != http.MethodGet || answer.StatusCode != http.StatusOK || r.Header.Get("Range") != "" || answer.Uncompressed {
		return answer, err
	}
	if tag := validator(answer.Header); tag != "" && answer.Header.Get("Accept-Ranges") != "none" {
		answer.Body = &resumed{body: answer.Body, request: r, next: t.next, tag: tag}
	}
	return answer, nil
}

// validator names the exact bytes of an answer; a weak tag does not.
func validator(header http.Header) string {
	if tag := header.Get("ETag"); len(tag) > 1 && tag[0] == '"' {
		return tag
	}
	return ""
}

// maxResumes bounds how often one transfer is taken up again.
const maxResumes = 20

type resumed struct {
	body    io.ReadCloser
	request *http.Request
	next    http.RoundTripper
	tag     string
	read    int64
	times   int
}

func (b *resumed) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.read += int64(n)
	if err == nil || err == io.EOF || b.request.Context().Err() != nil {
		return n, err
	}
	if b.times++; b.times > maxResumes || !b.again() {
		return n, err
	}
	return n, nil
}

// again asks for the rest, and reports whether it comes.
func (b *resumed) again() bool {
	r := b.request.Clone(b.request.Context())
	r.Header.Set("Range", fmt.Sprintf("bytes=%d-", b.read))
	r.Header.Set("If-Range", b.tag)
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return false
	}
	var from int64
	_, err = fmt.Sscanf(answer.Header.Get("Content-Range"), "bytes %d-", &from)
	if answer.StatusCode != http.StatusPartialContent || err != nil || from != b.read || validator(answer.Header) != b.tag {
		_ = answer.Body.Close()
		return false
	}
	_ = b.body.Close()
	b.body = answer.Body
	return true
}

func (b *resumed) Close() error { return b.body.Close() }
