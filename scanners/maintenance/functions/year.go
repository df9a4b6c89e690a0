package functions

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/maintenance"
)

// year is the work of the 12 months before a time, with people as numbers.
type year struct {
	record   func(event) // nil counts what happened at once
	people   maintenance.People
	done     [functionCount]map[int32]int // commits by person; a co-author's count too
	commits  [functionCount]int           // by people
	bots     [functionCount]int           // commits by machines
	present  set                          // functions of which HEAD has a file
	beside   beside
	squashed int // changes that the forge squashed and committed
	merged   int // merges of the default branch
	tags     struct{ releases, ever, light int }
	tagsErr  error
}

// tally is what is known of one function.
type tally struct {
	counts  map[int32]int
	done    int               // commits or releases by people
	absent  string            // why it does not apply
	unknown string            // why nothing is known
	cause   observation.Cause // of unknown
	hidden  string            // who did a part of it is not seen
}

// maxCommits bounds the commits of 12 months that are kept, and so the memory.
const maxCommits = 500_000

// read reads 12 months of a snapshot. Errors carry their cause (see gitrepo.CauseOf).
func read(ctx context.Context, in scanners.Input) (*year, error) {
	paths, err := parseTable(tableText)
	if err != nil {
		return nil, err
	}
	y := newYear(maintenance.NewPeople(maintenance.OwnerOf(in.Repository)))
	from, until := maintenance.YearBefore(in.At).Add(time.Second), in.At
	if err := y.readCommits(ctx, in.Snapshot, paths, from, until); err != nil {
		return nil, err
	}
	y.look(in.Snapshot.Files(), paths)
	y.readTags(ctx, in.Snapshot, from, until)
	y.joinPeople()
	return y, nil
}

func newYear(people maintenance.People) *year {
	y := &year{people: people}
	for i := range y.done {
		y.done[i] = map[int32]int{}
	}
	return y
}

// joinPeople counts those as one who turned out to be one.
func (y *year) joinPeople() {
	for i, counts := range y.done {
		whole := map[int32]int{}
		for person, n := range counts {
			whole[y.people.Final(person)] += n
		}
		y.done[i] = whole
	}
}

// look seeks a file of each function that nobody touched.
func (y *year) look(files []gitrepo.File, paths *table) {
	var sought set
	for i := range y.done {
		if paths.listed.has(i) && y.commits[i] == 0 && y.bots[i] == 0 {
			sought |= 1 << i
		}
	}
	for _, file := range files {
		if sought&^y.present == 0 {
			return
		}
		y.present |= paths.of(file.Path)
	}
}

// made is one commit of the window.
type made struct {
	when    time.Time
	people  []int32
	machine bool
	touched set
}

// readCommits counts the commits by what they touched, and the merges.
func (y *year) readCommits(ctx context.Context, snapshot *gitrepo.Snapshot, paths *table, from, until time.Time) error {
	var line mainLine
	var last made
	n := 0
	err := snapshot.Touched(ctx, from, until, func(c gitrepo.Commit) error {
		y.count(last)
		last = made{when: c.Committed}
		if n++; n > maxCommits {
			return &gitrepo.Error{Cause: observation.CauseOverLimit, Op: "read history at", Subject: c.OID,
				Err: fmt.Errorf("more than %d commits in 12 months", maxCommits)}
		}
		y.countMerge(c, line.has(c))
		if c.Merge() {
			return nil
		}
		last.people, last.machine = y.people.Authors(c)
		y.beside.add(c, last.machine)
		for i, names := range paths.messages {
			if names != nil && (names.MatchString(c.Subject) || names.MatchString(c.Body)) {
				last.touched |= 1 << i
			}
		}
		return nil
	}, func(path string) error {
		last.touched |= paths.of(path)
		y.beside.touch(path)
		return nil
	})
	y.count(last)
	return err
}

// count adds one commit to the functions that it touched.
func (y *year) count(c made) {
	for i := range y.done {
		switch {
		case !c.touched.has(i):
		case c.machine:
			y.happened(event{c.when, byMachine, i, 0})
		default:
			y.happened(event{c.when, byPeople, i, 0})
			for k, person := range c.people {
				if !slices.Contains(c.people[:k], person) {
					y.happened(event{c.when, byPerson, i, person})
				}
			}
		}
	}
}

// mainLine follows the first parents from HEAD.
type mainLine struct{ next map[string]bool }

// has reports whether a commit is on the line. Commits come with their parents after them.
func (l *mainLine) has(c gitrepo.Commit) bool {
	if l.next == nil {
		l.next = map[string]bool{c.OID: true}
	}
	if !l.next[c.OID] {
		return false
	}
	delete(l.next, c.OID)
	if len(c.ParentIDs) > 0 {
		l.next[c.ParentIDs[0]] = true
	}
	return true
}

