package scanners

import (
	"slices"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// MeasureSet collects the measures that a source makes of an answer, in the order of its
// definitions.
type MeasureSet struct {
	definitions []observation.Definition
	source      string
	measures    map[string]observation.Measure
}

// NewMeasureSet returns a MeasureSet whose measured values are from source, for people ("deps.dev").
func NewMeasureSet(definitions []observation.Definition, source string) *MeasureSet {
	return &MeasureSet{definitions, source, map[string]observation.Measure{}}
}

func (s *MeasureSet) definition(id string) observation.Definition {
	return s.definitions[slices.IndexFunc(s.definitions, func(d observation.Definition) bool { return d.ID == id })]
}

// Say measures a value as of the day of asking.
func (s *MeasureSet) Say(id string, value any, asked time.Time) {
	s.SayBound(id, value, observation.Exact, "", asked)
}

// SayBound measures a value that is a bound, or of which something is to be said.
func (s *MeasureSet) SayBound(id string, value any, bound observation.Bound, detail string, asked time.Time) {
	if list, is := value.([]string); is {
		value = append([]string{}, list...) // none, which JSON must not leave out
	}
	m := s.definition(id).Of(value, s.source, asked.UTC().Truncate(24*time.Hour))
	m.Bound, m.Detail = bound, detail
	s.measures[id] = m
}

// Unknown makes measures unknown.
func (s *MeasureSet) Unknown(cause observation.Cause, detail string, ids ...string) {
	for _, id := range ids {
		s.measures[id] = s.definition(id).UnknownFor(cause, detail)
	}
}

// NotApplicable says that measures do not apply.
func (s *MeasureSet) NotApplicable(detail string, ids ...string) {
	for _, id := range ids {
		s.measures[id] = s.definition(id).NotApplicableFor(detail)
	}
}

// Unnamed says of what no file names that its measures do not apply, or are unknown where
// unread says why some files could not be read.
func (s *MeasureSet) Unnamed(unread *observation.Note, detail string, ids ...string) {
	if unread != nil {
		s.Unknown(unread.Cause, unread.Message, ids...)
		return
	}
	s.NotApplicable(detail, ids...)
}

// All returns all measures. Those that nothing measured are unknown.
func (s *MeasureSet) All(cause observation.Cause, detail string) []observation.Measure {
	all := make([]observation.Measure, 0, len(s.definitions))
	for _, d := range s.definitions {
		m, there := s.measures[d.ID]
		if !there {
			m = d.UnknownFor(cause, detail)
		}
		all = append(all, m)
	}
	return all
}
