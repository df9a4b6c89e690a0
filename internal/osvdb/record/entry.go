package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/varint"
)

// Entry is what an index keeps of one record for one package.
type Entry struct {
	ID      string
	Aliases []string
	Summary string
	Vectors []string // CVSS vectors
	Label   string   // severity in words, where there is no vector
	// Unmaintained is true where the record reports that nobody maintains the package.
	Unmaintained bool
	// WithdrawnUnclear is true where "withdrawn" holds something that is no past time: it
	// is unknown whether the record still stands.
	WithdrawnUnclear bool
	// Published and Modified are in UTC and whole seconds, zero where unknown.
	Published, Modified time.Time
	Affected            []Affected
}

// Affected is one element of a record's "affected" that names the package.
type Affected struct {
	Suffix   string // of the ecosystem: "12" of "Debian:12"
	Versions []string
	Ranges   [][]Event // ECOSYSTEM and SEMVER ranges only
	// Unclear is true where a range is of an unknown kind or has no events, or where the
	// versions were read in part: the element may affect more than Versions and Ranges say.
	// A GIT range makes nothing unclear.
	Unclear bool
}

// Event is one event of a range. One of its fields is set, unless the record is wrong.
type Event struct{ Introduced, Fixed, Limit, LastAffected string }

// MalwarePrefix begins the ids of records that report a malicious package.
const MalwarePrefix = "MAL-"

// Malware reports whether the record reports a malicious package.
func (e Entry) Malware() bool { return strings.HasPrefix(e.ID, MalwarePrefix) }

// PackageEntry is the entry of a named package.
type PackageEntry struct {
	Name string
	Entry
}

// commonSummary is the summary of nearly all records of malware. It is not stored.
func commonSummary(ecosystem, name string) string {
	return "Malicious code in " + name + " (" + ecosystem + ")"
}

// The index keeps entries one after the other. Each consists of its length, the name
// of the package, the id of the record, and the other fields. Numbers are varints,
// texts and lists follow their length.

// Flags in the first byte after the id of an entry.
const (
	flagCommonSummary byte = 1 << iota
	flagUnmaintained
	flagWithdrawnUnclear
)

// Flags in the first byte of an encoded element of "affected".
const flagUnclear byte = 1

// Append encodes an entry for an index.
func (e PackageEntry) Append(b []byte, ecosystem string) []byte {
	const room = 4 // for the length, which is not known yet
	start := len(b)
	b = append(b, make([]byte, room)...)
	b = varint.AppendText(b, e.Name)
	b = varint.AppendText(b, e.ID)
	var flags byte
	if e.Unmaintained {
		flags = flagUnmaintained
	}
	if e.WithdrawnUnclear {
		flags |= flagWithdrawnUnclear
	}
	if e.Malware() && e.Summary == commonSummary(ecosystem, e.Name) {
		b = append(b, flags|flagCommonSummary)
	} else {
		b = varint.AppendText(append(b, flags), e.Summary)
	}
	b = binary.AppendVarint(b, toUnix(e.Published))
	b = binary.AppendVarint(b, toUnix(e.Modified))
	b = varint.AppendTexts(b, e.Aliases)
	b = varint.AppendTexts(b, e.Vectors)
	b = varint.AppendText(b, e.Label)
	b = binary.AppendUvarint(b, uint64(len(e.Affected)))
	for _, affected := range e.Affected {
		b = affected.append(b)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-room))
	return b
}

func (a Affected) append(b []byte) []byte {
	var flags byte
	if a.Unclear {
		flags = flagUnclear
	}
	b = varint.AppendText(append(b, flags), a.Suffix)
	b = varint.AppendTexts(b, a.Versions)
	b = binary.AppendUvarint(b, uint64(len(a.Ranges)))
	for _, events := range a.Ranges {
		b = binary.AppendUvarint(b, uint64(len(events)))
		for _, e := range events {
			b = e.append(b)
		}
	}
	return b
}

// append encodes a byte that tells which of the four fields follow, and those.
func (e Event) append(b []byte) []byte {
	at := len(b)
	b = append(b, 0)
	for i, text := range []string{e.Introduced, e.Fixed, e.Limit, e.LastAffected} {
		if text != "" {
			b[at] |= 1 << i
			b = varint.AppendText(b, text)
		}
	}
	return b
}

// ErrDamaged marks an index, or a part of one, that nothing of this program wrote.
var ErrDamaged = errors.New("the index is damaged")

// Encoded is an entry as the index keeps it. Its bytes are valid as long as the data
// that it was read from.
type Encoded struct {
	Raw      []byte // all of it
	Name, ID []byte
	rest     []byte
}

// Each yields entries that were encoded one after the other.
func Each(data []byte, yield func(Encoded) error) error {
	for len(data) > 0 {
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			return ErrDamaged
		}
		end := 4 + int(binary.LittleEndian.Uint32(data))
		e := Encoded{Raw: data[:end], rest: data[4:end]}
		data = data[end:]
		e.Name, e.rest, _ = varint.CutText(e.rest)
		e.ID, e.rest, _ = varint.CutText(e.rest)
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}

// Decode reads the whole entry.
func (e Encoded) Decode(ecosystem string) (Entry, error) {
	r := varint.Reader{Rest: string(e.rest)}
	entry := Entry{ID: string(e.ID)}
	flags := r.Byte()
	entry.Unmaintained = flags&flagUnmaintained != 0
	entry.WithdrawnUnclear = flags&flagWithdrawnUnclear != 0
	if flags&flagCommonSummary != 0 {
		entry.Summary = commonSummary(ecosystem, string(e.Name))
	} else {
		entry.Summary = r.Text()
	}
	entry.Published, entry.Modified = fromUnix(r.Int()), fromUnix(r.Int())
	entry.Aliases, entry.Vectors, entry.Label = r.Texts(), r.Texts(), r.Text()
	entry.Affected = make([]Affected, r.Count())
	for i := range entry.Affected {
		entry.Affected[i] = decodeAffected(&r)
	}
	if r.Failed || r.Rest != "" {
		return Entry{}, fmt.Errorf("%w: the entry %q of %q", ErrDamaged, e.ID, e.Name)
	}
	return entry, nil
}

func decodeAffected(r *varint.Reader) Affected {
	a := Affected{Unclear: r.Byte()&flagUnclear != 0, Suffix: r.Text(), Versions: r.Texts()}
	a.Ranges = make([][]Event, r.Count())
	for i := range a.Ranges {
		a.Ranges[i] = make([]Event, r.Count())
		for j := range a.Ranges[i] {
			a.Ranges[i][j] = decodeEvent(r)
		}
	}
	return a
}

func decodeEvent(r *varint.Reader) Event {
	var e Event
	has := r.Byte()
	for i, text := range []*string{&e.Introduced, &e.Fixed, &e.Limit, &e.LastAffected} {
		if has&(1<<i) != 0 {
			*text = r.Text()
		}
	}
	return e
}

// toUnix returns seconds, 0 for a zero time.
func toUnix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromUnix(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
