// Package forge asks the forges of repositories for what no snapshot holds: whether one
// was archived, moved or deleted, and whether anybody answers there.
//
// It knows GitHub, GitLab, Gitea and Forgejo, and nothing of stores, rules and reports.
// GitHub's own hosts are known by their names. Any other host is asked what it is. Tokens come from the
// environment alone, each with the host that it is for. Nothing that a repository or an
// answer holds decides where one is sent. docs/sources.md says which answers were seen.
package forge

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// Name is the source's name.
const Name = "forge"

// The forges, as measures and notes call them.
const (
	nameGitHub = "GitHub"
	nameGitLab = "GitLab"
	nameGitea  = "Gitea"
)

const hostGitHub = "github.com"

// Options say where forges are and who may ask.
type Options struct {
	// Tokens are the tokens of each host, "github.com" for GitHub.
	Tokens map[string][]string
	// GitHub is the address of the API of github.com; empty for its own.
	GitHub string
	// Insecure asks other hosts over http too: for tests, on this machine.
	Insecure bool
	// MaxWait is how long a limit on the rate is waited for; 0 for two minutes. What would
	// take longer is left to the next run.
	MaxWait time.Duration
	// MaxTime is how long one request may take; 0 for that of the package service. A host may
	// take three times that, and a sixth of it for each repository.
	MaxTime time.Duration
}

// hostTime is how long a host may take for all that it is asked, waits for its limits
// included.
func (o Options) hostTime(repositories int) time.Duration {
	return 3*o.MaxTime + time.Duration(repositories)*o.MaxTime/6
}

// Source is the source of what forges know. It implements scanners.Source.
type Source struct{ options Options }

// New returns the source.
func New(options Options) *Source {
	options.GitHub = cmp.Or(options.GitHub, "https://api.github.com")
	options.MaxWait, options.MaxTime = cmp.Or(options.MaxWait, service.MaxWait), cmp.Or(options.MaxTime, service.MaxTime)
	return &Source{options}
}

// Name implements scanners.Source.
func (*Source) Name() string { return Name }

// Version implements scanners.Source.
func (*Source) Version() string { return "3" }

// Describe implements scanners.Source.
func (s *Source) Describe() scanners.Description {
	d := scanners.Description{Tells: "whether a repository was archived or moved, whether anybody answers there, and what else only its forge knows"}
	if n := len(s.options.Tokens[hostGitHub]); n > 0 {
		d.Services = append(d.Services, hostGitHub+" with "+scanners.Count(n, "token", "tokens"))
	} else {
		d.Services = append(d.Services, hostGitHub+" is not asked: set GITHUB_TOKEN")
	}
	for _, host := range slices.Sorted(maps.Keys(s.options.Tokens)) {
		if host != hostGitHub {
			d.Services = append(d.Services, host+" with "+scanners.Count(len(s.options.Tokens[host]), "token", "tokens"))
		}
	}
	return d
}

// Excludes implements scanners.Source.
func (s *Source) Excludes(r catalog.Repository) string {
	if r.Host == "gist.github.com" {
		return "a gist has no issues and no releases"
	}
	return scanners.ExcludesReserved(r)
}

// unspoken are public forges whose APIs are none of those that are spoken here, by host:
// there is no use in asking them what they are.
var unspoken = map[string]string{
	"bitbucket.org": "Bitbucket", "codebasehq.com": "Codebase", "gitee.com": "Gitee", "git.launchpad.net": "Launchpad", "git.sr.ht": "SourceHut",
	"hg.sr.ht": "SourceHut", "huggingface.co": "Hugging Face", "git.savannah.gnu.org": "Savannah", "git.code.sf.net": "SourceForge",
	"pagure.io": "Pagure",
}

// isGitHub reports whether a host is GitHub's own by its name: github.com, and the hosts of
// those whose data GitHub keeps in a region (https://docs.github.com/enterprise-cloud@latest/admin/data-residency).
func isGitHub(host string) bool { return host == hostGitHub || strings.HasSuffix(host, ".ghe.com") }

// withoutToken says that a host of GitHub is not asked, and what to do.
func withoutToken(host string) observation.Note {
	set := "GITHUB_TOKEN"
	if host != hostGitHub {
		set = "MIDSPAN_FORGE_TOKENS to " + host + "=TOKEN"
	}
	return observation.Note{Cause: observation.CauseNoToken,
		Message: "GitHub answers only those who have a token: set " + set + " (a token without any permission is enough)"}
}

