package forge

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// rest is a forge that is asked about one repository after another, over REST.
type rest interface {
	// facts asks about a repository itself. gone means that nothing is shown there.
	facts(ctx context.Context, r catalog.Repository) (a answer, gone bool, err error)
	// lists asks for issues and changes and puts them into the answer. It returns those
	// whose answers can be looked for.
	lists(ctx context.Context, r catalog.Repository, a *answer, asked time.Time) ([]askedList, error)
	// releases asks for the releases, and puts them into the answer.
	releases(ctx context.Context, r catalog.Repository, a *answer) error
	// answers asks who answered them, and puts that into the answer.
	answers(ctx context.Context, r catalog.Repository, a *answer, lists []askedList, asked time.Time) error
}

// askEach asks a host that is not GitHub. What it is is found out by asking.
func (s *session) askEach(ctx context.Context, questions []scanners.Question) error {
	s.base = s.baseOf(questions[0].Repository)
	name := s.keptForge(questions)
	var stopped *observation.Note
	if s.trusts = name != ""; !s.trusts {
		name, stopped = s.recognise(ctx)
	}
	return s.askAs(ctx, name, stopped, questions)
}

// keptForge is which forge a host was when it last showed a repository; empty where that is
// not known. What is gone shows nothing, and GitHub nothing to those without a token.
func (s *session) keptForge(questions []scanners.Question) string {
	for _, q := range questions {
		last := scanners.LastAnswer[answer](q)
		if !last.Gone && last.Forge != "" && (last.Forge != nameGitHub || len(s.options.Tokens[s.host]) > 0) {
			return last.Forge
		}
	}
	return ""
}

// askAs asks a host as the forge that it is, or was when it was last asked: where the first
// repository is not shown as before, it is found out again which one it is. stopped says why
// nothing can be asked.
func (s *session) askAs(ctx context.Context, name string, stopped *observation.Note, questions []scanners.Question) error {
	var forge rest
	switch name {
	case nameGitHub:
		if len(s.options.Tokens[s.host]) > 0 {
			gitHub := newGitHub(s, gitHubAPI{web: s.base, graphQL: s.base + "/api/graphql", rest: s.base + "/api/v3"})
			return s.unlessInDoubt(ctx, gitHub.ask(ctx, questions), questions)
		}
		stopped = new(withoutToken(s.host))
	case nameGitLab:
		forge = gitLab{s}
	case nameGitea:
		forge = gitea{s}
	}
	for i, q := range questions {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var err error
		if stopped == nil {
			stopped, err = s.askOne(ctx, forge, q)
		} else {
			err = s.unanswered(q, *stopped)
		}
		if err != nil {
			return s.unlessInDoubt(ctx, err, questions[i:])
		}
	}
	return nil
}

// errDoubt means that a host may no longer be the forge that it was.
var errDoubt = errors.New("the host may be another forge")

// unlessInDoubt is the error of asking questions. Where that is a doubt, it finds out which
// forge the host is and asks them again.
func (s *session) unlessInDoubt(ctx context.Context, err error, questions []scanners.Question) error {
	if !errors.Is(err, errDoubt) {
		return err
	}
	s.trusts = false
	name, stopped := s.recognise(ctx)
	return s.askAs(ctx, name, stopped, questions)
}

// baseOf is the address of a host: by https, whatever the repository is read by.
func (s *session) baseOf(r catalog.Repository) string {
	u, err := url.Parse(r.URL)
	switch {
	case err != nil:
		return "https://" + r.Host
	case u.Scheme == "http" && s.options.Insecure:
		return "http://" + u.Host
	case u.Scheme != "https":
		return "https://" + u.Hostname()
	}
	return "https://" + u.Host
}

// recognise finds out which forge a host is by asking. Its second result says why the host
// cannot be asked.
func (s *session) recognise(ctx context.Context) (string, *observation.Note) {
	refused := 0
	var version struct{ Version *string }
	_, err := s.get(ctx, "/api/v1/version", &version)
	if err == nil && version.Version != nil {
		return nameGitea, nil
	}
	if failure := s.wayIsBlocked(err); failure != nil {
		return "", failure
	}
	refused += toOne(service.IsStatus(err, http.StatusForbidden))
	var projects []struct {
		Path *string `json:"path_with_namespace"`
	}
	_, err = s.get(ctx, "/api/v4/projects?per_page=1&simple=true", &projects)
	if err == nil && (len(projects) == 0 || projects[0].Path != nil) {
		return nameGitLab, nil
	}
	if failure := s.wayIsBlocked(err); failure != nil {
		return "", failure
	}
	refused += toOne(service.IsStatus(err, http.StatusForbidden))
	// A GitHub Enterprise Server tells its version here, or asks strangers to sign in and
	// names it in a header (https://docs.github.com/enterprise-server@latest/rest/meta/meta).
	var meta struct {
		Version *string `json:"installed_version"`
	}
	header, err := s.get(ctx, "/api/v3/meta", &meta)
	if err == nil && meta.Version != nil || header.Get("X-GitHub-Enterprise-Version") != "" {
		return nameGitHub, nil
	}
	if failure := s.wayIsBlocked(err); failure != nil {
		return "", failure
	}
	refused += toOne(service.IsStatus(err, http.StatusForbidden))
	if refused == 3 {
		return "", &observation.Note{Cause: observation.CauseNoToken, Message: s.host + " refuses to say which forge it is (forbidden)"}
	}
	return "", &observation.Note{Cause: observation.CauseUnsupported, Message: s.host + " answers as none of GitHub Enterprise, GitLab, Gitea and Forgejo"}
}

