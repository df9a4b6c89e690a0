package maintenance

import (
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// CHAOSS publishes the definitions that most of these measures follow.
const chaoss = "https://chaoss.community/kb/metric-"

// measure is a definition with the way to read it: one line a measure, so that
// none can be declared and not yielded.
type measure struct {
	observation.Definition
	read func(historyAt) observation.Measure
}

// measures lists every measure in the order of the report. "Commits" are those
// by people, merges excluded; a window of n months ends at the time of the
// measure and begins n calendar months before it.
//
// How repositories merge into one good: people of two repositories may be the
// same, so their numbers are not added up; the largest is what is certain.
// Shares and rates (absence and elephant factor, who is new) are those of
// the main repository, because neither sum nor extreme of them means anything.
// Commits and releases add up, and their trend is that of the sums.
func measures() []measure { return append(peopleMeasures(), momentumMeasures()...) }

func peopleMeasures() []measure {
	return []measure{
		people(observation.PeopleContributors3m, "Contributors in 3 months", "People with a commit in the last 3 months.", "contributors/", within(3)),
		people(observation.PeopleContributors6m, "Contributors in 6 months", "People with a commit in the last 6 months.", "contributors/", within(6)),
		people(observation.PeopleContributors12m, "Contributors in 12 months", "People with a commit in the last 12 months.", "contributors/", within(12)),
		people(observation.PeopleContributors24m, "Contributors in 24 months", "People with a commit in the last 24 months.", "contributors/", within(24)),
		people(observation.PeopleContributorsEver, "Contributors ever", "People with at least one commit in the whole history.", "contributors/", ever),
		{define(observation.PeopleContributorAbsenceFactor, "Contributor absence factor", observation.UnitPeople, observation.MergeMain,
			"The fewest people who together made half of the commits of the last 12 months.", "contributor-absence-factor/"), absenceFactor},
		{define(observation.PeopleElephantFactor, "Elephant factor", observation.UnitOrganizations, observation.MergeMain,
			"The fewest organizations (e-mail domains of two people or more, without free mail and noreply) whose people made half of those commits "+
				"of the last 12 months that tell an organization; unknown where most tell none.", "elephant-factor/"), elephantFactor},
		{define(observation.PeopleNewContributors12m, "New contributors in 12 months", observation.UnitPeople, observation.MergeMain,
			"People whose first commit to this repository lies in the last 12 months.", "new-contributors/"), newContributors},
		{define(observation.PeopleRetainedContributors12m, "Retained contributors", observation.UnitPeople, observation.MergeMax,
			"People with a commit in the last 12 months and one in the 12 months before.", ""), retainedContributors},
		{define(observation.PeopleRegularContributors12m, "Regular contributors", observation.UnitPeople, observation.MergeMax,
			"People with commits in at least 3 of the last 12 months.", ""), regularContributors},
		{define(observation.PeopleCoreAwayDays, "Days since the most active three committed, on average", observation.UnitDays, observation.MergeMain,
			"Whole days since the three most active people of the last 24 months last committed: "+
				"the mean of the three, weighed by their commits of these months.", "inactive-contributors/"), coreAway},
		{define(observation.PeopleSecondShare12m, "Share of the second most active", observation.UnitRatio, observation.MergeMain,
			"Of the commits of the last 12 months, the share by the person who made the second most: 0 where one person made all.", ""), shareOf(1)},
		{define(observation.PeopleThirdShare12m, "Share of the third most active", observation.UnitRatio, observation.MergeMain,
			"Of the commits of the last 12 months, the share by the person who made the third most: 0 where two people made all.", ""), shareOf(2)},
		{define(observation.PeopleRemainingShare12m, "Share of the work without the most active", observation.UnitRatio, observation.MergeMain,
			"Of the commits of the last 12 months, the share in which the person who made most took no part: what would remain if that person left.",
			"contributor-absence-factor/"), remainingShare},
		{define(observation.PeopleFirstAwayDays, "Days since the most active person committed", observation.UnitDays, observation.MergeMain,
			"Whole days since the person who made most commits of the last 12 months last committed.", "inactive-contributors/"), firstAway},
		{define(observation.PeopleFirstCommits12m, "Commits of the most active", observation.UnitCommits, observation.MergeMain,
			"Commits of the last 12 months in which the person who made most took part.", ""), firstCommits},
		{define(observation.PeopleRemainingCommits12m, "Commits without the most active", observation.UnitCommits, observation.MergeMain,
			"Commits of the last 12 months in which the person who made most took no part.", ""), remainingCommits},
		{define(observation.PeopleOthersCommits12m, "Commits beside the core", observation.UnitCommits, observation.MergeMain,
			"Commits of the last 12 months in which none of the three most active people of the last 24 months took part.",
			"inactive-contributors/"), othersCommits},
		{define(observation.PeopleOrganizations12m, "Organizations in 12 months", observation.UnitOrganizations, observation.MergeMax,
			"Organizations (e-mail domains of two people or more, without free mail and noreply) with a commit in the last 12 months.",
			"organizational-diversity/"), organizationsActive},
		{observation.Definition{ID: observation.PeopleInstitution, Name: "Institution at work", Kind: observation.KindBool, Merge: observation.MergeAny,
			Means: "A fifth of the commits of the last 12 months came from one mail domain of an organization (two people or more, or a public body or " +
				"university), or five of the last 24 months from a domain that bears the name of the repository's account or on which an owner that the " +
				"catalog names has its website, or the account is a public body by its name."}, institutionAtWork},
		{define(observation.PeopleIdentitiesJoined, "Identities joined", observation.UnitIdentities, observation.MergeSum,
			"Names and addresses in the whole history that were taken for a person with another one, after .mailmap: "+
				"by address, then by a name of two words or more.", ""), identitiesJoined},
		{define(observation.PeopleOrganizationsEver, "Organizations ever", observation.UnitOrganizations, observation.MergeMax,
			"Organizations (e-mail domains of two people or more, without free mail and noreply) with at least one commit in the whole history.",
			"organizational-diversity/"), organizationsEver},
	}
}

func momentumMeasures() []measure {
	return []measure{
		commits(observation.MomentumCommits3m, "Commits in 3 months", "Commits of the last 3 months.", within(3)),
		commits(observation.MomentumCommits12m, "Commits in 12 months", "Commits of the last 12 months.", within(12)),
		commits(observation.MomentumCommitsPrior12m, "Commits in the 12 months before", "Commits from 24 to 12 months ago.", prior),
		{define(observation.MomentumCommitTrend, "Commit trend", observation.UnitRatio, observation.MergeTotals,
			"Commits of the last 12 months as a share of those of the 12 months before; none where those are fewer than 10.", ""), commitTrend},
		commits(observation.MomentumCommitsEver, "Commits ever", "Commits of the whole history.", ever),
		{define(observation.MomentumActiveMonths12, "Active months of the last 12", observation.UnitMonths, observation.MergeMax,
			"How many of the last 12 months, counted back from the day on which the repository was last seen, saw a commit.", ""), activeMonths(12)},
		{define(observation.MomentumActiveMonths24, "Active months of the last 24", observation.UnitMonths, observation.MergeMax,
			"How many of the last 24 months, counted back from the day on which the repository was last seen, saw a commit.", ""), activeMonths(24)},
		{define(observation.MomentumDaysSinceCommit, "Days since the last commit", observation.UnitDays, observation.MergeMin,
			"Whole days since the last commit by a person.", ""), daysSinceCommit},
		{define(observation.MomentumOtherBranchDays, "Days since the last commit on other branches", observation.UnitDays, observation.MergeMin,
			"Whole days since a person made the newest commit of a branch that is not read, where it is newer than all of the default branch.", ""), otherBranchDays},
		{define(observation.MomentumAgeDays, "Age", observation.UnitDays, observation.MergeMax,
			"Whole days since the first commit; commits dated before git existed (2005-04-07) make it a lower bound.", ""), age},
		{define(observation.MomentumReleases12m, "Releases in 12 months", observation.UnitReleases, observation.MergeSum,
			"Days of the last 12 months on which a version was tagged; unfinished ones (alpha, beta, rc, snapshot) "+
				"count only where no final one exists.", "release-frequency/"), releasesWithin(12)},
		{define(observation.MomentumReleasesEver, "Releases ever", observation.UnitReleases, observation.MergeSum,
			"Days on which a version was tagged, counted as for 12 months.", "release-frequency/"), releasesEver},
		{define(observation.MomentumDaysSinceRelease, "Days since the last release", observation.UnitDays, observation.MergeMin,
			"Whole days since a version was last tagged, counted as for 12 months.", "release-frequency/"), daysSinceRelease},
		{define(observation.MomentumBotCommits12m, "Commits by bots in 12 months", observation.UnitCommits, observation.MergeSum,
			"Commits of the last 12 months that machines made.", "bot-activity/"), botCommits},
		{define(observation.MomentumClockAnomalies, "Commits with an impossible date", observation.UnitCommits, observation.MergeSum,
			"Commits dated before git existed (2005-04-07), after the repository was last seen, or more than a day before their parent. "+
				"The first kind counts for the whole history and never for the age, the second counts nowhere.", ""), clockAnomalies},
	}
}

func define(id, name string, unit observation.Unit, merge observation.Merge, means, reference string) observation.Definition {
	if reference != "" {
		reference = chaoss + reference
	}
	return observation.Definition{ID: id, Name: name, Kind: observation.KindNumber, Unit: unit, Merge: merge, Means: means, Reference: reference}
}

func people(id, name, means, reference string, window func(historyAt) []commit) measure {
	means += " Of several repositories, the largest number: at least as many."
	return measure{define(id, name, observation.UnitPeople, observation.MergeMax, means, reference),
		func(v historyAt) observation.Measure { return contributors(window(v), window(v.ofTranslators())) }}
}

func commits(id, name, means string, window func(historyAt) []commit) measure {
	return measure{define(id, name, observation.UnitCommits, observation.MergeSum, means, "code-changes-commits/"),
		func(v historyAt) observation.Measure { return commitsOf(window(v)) }}
}

// Measures reads every measure as of at. It sees no commit and no tag of a
// later date.
func (h *History) Measures(at time.Time) []observation.Measure {
	at = at.UTC()
	v := historyAt{History: h, at: at, human: between(h.human, time.Time{}, at)}
	all := measures()
	result := make([]observation.Measure, len(all))
	for i, m := range all {
		read := m.read(v)
		read.ID, read.Unit = m.ID, m.Unit
		if read.State == observation.Measured {
			read.Source, read.At = h.source, at
		}
		result[i] = read
	}
	return result
}
