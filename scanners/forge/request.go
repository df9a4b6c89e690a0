package forge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
)

// maxAnswer bounds one answer, in bytes: a page of a hundred issues with their events has
// less than a megabyte.
const maxAnswer = 16 << 20

// maxWaits is how often one request waits for a limit.
const maxWaits = 2

// send sends a request with a token of the host, with the next one where its limit is
// met, and returns the whole body of a 2xx answer with its headers. make is called for
// each attempt.
func (s *session) send(ctx context.Context, scheme string, make func(context.Context) (*http.Request, error)) ([]byte, http.Header, error) {
	for attempt := 0; ; attempt++ {
		used, err := s.tokens.next(ctx, s.host, s.options.MaxWait)
		if err != nil {
			return nil, nil, service.WhyEnded(ctx, err)
		}
		s.calls++
		response, body, err := service.Exchange(ctx, s.in.Client, s.options.MaxTime, maxAnswer, func(ctx context.Context) (*http.Request, error) {
			request, err := make(ctx)
			if err == nil && used.value != "" {
				request.Header.Set("Authorization", scheme+" "+used.value)
			}
			return request, err
		})
		if response == nil {
			return nil, nil, err
		}
		limited := s.tokens.learn(used, response)
		switch status := response.StatusCode; {
		case limited || status == http.StatusForbidden && bytes.Contains(body, []byte("rate limit")): // GitHub's second limit has no header
			if until := s.tokens.exhaust(); attempt > len(s.tokens.list)+maxWaits {
				return nil, nil, &service.LimitError{Name: s.host, Until: until}
			}
		case status == http.StatusUnauthorized && used.value != "":
			used.refused = true
		case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
			return nil, nil, service.ErrTooMuch
		case status < 200 || status > 299:
			return nil, response.Header, &service.StatusError{Status: status}
		default:
			return body, response.Header, err
		}
	}
}

// errNoGraphQL means that what answers for GraphQL is something else: a page of a proxy. It is
// met by every request.
var errNoGraphQL = errors.New("the answer is no JSON of GraphQL")

// failureOf turns an error of asking into the reason for which nothing is known.
func failureOf(err error, host string) observation.Note {
	failure := service.FailureOf(host, err)
	status, answered := errors.AsType[*service.StatusError](err)
	switch {
	case errors.Is(err, errNoGraphQL):
		failure.Cause = observation.CauseBroken
	case errors.Is(err, errRefused):
		failure.Cause, failure.Message = observation.CauseNoToken, host+" refused every token that it was given"
	case answered && (status.Status == http.StatusUnauthorized || status.Status == http.StatusForbidden):
		failure.Cause = observation.CauseNoToken
		failure.Message = fmt.Sprintf("%s does not show it to those who ask (%s)", host, strings.ToLower(http.StatusText(status.Status)))
	}
	return failure
}
