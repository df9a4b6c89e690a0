package forge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/service"
)

// This file asks Gitea and Forgejo who answered: all comments of a repository in one list,
// and the events of those issues and changes that were closed or reviewed without one
// (https://docs.gitea.com/api/, issueGetRepoComments, issueGetCommentsAndTimeline). Those
// who have a token are told who can write to the repository (repoGetAssignees).

const (
	commentPages = 10 // of the comments of a repository
	timelines    = 30 // issues and changes whose events are read
)

func (g gitea) answers(ctx context.Context, r catalog.Repository, a *answer, lists []askedList, asked time.Time) error {
	var open []restItem // those in the 12 months
	for _, l := range lists {
		for _, i := range l.items {
			if !i.isProgram() && !i.CreatedAt.Before(since(asked)) {
				open = append(open, i)
			}
		}
	}
	said := map[int64]conversation{}
	if len(open) > 0 {
		oldest := slices.MinFunc(open, func(a, b restItem) int { return a.CreatedAt.Compare(b.CreatedAt) })
		cut, err := g.comments(ctx, r, oldest.CreatedAt, said)
		if err != nil {
			return err
		}
		if err := g.events(ctx, r, open, said, cut); err != nil {
			return err
		}
	}
	of := newTeam(r)
	if len(g.options.Tokens[g.host]) > 0 {
		if err := g.writers(ctx, r, &of); err != nil {
			return err
		}
	}
	for i := range lists {
		lists[i].said = said
	}
	a.hear(lists, of, asked)
	return nil
}

// giteaComment is a comment; the address of what it was made to ends in its number.
type giteaComment struct {
	CreatedAt time.Time  `json:"created_at"`
	User      *giteaUser `json:"user"`
	Issue     string     `json:"issue_url"`
	Change    string     `json:"pull_request_url"`
}

// numberAt is the number at the end of an address; 0 where there is none.
func numberAt(address string) int64 {
	n, err := strconv.ParseInt(address[strings.LastIndexByte(address, '/')+1:], 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (u *giteaUser) login() string {
	if u == nil {
		return ""
	}
	return u.Login
}

// comments reads the comments of a repository from a time on, the oldest first. cut is how
// far it read, where there are more; zero where it read all.
func (g gitea) comments(ctx context.Context, r catalog.Repository, from time.Time, said map[int64]conversation) (cut time.Time, err error) {
	path := g.repository(r) + "/issues/comments?since=" + from.UTC().Format("2006-01-02T15:04:05Z")
	read := 0
	for page := 1; ; page++ {
		var some []giteaComment
		header, err := g.get(ctx, fmt.Sprintf("%s&limit=%d&page=%d", path, giteaPage, page), &some)
		if err != nil {
			return cut, err
		}
		for _, one := range some {
			n := max(numberAt(one.Issue), numberAt(one.Change))
			c := said[n]
			c.acts = append(c.acts, act{at: one.CreatedAt, by: one.User.login()})
			said[n] = c
			cut = one.CreatedAt
		}
		read += len(some)
		total, err := strconv.Atoi(header.Get("X-Total-Count"))
		if len(some) == 0 || err == nil && read >= total || err != nil && len(some) < giteaPage {
			return time.Time{}, nil
		}
		if page == commentPages {
			return cut, nil
		}
	}
}

// events reads the events of issues and changes to which no comment answered, where there
// may be another answer: a review, a merge, a closing, or a comment behind the last one that
// was read. Of those that are too many it is only known that they were opened.
func (g gitea) events(ctx context.Context, r catalog.Repository, items []restItem, said map[int64]conversation, cut time.Time) error {
	asked := 0
	for _, i := range items {
		c := said[i.number()]
		if !i.item(c, map[string]bool{}).Answered.IsZero() {
			continue
		}
		if i.PullRequest == nil && i.ended().IsZero() && cut.IsZero() {
			continue // an open issue without a comment
		}
		if asked == timelines {
			c.until = i.CreatedAt
			if i.PullRequest == nil && i.ended().IsZero() {
				c.until = cut
			}
		} else {
			var err error
			if c, err = g.timeline(ctx, r, i.number()); err != nil {
				return err
			}
			asked++
		}
		said[i.number()] = c
	}
	return nil
}

// answeringEvents are the events that are words of people; the value says whether one ends
// the issue or the change.
var answeringEvents = map[string]bool{"comment": false, "review": false, "code": false, "close": true, "merge_pull": true}

func (g gitea) timeline(ctx context.Context, r catalog.Repository, number int64) (c conversation, err error) {
	var events []struct {
		Type      string     `json:"type"`
		CreatedAt time.Time  `json:"created_at"`
		User      *giteaUser `json:"user"`
	}
	if _, err := g.get(ctx, fmt.Sprintf("%s/issues/%d/timeline", g.repository(r), number), &events); err != nil {
		return c, err
	}
	for _, e := range events {
		if len(events) >= giteaPage {
			c.until = e.CreatedAt
		}
		if ends, is := answeringEvents[e.Type]; is {
			c.acts = append(c.acts, act{e.CreatedAt, e.User.login(), ends})
		}
	}
	return c, nil
}

// writers asks who can write to the repository. Where that is not shown, what was seen has
// to do.
func (g gitea) writers(ctx context.Context, r catalog.Repository, of *team) error {
	var users []giteaUser
	_, err := g.get(ctx, g.repository(r)+"/assignees", &users)
	if status, is := errors.AsType[*service.StatusError](err); is && status.Status < 500 {
		return nil
	}
	if err != nil {
		return err
	}
	for _, u := range users {
		of.add(u.Login)
	}
	of.whole = true
	return nil
}
