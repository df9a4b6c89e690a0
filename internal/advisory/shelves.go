package advisory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/bits"
	"slices"

	"github.com/jmoiron/sqlx"
)

// The index keeps entries on shelves. A shelf holds those of the packages whose
// hashed names end alike, one behind the other, so that a look-up reads one
// shelf and the index has few rows. Malware, which is most of npm's records and
// affects hardly anyone, has shelves of its own.
//
// A shelf is one or more pieces: each time that entries are put down, a shelf
// that gets some gets a piece. The key of a piece is a number made of the
// ecosystem, the shelf and the number of that time, from the highest bits down.
const (
	pieceBits = 16
	shelfBits = 28

	maxPieces  = 1<<pieceBits - 1
	maxShelves = 1 << 24
)

// How many entries a shelf is to hold when the index is made: entries of
// malware are a tenth as large as others.
const (
	shelfEntries   = 2
	malwareEntries = 32
)

// shelfTables are the tables of pieces: that of malware is the second.
var shelfTables = [2]string{"advisory", "malware"}

func tableOf(state memberState) int {
	if state&memberMalware != 0 {
		return 1
	}
	return 0
}

// shelfCounts say how many shelves an ecosystem has in each table: powers of 2.
type shelfCounts [2]uint64

func countsFor(l *listing) shelfCounts {
	return shelfCounts{
		shelvesFor((len(l.members) - l.malware) / shelfEntries),
		shelvesFor(l.malware / malwareEntries),
	}
}

func shelvesFor(n int) uint64 {
	if n <= 1 {
		return 1
	}
	return min(uint64(1)<<bits.Len64(uint64(n-1)), maxShelves)
}

// outgrown reports whether shelves made for fewer entries are too full.
func (c shelfCounts) outgrown(want shelfCounts) bool {
	return want[0] > 4*c[0] || want[1] > 4*c[1]
}

// keys are the first and the last key of a shelf's pieces.
func (c shelfCounts) keys(ecosystem int64, table int, name uint64) (first, last int64) {
	first = ecosystem<<(shelfBits+pieceBits) | int64(name&(c[table]-1))<<pieceBits
	return first, first | maxPieces
}

// maxPending bounds the entries in memory before they are put down, in bytes.
const maxPending = 4 << 20

// shelves changes the entries of one ecosystem in a draft.
type shelves struct {
	tx        *sqlx.Tx
	ecosystem int64
	counts    shelfCounts
	pieces    int64 // how many times entries were put down
	*desk
	touched map[uint64]struct{}          // hashed names of packages whose entries come or go; nil where all do
	dead    [2]map[int64]map[uint64]bool // ids whose entries have to go, by the first key of a shelf
}

// desk is room for entries that are to be put down. It is used again and again.
type desk struct {
	data    []byte
	pending []pendingEntry
	piece   []byte
}

func newDesk() *desk {
	return &desk{data: make([]byte, 0, maxPending), pending: make([]pendingEntry, 0, maxPending/128)}
}

type pendingEntry struct {
	shelf       int64 // its first key
	offset, end uint32
	table       int
}

// add puts an entry down, now or with the next flush.
func (s *shelves) add(ctx context.Context, state memberState, r row, data []byte) error {
	s.touch(r.name)
	size := int(r.end - r.offset)
	if len(s.data)+size > maxPending {
		if err := s.flush(ctx); err != nil {
			return err
		}
	}
	p := pendingEntry{table: tableOf(state), offset: uint32(len(s.data))}
	p.shelf, _ = s.counts.keys(s.ecosystem, p.table, r.name)
	s.data = append(s.data, data[r.offset:r.end]...)
	p.end = uint32(len(s.data))
	s.pending = append(s.pending, p)
	return nil
}

