package scanners

import (
	"slices"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// Told collects the measures that a source makes of an answer, in the order of its
// definitions.
type Told struct {
	definitions []observation.Definition
	source      string
	measures    map[string]observation.Measure
}

// NewTold returns a Told whose measured values are from source, for people ("deps.dev").
func NewTold(definitions []observation.Definition, source string) *Told {
	return &Told{definitions, source, map[string]observation.Measure{}}
}

func (t *Told) definition(id string) observation.Definition {
	return t.definitions[slices.IndexFunc(t.definitions, func(d observation.Definition) bool { return d.ID == id })]
}

// Say measures a value as of the day of asking.
func (t *Told) Say(id string, value any, asked time.Time) {
	t.SayBound(id, value, observation.Exact, "", asked)
}

// SayBound measures a value that is a bound, or of which something is to be said.
func (t *Told) SayBound(id string, value any, bound observation.Bound, detail string, asked time.Time) {
	if list, is := value.([]string); is {
		value = append([]string{}, list...) // none, which JSON must not leave out
	}
	m := t.definition(id).Of(value, t.source, asked.UTC().Truncate(24*time.Hour))
	m.Bound, m.Detail = bound, detail
	t.measures[id] = m
}

// Unknown makes measures unknown.
func (t *Told) Unknown(cause observation.Cause, detail string, ids ...string) {
	for _, id := range ids {
		t.measures[id] = t.definition(id).UnknownFor(cause, detail)
	}
}

// NotApplicable says that measures do not apply.
func (t *Told) NotApplicable(detail string, ids ...string) {
	for _, id := range ids {
		t.measures[id] = t.definition(id).NotApplicableFor(detail)
	}
}

// Unnamed says of what no file names that its measures do not apply, or are unknown where
// unread says why some files could not be read.
func (t *Told) Unnamed(unread *observation.Note, detail string, ids ...string) {
	if unread != nil {
		t.Unknown(unread.Cause, unread.Message, ids...)
		return
	}
	t.NotApplicable(detail, ids...)
}

// All returns all measures. Those of which nothing was said are unknown.
func (t *Told) All(cause observation.Cause, detail string) []observation.Measure {
	all := make([]observation.Measure, 0, len(t.definitions))
	for _, d := range t.definitions {
		m, said := t.measures[d.ID]
		if !said {
			m = d.UnknownFor(cause, detail)
		}
		all = append(all, m)
	}
	return all
}
