package osvdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb/record"
	"github.com/midspan/midspan/internal/sqlite"
)

// format is the version of the index's layout. An index of another format is
// built anew.
const format = 5

// schema keeps the entries of packages in the tables advisory and malware (see
// buckets.go), the names of those packages in package, and the files that they were
// read from in member (see member.go). The columns shelves and pieces count buckets and
// segments. A row of day holds the last second of each day on which a record was
// modified, from which the newest day before any as-of follows. The ecosystem of a
// general note is "".
const schema = `
CREATE TABLE about (source TEXT NOT NULL, kev_date TEXT NOT NULL, kev_digest TEXT NOT NULL);
CREATE TABLE ecosystem (
	id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL, digest TEXT NOT NULL,
	records INTEGER NOT NULL, malware INTEGER NOT NULL, packages INTEGER NOT NULL,
	withdrawn INTEGER NOT NULL, broken INTEGER NOT NULL,
	shelves INTEGER NOT NULL, malware_shelves INTEGER NOT NULL, pieces INTEGER NOT NULL);
CREATE TABLE advisory (key INTEGER PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE malware (key INTEGER PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE package (ecosystem INTEGER NOT NULL, kind INTEGER NOT NULL, names BLOB NOT NULL, PRIMARY KEY (ecosystem, kind));
CREATE TABLE member (ecosystem INTEGER NOT NULL, part INTEGER NOT NULL, members BLOB NOT NULL, PRIMARY KEY (ecosystem, part));
CREATE TABLE day (ecosystem INTEGER NOT NULL, modified INTEGER NOT NULL);
CREATE TABLE change (id INTEGER PRIMARY KEY, ecosystem TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, names BLOB NOT NULL);
CREATE TABLE note (ecosystem TEXT NOT NULL, note BLOB NOT NULL);
CREATE TABLE exploited (cve TEXT PRIMARY KEY) WITHOUT ROWID;
`

// indexFile is an open index file in SQLite's format.
type indexFile struct{ *sqlx.DB }

// openFinished opens a complete index of this format for reading. It needs no locks,
// because nothing changes an index: a new one is written beside it and renamed.
func openFinished(ctx context.Context, path string) (indexFile, error) {
	if _, err := os.Stat(path); err != nil {
		return indexFile{}, err
	}
	f, err := openSQLite(path, "mode=ro&immutable=1")
	if err != nil {
		return indexFile{}, err
	}
	if err := f.check(ctx, path); err != nil {
		return indexFile{}, errors.Join(err, f.Close())
	}
	return f, nil
}

func openSQLite(path, query string) (indexFile, error) {
	db, err := sqlite.Open(path, query)
	return indexFile{db}, err
}

// check fails for a file that is not a complete index of this format.
func (f indexFile) check(ctx context.Context, path string) error {
	var found int
	if err := f.GetContext(ctx, &found, "PRAGMA user_version"); err != nil {
		return err
	}
	if found != format {
		return fmt.Errorf("the index has format %d, want %d", found, format)
	}
	var size int64
	if err := f.GetContext(ctx, &size, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() != size {
		return fmt.Errorf("%w: it has %d bytes, want %d", record.ErrDamaged, info.Size(), size)
	}
	return verify(path)
}

// ecosystemRow is an ecosystem as the index stores it.
type ecosystemRow struct {
	ID     int64  `db:"id"`
	Stamp  string `db:"stamp"`
	Digest string `db:"digest"`
	Ecosystem
	Buckets        uint64 `db:"shelves"`
	MalwareBuckets uint64 `db:"malware_shelves"`
	Segments       int64  `db:"pieces"`
}

func (r ecosystemRow) counts() bucketCounts { return bucketCounts{r.Buckets, r.MalwareBuckets} }

func (f indexFile) rows(ctx context.Context) ([]ecosystemRow, error) {
	var rows []ecosystemRow
	err := f.SelectContext(ctx, &rows, "SELECT * FROM ecosystem ORDER BY name")
	return rows, err
}

// info reads the description of the index. Days after asOf are left out; a zero asOf
// leaves out none.
func (f indexFile) info(ctx context.Context, asOf time.Time) (Info, error) {
	var info Info
	err := f.QueryRowxContext(ctx, "SELECT source, kev_date, (SELECT count(*) FROM exploited) FROM about").
		Scan(&info.Source, &info.KEVDate, &info.KEVEntries)
	if err != nil {
		return Info{}, err
	}
	rows, err := f.rows(ctx)
	if err != nil {
		return Info{}, err
	}
	limit := int64(1) << 62
	if !asOf.IsZero() {
		limit = asOf.Unix()
	}
	for _, r := range rows {
		var newest sql.Null[int64]
		if err := f.GetContext(ctx, &newest, "SELECT max(modified) FROM day WHERE ecosystem = ? AND modified <= ?", r.ID, limit); err != nil {
			return Info{}, err
		}
		if newest.Valid {
			r.Newest = time.Unix(newest.V, 0).UTC()
		}
		info.Ecosystems = append(info.Ecosystems, r.Ecosystem)
	}
	info.Notes, err = f.notes(ctx)
	return info, err
}

// builtFrom reports whether the index was built from this source and KEV catalog,
// without a note on either.
func (f indexFile) builtFrom(ctx context.Context, source, kev string) bool {
	var n int
	err := f.GetContext(ctx, &n, "SELECT count(*) FROM about WHERE source = ? AND kev_digest = ? AND NOT EXISTS (SELECT 1 FROM note WHERE ecosystem = '')",
		source, kev)
	return err == nil && n == 1
}

func (f indexFile) notes(ctx context.Context) ([]observation.Note, error) {
	var stored [][]byte
	if err := f.SelectContext(ctx, &stored, "SELECT note FROM note ORDER BY ecosystem, rowid"); err != nil {
		return nil, err
	}
	var notes []observation.Note
	for _, data := range stored {
		var n observation.Note
		if err := json.Unmarshal(data, &n); err != nil {
			return nil, err
		}
		notes = append(notes, n)
	}
	return notes, nil
}

func insertNote(ctx context.Context, db sqlx.ExecerContext, ecosystem string, n observation.Note) error {
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "INSERT INTO note VALUES (?, ?)", ecosystem, data)
	return err
}
