package osvdb

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/osvdb/record"
)

// member is a record file of an ecosystem: what its source lists, and what was read
// from it. An index keeps the members that it was built from, so that the next build
// reads only those that changed.
//
// Names and ids are kept as hashes, because an ecosystem has hundreds of thousands.
type member struct {
	name uint64 // hash of the file's name
	// sum identifies the contents. In an archive it is the CRC-32 and the size that
	// the archive's directory lists, in a folder a hash. Two versions of a record
	// with the same size and CRC-32 count as unchanged. By chance that is one change
	// in four billion. On purpose only the source's owner could do it, who could as
	// well leave the record unchanged.
	sum    uint64
	offset int64 // of the local header in the archive, or the index in ecosystemFolder.files
	packed uint32
	method uint16

	state    memberState
	id       uint64 // hash of the record's id; 0 where there is none
	modified int64  // Unix seconds
	// packages and end bound the hashed names under which the record is stored:
	// listing.packages[packages:end].
	packages, end uint32
}

type memberState uint8

const (
	memberBroken     memberState = 1 << iota // it could not be read, or only in part
	memberUnreadable                         // its contents could not be read at all
	memberSuperseded                         // another member owns its id
	memberWithdrawn
	memberMalware
	memberForeign // it names no package of the ecosystem
)

// rereadStates are the states of members that are read again whenever their ecosystem
// changed. Each of them needs a new note, or the owner of its id may be gone.
const rereadStates = memberBroken | memberUnreadable | memberSuperseded

func (m member) size() int        { return int(uint32(m.sum)) }
func (m member) checksum() uint32 { return uint32(m.sum >> 32) }

// hash is a short hash with which nobody can cause a collision easily. It is never 0.
func hash(text string) uint64 {
	sum := sha256.Sum256([]byte(text))
	return max(1, binary.LittleEndian.Uint64(sum[:]))
}

// listing holds all members of one ecosystem, in the order of the source.
type listing struct {
	members  []member
	packages []uint64 // hashes of package names
	digest   string   // of names, contents and order
	malware  int      // members whose file names are those of malware reports
	order    []uint32 // what sorted returns
}

func (l *listing) packagesOf(m member) []uint64 { return l.packages[m.packages:m.end] }

// setPackages sets the hashed names under which a member is stored.
func (l *listing) setPackages(m *member, packages ...uint64) error {
	if uint64(len(l.packages)+len(packages)) > math.MaxUint32 {
		return fmt.Errorf("more than %d packages in one ecosystem: %w", math.MaxUint32, errTooLarge)
	}
	m.packages = uint32(len(l.packages))
	l.packages = append(l.packages, packages...)
	m.end = uint32(len(l.packages))
	return nil
}

// markUnread resets all that was read from the members.
func (l *listing) markUnread() {
	l.packages = l.packages[:0]
	for i := range l.members {
		m := &l.members[i]
		m.id, m.modified, m.state, m.packages, m.end = 0, 0, 0, 0, 0
	}
}

// sorted returns the indexes of the members in the order of name and contents.
func (l *listing) sorted() []uint32 {
	if len(l.order) != len(l.members) {
		l.order = make([]uint32, len(l.members))
		for i := range l.order {
			l.order[i] = uint32(i)
		}
		slices.SortFunc(l.order, func(a, b uint32) int { return l.members[a].compare(l.members[b]) })
	}
	return l.order
}

func (m member) compare(other member) int {
	return cmp.Or(cmp.Compare(m.name, other.name), cmp.Compare(m.sum, other.sum))
}

// reuseFrom copies what was read from members that are unchanged. before yields the
// earlier members in sorted order. gone is called with each earlier member that no
// longer exists or has to be read again. Members that remain to be read have id 0.
func (l *listing) reuseFrom(before func(yield func(member, []uint64) error) error, gone func(member, []uint64)) error {
	indexes := l.sorted()
	return before(func(old member, packages []uint64) error {
		for len(indexes) > 0 && l.members[indexes[0]].compare(old) < 0 {
			indexes = indexes[1:]
		}
		if len(indexes) == 0 || l.members[indexes[0]].compare(old) != 0 || old.state&rereadStates != 0 {
			gone(old, packages)
			return nil
		}
		m := &l.members[indexes[0]]
		indexes = indexes[1:]
		m.id, m.modified, m.state = old.id, old.modified, old.state
		return l.setPackages(m, packages...)
	})
}

// memberLength is the length of an encoded member without its packages, in bytes.
const memberLength = 8 + 8 + 8 + 8 + 1

func (m member) encode(b []byte, packages []uint64) []byte {
	b = binary.LittleEndian.AppendUint64(b, m.name)
	b = binary.LittleEndian.AppendUint64(b, m.sum)
	b = binary.LittleEndian.AppendUint64(b, m.id)
	b = binary.LittleEndian.AppendUint64(b, uint64(m.modified))
	b = append(b, byte(m.state))
	b = binary.AppendUvarint(b, uint64(len(packages)))
	for _, p := range packages {
		b = binary.LittleEndian.AppendUint64(b, p)
	}
	return b
}

// decodeMembers yields what encode wrote. The packages are valid until the next member.
func decodeMembers(data []byte, yield func(member, []uint64) error) error {
	var packages []uint64
	for len(data) > 0 {
		if len(data) < memberLength {
			return record.ErrDamaged
		}
		m := member{
			name:     binary.LittleEndian.Uint64(data),
			sum:      binary.LittleEndian.Uint64(data[8:]),
			id:       binary.LittleEndian.Uint64(data[16:]),
			modified: int64(binary.LittleEndian.Uint64(data[24:])),
			state:    memberState(data[32]),
		}
		data = data[memberLength:]
		count, n := binary.Uvarint(data)
		if n <= 0 || count > uint64(len(data)-n)/8 {
			return record.ErrDamaged
		}
		data, packages = data[n:], packages[:0]
		for range count {
			packages = append(packages, binary.LittleEndian.Uint64(data))
			data = data[8:]
		}
		if err := yield(m, packages); err != nil {
			return err
		}
	}
	return nil
}
