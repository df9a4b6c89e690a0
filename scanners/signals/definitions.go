package signals

import (
	"slices"

	"github.com/midspan/midspan/internal/licenselist"
	"github.com/midspan/midspan/internal/observation"
)

// References to the published definitions that measures follow.
const (
	chaoss     = "https://chaoss.community/kb/metric-"
	publiccode = "https://yml.publiccode.tools/schema.core.html"
	dpgStd     = "https://www.digitalpublicgoods.net/standard"
	baseline   = "https://baseline.openssf.org/"
	modelCards = "https://arxiv.org/abs/1810.03993"
)

// definitions lists what Scan yields. A file that is not there makes a plain
// "no": the tree is always read whole. Files that a repository inherits from
// its organization's defaults on a forge are not seen.
func definitions() []observation.Definition {
	return slices.Concat(fundingDefinitions(), governanceDefinitions(), lifecycleDefinitions())
}

func fundingDefinitions() []observation.Definition {
	return []observation.Definition{
		yes(observation.FundingReceived, "Funding received",
			"A file says that money came: income in funding.json, funders or a running contract in publiccode.yml. No means "+
				"not visible there.", "https://fundingjson.org/"),
		yes(observation.FundingSought, "Funding sought",
			"A file asks for money: FUNDING.yml, an active plan in funding.json or the address of one elsewhere, an account in the FUNDING.json of "+
				"Drips, funding in package.json, composer.json, pyproject.toml or a gemspec, or a link to a sponsoring platform in the readme.", "https://fundingjson.org/"),
		list(observation.FundingEvidence, "Evidence of funding", "What was found of funding received or sought, and in which file.", ""),
		list(observation.FundingSourcesRead, "Sources read for funding", "The kinds of file that were looked for and, where present, could be read.", ""),
		yes(observation.FundingNamedInReadme, "Funder named in the readme",
			"A heading or a sentence of the readme names who paid for work on it (funded by, with financial support from, received a grant from). It has "+
				"no date and no sum, so it is weaker than funding received.", ""),
		number(observation.FundingFundedByDeclared, "Funders declared", observation.UnitOrganizations, observation.MergeMax,
			"Organizations that publiccode.yml names in fundedBy.", publiccode),

		list(observation.LicenseSPDX, "Licence found",
			"SPDX ids of the licence texts in the repository's licence files, or the SPDX expression that a file gives itself; ids of GNU "+
				"licences without -only or -or-later, which their text does not tell. LicenseRef-added-terms stands for text beside a licence "+
				"that is no usual notice.", chaoss+"licenses-declared/"),
		list(observation.LicenseLists, "Lists with the licence",
			"Where the licences found stand: \""+licenselist.SaysSoftware+"\" (as SPDX flags it), \""+licenselist.SaysContent+"\", \""+licenselist.SaysData+
				"\", \""+licenselist.SaysNone+"\", or \""+licenselist.SaysAdded+"\" where terms that nobody has judged stand beside it.", dpgStd),
		list(observation.LicenseStated, "Licence stated in the readme",
			"SPDX ids of the licences that the readme states for the repository itself, where no licence file was recognised, or an SPDX expression of "+
				"them: weaker than the text. What it says of dependencies, data, documents or pictures is not read.", ""),
		yes(observation.LicenseFile, "Licence file", "There is a file with the licence's text, whatever it holds.", baseline),
		number(observation.LicenseChanges, "Licence changes", observation.UnitChanges, observation.MergeMax,
			"How often the licences found changed in the history of the licence files in the root folder; rewording, moving "+
				"and the first licence do not count.", ""),
		number(observation.LicenseLastChangeDays, "Days since the licence changed", observation.UnitDays, observation.MergeMin,
			"Whole days since the licences found last changed.", ""),
	}
}

