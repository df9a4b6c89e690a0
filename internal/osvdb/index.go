package osvdb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/osvdb/record"
)

// Index is an open index. Any number of goroutines may use it, and any number of
// processes the file.
type Index struct {
	file       indexFile
	ecosystems map[string]*loadedEcosystem // by name
	kev        map[string]bool             // ids in upper case; nil where no catalog was read
	kevDigest  string
	lookups    [2]*sqlx.Stmt // find the segments of a package's bucket, one for each table
}

// loadedEcosystem is the part of an ecosystem that is kept in memory.
type loadedEcosystem struct {
	ecosystemRow
	names [2]nameSet // of the packages in each table of buckets
}

// Open opens an index that Build wrote.
func Open(ctx context.Context, path string) (*Index, error) {
	f, err := openFinished(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open the advisory index: %w; build it with `midspan advisories import FOLDER`", err)
	}
	x := &Index{file: f, ecosystems: map[string]*loadedEcosystem{}}
	if err == nil {
		if err = x.load(ctx); err != nil {
			err = errors.Join(err, f.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open the advisory index %s: %w; remove it and build it again", path, err)
	}
	return x, nil
}

func (x *Index) load(ctx context.Context) error {
	err := errors.Join(x.loadEcosystems(ctx), x.loadKEV(ctx))
	for table, name := range bucketTables {
		if err == nil {
			x.lookups[table], err = x.file.PreparexContext(ctx, "SELECT entries FROM "+name+" WHERE key BETWEEN ? AND ?")
		}
	}
	return err
}

func (x *Index) loadEcosystems(ctx context.Context) error {
	rows, err := x.file.rows(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		x.ecosystems[r.Name] = &loadedEcosystem{ecosystemRow: r}
	}
	var sets []struct {
		Name  string
		Kind  int
		Names []byte
	}
	if err := x.file.SelectContext(ctx, &sets, "SELECT name, kind, names FROM ecosystem JOIN package ON ecosystem = id"); err != nil {
		return err
	}
	for _, set := range sets {
		x.ecosystems[set.Name].names[set.Kind&1] = decodeNameSet(set.Names)
	}
	return nil
}

func (x *Index) loadKEV(ctx context.Context) error {
	if err := x.file.GetContext(ctx, &x.kevDigest, "SELECT kev_digest FROM about"); err != nil {
		return err
	}
	var cves []string
	if err := x.file.SelectContext(ctx, &cves, "SELECT cve FROM exploited"); err != nil || len(cves) == 0 {
		return err
	}
	x.kev = make(map[string]bool, len(cves))
	for _, cve := range cves {
		x.kev[cve] = true
	}
	return nil
}

// Describe opens an index and describes it, as its Info does.
func Describe(ctx context.Context, path string, asOf time.Time) (Info, error) {
	index, err := Open(ctx, path)
	if err != nil {
		return Info{}, err
	}
	defer index.Close()
	return index.Info(ctx, asOf)
}

// Info describes the index. Dates after asOf are left out, because sources hold records
// "modified" in the future. A zero asOf leaves out none.
func (x *Index) Info(ctx context.Context, asOf time.Time) (Info, error) {
	info, err := x.file.info(ctx, asOf)
	if err != nil {
		return Info{}, fmt.Errorf("read the advisory index: %w", err)
	}
	return info, nil
}

// Has reports whether the index covers an ecosystem, by its base name ("npm").
func (x *Index) Has(ecosystem string) bool { return x.ecosystems[ecosystem] != nil }

// KEV returns a function that reports whether an id is listed in the catalog of known
// exploited vulnerabilities, or nil where no catalog was read.
func (x *Index) KEV() func(id string) bool {
	if x.kev == nil {
		return nil
	}
	return func(id string) bool { return x.kev[strings.ToUpper(id)] }
}

// Fingerprint changes whenever a match could give another result. It is short, and part
// of work keys. It is made from the digests of the source: dates of files do not matter.
func (x *Index) Fingerprint() string {
	digests := []string{"KEV " + x.kevDigest}
	for name, in := range x.ecosystems {
		digests = append(digests, name+" "+in.Digest)
	}
	slices.Sort(digests)
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q", format, digests))
	return hex.EncodeToString(sum[:8])
}

// State is a fingerprint of one ecosystem. It covers all that a match of the ecosystem's
// packages depends on: its records and, because findings tell whether they are
// exploited, the KEV catalog. Two indexes with equal states of an ecosystem give equal
// matches of its packages. The state of an ecosystem that the index lacks is empty.
func (x *Index) State(ecosystem string) string {
	if in := x.ecosystems[ecosystem]; in != nil {
		return stateOf(ecosystem, in.Digest, x.kevDigest)
	}
	return ""
}

func stateOf(ecosystem, digest, kev string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %q %q", format, ecosystem, digest, kev))
	return hex.EncodeToString(sum[:8])
}

// Lookup returns the entries of a package, by id. name is its normal form.
func (x *Index) Lookup(ctx context.Context, ecosystem, name string) ([]record.Entry, error) {
	in := x.ecosystems[ecosystem]
	if in == nil {
		return nil, nil
	}
	var entries []record.Entry
	hashed := hash(name)
	for table, statement := range x.lookups {
		if !in.names[table].has(hashed) {
			continue
		}
		first, last := in.counts().keys(in.ID, table, hashed)
		rows, err := statement.QueryContext(ctx, first, last)
		if err != nil {
			return nil, err
		}
		if entries, err = appendEntries(entries, rows, ecosystem, name); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(entries, func(a, b record.Entry) int { return cmp.Compare(a.ID, b.ID) })
	return entries, nil
}

// KnewBy reports whether a record of an ecosystem, malware aside, was published by a day. It
// reads until it finds one: in a database that goes back further, the first records will do.
func (x *Index) KnewBy(ctx context.Context, ecosystem string, day time.Time) (bool, error) {
	in := x.ecosystems[ecosystem]
	if in == nil {
		return false, nil
	}
	first := in.ID << (bucketBits + segmentBits)
	rows, err := x.lookups[0].QueryContext(ctx, first, first|(1<<(bucketBits+segmentBits)-1))
	if err != nil {
		return false, err
	}
	defer rows.Close()
	known := false
	for !known && rows.Next() {
		var segment sql.RawBytes
		if err := rows.Scan(&segment); err != nil {
			return false, err
		}
		err := record.Each(segment, func(encoded record.Encoded) error {
			e, err := encoded.Decode(ecosystem)
			known = known || err == nil && !e.Published.IsZero() && !e.Published.After(day)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return known, rows.Err()
}

// appendEntries appends a package's entries of a bucket, and closes rows.
func appendEntries(entries []record.Entry, rows *sql.Rows, ecosystem, name string) ([]record.Entry, error) {
	defer rows.Close()
	for rows.Next() {
		var segment sql.RawBytes
		if err := rows.Scan(&segment); err != nil {
			return nil, err
		}
		err := record.Each(segment, func(encoded record.Encoded) error {
			if string(encoded.Name) != name {
				return nil
			}
			e, err := encoded.Decode(ecosystem)
			entries = append(entries, e)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return entries, rows.Err()
}

// Close closes the index.
func (x *Index) Close() error { return x.file.Close() }

// nameSet tells names of packages without entries from names that may have some. It
// holds the upper half of each hashed name, sorted. Most packages of an inventory have
// no entries, and so need no look-up.
type nameSet []uint32

// encodeNameSet makes the stored form of a nameSet from sorted hashes.
func encodeNameSet(hashes []uint64) []byte {
	data := make([]byte, 0, 4*len(hashes))
	for _, h := range hashes {
		data = binary.BigEndian.AppendUint32(data, uint32(h>>32))
	}
	return data
}

func decodeNameSet(data []byte) nameSet {
	set := make(nameSet, len(data)/4)
	for i := range set {
		set[i] = binary.BigEndian.Uint32(data[4*i:])
	}
	return set
}

func (s nameSet) has(name uint64) bool {
	_, found := slices.BinarySearch(s, uint32(name>>32))
	return found
}
