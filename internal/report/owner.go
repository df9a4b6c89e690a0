package report

import (
	"slices"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// OwnerIsNotSeen reports whether the catalog calls an organization the owner of a good while
// neither money nor an institution is seen.
func OwnerIsNotSeen(good Good) bool {
	unseen := []assess.Evidence{assess.EvidenceNone, assess.EvidenceSought}
	return slices.Contains(unseen, good.Verdict.Backing.Evidence) &&
		slices.ContainsFunc(good.Organizations, func(o catalog.Organization) bool { return o.HasRole("owner") && !o.IsPerson() })
}

// IsTrue reports whether a measure of a good is measured, and true.
func IsTrue(good Good, measure string) bool {
	m := measureIn(good.Measures, measure)
	return m.State == observation.Measured && m.Value == true
}
