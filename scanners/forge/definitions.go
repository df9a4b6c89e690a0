package forge

import "github.com/midspan/midspan/internal/observation"

// chaoss is where the metrics of CHAOSS are defined.
const chaoss = "https://chaoss.community/kb/metric-"

// Definitions implements scanners.Source.
func (*Source) Definitions() []observation.Definition {
	all := append(stateDefinitions(), issueDefinitions()...)
	return append(append(all, changeDefinitions()...), offerDefinitions()...)
}

// stateDefinitions are what the forge says of the repository itself. One archived side
// repository does not end a good: the main one speaks.
func stateDefinitions() []observation.Definition {
	return []observation.Definition{
		yes(observation.ForgeArchived, "Archived at the forge", "The forge shows the repository as archived: it can be read, and nothing can be changed."),
		yes(observation.ForgeDisabled, "Disabled at the forge", "The forge has switched the repository off."),
		yes(observation.ForgeGone, "Gone from the forge", "The forge shows nothing at the address: the repository was deleted, or is not public any more."),
		word(observation.ForgeMovedTo, "Moved to", "The address to which the forge leads from the one in the catalog."),
		word(observation.ForgeDefaultBranch, "Default branch", "The branch that the forge shows first."),
		word(observation.ForgeForkOf, "Fork of", "The repository from which the forge says that this one was forked."),
	}
}

func issueDefinitions() []observation.Definition {
	return []observation.Definition{
		number(observation.ForgeIssuesOpened12m, "Issues opened in 12 months", observation.UnitIssues, observation.MergeSum,
			"Issues that people opened in the 12 months before the day of asking. Those of programs do not count.", chaoss+"issues-new/"),
		number(observation.ForgeIssuesClosed12m, "Issues closed in 12 months", observation.UnitIssues, observation.MergeSum,
			"Issues of people that were closed in the 12 months before the day of asking, whenever they were opened.", chaoss+"issues-closed/"),
		number(observation.ForgeIssuesOutside12m, "Issues from outside in 12 months", observation.UnitIssues, observation.MergeSum,
			"Of the issues opened in 12 months, those by people who are not of the project as far as the forge tells: how many ask.", ""),
		number(observation.ForgeIssueResponseDays, "Median time to the first response to an issue", observation.UnitDays, observation.MergeMain,
			"Whole days until somebody else comments on or closes an issue from outside, of the newest 100 in 12 months. "+
				"What nobody answered counts as open until the day of asking (Kaplan-Meier).", chaoss+"time-to-first-response/"),
		number(observation.ForgeIssueCloseDays, "Median time until an issue is closed", observation.UnitDays, observation.MergeMain,
			"Whole days until an issue is closed, of the newest 100 in 12 months. Open ones count as open until the day of asking (Kaplan-Meier).",
			chaoss+"time-to-close/"),
		number(observation.ForgeIssuesUnanswered, "Share of issues that nobody answered", observation.UnitRatio, observation.MergeMain,
			"Of the newest 100 issues in 12 months, those from outside that are 30 days old or older: the share to which nobody else said anything. "+
				"What its author closed without an answer is left out.", chaoss+"issue-response-time/"),
	}
}

