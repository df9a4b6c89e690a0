package osvdb

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
	"github.com/midspan/midspan/internal/osvdb/record"
)

// noAsOf is the as-of that leaves out no date.
var noAsOf time.Time

// maxNotes bounds the notes on single records of one ecosystem.
const maxNotes = 20

// ecosystemUpdate brings one ecosystem of a draft up to its listing. A new ecosystem
// begins empty.
//
// Where several members have one id, the latest modified owns it, and of those
// modified at the same time the first in the source. The result depends on the
// listing only, never on what the draft owned before.
type ecosystemUpdate struct {
	buckets *buckets
	source  *ecosystemReader
	now     time.Time
	*listing
	owners        map[uint64]uint32 // hashed id to the member that owns it, by index in the listing
	contested     map[uint64]bool   // ids that changed owner: the rows of both may be stored
	rereading     bool              // the owners of contested ids are read again
	packageHashes []uint64          // of the member being stored
	notes         []observation.Note
}

// errNoRecord is returned for an ecosystem of which nothing could be read.
var errNoRecord = errors.New("there is no readable record of its own in it")

// errForeign is returned for an ecosystem none of whose records names one of its
// packages, such as the archive of another ecosystem in its folder.
var errForeign = fmt.Errorf("%w: no record names a package of the ecosystem", errNoRecord)

// prepare reuses what is known of unchanged members and removes the entries of the
// others.
func (u *ecosystemUpdate) prepare(ctx context.Context) error {
	want, gone := countsFor(u.listing), 0
	u.packages = make([]uint64, 0, len(u.members)) // most records name one
	if u.buckets.counts[0] > 0 && !u.buckets.counts.outgrown(want) && u.buckets.segments < maxSegments/2 {
		err := u.reuseFrom(func(yield func(member, []uint64) error) error {
			return loadMembers(ctx, u.buckets.tx, u.buckets.ecosystem, yield)
		}, func(old member, packages []uint64) {
			u.buckets.discard(old, packages)
			gone++
		})
		if err != nil {
			return err
		}
		if gone < 1000 || gone < len(u.members)/4 {
			return u.buckets.purge(ctx)
		}
	}
	u.markUnread()
	u.buckets.counts = want
	return u.buckets.clear(ctx)
}

// run reads the members that are not known yet.
func (u *ecosystemUpdate) run(ctx context.Context) error {
	u.contested = map[uint64]bool{}
	u.owners = make(map[uint64]uint32, len(u.members))
	var indexes []uint32
	for i, m := range u.members {
		if m.id == 0 {
			indexes = append(indexes, uint32(i))
		} else {
			u.owners[m.id] = uint32(i)
		}
	}
	if err := u.read(ctx, indexes); err != nil {
		return err
	}
	if len(u.owners) == 0 {
		return errNoRecord
	}
	if !slices.ContainsFunc(u.members, func(m member) bool { return m.id != 0 && m.state&memberForeign == 0 }) {
		return errForeign
	}
	return u.rereadContested(ctx)
}

func (u *ecosystemUpdate) read(ctx context.Context, indexes []uint32) error {
	err := readAll(ctx, u.source, u.now, u.members, indexes, func(b *batch) error { return u.store(ctx, b) })
	if err != nil {
		return err
	}
	return u.buckets.flush(ctx)
}

// rereadContested removes the rows of contested ids and stores those of their owners.
func (u *ecosystemUpdate) rereadContested(ctx context.Context) error {
	if len(u.contested) == 0 {
		return nil
	}
	var indexes []uint32
	for i, m := range u.members {
		if u.contested[m.id] {
			u.buckets.discard(m, u.packagesOf(m))
			u.members[i].packages, u.members[i].end = 0, 0
			if u.owners[m.id] == uint32(i) {
				indexes = append(indexes, uint32(i))
			}
		}
	}
	if err := u.buckets.purge(ctx); err != nil {
		return err
	}
	u.rereading = true
	return u.read(ctx, indexes)
}

func (u *ecosystemUpdate) store(ctx context.Context, b *batch) error {
	rows := b.rows
	for i, r := range b.results {
		own := rows[:r.rows]
		rows = rows[r.rows:]
		if err := u.storeMember(ctx, b.indexes[i], r, own, b.data); err != nil {
			return err
		}
	}
	return nil
}