func toOne(is bool) int {
	if is {
		return 1
	}
	return 0
}

// wayIsBlocked returns a failure where an error is none of an answer: asking the same host
// for something else would meet it again.
func (s *session) wayIsBlocked(err error) *observation.Note {
	if !service.Blocks(err) && !errors.Is(err, service.ErrTooMuch) {
		return nil
	}
	failure := failureOf(err, s.host)
	return &failure
}

// askOne asks about one repository. stopped says why nothing more can be asked.
func (s *session) askOne(ctx context.Context, forge rest, q scanners.Question) (stopped *observation.Note, err error) {
	asked := s.in.Now()
	a, gone, failed := forge.facts(ctx, q.Repository)
	if s.trusts && (gone || failed != nil && s.wayIsBlocked(failed) == nil) {
		return nil, errDoubt
	}
	s.trusts = s.trusts && failed != nil
	if failed != nil {
		failure := failureOf(failed, s.host)
		return s.wayIsBlocked(failed), s.unanswered(q, failure)
	}
	if gone {
		return nil, s.answered(q, answer{Forge: a.Forge, Gone: true}, asked)
	}
	last := scanners.LastAnswer[answer](q)
	if a.unchangedSince(last) {
		a.Issues, a.Changes = last.Issues.moved(asked), last.Changes.moved(asked)
		a.Responders, a.RespondersAtLeast, a.Releases = last.Responders, last.RespondersAtLeast, last.Releases
		return nil, s.answered(q, a, asked)
	}
	lists, failed := forge.lists(ctx, q.Repository, &a, asked)
	if failed != nil {
		a = a.withoutLists(last, failureOf(failed, s.host))
	} else if failed = forge.answers(ctx, q.Repository, &a, lists, asked); failed != nil {
		a = a.withoutAnswers(untold(failed, a.Forge, s.host))
	}
	if stopped = s.wayIsBlocked(failed); stopped != nil {
		a.ReleasesFailure = stopped
	} else if failed = forge.releases(ctx, q.Repository, &a); failed != nil {
		a.ReleasesFailure, a.partial = new(failureOf(failed, s.host)), true
		stopped = s.wayIsBlocked(failed)
	}
	return stopped, s.answered(q, a, asked)
}

// settled is how long GitLab may take until the time of the last activity is right.
const settled = 2 * time.Hour

// unchangedSince reports whether nothing happened since the last answer, where the forge
// tells when something last did.
func (a answer) unchangedSince(last answer) bool {
	t := last.Changes
	return a.Forge == last.Forge && !a.Active.IsZero() && a.Active.Equal(last.Active) && a.Active.Add(settled).Before(t.Asked) &&
		last.Issues.read() && t.read() && a.Issues.Off == last.Issues.Off && last.ReleasesFailure == nil && last.Issues.answersSettled() && t.answersSettled()
}

// get asks for a JSON document below the address of the host.
func (s *session) get(ctx context.Context, path string, target any) (http.Header, error) {
	return s.exchange(ctx, http.MethodGet, path, nil, target)
}

// exchange sends a document to an address below that of the host, where it is not nil, and
// reads the one that is answered.
func (s *session) exchange(ctx context.Context, method, path string, document []byte, target any) (http.Header, error) {
	body, header, err := s.send(ctx, "Bearer", func(ctx context.Context) (*http.Request, error) {
		request, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(document))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Accept", "application/json")
		if document == nil {
			request.Body, request.GetBody = nil, nil
		} else {
			request.Header.Set("Content-Type", "application/json")
		}
		return request, nil
	})
	if err != nil {
		return header, err
	}
	if err := json.Unmarshal(body, target); err != nil {
		return header, &service.ShapeError{Err: err}
	}
	return header, nil
}

