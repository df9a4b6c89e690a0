package forge

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
)

// gitLab asks GitLab's REST API, version 4 (https://docs.gitlab.com/api/projects/, issues,
// merge_requests, releases). Its Go client is not used: its types cannot tell a field that
// is absent, as most are for those without a token, from one that is false.
type gitLab struct{ *session }

type gitLabProject struct {
	ID            int64     `json:"id"`
	Place         string    `json:"path_with_namespace"`
	Archived      *bool     `json:"archived"`
	Branch        *string   `json:"default_branch"`
	Empty         *bool     `json:"empty_repo"`
	Stars         *int      `json:"star_count"`
	Forks         *int      `json:"forks_count"`
	Active        time.Time `json:"last_activity_at"`
	IssuesAccess  string    `json:"issues_access_level"`
	ChangesAccess string    `json:"merge_requests_access_level"`
	IssuesEnabled *bool     `json:"issues_enabled"`
	License       *struct {
		Key string `json:"key"`
	} `json:"license"`
	LicenseURL *string `json:"license_url"` // there, where licences are told at all
	ForkedFrom *struct {
		Place string `json:"path_with_namespace"`
	} `json:"forked_from_project"`
}

// project is the path of a repository in the API.
func (gitLab) project(r catalog.Repository) string {
	return "/api/v4/projects/" + url.PathEscape(r.Owner+"/"+r.Path)
}

func (g gitLab) facts(ctx context.Context, r catalog.Repository) (answer, bool, error) {
	a := answer{Forge: nameGitLab}
	var p gitLabProject
	_, err := g.get(ctx, g.project(r)+"?license=true", &p)
	if service.IsStatus(err, http.StatusNotFound) {
		return a, true, nil
	}
	if err != nil {
		return a, false, err
	}
	g.place(&a, r, p.Place)
	a.Archived, a.Empty, a.Stars, a.Forks, a.Active = p.Archived, p.Empty, notNegative(p.Stars), notNegative(p.Forks), p.Active
	if p.Branch != nil {
		a.Branch = new(observation.OneLine(*p.Branch))
	}
	switch {
	case p.ForkedFrom != nil:
		a.Fork = new(true)
		if isPlace(p.ForkedFrom.Place) {
			a.ForkOf = g.base + "/" + p.ForkedFrom.Place
		}
	case p.Archived != nil: // a whole answer, not the short one for those without a token
		a.Fork = new(false)
	}
	switch {
	case p.License != nil && p.License.Key != "other":
		a.License = new(strings.ToUpper(observation.OneLine(p.License.Key))) // GitLab writes SPDX ids in small letters
	case p.License != nil || p.LicenseURL != nil:
		a.License = new("")
	}
	if a.Archived == nil && p.ID > 0 {
		if a.Archived, err = g.archived(ctx, p.ID); err != nil {
			return a, false, err
		}
	}
	a.Issues.Off = p.IssuesAccess == "disabled" || p.IssuesEnabled != nil && !*p.IssuesEnabled
	a.Changes.Off = p.ChangesAccess == "disabled"
	return a, false, nil
}

// archived finds out whether a project is archived where it does not say so itself, as to
// those without a token: lists of projects can be limited to archived ones, and to others,
// and to ids. It is nil where the project is in neither list.
func (g gitLab) archived(ctx context.Context, id int64) (*bool, error) {
	for _, archived := range []bool{true, false} {
		var found []struct {
			ID int64 `json:"id"`
		}
		_, err := g.get(ctx, fmt.Sprintf("/api/v4/projects?simple=true&archived=%t&id_after=%d&id_before=%d", archived, id-1, id+1), &found)
		if err != nil {
			return nil, err
		}
		if len(found) == 1 && found[0].ID == id {
			return &archived, nil
		}
	}
	return nil, nil
}

func (g gitLab) lists(ctx context.Context, r catalog.Repository, a *answer, asked time.Time) (lists []askedList, err error) {
	for _, one := range []askedList{{into: &a.Issues, kind: "issues"}, {into: &a.Changes, kind: "merge_requests"}} {
		if one.into.Off {
			continue
		}
		path := g.project(r) + "/" + one.kind + "?scope=all&per_page=100&sort=desc"
		items, more, err := g.items(ctx, path+escaped("&order_by=created_at&created_after=%s", asked))
		if err != nil {
			return nil, err
		}
		one.into.takeOpened(items, more, asked)
		one.items = items
		lists = append(lists, one)
		if items, more, err = g.items(ctx, path+escaped("&order_by=updated_at&updated_after=%s", asked)); err != nil {
			return nil, err
		}
		one.into.takeClosed(items, more, asked)
		if more && len(items) > 0 { // all that was closed after the last of them is among them
			one.into.ClosedSince = items[len(items)-1].UpdatedAt
		}
	}
	return lists, nil
}

func (g gitLab) releases(ctx context.Context, r catalog.Repository, a *answer) error {
	return readReleases[gitLabRelease](ctx, g.session, fmt.Sprintf("%s/releases?per_page=%d", g.project(r), newestReleases), a)
}

// items asks for the first page of a list; more means that there is another one.
func (g gitLab) items(ctx context.Context, path string) (items []restItem, more bool, err error) {
	header, err := g.get(ctx, path, &items)
	return items, header.Get("X-Next-Page") != "" || err == nil && len(items) >= newest && header.Get("X-Total-Pages") != "1", err
}

// gitLabRelease is a release as GitLab writes it.
type gitLabRelease struct {
	Released time.Time `json:"released_at"`
	Assets   struct {
		Links []struct{} `json:"links"` // what people added; sources are always there
	} `json:"assets"`
}

func (r gitLabRelease) released() (time.Time, bool) { return r.Released, len(r.Assets.Links) > 0 }
