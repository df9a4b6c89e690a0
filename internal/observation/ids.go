package observation

// The ids of measures, each written once. A Definition declares the measure, and
// rules, reports and policies name it. They are here and not beside their
// Definitions because those who read a measure do not import its scanner. A
// scanner that nothing else in the program names may keep its ids to itself.

// The measures of scanners/maintenance.
const (
	PeopleContributors3m           = "people.contributors-3m"
	PeopleContributors6m           = "people.contributors-6m"
	PeopleContributors12m          = "people.contributors-12m"
	PeopleContributors24m          = "people.contributors-24m"
	PeopleContributorsEver         = "people.contributors-ever"
	PeopleContributorAbsenceFactor = "people.contributor-absence-factor"
	PeopleElephantFactor           = "people.elephant-factor"
	PeopleNewContributors12m       = "people.new-contributors-12m"
	PeopleRetainedContributors12m  = "people.retained-contributors-12m"
	PeopleRegularContributors12m   = "people.regular-contributors-12m"
	PeopleCoreAwayDays             = "people.core-away-days"
	PeopleSecondShare12m           = "people.second-share-12m"
	PeopleThirdShare12m            = "people.third-share-12m"
	PeopleRemainingShare12m        = "people.remaining-share-12m"
	PeopleFirstAwayDays            = "people.first-away-days"
	PeopleFirstCommits12m          = "people.first-commits-12m"
	PeopleRemainingCommits12m      = "people.remaining-commits-12m"
	PeopleOthersCommits12m         = "people.others-commits-12m"
	PeopleOrganizations12m         = "people.organizations-12m"
	PeopleInstitution              = "people.institution"
	PeopleIdentitiesJoined         = "people.identities-joined"
	PeopleOrganizationsEver        = "people.organizations-ever"
	MomentumCommits3m              = "momentum.commits-3m"
	MomentumCommits12m             = "momentum.commits-12m"
	MomentumCommitsPrior12m        = "momentum.commits-prior-12m"
	MomentumCommitTrend            = "momentum.commit-trend"
	MomentumCommitsEver            = "momentum.commits-ever"
	MomentumActiveMonths12         = "momentum.active-months-12"
	MomentumActiveMonths24         = "momentum.active-months-24"
	MomentumDaysSinceCommit        = "momentum.days-since-commit"
	MomentumOtherBranchDays        = "momentum.other-branch-days"
	MomentumAgeDays                = "momentum.age-days"
	MomentumReleases12m            = "momentum.releases-12m"
	MomentumReleasesEver           = "momentum.releases-ever"
	MomentumDaysSinceRelease       = "momentum.days-since-release"
	MomentumBotCommits12m          = "momentum.bot-commits-12m"
	MomentumClockAnomalies         = "momentum.clock-anomalies"
)

// The measures of scanners/maintenance/functions that speak of all functions; those of each
// are named in internal/functions.
const (
	FunctionsOnOnePerson     = "functions.on-one-person"
	FunctionsAlone           = "functions.alone"
	FunctionsBotDependencies = "functions.dependencies.bot-commits"
	SignedOffShare12m        = "governance.signed-off-share-12m"
	FirstOrganizationShare   = "people.first-organization-share-12m"
	DataCommits12m           = "data.commits-12m"
)

// The measures of scanners/evidence.
const (
	EvidenceDocuments     = "evidence.documents"
	EvidenceInterfaces    = "evidence.interfaces"
	EvidenceServices      = "evidence.services"
	InsightsFile          = "insights.file"
	InsightsFields        = "insights.fields"
	InsightsInsecureLinks = "insights.insecure-links"
	DataFiles             = "data.files"
	DataCardFields        = "data.card-fields"
)

// The measures of scanners/osv/replay, and of what internal/exposure makes of it.
const (
	ReplayCommits    = "replay.commits"
	ReplayVersions   = "replay.versions"
	ReplayOpened     = "replay.opened"
	ReplayClosed     = "replay.closed"
	ReplayOpen       = "replay.open"
	ReplayMedianDays = "replay.median-days"
	ReplayPerQuarter = "replay.per-quarter"
	ReplayPeople     = "replay.people"
	ReplayTwice      = "replay.open-at-twice"
	ReplayFourTimes  = "replay.open-at-four-times"
	ReplayYear       = "replay.open-for-a-year"
)

