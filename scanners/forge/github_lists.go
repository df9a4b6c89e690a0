package forge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// lists are those of one repository, in the course of being read. Who answered is known
// only here, and only a count of them leaves it.
type lists struct {
	asked           time.Time
	issues, changes tracker
	each            []*reading
	people          map[string]bool
	failure         *observation.Note
}

// reading is one list in the course of being read.
type reading struct {
	list
	into   *tracker
	opened bool // of what was opened, and not of what was closed
	cursor string
	seen   int
	done   bool
}

func newLists(asked time.Time, issues, changes tracker) *lists {
	l := &lists{asked: asked, issues: issues, changes: changes, people: map[string]bool{}}
	if !issues.Off {
		l.issues.Asked = asked
		l.each = append(l.each, &reading{list: openedIssues, into: &l.issues, opened: true}, &reading{list: closedIssues, into: &l.issues})
	}
	l.changes.Asked = asked
	l.each = append(l.each, &reading{list: openedChanges, into: &l.changes, opened: true}, &reading{list: closedChanges, into: &l.changes})
	for _, r := range l.each {
		r.done = r.into.Total == 0
	}
	return l
}

// items is how many issues and changes there are to read.
func (l *lists) items() int {
	n := 0
	for _, t := range []tracker{l.issues, l.changes} {
		switch {
		case t.Off:
		case t.Total < 0: // not told
			n += newest
		default:
			n += min(newest, t.Total)
		}
	}
	return n
}

func (l *lists) pending() []*reading {
	return slices.DeleteFunc(slices.Clone(l.each), func(r *reading) bool { return r.done })
}

// askLists reads the lists of the repositories that need it, as many repositories in a
// request as have few enough issues and changes. stopped says why nothing more is asked.
func (g *github) askLists(ctx context.Context, subjects []*subject, stopped *observation.Note) *observation.Note {
	var group []*subject
	items := 0
	ask := func() {
		if stopped == nil {
			stopped = g.askGroup(ctx, group, commonPageMax)
		}
		for _, s := range group {
			s.finish(stopped)
		}
		group, items = nil, 0
	}
	for _, s := range subjects {
		if s.failure != nil || s.lists == nil {
			continue
		}
		if len(group) > 0 && items+s.lists.items() > itemsAtOnce {
			ask()
		}
		group, items = append(group, s), items+s.lists.items()
	}
	ask()
	return stopped
}

// finish puts the lists of a repository into its answer. What was read to its end stands,
// also where the asking was stopped.
func (s *subject) finish(stopped *observation.Note) {
	l := s.lists
	if l.failure == nil && len(l.pending()) > 0 && stopped != nil {
		l.failure = stopped
	}
	if l.failure != nil {
		s.answer = s.answer.withoutLists(scanners.LastAnswer[answer](s.question), *l.failure)
		return
	}
	s.answer.Issues, s.answer.Changes, s.answer.Responders = l.issues, l.changes, new(len(l.people))
}

// askGroup reads the lists of repositories to their ends, page by page. Where GitHub does
// not answer, it asks about half as many repositories, and of one by half as large pages.
func (g *github) askGroup(ctx context.Context, group []*subject, page int) *observation.Note {
	for {
		group = slices.DeleteFunc(slices.Clone(group), func(s *subject) bool { return s.lists.failure != nil || len(s.lists.pending()) == 0 })
		if len(group) == 0 {
			return nil
		}
		var all []selected
		for _, s := range group {
			all = append(all, s.selected(page))
		}
		reply, err := g.query(ctx, all)
		switch {
		case errors.Is(err, service.ErrTooMuch) && len(group) > 1:
			half := len(group) / 2
			if stopped := g.askGroup(ctx, group[:half], page); stopped != nil {
				return stopped
			}
			return g.askGroup(ctx, group[half:], page)
		case errors.Is(err, service.ErrTooMuch) && page > smallestPage:
			page = max(page/2, smallestPage)
			continue
		case err != nil:
			failure := failureOf(err, g.host)
			for _, s := range group {
				s.lists.failure = &failure
			}
			return g.stops(err, failure)
		}
		g.refused = 0
		for i, s := range group {
			s.lists.take(reply, fmt.Sprintf("r%d", i))
		}
	}
}

// selected is what is asked next of a repository.
func (s *subject) selected(page int) selected {
	one := selected{owner: s.question.Repository.Owner, name: s.question.Repository.Path}
	for _, r := range s.lists.pending() {
		one.fields = append(one.fields, r.page(min(page, newest-r.seen), r.cursor))
	}
	return one
}

