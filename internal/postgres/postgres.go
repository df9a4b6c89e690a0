// Package postgres opens PostgreSQL databases, and tells the errors that pass by themselves
// from those that stay.
package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrAddress means that an address of a database cannot be read. It does not repeat the
// address, which may hold a password.
var ErrAddress = errors.New("this is no address of a PostgreSQL database, such as postgres://user@host/database")

// Options are how a pool is opened.
type Options struct {
	// Name is what the server shows of the connections.
	Name string
	// Most is the largest number of connections.
	Most int
}

// Open returns a pool of connections to the database at an address, which it has reached
// once. The server must keep text as UTF-8.
func Open(ctx context.Context, address string, options Options) (*pgxpool.Pool, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	if scheme = strings.ToLower(scheme); scheme != "postgres" && scheme != "postgresql" {
		return nil, ErrAddress
	}
	cfg, err := pgxpool.ParseConfig(scheme + "://" + rest)
	if err != nil {
		return nil, ErrAddress
	}
	cfg.MaxConns = int32(max(options.Most, 1))
	cfg.ConnConfig.RuntimeParams["application_name"] = options.Name
	// Times are written and read in one zone, whatever that of the server is.
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	// The server notices within some 20 seconds too, and releases what a silent peer held.
	for name, value := range map[string]string{
		"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3", "tcp_user_timeout": "20000",
	} {
		cfg.ConnConfig.RuntimeParams[name] = value
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	// A peer that a cut network has left silent is noticed within some 20 seconds.
	dialer := &net.Dialer{Control: boundSilence, Timeout: cfg.ConnConfig.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3}}
	cfg.ConnConfig.DialFunc = dialer.DialContext
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database at %s: %w", cfg.ConnConfig.Host, err)
	}
	if err := check(ctx, pool); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the database at %s: %w", cfg.ConnConfig.Host, err)
	}
	return pool, nil
}

func check(ctx context.Context, pool *pgxpool.Pool) error {
	var encoding string
	err := Retry(ctx, startPatience, func() error { return pool.QueryRow(ctx, "SHOW server_encoding").Scan(&encoding) })
	if err == nil && encoding != "UTF8" {
		err = fmt.Errorf("its encoding is %s, and only UTF8 keeps every name: make it with ENCODING 'UTF8'", encoding)
	}
	return err
}

const (
	// startPatience is how long a database that is not there yet is waited for.
	startPatience = 15 * time.Second
	// Patience is how long one that went away is waited for: a restart, or a change to
	// another server.
	Patience = 2 * time.Minute
)

// Retry calls do again while its error passes by itself, with growing pauses, for as long
// as patience. What do does must be the same when it is done twice.
func Retry(ctx context.Context, patience time.Duration, do func() error) error {
	err := do()
	if err == nil || !passes(err) {
		return err
	}
	policy := retrypolicy.NewBuilder[any]().HandleIf(func(_ any, err error) bool { return passes(err) }).
		WithBackoff(50*time.Millisecond, 2*time.Second).WithJitterFactor(0.3).WithMaxDuration(patience).WithMaxRetries(-1).ReturnLastFailure().Build()
	return failsafe.With(policy).WithContext(ctx).Run(do)
}

// passing are the classes and codes of PostgreSQL's errors after which the same statement
// may succeed: the connection or the server went away, two transactions met, or there is
// no room for another connection.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
var passing = []string{"08", "40", "53300", "55P03", "57P01", "57P02", "57P03"}

// passes reports whether an error of a statement may be gone when it is sent again.
func passes(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		for _, code := range passing {
			if strings.HasPrefix(answer.Code, code) {
				return true
			}
		}
		return false
	}
	if connecting, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		_, refused := errors.AsType[*pgconn.PgError](connecting.Unwrap())
		return !refused
	}
	_, network := errors.AsType[net.Error](err)
	return network || pgconn.SafeToRetry(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), "conn closed")
}