func governanceDefinitions() []observation.Definition {
	return []observation.Definition{
		list(observation.ModelCardFields, "Fields of the model card",
			"Of a model card (MODEL_CARD.md, or a readme whose head has the metadata of one): which of base_model, datasets, license and metrics it names.",
			modelCards),
		yes(observation.GovernanceSecurityPolicy, "Security policy", "There is a SECURITY file: where to report a vulnerability.", baseline),
		yes(observation.GovernanceCodeOfConduct, "Code of conduct", "There is a CODE_OF_CONDUCT file.", chaoss+"code-of-conduct-for-a-project/"),
		yes(observation.GovernanceContributing, "Contribution guide", "There is a CONTRIBUTING file.", baseline),
		yes(observation.GovernanceGovernanceFile, "Governance described", "There is a GOVERNANCE, MAINTAINERS or OWNERS file: who decides.", baseline),
		yes(observation.GovernanceCodeowners, "Code owners", "There is a CODEOWNERS file: who answers for which part.", ""),
		number(observation.GovernancePeopleNamed, "People named", observation.UnitPeople, observation.MergeMax,
			"People whom CODEOWNERS, MAINTAINERS, OWNERS and GOVERNANCE files name by a handle, an address or a link to a "+
				"profile, each once. They are counted and never listed; names in prose are not read.", ""),
		number(observation.GovernanceTeamsNamed, "Teams named", observation.UnitTeams, observation.MergeMax, "Teams of a forge that CODEOWNERS names.", ""),
		yes(observation.GovernanceReadme, "Readme", "There is a README file.", ""),
		yes(observation.GovernanceChangelog, "Changelog", "There is a CHANGELOG, CHANGES, HISTORY, NEWS or RELEASES file.", ""),
		yes(observation.GovernanceCI, "Continuous integration", "There is a configuration of a continuous integration service.", ""),
	}
}

func lifecycleDefinitions() []observation.Definition {
	return []observation.Definition{
		// One archived side repository does not end a good.
		{ID: observation.LifecycleSunsetDeclared, Name: "Declared at its end", Kind: observation.KindBool, Merge: observation.MergeMain, Reference: publiccode,
			Means: "publiccode.yml says obsolete, or the top of the readme says that the repository is archived, deprecated, no " +
				"longer maintained, or has moved."},
		word(observation.LifecycleDevelopmentStatus, "Development status", "developmentStatus in publiccode.yml.", publiccode),
		word(observation.MaintenanceType, "Maintenance", "maintenance.type in publiccode.yml: internal, contract, community or none.", publiccode),
		number(observation.MaintenanceContractUntilDays, "Days until the maintenance contract ends", observation.UnitDays, observation.MergeMax,
			"Days until the latest end of a contract in publiccode.yml; negative where it has ended.", publiccode),
		number(observation.AdoptionUsedByDeclared, "Users declared", observation.UnitOrganizations, observation.MergeMax,
			"Organizations that publiccode.yml names in usedBy.", publiccode),

		number(observation.AdoptionAdopters, "Adopters listed", observation.UnitOrganizations, observation.MergeMax,
			"Entries of an ADOPTERS or USERS file that begin with a name, a link or bold letters.", ""),
		number(observation.AdoptionLanguages, "Languages", observation.UnitLanguages, observation.MergeMax,
			"Languages for which the repository holds texts of the program, told by the names of files and folders (locales/fr.json, fr.po, "+
				"values-fr, fr.lproj).", ""),
		number(observation.AdoptionPackages, "Packages offered", observation.UnitPackages, observation.MergeSum,
			"Packages that a package.json, pyproject.toml, setup.cfg, composer.json, Cargo.toml or gemspec names as this repository's own and does "+
				"not keep private.", ""),
		yes(observation.AdoptionDeployable, "Made to be installed", "There is a Dockerfile, a compose file, a chart or the recipe of a platform or a shop.", ""),
		list(observation.IdentityPackages, "Packages named",
			"Packages (OSV ecosystem and name) that the manifests of the root folder and of the folders in it name as this "+
				"repository's own and do not keep private. Whether they were published no file tells.", ""),
	}
}