func changeDefinitions() []observation.Definition {
	return []observation.Definition{
		number(observation.ForgeChangesOpened12m, "Changes proposed in 12 months", observation.UnitChanges, observation.MergeSum,
			"Pull or merge requests that people opened in the 12 months before the day of asking. Those of programs do not count.", chaoss+"change-requests/"),
		number(observation.ForgeChangesClosed12m, "Changes merged or closed in 12 months", observation.UnitChanges, observation.MergeSum,
			"Pull or merge requests of people that were merged or closed in the 12 months before the day of asking.", chaoss+"change-requests-accepted/"),
		number(observation.ForgeChangeResponseDays, "Median time to the first response to a change", observation.UnitDays, observation.MergeMain,
			"Whole days until somebody else comments on, reviews, merges or closes a change from outside, of the newest 100 in 12 months. "+
				"What nobody answered counts as open until the day of asking (Kaplan-Meier).", chaoss+"time-to-first-response/"),
		number(observation.ForgeChangeCloseDays, "Median time until a change is closed", observation.UnitDays, observation.MergeMain,
			"Whole days until a change is merged or closed, of the newest 100 in 12 months. Open ones count as open until the day of asking (Kaplan-Meier).",
			chaoss+"time-to-close/"),
		number(observation.ForgeChangesUnanswered, "Share of changes that nobody answered", observation.UnitRatio, observation.MergeMain,
			"Of the newest 100 changes in 12 months, those from outside that are 30 days old or older: the share to which nobody else said anything. "+
				"What its author closed without an answer is left out.", chaoss+"time-to-first-response/"),
		number(observation.ForgeResponders12m, "People who answered in 12 months", observation.UnitPeople, observation.MergeMax,
			"People who commented on, reviewed, merged or closed what somebody else opened, of the newest 100 issues and 100 changes in 12 months, "+
				"by what was said first to each. They are counted and never listed.", chaoss+"contributors/"),
	}
}

func offerDefinitions() []observation.Definition {
	policy := yes(observation.ForgeSecurityPolicy, "Security policy at the forge",
		"The forge shows a security policy, also one that the repository has from its organization.")
	policy.Merge, policy.Reference = observation.MergeAny, "https://baseline.openssf.org/"
	private := yes(observation.ForgePrivateReporting, "Private reports of vulnerabilities",
		"The forge offers a form by which anybody can report a vulnerability to the project in private.")
	private.Reference = "https://docs.github.com/code-security/security-advisories/working-with-repository-security-advisories/configuring-private-vulnerability-reporting-for-a-repository"
	advisories := number(observation.ForgeAdvisories, "Advisories that the project published", observation.UnitAdvisories, observation.MergeSum,
		"Advisories on its own vulnerabilities that the project published at the forge, of the newest 100, and did not withdraw. "+
			"None may mean that there was no vulnerability, or that none was told.", "https://baseline.openssf.org/")
	sponsors := yes(observation.ForgeSponsors, "Sponsors listing", "The owner can be sponsored at the forge. What comes in is not public.")
	sponsors.Merge = observation.MergeAny
	license := word(observation.ForgeLicense, "Licence as the forge sees it", "The SPDX id of the licence that the forge recognises.")
	license.Reference = chaoss + "licenses-declared/"
	return []observation.Definition{
		number(observation.ForgeReleasesWithAssets12m, "Releases with files in 12 months", observation.UnitReleases, observation.MergeSum,
			"Releases at the forge in the 12 months before the day of asking that offer files, of the newest 20.", chaoss+"release-frequency/"),
		license,
		policy,
		private,
		advisories,
		sponsors,
		number(observation.ForgeStars, "Stars", observation.UnitStars, observation.MergeMax,
			"Accounts that marked the repository. They say that it was noticed, and not that it is used.", chaoss+"project-popularity/"),
		number(observation.ForgeForks, "Forks", observation.UnitForks, observation.MergeMax,
			"Copies at the same forge. They say that it was noticed, and not that it is used.", chaoss+"technical-fork/"),
	}
}

func yes(id, name, means string) observation.Definition {
	return observation.Definition{ID: id, Name: name, Kind: observation.KindBool, Merge: observation.MergeMain, Means: means}
}

func word(id, name, means string) observation.Definition {
	return observation.Definition{ID: id, Name: name, Kind: observation.KindText, Merge: observation.MergeMain, Means: means}
}

func number(id, name string, unit observation.Unit, merge observation.Merge, means, reference string) observation.Definition {
	return observation.Definition{ID: id, Name: name, Kind: observation.KindNumber, Unit: unit, Merge: merge, Means: means, Reference: reference}
}
