package queue

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Hosts bounds how many fetches go to one host at once, over all workers. Each of its
// slots is an advisory lock of PostgreSQL, which the server releases when the connection of
// a worker ends. While a worker has no connection to the database its fetches go on, and
// others may take its slots: for the time of a transfer, a host may have more than it may.
type Hosts struct {
	pool    *pgxpool.Pool
	perHost int

	mu   sync.Mutex
	conn *pgxpool.Conn // holds all slots of this worker; nil until the first
	held map[string]map[int32]bool
}

// newHosts returns the slots of one worker.
func newHosts(pool *pgxpool.Pool, perHost int) *Hosts {
	return &Hosts{pool: pool, perHost: perHost, held: map[string]map[int32]bool{}}
}

const (
	// slotPatience is how long a unit in hand waits for a slot of its host.
	slotPatience = 2 * time.Second
	slotPause    = 100 * time.Millisecond
)

// Take takes a slot of a host and returns what gives it back. It returns ErrBusy where none
// becomes free for some seconds.
func (h *Hosts) Take(ctx context.Context, host string) (release func(), err error) {
	timeout := time.NewTimer(slotPatience)
	defer timeout.Stop()
	for {
		slot, got, err := h.try(ctx, host)
		if err != nil {
			return nil, fmt.Errorf("%w for a slot of %s: %w", errDatabase, host, err)
		}
		if got {
			return sync.OnceFunc(func() { h.giveBack(host, slot) }), nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-timeout.C:
			return nil, ErrBusy
		case <-time.After(slotPause/2 + rand.N(slotPause)):
		}
	}
}

func (h *Hosts) try(ctx context.Context, host string) (int32, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conn == nil || h.conn.Conn().IsClosed() {
		if err := h.connect(ctx); err != nil {
			return 0, false, err
		}
	}
	if len(h.held[host]) >= h.perHost {
		return 0, false, nil
	}
	for slot := range int32(h.perHost) {
		if h.held[host][slot] {
			continue
		}
		var got bool
		if err := h.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", hostKey(host), slot).Scan(&got); err != nil {
			return 0, false, err
		}
		if got {
			if h.held[host] == nil {
				h.held[host] = map[int32]bool{}
			}
			h.held[host][slot] = true
			return slot, true, nil
		}
	}
	return 0, false, nil
}

// connect opens the connection, and takes the slots again that were held when the one
// before it ended, where they are free.
func (h *Hosts) connect(ctx context.Context) error {
	if h.conn != nil {
		h.conn.Release()
		h.conn = nil
	}
	conn, err := h.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	h.conn = conn
	for host, slots := range h.held {
		for slot := range slots {
			if _, err := conn.Exec(ctx, "SELECT pg_try_advisory_lock($1, $2)", hostKey(host), slot); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *Hosts) giveBack(host string, slot int32) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.held[host], slot)
	if len(h.held[host]) == 0 {
		delete(h.held, host)
	}
	if h.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := h.conn.Exec(ctx, "SELECT pg_advisory_unlock($1, $2)", hostKey(host), slot); err != nil {
		_ = h.conn.Conn().Close(ctx) // the server releases what a closed connection held
	}
}

// Close gives all slots back.
func (h *Hosts) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = h.conn.Conn().Close(ctx) // releases them too where it fails
	h.conn.Release()
	h.conn = nil
}

// hostKey is the first number of the locks of a host. Two hosts with the same share their
// slots, and are asked less than they may be.
func hostKey(host string) int32 {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(host)) // never fails
	return int32(sum.Sum32())
}
