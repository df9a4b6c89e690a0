package site

import (
	"slices"

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
	if report.IsTrue(good, observation.FundingReceived) {
		parts = append(parts, w.Translate("Funding received is visible."))
	}
	if report.IsTrue(good, observation.FundingNamedInReadme) {
		parts = append(parts, w.Translate("Its readme names who paid for work on it. It does not say when or how much."))
	}
	return parts
}
