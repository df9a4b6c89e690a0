package maintenance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// historyAt is a history as of one time.
type historyAt struct {
	*History
	at    time.Time
	human []commit // those dated at or before at
}

// number, notApplicable and unknown make a measure without what its definition and
// its History give it: id, unit, source and time.

func number[N int | float64](n N) observation.Measure {
	return observation.Measure{State: observation.Measured, Value: float64(n)}
}

func notApplicable(detail string) observation.Measure {
	return observation.Definition{}.NotApplicableFor(detail)
}

func unknown(cause observation.Cause, detail string) observation.Measure {
	return observation.Definition{}.UnknownFor(cause, detail)
}

// The windows over which measures count.

func ever(v historyAt) []commit { return v.human }

func within(months int) func(historyAt) []commit {
	return func(v historyAt) []commit { return v.months(months, 0) }
}

// ofTranslators is the same window over what translators committed.
func (v historyAt) ofTranslators() historyAt {
	v.human = between(v.translations, time.Time{}, v.at)
	return v
}

func prior(v historyAt) []commit { return v.months(24, 12) }

// months cuts out the commits dated from "from" to "to" months ago.
func (v historyAt) months(from, to int) []commit {
	return between(v.human, monthsBefore(v.at, from), monthsBefore(v.at, to))
}

// People.

// commitsByPerson counts the commits that each person took part in, as author or as
// co-author.
func commitsByPerson(commits []commit) map[int32]int {
	counts := map[int32]int{}
	for _, c := range commits {
		for a := range c.authors {
			counts[a.person]++
		}
	}
	return counts
}

// contributors counts the people of commits. The detail says how many of them are
// co-authors alone, how many translators are counted apart, and whose work was brought in.
func contributors(commits, translations []commit) observation.Measure {
	authors, translators := map[int32]bool{}, map[int32]bool{}
	for _, c := range commits {
		authors[c.person] = true
	}
	all := commitsByPerson(commits)
	for _, c := range translations {
		if all[c.person] == 0 {
			translators[c.person] = true
		}
	}
	r := number(len(all))
	var details []string
	if n := len(all) - len(authors); n > 0 {
		details = append(details, fmt.Sprintf("%d of them as co-authors alone", n))
	}
	if n := len(translators); n > 0 {
		details = append(details, fmt.Sprintf("besides them %d who translated through a platform", n))
	}
	if n := broughtInAlone(commits); n > 0 {
		details = append(details, fmt.Sprintf("%d of them in a history alone that was brought in from elsewhere", n))
	}
	r.Detail = strings.Join(details, "; ")
	return r
}

// commitsByOrganization leaves out the commits of authors without an organization. A
// domain is an organization where two people or more of it made commits until then: that
// of one person may be their own.
func (v historyAt) commitsByOrganization(commits []commit) map[int32]int {
	first, several := map[int32]int32{}, map[int32]bool{}
	see := func(a author) {
		if person, seen := first[a.organization]; !seen {
			first[a.organization] = a.person
		} else if person != a.person {
			several[a.organization] = true
		}
	}
	for _, c := range v.human {
		see(c.author)
		for _, other := range c.others {
			see(other)
		}
	}
	counts := map[int32]int{}
	for _, c := range commits {
		if c.organization != none && several[c.organization] {
			counts[c.organization]++
		}
	}
	return counts
}

// A fifth of a year's commits from one organization's domain is work that it pays for, and
// so are some of two years from a domain of the owner. Chosen on the working half of the
// labels in docs/trial.md.
const (
	institutionPart = 0.2
	ownerCommits    = 5
	ownerMonths     = 24
)

// institutionAtWork tells whether an organization's own people are seen to do the work.
func institutionAtWork(v historyAt) observation.Measure {
	if v.publicOwner {
		return yes("the account that owns the repository is a public body's, by its name")
	}
	owner := ofOwner(v.months(ownerMonths, 0))
	if owner >= ownerCommits {
		return yes(fmt.Sprintf("%d commits of the last %d months came from a mail domain of the owner", owner, ownerMonths))
	}
	recent := v.months(12, 0)
	counts, public := v.commitsByOrganization(recent), map[int32]int{}
	for _, c := range recent {
		if c.public {
			public[c.organization]++
		}
	}
	most := 0
	for _, of := range []map[int32]int{counts, public} {
		for _, n := range of {
			most = max(most, n)
		}
	}
	if most > 0 && float64(most) >= institutionPart*float64(len(recent)) {
		return yes(fmt.Sprintf("%d of %d commits of the last 12 months came from one mail domain of an organization", most, len(recent)))
	}
	none := observation.Measure{State: observation.Measured, Value: false}
	if ever := ofOwner(v.human); ever >= ownerCommits {
		none.Detail = fmt.Sprintf("%d commits came from a mail domain of the owner, of the last %d months %d", ever, ownerMonths, owner)
	}
	return none
}

