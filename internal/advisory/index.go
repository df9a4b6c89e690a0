package advisory

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"time"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/midspan/midspan/internal/observation"
)

// format is the version of the index's layout. An index of another format is
// built anew.
const format = 4

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

// index is an open index file in SQLite's format.
type index struct{ *sqlx.DB }

// openIndex opens a finished index for reading. It needs no locks, because nothing
// changes an index: a new one is written beside it and renamed.
func openIndex(path string) (index, error) {
	return openSQLite(path, readOnly)
}

const readOnly = "mode=ro&immutable=1"

// dsn is the URI with which SQLite opens a file.
func dsn(path, query string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query}
	return u.String()
}

func openSQLite(path, query string) (index, error) {
	db, err := sqlx.Open("sqlite", dsn(path, query))
	if err != nil {
		return index{}, err
	}
	return index{db}, nil
}

// check fails for a file that is not a complete index of this format.
func (x index) check(ctx context.Context, path string) error {
	var found int
	if err := x.GetContext(ctx, &found, "PRAGMA user_version"); err != nil {
		return err
	}
	if found != format {
		return fmt.Errorf("the index has format %d, want %d", found, format)
	}
	var size int64
	if err := x.GetContext(ctx, &size, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() != size {
		return fmt.Errorf("%w: it has %d bytes, want %d", errDamagedIndex, info.Size(), size)
	}
	return nil
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

func (x index) rows(ctx context.Context) ([]ecosystemRow, error) {
	var rows []ecosystemRow
	err := x.SelectContext(ctx, &rows, "SELECT * FROM ecosystem ORDER BY name")
	return rows, err
}

// info reads the description of the index. Days after asOf are left out; a zero asOf
// leaves out none.
func (x index) info(ctx context.Context, asOf time.Time) (Info, error) {
	var info Info
	err := x.QueryRowxContext(ctx, "SELECT source, kev_date, (SELECT count(*) FROM exploited) FROM about").
		Scan(&info.Source, &info.KEVDate, &info.KEVEntries)
	if err != nil {
		return Info{}, err
	}
	rows, err := x.rows(ctx)
	if err != nil {
		return Info{}, err
	}
	limit := int64(1) << 62
	if !asOf.IsZero() {
		limit = asOf.Unix()
	}
	for _, r := range rows {
		var newest sql.NullInt64
		if err := x.GetContext(ctx, &newest, "SELECT max(modified) FROM day WHERE ecosystem = ? AND modified <= ?", r.ID, limit); err != nil {
			return Info{}, err
		}
		r.Newest = fromUnix(newest.Int64)
		info.Ecosystems = append(info.Ecosystems, r.Ecosystem)
	}
	info.Notes, err = x.notes(ctx)
	return info, err
}

// builtFrom reports whether the index was built from this source and KEV catalog,
// without a note on either.
func (x index) builtFrom(ctx context.Context, source, kev string) bool {
	var n int
	err := x.GetContext(ctx, &n, "SELECT count(*) FROM about WHERE source = ? AND kev_digest = ? AND NOT EXISTS (SELECT 1 FROM note WHERE ecosystem = '')", source, kev)
	return err == nil && n == 1
}

func (x index) notes(ctx context.Context) ([]observation.Note, error) {
	var stored [][]byte
	if err := x.SelectContext(ctx, &stored, "SELECT note FROM note ORDER BY ecosystem, rowid"); err != nil {
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

// lookupQueries find the segments of a package's bucket, one for each table.
var lookupQueries = [2]string{
	"SELECT entries FROM advisory WHERE key BETWEEN ? AND ?",
	"SELECT entries FROM malware WHERE key BETWEEN ? AND ?",
}

// lookup appends the entries that one table holds for one package.
func (c *loadedEcosystem) lookup(ctx context.Context, statement *sqlx.Stmt, table int, name string, entries []entry) ([]entry, error) {
	hashed := hash(name)
	if !c.names[table].has(hashed) {
		return entries, nil
	}
	first, last := c.counts().keys(c.ID, table, hashed)
	rows, err := statement.QueryContext(ctx, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var segment sql.RawBytes
		if err := rows.Scan(&segment); err != nil {
			return nil, err
		}
		err := eachEntry(segment, func(p encodedEntry) error {
			if string(p.name) != name {
				return nil
			}
			e, err := p.decode(c.Name)
			entries = append(entries, e)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return entries, rows.Err()
}

// nameSet tells names of packages without entries from names that may have some. It
// holds the upper half of each hashed name, sorted. Most packages of an inventory have
// no entries, and so need no look-up.
type nameSet []byte

func newNameSet(hashes []uint64) nameSet {
	set := make(nameSet, 0, 4*len(hashes))
	for _, h := range hashes {
		set = binary.BigEndian.AppendUint32(set, uint32(h>>32))
	}
	return set
}

func (s nameSet) has(name uint64) bool {
	_, found := sort.Find(len(s)/4, func(i int) int {
		return cmp.Compare(uint32(name>>32), binary.BigEndian.Uint32(s[4*i:]))
	})
	return found
}

// fingerprint is made from the digests of the source. Dates of files do not matter.
func (x index) fingerprint(ctx context.Context) (string, error) {
	var digests []string
	err := x.SelectContext(ctx, &digests, "SELECT name || ' ' || digest FROM ecosystem UNION ALL SELECT 'KEV ' || kev_digest FROM about ORDER BY 1")
	if err != nil {
		return "", fmt.Errorf("read the advisory index: %w", err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q", format, digests))
	return hex.EncodeToString(sum[:8]), nil
}

// fingerprints are made from the digests too, one for each ecosystem.
func (x index) fingerprints(ctx context.Context) (map[string]string, error) {
	var stored []struct {
		Name, Digest string
		KEV          string `db:"kev_digest"`
	}
	if err := x.SelectContext(ctx, &stored, "SELECT name, digest, kev_digest FROM ecosystem, about"); err != nil {
		return nil, fmt.Errorf("read the advisory index: %w", err)
	}
	prints := make(map[string]string, len(stored))
	for _, s := range stored {
		prints[s.Name] = fingerprintOf(s.Name, s.Digest, s.KEV)
	}
	return prints, nil
}
