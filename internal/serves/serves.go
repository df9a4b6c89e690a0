// Package serves keeps of a good what says whom it serves and how it can be left: standards
// for exchange, services that it names, one organization's share of its work, and how its
// content, data or model is described. It reads measures and decides nothing.
package serves

import (
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// Facts are those of one good. A list is nil where nobody looked, or where nothing was found
// in a part; a number or a yes where it is unknown.
type Facts struct {
	Interfaces, Services []string
	CardFields           []string // of its model card or dataset card
	OnList               *bool    // its licence is on the list for its kind
	FirstShare           *float64 // of the work of 12 months, by the first organization
	DataCommits          *float64 // commits of 12 months that changed data
	DataCommitsBound     observation.Bound
}

// FactsIn reads them from the measures of a good.
func FactsIn(measures []observation.Measure) Facts {
	facts := Facts{Interfaces: list(measures, observation.EvidenceInterfaces), Services: list(measures, observation.EvidenceServices),
		FirstShare: number(measures, observation.FirstOrganizationShare), DataCommits: number(measures, observation.DataCommits12m)}
	if m, _ := observation.Find(measures, observation.LicenseOnList); m.State == observation.Measured {
		if yes, is := m.Value.(bool); is {
			facts.OnList = &yes
		}
	}
	data, _ := observation.Find(measures, observation.DataCommits12m)
	facts.DataCommitsBound = data.Bound
	model, dataset := list(measures, observation.ModelCardFields), list(measures, observation.DataCardFields)
	if facts.CardFields = append(model, dataset...); len(facts.CardFields) == 0 && dataset == nil {
		facts.CardFields = nil // a card may be there
	}
	return facts
}

// Asked reports whether somebody looked for standards and services.
func (f Facts) Asked() bool { return f.Interfaces != nil || f.Services != nil }

// list is a measured list; one that does not apply is empty, and nil is unknown. So is one
// that is empty in the part that was read.
func list(measures []observation.Measure, id string) []string {
	m, found := observation.Find(measures, id)
	if found && m.State == observation.NotApplicable {
		return []string{}
	}
	items, known := m.List()
	if !known || len(items) == 0 && m.Bound != observation.Exact {
		return nil
	}
	return append([]string{}, items...)
}

func number(measures []observation.Measure, id string) *float64 {
	m, _ := observation.Find(measures, id)
	n, known := m.Number()
	if !known {
		return nil
	}
	return &n
}

// OwnKinds are the kinds of goods that are judged by measures of their own, as catalogs name
// them.
func OwnKinds() []string { return []string{"content", "data", "aimodel"} }

// KindOf is the first of them that a good is; empty for software and standards.
func KindOf(types []string) string {
	for _, kind := range OwnKinds() {
		if slices.Contains(types, kind) {
			return kind
		}
	}
	return ""
}
