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
	// Unmaintained is true where the record reports that nobody maintains the package.
	Unmaintained bool
	Published    int64 // Unix seconds, 0 where unknown
	Modified     int64
	Affected     []affectedVersions
}

// affectedVersions is one element of a record's "affected" that names the package.
type affectedVersions struct {
	Suffix   string // of the ecosystem: "12" of "Debian:12"
	Versions []string
	Ranges   [][]event // ECOSYSTEM and SEMVER ranges only
}

// malwarePrefix begins the ids of records that report a malicious package.
const malwarePrefix = "MAL-"

// malware reports whether the record reports a malicious package.
func (e entry) malware() bool { return strings.HasPrefix(e.ID, malwarePrefix) }

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
)

// append encodes the entry of a package.
func (e entry) append(b []byte, ecosystem, name string) []byte {
	const room = 4 // for the length, which is not known yet
	start := len(b)
	b = append(b, make([]byte, room)...)
	b = appendText(b, name)
	b = appendText(b, e.ID)
	var flags byte
	if e.Unmaintained {
		flags = flagUnmaintained
	}
	if e.malware() && e.Summary == commonSummary(ecosystem, name) {
		b = append(b, flags|flagCommonSummary)
	} else {
		b = appendText(append(b, flags), e.Summary)
	}
	b = binary.AppendVarint(b, e.Published)
	b = binary.AppendVarint(b, e.Modified)
	b = appendTexts(b, e.Aliases)
	b = appendTexts(b, e.Vectors)
	b = appendText(b, e.Label)
	b = binary.AppendUvarint(b, uint64(len(e.Affected)))
	for _, span := range e.Affected {
		b = span.append(b)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-room))
	return b
}

func (s affectedVersions) append(b []byte) []byte {
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

// append encodes a byte that tells which of the four fields follow, and those.
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

// encodedEntry is an entry as the index keeps it.
type encodedEntry struct {
	raw      []byte // with its length
	name, id []byte
	rest     entryDecoder
}

// eachEntry yields entries that were encoded one after the other.
func eachEntry(data []byte, yield func(encodedEntry) error) error {
	for len(data) > 0 {
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			return errDamagedIndex
		}
		end := 4 + int(binary.LittleEndian.Uint32(data))
		e := encodedEntry{raw: data[:end], rest: entryDecoder{data: data[4:end]}}
		e.name, e.id = e.rest.bytes(), e.rest.bytes()
		data = data[end:]
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}

// decode reads the whole entry.
func (p encodedEntry) decode(ecosystem string) (entry, error) {
	u := p.rest
	e := entry{ID: string(p.id)}
	flags := u.byte()
	e.Unmaintained = flags&flagUnmaintained != 0
	if flags&flagCommonSummary != 0 {
		e.Summary = commonSummary(ecosystem, string(p.name))
	} else {
		e.Summary = u.text()
	}
	e.Published, e.Modified = u.number(), u.number()
	e.Aliases, e.Vectors, e.Label = u.texts(), u.texts(), u.text()
	e.Affected = make([]affectedVersions, u.count())
	for i := range e.Affected {
		e.Affected[i] = u.affectedVersions()
	}
	if u.failed || len(u.data) > 0 {
		return entry{}, fmt.Errorf("%w: the entry %q of %q", errDamagedIndex, p.id, p.name)
	}
	return e, nil
}

// entryDecoder reads what append wrote. After the first value that does not fit, all
// values are empty and failed is set.
type entryDecoder struct {
	data   []byte
	failed bool
}

func (u *entryDecoder) affectedVersions() affectedVersions {
	s := affectedVersions{Suffix: u.text(), Versions: u.texts()}
	s.Ranges = make([][]event, u.count())
	for i := range s.Ranges {
		s.Ranges[i] = make([]event, u.count())
		for j := range s.Ranges[i] {
			s.Ranges[i][j] = u.event()
		}
	}
	return s
}

func (u *entryDecoder) event() event {
	var e event
	has := u.byte()
	for i, text := range []*string{&e.Introduced, &e.Fixed, &e.Limit, &e.LastAffected} {
		if has&(1<<i) != 0 {
			*text = u.text()
		}
	}
	return e
}

func (u *entryDecoder) fail() {
	u.data, u.failed = nil, true
}

func (u *entryDecoder) byte() byte {
	if len(u.data) == 0 {
		u.fail()
		return 0
	}
	b := u.data[0]
	u.data = u.data[1:]
	return b
}

func (u *entryDecoder) number() int64 {
	v, n := binary.Varint(u.data)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.data = u.data[n:]
	return v
}

// count reads a length. Every element that follows takes at least one byte.
func (u *entryDecoder) count() int {
	v, n := binary.Uvarint(u.data)
	if n <= 0 || v > uint64(len(u.data)-n) {
		u.fail()
		return 0
	}
	u.data = u.data[n:]
	return int(v)
}

func (u *entryDecoder) bytes() []byte {
	n := u.count()
	b := u.data[:n]
	u.data = u.data[n:]
	return b
}

func (u *entryDecoder) text() string { return string(u.bytes()) }

func (u *entryDecoder) texts() []string {
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
