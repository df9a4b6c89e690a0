package advisory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/observation"
)

// noLimit is the as-of that leaves out no date.
var noLimit time.Time

// maxNotes bounds the notes on single records of one ecosystem.
const maxNotes = 20

// filling brings one ecosystem of a draft up to its listing. A new ecosystem is
// one of which nothing is there yet.
//
// Of members with one id the latest modified holds it, of those the first in
// the source. What a filling leaves behind depends on the listing only, never
// on what stood there before.
type filling struct {
	shelves *shelves
	from    *supply
	*listing
	report    func(Progress)
	holders   map[uint64]uint32 // id to the member that has it, by place in the listing
	contested map[uint64]bool   // ids whose stored rows may be those of a member that lost
	rereading bool              // those are read again
	names     []uint64          // of packages, of the member being stored
	notes     []observation.Note
	done      int
	total     int
}

// errNoRecord is for an ecosystem of which nothing could be read.
var errNoRecord = errors.New("there is no readable record in it")

// begin takes over what is known of members that are as they were, and takes
// out the entries of the others.
func (f *filling) begin(ctx context.Context) error {
	want, gone := countsFor(f.listing), 0
	f.packages = make([]uint64, 0, len(f.members)) // most records name one
	if f.shelves.counts[0] > 0 && !f.shelves.counts.outgrown(want) && f.shelves.pieces < maxPieces/2 {
		err := f.takeOver(func(yield func(member, []uint64) error) error {
			return loadMembers(ctx, f.shelves.tx, f.shelves.ecosystem, yield)
		}, func(old member, packages []uint64) {
			f.shelves.discard(old, packages)
			gone++
		})
		if err != nil {
			return err
		}
		if gone < 1000 || gone < len(f.members)/4 {
			return f.shelves.purge(ctx)
		}
	}
	f.forget()
	f.shelves.counts = want
	return f.shelves.clear(ctx)
}

// run reads what is not known yet.
func (f *filling) run(ctx context.Context) error {
	f.contested = map[uint64]bool{}
	f.holders = make(map[uint64]uint32, len(f.members))
	var places []uint32
	for i, m := range f.members {
		if m.id == 0 {
			places = append(places, uint32(i))
		} else {
			f.holders[m.id] = uint32(i)
		}
	}
	f.total = len(places)
	if err := f.read(ctx, places); err != nil {
		return err
	}
	if len(f.holders) == 0 {
		return errNoRecord
	}
	return f.settle(ctx)
}

func (f *filling) read(ctx context.Context, places []uint32) error {
	err := readAll(ctx, f.from, f.members, places, func(b *batch) error { return f.store(ctx, b) })
	if err != nil {
		return err
	}
	return f.shelves.flush(ctx)
}

// settle stores the winners of contested ids.
func (f *filling) settle(ctx context.Context) error {
	if len(f.contested) == 0 {
		return nil
	}
	var places []uint32
	for i, m := range f.members {
		if f.contested[m.id] {
			f.shelves.discard(m, f.packagesOf(m))
			f.members[i].packages, f.members[i].end = 0, 0
			if f.holders[m.id] == uint32(i) {
				places = append(places, uint32(i))
			}
		}
	}
	if err := f.shelves.purge(ctx); err != nil {
		return err
	}
	f.rereading = true
	return f.read(ctx, places)
}

func (f *filling) store(ctx context.Context, b *batch) error {
	rows := b.rows
	for i, r := range b.results {
		own := rows[:r.rows]
		rows = rows[r.rows:]
		if err := f.storeMember(ctx, b.places[i], r, own, b.data); err != nil {
			return err
		}
	}
	if !f.rereading {
		f.done += len(b.places)
		f.report(Progress{f.from.ecosystem, f.done, f.total})
	}
	return nil
}

func (f *filling) storeMember(ctx context.Context, place uint32, r result, rows []row, data []byte) error {
	m := &f.members[place]
	if !f.rereading {
		m.id, m.modified, m.state = r.id, r.modified, r.state
		if r.err != nil {
			f.remark(r)
		}
		if r.id == 0 || !f.wins(place) {
			return nil
		}
	}
	f.names = f.names[:0]
	for _, row := range rows {
		f.names = append(f.names, row.name)
		if err := f.shelves.add(ctx, m.state, row, data); err != nil {
			return err
		}
	}
	return f.setPackages(m, f.names...)
}