// CatalogDefinitions implements scanners.CatalogScanner.
func (Scanner) CatalogDefinitions() []observation.Definition {
	number := func(id, name string, unit observation.Unit, means, reference string) observation.Definition {
		return observation.Definition{ID: id, Name: name, Kind: observation.KindNumber, Unit: unit, Merge: observation.MergeMax, Means: means, Reference: reference}
	}
	return []observation.Definition{
		number(observation.AdoptionDeploymentCountries, "Countries deployed in", observation.UnitCountries,
			"Countries that the catalog names as places of deployment.", dpgStd),
		number(observation.AdoptionUsedBy, "Organizations that use it", observation.UnitOrganizations, "Organizations that the catalog names as users.", publiccode),
		{ID: observation.AdoptionCatalogDependants, Name: "Goods of the catalog that use it", Kind: observation.KindNumber,
			Unit: observation.UnitGoods, Merge: observation.MergeMax,
			Means: "Other goods of the same catalog whose manifests or lockfiles list a package of this one."},
		{ID: observation.AdoptionDPGStatus, Name: "Digital public good", Kind: observation.KindBool, Merge: observation.MergeAny,
			Means: "The DPG registry lists it as a digital public good, not as a nominee.", Reference: dpgStd},
		number(observation.FundingCatalogFunders, "Funders in the catalog", observation.UnitOrganizations,
			"Organizations that the catalog entry names as funders. None means that none is named there, which proves "+
				"nothing.", ""),
		{ID: observation.CatalogWithoutSoftware, Name: "No software", Kind: observation.KindBool, Merge: observation.MergeAny,
			Means: "The catalog calls it content, data, a standard or a model, and not software.", Reference: dpgStd},
		number(observation.FundingCatalogInstitutions, "Public institutions behind it", observation.UnitOrganizations,
			"Owners and maintainers in the catalog entry that are public bodies, universities or organizations between states, by their names or the "+
				"domains of their sites, or one where the good's own site lies on such a domain.", dpgStd),
		number(observation.FundingCatalogAssociations, "Foundations and associations behind it", observation.UnitOrganizations,
			"Owners and maintainers in the catalog entry that are foundations, alliances, consortia or associations by their names. That they pay "+
				"anybody is not said by it.", dpgStd),
		number(observation.CatalogOrganizations, "Organizations behind it", observation.UnitOrganizations,
			"Organizations that the catalog names as owner, maintainer, implementer or funder.", dpgStd),
		{ID: observation.LicenseDeclared, Name: "Licence declared", Kind: observation.KindList, Merge: observation.MergeUnion,
			Means: "SPDX ids of the licences that the catalog declares.", Reference: dpgStd},
		{ID: observation.LicenseMatchesDeclared, Name: "Licence as declared", Kind: observation.KindBool, Merge: observation.MergeAny,
			Means: "A licence that the catalog declares is among those found in the repositories.", Reference: dpgStd},
		{ID: observation.LicenseOnList, Name: "Licence on the list for its kind", Kind: observation.KindBool, Merge: observation.MergeAny,
			Means: "A licence found is on the list for what the catalog says the good is: the OSI's for software, the DPG Standard's for content " +
				"and for data. Where the catalog does not say, it is taken for software. A licence on no list beside it, terms that are added, " +
				"and a licence that the readme alone states leave it unknown.", Reference: dpgStd},
		{ID: observation.ModelCard, Name: "Model card", Kind: observation.KindBool, Merge: observation.MergeAny,
			Means: "A repository of what the catalog calls a model holds a model card.", Reference: modelCards},
		{ID: observation.LifecycleCatalogStatus, Name: "Status in the catalog", Kind: observation.KindText, Merge: observation.MergeMain,
			Means: "What the catalog says of the entry: DPG or nominee, or publiccode's developmentStatus."},
	}
}

// Definitions implements scanners.Scanner.
func (Scanner) Definitions() []observation.Definition { return definitions() }

func yes(id, name, means, reference string) observation.Definition {
	return observation.Definition{ID: id, Name: name, Kind: observation.KindBool, Merge: observation.MergeAny, Means: means, Reference: reference}
}

func list(id, name, means, reference string) observation.Definition {
	return observation.Definition{ID: id, Name: name, Kind: observation.KindList, Merge: observation.MergeUnion, Means: means, Reference: reference}
}

func word(id, name, means, reference string) observation.Definition {
	return observation.Definition{ID: id, Name: name, Kind: observation.KindText, Merge: observation.MergeMain, Means: means, Reference: reference}
}

func number(id, name string, unit observation.Unit, merge observation.Merge, means, reference string) observation.Definition {
	return observation.Definition{ID: id, Name: name, Kind: observation.KindNumber, Unit: unit, Merge: merge, Means: means, Reference: reference}
}