// restItem is an issue or a change, as GitLab and Gitea write them.
type restItem struct {
	IID       int64       `json:"iid"`    // GitLab
	Number    int64       `json:"number"` // Gitea
	CreatedAt time.Time   `json:"created_at"`
	UpdatedAt time.Time   `json:"updated_at"`
	ClosedAt  *time.Time  `json:"closed_at"`
	MergedAt  *time.Time  `json:"merged_at"`
	Author    *gitLabUser `json:"author"`
	ClosedBy  *gitLabUser `json:"closed_by"`
	MergedBy  *gitLabUser `json:"merged_by"`  // until GitLab 14.7
	MergeUser *gitLabUser `json:"merge_user"` // since then
	User      *giteaUser  `json:"user"`
	// PullRequest is there where Gitea lists a change among issues.
	PullRequest *struct {
		Merged bool `json:"merged"`
	} `json:"pull_request"`
	// The projects from and to which GitLab's changes go.
	SourceProject int64 `json:"source_project_id"`
	TargetProject int64 `json:"target_project_id"`
}

type gitLabUser struct {
	Username string `json:"username"`
}

type giteaUser struct {
	Login string `json:"login"`
}

func (i restItem) number() int64 { return cmp.Or(i.IID, i.Number) }

// login is who opened it; empty where the account is gone.
func (i restItem) login() string {
	switch {
	case i.Author != nil:
		return i.Author.Username
	case i.User != nil:
		return i.User.Login
	}
	return ""
}

// programs are the names under which programs work at GitLab and Gitea, which do not tell
// them apart in lists.
var programs = lazy.Pattern(`(?i)^(project|group)_\d+_bot|[-_]bot$|\[bot\]$|^(gitea|forgejo)-actions$`)

func isProgram(login string) bool { return programs().MatchString(login) }

func (i restItem) isProgram() bool { return isProgram(i.login()) }

func (i restItem) merged() bool {
	return i.MergedAt != nil || i.PullRequest != nil && i.PullRequest.Merged
}

// ended is when it was closed or merged; zero where it was not.
func (i restItem) ended() time.Time {
	for _, at := range []*time.Time{i.MergedAt, i.ClosedAt} {
		if at != nil {
			return *at
		}
	}
	return time.Time{}
}

// takeOpened puts the newest items into a list. more means that there are older ones.
func (t *tracker) takeOpened(items []restItem, more bool, asked time.Time) {
	t.Asked, t.Since = asked, time.Time{}
	if more {
		t.Since = asked // where nothing says how far it was read
	}
	for _, i := range items {
		if more && !i.CreatedAt.IsZero() {
			t.Since = i.CreatedAt
		}
		if !i.isProgram() && !i.CreatedAt.Before(since(asked)) {
			t.Opened = append(t.Opened, item{Opened: i.CreatedAt, Closed: i.ended()})
		}
	}
}

// takeClosed puts the times of the last closed into a list. more means that there are
// some of which nothing was read.
func (t *tracker) takeClosed(items []restItem, more bool, asked time.Time) {
	if more {
		t.ClosedSince = asked
	}
	for _, i := range items {
		if at := i.ended(); !i.isProgram() && !at.IsZero() && !at.Before(since(asked)) {
			t.Closed = append(t.Closed, at)
		}
	}
}

// released is a release of a forge: when it was, and whether it offers files.
type released interface {
	released() (at time.Time, files bool)
}

// readReleases asks for the newest releases and puts them into an answer. Where they are
// switched off or not shown, nothing is said of them.
func readReleases[R released](ctx context.Context, s *session, path string, a *answer) error {
	var list []R
	_, err := s.get(ctx, path, &list)
	if service.IsStatus(err, http.StatusForbidden) || service.IsStatus(err, http.StatusNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	a.Releases = &releases{WithAssets: []time.Time{}}
	for _, one := range list {
		at, files := one.released()
		if files {
			a.Releases.WithAssets = append(a.Releases.WithAssets, at)
		}
		if len(list) >= newestReleases {
			a.Releases.Since = at
		}
	}
	return nil
}

// maxPlace bounds a path, in bytes.
const maxPlace = 1024

// restPlace is the path of a repository at GitLab or Gitea.
var restPlace = lazy.Pattern(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$`)

func isPlace(place string) bool { return len(place) <= maxPlace && restPlace().MatchString(place) }

// place notes where a repository is, and that it moved where that is not the address in
// the catalog.
func (s *session) place(a *answer, r catalog.Repository, place string) {
	if !isPlace(place) {
		return
	}
	a.Place = place
	if !strings.EqualFold(place, r.Owner+"/"+strings.TrimSuffix(r.Path, ".git")) {
		a.MovedTo = s.base + "/" + place
	}
}

// escaped is a query with the beginning of the 12 months.
func escaped(format string, asked time.Time) string {
	return fmt.Sprintf(format, url.QueryEscape(since(asked).UTC().Format(time.RFC3339)))
}
