package observation

import "slices"

// Unit is what a number counts. Measures of other kinds have none (UnitNone).
type Unit string

// The units.
const (
	UnitNone          Unit = ""
	UnitAdvisories    Unit = "advisories"
	UnitChanges       Unit = "changes"
	UnitCommits       Unit = "commits"
	UnitContributions Unit = "contributions" // of money
	UnitCountries     Unit = "countries"
	UnitDays          Unit = "days"
	UnitDownloads     Unit = "downloads"
	UnitFiles         Unit = "files"
	UnitFindings      Unit = "findings"
	UnitForks         Unit = "forks"
	UnitFunctions     Unit = "functions" // of the upkeep of a good: releasing, merging, tests
	UnitGoods         Unit = "goods"
	UnitIdentities    Unit = "identities"
	UnitIssues        Unit = "issues"
	UnitLanguages     Unit = "languages"
	UnitLinks         Unit = "links"
	UnitMonths        Unit = "months" // calendar months or months of a window
	UnitOrganizations Unit = "organizations"
	UnitPackages      Unit = "packages"
	UnitPeople        Unit = "people"
	UnitPointsOf10    Unit = "points of 10" // a score from 0 to 10
	UnitRatio         Unit = "ratio"        // of two numbers of one unit
	UnitReleases      Unit = "releases"
	UnitRepositories  Unit = "repositories"
	UnitRuntimes      Unit = "runtimes"
	UnitStars         Unit = "stars"
	UnitTeams         Unit = "teams"
	UnitYears         Unit = "years"
)

// Units lists all units but UnitNone.
func Units() []Unit {
	return []Unit{
		UnitAdvisories, UnitChanges, UnitCommits, UnitContributions, UnitCountries, UnitDays,
		UnitDownloads, UnitFiles, UnitFindings, UnitForks, UnitFunctions, UnitGoods, UnitIdentities,
		UnitIssues, UnitLanguages, UnitLinks, UnitMonths, UnitOrganizations, UnitPackages, UnitPeople,
		UnitPointsOf10, UnitRatio, UnitReleases, UnitRepositories, UnitRuntimes, UnitStars, UnitTeams, UnitYears,
	}
}

// Valid reports whether u is UnitNone or one of Units.
func (u Unit) Valid() bool { return u == UnitNone || slices.Contains(Units(), u) }
