package maintenance

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/institution"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// gitBirth is the day on which git was first able to store a commit. A commit
// dated earlier was converted from other version control, or made by a wrong
// clock; the two cannot be distinguished.
var gitBirth = time.Date(2005, time.April, 7, 0, 0, 0, 0, time.UTC)

// tolerance is how far a clock may be off before it is counted as wrong.
const tolerance = 24 * time.Hour

// History is one repository's commits and tags, reduced to what the measures of
// people and momentum need, with people as numbers. It is built once and read as
// of any time: Measures at an earlier time sees only what was there by then. It
// never changes and is safe for concurrent use.
//
// A commit's time is its committer's: the moment at which it entered this
// history. The author's time may lie years before (a patch that waited, an old
// branch rebased), so counting by it would change the past each time something
// is merged. It is also the time that git's own --since and --until go by.
type History struct {
	source string
	human  []commit // by people, merges and translations excluded, oldest first
	// translations are commits by people that a platform for translators made, oldest
	// first: who translates a text does not maintain a program.
	translations []commit
	bots         []time.Time // commits by bots, merges excluded, oldest first
	merges       []time.Time // merge commits by anybody, oldest first
	// first is the earliest date of any commit that is not before gitBirth,
	// zero where there is none.
	first      time.Time
	beforeGit  int         // commits dated before gitBirth
	future     int         // commits dated after the repository was seen
	backward   []time.Time // dates of commits that are older than their parent
	releases   []release
	undated    int   // tags that look like releases, without a date
	joined     int   // identities that were taken for a person with another one
	mostJoined int   // the most identities of one person
	tagsErr    error // why the releases are unknown
	// branches are when people made the newest commits of other branches that are newer
	// than that of the branch which is read, newest first.
	branches []time.Time
	// branchesKnown says whether the mirror holds branches but the default one.
	branchesKnown bool
	// publicOwner reports that the account that owns the repository bears the name of a
	// public body.
	publicOwner bool
	founded     time.Time // the date of the own first commit, zero where it is not known
	converted   string    // from what the history was converted, in words; empty where nothing shows it
}

type commit struct {
	when, authored time.Time
	number         int32 // of the commit, among those of origins
	broughtIn      bool  // it came in with a history that began elsewhere
	author
	others []author // co-authors, by the trailers of the message
}

// authors are the author and the co-authors, each person once.
func (c commit) authors(yield func(author) bool) {
	if !yield(c.author) {
		return
	}
	for i, other := range c.others {
		same := func(a author) bool { return a.person == other.person }
		if !same(c.author) && !slices.ContainsFunc(c.others[:i], same) && !yield(other) {
			return
		}
	}
}

// Read reads the whole history and all tags of a snapshot. A history that was
// cut, or that breaks on the way, is an error: half a history would give
// numbers that look like a whole one's. Errors carry their cause (see
// gitrepo.CauseOf) and no name or address. At is the time of the run's
// measures; it only decides which commits are dated in the future. Owner is the account
// under which the repository stands; a mail domain of that name is an organization's.
func Read(ctx context.Context, snapshot *gitrepo.Snapshot, at time.Time, owner Owner) (*History, error) {
	if snapshot.Shallow() {
		return nil, &gitrepo.Error{Cause: observation.CauseMissingObjects, Op: "read the history of", Subject: snapshot.Commit(),
			Err: errors.New("it was cut off (a shallow clone); fetch the whole history")}
	}
	tags, tagsErr := snapshot.Tags()
	source := fmt.Sprintf("git history of %.12s", snapshot.Commit())
	h, err := NewHistory(snapshot.History(ctx), tags, source, latestValidDate(snapshot, at), owner)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, &gitrepo.Error{Cause: gitrepo.CauseOf(err), Op: "read the history of", Subject: snapshot.Commit(),
			Err: fmt.Errorf("it breaks off; fetch the whole history: %w", withoutPath(err))}
	}
	h.tagsErr = tagsErr
	newer, known := snapshot.Branches()
	h.branchesKnown = known
	for _, newest := range newer {
		if !isBot(newest.Author, newest.Email) {
			h.branches = append(h.branches, newest.Committed)
		}
	}
	return h, nil
}

// withoutPath drops where on this machine the mirror lies: the message is for
// a report.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*gitrepo.Error](err); ok {
		return e.Err
	}
	return err
}

// latestValidDate is the time after which no commit can be dated. ObservedUntil
// is never before HEAD's own date, so where HEAD's clock ran ahead the time of
// the measures takes its place.
func latestValidDate(snapshot *gitrepo.Snapshot, at time.Time) time.Time {
	until := snapshot.ObservedUntil()
	if until.After(at) && !snapshot.Committed().Before(until) {
		return at
	}
	return until
}