// flush puts down what is pending: in the order of keys, for which the trees
// of SQLite are made.
func (s *shelves) flush(ctx context.Context) error {
	if len(s.pending) == 0 {
		return nil
	}
	if s.pieces > maxPieces {
		return fmt.Errorf("more than %d changes of one ecosystem: %w", maxPieces, errTooLarge)
	}
	slices.SortFunc(s.pending, func(a, b pendingEntry) int {
		return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.shelf, b.shelf), cmp.Compare(a.offset, b.offset))
	})
	var insert [2]*sqlx.Stmt
	for i, table := range shelfTables {
		var err error
		if insert[i], err = s.tx.PreparexContext(ctx, "INSERT INTO "+table+" VALUES (?, ?)"); err != nil {
			return err
		}
		defer insert[i].Close()
	}
	piece := s.piece[:0]
	for i, p := range s.pending {
		piece = append(piece, s.data[p.offset:p.end]...)
		if i+1 < len(s.pending) && s.pending[i+1].table == p.table && s.pending[i+1].shelf == p.shelf {
			continue
		}
		if _, err := insert[p.table].ExecContext(ctx, p.shelf|s.pieces, piece); err != nil {
			return err
		}
		piece = piece[:0]
	}
	s.pieces++
	s.data, s.pending, s.piece = s.data[:0], s.pending[:0], piece
	return nil
}

// discard marks the entries of a member, which the next purge takes out.
func (s *shelves) discard(m member, packages []uint64) {
	table := tableOf(m.state)
	for _, name := range packages {
		s.touch(name)
		shelf, _ := s.counts.keys(s.ecosystem, table, name)
		if s.dead[table] == nil {
			s.dead[table] = map[int64]map[uint64]bool{}
		}
		if s.dead[table][shelf] == nil {
			s.dead[table][shelf] = map[uint64]bool{}
		}
		s.dead[table][shelf][m.id] = true
	}
}

// purge takes out what was discarded. Nothing may be pending.
func (s *shelves) purge(ctx context.Context) error {
	for table, dead := range s.dead {
		for _, shelf := range slices.Sorted(maps.Keys(dead)) {
			if err := s.purgeShelf(ctx, shelfTables[table], shelf, dead[shelf]); err != nil {
				return err
			}
		}
		s.dead[table] = nil
	}
	return nil
}

func (s *shelves) purgeShelf(ctx context.Context, table string, shelf int64, dead map[uint64]bool) error {
	var pieces []struct {
		Key     int64
		Entries []byte
	}
	if err := s.tx.SelectContext(ctx, &pieces, "SELECT key, entries FROM "+table+" WHERE key BETWEEN ? AND ?", shelf, shelf|maxPieces); err != nil {
		return err
	}
	for _, p := range pieces {
		left := make([]byte, 0, len(p.Entries))
		err := eachEntry(p.Entries, func(e packedEntry) error {
			if !dead[hash(string(e.id))] {
				left = append(left, e.whole...)
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

func (s *shelves) touch(name uint64) {
	if s.touched != nil {
		s.touched[name] = struct{}{}
	}
}

// clear takes out all entries of the ecosystem.
func (s *shelves) clear(ctx context.Context) error {
	s.touched = nil
	first := s.ecosystem << (shelfBits + pieceBits)
	for i, table := range shelfTables {
		s.dead[i] = nil
		if _, err := s.tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE key BETWEEN ? AND ?", first, first|(1<<(shelfBits+pieceBits)-1)); err != nil {
			return err
		}
	}
	s.data, s.pending, s.pieces = s.data[:0], s.pending[:0], 0
	return nil
}

// membersPerRow is how many bytes of members a row of the index holds, about.
const membersPerRow = 1 << 16

// saveMembers replaces what the index knows of an ecosystem's members.
func saveMembers(ctx context.Context, tx *sqlx.Tx, ecosystem int64, l *listing) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM member WHERE ecosystem = ?", ecosystem); err != nil {
		return err
	}
	insert, err := tx.PreparexContext(ctx, "INSERT INTO member VALUES (?, ?, ?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	part, data := 0, make([]byte, 0, membersPerRow+1024)
	places := l.sorted()
	for i, place := range places {
		m := l.members[place]
		data = m.encode(data, l.packagesOf(m))
		if len(data) < membersPerRow && i+1 < len(places) {
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
