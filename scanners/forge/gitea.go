package forge

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
)

// gitea asks the REST API of Gitea and of Forgejo, version 1 (https://docs.gitea.com/api/).
// Their Go client is not used: its types cannot tell a field that is absent from one that
// is false.
type gitea struct{ *session }

type giteaRepository struct {
	Place      string     `json:"full_name"`
	Archived   *bool      `json:"archived"`
	ArchivedAt *time.Time `json:"archived_at"`
	Branch     *string    `json:"default_branch"`
	Empty      *bool      `json:"empty"`
	Fork       *bool      `json:"fork"`
	Parent     *struct {
		Place string `json:"full_name"`
	} `json:"parent"`
	Stars           *int      `json:"stars_count"`
	Forks           *int      `json:"forks_count"`
	HasIssues       *bool     `json:"has_issues"`
	ExternalTracker *struct{} `json:"external_tracker"`
	HasChanges      *bool     `json:"has_pull_requests"`
	Licenses        *[]string `json:"licenses"` // from Gitea 1.23 on
}

func (gitea) repository(r catalog.Repository) string {
	return "/api/v1/repos/" + url.PathEscape(r.Owner) + "/" + url.PathEscape(r.Path)
}

func (g gitea) facts(ctx context.Context, r catalog.Repository) (answer, bool, error) {
	a := answer{Forge: nameGitea}
	var p giteaRepository
	_, err := g.get(ctx, g.repository(r), &p)
	if service.IsStatus(err, http.StatusNotFound) {
		return a, true, nil
	}
	if err != nil {
		return a, false, err
	}
	g.place(&a, r, p.Place)
	a.Archived, a.Empty, a.Fork, a.Stars, a.Forks = p.Archived, p.Empty, p.Fork, notNegative(p.Stars), notNegative(p.Forks)
	if p.ArchivedAt != nil && p.ArchivedAt.Year() > 1970 { // 1970 stands for never
		a.ArchivedAt = *p.ArchivedAt
	}
	if p.Branch != nil {
		a.Branch = new(observation.OneLine(*p.Branch))
	}
	if p.Parent != nil && isPlace(p.Parent.Place) {
		a.ForkOf = g.base + "/" + p.Parent.Place
	}
	if p.Licenses != nil {
		a.License = new("")
		if len(*p.Licenses) == 1 { // of several none is the licence
			a.License = new(observation.OneLine((*p.Licenses)[0]))
		}
	}
	a.Issues.Off = p.HasIssues != nil && !*p.HasIssues || p.ExternalTracker != nil
	a.Changes.Off = p.HasChanges != nil && !*p.HasChanges
	return a, false, nil
}

func (g gitea) lists(ctx context.Context, r catalog.Repository, a *answer, asked time.Time) (lists []askedList, err error) {
	for _, one := range []askedList{{into: &a.Issues, kind: "issues"}, {into: &a.Changes, kind: "pulls"}} {
		if one.into.Off {
			continue
		}
		path := g.repository(r) + "/issues?type=" + one.kind
		items, more, err := g.items(ctx, path+"&state=all", since(asked))
		if err != nil {
			return nil, err
		}
		one.into.takeOpened(items, more, asked)
		one.items = items
		lists = append(lists, one)
		if items, more, err = g.items(ctx, path+escaped("&state=closed&since=%s", asked), time.Time{}); err != nil {
			return nil, err
		}
		one.into.takeClosed(items, more, asked)
	}
	return lists, nil
}

func (g gitea) releases(ctx context.Context, r catalog.Repository, a *answer) error {
	return readReleases[giteaRelease](ctx, g.session, fmt.Sprintf("%s/releases?limit=%d", g.repository(r), newestReleases), a)
}

// giteaPage is how many Gitea gives at once, by its default settings.
const giteaPage = 50

// items reads the newest of a list, page by page, until enough were read or the rest was
// opened before a time. more means that there are others.
func (g gitea) items(ctx context.Context, path string, until time.Time) (items []restItem, more bool, err error) {
	for page := 1; ; page++ {
		var some []restItem
		header, err := g.get(ctx, fmt.Sprintf("%s&limit=%d&page=%d", path, giteaPage, page), &some)
		if err != nil {
			return nil, false, err
		}
		items = append(items, some...)
		total, err := strconv.Atoi(header.Get("X-Total-Count"))
		more = err == nil && total > len(items) || err != nil && len(some) >= giteaPage
		if !more || len(some) == 0 || len(items) >= newest || items[len(items)-1].CreatedAt.Before(until) {
			return items, more, nil
		}
	}
}

// giteaRelease is a release as Gitea and Forgejo write it.
type giteaRelease struct {
	Published time.Time  `json:"published_at"`
	Draft     bool       `json:"draft"`
	Assets    []struct{} `json:"assets"`
}

func (r giteaRelease) released() (time.Time, bool) { return r.Published, len(r.Assets) > 0 && !r.Draft }
