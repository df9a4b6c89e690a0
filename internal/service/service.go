// Package service asks one service on the network for documents, within the HTTP policy of
// a run: it waits for limits on the rate that end soon, bounds what an answer may be, and
// says in a note why there is none. It knows nothing of what is asked.
package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
)

// maxAnswer bounds one answer, in bytes.
const maxAnswer = 16 << 20

// maxWaits is how often one request waits for a limit.
const maxWaits = 2

// minute is how long a limit lasts that comes without a time.
const minute = time.Minute

// Service is one service. It is safe for concurrent use.
type Service struct {
	// HTTP leaves the statuses 429, 502 and 504 to this package.
	HTTP *http.Client
	// Name is its host, for people.
	Name string
	Now  func() time.Time
	// MaxWait is how long a limit on the rate is waited for. What would take longer is an
	// error.
	MaxWait time.Duration
	// MaxTime is how long one request may take; 0 for MaxTime of this package.
	MaxTime time.Duration
	// Header is sent with each request: who asks, and a token.
	Header http.Header

	mu    sync.Mutex
	calls int
	until time.Time // of a limit that was met
}

// MaxWait is how long a limit is waited for where nothing else is asked for.
const MaxWait = 2 * time.Minute

// IsToken reports whether a text can stand in a header as a token.
func IsToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// StatusError is an answer with a status that is not asked again.
type StatusError struct{ Status int }

func (e *StatusError) Error() string { return "the server answered " + http.StatusText(e.Status) }

// IsStatus reports whether an error is an answer with a status.
func IsStatus(err error, status int) bool {
	answered, is := errors.AsType[*StatusError](err)
	return is && answered.Status == status
}

// LimitError means that the limit on the rate was met for longer than it is waited for.
type LimitError struct {
	Name  string
	Until time.Time
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("the limit on requests to %s is met until %s: the next run goes on from here", e.Name, e.Until.UTC().Format("15:04 UTC"))
}

// ErrTooMuch means that a server did not answer what was asked at once, within its own time
// or within the bound on an answer: it may answer less.
var ErrTooMuch = errors.New("the server did not answer so much at once")

// ShapeError means that an answer has another form than the service documents.
type ShapeError struct{ Err error }

func (e *ShapeError) Error() string {
	return "the answer is not in the form that is documented: " + observation.RedactQuoted(e.Err.Error())
}

func (e *ShapeError) Unwrap() error { return e.Err }

// Calls is the number of requests that were sent.
func (s *Service) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Get asks for a JSON document.
func (s *Service) Get(ctx context.Context, address string, target any) error {
	return s.decode(ctx, http.MethodGet, address, nil, target)
}

// Post sends a JSON document and reads another one.
func (s *Service) Post(ctx context.Context, address string, body, target any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return s.decode(ctx, http.MethodPost, address, text, target)
}

func (s *Service) decode(ctx context.Context, method, address string, body []byte, target any) error {
	text, err := s.send(ctx, method, address, body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, target); err != nil {
		return &ShapeError{err}
	}
	return nil
}

// Text asks for a document of any form.
func (s *Service) Text(ctx context.Context, address string) ([]byte, error) {
	return s.send(ctx, http.MethodGet, address, nil)
}

func (s *Service) send(ctx context.Context, method, address string, body []byte) ([]byte, error) {
	for attempt := 0; ; attempt++ {
		if err := s.wait(ctx); err != nil {
			return nil, WhyEnded(ctx, err)
		}
		response, text, err := Exchange(ctx, s.HTTP, s.MaxTime, maxAnswer, func(ctx context.Context) (*http.Request, error) {
			return s.request(ctx, method, address, body)
		})
		if response == nil {
			return nil, err
		}
		until, limited := s.limited(response)
		switch status := response.StatusCode; {
		case limited:
			if attempt >= maxWaits {
				return nil, &LimitError{s.Name, until}
			}
		case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
			return nil, ErrTooMuch
		case status < 200 || status > 299:
			return nil, &StatusError{status}
		default:
			return text, err
		}
	}
}

func (s *Service) request(ctx context.Context, method, address string, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body == nil {
		request.Body, request.GetBody = nil, nil
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	for name, values := range s.Header {
		request.Header[name] = values
	}
	return request, nil
}

// wait waits for the end of a limit, and counts the request.
func (s *Service) wait(ctx context.Context) error {
	s.mu.Lock()
	until := s.until
	rest := until.Sub(s.Now())
	if rest <= s.MaxWait {
		s.calls++
	}
	s.mu.Unlock()
	if rest <= 0 {
		return ctx.Err()
	}
	if rest > s.MaxWait {
		return &LimitError{s.Name, until}
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rest):
		return nil
	}
}

