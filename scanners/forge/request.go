package forge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// maxAnswer bounds one answer, in bytes: a page of a hundred issues with their events has
// less than a megabyte.
const maxAnswer = 16 << 20

// maxWaits is how often one request waits for a limit.
const maxWaits = 2

// errTooMuch means that a server did not answer what was asked at once within its own
// time: it may answer less. GitHub's time is ten seconds, after which it sends 502.
var errTooMuch = errors.New("the server did not answer so much at once")

// statusError is an answer with a status that is not asked again.
type statusError struct {
	status int
	text   string // in words
}

func (e *statusError) Error() string { return "the server answered " + e.text }

// send sends a request with a token of the host, with the next one where its limit is
// met, and returns the whole body of a 2xx answer with its headers. make is called for
// each attempt.
func (s *session) send(ctx context.Context, scheme string, make func(context.Context) (*http.Request, error)) ([]byte, http.Header, error) {
	for attempt := 0; ; attempt++ {
		used, err := s.tokens.next(ctx, s.host, s.options.MaxWait)
		if err != nil {
			return nil, nil, err
		}
		request, err := make(ctx)
		if err != nil {
			return nil, nil, redact.Error(err)
		}
		if used.value != "" {
			request.Header.Set("Authorization", scheme+" "+used.value)
		}
		s.calls++
		response, err := s.in.Client.Do(request)
		if err != nil {
			return nil, nil, redact.Error(fetch.UnwrapURLError(err))
		}
		body, err := readAll(response)
		limited := s.tokens.learn(used, response)
		switch status := response.StatusCode; {
		case limited || status == http.StatusForbidden && bytes.Contains(body, []byte("rate limit")): // GitHub's second limit has no header
			if until := s.tokens.exhaust(); attempt > len(s.tokens.list)+maxWaits {
				return nil, nil, &limitError{s.host, until}
			}
		case status == http.StatusUnauthorized && used.value != "":
			used.refused = true
		case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
			return nil, nil, errTooMuch
		case status < 200 || status > 299:
			return nil, response.Header, &statusError{status, http.StatusText(status)}
		default:
			return body, response.Header, err
		}
	}
}

func readAll(response *http.Response) ([]byte, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("the answer is larger than %d MB", maxAnswer>>20)
	}
	return body, err
}

// failureOf turns an error of asking into the reason for which nothing is known.
func failureOf(err error, host string) observation.Note {
	cause := observation.CauseUnreachable
	message := fmt.Sprintf("%s: %s", host, observation.OneLine(brief(err)))
	_, broken := errors.AsType[*shapeError](err)
	limit, limited := errors.AsType[*limitError](err)
	status, answered := errors.AsType[*statusError](err)
	switch {
	case errors.Is(err, fetch.ErrOffline):
		cause = observation.CauseOffline
	case errors.Is(err, errRefused):
		cause, message = observation.CauseNoToken, host+" refused every token that it was given"
	case broken:
		cause = observation.CauseBroken
	case limited:
		cause, message = observation.CauseOverLimit, limit.Error()
	case answered && (status.status == http.StatusUnauthorized || status.status == http.StatusForbidden):
		cause, message = observation.CauseNoToken, fmt.Sprintf("%s does not show it to those who ask (%s)", host, strings.ToLower(status.text))
	}
	return observation.Note{Cause: cause, Message: message}
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