// forgeAddress is the committer of what a forge put in for somebody.
const forgeAddress = "noreply@github.com"

var (
	// squashSubject ends the subject of a change that the forge squashed: "(#12)".
	squashSubject = lazy.Pattern(`\(#\d+\)$`)
	// fromMain is the subject of a merge that brings the main branch up to date, as git pull
	// makes it, and puts in nobody's work.
	fromMain = lazy.Pattern(`^Merge (?:remote-tracking )?branch '(?:[^'/]+/)?(main|master|trunk|develop|development|dev)'(?: of \S+)?(?: into '?([^' ]+)'?)?`)
)

// countMerge counts who merged: the committer, or the author where the forge committed.
func (y *year) countMerge(c gitrepo.Commit, onMain bool) {
	byForge := strings.EqualFold(c.Committer, forgeAddress)
	switch {
	case !onMain:
	case !c.Merge():
		if byForge && squashSubject().MatchString(c.Subject) {
			y.happened(event{when: c.Committed, what: squashed})
		}
	case bringsUpToDate(fromMain(), c.Subject):
	default:
		y.happened(event{when: c.Committed, what: merged})
		name, address := c.CommitterName, c.Committer
		if byForge {
			name, address = c.Author, c.Email
		}
		i := indexOf(functions.Merging)
		person, isPerson := y.people.Of(name, address)
		y.carried(c.Committed, i, person, isPerson)
	}
}

// bringsUpToDate reports whether a merge brings a main branch into itself or into the work of
// somebody. What was developed and goes into the branch of releases is merged.
func bringsUpToDate(pattern *regexp.Regexp, subject string) bool {
	parts := pattern.FindStringSubmatch(subject)
	if parts == nil {
		return false
	}
	from, into := parts[1], parts[2]
	return from == "main" || from == "master" || from == "trunk" || into != "main" && into != "master"
}

// readTags counts who set the annotated tags of releases.
func (y *year) readTags(ctx context.Context, snapshot *gitrepo.Snapshot, from, until time.Time) {
	signed, err := snapshot.SignedTags(ctx)
	if err != nil {
		y.tagsErr = err
		return
	}
	tags := make([]gitrepo.Tag, len(signed))
	for i, tag := range signed {
		tags[i] = tag.Tag
	}
	areReleases := maintenance.AreReleases(tags)
	i := indexOf(functions.Releasing)
	for _, tag := range signed {
		if !areReleases[tag.Name] || tag.Created.After(until) {
			continue
		}
		y.happened(event{when: tag.Created, what: taggedEver})
		switch {
		case tag.Created.Before(from):
		case !tag.Annotated:
			y.happened(event{when: tag.Created, what: taggedLight})
		default:
			y.happened(event{when: tag.Created, what: tagged})
			person, isPerson := y.people.Of(tag.Tagger, tag.Email)
			y.carried(tag.Created, i, person, isPerson)
		}
	}
}

// tally says what is known of a function.
func (y *year) tally(f functions.Function, i int) tally {
	t := tally{counts: y.done[i], done: y.commits[i], cause: observation.CauseNoSource}
	nothing := t.done == 0 && y.bots[i] == 0
	switch f {
	case functions.Releasing:
		y.tallyReleases(&t)
	case functions.Merging:
		switch {
		case y.squashed > 0 && y.merged == 0:
			t.unknown = "the forge squashed the changes: who merged them is not seen"
		case y.squashed > 0:
			t.hidden = "the forge squashed " + scanners.Count(y.squashed, "change", "changes") + " more: who merged them is not seen"
		case nothing:
			t.absent = "no merge commit on the default branch in the last 12 months"
		}
	case functions.Security:
		if nothing {
			t.absent = "no commit of the last 12 months names a published vulnerability"
		}
	default:
		if nothing && !y.present.has(i) {
			t.absent = "it has no file of this kind"
		}
	}
	return t
}

func (y *year) tallyReleases(t *tally) {
	tags := y.tags
	switch {
	case y.tagsErr != nil:
		t.unknown, t.cause = "the tags cannot be read", gitrepo.CauseOf(y.tagsErr)
	case tags.ever == 0:
		t.absent = "no release is tagged"
	case tags.light > 0 && tags.light == tags.releases:
		t.unknown = "the tags are light ones: who set them is not seen"
	case tags.light > 0:
		t.hidden = scanners.Count(tags.light, "tag is a light one", "tags are light ones") + ": who set them is not seen"
	}
}

func indexOf(f functions.Function) int { return slices.Index(functions.All(), f) }