// NewHistory builds a History from commits, newest first as git orders them, and
// tags. Source is what the measures name as theirs; latest is the time until
// which the repository was observed: a commit dated a day or more after it was
// made by a wrong clock. Owner is as in Read.
func NewHistory(commits iter.Seq2[gitrepo.Commit, error], tags []gitrepo.Tag, source string, latest time.Time,
	owner Owner) (*History, error) {
	h := &History{source: source, publicOwner: institution.IsAccount(owner.Account)}
	ids := newIdentities(owner)
	var from origins
	dates := map[int32]time.Time{} // of commits without a parent
	var newer time.Time            // the date of the commit that git listed before
	for c, err := range commits {
		if err != nil {
			return nil, err
		}
		h.checkDate(c.Committed, newer, latest)
		newer = c.Committed
		number := from.add(c)
		if c.Parents == 0 {
			dates[number] = c.Committed
		}
		if c.Merge() {
			h.merges = append(h.merges, c.Committed)
			continue
		}
		h.add(ids, c, number)
	}
	for _, list := range [][]commit{h.human, h.translations} {
		for i := range list {
			list[i].person = ids.root(list[i].person)
			for j := range list[i].others {
				list[i].others[j].person = ids.root(list[i].others[j].person)
			}
		}
	}
	h.settle(&from, dates)
	h.joined, h.mostJoined = ids.joined()
	slices.SortFunc(h.human, func(a, b commit) int { return a.when.Compare(b.when) })
	slices.SortFunc(h.translations, func(a, b commit) int { return a.when.Compare(b.when) })
	slices.SortFunc(h.bots, time.Time.Compare)
	slices.SortFunc(h.merges, time.Time.Compare)
	h.releases, h.undated = releasesOf(tags)
	return h, nil
}

// add sorts a commit that is no merge to its kind.
func (h *History) add(ids *identities, c gitrepo.Commit, number int32) {
	a := ids.of(c.Author, c.Email)
	made := commit{when: c.Committed, authored: c.Authored, number: number, author: a, others: ids.coAuthors(c)}
	switch {
	case a.person == none:
		h.bots = append(h.bots, c.Committed)
	case isTranslation(c):
		h.translations = append(h.translations, made)
	default:
		h.human = append(h.human, made)
	}
}

// translationSubject matches what platforms for translators write.
var translationSubject = lazy.Pattern(`(?i)^(?:translated using weblate|added translation using weblate|deleted translation using weblate|update(?:d)? translation files? *(?:\(weblate\)|$)|` +
	`new translations? .* \(|(?:\[?i18n\]?:? )?(?:translate|translations?:?) .*\bon (?:transifex|crowdin|pontoon)|apply translations in |pontoon: update|` +
	`localisation updates from |\[ci skip\] (?:translation|updated? translation))`)

// isTranslation reports whether a platform for translators made a commit in the name of
// a person.
func isTranslation(c gitrepo.Commit) bool {
	committer := strings.ToLower(c.Committer)
	return translationSubject().MatchString(c.Subject) || committer != strings.ToLower(c.Email) && translationPlatforms[committer]
}

// translationPlatforms are the addresses under which such platforms commit for others.
var translationPlatforms = set("noreply@weblate.org", "hosted@weblate.org", "translate@codeberg.org", "support@crowdin.com", "admin@transifex.com",
	"support@transifex.com", "support+bot@crowdin.com", "weblate@weblate.org")

// checkDate counts a commit whose date cannot be. In git's default order a
// commit stands before one with a later date only where that one is its
// parent.
func (h *History) checkDate(when, newer, latest time.Time) {
	switch {
	case when.Before(gitBirth):
		h.beforeGit++
		return
	case when.After(latest.Add(tolerance)):
		h.future++
	case !newer.IsZero() && !newer.Before(gitBirth) && when.After(newer.Add(tolerance)):
		h.backward = append(h.backward, newer)
	}
	if h.first.IsZero() || when.Before(h.first) {
		h.first = when
	}
}

// HumanCommits counts the commits by people that are dated after from and not
// after until, merges excluded.
func (h *History) HumanCommits(from, until time.Time) int {
	return len(between(h.human, from, until))
}

// AllCommits counts the commits by anybody, merges included, that are dated
// after from and not after until.
func (h *History) AllCommits(from, until time.Time) int {
	n := h.HumanCommits(from, until)
	for _, other := range [][]time.Time{h.bots, h.merges} {
		for _, when := range other {
			if when.After(from) && !when.After(until) {
				n++
			}
		}
	}
	return n
}

// Stayed counts the people with a commit that is dated after from and not after until,
// and those of them who have one after since and not after end.
func (h *History) Stayed(from, until, since, end time.Time) (people, stayed int) {
	later := commitsByPerson(between(h.human, since, end))
	team := commitsByPerson(between(h.human, from, until))
	for person := range team {
		if later[person] > 0 {
			stayed++
		}
	}
	return len(team), stayed
}

// Since is the date of the first commit, zero where there is none.
func (h *History) Since() time.Time { return h.first }

// between cuts the window (from, until] out of commits, which are sorted.
func between(commits []commit, from, until time.Time) []commit {
	after := func(c commit, t time.Time) int {
		if c.when.After(t) {
			return 1
		}
		return -1
	}
	start, _ := slices.BinarySearchFunc(commits, from, after)
	end, _ := slices.BinarySearchFunc(commits, until, after)
	if start >= end {
		return nil
	}
	return commits[start:end]
}

// monthsBefore goes back whole calendar months, to the last day of a month
// that has no such day: six months before 31 August is 28 or 29 February,
// where time.AddDate alone would say 2 or 3 March.
func monthsBefore(at time.Time, months int) time.Time {
	at = at.UTC()
	then := at.AddDate(0, -months, 0)
	if then.Day() != at.Day() {
		then = then.AddDate(0, 0, -then.Day())
	}
	return then
}