// wins decides who holds the id of a member that was just read, and reports
// whether its rows can be stored at once.
func (f *filling) wins(place uint32) bool {
	m := &f.members[place]
	before, held := f.holders[m.id]
	if !held {
		f.holders[m.id] = place
		return true
	}
	holder := &f.members[before]
	if holder.modified > m.modified || holder.modified == m.modified && before < place {
		m.state |= memberSuperseded
		return false
	}
	holder.state |= memberSuperseded
	f.holders[m.id] = place
	f.contested[m.id] = true
	return false
}

func (f *filling) remark(r result) {
	if len(f.notes) > maxNotes {
		return
	}
	if len(f.notes) == maxNotes {
		f.notes = append(f.notes, observation.Note{Cause: observation.CauseBroken, Subject: f.from.ecosystem, Message: "further broken records of this ecosystem are counted, not listed"})
		return
	}
	cause := observation.CauseBroken
	if errors.Is(r.err, errTooLarge) {
		cause = observation.CauseOverLimit
	}
	what := "the record was left out, the others stand"
	if errors.Is(r.err, errPartial) {
		what = "the rest of the record stands"
	}
	f.notes = append(f.notes, observation.Note{Cause: cause, Subject: f.from.ecosystem + "/" + r.file,
		Message: fmt.Sprintf("%v; %s; report it to the advisory database, or fetch it again", r.err, what)})
}

// count sums up the members, but for their packages.
func (f *filling) count() (counts Ecosystem, days map[int64]int64) {
	counts, days = Ecosystem{Name: f.from.ecosystem}, map[int64]int64{}
	for _, m := range f.members {
		if m.state&memberBroken != 0 {
			counts.Broken++
		}
		if m.id == 0 || m.state&memberSuperseded != 0 {
			continue
		}
		if m.state&memberWithdrawn != 0 {
			counts.Withdrawn++
			continue
		}
		if m.packages < m.end {
			counts.Records++
			if m.state&memberMalware != 0 {
				counts.Malware++
			}
		}
		if m.modified != 0 {
			day := m.modified / (24 * 3600)
			days[day] = max(days[day], m.modified)
		}
	}
	return counts, days
}

// packageNames are the hashed names of packages with entries of each table.
func (f *filling) packageNames() (names [2][]uint64) {
	for _, m := range f.members {
		table := tableOf(m.state)
		names[table] = append(names[table], f.packagesOf(m)...)
	}
	for table := range names {
		slices.Sort(names[table])
		names[table] = slices.Compact(names[table])
	}
	return names
}

// countDistinct counts what stands in one of two sorted lists or in both.
func countDistinct(a, b []uint64) int {
	n := len(a) + len(b)
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			n--
			a, b = a[1:], b[1:]
		}
	}
	return n
}

// fingerprint is the listing's digest, and another where a member of it could
// not be read: it may be there the next time, and the listing the same.
func (f *filling) fingerprint() string {
	sum := sha256.New()
	fmt.Fprintln(sum, f.digest)
	unreadable := false
	for i, m := range f.members {
		if m.state&memberUnreadable != 0 {
			unreadable = true
			fmt.Fprintln(sum, i)
		}
	}
	if !unreadable {
		return f.digest
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// finish stores what was counted, and the notes.
func (f *filling) finish(ctx context.Context, tx *sqlx.Tx, stamp string) error {
	counts, days := f.count()
	names := f.packageNames()
	counts.Packages = countDistinct(names[0], names[1])
	for table, hashes := range names {
		if _, err := tx.ExecContext(ctx, "INSERT INTO package VALUES (?, ?, ?)", f.shelves.ecosystem, table, newNameSet(hashes)); err != nil {
			return err
		}
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		if _, err := tx.ExecContext(ctx, "INSERT INTO day VALUES (?, ?)", f.shelves.ecosystem, days[day]); err != nil {
			return err
		}
	}
	for _, n := range f.notes {
		if err := insertNote(ctx, tx, counts.Name, n); err != nil {
			return err
		}
	}
	if err := saveMembers(ctx, tx, f.shelves.ecosystem, f.listing); err != nil {
		return err
	}
	_, err := tx.NamedExecContext(ctx, `INSERT INTO ecosystem
		VALUES (:id, :name, :stamp, :digest, :records, :malware, :packages, :withdrawn, :broken, :shelves, :malware_shelves, :pieces)`, ecosystemRow{
		ID: f.shelves.ecosystem, Stamp: stamp, Digest: f.fingerprint(), Ecosystem: counts,
		Shelves: f.shelves.counts[0], MalwareShelves: f.shelves.counts[1], Pieces: f.shelves.pieces,
	})
	return err
}
