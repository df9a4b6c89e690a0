package advisory

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// member is a record file of an ecosystem: what the source lists of it, and
// what is known of it once it was read. An index keeps the members that it was
// built of, so that the next one is built by reading those that changed only.
//
// Names and ids are kept as hashes: an ecosystem has hundreds of thousands.
type member struct {
	name uint64 // hash of the file's name
	// sum stands for the contents. Of an archive it is the CRC-32 and the size
	// that the archive's directory lists, of a file in a folder a hash. Two
	// versions of a record with one size and one CRC-32 would pass for the same:
	// one change in four billion by chance, and by intent only to whom the source
	// belongs, who could as well leave the record as it was.
	sum    uint64
	offset int64 // of the local header in the archive, or the place in part.files
	packed uint32
	method uint16

	state    memberState
	id       uint64 // hash of the record's id; 0 where there is none
	modified int64  // Unix seconds
	// packages are the places of the hashes of names under which the record is
	// stored, in listing.packages.
	packages, end uint32
}

type memberState uint8

const (
	memberBroken     memberState = 1 << iota // it could not be read, or only in part
	memberUnreadable                         // not even its contents could be had
	memberSuperseded                         // another member has the same id and is newer
	memberWithdrawn
	memberMalware
)

// passing are the states of members that are read again whenever anything of
// the ecosystem changed: a note has to be written of them, or the member that
// stood above them may be gone.
const passing = memberBroken | memberUnreadable | memberSuperseded

func (m member) size() int        { return int(uint32(m.sum)) }
func (m member) checksum() uint32 { return uint32(m.sum >> 32) }

// hash is short, and hard to hit on purpose. It is never 0.
func hash(text string) uint64 {
	sum := sha256.Sum256([]byte(text))
	return max(1, binary.LittleEndian.Uint64(sum[:]))
}

// listing is all members of one ecosystem, in the order of the source.
type listing struct {
	members  []member
	packages []uint64 // hashes of package names
	digest   string   // of names, contents and order
	malware  int      // members that are named like reports of malware
	order    []uint32 // what sorted returns
}

func (l *listing) packagesOf(m member) []uint64 { return l.packages[m.packages:m.end] }

// setPackages notes under which names a member is stored.
func (l *listing) setPackages(m *member, packages ...uint64) error {
	if uint64(len(l.packages)+len(packages)) > math.MaxUint32 {
		return fmt.Errorf("more than %d packages in one ecosystem: %w", math.MaxUint32, errTooLarge)
	}
	m.packages = uint32(len(l.packages))
	l.packages = append(l.packages, packages...)
	m.end = uint32(len(l.packages))
	return nil
}

// forget makes all members ones that were not read.
func (l *listing) forget() {
	l.packages = l.packages[:0]
	for i := range l.members {
		m := &l.members[i]
		m.id, m.modified, m.state, m.packages, m.end = 0, 0, 0, 0, 0
	}
}

// sorted are the places of the members by name and contents.
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

// takeOver finds the members that were read before and are as they were, and
// yields the earlier ones that are gone or have to be read again. before gives
// earlier members in sorted order. What remains to be read has no id after it.
func (l *listing) takeOver(before func(yield func(member, []uint64) error) error, gone func(member, []uint64)) error {
	places := l.sorted()
	return before(func(old member, packages []uint64) error {
		for len(places) > 0 && l.members[places[0]].compare(old) < 0 {
			places = places[1:]
		}
		if len(places) == 0 || l.members[places[0]].compare(old) != 0 || old.state&passing != 0 {
			gone(old, packages)
			return nil
		}
		m := &l.members[places[0]]
		places = places[1:]
		m.id, m.modified, m.state = old.id, old.modified, old.state
		return l.setPackages(m, packages...)
	})
}

// memberLength is that of an encoded member without its packages, in bytes.
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

var errDamagedIndex = errors.New("the index is damaged")

// decodeMembers yields what encode wrote. The packages are valid until the next.
func decodeMembers(data []byte, yield func(member, []uint64) error) error {
	var packages []uint64
	for len(data) > 0 {
		if len(data) < memberLength {
			return errDamagedIndex
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
			return errDamagedIndex
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