// limited reports whether an answer refuses a request for the limit on the rate, and notes
// until when.
func (s *Service) limited(response *http.Response) (until time.Time, limited bool) {
	after, given := fetch.RetryAfter(response.Header)
	if response.StatusCode != http.StatusTooManyRequests && (response.StatusCode != http.StatusForbidden || !given) {
		return time.Time{}, false
	}
	if reset, err := strconv.ParseInt(response.Header.Get("X-RateLimit-Reset"), 10, 64); !given && err == nil {
		after, given = s.untilReset(response, reset), true
	}
	if !given {
		after = minute
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = s.Now().Add(max(after, time.Millisecond))
	return s.until, true
}

// untilReset is how long a limit lasts that ends at a time in seconds since 1970. It is
// compared with the date of the answer, so that a wrong clock does not matter.
func (s *Service) untilReset(response *http.Response, reset int64) time.Duration {
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		date = s.Now()
	}
	return max(0, time.Unix(min(reset, 1<<40), 0).Sub(date))
}

// Failure turns an error of asking into the reason for which nothing is known.
func (s *Service) Failure(err error) observation.Note {
	failure := FailureOf(s.Name, err)
	if IsStatus(err, http.StatusNotFound) || IsStatus(err, http.StatusGone) {
		failure.Cause = observation.CauseNotFound
	}
	return failure
}

// FailureOf is that of a service by its name, whatever a status means there.
func FailureOf(name string, err error) observation.Note {
	cause, message := observation.CauseUnreachable, name+": "+observation.OneLine(brief(err))
	_, broken := errors.AsType[*ShapeError](err)
	limit, limited := errors.AsType[*LimitError](err)
	_, panicked := errors.AsType[*panicError](err)
	switch {
	case errors.Is(err, fetch.ErrOffline):
		cause = observation.CauseOffline
	case broken:
		cause = observation.CauseBroken
	case limited:
		cause, message = observation.CauseOverLimit, limit.Error()
	case IsTooSlow(err):
		cause = observation.CauseOverLimit
	case panicked:
		cause = observation.CauseScannerPanic
	}
	return observation.Note{Cause: cause, Message: message}
}

// Blocks reports whether an error is none of what was asked: asking the same service for
// something else would meet it again.
func Blocks(err error) bool {
	status, answered := errors.AsType[*StatusError](err)
	_, broken := errors.AsType[*ShapeError](err)
	_, panicked := errors.AsType[*panicError](err)
	return err != nil && !broken && !panicked && !errors.Is(err, ErrTooMuch) && (!answered || status.Status >= 500 || status.Status == http.StatusUnauthorized)
}

// brief is an error of the network without the addresses of this machine and of its name
// server, which are nobody's business in a report.
func brief(err error) string {
	if unknown, is := errors.AsType[*net.DNSError](err); is {
		return "its name could not be resolved (" + unknown.Err + ")"
	}
	if refused, is := errors.AsType[*net.OpError](err); is && refused.Err != nil {
		return refused.Err.Error()
	}
	return err.Error()
}

// AskAll calls ask with all items, so many at once, and fewer where that is too much. failed
// gets the items of each call that failed, with the reason; what ask took of them before
// that stands. Once an error blocks the service nothing more is asked. The error means that
// ctx ended.
func AskAll[T any](ctx context.Context, s *Service, items []T, atOnce int, ask func(some []T) error, failed func(some []T, why observation.Note)) error {
	var blocked error
	for some := range slices.Chunk(items, atOnce) {
		err := blocked
		if err == nil {
			err = Batch(some, ask)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed(some, s.Failure(err))
		}
		if Blocks(err) {
			blocked = err
		}
	}
	return nil
}

// Batch calls ask with all items, and with halves of them where they are too much at once.
// A single item that is too much is an error.
func Batch[T any](items []T, ask func(some []T) error) error {
	err := ask(items)
	if len(items) < 2 || !errors.Is(err, ErrTooMuch) {
		return err
	}
	if err := Batch(items[:len(items)/2], ask); err != nil {
		return err
	}
	return Batch(items[len(items)/2:], ask)
}