// The measures of scanners/osv.
const (
	InventoryManifests       = "inventory.manifests"
	InventoryManifestsBroken = "inventory.manifests-broken"
	InventoryDeprecated      = "inventory.deprecated"
)

// The measures of internal/advisory, which counts what it matched.
const (
	AdvisoriesFindings            = "advisories.findings"
	AdvisoriesMalicious           = "advisories.malicious"
	AdvisoriesCriticalHigh        = "advisories.critical-high"
	AdvisoriesFixable             = "advisories.fixable"
	AdvisoriesFixableCriticalHigh = "advisories.fixable-critical-high"
	AdvisoriesRunTimeFixable      = "advisories.run-time-fixable"
	AdvisoriesRunTimeOverdue      = "advisories.run-time-overdue"
	AdvisoriesExploited           = "advisories.exploited"
	AdvisoriesOldestFixableDays   = "advisories.oldest-fixable-days"
	AdvisoriesUnmatched           = "advisories.unmatched"
	InventoryPackages             = "inventory.packages"
	InventoryDirect               = "inventory.direct"
	InventoryNoVersion            = "inventory.no-version"
)

// The measures of scanners/runtimes, and of internal/endoflife, which holds them against
// the ends of support.
const (
	RuntimesDeclared     = "runtimes.declared"
	RuntimesEnded        = "runtimes.ended"
	RuntimesEndedNamed   = "runtimes.ended-named"
	RuntimesEndedDays    = "runtimes.ended-days"
	RuntimesEndedAllowed = "runtimes.ended-allowed"
)

// The measures of scanners/scorecard.
const (
	PostureScore                = "posture.score"
	PostureDependencyUpdateTool = "posture.dependency-update-tool" // a check's own, which rules read
)

// The measures of scanners/scorecard/maintained.
const (
	PostureMaintained = "posture.maintained"
)

// The measures of scanners/scorecard/live: the prefix is followed by the name of a check in
// small letters.
const (
	PostureFullPrefix = "posture-full."
	PostureFullScore  = "posture-full.score"
)

// The measures of scanners/forge.
const (
	ForgeArchived              = "forge.archived"
	ForgeDisabled              = "forge.disabled"
	ForgeGone                  = "forge.gone"
	ForgeMovedTo               = "forge.moved-to"
	ForgeDefaultBranch         = "forge.default-branch"
	ForgeForkOf                = "forge.fork-of"
	ForgeIssuesOpened12m       = "forge.issues-opened-12m"
	ForgeIssuesClosed12m       = "forge.issues-closed-12m"
	ForgeIssuesOutside12m      = "forge.issues-outside-12m"
	ForgeIssueResponseDays     = "forge.issue-response-days"
	ForgeIssueCloseDays        = "forge.issue-close-days"
	ForgeIssuesUnanswered      = "forge.issues-unanswered"
	ForgeChangesOpened12m      = "forge.changes-opened-12m"
	ForgeChangesClosed12m      = "forge.changes-closed-12m"
	ForgeChangeResponseDays    = "forge.change-response-days"
	ForgeChangeCloseDays       = "forge.change-close-days"
	ForgeChangesUnanswered     = "forge.changes-unanswered"
	ForgeResponders12m         = "forge.responders-12m"
	ForgeReleasesWithAssets12m = "forge.releases-with-assets-12m"
	ForgeLicense               = "forge.license"
	ForgeSecurityPolicy        = "forge.security-policy"
	ForgePrivateReporting      = "forge.private-reporting"
	ForgeAdvisories            = "forge.advisories-published"
	ForgeSponsors              = "forge.sponsors"
	ForgeStars                 = "forge.stars"
	ForgeForks                 = "forge.forks"
)

// The measures of scanners/archive.
const (
	ArchiveKept      = "archive.kept"
	ArchiveVisitDays = "archive.visit-days"
	ArchiveAddress   = "archive.address"
)

// The measures of scanners/ledger.
const (
	LedgerCollectives      = "ledger.collectives"
	LedgerReceived         = "ledger.received"
	LedgerAmounts12m       = "ledger.amounts-12m"
	LedgerContributions12m = "ledger.contributions-12m"
	LedgerParents          = "ledger.parents"
	LedgerManifestOwn      = "ledger.manifest-own"
	LedgerManifestIncome   = "ledger.manifest-income"
	LedgerManifestHistory  = "ledger.manifest-history"
	LedgerManifestSought   = "ledger.manifest-sought"
)

