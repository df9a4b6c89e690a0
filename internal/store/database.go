package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/postgres"
)

// database runs the statements of the store on either engine. They are written with ? for
// their arguments, in what SQLite and PostgreSQL have in common. On PostgreSQL a statement
// is sent again where the server went away, which is why each can be done twice.
type database struct {
	*sqlx.DB
	postgres bool
}

// dialect returns one of two texts, where the engines have nothing in common.
func (d database) dialect(sqlite, postgres string) string {
	if d.postgres {
		return postgres
	}
	return sqlite
}

// document is a column with JSON in the form in which its parts can be read.
func (d database) document(column string) string {
	return d.dialect(column, "readable("+column+")")
}

// elements is a table of the elements of a list in a document, each in the column value; it
// has no row where there is no such list.
func (d database) elements(column, list string) string {
	part := d.document(column) + " -> '" + list + "'"
	return d.dialect("json_each("+column+", '$."+list+"')", "json_array_elements(CASE json_typeof("+part+") WHEN 'array' THEN "+part+" ELSE '[]' END)")
}

func (d database) retry(ctx context.Context, do func() error) error {
	if !d.postgres {
		return do()
	}
	return postgres.Retry(ctx, postgres.Patience, do)
}

func (d database) get(ctx context.Context, target any, query string, args ...any) error {
	return d.retry(ctx, func() error { return d.GetContext(ctx, target, d.Rebind(query), args...) })
}

// list appends to target, a pointer to a list that is empty.
func (d database) list(ctx context.Context, target any, query string, args ...any) error {
	return d.retry(ctx, func() error { return d.SelectContext(ctx, target, d.Rebind(query), args...) })
}

func (d database) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	var result sql.Result
	err := d.retry(ctx, func() error {
		var err error
		result, err = d.ExecContext(ctx, d.Rebind(query), args...)
		return err
	})
	return result, err
}

// run is exec without its result.
func (d database) run(ctx context.Context, query string, args ...any) error {
	_, err := d.exec(ctx, query, args...)
	return err
}

// transaction runs several statements as one. write is called again where they are sent
// again.
func (d database) transaction(ctx context.Context, write func(transaction) error) error {
	return d.retry(ctx, func() error {
		tx, err := d.BeginTxx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if err := write(transaction{tx}); err != nil {
			return err
		}
		return tx.Commit()
	})
}

// transaction is an open one.
type transaction struct{ *sqlx.Tx }

func (t transaction) run(ctx context.Context, query string, args ...any) error {
	_, err := t.ExecContext(ctx, t.Rebind(query), args...)
	return err
}

// maxKey is the longest work key that is stored as it is, in bytes: an index of PostgreSQL
// takes some 2,700.
const maxKey = 1000

// storedKey is a work key as the tables have it: what is too long for an index ends in its
// digest.
func storedKey(key string) string {
	if len(key) <= maxKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return strings.ToValidUTF8(key[:maxKey], "") + " sha256=" + hex.EncodeToString(sum[:])
}
