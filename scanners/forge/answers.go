package forge

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
)

// This file makes answers of what GitLab, Gitea and Forgejo tell of who said what. They do
// not tell strangers who is of the project.

// asked is a list of issues, or of changes, whose answers are looked for.
type askedList struct {
	into  *tracker
	kind  string // as the forge calls it
	items []restItem
	// said are the conversations, by the number of the item.
	said map[int64]conversation
}

// conversation is what was said and done to an issue or a change, as far as it was read.
type conversation struct {
	acts []act
	// until is how far it was read, where there is more; zero where all was.
	until time.Time
}

// act is what somebody said or did. Who it was is never kept.
type act struct {
	at   time.Time
	by   string
	ends bool // closed or merged it
}

// team are the people of a project, by their names at the forge. They are never kept.
type team struct {
	names map[string]bool
	// whole means that the forge told all of them. Otherwise they are those who were seen
	// to do what only people of the project can.
	whole bool
}

// newTeam is what the address tells: who owns the repository, where a person does.
func newTeam(r catalog.Repository) team {
	owner, _, _ := strings.Cut(r.Owner, "/")
	return team{names: map[string]bool{strings.ToLower(owner): true}}
}

func (t team) add(name string) {
	if name != "" {
		t.names[strings.ToLower(name)] = true
	}
}

func (t team) has(name string) bool { return t.names[strings.ToLower(name)] }

// see adds those who did to an item what only people of the project can: merge it, close
// what somebody else opened, or propose a change from a branch of the repository itself.
func (t team) see(i restItem, c conversation) {
	author := i.login()
	if i.SourceProject != 0 && i.SourceProject == i.TargetProject {
		t.add(author)
	}
	for _, w := range i.acts(c) {
		if w.ends && (i.merged() || !strings.EqualFold(w.by, author)) && !isProgram(w.by) {
			t.add(w.by)
		}
	}
}

// hear puts into an answer who answered what, of lists that were read.
func (a *answer) hear(lists []askedList, of team, asked time.Time) {
	for _, l := range lists {
		for _, i := range l.items {
			of.see(i, l.said[i.number()])
		}
	}
	people, cut := map[string]bool{}, false
	for _, l := range lists {
		l.into.Opened, l.into.AnswersFailure, l.into.OutsideAtMost = nil, nil, !of.whole
		for _, i := range l.items {
			if i.isProgram() || i.CreatedAt.Before(since(asked)) {
				continue
			}
			c := l.said[i.number()]
			one := i.item(c, people)
			one.Outside = !of.has(i.login())
			l.into.Opened = append(l.into.Opened, one)
			cut = cut || !c.until.IsZero()
		}
	}
	a.Responders, a.RespondersAtLeast = new(len(people)), cut
}

// withoutAnswers is the answer where who answered could not be read.
func (a answer) withoutAnswers(failure observation.Note) answer {
	for _, t := range []*tracker{&a.Issues, &a.Changes} {
		if !t.Off {
			t.AnswersFailure = &failure
		}
	}
	a.partial = a.partial || !lasting(&failure)
	return a
}

// untold says why a forge does not tell who answered: one that does not know the question
// will not know it tomorrow.
func untold(err error, forge, host string) observation.Note {
	failure := failureOf(err, host)
	silent, is := errors.AsType[silentError](err)
	switch {
	case is:
		failure.Cause, failure.Message = observation.CauseUnsupported, silent.message
	case service.IsStatus(err, http.StatusNotFound) || service.IsStatus(err, http.StatusMethodNotAllowed):
		failure.Cause, failure.Message = observation.CauseUnsupported, forge+" does not tell who answers there"
	}
	return failure
}

// silentError is that a forge answers and does not tell.
type silentError struct{ message string }

func (e silentError) Error() string { return e.message }

// answersSettled reports whether asking again who answered would bring nothing else.
func (t tracker) answersSettled() bool {
	return t.AnswersFailure == nil || t.AnswersFailure.Cause == observation.CauseUnsupported
}

// lasting reports whether there is no failure, or one that the next day does not change.
func lasting(failure *observation.Note) bool {
	return failure == nil || failure.Cause == observation.CauseUnsupported || failure.Cause == observation.CauseNoToken
}

// item reads an issue or a change with what was said to it, and adds who answered.
func (i restItem) item(c conversation, people map[string]bool) item {
	one := item{Opened: i.CreatedAt, Closed: i.ended()}
	author := i.login()
	for _, w := range i.acts(c) {
		switch {
		case isProgram(w.by):
			one.Swept = one.Swept || w.ends && !one.Closed.IsZero()
			continue
		case strings.EqualFold(w.by, author):
			continue
		}
		if one.Answered.IsZero() || w.at.Before(one.Answered) {
			one.Answered = w.at
		}
		if w.by != "" {
			people[strings.ToLower(w.by)] = true
		}
	}
	if one.Answered.IsZero() && !c.until.IsZero() {
		one.SilentUntil = c.until
		if c.until.Before(one.Opened) {
			one.SilentUntil = one.Opened
		}
	}
	return one
}

// acts are what was said to an item, and that somebody closed it, where its list tells who.
func (i restItem) acts(c conversation) []act {
	for _, by := range []*gitLabUser{i.MergeUser, i.MergedBy, i.ClosedBy} {
		if by != nil && !i.ended().IsZero() {
			return append(slices.Clone(c.acts), act{i.ended(), by.Username, true})
		}
	}
	return c.acts
}
