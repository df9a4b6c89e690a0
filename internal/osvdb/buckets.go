package osvdb

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/bits"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/osvdb/record"
)

// The index keeps entries in buckets. A bucket holds the entries of all packages
// whose hashed names end in the same bits, one after the other. So a look-up reads
// one bucket, and the index has few rows. Malware has buckets of its own: it is
// most of npm's records and affects hardly any package.
//
// A bucket consists of one or more segments. Each flush adds one segment to every
// bucket that gets entries. The key of a segment is one number. From the highest
// bits down it holds the ecosystem, the bucket and the number of the flush.
const (
	segmentBits = 16
	bucketBits  = 28

	maxSegments = 1<<segmentBits - 1
	maxBuckets  = 1 << 24
)

// How many entries a bucket is to hold when the index is made. Entries of
// malware are a tenth as large as others.
const (
	bucketEntries        = 2
	malwareBucketEntries = 32
)

// bucketTables are the tables of segments: that of malware is the second.
var bucketTables = [2]string{"advisory", "malware"}

func tableOf(state memberState) int {
	if state&memberMalware != 0 {
		return 1
	}
	return 0
}

// bucketCounts are the numbers of buckets that an ecosystem has in each table, each
// a power of 2.
type bucketCounts [2]uint64

func countsFor(l *listing) bucketCounts {
	return bucketCounts{
		bucketsFor((len(l.members) - l.malware) / bucketEntries),
		bucketsFor(l.malware / malwareBucketEntries),
	}
}

func bucketsFor(n int) uint64 {
	if n <= 1 {
		return 1
	}
	return min(uint64(1)<<bits.Len64(uint64(n-1)), maxBuckets)
}

// outgrown reports whether buckets made for fewer entries are too full.
func (c bucketCounts) outgrown(want bucketCounts) bool {
	return want[0] > 4*c[0] || want[1] > 4*c[1]
}

// keys returns the first and the last key of a bucket's segments.
func (c bucketCounts) keys(ecosystem int64, table int, name uint64) (first, last int64) {
	first = ecosystem<<(bucketBits+segmentBits) | int64(name&(c[table]-1))<<segmentBits
	return first, first | maxSegments
}

// maxPending bounds the entries in memory before they are written, in bytes.
const maxPending = 4 << 20

// buckets changes the entries of one ecosystem in a draft.
type buckets struct {
	tx        *sqlx.Tx
	ecosystem int64
	counts    bucketCounts
	segments  int64 // the number of flushes so far
	*writeBuffer
	changed map[uint64]struct{}          // hashed names of packages that gain or lose entries; nil where all may
	removed [2]map[int64]map[uint64]bool // hashed ids of records whose entries go, by the first key of a bucket
}

// writeBuffer holds entries until the next flush. It is reused between ecosystems.
type writeBuffer struct {
	data    []byte
	pending []pendingEntry
	segment []byte
}

func newWriteBuffer() *writeBuffer {
	return &writeBuffer{data: make([]byte, 0, maxPending), pending: make([]pendingEntry, 0, maxPending/128)}
}

type pendingEntry struct {
	bucket      int64 // its first key
	offset, end uint32
	table       int
}

// add writes an entry with the next flush.
func (s *buckets) add(ctx context.Context, state memberState, r row, data []byte) error {
	s.markChanged(r.name)
	size := int(r.end - r.offset)
	if len(s.data)+size > maxPending {
		if err := s.flush(ctx); err != nil {
			return err
		}
	}
	p := pendingEntry{table: tableOf(state), offset: uint32(len(s.data))}
	p.bucket, _ = s.counts.keys(s.ecosystem, p.table, r.name)
	s.data = append(s.data, data[r.offset:r.end]...)
	p.end = uint32(len(s.data))
	s.pending = append(s.pending, p)
	return nil
}

// flush writes the pending entries in the order of their keys, which is the order
// that SQLite's trees take fastest.
func (s *buckets) flush(ctx context.Context) error {
	if len(s.pending) == 0 {
		return nil
	}
	if s.segments > maxSegments {
		return fmt.Errorf("more than %d changes of one ecosystem: %w", maxSegments, errTooLarge)
	}
	slices.SortFunc(s.pending, func(a, b pendingEntry) int {
		return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.bucket, b.bucket), cmp.Compare(a.offset, b.offset))
	})
	var insert [2]*sqlx.Stmt
	for i, table := range bucketTables {
		var err error
		if insert[i], err = s.tx.PreparexContext(ctx, "INSERT INTO "+table+" VALUES (?, ?)"); err != nil {
			return err
		}
		defer insert[i].Close()
	}
	segment := s.segment[:0]
	for i, p := range s.pending {
		segment = append(segment, s.data[p.offset:p.end]...)
		if i+1 < len(s.pending) && s.pending[i+1].table == p.table && s.pending[i+1].bucket == p.bucket {
			continue
		}
		if _, err := insert[p.table].ExecContext(ctx, p.bucket|s.segments, segment); err != nil {
			return err
		}
		segment = segment[:0]
	}
	s.segments++
	s.data, s.pending, s.segment = s.data[:0], s.pending[:0], segment
	return nil
}

