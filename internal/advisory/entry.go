package advisory

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// entry is what the index keeps of one record for one package.
type entry struct {
	ID      string
	Aliases []string
	Summary string
	Vectors []string // CVSS vectors
	Label   string   // severity in words, where there is no vector
	// Unmaintained says that the record reports that nobody maintains the package.
	Unmaintained bool
	Published    int64 // Unix seconds, 0 where unknown
	Modified     int64
	Spans        []entrySpan
}

// entrySpan is one affected entry of the package.
type entrySpan struct {
	Suffix   string // of the ecosystem: "12" of "Debian:12"
	Versions []string
	Ranges   [][]event // ECOSYSTEM and SEMVER ranges only
}

// malwarePrefix begins the ids of records that report a malicious package.
const malwarePrefix = "MAL-"

// malware reports whether the record reports a malicious package.
func (e entry) malware() bool { return strings.HasPrefix(e.ID, malwarePrefix) }

// commonSummary is that of nearly all records of malware. It is not stored.
func commonSummary(ecosystem, name string) string {
	return "Malicious code in " + name + " (" + ecosystem + ")"
}

// The index keeps entries one behind the other: the length of an entry, the
// name of the package, the id of the record, and the rest. Numbers are varints,
// texts stand behind their length, lists behind theirs.

// What the first byte after the names of an entry says.
const (
	markCommonSummary byte = 1 << iota
	markUnmaintained
)

// append writes the entry of a package.
func (e entry) append(b []byte, ecosystem, name string) []byte {
	const room = 4 // for the length, which is not known yet
	start := len(b)
	b = append(b, make([]byte, room)...)
	b = appendText(b, name)
	b = appendText(b, e.ID)
	var marks byte
	if e.Unmaintained {
		marks = markUnmaintained
	}
	if e.malware() && e.Summary == commonSummary(ecosystem, name) {
		b = append(b, marks|markCommonSummary)
	} else {
		b = appendText(append(b, marks), e.Summary)
	}
	b = binary.AppendVarint(b, e.Published)
	b = binary.AppendVarint(b, e.Modified)
	b = appendTexts(b, e.Aliases)
	b = appendTexts(b, e.Vectors)
	b = appendText(b, e.Label)
	b = binary.AppendUvarint(b, uint64(len(e.Spans)))
	for _, span := range e.Spans {
		b = span.append(b)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-room))
	return b
}

func (s entrySpan) append(b []byte) []byte {
	b = appendText(b, s.Suffix)
	b = appendTexts(b, s.Versions)
	b = binary.AppendUvarint(b, uint64(len(s.Ranges)))
	for _, events := range s.Ranges {
		b = binary.AppendUvarint(b, uint64(len(events)))
		for _, e := range events {
			b = e.append(b)
		}
	}
	return b
}

// append writes which of the four fields an event has, and those.
func (e event) append(b []byte) []byte {
	at := len(b)
	b = append(b, 0)
	for i, text := range []string{e.Introduced, e.Fixed, e.Limit, e.LastAffected} {
		if text != "" {
			b[at] |= 1 << i
			b = appendText(b, text)
		}
	}
	return b
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendTexts(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, text := range list {
		b = appendText(b, text)
	}
	return b
}

// packed is an entry as the index keeps it.
type packedEntry struct {
	whole    []byte // with its length
	name, id []byte
	rest     unpacking
}

// eachEntry yields the entries that stand one behind the other.
func eachEntry(data []byte, yield func(packedEntry) error) error {
	for len(data) > 0 {
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			return errDamagedIndex
		}
		end := 4 + int(binary.LittleEndian.Uint32(data))
		e := packedEntry{whole: data[:end], rest: unpacking{data: data[4:end]}}
		e.name, e.id = e.rest.bytes(), e.rest.bytes()
		data = data[end:]
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}

// entry unpacks all of it.
func (p packedEntry) entry(ecosystem string) (entry, error) {
	u := p.rest
	e := entry{ID: string(p.id)}
	marks := u.byte()
	e.Unmaintained = marks&markUnmaintained != 0
	if marks&markCommonSummary != 0 {
		e.Summary = commonSummary(ecosystem, string(p.name))
	} else {
		e.Summary = u.text()
	}
	e.Published, e.Modified = u.number(), u.number()
	e.Aliases, e.Vectors, e.Label = u.texts(), u.texts(), u.text()
	e.Spans = make([]entrySpan, u.count())
	for i := range e.Spans {
		e.Spans[i] = u.span()
	}
	if u.bad || len(u.data) > 0 {
		return entry{}, fmt.Errorf("%w: the entry %q of %q", errDamagedIndex, p.id, p.name)
	}
	return e, nil
}

// unpacking reads what was packed. After anything that does not fit, all is
// empty and bad is set.
type unpacking struct {
	data []byte
	bad  bool
}

func (u *unpacking) span() entrySpan {
	s := entrySpan{Suffix: u.text(), Versions: u.texts()}
	s.Ranges = make([][]event, u.count())
	for i := range s.Ranges {
		s.Ranges[i] = make([]event, u.count())
		for j := range s.Ranges[i] {
			s.Ranges[i][j] = u.event()
		}
	}
	return s
}

func (u *unpacking) event() event {
	var e event
	has := u.byte()
	for i, text := range []*string{&e.Introduced, &e.Fixed, &e.Limit, &e.LastAffected} {
		if has&(1<<i) != 0 {
			*text = u.text()
		}
	}
	return e
}

func (u *unpacking) fail() {
	u.data, u.bad = nil, true
}

func (u *unpacking) byte() byte {
	if len(u.data) == 0 {
		u.fail()
		return 0
	}
	b := u.data[0]
	u.data = u.data[1:]
	return b
}

func (u *unpacking) number() int64 {
	v, n := binary.Varint(u.data)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.data = u.data[n:]
	return v
}

// count is a length: of what follows, everything takes a byte at least.
func (u *unpacking) count() int {
	v, n := binary.Uvarint(u.data)
	if n <= 0 || v > uint64(len(u.data)-n) {
		u.fail()
		return 0
	}
	u.data = u.data[n:]
	return int(v)
}

func (u *unpacking) bytes() []byte {
	n := u.count()
	b := u.data[:n]
	u.data = u.data[n:]
	return b
}

func (u *unpacking) text() string { return string(u.bytes()) }

func (u *unpacking) texts() []string {
	n := u.count()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = u.text()
	}
	return list
}
