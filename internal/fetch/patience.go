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

// Patience says how often a server that fails is asked again, and how long it
// is waited for. The zero value is no patience at all: use DefaultPatience.
type Patience struct {
	// Tries is how often one thing is asked for, in all.
	Tries int
	// Wait comes before the second try, and doubles with each further one up to
	// MaxWait. Up to half of it is taken off by chance, so that those who failed
	// together do not come back together.
	Wait, MaxWait time.Duration
	// MaxRetryAfter is the longest wait that a server can ask for (Retry-After).
	// One that asks for more is not asked again in this run.
	MaxRetryAfter time.Duration
	// Failures in a row, each after all tries, are taken as the host's own: it
	// is left alone for Pause, then asked once more, and if that fails too, not
	// again in this run.
	Failures uint
	Pause    time.Duration
	// Stall is the longest time without a byte.
	Stall time.Duration
}

// DefaultPatience bounds what one thing can cost to about a quarter of a
// minute of waiting, and a dead host to less than two minutes.
func DefaultPatience() Patience {
	return Patience{Tries: 4, Wait: time.Second, MaxWait: 30 * time.Second, MaxRetryAfter: 2 * time.Minute,
		Failures: 5, Pause: 30 * time.Second, Stall: time.Minute}
}

// Delay is the wait before the next try, after so many that failed.
func (p Patience) Delay(failed int) time.Duration {
	wait := p.MaxWait
	if failed < 30 {
		wait = min(p.Wait<<max(0, failed-1), p.MaxWait)
	}
	if wait < 2 {
		return wait
	}
	return wait - rand.N(wait/2)
}

// Retry calls do until it succeeds, fails for good, or was called often enough.
// again says whether an error may pass, and how long the server asks to wait,
// or 0. The error is the last one of do, also where the context ended a wait.
func (p Patience) Retry(ctx context.Context, do func() error, again func(error) (after time.Duration, ok bool)) error {
	var last error
	policy := retrypolicy.NewBuilder[any]().
		WithMaxAttempts(max(1, p.Tries)).
		HandleIf(func(_ any, err error) bool {
			if err == nil || ctx.Err() != nil {
				return false
			}
			after, ok := again(err)
			return ok && after <= p.MaxRetryAfter
		}).
		WithDelayFunc(func(e failsafe.ExecutionAttempt[any]) time.Duration {
			after, _ := again(e.LastError())
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

// RetryAfter is how long an answer asks to wait. A date is held against the
// date of the answer itself: whose clock is wrong does not matter.
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

// Hosts keeps a circuit for each host. It is safe for concurrent use.
type Hosts struct {
	patience Patience
	mu       sync.Mutex
	known    map[string]*host
}

// Hosts begins with a circuit for each host, all closed.
func (p Patience) Hosts() *Hosts { return &Hosts{patience: p, known: map[string]*host{}} }

type host struct {
	name    string
	breaker circuitbreaker.CircuitBreaker[any]
	// probe holds a place for the one who waits for the pause and asks again.
	probe  chan struct{}
	gaveUp bool // read and written by the one in probe

	mu   sync.Mutex
	last error
}

// LeftAlone is why a host was not asked.
type LeftAlone struct {
	Host     string
	Failures uint
	Last     error
}

func (e *LeftAlone) Error() string {
	return fmt.Sprintf("not asked: %s failed %d times in a row and once more after a pause; the next run asks again (last: %v)", e.Host, e.Failures, e.Last)
}
func (e *LeftAlone) Unwrap() error { return e.Last }

// Ask calls do unless the host is left alone: then the error is a *LeftAlone.
// down tells the errors that are the host's from all others.
func (h *Hosts) Ask(ctx context.Context, name string, do func() error, down func(error) bool) error {
	one := h.host(name)
	if one.breaker.TryAcquirePermit() {
		return one.record(do(), down)
	}
	// One waits and asks for all; the others wait for what becomes of it.
	select {
	case one.probe <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if !one.gaveUp && !one.breaker.TryAcquirePermit() {
		defer func() { <-one.probe }()
		return h.askOnceMore(ctx, one, do, down)
	}
	gaveUp := one.gaveUp
	<-one.probe
	if gaveUp {
		return one.leftAlone(h.patience.Failures)
	}
	return one.record(do(), down)
}

// askOnceMore waits until the circuit is half open and asks. The caller is in probe.
func (h *Hosts) askOnceMore(ctx context.Context, one *host, do func() error, down func(error) bool) error {
	for !one.breaker.TryAcquirePermit() {
		// Where another asks already, its answer is waited for in short steps.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(one.breaker.RemainingDelay(), time.Millisecond)):
		}
	}
	err := one.record(do(), down)
	one.gaveUp = err != nil && down(err)
	return err
}

func (h *Hosts) host(name string) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	one := h.known[name]
	if one == nil {
		one = &host{name: name, probe: make(chan struct{}, 1), breaker: circuitbreaker.NewBuilder[any]().
			WithFailureThreshold(max(1, h.patience.Failures)).WithSuccessThreshold(1).WithDelay(h.patience.Pause).Build()}
		h.known[name] = one
	}
	return one
}

func (o *host) record(err error, down func(error) bool) error {
	if err == nil || !down(err) {
		o.breaker.RecordSuccess()
		return err
	}
	o.mu.Lock()
	o.last = err
	o.mu.Unlock()
	o.breaker.RecordFailure()
	return err
}

func (o *host) leftAlone(failures uint) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return &LeftAlone{Host: o.name, Failures: failures, Last: o.last}
}