// gitHubPage is a page of a list.
type gitHubPage struct {
	PageInfo *struct {
		HasNextPage bool
		EndCursor   string
	}
	Nodes []*gitHubItem
}

type gitHubItem struct {
	CreatedAt, UpdatedAt time.Time
	ClosedAt             *time.Time
	AuthorAssociation    string
	Author               *gitHubActor
	TimelineItems        *struct {
		PageInfo struct{ HasNextPage bool }
		Nodes    []*gitHubEvent
	}
}

type gitHubEvent struct {
	Typename      string `json:"__typename"`
	CreatedAt     time.Time
	Author, Actor *gitHubActor
}

// gitHubActor is who did something; nil where the account is gone. It is never kept.
type gitHubActor struct {
	Typename string `json:"__typename"`
	Login    string
}

func (a *gitHubActor) isProgram() bool { return a != nil && a.Typename == "Bot" }

func (a *gitHubActor) login() string {
	if a == nil {
		return ""
	}
	return a.Login
}

// take reads the pages of a repository out of an answer.
func (l *lists) take(r reply, alias string) {
	var pages map[string]*gitHubPage
	if l.failure = r.read(alias, &pages); l.failure != nil {
		return
	}
	for _, one := range l.pending() {
		page := pages[one.alias]
		if page == nil || page.PageInfo == nil {
			failure := failureIn(r.Errors, alias)
			l.failure = &failure
			return
		}
		l.takePage(one, *page)
	}
}

// takePage reads a page. A list ends where there is no more, where enough was read, and
// where what follows is older than 12 months.
func (l *lists) takePage(r *reading, page gitHubPage) {
	var oldest time.Time
	for _, node := range page.Nodes {
		if node == nil {
			continue // GitHub leaves out what it hides
		}
		if oldest = node.UpdatedAt; r.opened {
			oldest = node.CreatedAt
		}
		switch {
		case node.Author.isProgram():
		case r.opened:
			if !node.CreatedAt.Before(since(l.asked)) {
				r.into.Opened = append(r.into.Opened, l.item(*node))
			}
		case node.ClosedAt != nil && !node.ClosedAt.Before(since(l.asked)):
			r.into.Closed = append(r.into.Closed, *node.ClosedAt)
		}
	}
	r.seen += len(page.Nodes)
	// A page without anything and with a cursor that does not move would be asked for ever.
	more := page.PageInfo.HasNextPage && page.PageInfo.EndCursor != r.cursor && len(page.Nodes) > 0
	r.cursor = page.PageInfo.EndCursor
	r.done = !more || r.seen >= newest || oldest.Before(since(l.asked))
	switch {
	case !page.PageInfo.HasNextPage:
		oldest = time.Time{}
	case oldest.IsZero():
		oldest = l.asked // nothing says how far it was read
	}
	if r.opened {
		r.into.Since = oldest
	} else {
		r.into.ClosedSince = oldest
	}
}

// item reads an issue or a change, and counts who answered.
func (l *lists) item(node gitHubItem) item {
	i := item{Opened: node.CreatedAt, Outside: !ofTheProject(node.AuthorAssociation)}
	if node.ClosedAt != nil {
		i.Closed = *node.ClosedAt
	}
	if node.TimelineItems == nil {
		i.SilentUntil = i.Opened // nothing is known of answers
		return i
	}
	author, last := node.Author.login(), time.Time{}
	found := map[string]bool{}
	for _, event := range node.TimelineItems.Nodes {
		if event == nil {
			continue
		}
		last = event.CreatedAt
		actor := event.Author
		if event.Typename == "ClosedEvent" || event.Typename == "MergedEvent" {
			actor = event.Actor
		}
		if actor.isProgram() {
			i.Swept = i.Swept || event.Typename == "ClosedEvent" && !i.Closed.IsZero()
			continue
		}
		if actor.login() == author {
			continue
		}
		if i.Answered.IsZero() || event.CreatedAt.Before(i.Answered) {
			i.Answered = event.CreatedAt
		}
		if actor.login() != "" {
			found[actor.login()] = true
		}
	}
	if i.Answered.IsZero() && node.TimelineItems.PageInfo.HasNextPage {
		i.SilentUntil = last
	}
	maps.Copy(l.people, found)
	return i
}
