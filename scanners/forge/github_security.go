package forge

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// This file asks GitHub over REST for what GraphQL does not tell: whether vulnerabilities
// can be reported in private
// (https://docs.github.com/rest/repos/repos#check-if-private-vulnerability-reporting-is-enabled-for-a-repository),
// and which advisories the project published
// (https://docs.github.com/rest/security-advisories/repository-advisories). Both take a
// request for each repository.

// securityEvery is how long an answer over REST stands. GitHub wants such requests one
// after another.
const securityEvery = 7 * 24 * time.Hour

// askSecurity asks about the repositories whose facts are there, and of which it was not
// asked for some days. What cannot be asked is unknown, and no failure of the repository.
func (g *github) askSecurity(ctx context.Context, subjects []*subject) {
	for _, s := range subjects {
		if s.failure != nil || s.answer.Gone || ctx.Err() != nil {
			continue
		}
		last := scanners.LastAnswer[answer](s.question).Security
		if last != nil && last.complete() && s.asked.Sub(last.Asked) < securityEvery {
			s.answer.Security = last
			continue
		}
		now := g.security(ctx, s)
		s.answer.partial = s.answer.partial || !now.complete()
		if last != nil && last.complete() && !now.complete() {
			now = *last // with its own time
		}
		s.answer.Security = &now
	}
}

// complete reports whether nothing of it is left to ask: what GitHub does not show it does
// not show on the next day either.
func (s security) complete() bool {
	return lasting(s.PrivateFailure) && lasting(s.AdvisoriesFailure) && !s.Asked.IsZero()
}

func (g *github) security(ctx context.Context, s *subject) security {
	read := security{Asked: s.asked}
	place := s.answer.Place
	if place == "" {
		place = s.question.Repository.Owner + "/" + s.question.Repository.Path
	}
	if !gitHubPlace().MatchString(place) {
		return security{}
	}
	var reporting gitHubReporting
	_, read.PrivateFailure = g.getREST(ctx, "/repos/"+place+"/private-vulnerability-reporting", &reporting)
	if read.PrivateFailure == nil {
		read.Private = reporting.Enabled
	}
	var list []gitHubAdvisory
	header, failure := g.getREST(ctx, "/repos/"+place+"/security-advisories?state=published&per_page=100", &list)
	if read.AdvisoriesFailure = failure; failure != nil {
		return read
	}
	count, known := 0, list != nil
	for _, one := range list {
		known = known && one.State != nil
		if known && *one.State == "published" && one.PublishedAt != nil && one.WithdrawnAt == nil {
			count++
		}
	}
	if known {
		read.Advisories, read.More = &count, hasNextPage(header)
	}
	return read
}

// gitHubReporting and gitHubAdvisory are what is read of GitHub's answers.
type (
	gitHubReporting struct {
		Enabled *bool `json:"enabled"`
	}
	gitHubAdvisory struct {
		State       *string    `json:"state"`
		PublishedAt *time.Time `json:"published_at"`
		WithdrawnAt *time.Time `json:"withdrawn_at"`
	}
)

// hasNextPage reports whether GitHub has more than it sent.
func hasNextPage(header http.Header) bool { return strings.Contains(header.Get("Link"), `rel="next"`) }

// getREST asks for a document over REST, or says why there is none.
func (g *github) getREST(ctx context.Context, path string, into any) (http.Header, *observation.Note) {
	if g.blocked != nil {
		return nil, g.blocked
	}
	header, err := g.rest.get(ctx, path, into)
	if err == nil {
		g.refused = 0
		return header, nil
	}
	failure := failureOf(err, g.host)
	if service.IsStatus(err, http.StatusNotFound) || service.IsStatus(err, http.StatusUnprocessableEntity) {
		failure.Cause, failure.Message = observation.CauseUnsupported, "GitHub does not show it of this repository"
	}
	if blocked := g.rest.wayIsBlocked(err); blocked != nil {
		g.blocked = g.stops(err, *blocked)
	}
	return nil, &failure
}