// discard marks the entries of a member for removal by the next purge.
func (s *buckets) discard(m member, packages []uint64) {
	table := tableOf(m.state)
	for _, name := range packages {
		s.markChanged(name)
		bucket, _ := s.counts.keys(s.ecosystem, table, name)
		if s.removed[table] == nil {
			s.removed[table] = map[int64]map[uint64]bool{}
		}
		if s.removed[table][bucket] == nil {
			s.removed[table][bucket] = map[uint64]bool{}
		}
		s.removed[table][bucket][m.id] = true
	}
}

// purge removes the discarded entries. Nothing may be pending.
func (s *buckets) purge(ctx context.Context) error {
	for table, ids := range s.removed {
		for _, bucket := range slices.Sorted(maps.Keys(ids)) {
			if err := s.purgeBucket(ctx, bucketTables[table], bucket, ids[bucket]); err != nil {
				return err
			}
		}
		s.removed[table] = nil
	}
	return nil
}

func (s *buckets) purgeBucket(ctx context.Context, table string, bucket int64, ids map[uint64]bool) error {
	var segments []struct {
		Key     int64
		Entries []byte
	}
	if err := s.tx.SelectContext(ctx, &segments, "SELECT key, entries FROM "+table+" WHERE key BETWEEN ? AND ?", bucket, bucket|maxSegments); err != nil {
		return err
	}
	for _, p := range segments {
		left := make([]byte, 0, len(p.Entries))
		err := record.Each(p.Entries, func(e record.Encoded) error {
			if !ids[hash(string(e.ID))] {
				left = append(left, e.Raw...)
			}
			return nil
		})
		switch {
		case err != nil:
		case len(left) == 0:
			_, err = s.tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE key = ?", p.Key)
		case len(left) < len(p.Entries):
			_, err = s.tx.ExecContext(ctx, "UPDATE "+table+" SET entries = ? WHERE key = ?", left, p.Key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *buckets) markChanged(name uint64) {
	if s.changed != nil {
		s.changed[name] = struct{}{}
	}
}

// clear removes all entries of the ecosystem.
func (s *buckets) clear(ctx context.Context) error {
	s.changed = nil
	first := s.ecosystem << (bucketBits + segmentBits)
	for i, table := range bucketTables {
		s.removed[i] = nil
		if _, err := s.tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE key BETWEEN ? AND ?", first, first|(1<<(bucketBits+segmentBits)-1)); err != nil {
			return err
		}
	}
	s.data, s.pending, s.segments = s.data[:0], s.pending[:0], 0
	return nil
}

// memberRowSize is about how many bytes of members a row of the index holds.
const memberRowSize = 1 << 16

// saveMembers replaces the stored members of an ecosystem.
func saveMembers(ctx context.Context, tx *sqlx.Tx, ecosystem int64, l *listing) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM member WHERE ecosystem = ?", ecosystem); err != nil {
		return err
	}
	insert, err := tx.PreparexContext(ctx, "INSERT INTO member VALUES (?, ?, ?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	part, data := 0, make([]byte, 0, memberRowSize+1024)
	indexes := l.sorted()
	for i, at := range indexes {
		m := l.members[at]
		data = m.encode(data, l.packagesOf(m))
		if len(data) < memberRowSize && i+1 < len(indexes) {
			continue
		}
		if _, err := insert.ExecContext(ctx, ecosystem, part, data); err != nil {
			return err
		}
		part, data = part+1, data[:0]
	}
	return nil
}

// loadMembers yields them in sorted order. The packages are valid until the next.
func loadMembers(ctx context.Context, tx *sqlx.Tx, ecosystem int64, yield func(member, []uint64) error) error {
	rows, err := tx.QueryxContext(ctx, "SELECT members FROM member WHERE ecosystem = ? ORDER BY part", ecosystem)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			return err
		}
		if err := decodeMembers(data, yield); err != nil {
			return err
		}
	}
	return rows.Err()
}
