// Package record reads OSV records, and encodes what an index keeps of them for each
// package. The format of records is that of https://ossf.github.io/osv-schema/.
package record

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// Record is an OSV record, as far as matching and reporting need it. All other fields are
// skipped, whatever they hold.
type Record struct {
	ID                  string
	Modified, Published time.Time // in UTC and whole seconds, zero where unknown
	Withdrawn           withdrawal
	aliases             []string
	summary             string
	details             string // its first line, read only where no summary came before it
	severity            []cvssVector
	affected            []affected
	label               string // severity in words
}

// withdrawal is what a record says of its withdrawal.
type withdrawal struct {
	Is      bool // it was withdrawn
	Unclear bool // the field holds something that is no past time
}

type cvssVector struct{ Type, Score string }

type affected struct {
	Ecosystem, Name string // of the package
	Severity        []cvssVector
	Ranges          []eventRange
	Versions        []string
	Label           string // severity in words, from database_specific
	OwnLabel        string // severity in words, from ecosystem_specific
	Unclear         bool   // a part that decides which versions are affected has a wrong type
	Informational   string // kind of a record that is no vulnerability: "unmaintained"
}

type eventRange struct {
	Type   string
	Events []Event
}

// Parse reads one OSV record. The record is usable with an error that is ErrPartial,
// and with no other error.
func Parse(data []byte) (Record, error) { return new(Parser).Parse(data) }

// Parser is Parse for many records: it reuses its memory. Each goroutine needs one of
// its own.
type Parser struct {
	// Now is the time before which a record must have been withdrawn. Where it is zero, no
	// time is in the future.
	Now  time.Time
	json jsonReader
}

// Parse reads one OSV record. data must not change until the next call.
func (p *Parser) Parse(data []byte) (Record, error) {
	j := &p.json
	j.reset(data)
	j.now = p.Now
	var r Record
	err := j.object(func(name []byte) error { return j.recordField(&r, name) })
	if err == nil {
		err = j.end()
	}
	if err != nil {
		return Record{}, fmt.Errorf("not an OSV record: %w", err)
	}
	if r.ID == "" {
		return Record{}, errors.New("not an OSV record: it has no id")
	}
	return r, j.typeError
}

// ParseEntry reads the entry of one package from an OSV record that names it. Of a
// record that does not, it reads what is independent of the package.
func ParseEntry(data []byte, ecosystem, name string) (Entry, error) {
	r, err := Parse(data)
	if err != nil && !errors.Is(err, ErrPartial) {
		return Entry{}, err
	}
	for _, e := range r.Entries(ecosystem) {
		if e.Name == observation.NormalName(ecosystem, name) {
			return e.Entry, nil
		}
	}
	return r.entry(), nil
}

func (j *jsonReader) recordField(r *Record, name []byte) error {
	switch string(name) {
	case "id":
		return j.string(&r.ID)
	case "modified":
		return j.time(&r.Modified)
	case "published":
		return j.time(&r.Published)
	case "withdrawn":
		return j.withdrawal(&r.Withdrawn)
	case "aliases":
		return j.strings(&r.aliases)
	case "summary":
		return j.text(&r.summary)
	case "details":
		return j.details(r)
	case "severity":
		return list(j, &r.severity, j.severity)
	case "affected":
		return list(j, &r.affected, j.affected)
	case "database_specific":
		return j.label(&r.label)
	}
	return j.skip()
}

// earliestWithdrawal is before every record: times such as 0001-01-01 stand for none.
var earliestWithdrawal = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// withdrawal reads a field that may hold any value. null is an absent field.
func (j *jsonReader) withdrawal(w *withdrawal) error {
	*w = withdrawal{Unclear: j.decoder.PeekKind() != 'n'}
	var at time.Time
	if err := j.time(&at); err != nil {
		return err
	}
	if at.After(earliestWithdrawal) && (j.now.IsZero() || !at.After(j.now)) {
		*w = withdrawal{Is: true}
	}
	return nil
}

// details skips the longest field of most records where a summary makes it unneeded.
func (j *jsonReader) details(r *Record) error {
	r.details = ""
	if strings.TrimSpace(r.summary) != "" || j.decoder.PeekKind() != '"' {
		return j.skip()
	}
	text, _, err := j.bytes()
	line, _, _ := bytes.Cut(bytes.TrimSpace(text), []byte("\n"))
	r.details = string(line[:min(len(line), 4*maxSummary)])
	return err
}

func (j *jsonReader) severity(s *cvssVector) error {
	return j.object(func(name []byte) error {
		switch string(name) {
		case "type":
			return j.text(&s.Type)
		case "score":
			return j.text(&s.Score)
		}
		return j.skip()
	})
}

