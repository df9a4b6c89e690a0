package advisory

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// record holds the fields of an OSV record that matching and reporting need. All other
// fields are skipped, whatever they hold.
type record struct {
	ID                             string
	Modified, Published, Withdrawn string
	Aliases                        []string
	Summary                        string
	Details                        string // its first line, read only where no summary came before it
	Severity                       []cvssVector
	Affected                       []affected
	Label                          string // severity in words
}

type cvssVector struct{ Type, Score string }

type affected struct {
	Ecosystem, Name string // of the package
	Severity        []cvssVector
	Ranges          []eventRange
	Versions        []string
	Label           string // severity in words, from database_specific
	OwnLabel        string // severity in words, from ecosystem_specific
	Informational   string // kind of a record that is no vulnerability: "unmaintained"
}

type eventRange struct {
	Type   string
	Events []event
}

type event struct{ Introduced, Fixed, Limit, LastAffected string }

// parseRecord reads one OSV record. The record is usable with an error that is
// errPartial, and with no other error.
func parseRecord(data []byte) (record, error) {
	var j jsonReader
	return j.record(data)
}

func (j *jsonReader) record(data []byte) (record, error) {
	j.reset(data)
	var r record
	err := j.object(func(name []byte) error { return j.recordField(&r, name) })
	if err == nil {
		err = j.end()
	}
	if err != nil {
		return record{}, fmt.Errorf("not an OSV record: %w", err)
	}
	if r.ID == "" {
		return record{}, errors.New("not an OSV record: it has no id")
	}
	return r, j.typeError
}

func (j *jsonReader) recordField(r *record, name []byte) error {
	switch string(name) {
	case "id":
		return j.string(&r.ID)
	case "modified":
		return j.text(&r.Modified)
	case "published":
		return j.text(&r.Published)
	case "withdrawn":
		return j.text(&r.Withdrawn)
	case "aliases":
		return j.strings(&r.Aliases)
	case "summary":
		return j.text(&r.Summary)
	case "details":
		return j.details(r)
	case "severity":
		return list(j, &r.Severity, j.severity)
	case "affected":
		return list(j, &r.Affected, j.affected)
	case "database_specific":
		return j.label(&r.Label)
	}
	return j.skip()
}

// details skips the longest field of most records where a summary makes it unneeded.
func (j *jsonReader) details(r *record) error {
	r.Details = ""
	if strings.TrimSpace(r.Summary) != "" || j.decoder.PeekKind() != '"' {
		return j.skip()
	}
	text, _, err := j.bytes()
	line, _, _ := bytes.Cut(bytes.TrimSpace(text), []byte("\n"))
	r.Details = string(line[:min(len(line), 4*maxSummary)])
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
		case "ranges":
			return list(j, &a.Ranges, j.eventRange)
		case "versions":
			return j.strings(&a.Versions)
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

func (j *jsonReader) event(e *event) error {
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

// packageEntry is the entry of one package.
type packageEntry struct {
	name string
	entry
}

// entries splits a record by package name, sorted, for one ecosystem: a record in Go's
// archive does not count for packages of npm.
func (r record) entries(ecosystem string) []packageEntry {
	type mention struct {
		name, suffix string
		*affected
	}
	mentions := make([]mention, 0, len(r.Affected))
	for i := range r.Affected {
		a := &r.Affected[i]
		base, suffix, _ := strings.Cut(a.Ecosystem, ":")
		if base == ecosystem && a.Name != "" {
			mentions = append(mentions, mention{NormalName(ecosystem, a.Name), suffix, a})
		}
	}
	slices.SortStableFunc(mentions, func(a, b mention) int { return strings.Compare(a.name, b.name) })
	var list []packageEntry
	for _, m := range mentions {
		if len(list) == 0 || list[len(list)-1].name != m.name {
			list = append(list, packageEntry{m.name, r.entry()})
		}
		e := &list[len(list)-1]
		e.Vectors = append(e.Vectors, vectors(m.Severity)...)
		e.Label = firstOf(e.Label, m.Label, m.OwnLabel)
		e.Unmaintained = e.Unmaintained || m.Informational == "unmaintained"
		e.Affected = append(e.Affected, m.versions(m.suffix))
	}
	return list
}

func (r record) entry() entry {
	return entry{
		ID:        r.ID,
		Aliases:   r.Aliases,
		Summary:   r.summary(),
		Vectors:   vectors(r.Severity),
		Label:     r.Label,
		Published: unix(r.Published),
		Modified:  unix(r.Modified),
	}
}

func (a affected) versions(suffix string) affectedVersions {
	s := affectedVersions{Suffix: suffix, Versions: a.Versions}
	for _, r := range a.Ranges {
		if (r.Type == "ECOSYSTEM" || r.Type == "SEMVER") && len(r.Events) > 0 {
			s.Ranges = append(s.Ranges, r.Events)
		}
	}
	return s
}

// maxSummary bounds what is kept of a summary, in bytes.
const maxSummary = 240

// summary is the record's own, or the first line of its details.
func (r record) summary() string {
	line := strings.TrimSpace(r.Summary)
	if line == "" {
		line = r.Details
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

func unix(text string) int64 {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0
	}
	return parsed.Unix()
}

func fromUnix(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