// ofOwner counts the commits from a mail domain of the owner.
func ofOwner(commits []commit) int {
	n := 0
	for _, c := range commits {
		if c.ofOwner {
			n++
		}
	}
	return n
}

// fewestWithHalf is the smallest number of contributors whose counts make up
// half of the total.
func fewestWithHalf(counts map[int32]int) int {
	sorted := slices.Sorted(maps.Values(counts))
	total, reached := 0, 0
	for _, n := range sorted {
		total += n
	}
	for i, n := range slices.Backward(sorted) {
		if reached += n; 2*reached >= total {
			return len(sorted) - i
		}
	}
	return 0
}

const noRecentCommit = "no commit by a person in the last 12 months"

func absenceFactor(v historyAt) observation.Measure {
	recent := v.months(12, 0)
	if len(recent) == 0 {
		return notApplicable(noRecentCommit)
	}
	return number(fewestWithHalf(commitsByPerson(recent)))
}

func elephantFactor(v historyAt) observation.Measure {
	recent := v.months(12, 0)
	if len(recent) == 0 {
		return notApplicable(noRecentCommit)
	}
	counts, known := v.commitsByOrganization(recent), 0
	for _, n := range counts {
		known += n
	}
	if 2*known < len(recent) {
		return unknown(observation.CauseNoSource,
			fmt.Sprintf("only %d of %d commits carry the address of an organization; the others have free mail, none, or that of one person alone", known, len(recent)))
	}
	r := number(fewestWithHalf(counts))
	if known < len(recent) {
		r.Detail = fmt.Sprintf("%d of %d commits carry the address of an organization", known, len(recent))
	}
	return r
}

func newContributors(v historyAt) observation.Measure {
	before := commitsByPerson(between(v.human, time.Time{}, monthsBefore(v.at, 12)))
	if len(before) == 0 && len(v.human) > 0 {
		r := number(len(commitsByPerson(v.human)))
		r.Detail = "the repository has no older commits: everybody is new"
		return r
	}
	fresh := 0
	for person := range commitsByPerson(v.months(12, 0)) {
		if before[person] == 0 {
			fresh++
		}
	}
	return number(fresh)
}

func retainedContributors(v historyAt) observation.Measure {
	if len(between(v.human, time.Time{}, monthsBefore(v.at, 12))) == 0 {
		return notApplicable("no commits by people before the last 12 months: nobody could be retained")
	}
	earlier, retained := commitsByPerson(v.months(24, 12)), 0
	for person := range commitsByPerson(v.months(12, 0)) {
		if earlier[person] > 0 {
			retained++
		}
	}
	return number(retained)
}

// regularMonths is in how many of the last 12 months somebody must have
// commits to be a regular contributor: once a quarter would do, one busy
// fortnight would not.
const regularMonths = 3

func regularContributors(v historyAt) observation.Measure {
	months := map[int32]int{}
	for ago := range 12 {
		for person := range commitsByPerson(v.months(ago+1, ago)) {
			months[person]++
		}
	}
	regular := 0
	for _, n := range months {
		if n >= regularMonths {
			regular++
		}
	}
	return number(regular)
}

func organizationsEver(v historyAt) observation.Measure {
	return number(len(v.commitsByOrganization(v.human)))
}

func identitiesJoined(v historyAt) observation.Measure {
	r := number(v.joined)
	if v.joined > 0 {
		r.Detail = fmt.Sprintf("%d are one person's, the most of any", v.mostJoined)
	}
	return r
}

// Momentum.

func commitTrend(v historyAt) observation.Measure {
	before := len(prior(v))
	if before < observation.FewestToCompare {
		return notApplicable(fmt.Sprintf("%d commits in the 12 months before the last 12: too few to compare with", before))
	}
	r := number(float64(len(v.months(12, 0))) / float64(before))
	if v.first.After(monthsBefore(v.at, 24)) {
		r.Detail = "the repository is younger than 24 months: the earlier window is not a whole one"
	}
	return r
}

// activeMonths counts rolling months back from the time of the measure, so
// that the running calendar month is not always a short one.
func activeMonths(n int) func(historyAt) observation.Measure {
	return func(v historyAt) observation.Measure {
		active := 0
		for ago := range n {
			if len(v.months(ago+1, ago)) > 0 {
				active++
			}
		}
		return number(active)
	}
}

