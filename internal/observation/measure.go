package observation

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// State says whether a measure has a value.
type State string

// The three states of a measure. Unknown is never zero and never bad.
const (
	Measured      State = "measured"
	Unknown       State = "unknown"
	NotApplicable State = "not-applicable"
)

// Bound is how a measured value relates to the value of the whole good when only
// some of its repositories could be read.
type Bound string

// An exact value has the empty bound.
const (
	Exact   Bound = ""
	AtLeast Bound = "at-least" // the true value is this or more
	AtMost  Bound = "at-most"  // the true value is this or less
)

// Measure is a named value with its unit, source and time.
type Measure struct {
	// ID is the measure's name as its Definition declares it, for example
	// "people.contributor-absence-factor".
	ID    string `json:"id"`
	State State  `json:"state"`
	// Value is a float64, bool, string or []string; nil unless State is Measured.
	Value any   `json:"value,omitempty"`
	Unit  Unit  `json:"unit,omitempty"`
	Bound Bound `json:"bound,omitempty"`
	// Source says where the value was read: a file at a commit, the history,
	// the catalog entry.
	Source string `json:"source,omitempty"`
	// Repository is "owner/name" of the one repository that the value speaks of, where a
	// good has several; empty where it speaks of all of them, or there is one.
	Repository string `json:"repository,omitempty"`
	// At is the time for which the measure holds, never later than the time
	// at which its source was last seen ("observed until").
	At time.Time `json:"at,omitzero"`
	// Cause and Detail say why a measure is unknown or not applicable. Detail
	// may also qualify a measured value ("read from 1 of 9 repositories").
	Cause  Cause  `json:"cause,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// Find returns the measure of an id; ok is false where there is none.
func Find(measures []Measure, id string) (m Measure, ok bool) {
	i := slices.IndexFunc(measures, func(m Measure) bool { return m.ID == id })
	if i < 0 {
		return Measure{}, false
	}
	return measures[i], true
}

// Number returns the value of a measured number; a bool counts as 0 or 1.
func (m Measure) Number() (float64, bool) {
	if m.State != Measured {
		return 0, false
	}
	switch v := m.Value.(type) {
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// Text returns the value of a measured string.
func (m Measure) Text() (string, bool) {
	s, ok := m.Value.(string)
	return s, ok && m.State == Measured
}

// List returns the value of a measured list.
func (m Measure) List() ([]string, bool) {
	l, ok := m.Value.([]string)
	return l, ok && m.State == Measured
}

// UnmarshalJSON reads a measure back with the Go types that Value documents.
func (m *Measure) UnmarshalJSON(data []byte) error {
	type plain Measure
	if err := json.Unmarshal(data, (*plain)(m)); err != nil {
		return err
	}
	return m.setList()
}

// UnmarshalJSONFrom is UnmarshalJSON where the JSON around is being read: nothing is read
// twice.
func (m *Measure) UnmarshalJSONFrom(in *jsontext.Decoder) error {
	type plain Measure
	if err := jsonv2.UnmarshalDecode(in, (*plain)(m)); err != nil {
		return err
	}
	return m.setList()
}

// setList makes a list of texts of a list of anything.
func (m *Measure) setList() error {
	list, ok := m.Value.([]any)
	if !ok {
		return nil
	}
	texts := make([]string, len(list))
	for i, item := range list {
		s, ok := item.(string)
		if !ok {
			return fmt.Errorf("measure %s: list item %d is a %T, want a string", m.ID, i, item)
		}
		texts[i] = s
	}
	m.Value = texts
	return nil
}

// Kind is the type of a measure's value.
type Kind string

// The kinds of value; a number is a float64.
const (
	KindNumber Kind = "number"
	KindBool   Kind = "bool"
	KindText   Kind = "text"
	KindList   Kind = "list"
)

// Merge says how the values of a good's repositories become one value.
type Merge string

// The ways to merge. Where some repositories could not be read, Max, Sum, Any
// and Union leave a lower bound (AtLeast), Min an upper one (AtMost).
const (
	MergeMax   Merge = "max"   // the largest
	MergeMin   Merge = "min"   // the smallest
	MergeSum   Merge = "sum"   // the total
	MergeAny   Merge = "any"   // true where one is true
	MergeUnion Merge = "union" // all items, each once, sorted
	MergeMain  Merge = "main"  // that of the main repository: most human commits in 12 months, then ever
	// MergeTotals is a share of one total in another, of all repositories together.
	MergeTotals Merge = "totals"
)

// FewestToCompare is how many commits two times must have between them before one is told
// as a share of the other: of a handful, one commit more changes the share too much.
const FewestToCompare = 10

// Definition declares a measure: what it means, its unit and where the
// definition comes from. Every scanner declares all that it can yield, so that
// what is missing can be shown.
type Definition struct {
	ID    string `json:"id"`
	Name  string `json:"name"` // for readers: "Contributor absence factor"
	Kind  Kind   `json:"kind"`
	Unit  Unit   `json:"unit,omitempty"`
	Merge Merge  `json:"merge"`
	// Means is one sentence: what is counted, over which period.
	Means string `json:"means"`
	// Reference is the published definition (a CHAOSS metric, an OpenSSF
	// check, a DPG Standard indicator), or empty where it is Midspan's own.
	Reference string `json:"reference,omitempty"`
}

// Of returns a measured measure of this definition.
func (d Definition) Of(value any, source string, at time.Time) Measure {
	switch v := value.(type) {
	case int:
		value = float64(v)
	case int64:
		value = float64(v)
	}
	return Measure{ID: d.ID, State: Measured, Value: value, Unit: d.Unit, Source: source, At: at}
}

// UnknownFor returns an unknown measure of this definition.
func (d Definition) UnknownFor(cause Cause, detail string) Measure {
	return Measure{ID: d.ID, State: Unknown, Unit: d.Unit, Cause: cause, Detail: detail}
}

// NotApplicableFor returns a measure that cannot apply ("no workflows to judge").
func (d Definition) NotApplicableFor(detail string) Measure {
	return Measure{ID: d.ID, State: NotApplicable, Unit: d.Unit, Detail: detail}
}
