// Package sqlite opens SQLite files.
package sqlite

import (
	"net/url"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/midspan/midspan/internal/files"
)

// Open opens the file at a path. query holds the parameters of SQLite's URI and of the
// driver: "mode=ro&_pragma=busy_timeout(60000)". No file is read before the first
// statement. A link, a pipe or a device in the place of the file, or of those that SQLite
// keeps beside it, is an error.
func Open(path, query string) (*sqlx.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := files.RefuseSpecial(path + suffix); err != nil {
			return nil, err
		}
	}
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query}
	return sqlx.Open("sqlite", uri.String())
}