func (u *ecosystemUpdate) storeMember(ctx context.Context, index uint32, r result, rows []row, data []byte) error {
	m := &u.members[index]
	if !u.rereading {
		m.id, m.modified, m.state = r.id, r.modified, r.state
		if r.err != nil {
			u.addNote(r)
		}
		if r.id == 0 || !u.claimID(index) {
			return nil
		}
	}
	u.packageHashes = u.packageHashes[:0]
	for _, row := range rows {
		u.packageHashes = append(u.packageHashes, row.name)
		if err := u.buckets.add(ctx, m.state, row, data); err != nil {
			return err
		}
	}
	return u.setPackages(m, u.packageHashes...)
}

// claimID decides which member owns the id of one that was just read, and reports
// whether the rows of that one can be stored at once.
func (u *ecosystemUpdate) claimID(index uint32) bool {
	m := &u.members[index]
	before, owned := u.owners[m.id]
	if !owned {
		u.owners[m.id] = index
		return true
	}
	owner := &u.members[before]
	if owner.modified > m.modified || owner.modified == m.modified && before < index {
		m.state |= memberSuperseded
		return false
	}
	owner.state |= memberSuperseded
	u.owners[m.id] = index
	u.contested[m.id] = true
	return false
}

func (u *ecosystemUpdate) addNote(r result) {
	if len(u.notes) > maxNotes {
		return
	}
	if len(u.notes) == maxNotes {
		u.notes = append(u.notes, observation.Note{Cause: observation.CauseBroken, Subject: u.source.ecosystem,
			Message: "further broken records of this ecosystem are counted, not listed"})
		return
	}
	cause := observation.CauseBroken
	if errors.Is(r.err, errTooLarge) {
		cause = observation.CauseOverLimit
	}
	what := "the record was left out, the others stand"
	if errors.Is(r.err, record.ErrPartial) {
		what = "the rest of the record stands"
	}
	u.notes = append(u.notes, observation.Note{Cause: cause, Subject: u.source.ecosystem + "/" + r.file,
		Message: fmt.Sprintf("%v; %s; report it to the advisory database, or fetch it again", r.err, what)})
}

// count counts the members by state, and finds the last second of each day on which
// one was modified.
func (u *ecosystemUpdate) count() (counts Ecosystem, days map[int64]int64) {
	counts, days = Ecosystem{Name: u.source.ecosystem}, map[int64]int64{}
	for _, m := range u.members {
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

// packageNames returns the hashed names of the packages with entries, by table.
func (u *ecosystemUpdate) packageNames() (names [2][]uint64) {
	for _, m := range u.members {
		table := tableOf(m.state)
		names[table] = append(names[table], u.packagesOf(m)...)
	}
	for table := range names {
		slices.Sort(names[table])
		names[table] = slices.Compact(names[table])
	}
	return names
}

// countDistinct counts the values of two sorted lists, each value once.
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

// fingerprint is the listing's digest. It differs from it where a member could not
// be read: the next build may read that member while the listing is unchanged.
func (u *ecosystemUpdate) fingerprint() string {
	sum := sha256.New()
	fmt.Fprintln(sum, u.digest)
	unreadable := false
	for i, m := range u.members {
		if m.state&memberUnreadable != 0 {
			unreadable = true
			fmt.Fprintln(sum, i)
		}
	}
	if !unreadable {
		return u.digest
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// finish stores the counts, the notes and the members.
func (u *ecosystemUpdate) finish(ctx context.Context, tx *sqlx.Tx, stamp string) error {
	counts, days := u.count()
	names := u.packageNames()
	counts.Packages = countDistinct(names[0], names[1])
	for table, hashes := range names {
		if _, err := tx.ExecContext(ctx, "INSERT INTO package VALUES (?, ?, ?)", u.buckets.ecosystem, table, encodeNameSet(hashes)); err != nil {
			return err
		}
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		if _, err := tx.ExecContext(ctx, "INSERT INTO day VALUES (?, ?)", u.buckets.ecosystem, days[day]); err != nil {
			return err
		}
	}
	for _, n := range u.notes {
		if err := insertNote(ctx, tx, counts.Name, n); err != nil {
			return err
		}
	}
	if err := saveMembers(ctx, tx, u.buckets.ecosystem, u.listing); err != nil {
		return err
	}
	_, err := tx.NamedExecContext(ctx, `INSERT INTO ecosystem
		VALUES (:id, :name, :stamp, :digest, :records, :malware, :packages, :withdrawn, :broken, :shelves, :malware_shelves, :pieces)`, ecosystemRow{
		ID: u.buckets.ecosystem, Stamp: stamp, Digest: u.fingerprint(), Ecosystem: counts,
		Buckets: u.buckets.counts[0], MalwareBuckets: u.buckets.counts[1], Segments: u.buckets.segments,
	})
	return err
}
