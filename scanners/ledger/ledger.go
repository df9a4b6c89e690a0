// Package ledger asks where money for a project comes in what came: Open Collective about
// the collectives that files name, and the addresses at which they say that a funding
// manifest (funding.json) stands.
//
// What it keeps are names of collectives, amounts, years and counts: of no person anything.
// An account that turns out to be a person's is dropped. Amounts keep their currency, and
// nothing is converted. docs/sources.md says which answers were seen.
package ledger

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// Name is the source's name.
const Name = "ledger"

// Options say where the ledgers are and who asks.
type Options struct {
	// Token is a personal token of Open Collective, which allows more requests; empty for none.
	Token string
	// OpenCollective is the address of its API; empty for its own.
	OpenCollective string
	// Insecure reads manifests over http too: for tests, on this machine.
	Insecure bool
	// MaxWait is how long a limit on the rate is waited for; 0 for two minutes.
	MaxWait time.Duration
	// MaxTime is how long one request may take; 0 for that of the package service. The
	// manifests of one repository may take three times that.
	MaxTime time.Duration
}

// Source is the source of what ledgers know. It implements scanners.Follower.
type Source struct{ options Options }

var _ scanners.Follower = (*Source)(nil)

// New returns the source.
func New(options Options) *Source {
	options.OpenCollective = cmp.Or(options.OpenCollective, "https://api.opencollective.com/graphql/v2")
	options.MaxWait, options.MaxTime = cmp.Or(options.MaxWait, service.MaxWait), cmp.Or(options.MaxTime, service.MaxTime)
	return &Source{options}
}

// TokenFrom reads the token of Open Collective from the environment:
// MIDSPAN_OPENCOLLECTIVE_TOKEN or OPENCOLLECTIVE_TOKEN. What cannot stand in a header is none.
func TokenFrom(getenv func(string) string) string {
	for _, variable := range []string{"MIDSPAN_OPENCOLLECTIVE_TOKEN", "OPENCOLLECTIVE_TOKEN"} {
		if token := strings.TrimSpace(getenv(variable)); service.IsToken(token) {
			return token
		}
	}
	return ""
}

// Name implements scanners.Source.
func (*Source) Name() string { return Name }

// Version implements scanners.Source.
func (*Source) Version() string { return "1" }

// FollowsScan implements scanners.Follower.
func (*Source) FollowsScan() {}

// Describe implements scanners.Source.
func (s *Source) Describe() scanners.Description {
	asked := "opencollective.com is asked without a token"
	if s.options.Token != "" {
		asked = "opencollective.com is asked with a token"
	}
	return scanners.Description{Tells: "whether money came to the collectives that files name, and what funding manifests elsewhere say", Services: []string{asked}}
}

// Excludes implements scanners.Source.
func (*Source) Excludes(r catalog.Repository) string {
	return scanners.ExcludesReserved(r)
}

// Refuses implements scanners.Source.
func (*Source) Refuses(r catalog.Repository) *observation.Note {
	return scanners.RefusesFolder(r, "ask the ledgers")
}

// subject is a repository with the accounts that its files name.
type subject struct {
	question scanners.Question
	accounts []observation.Account
	unread   *observation.Note // why there may be more
	last     answer
}

// Ask implements scanners.Source.
func (s *Source) Ask(ctx context.Context, in scanners.Asking) ([]string, error) {
	var subjects []subject
	for _, q := range in.Questions {
		found, err := q.Found(ctx)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, subject{q, found.Accounts, whyMore(found), scanners.LastAnswer[answer](q)})
	}
	header := http.Header{}
	if s.options.Token != "" {
		header.Set("Personal-Token", s.options.Token)
	}
	platform := &service.Service{HTTP: in.Client, Name: "opencollective.com", Now: in.Now, MaxWait: s.options.MaxWait, MaxTime: s.options.MaxTime, Header: header}
	collectives, err := s.askCollectives(ctx, platform, namesOf(subjects, observation.OpenCollective))
	if err != nil {
		return nil, err
	}
	reader := &manifests{in: in, options: s.options, hosts: map[string]*service.Service{}, texts: map[string]text{}, slow: map[string]error{}}
	answered, failed := 0, ""
	for _, one := range subjects {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		a, failure := one.answer(ctx, collectives, reader, in.Now())
		if failure != nil {
			failed = failure.Message
			err = in.Unanswered(one.question.Repository, *failure)
		} else {
			if len(one.accounts) > 0 {
				answered++
			}
			err = in.Answered(one.question.Repository, a, a.Asked, a.partial)
		}
		if err != nil {
			return nil, err
		}
	}
	return tried(subjects, answered, failed, platform.Calls()+reader.calls()), nil
}

// tried says in one line what came of asking; nothing where no file names an account.
func tried(subjects []subject, answered int, failed string, calls int) []string {
	naming := 0
	for _, one := range subjects {
		if len(one.accounts) > 0 {
			naming++
		}
	}
	if naming == 0 {
		return nil
	}
	line := fmt.Sprintf("ledgers: %d of %s that name an account answered, in %s", answered, scanners.Count(naming, "repository", "repositories"),
		scanners.Count(calls, "request", "requests"))
	if failed != "" {
		line += "; " + failed
	}
	return []string{line}
}

// whyMore says why files may name more accounts than were found, nil where they do not.
func whyMore(found scanners.Found) *observation.Note {
	evidence, known := observation.Find(found.Measures, observation.FundingEvidence)
	switch {
	case !known:
		return &observation.Note{Cause: observation.CauseNoSource, Message: "the files that could name an account were not read"}
	case evidence.State == observation.Unknown:
		return &observation.Note{Cause: evidence.Cause, Message: evidence.Detail}
	case evidence.Bound != observation.Exact:
		return &observation.Note{Cause: observation.CauseBroken, Message: evidence.Detail}
	}
	return nil
}

// namesOf are the names of the accounts at a platform, each once.
func namesOf(subjects []subject, platform string) []string {
	var names []string
	for _, one := range subjects {
		for _, account := range one.accounts {
			if account.Platform == platform {
				names = append(names, account.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// answer is what the ledgers said of the accounts of a repository. What failed now is taken
// from the earlier answer, with its own day. Its second result is set where nothing was said
// of any of them now.
func (one subject) answer(ctx context.Context, collectives map[string]collective, reader *manifests, asked time.Time) (answer, *observation.Note) {
	a := answer{Unread: one.unread, Asked: asked}
	var failure *observation.Note
	said := 0
	for _, name := range one.names(observation.OpenCollective) {
		c := collectives[name]
		if c.Failure == nil {
			said++
		} else {
			failure, a.partial = c.Failure, true
			if i := slices.IndexFunc(one.last.Collectives, func(old collective) bool { return old.Name == name && old.Failure == nil }); i >= 0 {
				c = one.last.Collectives[i]
			}
		}
		a.Collectives = append(a.Collectives, c)
	}
	ctx, cancel := service.Within(ctx, 3*reader.options.MaxTime)
	defer cancel()
	for _, address := range one.names(observation.FundingManifest) {
		m := reader.read(ctx, one.question.Repository, address, asked)
		if m.Failure == nil {
			said++
		} else {
			failure, a.partial = m.Failure, true
			if i := slices.IndexFunc(one.last.Manifests, func(old manifest) bool { return old.Key == m.Key && old.Failure == nil }); i >= 0 {
				m = one.last.Manifests[i]
			}
		}
		a.Manifests = append(a.Manifests, m)
	}
	if failure != nil && said == 0 {
		return a, failure
	}
	return a, nil
}

func (one subject) names(platform string) []string { return namesOf([]subject{one}, platform) }