// Refuses implements scanners.Source.
func (s *Source) Refuses(r catalog.Repository) *observation.Note {
	switch name := unspoken[r.Host]; {
	case name != "":
		return &observation.Note{Cause: observation.CauseUnsupported, Subject: r.URL,
			Message: r.Host + " is not asked: Midspan does not speak the API of " + name}
	case isGitHub(r.Host) && len(s.options.Tokens[r.Host]) == 0:
		refused := withoutToken(r.Host)
		refused.Subject = r.URL
		return &refused
	}
	return scanners.RefusesFolder(r, "ask its forge")
}

// Ask implements scanners.Source.
func (s *Source) Ask(ctx context.Context, in scanners.Asking) ([]string, error) {
	byHost := map[string][]scanners.Question{}
	var hosts []string
	for _, q := range in.Questions {
		if refused := s.Refuses(q.Repository); refused != nil {
			if err := in.Reply(scanners.Reply{Repository: q.Repository, Failure: refused}); err != nil {
				return nil, err
			}
			continue
		}
		host := q.Repository.Host
		if byHost[host] == nil {
			hosts = append(hosts, host)
		}
		byHost[host] = append(byHost[host], q)
	}
	slices.Sort(hosts)
	var mu sync.Mutex
	one := in
	one.Reply = func(reply scanners.Reply) error {
		mu.Lock()
		defer mu.Unlock()
		return in.Reply(reply)
	}
	tried := make([]string, len(hosts))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(hostsAtOnce)
	for i, host := range hosts {
		group.Go(func() error {
			session := &session{host: host, options: s.options, tokens: newTokens(s.options.Tokens[host], in.Now)}
			asking, questions := one, byHost[host]
			asking.Questions = questions
			failed, err := asking.Bounded(groupCtx, host, s.options.hostTime(len(questions)), func(ctx context.Context, in scanners.Asking) error {
				session.in = in
				return session.ask(ctx, questions)
			})
			session.failed = cmp.Or(session.failed, failed)
			tried[i] = session.tried(len(questions))
			return err
		})
	}
	err := group.Wait()
	return slices.DeleteFunc(tried, func(line string) bool { return line == "" }), err
}

// hostsAtOnce is how many hosts are asked at once, each one thing at a time: one that does
// not answer must not hold up the others.
const hostsAtOnce = 8

// session is the asking of one host in one run.
type session struct {
	host    string
	base    string // the address of a host that is asked over REST
	trusts  bool   // which forge it is was taken from an earlier answer
	in      scanners.Asking
	options Options
	tokens  *tokens
	calls   int // requests that were sent
	points  int // that GitHub counted
	done    int // repositories that were answered
	failed  *observation.Note
}

func (s *session) ask(ctx context.Context, questions []scanners.Question) error {
	switch {
	case s.host == hostGitHub:
		return newGitHub(s, gitHubAPI{web: "https://" + hostGitHub, graphQL: s.options.GitHub + "/graphql", rest: s.options.GitHub}).ask(ctx, questions)
	case isGitHub(s.host):
		api := "https://api." + s.host
		return newGitHub(s, gitHubAPI{web: "https://" + s.host, graphQL: api + "/graphql", rest: api}).ask(ctx, questions)
	}
	return s.askEach(ctx, questions)
}

// tried says in one line what came of a session.
func (s *session) tried(asked int) string {
	line := fmt.Sprintf("%s: %d of %s answered, in %s", s.host, s.done, scanners.Count(asked, "repository", "repositories"),
		scanners.Count(s.calls, "request", "requests"))
	if s.points > 0 {
		line += " for " + scanners.Count(s.points, "point", "points")
	}
	if s.failed != nil {
		line += "; " + s.failed.Message
	}
	return line
}

// answered replies with an answer.
func (s *session) answered(q scanners.Question, a answer, asked time.Time) error {
	s.done++
	return s.in.Answered(q.Repository, a, asked, a.partial)
}

// unanswered replies with a failure.
func (s *session) unanswered(q scanners.Question, failure observation.Note) error {
	if s.failed == nil {
		s.failed = &failure
	}
	return s.in.Unanswered(q.Repository, failure)
}
