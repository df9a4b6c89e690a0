package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// This file bounds what a server can cost that means no good: time, memory, and what its
// answer sets off in here.

// MaxTime is how long one request may take, its retries and all of its answer included: a
// pause that a server asks for (Retry-After), and a minute.
const MaxTime = 3 * time.Minute

// errTime means that a bound on time was met.
var errTime = errors.New("what was asked did not come within")

// IsTooSlow reports whether an error is that a bound on time was met.
func IsTooSlow(err error) bool { return errors.Is(err, errTime) }

// Within is ctx with a bound on time of its own, and with that as the cause of its end.
func Within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("%w %s", errTime, limit))
}

// WhyEnded is the cause for which ctx ended in place of an error that it set off.
func WhyEnded(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// Exchange sends the request that ask makes and reads its answer, all within a time (0 for
// MaxTime), and at most so many bytes. There is no response where nothing was answered; an
// error beside one is that of its body.
func Exchange(ctx context.Context, client *http.Client, within time.Duration, most int64,
	ask func(context.Context) (*http.Request, error)) (*http.Response, []byte, error) {
	if within <= 0 {
		within = MaxTime
	}
	ctx, cancel := Within(ctx, within)
	defer cancel()
	request, err := ask(ctx)
	if err != nil {
		return nil, nil, redact.Error(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, nil, redact.Error(fetch.UnwrapURLError(WhyEnded(ctx, err)))
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%w: it is larger than %d MB", ErrTooMuch, most>>20)
	}
	return response, text, WhyEnded(ctx, err)
}

// panicError is a panic over what a server answered.
type panicError struct{ value any }

func (e *panicError) Error() string {
	return "the answer met a fault of Midspan's: " + observation.OneLine(observation.RedactQuoted(fmt.Sprint(e.value)))
}

// Safely calls do. A panic in it is an error: it costs what was asked, and not the run.
func Safely(do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value}
		}
	}()
	return do()
}

// Bounded calls do within a time, where it is not 0, and safely. failed says why it did not
// come to its end by either; any other end is that of do.
func Bounded(ctx context.Context, name string, within time.Duration, do func(context.Context) error) (failed *observation.Note, err error) {
	bounded, cancel := ctx, context.CancelFunc(func() {})
	if within > 0 {
		bounded, cancel = Within(ctx, within)
	}
	defer cancel()
	err = Safely(func() error { return do(bounded) })
	_, panicked := errors.AsType[*panicError](err)
	switch {
	case ctx.Err() == nil && panicked:
		return new(FailureOf(name, err)), nil
	case ctx.Err() == nil && err != nil && bounded.Err() != nil:
		return new(FailureOf(name, context.Cause(bounded))), nil
	}
	return nil, err
}