// The measures of scanners/packages, from deps.dev.
const (
	PackagesPublished              = "packages.published"
	PackagesLatestDays             = "packages.latest-days"
	PackagesDeprecated             = "packages.deprecated"
	PackagesDependents             = "packages.dependents"
	PackagesLibyears               = "packages.libyears"
	PackagesDependenciesOld        = "packages.dependencies-unmaintained"
	PackagesDependenciesDeprecated = "packages.dependencies-deprecated"
)

// The measures of scanners/packages, from ecosyste.ms.
const (
	PackagesDependentPackages     = "packages.dependent-packages"
	PackagesDependentRepositories = "packages.dependent-repositories"
	PackagesDownloadsMonth        = "packages.downloads-month"
	PackagesFundingPlatforms      = "packages.funding-platforms"
)

// The measures of scanners/signals, from a repository.
const (
	FundingReceived              = "funding.received"
	FundingSought                = "funding.sought"
	FundingEvidence              = "funding.evidence"
	FundingSourcesRead           = "funding.sources-read"
	FundingCatalogAssociations   = "funding.catalog-associations"
	ModelCard                    = "model.card"
	ModelCardFields              = "model.card-fields"
	FundingNamedInReadme         = "funding.named-in-readme"
	FundingFundedByDeclared      = "funding.funded-by-declared"
	LicenseSPDX                  = "license.spdx"
	LicenseFile                  = "license.file"
	LicenseLists                 = "license.lists"
	LicenseStated                = "license.stated"
	LicenseChanges               = "license.changes"
	LicenseLastChangeDays        = "license.last-change-days"
	GovernanceSecurityPolicy     = "governance.security-policy"
	GovernanceCodeOfConduct      = "governance.code-of-conduct"
	GovernanceContributing       = "governance.contributing"
	GovernanceGovernanceFile     = "governance.governance-file"
	GovernanceCodeowners         = "governance.codeowners"
	GovernancePeopleNamed        = "governance.people-named"
	GovernanceTeamsNamed         = "governance.teams-named"
	GovernanceReadme             = "governance.readme"
	GovernanceChangelog          = "governance.changelog"
	GovernanceCI                 = "governance.ci"
	LifecycleSunsetDeclared      = "lifecycle.sunset-declared"
	LifecycleDevelopmentStatus   = "lifecycle.development-status"
	MaintenanceType              = "maintenance.type"
	MaintenanceContractUntilDays = "maintenance.contract-until-days"
	AdoptionUsedByDeclared       = "adoption.used-by-declared"
	AdoptionAdopters             = "adoption.adopters"
	AdoptionLanguages            = "adoption.languages"
	AdoptionPackages             = "adoption.packages"
	AdoptionDeployable           = "adoption.deployable"
	IdentityPackages             = "identity.packages"
)

// The measures of scanners/signals, from the catalog entry.
const (
	AdoptionDeploymentCountries = "adoption.deployment-countries"
	AdoptionUsedBy              = "adoption.used-by"
	AdoptionCatalogDependants   = "adoption.catalog-dependants"
	AdoptionDPGStatus           = "adoption.dpg-status"
	FundingCatalogFunders       = "funding.catalog-funders"
	FundingCatalogInstitutions  = "funding.catalog-institutions"
	CatalogWithoutSoftware      = "catalog.without-software"
	CatalogOrganizations        = "catalog.organizations"
	LicenseDeclared             = "license.declared"
	LicenseMatchesDeclared      = "license.matches-declared"
	LicenseOnList               = "license.on-list"
	LifecycleCatalogStatus      = "lifecycle.catalog-status"
)

// PosturePrefix begins the id of the measure of a Scorecard check; the rest is the
// check's name in lower case.
const PosturePrefix = "posture."

// ForgePrefix begins the ids of the measures that a forge gives.
const ForgePrefix = "forge."

// ClockAnomalyDetail is the detail of MomentumClockAnomalies: how many commits are dated
// before git existed, in the future, and more than a day before their parent.
const ClockAnomalyDetail = "%d dated before git existed, %d in the future, %d more than a day before their parent"

// EndSign begins the detail of LifecycleSunsetDeclared where nothing states an end, and
// something hints at one.
const EndSign = "a sign that it may be at its end, and no statement: "
