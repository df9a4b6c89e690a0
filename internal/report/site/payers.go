package site

import (
	"slices"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// paidFor says who pays for a good: the names that its catalog gives, and what its files
// say. It is empty where nothing is known.
func (w pageLocalizer) paidFor(good report.Good) []any {
	names := slices.Clone(good.FundedBy)
	for _, o := range good.Organizations {
		if o.HasRole("funder") && !o.IsPerson() && !slices.Contains(names, o.Name) {
			names = append(names, o.Name)
		}
	}
	var parts []any
	switch {
	case len(names) > 0:
		parts = append(parts, w.isolated(report.Cut(w.catalogList(names), 120)))
	case good.FundedBy != nil:
		parts = append(parts, w.catalogList(good.FundedBy))
	}
	if isTrue(good, observation.FundingReceived) {
		parts = append(parts, w.Translate("Funding received is visible."))
	}
	if isTrue(good, observation.FundingNamedInReadme) {
		parts = append(parts, w.Translate("Its readme names who paid for work on it. It does not say when or how much."))
	}
	return parts
}

// ownerIsNotSeen reports whether the catalog names an organization that owns a good while
// neither money nor an institution is seen.
func ownerIsNotSeen(good report.Good) bool {
	unseen := []assess.Evidence{assess.EvidenceNone, assess.EvidenceSought}
	return slices.Contains(unseen, good.Verdict.Backing.Evidence) &&
		slices.ContainsFunc(good.Organizations, func(o catalog.Organization) bool { return o.Owns() && !o.IsPerson() })
}

func isTrue(good report.Good, measure string) bool {
	m, _ := observation.Find(good.Measures, measure)
	return m.State == observation.Measured && m.Value == true
}