func (j *jsonReader) affected(a *affected) error {
	return j.object(func(name []byte) error {
		switch string(name) {
		case "package":
			return j.affectedPackage(a)
		case "severity":
			return list(j, &a.Severity, j.severity)
		case "ranges", "versions":
			before := j.typeErrors
			var err error
			if string(name) == "ranges" {
				err = list(j, &a.Ranges, j.eventRange)
			} else {
				err = j.strings(&a.Versions)
			}
			a.Unclear = a.Unclear || j.typeErrors > before
			return err
		case "database_specific":
			return j.specific(&a.Label, &a.Informational)
		case "ecosystem_specific":
			return j.label(&a.OwnLabel)
		}
		return j.skip()
	})
}

func (j *jsonReader) affectedPackage(a *affected) error {
	return j.object(func(name []byte) error {
		switch string(name) {
		case "ecosystem":
			return j.string(&a.Ecosystem)
		case "name":
			return j.string(&a.Name)
		}
		return j.skip()
	})
}

func (j *jsonReader) eventRange(r *eventRange) error {
	return j.object(func(name []byte) error {
		switch string(name) {
		case "type":
			return j.string(&r.Type)
		case "events":
			return list(j, &r.Events, j.event)
		}
		return j.skip()
	})
}

func (j *jsonReader) event(e *Event) error {
	return j.object(func(name []byte) error {
		switch string(name) {
		case "introduced":
			return j.string(&e.Introduced)
		case "fixed":
			return j.string(&e.Fixed)
		case "limit":
			return j.string(&e.Limit)
		case "last_affected":
			return j.string(&e.LastAffected)
		}
		return j.skip()
	})
}

// label reads the severity in words from an object.
func (j *jsonReader) label(label *string) error {
	var informational string
	return j.specific(label, &informational)
}

// specific reads the severity in words and the kind of the record from a value that
// may hold anything.
func (j *jsonReader) specific(label, informational *string) error {
	if j.decoder.PeekKind() != '{' {
		return j.skip()
	}
	return j.object(func(name []byte) error {
		switch string(name) {
		case "severity":
			return j.text(label)
		case "informational":
			return j.text(informational)
		}
		return j.skip()
	})
}

// Names reports whether the record names a package of an ecosystem.
func (r Record) Names(ecosystem string) bool {
	return slices.ContainsFunc(r.affected, func(a affected) bool {
		base, _, _ := strings.Cut(a.Ecosystem, ":")
		return base == ecosystem && a.Name != ""
	})
}

// Entries splits a record by package name, sorted, for one ecosystem: a record in Go's
// archive does not count for packages of npm.
func (r Record) Entries(ecosystem string) []PackageEntry {
	type mention struct {
		name, suffix string
		*affected
	}
	mentions := make([]mention, 0, len(r.affected))
	for i := range r.affected {
		a := &r.affected[i]
		base, suffix, _ := strings.Cut(a.Ecosystem, ":")
		if base == ecosystem && a.Name != "" {
			mentions = append(mentions, mention{observation.NormalName(ecosystem, a.Name), suffix, a})
		}
	}
	slices.SortStableFunc(mentions, func(a, b mention) int { return strings.Compare(a.name, b.name) })
	var list []PackageEntry
	for _, m := range mentions {
		if len(list) == 0 || list[len(list)-1].Name != m.name {
			list = append(list, PackageEntry{m.name, r.entry()})
		}
		e := &list[len(list)-1]
		e.Vectors = append(e.Vectors, vectors(m.Severity)...)
		e.Label = cmp.Or(e.Label, m.Label, m.OwnLabel)
		e.Unmaintained = e.Unmaintained || m.Informational == "unmaintained"
		e.Affected = append(e.Affected, m.entry(m.suffix))
	}
	return list
}

func (r Record) entry() Entry {
	return Entry{
		ID:      r.ID,
		Aliases: r.aliases,
		Summary: r.summaryLine(),
		Vectors: vectors(r.severity),
		Label:   r.label,

		WithdrawnUnclear: r.Withdrawn.Unclear,
		Published:        r.Published,
		Modified:         r.Modified,
	}
}

func (a affected) entry(suffix string) Affected {
	s := Affected{Suffix: suffix, Versions: a.Versions, Unclear: a.Unclear}
	for _, r := range a.Ranges {
		switch {
		case r.Type == "GIT":
		case (r.Type == "ECOSYSTEM" || r.Type == "SEMVER") && len(r.Events) > 0:
			s.Ranges = append(s.Ranges, r.Events)
		default:
			s.Unclear = true
		}
	}
	return s
}

// maxSummary bounds what is kept of a summary, in bytes.
const maxSummary = 240

// summaryLine is the record's own, or the first line of its details.
func (r Record) summaryLine() string {
	line := strings.TrimSpace(r.summary)
	if line == "" {
		line = r.details
	}
	line = strings.TrimSpace(strings.TrimLeft(strings.ToValidUTF8(line, "\uFFFD"), "# "))
	if len(line) <= maxSummary {
		return line
	}
	return strings.ToValidUTF8(line[:maxSummary], "") + "…"
}

func vectors(list []cvssVector) []string {
	var found []string
	for _, s := range list {
		if strings.HasPrefix(s.Type, "CVSS") && s.Score != "" {
			found = append(found, s.Score)
		}
	}
	return found
}
