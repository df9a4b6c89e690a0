package signals

import (
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/institution"
	"github.com/midspan/midspan/internal/observation"
)

// ScanGood implements scanners.CatalogScanner. A list that the catalog does not
// have is unknown, one that it gives empty is zero.
//
// Funders are the exception: catalogs have a place for them and most entries
// leave it empty, so "none named" is measured as zero with a warning in its
// detail, to be read as "not visible in the catalog" and never as "unfunded". It
// is unknown where the catalog has no such place (a list of URLs).
func (s Scanner) ScanGood(good catalog.Good, found []observation.Measure, asOf time.Time) []observation.Measure {
	out := newMeasureSet(s.CatalogDefinitions(), asOf)
	source := entrySource(good)
	silent := func(id string) { out.unknown(id, observation.CauseNoSource, "the catalog does not speak of it") }
	number := func(id string, list []string) {
		if list == nil {
			silent(id)
			return
		}
		out.measured(id, len(list), source)
	}
	number(observation.AdoptionDeploymentCountries, good.DeploymentCountries)
	number(observation.AdoptionUsedBy, good.UsedBy)

	// An entry does not name other goods: the pipeline, which has the whole
	// catalog, counts them.
	out.unknown(observation.AdoptionCatalogDependants, observation.CauseNoSource, "the inventories of the other goods were not compared")
	switch strings.ToLower(good.Status) {
	case "dpg":
		out.measured(observation.AdoptionDPGStatus, true, source)
	case "nominee":
		out.measured(observation.AdoptionDPGStatus, false, source)
	default:
		out.unknown(observation.AdoptionDPGStatus, observation.CauseNoSource, "the catalog is not the DPG registry")
	}
	writeFunders(out, good, source)
	writeInstitutions(out, good, source)
	writeAssociations(out, good, source)
	if len(good.Types) > 0 {
		out.measured(observation.CatalogWithoutSoftware, !slices.Contains(good.Types, "software"), source)
	} else {
		silent(observation.CatalogWithoutSoftware)
	}
	if len(good.Organizations) > 0 {
		out.measured(observation.CatalogOrganizations, len(organizations(good, "")), source)
	} else {
		silent(observation.CatalogOrganizations)
	}
	if len(good.Licenses) > 0 {
		out.measured(observation.LicenseDeclared, slices.Clone(good.Licenses), source)
	} else {
		silent(observation.LicenseDeclared)
	}
	writeModelCard(out, good, found, source)
	writeMatch(out, good.Licenses, found, source)
	writeOnList(out, good.Types, found)
	if good.Status != "" {
		out.measured(observation.LifecycleCatalogStatus, good.Status, source)
	} else {
		silent(observation.LifecycleCatalogStatus)
	}
	return out.measures
}

func entrySource(good catalog.Good) string {
	var names []string
	for _, source := range good.Sources {
		names = append(names, source.Catalog+" "+source.Entry)
	}
	return "catalog: " + strings.Join(names, ", ")
}

// organizations returns the distinct names in a role, sorted; for "" those of all roles,
// without persons, who are no organization.
func organizations(good catalog.Good, role string) []string {
	var names []string
	for _, o := range good.Organizations {
		if role == "" && !o.IsPerson() || role != "" && o.HasRole(role) {
			names = append(names, o.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// catalogsWithFunders are the catalogs whose format has a place for funders.
var catalogsWithFunders = []string{"dpga", "publiccode", "sample"}

func writeFunders(out *measureSet, good catalog.Good, source string) {
	funders := slices.Concat(organizations(good, "funder"), good.FundedBy)
	slices.Sort(funders)
	funders = slices.Compact(funders)
	speaks := good.FundedBy != nil || slices.ContainsFunc(good.Sources, func(s catalog.Source) bool { return slices.Contains(catalogsWithFunders, s.Catalog) })
	if len(funders) == 0 && !speaks {
		out.unknown(observation.FundingCatalogFunders, observation.CauseNoSource, "the catalog has no place for funders")
		return
	}
	m := out.measured(observation.FundingCatalogFunders, len(funders), source)
	if m.Detail = strings.Join(funders, ", "); len(funders) == 0 {
		m.Detail = "the entry names none, which proves nothing"
	}
}

// writeInstitutions counts the public institutions among owners and maintainers. A good
// whose own site lies on the domain of one has one behind it, too.
func writeInstitutions(out *measureSet, good catalog.Good, source string) {
	const id = observation.FundingCatalogInstitutions
	if len(good.Organizations) == 0 && good.Website == "" {
		out.unknown(id, observation.CauseNoSource, "the catalog names neither an organization nor a site")
		return
	}
	names := owningNames(good, func(o catalog.Organization) bool { return institution.IsName(o.Name) || institution.IsSite(o.Website) })
	if len(names) == 0 && institution.IsSite(good.Website) {
		names = []string{"the owner of its site"}
	}
	out.measured(id, len(names), source).Detail = strings.Join(names, ", ")
}

// owningNames are the owners and maintainers of a kind, each once, by name.
func owningNames(good catalog.Good, is func(catalog.Organization) bool) []string {
	var names []string
	for _, o := range good.Organizations {
		if o.Owns() && is(o) {
			names = append(names, o.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// writeAssociations counts the foundations and associations among owners and maintainers,
// beside those that are public institutions.
func writeAssociations(out *measureSet, good catalog.Good, source string) {
	const id = observation.FundingCatalogAssociations
	if len(good.Organizations) == 0 {
		out.unknown(id, observation.CauseNoSource, "the catalog names no organization")
		return
	}
	names := owningNames(good, func(o catalog.Organization) bool {
		return institution.IsAssociation(o.Name) && !institution.IsName(o.Name)
	})
	out.measured(id, len(names), source).Detail = strings.Join(names, ", ")
}

// writeMatch compares the declared licences with those that Scan found.
func writeMatch(out *measureSet, declared []string, found []observation.Measure, source string) {
	const id = observation.LicenseMatchesDeclared
	spdx, read := observation.Find(found, observation.LicenseSPDX)
	if !read {
		out.unknown(id, observation.CauseNoRepository, "no repository was read for its licence")
		return
	}
	switch spdx.State {
	case observation.Unknown:
		out.unknown(id, spdx.Cause, spdx.Detail)
		return
	case observation.NotApplicable:
		out.notApplicable(id, spdx.Detail)
		return
	}
	texts, _ := spdx.List()
	state, matches, detail := LicenseMatches(declared, texts)
	if state != observation.Measured {
		out.unknown(id, observation.CauseNoSource, detail)
		return
	}
	if !matches && spdx.Bound == observation.AtLeast {
		out.unknown(id, observation.CauseMissingObjects, "not among the licences found so far; some could not be read: "+spdx.Detail)
		return
	}
	out.measured(id, matches, source+"; "+spdx.Source).Detail = detail
}
