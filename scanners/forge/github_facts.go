package forge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// gitHubFacts are the facts of a repository as GitHub writes them.
type gitHubFacts struct {
	NameWithOwner           string
	IsArchived              *bool
	ArchivedAt              *time.Time
	IsDisabled, IsEmpty     *bool
	IsFork                  *bool
	HasIssuesEnabled        *bool
	StargazerCount          *int
	ForkCount               *int
	IsSecurityPolicyEnabled *bool
	Parent                  *struct{ NameWithOwner string }
	DefaultBranchRef        *struct{ Name string }
	LicenseInfo             *struct{ SpdxID string }
	Owner                   *struct{ HasSponsorsListing *bool }
	Issues, PullRequests    *gitHubCount
	Releases                *gitHubReleases
}

// gitHubCount says how many there are, and when one was last changed.
type gitHubCount struct {
	TotalCount int
	Nodes      []struct{ UpdatedAt time.Time }
}

type gitHubReleases struct {
	TotalCount int
	Nodes      []struct {
		CreatedAt     time.Time
		IsDraft       bool
		ReleaseAssets *struct{ TotalCount int }
	}
}

// gitHubPlace is "owner/name" as GitHub allows it.
var gitHubPlace = lazy.Pattern(`^[A-Za-z0-9_-]{1,64}/[A-Za-z0-9._-]{1,120}$`)

// readFacts reads the facts of a repository into its answer, and decides which lists are
// still to be read.
func (g *github) readFacts(s *subject, r reply, alias string) {
	var f gitHubFacts
	if failure := r.read(alias, &f); failure != nil {
		if failure.Cause == observation.CauseNotFound {
			s.answer = answer{Forge: nameGitHub, Gone: true}
		} else {
			s.failure = failure
		}
		return
	}
	s.answer = f.answer(g.api.web, g.dropped)
	for _, e := range r.Errors {
		if e.of(alias) {
			s.answer.Notes = append(s.answer.Notes, observation.Note{Cause: observation.CauseRemark, Subject: s.question.Repository.URL,
				Message: "GitHub: " + observation.OneLine(e.Message)})
		}
	}
	wanted := s.question.Repository.Owner + "/" + s.question.Repository.Path
	if s.answer.Place != "" && !strings.EqualFold(s.answer.Place, wanted) {
		s.answer.MovedTo = g.api.web + "/" + s.answer.Place
	}
	g.carryOver(s)
}

// answer is what the facts say. What GitHub always says and now does not is nil.
func (f gitHubFacts) answer(web string, dropped []string) answer {
	a := answer{Forge: nameGitHub, Archived: f.IsArchived, Disabled: f.IsDisabled, Empty: f.IsEmpty, Fork: f.IsFork, Stars: notNegative(f.StargazerCount),
		Forks: notNegative(f.ForkCount), SecurityPolicy: f.IsSecurityPolicyEnabled}
	if gitHubPlace().MatchString(f.NameWithOwner) {
		a.Place = f.NameWithOwner
	}
	if f.ArchivedAt != nil {
		a.ArchivedAt = *f.ArchivedAt
	}
	if f.DefaultBranchRef != nil {
		a.Branch = new(observation.OneLine(f.DefaultBranchRef.Name))
	}
	if f.Parent != nil && gitHubPlace().MatchString(f.Parent.NameWithOwner) {
		a.ForkOf = web + "/" + f.Parent.NameWithOwner
	}
	if !slices.Contains(dropped, "licenseInfo") {
		a.License = new("")
		if f.LicenseInfo != nil && f.LicenseInfo.SpdxID != "NOASSERTION" {
			a.License = new(observation.OneLine(f.LicenseInfo.SpdxID))
		}
	}
	if f.Owner != nil {
		a.Sponsors = f.Owner.HasSponsorsListing
	}
	if f.Releases != nil {
		a.Releases = f.Releases.read()
	}
	a.Issues.Off = f.HasIssuesEnabled != nil && !*f.HasIssuesEnabled
	a.Issues.Total, a.Issues.Updated = f.Issues.read()
	a.Changes.Total, a.Changes.Updated = f.PullRequests.read()
	return a
}

// notNegative is a count; nil where it is none.
func notNegative(n *int) *int {
	if n == nil || *n < 0 {
		return nil
	}
	return n
}

func (c *gitHubCount) read() (total int, updated time.Time) {
	if c == nil {
		return -1, time.Time{} // not told: the list is read
	}
	for _, node := range c.Nodes {
		if node.UpdatedAt.After(updated) {
			updated = node.UpdatedAt
		}
	}
	return c.TotalCount, updated
}

func (r gitHubReleases) read() *releases {
	read := &releases{WithAssets: []time.Time{}}
	for _, release := range r.Nodes {
		if !release.IsDraft && release.ReleaseAssets != nil && release.ReleaseAssets.TotalCount > 0 {
			read.WithAssets = append(read.WithAssets, release.CreatedAt)
		}
	}
	if n := len(r.Nodes); r.TotalCount > n && n > 0 {
		read.Since = r.Nodes[n-1].CreatedAt
	}
	return read
}

// carryOver takes the lists of the last answer where the facts show that nothing changed
// in them. Others are to be read. Who answered is one count over both: where one list is
// to be read, both are.
func (g *github) carryOver(s *subject) {
	last := scanners.LastAnswer[answer](s.question)
	a := &s.answer
	if a.Issues.Off {
		a.Issues = tracker{Off: true}
	}
	unchanged := last.Forge == nameGitHub && last.Responders != nil && a.Changes.same(last.Changes) &&
		(a.Issues.Off && last.Issues.Off || a.Issues.same(last.Issues))
	if unchanged {
		a.Issues, a.Changes, a.Responders = last.Issues.moved(s.asked), last.Changes.moved(s.asked), last.Responders
		return
	}
	s.lists = newLists(s.asked, a.Issues, a.Changes)
}

// moved is a list that was found unchanged at a later time.
func (t tracker) moved(asked time.Time) tracker {
	if !t.Off {
		t.Asked = asked
	}
	return t
}

// ofTheProject reports whether GitHub calls the author one of the project.
func ofTheProject(association string) bool {
	switch cmp.Or(association, "NONE") {
	case "OWNER", "MEMBER", "COLLABORATOR":
		return true
	}
	return false
}
