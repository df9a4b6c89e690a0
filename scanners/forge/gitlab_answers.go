package forge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
)

// This file asks GitLab who answered, by GraphQL, which tells the notes of a hundred issues
// at once (https://docs.gitlab.com/api/graphql/reference/), and those who have a token who
// is of the project (https://docs.gitlab.com/api/members/). A request asks for some 60 of
// the 200 points of complexity that GitLab grants strangers.

const (
	notesOfItem       = 20 // that are read of each issue and merge request
	smallestNotesPage = 10
	membersPages      = 5 // of a hundred
	// reporter is the level from which on a member of a project at GitLab works on it:
	// guests, below it, are those who may only ask.
	reporter = 20
)

// noteLists are the lists in GraphQL, by their names in REST.
var noteLists = map[string]string{"issues": "issues", "merge_requests": "mergeRequests"}

// notesQuery is written so that its lists have one name in the answer.
const notesQuery = `query($project:ID!,$size:Int!,$after:String){project(fullPath:$project){list:%s(first:$size,after:$after,sort:CREATED_DESC)` +
	`{pageInfo{hasNextPage endCursor} nodes{iid notes(first:%d){pageInfo{hasNextPage} ` +
	`nodes{createdAt system systemNoteIconName author{username}}}}}}}`

func (g gitLab) answers(ctx context.Context, r catalog.Repository, a *answer, lists []askedList, asked time.Time) error {
	for i := range lists {
		said, err := g.notes(ctx, r, lists[i].kind, len(lists[i].items))
		if err != nil {
			return err
		}
		lists[i].said = said
	}
	of := newTeam(r)
	if len(g.options.Tokens[g.host]) > 0 {
		if err := g.members(ctx, r, &of); err != nil {
			return err
		}
	}
	a.hear(lists, of, asked)
	return nil
}

// gitLabNotes is the answer to notesQuery.
type gitLabNotes struct {
	Data *struct {
		Project *struct {
			List *struct {
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
				Nodes []*gitLabNoted
			}
		}
	}
	Errors []struct{ Message string }
}

// gitLabNoted is an issue or a merge request with its notes.
type gitLabNoted struct {
	IID   string
	Notes struct {
		PageInfo struct{ HasNextPage bool }
		Nodes    []*gitLabNote
	}
}

type gitLabNote struct {
	CreatedAt time.Time
	System    bool
	Icon      string `json:"systemNoteIconName"`
	Author    *gitLabUser
}

// notes reads what was said to the newest items of a list, on smaller pages where GitLab
// does not answer.
func (g gitLab) notes(ctx context.Context, r catalog.Repository, kind string, items int) (map[int64]conversation, error) {
	said := map[int64]conversation{}
	after, size := "", newest
	for read := 0; read < items; {
		document, err := json.Marshal(map[string]any{"query": fmt.Sprintf(notesQuery, noteLists[kind], notesOfItem),
			"variables": map[string]any{"project": r.Owner + "/" + r.Path, "size": min(size, items-read), "after": orNull(after)}})
		if err != nil {
			return nil, err
		}
		var page gitLabNotes
		_, err = g.exchange(ctx, http.MethodPost, "/api/graphql", document, &page)
		if errors.Is(err, service.ErrTooMuch) && size > smallestNotesPage {
			size = max(size/2, smallestNotesPage)
			continue
		}
		if err != nil {
			return nil, err
		}
		if page.Data == nil || page.Data.Project == nil || page.Data.Project.List == nil {
			return nil, page.failure()
		}
		list := page.Data.Project.List
		for _, one := range list.Nodes {
			one.read(said)
		}
		read += len(list.Nodes)
		if !list.PageInfo.HasNextPage || list.PageInfo.EndCursor == after || len(list.Nodes) == 0 {
			break
		}
		after = list.PageInfo.EndCursor
	}
	return said, nil
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// failure is why an answer holds no list.
func (n gitLabNotes) failure() error {
	message := "GitLab does not tell what was said"
	if len(n.Errors) > 0 {
		message += ": " + observation.OneLine(n.Errors[0].Message)
	}
	return silentError{message}
}

// read takes the notes of an item that are words of people: comments, and approvals, which
// GitLab writes as notes of the system.
func (n *gitLabNoted) read(into map[int64]conversation) {
	if n == nil {
		return
	}
	number, err := strconv.ParseInt(n.IID, 10, 64)
	if err != nil {
		return
	}
	var c conversation
	for _, note := range n.Notes.Nodes {
		if note == nil {
			continue // GitLab leaves out what it hides
		}
		if n.Notes.PageInfo.HasNextPage {
			c.until = note.CreatedAt
		}
		if note.System && note.Icon != "approval" && note.Icon != "check" {
			continue
		}
		by := ""
		if note.Author != nil {
			by = note.Author.Username
		}
		c.acts = append(c.acts, act{at: note.CreatedAt, by: by})
	}
	into[number] = c
}

// members asks who is of the project, groups above it included. Where GitLab does not show
// them, what was seen has to do.
func (g gitLab) members(ctx context.Context, r catalog.Repository, of *team) error {
	for page := 1; page <= membersPages; page++ {
		var members []struct {
			gitLabUser
			Level int `json:"access_level"`
		}
		header, err := g.get(ctx, fmt.Sprintf("%s/members/all?per_page=100&page=%d", g.project(r), page), &members)
		if status, is := errors.AsType[*service.StatusError](err); is && status.Status < 500 {
			return nil
		}
		if err != nil {
			return err
		}
		for _, m := range members {
			if m.Level >= reporter {
				of.add(m.Username)
			}
		}
		if header.Get("X-Next-Page") == "" {
			of.whole = true
			return nil
		}
	}
	return nil
}