func (v historyAt) days(since time.Time) int { return int(v.at.Sub(since) / (24 * time.Hour)) }

func daysSinceCommit(v historyAt) observation.Measure {
	if len(v.human) == 0 {
		return notApplicable("no commit by a person")
	}
	last := v.human[len(v.human)-1].when
	if last.Before(gitBirth) {
		return unknown(observation.CauseBroken, "the last commit is dated before git existed (2005-04-07)")
	}
	return number(v.days(last))
}

// otherBranchDays tells of work that the default branch does not show.
func otherBranchDays(v historyAt) observation.Measure {
	for _, when := range v.branches {
		if !when.After(v.at) {
			return number(v.days(when))
		}
	}
	if !v.branchesKnown {
		return unknown(observation.CauseNoSource, "the mirror holds no branch but the default one")
	}
	return notApplicable("no other branch of the mirror has a newer commit by a person")
}

func age(v historyAt) observation.Measure {
	switch {
	case v.first.IsZero() && v.beforeGit > 0:
		return unknown(observation.CauseBroken, "every commit is dated before git existed (2005-04-07)")
	case v.first.IsZero() || v.first.After(v.at):
		return notApplicable("no commit yet")
	}
	r := number(v.days(v.first))
	var details []string
	if v.beforeGit > 0 {
		r.Bound = observation.AtLeast
		details = append(details, fmt.Sprintf("%d commits are dated before git existed (2005-04-07) and do not count", v.beforeGit))
	}
	if n := broughtIn(v.human); n > 0 && v.founded.After(v.first) {
		details = append(details, fmt.Sprintf("its own first commit is of %s; %d commits were brought in with another history",
			v.founded.UTC().Format(time.DateOnly), n))
	}
	if v.converted != "" {
		details = append(details, v.converted)
	}
	r.Detail = strings.Join(details, "; ")
	return r
}

// noTags is the detail where a mirror holds no release: it may have been made
// without tags.
const noTags = "no tag of the mirror names a version"

func (v historyAt) released() ([]release, *observation.Measure) {
	if v.tagsErr != nil {
		r := unknown(gitrepo.CauseOf(v.tagsErr), "the tags could not be read; fetch them")
		return nil, &r
	}
	return releasedBy(v.releases, v.at), nil
}

func releasesEver(v historyAt) observation.Measure { return v.releasesAfter(time.Time{}) }

func releasesWithin(months int) func(historyAt) observation.Measure {
	return func(v historyAt) observation.Measure { return v.releasesAfter(monthsBefore(v.at, months)) }
}

func (v historyAt) releasesAfter(start time.Time) observation.Measure {
	releases, failed := v.released()
	if failed != nil {
		return *failed
	}
	releases = slices.DeleteFunc(releases, func(r release) bool { return !r.first.After(start) })
	r, tags := number(len(releases)), 0
	for _, of := range releases {
		tags += of.tags
	}
	switch {
	case len(v.releases) == 0:
		r.Detail = noTags
	case tags > len(releases):
		r.Detail = fmt.Sprintf("%d tags; those of one day count once", tags)
	}
	if v.undated > 0 {
		r.Bound = observation.AtLeast
		r.Detail = fmt.Sprintf("%d tags of versions carry no date", v.undated)
	}
	return r
}

func daysSinceRelease(v historyAt) observation.Measure {
	releases, failed := v.released()
	switch {
	case failed != nil:
		return *failed
	case len(releases) == 0:
		return notApplicable(noTags)
	}
	last := releases[len(releases)-1]
	r := number(v.days(last.first))
	for _, newer := range slices.Backward(v.releases) {
		if newer.first.After(last.first) && !newer.first.After(v.at) {
			r.Detail = fmt.Sprintf("an unfinished version was tagged %d days ago", v.days(newer.first))
			break
		}
	}
	return r
}

func botCommits(v historyAt) observation.Measure {
	start, n := monthsBefore(v.at, 12), 0
	for _, when := range v.bots {
		if when.After(start) && !when.After(v.at) {
			n++
		}
	}
	return number(n)
}

func clockAnomalies(v historyAt) observation.Measure {
	backward := 0
	for _, when := range v.backward {
		if !when.After(v.at) {
			backward++
		}
	}
	all := v.beforeGit + v.future + backward
	r := number(all)
	if all > 0 {
		r.Detail = fmt.Sprintf(observation.ClockAnomalyDetail, v.beforeGit, v.future, backward)
	}
	return r
}
