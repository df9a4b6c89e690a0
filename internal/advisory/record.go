package advisory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// record is an OSV record as far as matching and reporting need it. Fields
// that it does not name are ignored, whatever they hold.
type record struct {
	ID        string   `json:"id"`
	Modified  text     `json:"modified"`
	Published text     `json:"published"`
	Withdrawn text     `json:"withdrawn"`
	Aliases   []string `json:"aliases"`
	Summary   text     `json:"summary"`
	// Details are most of a record and rarely needed: they stay undecoded.
	Details  json.RawMessage `json:"details"`
	Severity []severity      `json:"severity"`
	Affected []affected      `json:"affected"`
	Specific specific        `json:"database_specific"`
}

type severity struct {
	Type  text `json:"type"`
	Score text `json:"score"`
}

type affected struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Severity []severity   `json:"severity"`
	Ranges   []eventRange `json:"ranges"`
	Versions []string     `json:"versions"`
	Specific specific     `json:"database_specific"`
	Own      specific     `json:"ecosystem_specific"`
}

type eventRange struct {
	Type   string  `json:"type"`
	Events []event `json:"events"`
}

type event struct {
	Introduced   string `json:"introduced,omitempty"`
	Fixed        string `json:"fixed,omitempty"`
	Limit        string `json:"limit,omitempty"`
	LastAffected string `json:"last_affected,omitempty"`
}

// text is a string that is empty where a record holds anything else.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '"' {
		return nil
	}
	return json.Unmarshal(data, (*string)(t))
}

// specific is the part of a free-form object that names a severity in words.
type specific struct{ Severity string }

func (s *specific) UnmarshalJSON(data []byte) error {
	if !bytes.Contains(data, []byte(`"severity"`)) {
		return nil
	}
	var object struct {
		Severity text `json:"severity"`
	}
	if json.Unmarshal(data, &object) == nil {
		s.Severity = string(object.Severity)
	}
	return nil
}

// errPartial marks a record that was read but for the fields that it names.
var errPartial = errors.New("read in part")

// parseRecord reads one OSV record. With an error that is errPartial the
// record is usable; with any other it is not.
func parseRecord(data []byte) (record, error) {
	var r record
	err := json.Unmarshal(data, &r)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		// encoding/json leaves such a field empty and reads on.
		err = fmt.Errorf("%w: field %q holds a JSON %s", errPartial, wrong.Field, wrong.Value)
	}
	if err != nil && !errors.Is(err, errPartial) {
		return record{}, fmt.Errorf("not an OSV record: %w", err)
	}
	if r.ID == "" {
		return record{}, errors.New("not an OSV record: it has no id")
	}
	return r, err
}

// entry is what the index keeps of one record for one package.
type entry struct {
	ID        string      `json:"i"`
	Aliases   []string    `json:"a,omitempty"`
	Summary   string      `json:"s,omitempty"`
	Vectors   []string    `json:"c,omitempty"` // CVSS vectors
	Label     string      `json:"l,omitempty"` // severity in words, where there is no vector
	Published int64       `json:"p,omitempty"` // Unix seconds, 0 where unknown
	Modified  int64       `json:"m,omitempty"`
	Spans     []entrySpan `json:"r"`
}

// entrySpan is one affected entry of the package.
type entrySpan struct {
	Suffix   string    `json:"e,omitempty"` // of the ecosystem: "12" of "Debian:12"
	Versions []string  `json:"v,omitempty"`
	Ranges   [][]event `json:"r,omitempty"` // ECOSYSTEM and SEMVER ranges only
}

// entries splits a record by package name, for one ecosystem: a record in
// Go's archive says nothing of packages of npm.
func (r record) entries(ecosystem string) map[string]entry {
	byName := map[string]entry{}
	for _, a := range r.Affected {
		base, suffix, _ := strings.Cut(a.Package.Ecosystem, ":")
		if base != ecosystem || a.Package.Name == "" {
			continue
		}
		name := NormalName(ecosystem, a.Package.Name)
		e, ok := byName[name]
		if !ok {
			e = r.entry()
		}
		e.Vectors = append(e.Vectors, vectors(a.Severity)...)
		e.Label = firstOf(e.Label, a.Specific.Severity, a.Own.Severity)
		e.Spans = append(e.Spans, a.span(suffix))
		byName[name] = e
	}
	return byName
}

func (r record) entry() entry {
	return entry{
		ID:        r.ID,
		Aliases:   r.Aliases,
		Summary:   r.summary(),
		Vectors:   vectors(r.Severity),
		Label:     r.Specific.Severity,
		Published: unix(r.Published),
		Modified:  unix(r.Modified),
	}
}

func (a affected) span(suffix string) entrySpan {
	s := entrySpan{Suffix: suffix, Versions: a.Versions}
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
	line := strings.TrimSpace(string(r.Summary))
	if line == "" {
		var details text
		if json.Unmarshal(r.Details, &details) == nil {
			line, _, _ = strings.Cut(strings.TrimSpace(string(details)), "\n")
		}
	}
	line = strings.TrimSpace(strings.TrimLeft(strings.ToValidUTF8(line, "\uFFFD"), "# "))
	if len(line) <= maxSummary {
		return line
	}
	return strings.ToValidUTF8(line[:maxSummary], "") + "…"
}

func vectors(list []severity) []string {
	var found []string
	for _, s := range list {
		if strings.HasPrefix(string(s.Type), "CVSS") && s.Score != "" {
			found = append(found, string(s.Score))
		}
	}
	return found
}

func unix(t text) int64 {
	parsed, err := time.Parse(time.RFC3339, string(t))
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
