package fetch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// RetryPolicy bounds retries, delays and timeouts. The zero value is not usable:
// see DefaultRetryPolicy.
type RetryPolicy struct {
	// MaxAttempts is the number of attempts for one operation, the first included.
	MaxAttempts int
	// BaseDelay is the delay before the second attempt. It doubles with each
	// further one, up to MaxDelay. A random part of up to half is subtracted, so
	// that clients that failed together do not retry together.
	BaseDelay, MaxDelay time.Duration
	// MaxRetryAfter is the longest Retry-After that is followed. Where a server
	// requires more, the operation is not retried.
	MaxRetryAfter time.Duration
	// FailureThreshold is the number of failed operations in a row, each after all
	// its attempts, that opens the circuit breaker of a host. After OpenInterval
	// one operation is let through. If that fails too, the host is given up: it gets no
	// further request in this run.
	FailureThreshold uint
	OpenInterval     time.Duration
	// IdleTimeout is the longest time without a byte, or with fewer than 1000 a second.
	IdleTimeout time.Duration
}

// DefaultRetryPolicy bounds the delays of one operation to about a quarter of a
// minute, and those of a dead host to less than two minutes.
func DefaultRetryPolicy() RetryPolicy {
	return RetryPolicy{MaxAttempts: 4, BaseDelay: time.Second, MaxDelay: 30 * time.Second, MaxRetryAfter: 2 * time.Minute,
		FailureThreshold: 5, OpenInterval: 30 * time.Second, IdleTimeout: time.Minute}
}

// Delay is the delay before the next attempt, after so many that failed.
func (p RetryPolicy) Delay(failed int) time.Duration {
	wait := p.MaxDelay
	if failed < 30 {
		wait = min(p.BaseDelay<<max(0, failed-1), p.MaxDelay)
	}
	if wait < 2 {
		return wait
	}
	return wait - rand.N(wait/2)
}

// Retry calls do until it succeeds, fails permanently, or was called MaxAttempts
// times. retryable reports whether an error is temporary, and the delay that the
// server requires (Retry-After), or 0. The error is the last one of do, also where
// the context ended a delay.
func (p RetryPolicy) Retry(ctx context.Context, do func() error, retryable func(error) (after time.Duration, ok bool)) error {
	var last error
	policy := retrypolicy.NewBuilder[any]().
		WithMaxAttempts(max(1, p.MaxAttempts)).
		HandleIf(func(_ any, err error) bool {
			if err == nil || ctx.Err() != nil {
				return false
			}
			after, ok := retryable(err)
			return ok && after <= p.MaxRetryAfter
		}).
		WithDelayFunc(func(e failsafe.ExecutionAttempt[any]) time.Duration {
			after, _ := retryable(e.LastError())
			return max(after, p.Delay(e.Attempts()))
		}).
		ReturnLastFailure().
		Build()
	err := failsafe.With(policy).WithContext(ctx).Run(func() error {
		last = do()
		return last
	})
	if err != nil && last != nil {
		return last
	}
	return err
}

// RetryAfter is the delay that the headers of a response require. A date is
// compared with the Date of the response itself, so a wrong clock does not matter.
func RetryAfter(header http.Header) (time.Duration, bool) {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 1<<32)) * time.Second, true
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return max(0, until.Sub(date)), true
}

// HostBreakers holds a circuit breaker for each host. It is safe for concurrent use.
type HostBreakers struct {
	policy   RetryPolicy
	mu       sync.Mutex
	run      int64 // the newest; see ForRun
	breakers map[string]*hostBreaker
}

// NewHostBreakers returns circuit breakers for all hosts, all closed.
func (p RetryPolicy) NewHostBreakers() *HostBreakers {
	return &HostBreakers{policy: p, breakers: map[string]*hostBreaker{}}
}

// ForRun makes all circuit breakers new where the number of a run is larger than those
// before: a worker outlives its runs, and each run asks every host again.
func (h *HostBreakers) ForRun(run int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if run > h.run {
		h.run, h.breakers = run, map[string]*hostBreaker{}
	}
}

type hostBreaker struct {
	name    string
	breaker circuitbreaker.CircuitBreaker[any]
	// probe has room for the one caller that waits for the open interval and then
	// makes the trial request.
	probe chan struct{}

	mu     sync.Mutex
	gaveUp bool // the trial failed, and nothing has succeeded since
	last   error
}

// CircuitOpenError is the error for a host whose circuit breaker stays open.
type CircuitOpenError struct {
	Host     string
	Failures uint
	Last     error
}

func (e *CircuitOpenError) Error() string {
	return fmt.Sprintf("not asked: %s failed %d times in a row and once more after a pause; the next run asks again (last: %v)", e.Host, e.Failures, e.Last)
}
func (e *CircuitOpenError) Unwrap() error { return e.Last }

// Do calls do, unless the circuit breaker of the host stays open: then the error is
// a *CircuitOpenError. down reports whether an error is a failure of the host.
func (h *HostBreakers) Do(ctx context.Context, name string, do func() error, down func(error) bool) error {
	b := h.breaker(name)
	if b.isGivenUp() {
		return b.openError(h.policy.FailureThreshold)
	}
	if b.breaker.TryAcquirePermit() {
		return b.do(do, down)
	}
	// One caller waits and makes the trial request; the others wait for its result.
	select {
	case b.probe <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	release := sync.OnceFunc(func() { <-b.probe })
	defer release()
	for {
		if b.isGivenUp() {
			return b.openError(h.policy.FailureThreshold)
		}
		if b.breaker.TryAcquirePermit() {
			break
		}
		// Where another caller has the permit, its result is awaited in short steps.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(b.breaker.RemainingDelay(), time.Millisecond)):
		}
	}
	if !b.breaker.IsHalfOpen() {
		release() // it is closed again: this is no trial for which others wait
	}
	return b.do(do, down)
}

func (h *HostBreakers) breaker(name string) *hostBreaker {
	h.mu.Lock()
	defer h.mu.Unlock()
	b := h.breakers[name]
	if b == nil {
		b = &hostBreaker{name: name, probe: make(chan struct{}, 1), breaker: circuitbreaker.NewBuilder[any]().
			WithFailureThreshold(max(1, h.policy.FailureThreshold)).WithSuccessThreshold(1).WithDelay(h.policy.OpenInterval).Build()}
		h.breakers[name] = b
	}
	return b
}

// do calls do, for which the breaker has given leave, and records what became of it. A
// trial that fails gives the host up, and whatever succeeds takes that back.
func (b *hostBreaker) do(do func() error, down func(error) bool) error {
	trial := b.breaker.IsHalfOpen()
	err := do()
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil || !down(err) {
		b.breaker.RecordSuccess()
		b.gaveUp = false
		return err
	}
	b.last = err
	b.breaker.RecordFailure()
	b.gaveUp = b.gaveUp || trial && b.breaker.IsOpen()
	return err
}

func (b *hostBreaker) isGivenUp() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gaveUp
}

func (b *hostBreaker) openError(failures uint) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &CircuitOpenError{Host: b.name, Failures: failures, Last: b.last}
}
